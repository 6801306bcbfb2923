"""From answers of respondents to estimates of areas: weighted, with the interval of the design, hidden below 50 answers."""

from __future__ import annotations

import copy
import math
import shutil
import stat
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.survey_estimates import is_indicative, survey_figures
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.build import build_observations
from lwo_analysis.sources.importing import import_files
from lwo_analysis.sources.survey_microdata import SurveyAnswers, read_survey_answers, read_survey_mapping

WIJKEN = ("oud-oost", "bilgaard", "vrijheidswijk", "heechterp-schieringen", "camminghaburen")
SHARE, MARK = "neighbourhood_attachment", "clean_whole_safe_mark"
MAPPING: dict[str, Any] = {
    "identity": {
        "source_id": "residents-survey",
        "table": "enquete-2024",
        "title": "Inwonersenquête 2024",
        "provider": "Gemeente Leeuwarden",
        "licence": "Antwoorden blijven bij de gemeente",
        "vintage": "2024-12-01",
    },
    "layout": {"decimal": ","},
    "area": {"column": "wijk", "kind": "area_id"},
    "period": {"value": 2024},
    "areas": ["oud-oost"],
    "weight": "gewicht",
    "stratum": "stratum",
    "respondent": "nummer",
    "questions": [
        {"indicator": SHARE, "column": "v1", "yes_answers": [1, 2], "no_answers": [3], "no_answer": [9]},
        {"indicator": MARK, "column": "v2", "lowest": 1, "highest": 10, "no_answer": ["weet niet"]},
    ],
}
HEADER = ("nummer", "wijk", "stratum", "gewicht", "v1", "v2")
Z = 1.959963984540054


def respondents(
    wijk: str, n: int, *, yes: int, stratum: str = "s", weight: str = "1", marks: tuple[str, ...] = ("7",)
) -> list[tuple]:
    """Return rows without a number: the first `yes` say yes, marks go round."""
    return [(wijk, stratum, weight, "1" if place < yes else "3", marks[place % len(marks)]) for place in range(n)]


def survey_file(folder: Path, rows: list[tuple]) -> Path:
    lines = [";".join(HEADER), *(";".join((str(number), *row)) for number, row in enumerate(rows, 1))]
    path = folder / "answers.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def mapping_file(folder: Path, **changes: Any) -> Path:
    mapping = {**copy.deepcopy(MAPPING), **changes}
    path = folder / "survey-mapping.yml"
    path.write_text(yaml.safe_dump({name: value for name, value in mapping.items() if value is not None}), encoding="utf-8")
    return path


def answers_of(folder: Path, rows: list[tuple], **changes: Any) -> SurveyAnswers:
    return read_survey_answers(survey_file(folder, rows), read_survey_mapping(mapping_file(folder, **changes)))


def estimates(folder: Path, rows: list[tuple], **changes: Any) -> pd.DataFrame:
    return survey_figures(answers_of(folder, rows, **changes)).set_index(["area_id", "indicator_id"])


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return Wilson's interval by its formula, in percent."""
    middle, half = share + Z**2 / (2 * n), Z * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return 100 * (middle - half) / (1 + Z**2 / n), 100 * (middle + half) / (1 + Z**2 / n)


def test_a_share_without_weights_has_wilsons_interval(tmp_path):
    row = estimates(tmp_path, respondents("oud-oost", 60, yes=24)).loc[("oud-oost", SHARE)]
    # the variance of a share with n - 1 below the line equals that of 59 independent answers
    lower, upper = wilson(0.4, 59)
    assert (row["value"], row["n"]) == (pytest.approx(40.0), 60)
    assert (row["lower"], row["upper"]) == (pytest.approx(lower), pytest.approx(upper))


def test_weights_and_strata_count_as_in_the_formula(tmp_path):
    rows = respondents("oud-oost", 40, yes=20, stratum="a") + respondents("oud-oost", 20, yes=5, stratum="b", weight="3,0")
    row = estimates(tmp_path, rows).loc[("oud-oost", SHARE)]
    # (20 x 1 + 5 x 3) / (40 x 1 + 20 x 3); z = w (y - 0.35) / 100, n / (n - 1) times its squares around the mean of each stratum
    variance = 40 / 39 * 40 * 0.25 * (1 / 100) ** 2 + 20 / 19 * 20 * 0.25 * 0.75 * (3 / 100) ** 2
    lower, upper = wilson(0.35, 0.35 * 0.65 / variance)
    assert row["value"] == pytest.approx(35.0)
    assert (row["lower"], row["upper"]) == (pytest.approx(lower), pytest.approx(upper))


