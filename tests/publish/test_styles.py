"""Colours: contrast by the formula of WCAG 2.2 (1.4.3 and 1.4.11), in light and in dark."""

from __future__ import annotations

import re

import pytest

from lwo_analysis.present import Badge
from lwo_analysis.present.style import COMPARISON, CONTEXT, DARK, INK, MARKERS, OWN, PAPER, SECOND_COMPARISON
from lwo_analysis.publish.page import styles

TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11

TEXT_ON = [
    *(("ink", ground) for ground in ("paper", "wash")),
    *(("soft", ground) for ground in ("paper", "wash")),
    *(("link", ground) for ground in ("paper", "wash")),
    *(((f"{badge}-ink"), f"{badge}-wash") for badge in Badge),
    ("demo-ink", "demo-wash"),
    *((f"code-{kind}", "wash") for kind in ("word", "text", "note")),
]


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palette(scheme: str) -> dict[str, str]:
    blocks = re.findall(r":root \{(.*?)\}", styles(), flags=re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[0] if scheme == "light" else blocks[1]))


def test_the_contrast_formula_gives_the_known_extremes() -> None:
    # W3C: black on white is 21:1; #767676 is the lightest grey that passes 4.5:1 on white.
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read_on_its_ground(ink: str, ground: str, scheme: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[ink], colours[ground]) >= TEXT_CONTRAST


def test_dark_and_light_define_the_same_colours() -> None:
    assert palette("light").keys() == palette("dark").keys()


@pytest.mark.parametrize("colour", [OWN, COMPARISON, SECOND_COMPARISON, CONTEXT, INK])
def test_the_colours_of_figures_can_label_their_lines_in_light_and_dark(colour: str) -> None:
    # Direct labels take the colour of their line, so text contrast is asked of it.
    assert contrast(colour, PAPER) >= TEXT_CONTRAST
    assert contrast(DARK[colour], DARK[PAPER]) >= TEXT_CONTRAST


def seen_with(colour: str, matrix: tuple[tuple[float, float, float], ...]) -> tuple[float, ...]:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return tuple(sum(weight * c for weight, c in zip(row, linear, strict=True)) for row in matrix)


# Machado, Oliveira and Fernandes (2009), IEEE TVCG 15(6), table 1, severity 1.0.
BLINDNESS = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_own_area_and_comparison_differ_for_colour_blind_readers(kind: str) -> None:
    own, other = (seen_with(colour, BLINDNESS[kind]) for colour in (OWN, COMPARISON))
    # Linear light, each channel from 0 to 1: 0.1 is a clear step, far above one step of 8-bit colour (about 0.01 at most).
    assert max(abs(a - b) for a, b in zip(own, other, strict=True)) > 0.1


def test_shape_tells_the_roles_apart_without_colour() -> None:
    assert len(set(MARKERS.values())) == len(MARKERS)


def test_the_style_sheet_asks_for_nothing() -> None:
    assert re.findall(r"url\(|@import|@font-face|https?:", styles()) == []
