"""Files that a reader can take from a page: the page links to them, and the publisher writes them beside it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from html import escape

import pandas as pd

from lwo_analysis.errors import NotebookError
from lwo_analysis.present.origins import checked_origins, is_demo

DOWNLOAD_MIME = "application/vnd.lwo.download+json"
MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "md": "text/markdown",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_NAME = re.compile(rf"[a-z0-9][a-z0-9-]*\.(?:{'|'.join(MEDIA_TYPES)})")
_DEMO_NAME = "DEMO-"


@dataclass(frozen=True)
class Download:
    """One file beside a page.

    Attributes
    ----------
    name : str
        Lower case letters, digits and hyphens, ending in csv, xlsx, json or md. A file with demo numbers is written under a name
        that says so (`file_name`).
    content : bytes
        The same data must give the same bytes: two pages may offer the same file, not two files under one name.
    label : str
        What the link says.
    origins : frozenset of str
        Origins of the numbers in the file.
    """

    name: str
    content: bytes
    label: str
    origins: frozenset[str]

    def __post_init__(self) -> None:
        where = f"download {self.name!r}"
        if not _NAME.fullmatch(self.name) or not self.content or not self.label.strip():
            raise NotebookError(
                where,
                expected=f"a name ending in {', '.join(MEDIA_TYPES)}, a content and a label",
                found=f"{len(self.content)} bytes, label {self.label!r}",
                remedy="name the file in lower case letters, digits and hyphens",
            )
        checked_origins(self.origins, where)

    @property
    def file_name(self) -> str:
        """The name under which the file is written."""
        return f"{_DEMO_NAME}{self.name}" if is_demo(self.origins) else self.name

    @property
    def mime(self) -> str:
        """The media type of the content."""
        return MEDIA_TYPES[self.name.rsplit(".", 1)[1]]


@dataclass(frozen=True)
class Downloads:
    """The files of one cell; display it as the last line."""

    items: tuple[Download, ...]
    lang: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        links = "".join(
            f'<li><a href="{item.file_name}" type="{item.mime}" download>{escape(item.label)}</a></li>' for item in self.items
        )
        facts = [
            {
                "name": item.file_name,
                "origins": sorted(item.origins),
                "content": base64.b64encode(item.content).decode("ascii"),
            }
            for item in self.items
        ]
        return {
            "text/html": f'<ul class="lwo-downloads" lang="{self.lang}">{links}</ul>',
            "text/plain": "\n".join(f"{item.file_name}: {item.label}" for item in self.items),
            DOWNLOAD_MIME: facts,
        }


def escape_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy in which no text starts with a sign that makes a spreadsheet run it.

    Examples
    --------
    >>> escape_formulas(pd.DataFrame({"note": ["=1+1", "fine"], "value": [-1, 2]})).values.tolist()
    [["'=1+1", -1], ['fine', 2]]
    """
    escaped = frame.rename(columns=_escape_formula)
    for place, name in enumerate(escaped.columns):
        if not pd.api.types.is_numeric_dtype(escaped.iloc[:, place]):
            escaped[name] = escaped[name].map(_escape_formula, na_action="ignore")
    return escaped


def _escape_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
