"""Parameters: read from their cell, typed, and checked against the catalogue before anything runs."""

from __future__ import annotations

import nbformat
import pytest

from lwo_analysis.errors import NotebookError, ParameterError
from lwo_analysis.run.parameters import check_parameters, read_parameters

DEFAULTS = {"area": "lwo", "compare": "lwd,g40", "year": 0, "lang": "nl"}


def notebook(*sources: str) -> nbformat.NotebookNode:
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_every_literal_is_read_also_what_papermill_drops():
    # papermill's own reader drops annotated names with a union and cuts text at a hash sign.
    source = 'area: str | None = "lwo"  # the area\naddress = "http://x#y"\nyear = 2020\nlevel = -0.5'
    assert read_parameters(notebook(source), "n") == {"area": "lwo", "address": "http://x#y", "year": 2020, "level": -0.5}


@pytest.mark.parametrize("sources", [(), ("a = 1", "b = 2")])
def test_a_notebook_has_exactly_one_parameters_cell(sources):
    with pytest.raises(NotebookError, match="one code cell tagged `parameters`"):
        read_parameters(notebook(*sources), "02-comparison")


@pytest.mark.parametrize("source", ["year = 2020 + 1", "import os", "a, b = 1, 2", "print(1)", "%matplotlib inline", "year ="])
def test_a_parameters_cell_holds_literals_only(source):
    with pytest.raises(NotebookError, match="one name to one literal"):
        read_parameters(notebook(source), "02-comparison")


def test_given_values_replace_defaults_and_text_becomes_a_number():
    assert check_parameters({"year": "2020", "lang": "en"}, DEFAULTS, "n") == {**DEFAULTS, "year": 2020, "lang": "en"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"jaar": "2020"}, "found jaar"),
        ({"year": "twenty"}, "'twenty'"),
        ({"year": "1066"}, "1066"),
        ({"area": "atlantis"}, "'atlantis'"),
        ({"compare": "lwd,atlantis"}, "'atlantis'"),
        ({"lang": "de"}, "'de'"),
    ],
)
def test_an_unknown_name_or_value_is_told_in_one_line(given, found):
    with pytest.raises(ParameterError) as caught:
        check_parameters(given, DEFAULTS, "02-comparison")
    assert found in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_long_list_of_ids_is_told_by_the_nearest_ones():
    with pytest.raises(ParameterError, match=r"an id of catalogue/areas\.yml, such as bilgaard, found 'bilgard'"):
        check_parameters({"area": "bilgard"}, DEFAULTS, "02-comparison")
