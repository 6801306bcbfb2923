"""Natural frequencies: sums done by hand."""

from __future__ import annotations

import pytest

from lwo_analysis.errors import NotebookError
from lwo_analysis.present.frequencies import Frequency, frequencies


@pytest.mark.parametrize(
    ("percent", "count", "total"),
    [
        (0, 0, 100),
        (0.4, 4, 1000),  # 0.4 of 100 would be nobody
        (0.03, 3, 10_000),
        (1, 1, 100),
        (11.7, 12, 100),
        (12.5, 13, 100),  # half up
        (99.8, 99, 100),  # not everybody
        (100, 100, 100),
    ],
)
def test_one_share(percent: float, count: int, total: int) -> None:
    assert frequencies([percent]) == (Frequency(count, total),)


def test_shares_that_are_compared_have_one_base_on_which_they_differ() -> None:
    assert frequencies([11.7, 7.6]) == (Frequency(12, 100), Frequency(8, 100))
    assert frequencies([3.1, 2.8]) == (Frequency(31, 1000), Frequency(28, 1000))
    assert frequencies([7.0, 7.0]) == (Frequency(7, 100), Frequency(7, 100))
    assert frequencies([0.04, 12.0]) == (Frequency(4, 10_000), Frequency(1200, 10_000))


def test_words_in_both_languages() -> None:
    assert frequencies([12.4])[0].words("nl") == "ongeveer 12 van de 100"
    assert frequencies([0.01])[0].words("en") == "about 1 in 10,000"


@pytest.mark.parametrize("percent", [-1, 100.1, float("nan")])
def test_a_share_outside_0_to_100_is_refused(percent: float) -> None:
    with pytest.raises(NotebookError, match="0 to 100"):
        frequencies([50, percent])
