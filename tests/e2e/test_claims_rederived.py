"""Every claim of every page, computed a second time from the published table by code that shares nothing with the pages."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.notebooks import NOTEBOOKS, default_parameters, notebook_names, page_of
from tests.support.rederive import World, faults_of, numbers_in, read_figures
from tests.support.rederive_all import MODULES, RULES

REAL = "processed/observations.parquet"
DEMO = "demo/data/DEMO-observations.parquet"


def standard_runs(name: str) -> list[dict[str, Any]]:
    """Return the first Dutch standard run of a notebook, on real figures where it can choose; all under `LWO_ALL_PAGES`."""
    runs = yaml.safe_load((NOTEBOOKS / "params" / f"{name}.yml").read_text(encoding="utf-8"))["runs"]
    panel = {"panel": "real"} if "panel" in default_parameters(name) else {}
    dutch = [{**panel, **run} for run in runs if run["lang"] == "nl" and run.get("panel") != "demo"]
    return dutch if os.environ.get("LWO_ALL_PAGES") else dutch[:1]


@pytest.fixture(scope="module")
def default_worlds(published_site: Path, default_folders: tuple[Path, Path]) -> list[tuple[str, World]]:
    """Return every page of the default site with the figures that stand beside it."""
    real, demo = read_figures(default_folders[0] / REAL), read_figures(published_site / DEMO)
    memory: dict[Any, Any] = {}
    worlds = []
    for path in sorted(published_site.rglob("*.claims.json")):
        claims = tuple(json.loads(path.read_text(encoding="utf-8")))
        slug = path.name.removesuffix(".claims.json")
        provenance = json.loads(path.with_name(f"{slug}.prov.json").read_text(encoding="utf-8"))
        if "parameters" not in provenance:  # home and hubs repeat the claims of these pages
            continue
        figures = demo if path.parent.name == "demo" else real
        worlds.append((slug, World(figures, provenance["parameters"], claims, default_folders[0] / "raw", memory)))
    return worlds


def test_every_claim_of_the_default_site_is_found_again(default_worlds):
    faults = [
        f"{slug}: {fault}" for slug, world in default_worlds for claim in world.page for fault in faults_of(claim, world, RULES)
    ]
    assert not faults, "\n".join(faults)
    assert sum(len(world.page) for _, world in default_worlds) > 150


@pytest.mark.parametrize("name", notebook_names())
def test_every_claim_on_the_real_figures_is_found_again(name, real_data, monkeypatch):
    monkeypatch.setenv("LWO_DATA", str(real_data))
    figures, memory = read_figures(real_data / REAL), {}
    faults = []
    for run in standard_runs(name):
        page = page_of(name, **run)
        parameters = {**default_parameters(name), **run}
        world = World(figures, parameters, page.claims, real_data / "raw", memory)
        faults += [f"{page.slug}: {fault}" for claim in page.claims for fault in faults_of(claim, world, RULES)]
    assert not faults, "\n".join(faults)


def test_a_kind_of_sentence_without_a_rule_is_a_fault(default_worlds):
    _, world = default_worlds[0]
    strange = {**world.page[0], "template": "claim.description.never_seen"}
    assert "no re-derivation" in faults_of(strange, world, RULES)[0]


def test_another_number_in_a_claim_is_a_fault(default_worlds):
    """A value that is one more, and a number more in the sentence: of every claim each of the two is found."""
    missed = []
    for slug, world in default_worlds[::3]:
        for claim in world.page:
            if claim["value"] is not None:
                changed = {**claim, "value": claim["value"] + max(1.0, abs(claim["value"]) / 100)}
                missed += [] if faults_of(changed, world, RULES) else [f"{slug} {claim['id']}: value"]
            if numbers_in(claim["text"], claim["lang"]):
                said = {**claim, "text": f"{claim['text']} 7"}
                missed += [] if faults_of(said, world, RULES) else [f"{slug} {claim['id']}: sentence"]
    assert not missed, "\n".join(missed)


def test_each_kind_of_sentence_has_one_rule():
    templates = [template for module in MODULES for template in module.RULES]
    assert len(templates) == len(set(templates))


@pytest.mark.parametrize(
    ("text", "lang", "numbers"),
    [
        ("In 2020 is dat 0,25% van 1.610, in de G40 −3.", "nl", [(2020.0, 0), (0.25, 2), (1610.0, 0), (-3.0, 0)]),
        (
            "In 2020 it is 0.25% of 1,610 (95% interval 1.5 to 2.5).",
            "en",
            [(2020.0, 0), (0.25, 2), (1610.0, 0), (1.5, 1), (2.5, 1)],
        ),
    ],
)
def test_numbers_are_read_as_the_language_writes_them(text, lang, numbers):
    assert numbers_in(text, lang) == numbers
