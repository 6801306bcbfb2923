"""From a number on the published site to its function, formula, source and test, by the links that a reader would follow."""

from __future__ import annotations

import ast
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import Tag

from lwo_analysis.errors import ParameterError
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.publish.passports import MAKER
from lwo_analysis.publish.trace import cell_id, has_passport, passport_link, tests_of

CLAIMS = ".claims.json"
RECOMPUTED = "tests/e2e/test_claims_rederived.py"
"""Computes every kind of sentence again, by code that uses nothing of this package; a kind without a rule fails it."""
_CODE = re.compile(r"lwo_analysis/[\w/]+\.py:\w+")


@dataclass(frozen=True)
class Trace:
    """Where one published number came from.

    Attributes
    ----------
    number, said : str
        The number with what it is about, and the sentence that says it.
    address, passport : str
        Of the sentence and of its passport within the site; without a passport, of the sources of its page.
    formula : str
        As the passport says it; without a passport, what the function says that it does.
    cells : str
        Table, boundaries and CBS codes, as the passport says them; empty when the source is no table of regions.
    code : tuple of str
        ``path:function:line`` of what read, calculated and said it.
    tests : tuple of str
        Files that test one of those functions, and `RECOMPUTED`.
    sources : tuple of str
        Title, provider, edition and checksum of what the page was made from and this number names.
    """

    number: str
    said: str
    address: str
    passport: str
    formula: str
    cells: str
    code: tuple[str, ...]
    tests: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """The trace as text, the number first."""
        parts = {"said": self.said, "on": self.address, "passport": self.passport, "formula": self.formula, "cells": self.cells}
        several = {"code": self.code, "tests": self.tests, "sources": self.sources}
        shown = [(name, text) for name, text in parts.items() if text]
        shown += [(name, text) for name, texts in several.items() for text in texts]
        return [self.number, *(f"  {name:<9}{text}" for name, text in shown)]


def published_numbers(site: Path) -> list[str]:
    """Return the address of every real number on a site (``PAGE#claim-ID``), in order.

    Raises
    ------
    ParameterError
        There is no site, or it has no real number.
    """
    found = [
        f"{path.name.removesuffix(CLAIMS)}#claim-{claim['id']}"
        for path in sorted(site.glob(f"*{CLAIMS}"))
        for claim in _claims(path)
        if claim["value"] is not None and (site / f"{path.name.removesuffix(CLAIMS)}.ipynb").exists()
    ]
    if not found:
        raise ParameterError(str(site), expected="a site with real numbers", found="none", remedy="give `lwo run` first")
    return found


def choose_numbers(site: Path, count: int, rng: random.Random) -> list[str]:
    """Return the addresses of numbers picked at random, each once; all of them when there are fewer."""
    numbers = published_numbers(site)
    return rng.sample(numbers, min(count, len(numbers)))


def trace_number(site: Path, address: str) -> Trace:
    """Return where a published number came from, read from the site and from the code beside it.

    Parameters
    ----------
    site : Path
        Folder of the site.
    address : str
        ``PAGE#claim-ID``, with or without ``.html``.

    Raises
    ------
    ParameterError
        There is no such page or number on the site.
    """
    page, _, place = address.partition("#")
    page = page.removesuffix(".html")
    claims = {f"claim-{claim['id']}": claim for claim in _claims(site / f"{page}{CLAIMS}")}
    if place not in claims:
        known = next(iter(claims), "")
        expected = f"a number such as {page}#{known}" if known else "a page of the site with #claim-ID"
        raise ParameterError("lwo trace", expected=expected, found=repr(address), remedy="copy the address of a sentence")
    return _trace(site, page, claims[place])


