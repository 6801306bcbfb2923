"""Shares as people out of a hundred: whole numbers that a reader can picture, on one base for figures that are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.prose import format_number

BASES = (100, 1_000, 10_000)


@dataclass(frozen=True)
class Frequency:
    """So many out of so many: `count` and `total` are whole numbers."""

    count: int
    total: int

    def words(self, lang: str) -> str:
        """Return the frequency in Dutch (`nl`) or English (`en`)."""
        return phrase("frequency.about", lang, count=format_number(self.count, lang, 0), total=format_number(self.total, lang, 0))


def frequencies(percents: Sequence[float]) -> tuple[Frequency, ...]:
    """Return shares on one base: a hundred, or more when a hundred would make different shares the same or one of them zero.

    Parameters
    ----------
    percents : sequence of float
        Those that one sentence compares, or one alone; each from 0 to 100, not missing.

    Raises
    ------
    NotebookError
        A value is missing or outside 0-100.

    Notes
    -----
    Rounded half up; a share that is not 100 is never rounded to everybody.

    Examples
    --------
    >>> frequencies([11.7, 7.6])
    (Frequency(count=12, total=100), Frequency(count=8, total=100))
    >>> frequencies([3.1, 2.8])
    (Frequency(count=31, total=1000), Frequency(count=28, total=1000))
    """
    for percent in percents:
        _check(percent)
    total = next((base for base in BASES if _keeps_apart(percents, base)), BASES[-1])
    return tuple(Frequency(_count(percent, total), total) for percent in percents)


def _keeps_apart(percents: Sequence[float], total: int) -> bool:
    counts = {percent: _count(percent, total) for percent in percents}
    return len(set(counts.values())) == len(counts) and all(count for percent, count in counts.items() if percent > 0)


def _count(percent: float, total: int) -> int:
    rounded = int((Decimal(str(percent)) * total / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return total - 1 if rounded == total and percent < 100 else rounded


def _check(percent: float) -> None:
    if not 0 <= percent <= 100:
        raise NotebookError("a share", expected="a percentage from 0 to 100", found=str(percent), remedy="check its numerator")
