"""Earlier editions: pages whose numbers changed keep the old ones at an address of their own, within a limit of size."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from html import escape
from pathlib import Path
from typing import Any

from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.publish.changes import Previous, changed_pages
from lwo_analysis.publish.clock import said_day

EDITIONS = "editions"
MOST_BYTES = 20_000_000
"""Above this size the pages of the oldest editions go; their claims stay."""
_LINK = re.compile(r' href="([^"#:]+?)(#[^"]*)?"(?: download)?')


def read_previous(site: Path) -> Previous | None:
    """Return the site that stands in a folder, or None when there is none that can be compared with."""
    try:
        history = json.loads((site / "changes.json").read_text(encoding="utf-8"))
        generated = json.loads((site / "index.prov.json").read_text(encoding="utf-8"))["generated"]
        slugs = sorted(path.stem for path in site.glob("*.ipynb"))
        return Previous(
            generated=generated,
            claims={slug: _json(site / f"{slug}.claims.json") for slug in slugs},
            inputs={slug: _json(site / f"{slug}.prov.json")["inputs"] for slug in slugs},
            pages={slug: (site / f"{slug}.html").read_text(encoding="utf-8") for slug in slugs},
            history=history,
            editions={path.relative_to(site).as_posix(): path.read_bytes() for path in _files(site / EDITIONS)},
        )
    except (OSError, ValueError, KeyError):
        return None


def edition_files(previous: Previous | None, history: Mapping[str, Any], addresses: Collection[str]) -> dict[str, bytes]:
    """Return the files of every earlier edition, with that of the previous publication when its numbers changed.

    Parameters
    ----------
    previous : Previous or None
        The site before this one.
    history : mapping
        From `publication_history`.
    addresses : collection of str
        Every page of the new site with its ending; a link of an old page to a page that is gone is no longer a link.
    """
    if previous is None:
        return {}
    files = dict(previous.editions)
    if len(history["publications"]) > len(previous.history["publications"]):
        folder = _folder(previous, files)
        for slug in sorted(changed_pages(history["publications"][0])):
            lang = next((claim["lang"] for claim in previous.claims[slug]), "nl")
            files[f"{folder}/{slug}.claims.json"] = _bytes(previous.claims[slug])
            files[f"{folder}/{slug}.html"] = old_page(previous.pages[slug], slug, previous.generated, lang, addresses).encode(
                "utf-8"
            )
    return _within_limit(files)


def old_page(html: str, slug: str, generated: str, lang: str, addresses: Collection[str]) -> str:
    """Return a page as one of an earlier edition: it says so in its title and at its top, and its links lead to the new site."""
    day = said_day(generated, lang)
    newest = f' <a href="../../{slug}.html">{escape(phrase("changes.newest", lang))}</a>' if f"{slug}.html" in addresses else ""
    note = f'<div class="old-edition" role="note"><p>{escape(phrase("changes.old_edition", lang, date=day))}{newest}</p></div>'
    linked = _LINK.sub(lambda found: _new_link(found, slug, addresses), html)
    titled = linked.replace("<title>", f"<title>{escape(phrase('changes.edition', lang, date=day))}: ", 1)
    return titled.replace("<h1>", f"{note}<h1>", 1)


def _new_link(found: re.Match[str], slug: str, addresses: Collection[str]) -> str:
    target, place = found[1], found[2] or ""
    if target == f"{slug}.claims.json":
        return f' href="{target}"'
    # The cells of an earlier year may be gone from a passport; the passport itself is the way in.
    place = "" if target.startswith("passports/") else place
    return f' href="../../{target}{place}"' if target in addresses else ""


def _folder(previous: Previous, files: Mapping[str, bytes]) -> str:
    """Return the folder of an edition: its day, with a number when that day has one already."""
    day = f"{EDITIONS}/{previous.generated[:10]}"
    taken = {name.rsplit("/", 1)[0] for name in files}
    number = next(each for each in range(1, len(taken) + 2) if (day if each == 1 else f"{day}-{each}") not in taken)
    return day if number == 1 else f"{day}-{number}"


def _within_limit(files: dict[str, bytes]) -> dict[str, bytes]:
    kept = dict(files)
    for name in sorted(name for name in files if name.endswith(".html")):
        if sum(map(len, kept.values())) <= MOST_BYTES:
            break
        del kept[name]
    return kept


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _bytes(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")
