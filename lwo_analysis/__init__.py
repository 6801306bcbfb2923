"""Reproducible findings about Leeuwarden Oost: indicators, comparison, effects, claims.

The names below are what a notebook or a researcher at a prompt starts from; they are imported when first used, so that a command
that needs none of them starts at once.
"""

from __future__ import annotations

from lwo_analysis.lazy import names_from

_HOME = {
    "Design": "lwo_analysis.effects.design",
    "load_observations": "lwo_analysis.cleaning.observations",
    "load_published": "lwo_analysis.cleaning.published",
    "page_provenance": "lwo_analysis.run.page",
}

__all__ = ["Design", "load_observations", "load_published", "page_provenance"]
__getattr__ = names_from(__name__, _HOME)
