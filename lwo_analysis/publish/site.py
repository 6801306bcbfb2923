"""The site: built whole in a folder beside the old one, which it replaces only when nothing failed."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from lwo_analysis.errors import NotebookError, OutputError
from lwo_analysis.publish.downloads import download_files, split_demo
from lwo_analysis.publish.home import home_claims, home_page
from lwo_analysis.publish.records import DEMO_FOLDER, RenderedPage, page_address


def write_site(
    pages: Sequence[RenderedPage], observations: pd.DataFrame | None, destination: Path, *, lang: str, generated: str
) -> Path:
    """Write the whole site and put it in the place of the old one.

    Parameters
    ----------
    pages : sequence of RenderedPage
        Every page; demo pages go to ``demo/``.
    observations : pandas.DataFrame or None
        Rows of the observation table for the downloads; real and demo rows are written apart. None or no rows: no downloads.
    destination : Path
        The folder of the site; made when absent, replaced when present.
    lang : str
        Language of the home page.
    generated : str
        ISO 8601 moment for the home page.

    Returns
    -------
    Path
        The home page.

    Raises
    ------
    NotebookError
        When two pages have the same address or the same title.
    OutputError
        When the folder cannot be written. The old site is untouched.
    """
    files = site_files(pages, observations, lang=lang, generated=generated)
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{destination.name}.new-", dir=destination.parent))
    except OSError as problem:
        raise _unwritable(destination, problem) from problem
    try:
        _write_files(files, building)
        _replace_folder(building, destination)
    except OSError as problem:
        raise _unwritable(destination, problem) from problem
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return destination / "index.html"


def site_files(
    pages: Sequence[RenderedPage], observations: pd.DataFrame | None, *, lang: str, generated: str
) -> dict[str, bytes]:
    """Return every file of the site by its relative address; nothing is written.

    Raises
    ------
    NotebookError
        When two pages have the same address or the same title, or offer different files under one name.
    """
    _check_unique([page_address(page) for page in pages], "the address")
    _check_unique([("demo" if page.is_demo else "real", page.title) for page in pages], "the title")
    frames = _download_frames(observations)
    home = home_page(pages, lang=lang, generated=generated, has_real="data" in frames, has_demo=f"{DEMO_FOLDER}/data" in frames)
    files = _page_files("index", home, home_claims(pages, lang), _home_provenance(pages, lang, generated))
    for page in pages:
        files |= _page_files(page_address(page), page.html, page.claims, page.provenance)
        files[_notebook_address(page)] = page.notebook.encode("utf-8")
    files |= _offered_files(pages, files)
    for folder, frame in frames.items():
        files |= {f"{folder}/{name}": content for name, content in download_files(frame, _package_sources(pages, folder)).items()}
    return files


def _notebook_address(page: RenderedPage) -> str:
    return f"{DEMO_FOLDER}/{page.notebook_name}" if page.is_demo else page.notebook_name


def _offered_files(pages: Sequence[RenderedPage], taken: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that pages offer; the same file may be offered twice, another one under its name may not."""
    offered: dict[str, bytes] = {}
    for page in pages:
        for name, content in page.files:
            address = f"{DEMO_FOLDER}/{name}" if page.is_demo else name
            if {**taken, **offered}.get(address, content) != content:
                raise NotebookError(
                    f"{page.slug}, download {name}",
                    expected="one content under one name",
                    found="two different ones",
                    remedy="name the files apart",
                )
            offered[address] = content
    return offered


def _page_files(address: str, html: str, claims: Sequence[Mapping[str, Any]], provenance: Mapping[str, Any]) -> dict[str, bytes]:
    return {
        f"{address}.html": html.encode("utf-8"),
        f"{address}.claims.json": _json(list(claims)),
        f"{address}.prov.json": _json(provenance),
    }


def _json(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8")


def _home_provenance(pages: Sequence[RenderedPage], lang: str, generated: str) -> dict[str, Any]:
    """Return what the home page was made from: the inputs of the real pages, each once."""
    real = [page for page in pages if not page.is_demo]
    inputs = {item["id"]: item for page in real for item in page.provenance["inputs"]}
    return {
        "page": "index",
        "lang": lang,
        "pages": [page.slug for page in real],
        "inputs": [inputs[key] for key in sorted(inputs)],
        "origins": sorted({origin for page in real for origin in page.origins}),
        "generated": generated,
    }


def _download_frames(observations: pd.DataFrame | None) -> dict[str, pd.DataFrame]:
    if observations is None:
        return {}
    real, demo = split_demo(observations)
    return {folder: frame for folder, frame in (("data", real), (f"{DEMO_FOLDER}/data", demo)) if len(frame)}


def _package_sources(pages: Sequence[RenderedPage], folder: str) -> list[dict[str, str]]:
    demo = folder.startswith(DEMO_FOLDER)
    inputs = {item["id"]: item for page in pages if page.is_demo is demo for item in page.provenance["inputs"]}
    return [_package_source(inputs[key]) for key in sorted(inputs)]


def _package_source(item: Mapping[str, str]) -> dict[str, str]:
    source = {"title": f"{item['title']} ({item['provider']}, {item['vintage']})"}
    return {**source, "path": item["url"]} if item.get("url") else source


def _check_unique(names: Sequence[object], what: str) -> None:
    repeated = sorted(str(name) for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise NotebookError(
            "site", expected=f"{what} of each page once", found=f"twice: {', '.join(repeated)}", remedy="name the pages apart"
        )


def _write_files(files: Mapping[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder.chmod(0o755)


def _replace_folder(new: Path, destination: Path) -> None:
    """Put the new folder in the place of the old one; when that fails, put the old one back."""
    old = destination.with_name(f".{destination.name}.old")
    if old.exists() and not destination.exists():  # an earlier run was killed between the two renames below
        old.rename(destination)
    shutil.rmtree(old, ignore_errors=True)
    had_old = destination.exists()
    if had_old:
        destination.rename(old)
    try:
        new.rename(destination)
    except OSError:
        if had_old:
            old.rename(destination)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _unwritable(destination: Path, problem: OSError) -> OutputError:
    return OutputError(
        str(destination),
        expected="a folder that can be written",
        found=problem.strerror or str(problem),
        remedy="make it writable or set LWO_OUTPUTS to another folder",
    )
