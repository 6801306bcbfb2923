"""Ten numbers picked at random from the published site: each is traced to function, formula, source and test."""

from __future__ import annotations

import random
import re
import time

import pytest
from bs4 import BeautifulSoup

from lwo_analysis.errors import ParameterError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.run.tracing import Trace, choose_numbers, published_numbers, trace_number

SECONDS = 60


@pytest.fixture(scope="module")
def traces(published_site) -> list[Trace]:
    """Return the traces of ten numbers of the default site, made within the promised minute."""
    started = time.process_time()
    found = [trace_number(published_site, address) for address in choose_numbers(published_site, 10, random.Random())]
    assert time.process_time() - started < SECONDS
    return found


def test_the_sentence_is_at_its_address(traces, published_site):
    for trace in traces:
        page, _, place = trace.address.partition("#")
        item = BeautifulSoup((published_site / page).read_text(), "html.parser").find(id=place)
        assert " ".join(trace.said.split()) in " ".join(item.get_text(" ").split()), trace.address


def test_the_passport_is_a_place_on_the_site(traces, published_site):
    for trace in traces:
        page, _, place = trace.passport.partition("#")
        assert BeautifulSoup((published_site / page).read_text(), "html.parser").find(id=place), trace.passport


def test_every_function_starts_on_its_line(traces):
    for trace in traces:
        assert trace.code, trace.number
        for path, function, line in (code.split(":") for code in trace.code):
            assert (REPOSITORY / path).read_text().splitlines()[int(line) - 1].startswith(f"def {function}("), trace.code


def test_every_number_has_a_formula_a_test_and_a_source_with_a_checksum(traces):
    for trace in traces:
        assert trace.formula, trace.number
        assert trace.tests, trace.number
        assert all((REPOSITORY / name).exists() for name in trace.tests)
        assert all(re.search(r"sha256 [0-9a-f]{12}\)$", source) for source in trace.sources), trace.sources


def test_a_number_that_is_not_there_is_refused(published_site):
    page = published_numbers(published_site)[0].partition("#")[0]
    for address in (f"{page}#claim-nothing", "../../etc/passwd#claim-x", "nothing"):
        with pytest.raises(ParameterError, match="lwo trace: expected"):
            trace_number(published_site, address)
    with pytest.raises(ParameterError, match="a site with real numbers"):
        published_numbers(published_site / "passports")
