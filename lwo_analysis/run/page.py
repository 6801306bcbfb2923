"""What a notebook shows about itself: where its figures come from and how to make it again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.sources import source, source_of_table
from lwo_analysis.paths import raw_folder
from lwo_analysis.present.figure_notes import figure_notes
from lwo_analysis.present.provenance_note import Provenance, ProvenanceInput
from lwo_analysis.provenance import CARD_NAME, SourceCard, read_card, read_fields, sha256_of
from lwo_analysis.run.parameters import Value, check_values
from lwo_analysis.sources import demo


def page_provenance(used: pd.DataFrame, notebook: str, *, also: Sequence[str] = (), **parameters: Value) -> Provenance:
    """Return the note about the sources of the figures on a page; show it as the last line of a cell.

    Parameters
    ----------
    used : DataFrame
        The observations that the page shows, in the columns of the observation table.
    notebook : str
        Name of the notebook.
    also : sequence of str
        Sources that the page quotes and that have no figures.
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
    inputs = _inputs_of(used, lang)
    quoted = tuple(map(_input_of_card, _cards(lambda card: card.source_id in also)))
    origins = frozenset(used["origin"]) | {source(name).origin for name in also}
    return Provenance((*inputs, *quoted), parameters, _command(notebook, parameters), origins, lang, figure_notes(used, lang))


def catalogue_provenance(
    names: Sequence[str], notebook: str, *, used: pd.DataFrame | None = None, **parameters: Value
) -> Provenance:
    """Return the note about a page made from figures that are typed, with their document and line, into the catalogue.

    Parameters
    ----------
    names : sequence of str
        Files of the catalogue; each is listed as the table of a source.
    notebook : str
        Name of the notebook.
    used : DataFrame, optional
        Observations that the page shows as well, as in :func:`page_provenance`.
    **parameters
        The parameters of the run; `lang` among them.

    Raises
    ------
    ParameterError
        A parameter is outside its domain.
    CatalogueError
        A file is the table of no source.
    """
    check_values(parameters, where=notebook)
    lang = str(parameters["lang"])
    cards = () if used is None else _inputs_of(used, lang)
    origins = {source_of_table(name).origin for name in names} | (set() if used is None else set(used["origin"]))
    inputs = (*(_input_of_catalogue(name, lang) for name in names), *cards)
    notes = () if used is None else figure_notes(used, lang)
    return Provenance(inputs, parameters, _command(notebook, parameters), frozenset(origins), lang, notes)


def _command(notebook: str, parameters: Mapping[str, Value]) -> str:
    options = "".join(f" -p {key}={value}" for key, value in parameters.items() if key not in ("lang", "panel"))
    return f"lwo run {notebook}{options} --lang {parameters['lang']}"


def _inputs_of(used: pd.DataFrame, lang: str) -> tuple[ProvenanceInput, ...]:
    """Return every table that the figures came from; the demo panel has no card."""
    keys = {(row.source_id, row.vintage, None if pd.isna(row.year) else int(row.year)) for row in used.itertuples()}
    demo_used = [_input_of_demo(lang)] if any(name == demo.SOURCE_ID for name, _, _ in keys) else []
    return (*demo_used, *map(_input_of_card, _cards(lambda card: _is_used(card, keys))))


def _cards(is_wanted: Callable[[SourceCard], bool]) -> list[SourceCard]:
    """Return the source cards that are wanted, with their files checked; a page does not follow from the files of others."""
    folders = [path.parent for path in sorted(raw_folder().glob(f"*/{CARD_NAME}"))]
    return [read_card(folder) for folder in folders if is_wanted(read_fields(folder))]


def _is_used(card: SourceCard, keys: set[tuple[str, str, int | None]]) -> bool:
    """Return whether a figure is of this table; the tables of documents and partners are not listed by year."""
    years = source(card.source_id).years_of(card.table)
    return any(key[:2] == (card.source_id, card.vintage) and (not years or key[2] in years) for key in keys)


def _input_of_card(card: SourceCard) -> ProvenanceInput:
    lines = "\n".join(f"{checksum}  {name}" for name, checksum in sorted(card.files.items()))
    checksum = next(iter(card.files.values())) if len(card.files) == 1 else hashlib.sha256(lines.encode()).hexdigest()
    name = f"{card.source_id}-{card.table}".lower()
    return ProvenanceInput(name, card.title, card.provider, card.vintage, card.licence, checksum, card.retrieved)


def _input_of_catalogue(name: str, lang: str) -> ProvenanceInput:
    typed = source_of_table(name)
    checksum = hashlib.sha256(files("lwo_analysis.catalogue").joinpath(name).read_bytes()).hexdigest()
    return ProvenanceInput(typed.id, typed.title(lang), typed.provider, str(typed.tables[name]), typed.licence, checksum, "")


def _input_of_demo(lang: str) -> ProvenanceInput:
    panel = source(demo.SOURCE_ID)
    checksum = sha256_of(Path(demo.__file__))
    return ProvenanceInput(panel.id, panel.title(lang), panel.provider, demo.VINTAGE, panel.licence, checksum, "")
