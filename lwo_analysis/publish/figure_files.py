"""The files of a figure: its numbers, its drawing and its picture, beside the page and under a name that lasts."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from copy import deepcopy
from html import escape
from typing import Any

from nbformat import NotebookNode

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.figures import FIGURE_MIME
from lwo_analysis.present.origins import is_demo
from lwo_analysis.publish.guards import code_cells
from lwo_analysis.publish.records import DEMO_PREFIX
from lwo_analysis.publish.structure import slugify
from lwo_analysis.publish.trace import FOOT_SOURCES, code_html, passport_list

FOLDER = "files"
_PLAIN_NAME = "figure"


def with_figure_files(
    notebook: NotebookNode, slug: str, passports: Collection[str] = (), root: str = ""
) -> tuple[NotebookNode, tuple[tuple[str, bytes], ...]]:
    """Return a copy of a notebook whose figures have an id and links to their files and passports, and these files.

    Parameters
    ----------
    notebook : NotebookNode
        Executed; not changed.
    slug : str
        Of the page; the names of the files start with it.
    passports : collection of str
        Indicators that have a passport; a figure links to those that it is about.
    root : str
        The way from the page to the folder of the site.

    Notes
    -----
    A figure is named after the function that drew it, so that its address does not change when a figure is put before it.
    """
    named = deepcopy(notebook)
    used: dict[str, int] = {}
    files: list[tuple[str, bytes]] = []
    for _, cell in code_cells(named):
        for output in cell.outputs:
            if FIGURE_MIME in output.get("data", {}):
                facts = output.data[FIGURE_MIME]
                name = _unused_name(facts, used)
                own = _files_of(facts, f"{slug}-{name}")
                output.data["text/html"] = _with_links(
                    output.data["text/html"], name, own, facts | {"passports": _passports(facts, passports, root)}
                )
                files += own.items()
    return named, tuple(files)


def without_figure_files(notebook: NotebookNode) -> NotebookNode:
    """Return a copy without the files, for the notebook that is published: they lie beside it."""
    light = deepcopy(notebook)
    for _, cell in code_cells(light):
        for output in cell.outputs:
            output.get("data", {}).get(FIGURE_MIME, {}).pop("files", None)
    return light


def _unused_name(facts: Mapping[str, Any], used: dict[str, int]) -> str:
    drawn_by = facts["code"].split(":")[1] if facts["code"] else _PLAIN_NAME
    name = slugify(drawn_by)
    used[name] = used.get(name, 0) + 1
    return name if used[name] == 1 else f"{name}-{used[name]}"


def _files_of(facts: Mapping[str, Any], stem: str) -> dict[str, bytes]:
    prefix = DEMO_PREFIX if is_demo(facts["origins"]) else ""
    return {f"{FOLDER}/{prefix}{stem}.{kind}": base64.b64decode(content) for kind, content in facts["files"].items()}


def _with_links(html: str, name: str, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> str:
    lang = facts["lang"]
    hidden = f'<span class="visually-hidden">: {escape(facts["caption"])}</span>'
    links = "".join(f'<li><a href="{path}" download>{path.rsplit(".", 1)[1].upper()}{hidden}</a></li>' for path in files)
    source = f'<li><a href="#{FOOT_SOURCES}">{escape(phrase("site.source_link", lang))}{hidden}</a></li>'
    drawn = f'<p class="lwo-by">{code_html(facts["code"], "passport.code_drawn", lang)}</p>' if facts["code"] else ""
    listed = f'<ul class="lwo-files">{links}{source}</ul>{facts["passports"]}'
    return html.replace('<figure class="lwo-figure"', f'<figure id="figure-{name}" class="lwo-figure"', 1).replace(
        "</details>", f"{drawn}</details>{listed}", 1
    )


def _passports(facts: Mapping[str, Any], known: Collection[str], root: str) -> str:
    """Return the passports of a figure, folded; nothing when its numbers are of no indicator with a passport."""
    about = [id for id in facts["indicators"] if id in known]
    if not about:
        return ""
    lang = facts["lang"]
    hidden = f'<span class="visually-hidden">: {escape(facts["caption"])}</span>'
    summary = f"{escape(phrase('passport.of_figure', lang))} ({len(about)}){hidden}"
    return f'<details class="lwo-passports"><summary>{summary}</summary>{passport_list(about, root, lang)}</details>'