def test_a_mark_has_students_interval(tmp_path):
    row = estimates(tmp_path, respondents("oud-oost", 60, yes=1, marks=("6", "8"))).loc[("oud-oost", MARK)]
    # s² = 60 / 59, so the standard error is 1 / sqrt(59); t with 59 degrees of freedom is 2.0010 (table)
    assert row["value"] == pytest.approx(7.0)
    assert row["upper"] - 7 == pytest.approx(2.0010 / math.sqrt(59), abs=1e-5)  # the table has four decimals


def test_below_fifty_answers_nothing_is_shown_not_even_how_many(tmp_path):
    for n, status in ((49, "suppressed"), (50, "final")):
        row = estimates(tmp_path, respondents("oud-oost", n, yes=10)).loc[("oud-oost", SHARE)]
        assert row["status"] == status
        assert row[["value", "lower", "upper", "n"]].isna().all() == (n == 49)


def test_who_gave_no_answer_does_not_count_as_a_respondent(tmp_path):
    silent = [("oud-oost", "s", "1", "9", "weet niet"), ("oud-oost", "s", "1", "", "")]
    found = estimates(tmp_path, respondents("oud-oost", 49, yes=10) + silent)
    assert found.loc[("oud-oost", SHARE), "status"] == "suppressed"
    assert found.loc[("oud-oost", MARK), "status"] == "suppressed"
    none = estimates(tmp_path, silent)
    assert none.loc[("oud-oost", SHARE), "status"] == "not_published"


def test_an_estimate_is_indicative_below_a_hundred_and_fifty_and_says_so_from_its_n(tmp_path):
    for n, indicative in ((149, True), (150, False), (49, False)):
        table = survey_figures(answers_of(tmp_path, respondents("oud-oost", n, yes=20))).assign(origin="survey")
        assert is_indicative(table).tolist() == [indicative, indicative]


def test_the_whole_area_is_estimated_from_all_its_wijken(tmp_path):
    rows = [row for place, wijk in enumerate(WIJKEN) for row in respondents(wijk, 20, yes=4 * place, stratum=wijk)]
    found = estimates(tmp_path, rows, areas=["lwo", "bilgaard"])
    # (0 + 4 + 8 + 12 + 16) of 100
    assert found.loc[("lwo", SHARE), "value"] == pytest.approx(40.0)
    assert found.loc[("bilgaard", SHARE), "status"] == "suppressed"


def test_codes_of_neighbourhoods_count_for_their_wijk_and_city(tmp_path):
    area = {"column": "wijk", "kind": "cbs_code", "boundary_year": 2024}
    rows = respondents("BU00802001", 60, yes=30, stratum="a") + respondents("WK008010", 60, yes=0, stratum="b")
    found = estimates(tmp_path, rows, area=area, areas=["oud-oost", "lwd", "lwd-rest"])["value"].xs(SHARE, level=1)
    assert found.to_dict() == {"oud-oost": pytest.approx(50.0), "lwd": pytest.approx(25.0), "lwd-rest": pytest.approx(0.0)}


def test_the_rest_of_the_city_and_the_city_follow_from_area_ids(tmp_path):
    rows = respondents("oud-oost", 60, yes=30, stratum="a") + respondents("lwd-rest", 60, yes=0, stratum="b")
    found = estimates(tmp_path, rows, areas=["lwd", "lwd-rest"])["value"].xs(SHARE, level=1)
    assert found.to_dict() == {"lwd": pytest.approx(25.0), "lwd-rest": pytest.approx(0.0)}


def test_a_stratum_of_one_is_pooled_and_costs_no_estimate(tmp_path):
    rows = respondents("oud-oost", 59, yes=20, stratum="a") + respondents("oud-oost", 1, yes=1, stratum="b")
    assert estimates(tmp_path, rows).loc[("oud-oost", SHARE), "n"] == 60


def test_an_area_with_a_part_nobody_was_asked_in_has_no_estimate(tmp_path):
    with pytest.raises(
        InputError, match="lwo: expected respondents in the area and in each of its parts, found none in bilgaard"
    ):
        estimates(tmp_path, respondents("oud-oost", 60, yes=20), areas=["lwo"])


