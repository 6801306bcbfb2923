"""Where files live; `LWO_DATA` and `LWO_OUTPUTS` move the two folders out of a read-only checkout."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PANELS = ("auto", "real", "demo")
"""Tables of observations that can be asked for; `auto` is real when open data were built, else demo."""


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
    """Return the folder of runs and of the site (environment variable `LWO_OUTPUTS`)."""
    return Path(os.environ.get("LWO_OUTPUTS", REPOSITORY / "outputs"))


def site_folder() -> Path:
    """Return the folder of the published pages."""
    return outputs_folder() / "site"


def runs_folder() -> Path:
    """Return the folder of executed notebooks, logs and manifests."""
    return outputs_folder() / "runs"


def notebooks_folder() -> Path:
    """Return the folder of the notebooks and their parameter files."""
    return REPOSITORY / "notebooks"
