"""What a notebook shows about itself: where its figures come from and how to make it again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.sources import source
from lwo_analysis.paths import raw_folder
from lwo_analysis.present.provenance_note import Provenance, ProvenanceInput
from lwo_analysis.provenance import CARD_NAME, SourceCard, read_card, sha256_of
from lwo_analysis.run.parameters import Value, check_values
from lwo_analysis.sources import demo


def page_provenance(used: pd.DataFrame, notebook: str, **parameters: Value) -> Provenance:
    """Return the note about the sources of the figures on a page; show it as the last line of a cell.

    Parameters
    ----------
    used : DataFrame
        The observations that the page shows, with `source_id`, `vintage` and `origin`.
    notebook : str
        Name of the notebook.
    **parameters
        The parameters of the run; `lang` among them.

    Raises
    ------
    ParameterError
        A parameter is outside its domain.
    InputError
        A raw file differs from its source card.
    """
    check_values(parameters, where=notebook)
    lang = str(parameters["lang"])
    inputs = tuple(_input_of_demo(lang) if name == demo.SOURCE_ID else _input_of_card(card) for name, card in _cards_used(used))
    options = "".join(f" -p {key}={value}" for key, value in parameters.items() if key not in ("lang", "panel"))
    command = f"lwo run {notebook}{options} --lang {lang}"
    return Provenance(inputs, parameters, command, frozenset(used["origin"]), lang)


def _cards_used(used: pd.DataFrame) -> list[tuple[str, SourceCard | None]]:
    """Return the source and the card of every table that the figures came from; the demo panel has no card."""
    keys = {(row.source_id, row.vintage, None if pd.isna(row.year) else int(row.year)) for row in used.itertuples()}
    demo_used = [(demo.SOURCE_ID, None)] if any(name == demo.SOURCE_ID for name, _, _ in keys) else []
    cards = [read_card(path.parent) for path in sorted(raw_folder().glob(f"*/{CARD_NAME}"))]
    return [
        *demo_used,
        *(
            (card.source_id, card)
            for card in cards
            if (card.source_id, card.vintage, source(card.source_id).tables.get(card.table)) in keys
        ),
    ]


def _input_of_card(card: SourceCard) -> ProvenanceInput:
    lines = "\n".join(f"{checksum}  {name}" for name, checksum in sorted(card.files.items()))
    checksum = next(iter(card.files.values())) if len(card.files) == 1 else hashlib.sha256(lines.encode()).hexdigest()
    name = f"{card.source_id}-{card.table}".lower()
    return ProvenanceInput(name, card.title, card.provider, card.vintage, card.licence, checksum, card.retrieved)


def _input_of_demo(lang: str) -> ProvenanceInput:
    panel = source(demo.SOURCE_ID)
    checksum = sha256_of(Path(demo.__file__))
    return ProvenanceInput(panel.id, panel.title(lang), panel.provider, demo.VINTAGE, panel.licence, checksum, "")
