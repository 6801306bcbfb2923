"""Figures: words for who does not see them, numbers for who wants them, bytes that do not change."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from matplotlib.figure import Figure as Drawing
from PIL import Image, ImageColor

from lwo_analysis.errors import NotebookError
from lwo_analysis.present import Figure, make_figure
from lwo_analysis.present.figures import FIGURE_MIME
from lwo_analysis.present.style import COMPARISON, DARK, INK, OWN, PAPER, new_figure
from lwo_analysis.present.svg import slim_svg

RAW = """<svg xmlns="http://www.w3.org/2000/svg" width="20pt" height="20pt" viewBox="0 0 20 20">
 <metadata><about/></metadata>
 <g id="figure_1"><g id="axes_1"><g clip-path="url(#p5a)"><path d="{path}" style="fill: #0b4f8a"/></g></g>
 <path d="{path}" style="fill: #0b4f8a"/></g><defs><clipPath id="p5a"><rect width="20" height="20"/></clipPath></defs></svg>"""
DATA = pd.DataFrame({"gebied": ["Oost", "Stad"], "jaar": [2020, 2020], "aandeel": [12.6, 7.0]})


def drawing(width: float = 7.0) -> Drawing:
    fig, ax = new_figure(width, 2.0)
    ax.plot([12.6], [0], "o", color=OWN)
    ax.plot([7.0], [0], "D", color=COMPARISON)
    ax.set_xlabel("procent")
    return fig


def share_figure(fig: object = drawing, **changes: object) -> Figure:
    facts = {"alt": "Oost ligt hoger.", "caption": "Bijstand in 2020", "data": DATA, "origins": {"register"}, "lang": "nl"}
    return make_figure(fig, **{**facts, **changes})


@pytest.mark.parametrize("alt", ["", "   "])
def test_a_figure_without_alternative_text_is_refused(alt: str) -> None:
    with pytest.raises(NotebookError, match="alternative text"):
        share_figure(alt=alt)


def test_a_figure_without_caption_or_numbers_is_refused() -> None:
    with pytest.raises(NotebookError, match="caption"):
        share_figure(caption="")
    with pytest.raises(NotebookError, match="at least one row"):
        share_figure(data=DATA[:0])


def test_demo_numbers_next_to_real_ones_are_refused() -> None:
    with pytest.raises(NotebookError, match="demo numbers or real numbers"):
        share_figure(origins={"demo", "register"})


def test_the_same_drawing_gives_the_same_bytes_without_a_date() -> None:
    first, second = share_figure(), share_figure()
    assert first.to_html() == second.to_html()
    assert "dc:date" not in first.svg
    assert "dc:creator" not in first.svg


def test_the_picture_is_valid_svg_with_real_text_and_the_alternative_text_as_title() -> None:
    root = ET.fromstring(share_figure().svg)
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "procent" in texts
    assert root.find("{http://www.w3.org/2000/svg}title").text == "Oost ligt hoger."


def test_the_alternative_text_is_on_the_image_and_quotes_cannot_break_out() -> None:
    image = BeautifulSoup(share_figure(alt='Oost "hoger" <b>').to_html(), "html.parser").img
    assert image["alt"] == 'Oost "hoger" <b>'


def test_a_drawing_function_gives_a_narrow_version_whose_text_keeps_its_size_at_320_pixels() -> None:
    figure = share_figure()
    soup = BeautifulSoup(figure.to_html(), "html.parser")
    # The narrow drawing is 3 inches = 288 CSS pixels, the room a page of 320 px leaves; so a 9 pt text is 9 * 96 / 72 = 12 px.
    assert soup.source["width"] == "288"
    # matplotlib sizes in points: a viewBox of 216 is 3 inches, so 1 unit is 1 pt on a phone.
    assert 'viewBox="0 0 216 ' in figure.narrow_svg
    sizes = [float(size) for size in re.findall(r"font(?:-size)?:(?:\w+ )?([\d.]+)px", figure.narrow_svg)]
    assert sizes
    assert min(sizes) * 96 / 72 >= 11


def test_a_finished_drawing_has_no_narrow_version_and_scrolls_instead() -> None:
    figure = share_figure(drawing())
    region = BeautifulSoup(figure.to_html(), "html.parser").find(class_="lwo-wide")
    assert figure.narrow_svg is None
    assert (region["tabindex"], region["role"]) == ("0", "region")


@pytest.mark.parametrize(("lang", "half"), [("nl", "0,5"), ("en", "0.5")])
def test_numbers_along_an_axis_have_the_comma_or_point_of_the_page(lang: str, half: str) -> None:
    def halves(width: float) -> Drawing:
        fig, ax = new_figure(width, 2.0)
        ax.plot([2020, 2021], [0, 1])
        ax.set(xticks=[2020, 2021], yticks=[0, 0.5, 1])
        return fig

    texts = re.findall(r"<text[^>]*>([^<]+)<", share_figure(halves, lang=lang).svg)
    assert half in texts
    assert {"2020", "2021"} <= set(texts)


def test_the_numbers_are_in_a_folded_table_below_the_figure() -> None:
    details = BeautifulSoup(share_figure().to_html(), "html.parser").details
    cells = [[cell.string for cell in row.find_all(["th", "td"])] for row in details.tbody.find_all("tr")]
    assert cells == [["Oost", "2020", "12,6"], ["Stad", "2020", "7,0"]]


def test_the_table_is_named_after_the_first_sentence_of_the_caption() -> None:
    figure = share_figure(caption="Bijstand per 1.000 inwoners in 2020. De streep is het toeval.")
    assert figure.data.caption == "Cijfers bij de figuur: Bijstand per 1.000 inwoners in 2020"


def test_a_demo_figure_carries_its_mark_in_the_picture_in_the_caption_and_in_its_facts() -> None:
    real, demo = share_figure(), share_figure(origins={"demo"})
    assert "Fictieve gegevens" not in real.to_html()
    assert "Fictieve gegevens - geen echte cijfers" in demo.svg
    assert "Fictieve gegevens" in demo.narrow_svg
    assert "<figcaption>Fictieve gegevens: Bijstand in 2020</figcaption>" in demo.to_html()
    assert demo._repr_mimebundle_()[FIGURE_MIME]["origins"] == ["demo"]


def test_the_mark_stands_below_the_drawing_and_covers_nothing() -> None:
    height = re.compile(r'viewBox="0 0 [\d.]+ ([\d.]+)"')
    real, demo = (float(height.search(share_figure(origins={origin}).svg)[1]) for origin in ("register", "demo"))
    assert demo == real + 18


def test_every_colour_of_the_drawing_has_a_dark_counterpart_in_the_picture() -> None:
    light, _, dark = share_figure().svg.partition("@media (prefers-color-scheme:dark)")
    used = set(re.findall(r"(?:fill|stroke):(#[0-9a-f]{6})", light))
    assert {OWN, COMPARISON, PAPER} <= used
    assert used <= set(DARK)
    of_class = dict(re.findall(r"\.(s\d+)\{[^}]*fill:(#[0-9a-f]{6})", light))
    in_dark = dict(re.findall(r"\.(s\d+)\{fill:(#[0-9a-f]{6})", dark))
    assert in_dark == {name: DARK[colour] for name, colour in of_class.items()}


def test_the_pictures_in_the_page_are_the_pictures_of_the_figure() -> None:
    figure = share_figure()
    shown = [unquote(text) for text in re.findall(r"data:image/svg\+xml,([^\"]+)", figure.to_html())]
    assert [ET.canonicalize(text) for text in shown] == [ET.canonicalize(svg) for svg in (figure.narrow_svg, figure.svg)]


def test_a_slimmed_drawing_draws_the_same_pixels_in_half_the_bytes() -> None:
    raw = RAW.format(path="M 0 0 \nL 10.123456 20.0 \nz\n")
    slim = slim_svg(raw)
    # By hand: groups without meaning, metadata and digits are gone; the clipping group stays; two paths share a class.
    assert 'd="M0 0L10.12 20z"' in slim
    assert slim.count('class="s0"') == 2
    assert ".s0{fill:#0b4f8a}@media (prefers-color-scheme:dark){.s0{fill:#8cc4f5}}" in slim
    assert "metadata" not in slim
    assert re.findall(r"<g[^>]*>", slim) == ['<g clip-path="url(#i0)">']
    assert 'id="i0"' in slim


def test_a_picture_of_a_demo_figure_is_taller_by_its_mark() -> None:
    real, demo = (Image.open(io.BytesIO(share_figure(origins={origin}).png)) for origin in ("register", "demo"))
    # 18 points at 144 dots per inch are 36 dots; the strip is INK.
    assert demo.size == (real.width, real.height + 36)
    assert demo.convert("RGB").getpixel((real.width // 2, real.height + 18)) == ImageColor.getrgb(INK)
