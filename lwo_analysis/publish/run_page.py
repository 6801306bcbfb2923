"""The report of a run for the one who runs it; it lies beside the runs, not on the site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.prose import format_number
from lwo_analysis.publish.blocks import section
from lwo_analysis.publish.page import fill_page
from lwo_analysis.publish.records import SLOTS

NAMES = {"made": ("page", "seconds"), "changed": ("page", "numbers"), "failed": ("page", "why"), "versions": ("what", "version")}


def run_page(report: Mapping[str, Any], lang: str) -> str:
    """Return the report of a run as a page.

    Parameters
    ----------
    report : mapping
        Content of `report.json` (:mod:`lwo_analysis.run.report`).
    lang : str
        ``nl`` or ``en``.
    """
    parts = {name: _table(report[name], names, phrase(f"run.{name}", lang), lang) for name, names in NAMES.items()}
    parts["kept"] = _list(report["kept"], lang)
    order = ("failed", "changed", "made", "kept", "versions")
    headings = tuple((name, phrase(f"run.{name}", lang)) for name in order)
    body = "".join(section(name, heading, parts[name]) for name, heading in headings)
    html = fill_page(
        body,
        title=phrase("run.title", lang),
        lead=_lead(report, lang),
        lang=lang,
        origins=frozenset(),
        sections=headings,
        foot="",
        generated=report["finished"],
    )
    for mark in SLOTS.values():
        html = html.replace(mark, "")
    return html


def _lead(report: Mapping[str, Any], lang: str) -> str:
    key = "run.stopped" if report["error"] else "run.published" if report["published"] else "run.not_published"
    counts = {name: len(report[name]) for name in ("made", "kept", "failed")}
    counted = phrase("run.counts", lang, **counts, seconds=_shown(report["seconds"], lang))
    lines = [phrase(key, lang), counted, report["error"]]
    return "".join(f"<p>{escape(line)}</p>" for line in lines if line)


def _table(content: Mapping[str, Any], names: Sequence[str], label: str, lang: str) -> str:
    if not content:
        return f"<p>{escape(phrase('run.none', lang))}</p>"
    head = "".join(f'<th scope="col">{escape(phrase(f"run.{name}", lang))}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td{_class(value)}>{escape(_shown(value, lang))}</td></tr>'
        for name, value in content.items()
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="lwo-table" role="region" tabindex="0" aria-label="{escape(label)}">{table}</div>'


def _shown(value: object, lang: str) -> str:
    return format_number(value, lang, 1) if isinstance(value, float) else str(value)


def _class(value: object) -> str:
    return ' class="num"' if isinstance(value, int | float) else ""


def _list(names: Iterable[str], lang: str) -> str:
    items = "".join(f"<li>{escape(name)}</li>" for name in names)
    return f'<ul class="columns">{items}</ul>' if items else f"<p>{escape(phrase('run.none', lang))}</p>"
