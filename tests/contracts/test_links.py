"""Every link in a document of the repository leads to a file that is there, and to a heading that is in it.

Addresses on the web are not visited: no test needs a network.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from lwo_analysis.paths import REPOSITORY

DOCUMENTS = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), *(REPOSITORY / "notebooks").glob("*.md")])
CODE = r"(?ms)^(```|~~~).*?^\1|`[^`\n]*`"
LINK = r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s*(\S+)|<(?:a|img)\s[^>]*?(?:href|src)=\"([^\"]+)\""
ELSEWHERE = r"[a-z][a-z0-9+.-]*:|//"


def links_of(text: str) -> list[str]:
    """Return the targets of links and pictures, without those in code."""
    found = re.findall(LINK, re.sub(CODE, "", text), flags=re.MULTILINE)
    return [next(filter(None, groups)) for groups in found]


def anchors_of(text: str) -> set[str]:
    """Return the anchors of the headings as code hosts make them; the second heading of a name gets ``-1``, the third ``-2``."""
    headings = re.findall(r"^#{1,6}\s+(.*?)\s*#*$", re.sub(r"(?ms)^(```|~~~).*?^\1", "", text), flags=re.MULTILINE)
    anchors: list[str] = []
    for heading in headings:
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchors.append(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    numbered = [
        f"{name}-{anchors[:place].count(name)}" if name in anchors[:place] else name for place, name in enumerate(anchors)
    ]
    return {*numbered, *re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text)}


def broken_links(document: Path) -> list[str]:
    """Return the links of a document that lead nowhere."""
    text = document.read_text(encoding="utf-8")
    broken = []
    for link in (link for link in links_of(text) if not re.match(ELSEWHERE, link)):
        name, _, anchor = unquote(link).partition("#")
        target = document.parent / name if name else document
        missing = anchor and target.suffix == ".md" and target.exists() and anchor not in anchors_of(target.read_text("utf-8"))
        if not target.exists() or missing:
            broken.append(link)
    return broken


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_every_link_leads_somewhere(document: Path) -> None:
    assert broken_links(document) == []


def test_a_planted_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(
        "# One `lwo run`, two\n\n## Twice\n\n## Twice\n\n```\n# no heading\n```\n", encoding="utf-8"
    )
    document = tmp_path / "document.md"
    lines = [
        "[a](other.md) [b](other.md#one-lwo-run-two) [c](other.md#twice-1) [d](https://example.org/none) [e](#here)",
        "![f](none.png)",
        "[g](none.md) [h](other.md#twice-2) [i](other.md#no-heading) [j](#there) `[k](code.md)`",
        "",
        "[l]: none.txt",
        "# Here",
    ]
    document.write_text("\n".join(lines), encoding="utf-8")
    assert broken_links(document) == ["none.png", "none.md", "other.md#twice-2", "other.md#no-heading", "#there", "none.txt"]
