"""The page around its content: head, banner, contents and the foot that says where everything came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lwo_analysis.catalogue.phrases import load_phrases, phrase
from lwo_analysis.present.badges import Badge
from lwo_analysis.present.claims import badge_html
from lwo_analysis.present.origins import is_demo
from lwo_analysis.present.provenance_note import provenance_html
from lwo_analysis.publish.clock import generated_line
from lwo_analysis.publish.records import DEMO_PREFIX, SLOTS
from lwo_analysis.publish.trace import FOOT_SOURCES, code_html, has_passport, passport_list

CONTENT_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def fill_page(
    body: str,
    *,
    title: str,
    lead: str,
    lang: str,
    origins: frozenset[str],
    sections: tuple[tuple[str, str], ...],
    foot: str,
    generated: str,
) -> str:
    """Return a whole page around a body.

    Parameters
    ----------
    body, lead, foot : str
        Finished HTML of the content, of the lines under the title, and of the footer.
    title : str
        Text of the one h1; with a demo prefix it is the title of the window.
    lang : str
        ``nl`` or ``en``.
    origins : frozenset of str
        Origins of the numbers; demo numbers put a banner above the title.
    sections : tuple of (id, text)
        Entries of the table of contents, shown when there are more than two.
    generated : str
        ISO 8601 moment.
    """
    demo = is_demo(origins)
    return _page_template().render(
        body=Markup(body),
        lead=Markup(lead),
        foot=Markup(foot),
        title=title,
        title_prefix=phrase("demo.title_prefix", lang) if demo else "",
        lang=lang,
        demo=demo,
        slots={name: Markup(mark) for name, mark in SLOTS.items()},
        contents=sections,
        generated=Markup(generated_line(generated, lang)),
        policy=CONTENT_POLICY,
        styles=Markup(styles()),
        say=partial(phrase, lang=lang),
    )


@cache
def styles() -> str:
    """Return the style sheet of every page."""
    return files("lwo_analysis.publish").joinpath("styles.css").read_text(encoding="utf-8")


def page_foot(provenance: Mapping[str, Any], slug: str, lang: str, claims: Sequence[Mapping[str, Any]] = ()) -> str:
    """Return the footer of a page: its sources, the passports of its figures, its settings, and the files beside it."""
    demo = is_demo(provenance["origins"])
    parts = {
        FOOT_SOURCES: ("page.sources", provenance_html({**provenance, "lang": lang}) + _code_list(claims, lang)),
        "foot-passports": ("passport.of_page", passport_list(_with_passport(claims), "../" if demo else "", lang)),
        "foot-settings": ("page.parameters", provenance["parameters"] and _parameters_table(provenance["parameters"], lang)),
        "foot-files": ("page.downloads", _file_links(slug, f"{DEMO_PREFIX if demo else ''}{slug}.ipynb", lang)),
    }
    return "".join(_section(id, key, content, lang) for id, (key, content) in parts.items() if content)


def badge_legend(badges: Iterable[str], lang: str) -> str:
    """Return the meaning of the badges that occur, folded."""
    present = [badge for badge in Badge if badge in set(badges)]
    lines = "".join(
        f"<div><dt>{badge_html(badge, lang)}</dt><dd>{_say(f'badge_meaning.{badge}', lang)}</dd></div>" for badge in present
    )
    return f'<details class="legend"><summary>{_say("page.badges", lang)}</summary><dl>{lines}</dl></details>'


@cache
def _page_template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def _say(key: str, lang: str, **values: object) -> str:
    return escape(phrase(key, lang, **values))


def _section(id: str, key: str, content: str, lang: str) -> str:
    return f'<section aria-labelledby="{id}"><h2 id="{id}">{_say(key, lang)}</h2>{content}</section>'


def _parameters_table(parameters: Mapping[str, Any], lang: str) -> str:
    rows = "".join(
        f'<tr><th scope="row">{_parameter_name(name, lang)}</th><td>{escape(_parameter_value(value))}</td></tr>'
        for name, value in parameters.items()
    )
    caption = f'<caption class="visually-hidden">{_say("page.parameters", lang)}</caption>'
    heads = "".join(f'<th scope="col">{_say(key, lang)}</th>' for key in ("page.parameter", "page.parameter_value"))
    return f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _parameter_name(name: str, lang: str) -> str:
    key = f"parameter.{name}"
    return _say(key, lang) if key in load_phrases() else f"<code>{escape(name)}</code>"


def _parameter_value(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _with_passport(claims: Sequence[Mapping[str, Any]]) -> set[str]:
    return {claim["indicator"] for claim in claims if has_passport(claim)}


def _code_list(claims: Sequence[Mapping[str, Any]], lang: str) -> str:
    codes = sorted({claim["code"] for claim in claims if claim["code"]})
    items = "".join(f"<li>{code_html(code, 'passport.code_said', lang)}</li>" for code in codes)
    return f'<ul class="lwo-by">{items}</ul>' if items else ""


def _file_links(slug: str, notebook: str, lang: str) -> str:
    links = {
        f"{slug}.claims.json": "page.download_claims",
        f"{slug}.prov.json": "page.download_provenance",
        notebook: "page.download_notebook",
    }
    items = "".join(f'<li><a href="{href}">{_say(key, lang)}</a></li>' for href, key in links.items())
    return f"<ul>{items}</ul>"
