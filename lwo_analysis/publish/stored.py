"""A finished page in a folder of plain files, so that a site is built again without running or rendering anything.

`lwo run` keeps each page it made with :func:`save_page`, and gives all kept pages, read with :func:`load_page`, to
:func:`lwo_analysis.publish.site.write_site`: the site is a function of the pages. Neither function needs pandas or nbconvert.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from lwo_analysis.errors import OutputError
from lwo_analysis.publish.records import RenderedPage

FACTS, HTML, NOTEBOOK, OFFERED = "facts.json", "page.html", "notebook.ipynb", "offered"
_PLAIN = ("slug", "title", "lang", "claims", "provenance", "warnings")


def save_page(page: RenderedPage, folder: Path) -> None:
    """Write a page as `page.html`, `notebook.ipynb`, `facts.json` and the files it offers, in the place of what was there.

    Parameters
    ----------
    page : RenderedPage
        Any page that `render_page` made.
    folder : Path
        A folder of its own; made when absent. The caller writes it beside the old one and renames when it must be whole.

    Raises
    ------
    OSError
        The folder cannot be written to.
    """
    shutil.rmtree(folder / OFFERED, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HTML).write_text(page.html, encoding="utf-8")
    (folder / NOTEBOOK).write_text(page.notebook, encoding="utf-8")
    for name, content in page.files:
        path = folder / OFFERED / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / FACTS).write_text(json.dumps(_facts(page), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load_page(folder: Path) -> RenderedPage:
    """Return the page that `save_page` wrote; equal to the one it was given.

    Raises
    ------
    OutputError
        A file is absent, or is not what `save_page` writes.
    """
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        return RenderedPage(
            **{name: facts[name] for name in ("slug", "title", "lang", "provenance")},
            html=(folder / HTML).read_text(encoding="utf-8"),
            claims=tuple(facts["claims"]),
            origins=frozenset(facts["origins"]),
            notebook=(folder / NOTEBOOK).read_text(encoding="utf-8"),
            files=tuple((name, (folder / OFFERED / name).read_bytes()) for name in facts["files"]),
            warnings=tuple(facts["warnings"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise OutputError(
            str(folder),
            expected="a finished page of an earlier run",
            found=(str(problem).splitlines() or [type(problem).__name__])[0],
            remedy="run its notebook again, or remove the folder",
        ) from problem


def _facts(page: RenderedPage) -> dict[str, Any]:
    plain = {name: getattr(page, name) for name in _PLAIN}
    return {**plain, "origins": sorted(page.origins), "files": [name for name, _ in page.files]}
