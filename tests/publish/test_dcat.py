"""The record for a data catalogue, held against what DCAT-AP-NL 3.0 makes mandatory.

The numbers are those of its shapes (Geonovum, dcat-ap-nl-SHACL.ttl 3.0.0) and those of DCAT-AP 3.0 below it.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from lwo_analysis.publish.dcat import RECORD, dcat_record
from tests.support.sample_pages import GENERATED, sample_pages, write_sample_site

EXACTLY_ONE = {"dcat:Dataset": ("dcat:contactPoint", "dct:identifier"), "dcat:Catalog": ("dcat:contactPoint",)}
AT_LEAST_ONE = {
    "dcat:Dataset": ("dct:title", "dct:description", "dct:accessRights", "dct:creator", "dct:publisher", "dcat:theme"),
    "dcat:Catalog": ("dct:title", "dct:description", "dct:publisher", "dcat:dataset"),
    "dcat:Distribution": ("dct:license", "dcat:accessURL"),
    "foaf:Agent": ("foaf:name",),
}
MOST_ONE = ("dcat:accessURL", "dcat:downloadURL")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample_site(tmp_path_factory.mktemp("site") / "site").resolve()


@pytest.fixture(scope="module")
def nodes(site: Path) -> dict[str, dict]:
    """Return every node of the record with a name, distributions too."""
    graph = json.loads((site / RECORD).read_text())["@graph"]
    parts = [part for node in graph for part in node.get("dcat:distribution", [])]
    return {node["@id"]: node for node in [*graph, *parts]}


def test_every_mandatory_property_is_there(nodes):
    assert {node["@type"] for node in nodes.values()} >= set(AT_LEAST_ONE)
    for node in nodes.values():
        for name in AT_LEAST_ONE.get(node["@type"], ()):
            assert node.get(name), (node["@id"], name)
        for name in EXACTLY_ONE.get(node["@type"], ()):
            assert isinstance(node.get(name), dict | str), (node["@id"], name)
        assert not [name for name in MOST_ONE if isinstance(node.get(name), list)]


def test_what_it_points_to_is_there(nodes, site):
    for node in nodes.values():
        for name in ("dct:publisher", "dcat:contactPoint", "dcat:dataset"):
            assert name not in node or node[name]["@id"] in nodes
        for name in ("dcat:accessURL", "dcat:landingPage", "foaf:homepage", "vcard:hasURL"):
            assert name not in node or (site / node[name]["@id"]).is_file()


def test_a_distribution_is_the_file_that_it_names(nodes, site):
    found = [node for node in nodes.values() if node["@type"] == "dcat:Distribution"]
    assert {Path(node["dcat:accessURL"]["@id"]).suffix for node in found} == {".csv", ".parquet", ".xlsx"}
    for node in found:
        content = (site / node["dcat:downloadURL"]["@id"]).read_bytes()
        assert node["spdx:checksum"]["spdx:checksumValue"]["@value"] == sha256(content).hexdigest()
        assert node["dcat:byteSize"]["@value"] == str(len(content))


def test_without_real_figures_there_is_no_record():
    assert dcat_record(sample_pages(), {"demo/data/DEMO-observations.csv": b"x"}, GENERATED) == {}
