"""From a number to where it came from: the address of its passport, and the code and test behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from bs4 import BeautifulSoup

from lwo_analysis.catalogue.indicators import indicators
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.paths import REPOSITORY
from lwo_analysis.present.origins import is_demo

PASSPORTS = "passports"
FOOT_SOURCES = "foot-sources"
NO_YEAR = "no-year"


def localised(name: str, lang: str) -> str:
    """Return the address of a page of the site in a language: Dutch pages have the plain name.

    Examples
    --------
    >>> localised("index", "nl"), localised("index", "en")
    ('index', 'index-en')
    """
    return name if lang == "nl" else f"{name}-{lang}"


def passport_name(indicator_id: str, lang: str) -> str:
    """Return the address of the passport of an indicator within the site, without its ending."""
    return f"{PASSPORTS}/{localised(indicator_id.replace('_', '-'), lang)}"


def cell_id(claim: Mapping[str, Any]) -> str:
    """Return the place on a passport where the cells of a claim's area and year are named."""
    return f"{claim['area']}-{claim['year'] or NO_YEAR}"


def has_passport(claim: Mapping[str, Any]) -> bool:
    """Return whether a claim is about an indicator of the catalogue; any other is traced to the sources of its page."""
    return claim["indicator"] in indicators()


def passport_link(claim: Mapping[str, Any], root: str) -> str:
    """Return the address that tells where the number of a claim came from.

    Parameters
    ----------
    claim : mapping
        From `Claim.to_dict`.
    root : str
        The way from the page to the folder of the site: empty, or ``../`` for a page in a folder.
    """
    if not has_passport(claim):
        return f"#{FOOT_SOURCES}"
    place = "" if is_demo(claim["origins"]) else f"#{cell_id(claim)}"
    return f"{root}{passport_name(claim['indicator'], claim['lang'])}.html{place}"


def link_claims(soup: BeautifulSoup, claims: Iterable[Mapping[str, Any]], root: str) -> None:
    """Give each claim on a page its permanent address, where it stands first, and a link to its passport, everywhere."""
    by_id = {claim["id"]: claim for claim in claims}
    named: set[str] = set()
    for item in soup.find_all("li", attrs={"data-claim": True}):
        claim = by_id[str(item.attrs.pop("data-claim"))]
        if claim["id"] not in named:
            item["id"] = f"claim-{claim['id']}"
            named.add(claim["id"])
        item.append(BeautifulSoup(trace_html(claim, root), "html.parser"))


def trace_html(claim: Mapping[str, Any], root: str) -> str:
    """Return the link from a claim to its passport; for a screen reader it says of what."""
    lang = claim["lang"]
    about = indicators()[claim["indicator"]].name(lang) if has_passport(claim) else claim["id"]
    said = f'{escape(phrase("site.source_link", lang))}<span class="visually-hidden">: {escape(about)}</span>'
    return f' <a class="trace" href="{escape(passport_link(claim, root))}">{said}</a>'


def passport_list(ids: Iterable[str], root: str, lang: str) -> str:
    """Return links to passports in the order of their names; each indicator once."""
    named = sorted((indicators()[id].name(lang), id) for id in set(ids))
    links = "".join(f'<li><a href="{root}{passport_name(id, lang)}.html">{escape(name)}</a></li>' for name, id in named)
    return f'<ul class="columns">{links}</ul>' if links else ""


def code_html(code: str, key: str, lang: str) -> str:
    """Return which function did something, on which line, and which test checks its module.

    Parameters
    ----------
    code : str
        ``path:function:line`` as `calling_function` gives it.
    key : str
        Phrase that says what the function did.
    lang : str
        ``nl`` or ``en``.
    """
    path, function, line = code.split(":")
    place = f"<code>{escape(path)}:{escape(function)}</code>, {phrase('passport.code_line', lang, line=line)}"
    tests = ", ".join(f"<code>{escape(name)}</code>" for name in tests_of(path))
    checked = f"; {escape(phrase('passport.code_tested', lang))} {tests}" if tests else ""
    return f"{escape(phrase(key, lang))} {place}{checked}"


def tests_of(path: str) -> tuple[str, ...]:
    """Return the tests that carry the name of a module, as paths within the repository; none when it is not a checkout.

    Examples
    --------
    >>> tests_of("lwo_analysis/indicators/construct.py")
    ('tests/indicators/test_construct_aggregate.py',)
    """
    _, layer, name = path.rsplit("/", 2)
    found = sorted((REPOSITORY / "tests" / layer).glob(f"test_{name.removesuffix('.py')}*.py"))
    return tuple(test.relative_to(REPOSITORY).as_posix() for test in found)
