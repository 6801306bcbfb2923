"""What the publisher is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lwo_analysis.present.origins import is_demo

DEMO_FOLDER = "demo"
DEMO_PREFIX = "DEMO-"
SLOTS = {"head": "<!--site:head-->", "top": "<!--site:top-->"}
"""Marks in the HTML of a page; the site replaces each by its links, or by nothing."""


@dataclass(frozen=True)
class PageRecord:
    """What is known about a page besides its notebook.

    Parameters
    ----------
    slug : str
        File name of the page without its ending; lower case letters, digits and hyphens.
    notebook : str
        Name of the notebook, for messages and the provenance file.
    lang : str
        ``nl`` or ``en``.
    parameters : mapping of str to str, int, float, bool or None
        The parameters of the run, in the order they are shown.
    generated : str
        Moment of publication, ISO 8601 in UTC; the only thing that may differ between two runs
        (see :func:`lwo_analysis.publish.clock.generation_time`).
    facts : mapping
        More plain facts for ``PAGE.prov.json`` (commit, versions, checksum of the notebook).
    """

    slug: str
    notebook: str
    lang: str
    parameters: Mapping[str, Any]
    generated: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class RenderedPage:
    """A finished page and the files that lie beside it.

    Parameters
    ----------
    slug, title, lang : str
        As in :class:`PageRecord`; the title is that of the one h1, without a demo prefix.
    html : str
        The page, with the marks of :data:`SLOTS` where the site puts what depends on the other pages.
    claims : tuple of dict
        The claims of the page, in the order of the notebook, as plain JSON types.
    provenance : dict
        Inputs, parameters, command and facts, as plain JSON types.
    origins : frozenset of str
        Origins of the numbers on the page: all demo, or none.
    notebook : str
        The executed notebook as JSON, without the traces of the machine that ran it.
    files : tuple of (str, bytes)
        Relative address (it may hold a folder: ``files/NAME.csv``) and content of the files that the page offers.
    warnings : tuple of str
        What the notebook wrote to its error stream; not published, for the log.
    """

    slug: str
    title: str
    lang: str
    html: str
    claims: tuple[dict[str, Any], ...]
    provenance: dict[str, Any]
    origins: frozenset[str]
    notebook: str
    files: tuple[tuple[str, bytes], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_demo(self) -> bool:
        """Whether the numbers of the page are synthetic."""
        return is_demo(self.origins)

    @property
    def notebook_name(self) -> str:
        """File name of the executed notebook beside the page."""
        return f"{DEMO_PREFIX if self.is_demo else ''}{self.slug}.ipynb"


def page_address(page: RenderedPage) -> str:
    """Return the address of a page within the site, without its ending."""
    return f"{DEMO_FOLDER}/{page.slug}" if page.is_demo else page.slug
