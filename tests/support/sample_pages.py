"""Small executed notebooks, built without a kernel: each cell is run here and its output kept as a kernel would."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from matplotlib.figure import Figure as Drawing
from nbformat import NotebookNode

from lwo_analysis.present import (
    Badge,
    Claims,
    Column,
    Provenance,
    ProvenanceInput,
    make_claim,
    make_figure,
    make_table,
)
from lwo_analysis.present.style import COMPARISON, CONTEXT, GRID, INK, MARKERS, OWN, new_figure
from lwo_analysis.publish import PageRecord, RenderedPage, render_page, write_site
from lwo_analysis.schema import COLUMNS

GENERATED = "2026-11-20T22:34:00+00:00"
# Rows B04, B06 and B15 of the baseline table of the programme plan (programme area, municipality, G40).
BASELINE = pd.DataFrame(
    {
        "indicator": [
            "Misdrijven per 1.000 inwoners",
            "Mensen met bijstand",
            "Mensen die zich gezond voelen",
            "Sociale overlast",
        ],
        "oost": [51.0, 11.7, 68.0, 17.0],
        "city": [47.0, 7.6, 74.0, 12.0],
        "g40": [44.0, 4.6, 72.0, None],
        "status": ["final", "final", "final", "not_published"],
    }
)


def code_cell(source: str, *shown: object, tags: Sequence[str] = (), count: int | None = 1) -> NotebookNode:
    """Return an executed code cell that displayed these objects of lwo_analysis."""
    outputs = [nbformat.v4.new_output("display_data", data=item._repr_mimebundle_()) for item in shown]
    cell = nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count)
    cell.metadata["tags"] = list(tags)
    return cell


def markdown_cell(source: str, *tags: str) -> NotebookNode:
    cell = nbformat.v4.new_markdown_cell(source)
    cell.metadata["tags"] = list(tags)
    return cell


def sample_record(slug: str = "baseline", lang: str = "nl", **changes: Any) -> PageRecord:
    facts = {"notebook": "01-baseline.ipynb", "parameters": {"area": "lwo", "lang": lang}, "generated": GENERATED, **changes}
    return PageRecord(slug=slug, lang=lang, **facts)


def sample_claims(origin: str = "published", lang: str = "nl") -> Claims:
    words = {"area": "Leeuwarden Oost", "subject": "het aandeel mensen met bijstand", "value": "11,7%"}
    higher = make_claim(
        "social-assistance-share",
        "claim.description.higher_no_year",
        lang=lang,
        badge=Badge.DESCRIPTION,
        indicator="social_assistance_share",
        area="lwo",
        compare="g40",
        origins={origin},
        sources=["baseline"],
        words={**words, "compare": "de G40", "compare_value": "4,6%"},
        value=11.7,
        compare_value=4.6,
        unit="percent",
    )
    unknown = make_claim(
        "crime-change",
        "claim.undetermined.change",
        lang=lang,
        badge=Badge.UNDETERMINED,
        indicator="crime_rate",
        area="lwo",
        origins={origin},
        sources=["baseline"],
        words={
            "area": "Leeuwarden Oost",
            "subject": "het aantal misdrijven",
            "reason": "Er zijn te weinig vergelijkbare metingen.",
        },
    )
    return Claims((higher, unknown))


def sample_drawing(width: float) -> Drawing:
    """Return a dot plot with direct labels: own area, city and G40 on one line per indicator."""
    places = range(len(BASELINE))
    fig, ax = new_figure(width, 0.62 * len(BASELINE) + 0.75)
    for place in places:
        row = BASELINE.iloc[place]
        known = [value for value in (row.oost, row.city, row.g40) if pd.notna(value)]
        ax.plot([min(known), max(known)], [place, place], color=GRID, linewidth=4, zorder=1)
    roles = (("g40", "G40", CONTEXT, (-8, 0, "right")), ("city", "Leeuwarden", COMPARISON, (0, 14, "center")))
    for name, label, colour, (right, up, side) in (*roles, ("oost", "Leeuwarden Oost", OWN, (8, 0, "left"))):
        ax.plot(BASELINE[name], list(places), MARKERS[colour], color=colour, markersize=8, linestyle="none", zorder=3)
        ax.annotate(
            label,
            (BASELINE[name].iloc[0], 0),
            xytext=(right, up),
            textcoords="offset points",
            ha=side,
            va="center",
            color=colour,
        )
    for place in places:
        ax.text(0, place - 0.22, BASELINE["indicator"].iloc[place], color=INK, fontweight="bold")
    ax.set(yticks=[], ylim=(len(BASELINE) - 0.6, -0.6), xlim=(0, 80), xlabel="per 100 of per 1.000")
    return fig


def sample_table(origin: str = "published", lang: str = "nl") -> Any:
    columns = {
        "indicator": "Indicator",
        "oost": Column("Leeuwarden Oost", decimals=1),
        "city": Column("Leeuwarden", decimals=1),
        "g40": Column("G40", decimals=1, reason="status"),
    }
    return make_table(
        BASELINE, caption="Oost, de stad en de G40", columns=columns, origins={origin}, lang=lang, row_header="indicator"
    )


@cache
def sample_figure(
    origin: str = "published", lang: str = "nl", draw: Callable[[float], Drawing] | Drawing = sample_drawing
) -> Any:
    return make_figure(
        draw,
        alt="Leeuwarden Oost heeft meer mensen met bijstand en meer misdrijven dan Leeuwarden en de G40.",
        caption="Vier cijfers uit het programmaplan voor Leeuwarden Oost, Leeuwarden en de G40.",
        data=BASELINE,
        columns={
            "indicator": "Indicator",
            "oost": "Leeuwarden Oost",
            "city": "Leeuwarden",
            "g40": Column("G40", reason="status"),
        },
        origins={origin},
        lang=lang,
    )


def sample_provenance(origin: str = "published", lang: str = "nl") -> Provenance:
    source = ProvenanceInput(
        id="baseline",
        title="Programmaplan Leeuwarden Oost, tabel Probleemanalyse",
        provider="Gemeente Leeuwarden",
        vintage="december 2022",
        licence="open overheidsinformatie",
        sha256="a" * 64,
        retrieved="2026-11-20",
    )
    return Provenance((source,), {"area": "lwo"}, "lwo run 01-baseline -p area=lwo", frozenset({origin}), lang)


def sample_notebook(origin: str = "published", lang: str = "nl", title: str = "Waar staat Leeuwarden Oost?") -> NotebookNode:
    """Return an executed notebook with every kind of content a page can have."""
    cells = [
        markdown_cell(f"# {title}\n\nWat zeggen de cijfers van het programmaplan, en wat zeggen ze niet?"),
        markdown_cell("## Antwoord\n\nWordt ingevuld door de run.", "findings"),
        code_cell('area = "lwo"', tags=["parameters"]),
        markdown_cell("## De cijfers naast elkaar\n\nLees elke regel van links naar rechts."),
        code_cell("plot_baseline(baseline)", sample_figure(origin, lang)),
        code_cell("make_table(baseline)", sample_table(origin, lang)),
        markdown_cell("## Hoe groot is de afstand\n\nDe afstand $g$ van gebied $i$ is\n\n$$g_i = \\frac{x_i - x_c}{x_c}$$"),
        code_cell("# elke zin komt uit een claim\nclaims = gap_claims(baseline)\nclaims", sample_claims(origin, lang)),
        markdown_cell("### Wat dit niet zegt\n\nDe bron noemt geen jaar."),
        code_cell("provenance", sample_provenance(origin, lang)),
    ]
    notebook = nbformat.v4.new_notebook(cells=cells)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
    return notebook


def sample_observations(*origins: str) -> pd.DataFrame:
    """Return three observations per origin, one of them suppressed, with a source id that a spreadsheet would run."""
    rows = [
        ("lwo", "social_assistance_share", 2020, 12.6, "final", "=1+1"),
        ("lwd", "social_assistance_share", 2020, 7.0, "provisional", "statline"),
        ("g40", "social_assistance_share", 2020, None, "suppressed", "statline"),
    ]
    names = ["area_id", "indicator_id", "year", "value", "status", "source_id", "origin"]
    frame = pd.DataFrame([(*row, origin) for origin in origins for row in rows], columns=names)
    for name in ("lower", "upper", "numerator", "denominator", "n"):
        frame[name] = pd.Series([None] * len(frame), dtype="Float64")
    frame["vintage"] = "2026-11-01"
    types = {column.name: column.dtype for column in COLUMNS}
    return frame[list(types)].astype(types)


def sample_pages() -> list[RenderedPage]:
    """Return a page with published numbers and one with demo numbers."""
    return list(_sample_pages())


@cache
def _sample_pages() -> tuple[RenderedPage, ...]:
    real = render_page(sample_notebook("published"), page=sample_record("baseline"))
    demo_notebook = sample_notebook("demo", title="Leeuwarden Oost naast andere wijken")
    return real, render_page(demo_notebook, page=sample_record("comparison", notebook="02-comparison.ipynb"))


def write_sample_site(destination: Path) -> Path:
    """Write a site of the two sample pages, and return its folder."""
    home = write_site(sample_pages(), sample_observations("register", "demo"), destination, generated=GENERATED)
    return home.parent
