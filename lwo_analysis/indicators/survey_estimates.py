"""Estimates for areas from the answers of a survey, each with the interval of its design, and none on too few respondents.

Whether an estimate is indicative is not stored: it follows from the number of respondents, which every observation of a survey
carries as `n`, so that the flag and the number can never disagree. `is_indicative` says it for any table of observations.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from lwo_analysis.catalogue.areas import Area, areas, region_codes
from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.errors import InputError
from lwo_analysis.indicators.profile import Reliability, ReliabilityRule, reliability_flag
from lwo_analysis.indicators.survey import SurveyEstimate, survey_mean, survey_share
from lwo_analysis.schema import Origin, Status
from lwo_analysis.sources.survey_microdata import SurveyAnswers

ESTIMATE_COLUMNS: tuple[str, ...] = ("area_id", "indicator_id", "year", "value", "lower", "upper", "n", "status")
PERCENT = 100.0
POOLED = "pooled"


def survey_figures(survey: SurveyAnswers, rule: ReliabilityRule | None = None) -> pd.DataFrame:
    """Return the estimates of every area that the sample describes.

    Parameters
    ----------
    survey : SurveyAnswers
        As `sources.survey_microdata.read_survey_answers` returns; not changed. Strata must lie inside the areas: for an area that
        shares a stratum with others the formula would be wrong, and then there is an error instead of an estimate.
    rule : ReliabilityRule, optional
        Fewest respondents with an answer; 50 when absent.

    Returns
    -------
    DataFrame
        Columns `ESTIMATE_COLUMNS`: shares in percent, means in the unit of the answers, 95 % intervals, `n` respondents with an
        answer. Below the fewest respondents the status is `suppressed` and nothing else is there, `n` neither; with no answers at
        all it is `not_published`.

    Raises
    ------
    InputError
        An area, or a part that it is made of, has no respondents in a year; or a stratum lies partly inside an area.

    Notes
    -----
    `survey_share` and `survey_mean` on the respondents of the area. Strata with one answer are pooled into one, and that one with
    the smallest other when it is still alone: collapsed strata, whose variance errs on the wide side. Not checked: that the
    weights were made for these areas, and that respondents were not drawn in clusters.

    References
    ----------
    Cochran (1977), Sampling Techniques, section 5A.12 (collapsed strata).
    """
    fewest = (rule or ReliabilityRule()).survey_hide
    rows = [
        _figure(survey, area_id, int(year), name, answers, fewest)
        for year, of_year in survey.answers.groupby("year")
        for area_id in survey.areas
        for answers in [of_year[_members(survey, area_id, of_year, int(year))]]
        for name in of_year.columns[4:]
    ]
    return pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS))


def is_indicative(observations: pd.DataFrame, rule: ReliabilityRule | None = None) -> pd.Series:
    """Return which observations are survey estimates on so few respondents that they only give a direction.

    Parameters
    ----------
    observations : DataFrame
        Columns `origin`, `value` and `n`; an estimate without a value is not indicative, nor is a figure of another origin.
    rule : ReliabilityRule, optional
        Respondents from which an estimate is reliable; 150 when absent.

    Examples
    --------
    >>> table = pd.DataFrame({"origin": ["survey", "survey", "register"], "value": 1.0, "n": [149.0, 150.0, 60.0]})
    >>> is_indicative(table).tolist()
    [True, False, False]
    """
    surveyed = observations["origin"].eq(str(Origin.SURVEY)) & observations["value"].notna() & observations["n"].notna()
    flags = [
        bool(asked) and reliability_flag(float(n), is_survey=True, rule=rule) == Reliability.INDICATIVE
        for asked, n in zip(surveyed, observations["n"], strict=True)
    ]
    return pd.Series(flags, index=observations.index, dtype=bool)


def collapsed_strata(strata: pd.Series) -> pd.Series:
    """Return strata in which nobody is alone, where that can be.

    Parameters
    ----------
    strata : Series
        Stratum of each respondent.

    Examples
    --------
    >>> collapsed_strata(pd.Series(["a", "a", "b", "c"])).tolist()
    ['a', 'a', 'pooled', 'pooled']
    >>> collapsed_strata(pd.Series(["a", "a", "a", "b", "b", "c"])).tolist()
    ['a', 'a', 'a', 'pooled', 'pooled', 'pooled']
    """
    sizes = strata.map(strata.value_counts())
    pooled = strata.mask(sizes.eq(1), POOLED)
    if pooled.eq(POOLED).sum() == 1 and len(pooled) > 1:
        others = pooled[pooled.ne(POOLED)].value_counts()
        smallest = min(others.index, key=lambda name: (others[name], name))
        pooled = pooled.mask(pooled.eq(smallest), POOLED)
    return pooled


def _figure(survey: SurveyAnswers, area_id: str, year: int, name: str, answers: pd.DataFrame, fewest: int) -> dict[str, object]:
    given = answers[answers[name].notna()]
    row: dict[str, object] = {**dict.fromkeys(ESTIMATE_COLUMNS), "area_id": area_id, "indicator_id": name, "year": year}
    if len(given) < fewest:
        return row | {"status": str(Status.SUPPRESSED if len(given) else Status.NOT_PUBLISHED)}
    estimate = _estimate(given, name, is_share=name in survey.shares)
    scale = PERCENT if indicators()[name].unit == "percent" else 1.0
    interval = estimate.interval.scaled(scale)
    numbers = {"value": interval.estimate, "lower": interval.lower, "upper": interval.upper, "n": float(estimate.n)}
    return row | numbers | {"status": str(Status.FINAL)}


def _estimate(given: pd.DataFrame, name: str, *, is_share: bool) -> SurveyEstimate:
    estimator = survey_share if is_share else survey_mean
    return estimator(given[name], given["weight"], collapsed_strata(given["stratum"]))


def _members(survey: SurveyAnswers, area_id: str, answers: pd.DataFrame, year: int) -> pd.Series:
    """Return which respondents live in an area; every part of it must have some, and every stratum lie inside or outside it."""
    member_of = {key: _lies_in(key, areas()[area_id], survey) for key in answers["key"].unique()}
    inside = answers["key"].map(member_of).astype(bool)
    empty = [part for part in areas()[area_id].parts if not areas()[area_id].whole and not _has_any(part, answers, survey)]
    if empty or not inside.any():
        raise InputError(
            f"survey of {year}, {area_id}",
            expected="respondents in the area and in each of its parts",
            found=f"none in {', '.join(empty) or area_id}",
            remedy="leave the area out of `areas` in the mapping, or correct area.names",
        )
    split = (
        answers["stratum"].groupby(answers["stratum"]).transform("size").ne(inside.groupby(answers["stratum"]).transform("sum"))
    )
    if crossing := sorted(set(answers.loc[inside & split, "stratum"]) - {""}):
        raise InputError(
            f"survey of {year}, {area_id}",
            expected="strata that lie inside the area",
            found=f"{', '.join(crossing[:3])} with respondents elsewhere too ({len(crossing)} strata)",
            remedy="use strata within areas, or leave `stratum` out: the interval is then a little wide",
        )
    return inside


def _has_any(area_id: str, answers: pd.DataFrame, survey: SurveyAnswers) -> bool:
    return any(_lies_in(key, areas()[area_id], survey) for key in answers["key"].unique())


def _lies_in(key: str, area: Area, survey: SurveyAnswers) -> bool:
    """Return whether an area id, or a CBS code of the boundary year, lies in an area."""
    if key == area.id:
        return True
    if area.whole:
        return (
            survey.kind == "cbs_code" and _lies_in(key, areas()[area.whole], survey) and not _lies_in_any(key, area.parts, survey)
        )
    if area.parts:
        return _lies_in_any(key, area.parts, survey)
    if survey.kind == "cbs_code":
        codes = region_codes(area.id, survey.boundary_year or 0)
        return any(code in ("NL00", key) or key[2:].startswith(code[2:]) for code in codes)
    return _lies_in_any(key, _parts_of_whole(area.id), survey)


def _lies_in_any(key: str, area_ids: Iterable[str], survey: SurveyAnswers) -> bool:
    return any(_lies_in(key, areas()[name], survey) for name in area_ids)


def _parts_of_whole(area_id: str) -> list[str]:
    """Return the areas that are known to make up a municipality: what is taken away from it, and what is then left."""
    return [name for other in areas().values() if other.whole == area_id for name in (other.id, *other.parts)]
