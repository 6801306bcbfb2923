"""Reproducible findings about Leeuwarden Oost: indicators, comparison, effects, claims.

The names below are what a notebook or a researcher at a prompt starts from; they are imported when first used, so that a command
that needs none of them starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "Design": "lwo_analysis.effects.design",
    "load_observations": "lwo_analysis.cleaning.observations",
    "load_published": "lwo_analysis.cleaning.published",
    "page_provenance": "lwo_analysis.run.page",
}

__all__ = ["Design", "load_observations", "load_published", "page_provenance"]


def __getattr__(name: str) -> Any:
    """Return a public name from the module that defines it."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'lwo_analysis' has no attribute {name!r}")
