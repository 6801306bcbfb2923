"""An area against one comparison, as a sentence and as a word for a table."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from lwo_analysis.catalogue.areas import area
from lwo_analysis.catalogue.indicators import Indicator
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.indicators.comparison import GapRow
from lwo_analysis.present.badges import Evidence, Question, decide_badge
from lwo_analysis.present.claims import Claim, make_claim
from lwo_analysis.present.prose import format_number
from lwo_analysis.present.tables import reason_word
from lwo_analysis.present.units import format_gap, format_value
from lwo_analysis.schema import Origin


def pair_claim(row: GapRow, levels: pd.DataFrame, indicator: Indicator, lang: str, *, headline: bool = True) -> Claim:
    """Return the sentence that puts an area beside one comparison, with its badge decided by rule.

    Parameters
    ----------
    row : namedtuple
        One row of `Comparison.gaps`.
    levels : DataFrame
        `Comparison.levels`; a column `decimals` shows figures as a document prints them.
    indicator : Indicator
        The indicator of the row.
    lang : str
        `nl` or `en`.
    headline : bool
        Whether the sentence belongs in the answer at the top of the page.

    Returns
    -------
    Claim
        A description; or, when the figure is missing, the statement that nothing can be said, with the reason.
    """
    figures = levels[levels["indicator_id"] == row.indicator_id].set_index("area_id")
    own, other = figures.loc[row.area_id], figures.loc[row.compare_id]
    common: dict[str, Any] = {
        "lang": lang,
        "indicator": row.indicator_id,
        "area": row.area_id,
        "origins": set(figures["origin"]),
        "sources": tuple(sorted(set(figures["source_id"]))),
        "year": None if pd.isna(row.year) else int(row.year),
        "unit": indicator.unit,
        "headline": headline,
    }
    claim_id = f"{row.indicator_id}-{row.area_id}-{row.compare_id}".replace("_", "-")
    if pd.isna(own["value"]) or pd.isna(other["value"]):
        return _missing_claim(claim_id, own if pd.isna(own["value"]) else other, indicator, common)
    return make_claim(
        claim_id,
        _template(row),
        badge=decide_badge(Evidence(Question.LEVEL, reliable_level=True)),
        words=_words(row, own, other, indicator, lang),
        compare=row.compare_id,
        value=float(own["value"]),
        lower=_number(own["lower"]),
        upper=_number(own["upper"]),
        compare_value=float(other["value"]),
        gap_lower=_number(row.lower),
        gap_upper=_number(row.upper),
        status=str(own["status"]),
        **common,
    )


def shown_name(indicator: Indicator, origins: Collection[str], lang: str) -> str:
    """Return the name of an indicator beside its figure; a model estimate is always called one.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> shown_name(indicator("smoking_share"), {"modelled"}, "nl")
    'Rokers (berekend met een model)'
    """
    name = indicator.name(lang)
    return phrase("modelled.name", lang, name=name) if Origin.MODELLED in origins else name


def gap_word(gap: float, indicator: Indicator, lang: str, decimals: int | None = None) -> str | None:
    """Return a difference with its unit and its direction, or None when it is not known.

    Examples
    --------
    >>> from lwo_analysis.catalogue.indicators import indicator
    >>> gap_word(-4, indicator("registered_crimes"), "nl")
    '4 per 1.000 inwoners lager'
    """
    if pd.isna(gap):
        return None
    if gap == 0:
        return phrase("gap.none", lang)
    return phrase("gap.higher" if gap > 0 else "gap.lower", lang, gap=format_gap(gap, indicator, lang, decimals))


def side_word(oriented_gap: float, lang: str, *, within_chance: bool = False) -> str:
    """Return the word that says on which side an area lies: less favourable, more favourable, equal, or no judgement."""
    if pd.isna(oriented_gap):
        return phrase("side.no_direction", lang)
    if within_chance:
        return phrase("side.chance", lang)
    key = "side.worse" if oriented_gap > 0 else "side.better" if oriented_gap < 0 else "side.equal"
    return phrase(key, lang)


def is_within_chance(row: GapRow) -> bool:
    """Return whether the interval of a gap contains zero; False when there is no interval."""
    return bool(pd.notna(row.lower) and row.lower <= 0 <= row.upper)


def decimals_of(figure: pd.Series) -> int | None:
    """Return the decimals that a figure was printed with, or None when it was not typed from a document."""
    decimals = figure.get("decimals")
    return None if decimals is None or pd.isna(decimals) else int(decimals)


def gap_decimals(own: pd.Series, other: pd.Series) -> int | None:
    """Return the decimals of a difference of two printed figures: those of the finer one."""
    known = [decimals for figure in (own, other) if (decimals := decimals_of(figure)) is not None]
    return max(known) if known else None


def _template(row: GapRow) -> str:
    direction = "equal" if row.gap == 0 or is_within_chance(row) else "higher" if row.gap > 0 else "lower"
    return f"claim.description.pair_{direction}{'_no_year' if pd.isna(row.year) else ''}"


def _words(row: GapRow, own: pd.Series, other: pd.Series, indicator: Indicator, lang: str) -> dict[str, object]:
    words: dict[str, object] = {
        "name": shown_name(indicator, {own["origin"]}, lang),
        "area": area(row.area_id).name(lang),
        "compare": area(row.compare_id).name(lang),
        "value": format_value(float(own["value"]), indicator, lang, decimals_of(own)),
        "compare_value": format_value(float(other["value"]), indicator, lang, decimals_of(other)),
    }
    dated: dict[str, object] = {} if pd.isna(row.year) else {"year": int(row.year)}
    gap: dict[str, object] = (
        {} if "_equal" in _template(row) else {"gap": format_gap(row.gap, indicator, lang, gap_decimals(own, other))}
    )
    return words | dated | gap


def _missing_claim(claim_id: str, missing: pd.Series, indicator: Indicator, common: dict[str, Any]) -> Claim:
    lang = str(common["lang"])
    return make_claim(
        claim_id,
        "claim.undetermined.no_figure",
        badge=decide_badge(Evidence(Question.LEVEL, reliable_level=False)),
        words={
            "name": indicator.name(lang),
            "area": area(str(missing.name)).name(lang),
            "reason": reason_word(missing["status"], lang),
        },
        status=str(missing["status"]),
        **common,
    )


def _number(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def residents_claims(rows: pd.DataFrame, lang: str) -> list[Claim]:
    """Return one sentence per row of the observation table with a number of residents."""
    return [
        make_claim(
            f"population-{row.area_id}",
            "claim.description.residents",
            lang=lang,
            badge=decide_badge(Evidence(Question.LEVEL, reliable_level=True)),
            indicator="population",
            area=row.area_id,
            origins={row.origin},
            sources=(row.source_id,),
            words={
                "area": area(row.area_id).name(lang),
                "value": format_number(float(row.value), lang, 0),
                "year": int(row.year),
            },
            value=float(row.value),
            unit="count",
            year=int(row.year),
            status=row.status,
        )
        for row in rows.itertuples()
    ]
