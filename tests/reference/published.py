"""What others published, in one list: the tests compare with it, and docs/validation.md is made of it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

PUBLISHED = Path(__file__).with_name("published.yml")


@cache
def published() -> dict[str, dict[str, Any]]:
    """Return the published results by id."""
    return {group["id"]: group for group in yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))}


def agree(name: str, *computed: float) -> None:
    """Compare computed numbers with those of a published result, in its order.

    Each lies within the tolerance of what was published, and is what docs/validation.md prints as ours: to its last digit, or
    to a tenth of the tolerance where that is wider, because another processor may end a search at another last digit.
    """
    rows = published()[name]["values"]
    assert len(computed) == len(rows)
    for (quantity, theirs, ours, tolerance), value in zip(rows, computed, strict=True):
        assert float(value) == pytest.approx(float(theirs), abs=float(tolerance)), (name, quantity)
        # 0.51 units of the last digit: rounding, and the last bits of a float.
        last_digit = 0.51 * 10.0 ** Decimal(ours).as_tuple().exponent
        assert float(value) == pytest.approx(float(ours), abs=max(last_digit, float(tolerance) / 10)), (name, quantity)
