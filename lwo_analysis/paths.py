"""Where files live; `LWO_DATA` and `LWO_OUTPUTS` move them, and `LWO_FOCUS` gives another focus area outputs of its own."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PANELS = ("auto", "real", "demo")
"""Tables of observations that can be asked for; `auto` is real when open data were built, else demo."""

PROGRAMME = "lwo"
"""The focus area that a site is about when `LWO_FOCUS` names no other."""


def focus_id() -> str:
    """Return the id of the focus area that is asked for (environment variable `LWO_FOCUS`); `catalogue.focus` checks it."""
    return os.environ.get("LWO_FOCUS") or PROGRAMME


def data_folder() -> Path:
    """Return the folder that holds `raw/` and `processed/` (environment variable `LWO_DATA`)."""
    return Path(os.environ.get("LWO_DATA", REPOSITORY / "data"))


def raw_folder() -> Path:
    """Return the folder of raw files with their source cards."""
    return data_folder() / "raw"


def processed_folder() -> Path:
    """Return the folder of the tidy observations."""
    return data_folder() / "processed"


def outputs_folder() -> Path:
    """Return the folder of runs and of the site (environment variable `LWO_OUTPUTS`).

    A site about another focus area is in a folder with its name, so that the pages of two areas are never in one site.
    """
    folder = Path(os.environ.get("LWO_OUTPUTS", REPOSITORY / "outputs"))
    return folder if focus_id() == PROGRAMME else folder / focus_id()


def site_folder() -> Path:
    """Return the folder of the published pages."""
    return outputs_folder() / "site"


def runs_folder() -> Path:
    """Return the folder of executed notebooks, logs and manifests."""
    return outputs_folder() / "runs"


def notebooks_folder() -> Path:
    """Return the folder of the notebooks and their parameter files."""
    return REPOSITORY / "notebooks"
