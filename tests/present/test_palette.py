"""The palette of figures: contrast by WCAG 2.2, and roles that colour-blind readers keep apart, in light, dark and print."""

from __future__ import annotations

from itertools import combinations

import pytest

from lwo_analysis.present.style import COMPARISON, CONTEXT, DARK, INTERVAL, OWN, PAPER, SECOND_COMPARISON
from tests.publish.test_styles import BLINDNESS, SHAPE_CONTRAST, contrast, seen_with

ROLES = {"own": OWN, "comparison": COMPARISON, "second": SECOND_COMPARISON, "context": CONTEXT}
CLEAR_STEP = 15.0
"""CIE 1976 colour difference; 2.3 is the smallest that is seen side by side (Mahy et al. 1994), marks lie apart and are small."""
SEEN = {"all colours": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)), **BLINDNESS}
_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
_WHITE = (0.9505, 1.0, 1.089)


def lab(linear: tuple[float, ...]) -> tuple[float, float, float]:
    """Return CIELAB (D65) of linear sRGB; channels that a simulation puts outside 0-1 are cut."""
    cut = [min(max(channel, 0.0), 1.0) for channel in linear]
    parts = [sum(w * c for w, c in zip(row, cut, strict=True)) / white for row, white in zip(_TO_XYZ, _WHITE, strict=True)]
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in parts)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: str, other: str, kind: str) -> float:
    pair = [lab(seen_with(colour, SEEN[kind])) for colour in (one, other)]
    return sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5


def test_the_difference_of_black_and_white_is_a_hundred() -> None:
    # CIE: L* runs from 0 to 100, and neither has a colour.
    assert difference("#000000", "#ffffff", "all colours") == pytest.approx(100, abs=0.1)


@pytest.mark.parametrize("kind", SEEN)
@pytest.mark.parametrize("scheme", ["light and print", "dark"])
def test_roles_are_kept_apart_by_everyone(scheme: str, kind: str) -> None:
    colours = {name: DARK[colour] if scheme == "dark" else colour for name, colour in ROLES.items()}
    close = {
        (one, other): round(found, 1)
        for one, other in combinations(colours, 2)
        if (found := difference(colours[one], colours[other], kind)) < CLEAR_STEP
    }
    assert close == {}


def test_an_interval_can_be_seen_on_paper_and_on_a_dark_page() -> None:
    assert contrast(INTERVAL, PAPER) >= SHAPE_CONTRAST
    assert contrast(DARK[INTERVAL], DARK[PAPER]) >= SHAPE_CONTRAST
