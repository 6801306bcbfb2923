"""Observation forms to print and to fill in, as files beside a page."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import pandas as pd

from lwo_analysis.catalogue.observation_forms import ObservationForm, observation_forms
from lwo_analysis.catalogue.phrases import phrase
from lwo_analysis.present.download import Download, Downloads
from lwo_analysis.sources.observation_forms import COLUMNS, OBSERVERS

BOX = "______"


def observation_downloads(origins: Iterable[str], lang: str) -> Downloads:
    """Return every form twice: a sheet to print, and an empty file for the counts.

    Parameters
    ----------
    origins : iterable of str
        Of the page. A form has no numbers; beside made-up figures its files are marked as well.
    lang : str
        `nl` or `en`.
    """
    of_page = frozenset(origins)
    files = [file for form in observation_forms().values() for file in _files(form, of_page, lang)]
    return Downloads(tuple(files), lang)


def printed_form(form: ObservationForm, lang: str) -> str:
    """Return a form as plain text that prints well: what to do, who walked where and when, and what to count."""
    steps = "\n".join(f"{place}. {step}" for place, step in enumerate(form.steps(lang), start=1))
    head = "\n".join(f"- {phrase(f'observation_form.{key}', lang)}: {BOX}" for key in ("date", "part_of_day", "area", "stretch"))
    homes = f"- {phrase('observation_form.homes', lang, least=form.least_homes)}: {BOX}"
    observer = f"- {phrase('observation_form.observer', lang)}: {BOX}"
    width = max(len(item.text(lang)) for item in form.items)
    counts = "\n".join(f"| {item.text(lang).ljust(width)} | {BOX} |" for item in form.items)
    columns = (
        f"| {phrase('observation_form.item', lang).ljust(width)} | {phrase('observation_form.count', lang).ljust(len(BOX))} |"
    )
    rule = f"| {'-' * width} | {'-' * len(BOX)} |"
    return "\n".join((f"# {form.name(lang)}", "", steps, "", head, homes, observer, "", columns, rule, counts, ""))


def observation_sheet(form: ObservationForm) -> pd.DataFrame:
    """Return an empty file for one stretch of street: a row for every item and observer, with the columns of the reader."""
    pairs = product(sorted(OBSERVERS), (item.id for item in form.items))
    rows = [{"form": form.id, "observer": observer, "item": item} for observer, item in pairs]
    return pd.DataFrame([dict.fromkeys(COLUMNS, "") | row for row in rows])


def _files(form: ObservationForm, origins: frozenset[str], lang: str) -> tuple[Download, Download]:
    printed = printed_form(form, lang).encode("utf-8")
    empty = observation_sheet(form).to_csv(index=False, lineterminator="\n").encode("utf-8")
    name = form.name(lang)
    return (
        Download(f"{form.id}-{lang}.md", printed, phrase("observation_form.print", lang, name=name), origins),
        Download(f"{form.id}.csv", empty, phrase("observation_form.fill", lang, name=name), origins),
    )