def _trace(site: Path, page: str, claim: Mapping[str, Any]) -> Trace:
    passport = passport_link(claim, "")
    file, _, anchor = passport.partition("#")
    soup = _soup(site / (file or f"{page}.html"))
    code = [claim["code"]] if claim["code"] else []
    if has_passport(claim):
        code = [*_code_of(soup), *code]
    return Trace(
        number=" ".join(str(claim[name]) for name in ("value", "unit", "indicator", "area", "year") if claim[name] is not None),
        said=claim["text"],
        address=f"{page}.html#claim-{claim['id']}",
        passport=passport if file else f"{page}.html{passport}",
        formula=_text(soup.select_one("#formula p")) or _documented(claim["code"]),
        cells=_cells(soup, cell_id(claim)) if anchor and has_passport(claim) else "",
        code=tuple(code),
        tests=(*sorted({test for each in code for test in tests_behind(each.split(":")[0])}), RECOMPUTED),
        sources=_sources(site / f"{page}.prov.json", claim["sources"]),
    )


def tests_behind(path: str) -> tuple[str, ...]:
    """Return the test files of a module: those with its name, else those that import it, else those that import who uses it.

    Examples
    --------
    >>> tests_behind("lwo_analysis/indicators/construct.py")
    ('tests/indicators/test_construct_aggregate.py',)
    """
    module = path.removesuffix(".py").replace("/", ".")
    users = [name for name, imported in _imports("lwo_analysis").items() if module in imported]
    return tests_of(path) or _tests_importing([module]) or _tests_importing([name.replace("/", ".")[:-3] for name in users])


def _tests_importing(modules: Sequence[str]) -> tuple[str, ...]:
    tests = {name: found for name, found in _imports("tests").items() if Path(name).name.startswith("test_")}
    return tuple(sorted(name for name, imported in tests.items() if imported & set(modules)))


@cache
def _imports(folder: str) -> dict[str, frozenset[str]]:
    """Return the modules that every file below a folder imports by name, by its path within the repository."""
    files = [path for path in sorted((REPOSITORY / folder).rglob("*.py")) if "node_modules" not in path.parts]
    return {path.relative_to(REPOSITORY).as_posix(): _imported(path) for path in files}


def _imported(path: Path) -> frozenset[str]:
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ImportFrom)]
    names = [(str(node.module), *(f"{node.module}.{each.name}" for each in node.names)) for node in nodes]
    return frozenset(name for own in names for name in own)


def _code_of(soup: BeautifulSoup) -> list[str]:
    """Return what read and calculated an indicator, as its passport names it: not what said other numbers of it."""
    found = []
    for item in soup.select("#code li"):
        named = _CODE.search(item.get_text())
        line = re.search(r"(\d+)", item.get_text().partition(named[0])[2]) if named else None
        if named and line and (named[0].startswith("lwo_analysis/sources/") or named[0].startswith(MAKER[0])):
            found.append(f"{named[0]}:{line[1]}")
    return found


def _cells(soup: BeautifulSoup, place: str) -> str:
    row = soup.find("tr", id=place)
    table = soup.select_one("#cells table")
    if not isinstance(row, Tag) or table is None:
        return ""
    heads = [_text(head) for head in table.select("thead th")]
    return "; ".join(f"{head}: {_text(cell)}" for head, cell in zip(heads, row.select("th, td"), strict=True))


def _sources(provenance: Path, named: Sequence[str]) -> tuple[str, ...]:
    inputs = json.loads(provenance.read_text(encoding="utf-8"))["inputs"]
    own = [item for item in inputs if any(item["id"] == name or item["id"].startswith(f"{name}-") for name in named)]
    facts = [(item, f"{item['provider']}, {item['vintage']}, sha256 {item['sha256'][:12]}") for item in own or inputs]
    return tuple(f"{item['title']} ({fact})" for item, fact in facts)


def _documented(code: str) -> str:
    """Return what a function says that it does, or else its module."""
    if not code:
        return ""
    path, function, _ = code.split(":")
    tree = ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))
    own = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function]
    documented: list[ast.FunctionDef | ast.Module] = [*own, tree]
    text = next(filter(None, map(ast.get_docstring, documented)), "")
    return text.splitlines()[0] if text else ""


def _claims(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


@cache
def _soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def _text(tag: Tag | None) -> str:
    return " ".join(tag.get_text(" ").split()) if tag else ""
