"""From delivered files (partners, surveys, the Leefbaarometer) in `data/raw` to observations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from lwo_analysis.catalogue.sources import source
from lwo_analysis.cleaning.observations import as_observations
from lwo_analysis.errors import InputError
from lwo_analysis.indicators.delivered import figures_of_delivery
from lwo_analysis.indicators.survey_estimates import survey_figures
from lwo_analysis.provenance import SourceCard
from lwo_analysis.schema import COLUMN_NAMES
from lwo_analysis.sources.leefbaarometer import INDICATOR, read_liveability_zip
from lwo_analysis.sources.partner import FIGURE_COLUMNS, DeliveredFigures, read_partner_figures
from lwo_analysis.sources.partner_mapping import MAPPING_NAME, read_partner_mapping
from lwo_analysis.sources.survey_microdata import read_survey_answers, read_survey_mapping


def observations_of_delivery(folder: Path, card: SourceCard) -> pd.DataFrame:
    """Return the observations of one delivered file.

    Parameters
    ----------
    folder, card : Path and SourceCard
        A raw folder whose source has a module of `DELIVERY_MODULES`, and its checked card.

    Raises
    ------
    InputError
        The file does not follow its mapping, or the folder holds no file or several.
    """
    origin = source(card.source_id)
    figures = _READERS[origin.module](_only_file(folder, card), card)
    whole = figures.assign(origin=origin.origin, source_id=card.source_id, vintage=card.vintage)
    return as_observations(whole.reindex(columns=list(COLUMN_NAMES)), where=card.table)


def _only_file(folder: Path, card: SourceCard) -> Path:
    names = sorted(set(card.files) - {MAPPING_NAME})
    if len(names) != 1:
        raise InputError(
            str(folder),
            expected="one delivered file",
            found=", ".join(names) or "none",
            remedy="import one file at a time with `lwo import`",
        )
    return folder / names[0]


def _partner(path: Path, card: SourceCard) -> pd.DataFrame:
    return figures_of_delivery(read_partner_figures(path, read_partner_mapping(path.parent / MAPPING_NAME)), card)


def _survey(path: Path, card: SourceCard) -> pd.DataFrame:
    return survey_figures(read_survey_answers(path, read_survey_mapping(path.parent / MAPPING_NAME)))


def _liveability(path: Path, card: SourceCard) -> pd.DataFrame:
    """Return the level only: no indicator of the catalogue is a deviation from the national mean."""
    scores = read_liveability_zip(path)
    levels = scores.rows[scores.rows["measure"].eq(INDICATOR)]
    empty = dict.fromkeys(("lower", "upper", "numerator", "denominator", "n"), pd.array([pd.NA] * len(levels), dtype="Float64"))
    rows = levels.assign(name="", is_provisional=False, **empty).rename(columns={"region_code": "key", "measure": "indicator_id"})
    delivered = DeliveredFigures(rows[list(FIGURE_COLUMNS)], "cbs_code", scores.boundary_year, True, (), 0, 0)
    return figures_of_delivery(delivered, card, whole_country=True)


_READERS: dict[str, Callable[[Path, SourceCard], pd.DataFrame]] = {
    "partner": _partner,
    "survey_microdata": _survey,
    "leefbaarometer": _liveability,
}
DELIVERY_MODULES = frozenset(_READERS)