def test_a_stratum_across_areas_is_refused(tmp_path):
    rows = respondents("oud-oost", 60, yes=20, stratum="jong") + respondents("bilgaard", 60, yes=20, stratum="jong")
    with pytest.raises(
        InputError, match="oud-oost: expected strata that lie inside the area, found jong with respondents elsewhere"
    ):
        estimates(tmp_path, rows)
    assert estimates(tmp_path, rows, stratum=None).loc[("oud-oost", SHARE), "n"] == 60


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            ("oud-oost", "s", "1", "4", "7"),
            "column 5: expected an answer that the mapping counts as yes, no or no answer, found '4'",
        ),
        (("oud-oost", "s", "1", "1", "11"), "column 6: expected an answer from 1 to 10, found '11'"),
        (("oud-oost", "s", "1", "1", "goed"), "column 6: expected an answer from 1 to 10, found 'goed'"),
        (("oud-oost", "s", "0", "1", "7"), "column 4: expected a weight above 0, found '0'"),
        (("oud-oost", "s", "-1", "1", "7"), "column 4: expected a weight above 0, found '-1'"),
        (("oud-oost", "s", "", "1", "7"), "column 4: expected a weight above 0, found ''"),
        (("oud-oost", "s", "1.5", "1", "7"), "column 4: expected a weight above 0, found '1.5'"),
        (("oud-oost", "", "1", "1", "7"), "column 3: expected a stratum, found an empty cell"),
        (("elders", "s", "1", "1", "7"), "column 2: expected an area id, found 'elders'"),
    ],
)
def test_a_row_that_does_not_follow_the_mapping_is_placed(tmp_path, row, problem):
    with pytest.raises(InputError, match=f"answers.csv, line 3, {problem}"):
        answers_of(tmp_path, [*respondents("oud-oost", 1, yes=1), row])


def test_a_respondent_who_stands_twice_is_refused(tmp_path):
    path = survey_file(tmp_path, respondents("oud-oost", 3, yes=1))
    path.write_text(path.read_text().replace("\n3;", "\n1;"))
    with pytest.raises(InputError, match="line 4, column 1: expected every respondent once, found the one of row 2 again"):
        read_survey_answers(path, read_survey_mapping(mapping_file(tmp_path)))


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ({"indicator": SHARE, "column": "v1"}, "expected yes_answers and no_answers, as it is in percent"),
        ({"indicator": MARK, "column": "v2"}, "expected lowest and highest, as it is in mark"),
        ({"indicator": MARK, "column": "v2", "lowest": 10, "highest": 1}, "expected lowest and highest"),
        ({"indicator": SHARE, "column": "v1", "yes_answers": [1], "no_answers": [1]}, "expected every answer in one list"),
        (
            {"indicator": "joy", "column": "v1", "yes_answers": [1], "no_answers": [2]},
            r"expected an id of catalogue/indicators\.yml",
        ),
        ({"indicator": SHARE, "column": "v1", "yes": [1]}, "expected the keys of Question"),
    ],
)
def test_a_wrong_question_is_told_in_one_line(tmp_path, question, problem):
    with pytest.raises(InputError, match=problem):
        read_survey_mapping(mapping_file(tmp_path, questions=[question]))


def test_imported_answers_are_private_and_only_estimates_are_built(tmp_path):
    raw = tmp_path / "raw"
    path = survey_file(tmp_path, respondents("oud-oost", 60, yes=24) + respondents("bilgaard", 30, yes=3, stratum="b"))
    mapping = mapping_file(tmp_path, areas=["oud-oost", "bilgaard"])
    card = import_files(path, module="survey", raw=raw, retrieved="2025-01-01", mapping=mapping)[0]
    assert card.note == "90 respondents, 0 rows skipped"
    assert stat.S_IMODE((raw / "enquete-2024" / "answers.csv").stat().st_mode) == 0o600
    shutil.copytree(REPOSITORY / "data" / "raw" / "published", raw / "published")
    built = pd.read_parquet(build_observations(raw, tmp_path / "processed").path)
    mine = built[built["source_id"].eq("residents-survey")].set_index(["area_id", "indicator_id"])
    assert set(mine["origin"]) == {"survey"}
    assert mine.loc[("oud-oost", SHARE), "value"] == pytest.approx(40.0)
    assert mine.loc[("bilgaard", SHARE), "status"] == "suppressed"
    assert is_indicative(mine).to_dict() == {key: key[0] == "oud-oost" for key in mine.index}
