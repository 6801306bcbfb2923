"""The report of a run, for people and for programs, and the description of the run as a crate."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from rocrate.rocrate import ROCrate

from lwo_analysis import paths
from lwo_analysis.errors import NotebookError
from lwo_analysis.run.inputs import card_checksums, write_built_from
from lwo_analysis.run.pages import Making
from lwo_analysis.run.report import CRATE, PAGES, read_report
from lwo_analysis.run.status import read_status
from tests.run.test_incremental import NOTHING_PUBLISHED
from tests.support.runs import publish, write_notebook

BROKEN = "1 / 0"
OUTSIDE = {
    "https://w3id.org/ro/crate/1.1",
    "http://schema.org/CompletedActionStatus",
    "http://schema.org/FailedActionStatus",
}
"""What a crate names without describing it: the specification, and two words of schema.org."""


@pytest.fixture(scope="module")
def failed_run(tmp_path_factory: pytest.TempPathFactory, launcher) -> Path:
    """Return the outputs of a run in which one page was made and another, made before, failed."""
    folder = tmp_path_factory.mktemp("report")
    notebooks = write_notebook(folder / "notebooks", NOTHING_PUBLISHED)
    write_notebook(notebooks, NOTHING_PUBLISHED, name="other")
    publish(notebooks, folder / "outputs", launcher, Making(2))
    write_notebook(notebooks, BROKEN, NOTHING_PUBLISHED, name="other")
    write_notebook(notebooks, "changed = True", NOTHING_PUBLISHED)
    publish(notebooks, folder / "outputs", launcher, Making(2, keep_going=True))
    return folder / "outputs"


def test_the_report_says_what_ran_what_failed_and_why(failed_run):
    report = read_report(failed_run / "runs")
    assert (report["command"], report["published"], report["error"]) == ("run", True, "")
    assert list(report["made"]) == ["page"]
    assert report["kept"] == ["other"]
    assert list(report["failed"]) == ["other"]
    assert "ZeroDivisionError" in report["failed"]["other"]
    assert set(report["versions"]) == {"lwo-analysis", "code", "lock_sha256", "python"}
    assert report["started"] <= report["finished"]


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_report_is_a_page_with_the_same_facts(failed_run, lang):
    soup = BeautifulSoup((failed_run / "runs" / PAGES[lang]).read_text(encoding="utf-8"), "html.parser")
    assert soup.html["lang"] == lang
    assert "ZeroDivisionError" in soup.find(id="failed").get_text()
    assert [cell.get_text() for cell in soup.find(id="made").find_all("th", scope="row")] == ["page"]
    assert [item.get_text() for item in soup.find(id="kept").find_all("li")] == ["other"]


def test_the_crate_holds_what_the_profile_asks_for(failed_run):
    # Requirements of the Process Run Crate profile, version 0.5, read back by another program (rocrate).
    crate = ROCrate(failed_run / "runs")
    assert crate.metadata["conformsTo"] == "https://w3id.org/ro/crate/1.1"
    assert crate.root_dataset["conformsTo"].id == "https://w3id.org/ro/wfrun/process/0.5"
    assert crate.get("https://w3id.org/ro/wfrun/process/0.5").type == "CreativeWork"
    for name in ("name", "description", "datePublished", "license"):
        assert crate.root_dataset[name]
    actions = [entity for entity in crate.get_entities() if entity.type == "CreateAction"]
    assert {action.id for action in crate.root_dataset["mentions"]} == {action.id for action in actions}
    for action in actions:
        assert {"SoftwareSourceCode", "SoftwareApplication"} & {action["instrument"].type}
        assert action["agent"].type == "Organization"
        assert action["endTime"]
    done = {action.id: action for action in actions if action["actionStatus"] == "http://schema.org/CompletedActionStatus"}
    assert set(done) == {"#run-page", "#run-other"}
    assert [result.id for result in done["#run-page"]["result"]] == ["page/executed.ipynb", "page/page.html", "page/facts.json"]
    assert {value["name"]: value["value"] for value in done["#run-page"]["object"] if value.type == "PropertyValue"} == {
        "lang": "nl"
    }
    (failed,) = [action for action in actions if action.id not in done]
    assert "ZeroDivisionError" in failed["error"]


def test_every_file_and_every_entity_that_the_crate_names_is_there(failed_run):
    graph = json.loads((failed_run / "runs" / CRATE).read_text(encoding="utf-8"))["@graph"]
    files = [entity["@id"] for entity in graph if entity["@type"] == "File"]
    assert len(files) == 7
    assert [name for name in files if not (failed_run / "runs" / name).is_file()] == []
    known = [entity["@id"] for entity in graph]
    assert len(known) == len(set(known))
    assert {id for entity in graph for id in _named(entity)} - set(known) == OUTSIDE


def _named(value: object) -> list[str]:
    if isinstance(value, list):
        return [id for each in value for id in _named(each)]
    if not isinstance(value, dict):
        return []
    return [value["@id"]] if set(value) == {"@id"} else [id for each in value.values() for id in _named(each)]


def test_a_run_that_stops_says_so_in_its_report_and_in_the_status(tmp_path, launcher, monkeypatch):
    notebooks = write_notebook(tmp_path / "notebooks", BROKEN, NOTHING_PUBLISHED)
    with pytest.raises(NotebookError):
        publish(notebooks, tmp_path, launcher)
    report = read_report(tmp_path / "runs")
    assert (report["published"], list(report["failed"])) == (False, ["page"])
    assert report["error"] == report["failed"]["page"]

    monkeypatch.setattr(paths, "outputs_folder", lambda: tmp_path)
    site = read_status().to_json()["parts"][-1]
    assert (site["about"], site["healthy"], site["run"]["error"]) == ("site", False, report["error"])


def test_the_status_names_a_page_that_is_out_of_date(failed_run, monkeypatch):
    monkeypatch.setattr(paths, "outputs_folder", lambda: failed_run)
    status = read_status().to_json()
    assert (status["format"], status["healthy"]) == (1, False)
    (page,) = [part for part in status["parts"] if part["about"] == "page"]
    assert page["name"] == "other"
    assert {"about", "name", "healthy", "line"} <= set.intersection(*(set(part) for part in status["parts"]))


def test_whether_the_table_is_up_to_date_is_read_from_the_cards_and_not_from_the_clock(tmp_path, monkeypatch):
    monkeypatch.setenv("LWO_DATA", str(tmp_path))
    raw, processed = tmp_path / "raw", tmp_path / "processed"
    shutil.copytree(paths.REPOSITORY / "data" / "raw" / "published", raw / "published")
    processed.mkdir()
    (processed / "observations.parquet").touch()

    def observations() -> tuple[str, list[str]]:
        (part,) = [part for part in read_status().to_json()["parts"] if part["about"] == "observations"]
        return part["state"], part["newer"]

    assert observations() == ("outdated", ["published"])
    write_built_from(processed, card_checksums(raw))
    for later in (1, 4_000_000_000):
        os.utime(raw / "published" / "card.yml", (later, later))
        assert observations() == ("current", [])
    shutil.copytree(raw / "published", raw / "another")
    assert observations() == ("outdated", ["another"])
    shutil.rmtree(raw / "another")
    card = raw / "published" / "card.yml"
    card.write_text(card.read_text() + "\n# another delivery\n")
    assert observations() == ("outdated", ["published"])
