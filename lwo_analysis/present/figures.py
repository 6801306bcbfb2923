"""Figures that everyone can read: an alternative text, the numbers as a table, and bytes that do not change.

A figure is an SVG picture with real text. It holds its own dark colours, and a narrow version when it was given as a drawing
function, so that its text stays readable on a phone.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle
from matplotlib.ticker import ScalarFormatter
from matplotlib.transforms import Bbox

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.errors import NotebookError
from lwo_analysis.present.code_reference import calling_function
from lwo_analysis.present.download import escape_formulas
from lwo_analysis.present.named_indicators import named_indicators
from lwo_analysis.present.origins import checked_origins, is_demo
from lwo_analysis.present.style import FONT_STACK, INK, NARROW, PAPER, POINTS, WIDE, figure_style
from lwo_analysis.present.svg import slim_svg, svg_uri
from lwo_analysis.present.tables import Column, Table, make_table, marked_caption

FIGURE_MIME = "application/vnd.lwo.figure+json"
NARROW_MEDIA = "(max-width: 36rem)"

_YEAR_NAMES = frozenset({"year", "jaar"})
_MARK_HEIGHT = 18.0
_PICTURE_DPI = 144
_SVG_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True)
class Figure:
    """A finished figure; display it as the last line of a cell.

    Attributes
    ----------
    png, csv : bytes
        The picture and its numbers, unrounded, as files that a reader can take; the publisher puts them beside the page.
    code : str
        The function that drew it (:func:`lwo_analysis.present.code_reference.calling_function`).
    indicators : tuple of str
        Ids of the indicators that its numbers or its caption name; the publisher links to their passports.
    """

    svg: str
    narrow_svg: str | None
    alt: str
    caption: str
    data: Table
    origins: frozenset[str]
    lang: str
    png: bytes = b""
    csv: bytes = b""
    code: str = ""
    indicators: tuple[str, ...] = ()

    def to_html(self) -> str:
        """Return the picture, its caption, and its numbers folded below it."""
        caption = escape(marked_caption(self.caption, self.origins, self.lang))
        summary = escape(phrase("figure.data", self.lang))
        return (
            f'<figure class="lwo-figure" lang="{self.lang}">{self._picture()}<figcaption>{caption}</figcaption></figure>'
            f'<details class="lwo-data"><summary>{summary}<span class="visually-hidden">: {caption}</span></summary>'
            f"{self.data.region_html()}</details>"
        )

    def _picture(self) -> str:
        image = f'<img src="{svg_uri(self.svg)}" alt="{escape(self.alt)}"{_size(self.svg)}>'
        if self.narrow_svg is None:
            return f'<div class="lwo-wide" role="region" tabindex="0" aria-label="{escape(self.caption)}">{image}</div>'
        narrow = f'<source media="{NARROW_MEDIA}" srcset="{svg_uri(self.narrow_svg)}"{_size(self.narrow_svg)}>'
        return f"<picture>{narrow}{image}</picture>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        files = {"csv": self.csv, "svg": self.svg.encode("utf-8"), "png": self.png}
        facts = {
            "alt": self.alt,
            "caption": self.caption,
            "lang": self.lang,
            "origins": sorted(self.origins),
            "code": self.code,
            "indicators": list(self.indicators),
            "files": {kind: base64.b64encode(content).decode("ascii") for kind, content in files.items()},
        }
        return {"text/html": self.to_html(), "text/plain": self.alt, FIGURE_MIME: facts}


def make_figure(
    fig: Drawing | Callable[[float], Drawing],
    *,
    alt: str,
    caption: str,
    data: pd.DataFrame,
    origins: Iterable[str],
    lang: str,
    columns: Mapping[str, str | Column] | None = None,
) -> Figure:
    """Return a figure with its alternative text and its numbers, ready to show.

    Use it for every picture of a page; a bare matplotlib figure is refused by the exporter. Not meant for more than about 2,000
    marks: draw those with ``rasterized=True``.

    Parameters
    ----------
    fig : matplotlib.figure.Figure or callable
        The drawing, or a function of the width in inches that returns it; a function is drawn twice, wide and for phones.
    alt : str
        What the picture shows, for people who do not see it: the finding, not "a chart". Not empty.
    caption : str
        The line under the figure: what is drawn, of whom, which year, which source.
    data : pandas.DataFrame
        The numbers that are drawn, one row per mark; the first column names the row. Not changed.
    origins : iterable of str
        Origins of the numbers; demo figures are marked in the picture and in the caption.
    lang : str
        ``nl`` or ``en``.
    columns : mapping of str to str or Column, optional
        Columns of the data table as in :func:`make_table`; by default every column under its own name.

    Raises
    ------
    NotebookError
        When the alternative text or the caption is missing, there are no numbers, or demo and real numbers mix.
    """
    known = checked_origins(origins, f"figure {caption!r}")
    _require_text("an alternative text (alt)", alt, caption)
    shown = columns or {name: Column(str(name), kind=_guess_kind(name)) for name in data.columns}
    wide, narrow = _drawings(fig)
    for drawing in (wide, *([narrow] if narrow else [])):
        _localise_ticks(drawing, lang)
    return Figure(
        svg=_svg(wide, alt, known, lang),
        narrow_svg=None if narrow is None else _svg(narrow, alt, known, lang),
        alt=alt,
        caption=caption,
        data=make_table(
            data,
            caption=phrase("figure.data_caption", lang, caption=_first_sentence(caption)),
            columns=shown,
            origins=known,
            lang=lang,
            row_header=next(iter(shown)),
        ),
        origins=known,
        lang=lang,
        png=_png(wide, known, lang),
        csv=_csv(data, shown, known, lang),
        code=calling_function(),
        indicators=named_indicators(data, caption, lang),
    )


def _require_text(what: str, text: str, caption: str) -> None:
    if not text or not text.strip() or not caption.strip():
        raise NotebookError(
            f"figure {caption!r}", expected=f"{what} and a caption", found="an empty text", remedy="say what the figure shows"
        )


def _first_sentence(text: str) -> str:
    """Return a text up to the first full stop that ends a sentence."""
    return re.split(r"\.\s+(?=[A-Z])", text, maxsplit=1)[0].rstrip(".")


def _guess_kind(name: object) -> str:
    return "year" if str(name).lower() in _YEAR_NAMES else "number"


def _drawings(fig: Drawing | Callable[[float], Drawing]) -> tuple[Drawing, Drawing | None]:
    if isinstance(fig, Drawing):
        return fig, None
    with figure_style():
        return fig(WIDE), fig(NARROW)


class _CommaTicks(ScalarFormatter):
    """The numbers along an axis with a decimal comma."""

    def __call__(self, x: float, pos: int | None = None) -> str:
        return str(super().__call__(x, pos)).replace(".", ",")


def _localise_ticks(drawing: Drawing, lang: str) -> None:
    """Write the numbers that matplotlib itself puts along an axis as the text of the page does."""
    axes = [axis for each in drawing.axes for axis in (each.xaxis, each.yaxis)] if lang == "nl" else []
    for axis in axes:
        if type(axis.get_major_formatter()) is ScalarFormatter:
            axis.set_major_formatter(_CommaTicks())


def _svg(drawing: Drawing, alt: str, origins: frozenset[str], lang: str) -> str:
    """Return the drawing as an SVG whose bytes depend on nothing but the drawing."""
    buffer = io.BytesIO()
    with figure_style(), rc_context({"svg.fonttype": "none", "svg.hashsalt": "lwo-analysis"}):
        _place(drawing)
        drawing.savefig(buffer, format="svg", metadata={**_SVG_METADATA, "Title": alt})
    svg = re.sub(r"^.*?(?=<svg)", "", buffer.getvalue().decode("utf-8"), count=1, flags=re.DOTALL)
    return slim_svg(_with_demo_mark(svg, lang) if is_demo(origins) else svg)


def _place(drawing: Drawing) -> None:
    """Find the places of everything in a drawing once; `savefig` with a layout engine draws all of it twice."""
    FigureCanvasSVG(drawing)  # the lengths of texts are those of the format that is shown
    if engine := drawing.get_layout_engine():
        engine.execute(drawing)
        drawing.set_layout_engine(None)


def _png(drawing: Drawing, origins: frozenset[str], lang: str) -> bytes:
    """Return a drawing that was saved before as a picture for programs that cannot show SVG, with the mark of demo numbers."""
    buffer = io.BytesIO()
    width, height = drawing.get_size_inches()
    mark_height = _MARK_HEIGHT / POINTS if is_demo(origins) else 0.0
    frame = Bbox([[0, -mark_height], [width, height]])
    with figure_style():
        if mark_height:
            _draw_demo_mark(drawing, mark_height / height, lang)
        drawing.savefig(buffer, format="png", dpi=_PICTURE_DPI, bbox_inches=frame, metadata={"Software": None})
    return buffer.getvalue()


def _draw_demo_mark(drawing: Drawing, height: float, lang: str) -> None:
    drawing.add_artist(Rectangle((0, -height), 1, height, transform=drawing.transFigure, color=INK, clip_on=False))
    style: dict[str, Any] = {"color": PAPER, "fontsize": 9, "fontweight": "bold", "va": "center"}
    drawing.text(0.012, -height / 2, phrase("demo.mark", lang), **style)


def _csv(data: pd.DataFrame, columns: Mapping[str, str | Column], origins: frozenset[str], lang: str) -> bytes:
    """Return the numbers behind the drawing, unrounded, under the headers of the page and with the reasons of missing ones."""
    labels = {name: spec.label if isinstance(spec, Column) else spec for name, spec in columns.items()}
    reasons = [spec.reason for spec in columns.values() if isinstance(spec, Column) and spec.reason]
    taken = data[list(dict.fromkeys([*labels, *reasons]))].rename(columns=labels)
    if is_demo(origins):
        taken = taken.assign(demo=phrase("demo.label", lang))
    return escape_formulas(taken).to_csv(index=False, lineterminator="\n").encode("utf-8")


def _with_demo_mark(svg: str, lang: str) -> str:
    """Return the SVG with a strip below it that says the numbers are synthetic, so that it says so wherever it is pasted."""
    width, height = _dimensions(svg)
    taller = height + _MARK_HEIGHT
    svg = re.sub(r' height="[\d.]+pt"', f' height="{taller:g}pt"', svg, count=1)
    svg = re.sub(r'viewBox="0 0 [\d.]+ [\d.]+"', f'viewBox="0 0 {width:g} {taller:g}"', svg, count=1)
    strip = (
        f'<rect x="0" y="{height:g}" width="{width:g}" height="{_MARK_HEIGHT:g}" style="fill: {INK}"/>'
        f'<text x="6" y="{height + 12.5:g}" style="font: bold 9px {FONT_STACK}; fill: {PAPER}">'
        f"{escape(phrase('demo.mark', lang))}</text>"
    )
    return svg.replace("</svg>", f"{strip}</svg>")


def _dimensions(svg: str) -> tuple[float, float]:
    found = next(re.finditer(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg))
    return float(found[1]), float(found[2])


def _size(svg: str) -> str:
    # Points to CSS pixels, so that the page keeps the room before the picture is decoded.
    width, height = (round(side * 96 / POINTS) for side in _dimensions(svg))
    return f' width="{width}" height="{height}"'
