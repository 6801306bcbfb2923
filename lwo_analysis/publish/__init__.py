"""Pages: from an executed notebook to a site of static HTML.

The names below are imported when first used, so that a kept page can be read without pandas and nbconvert.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOME = {
    "PageRecord": "lwo_analysis.publish.records",
    "RenderedPage": "lwo_analysis.publish.records",
    "generation_time": "lwo_analysis.publish.clock",
    "load_page": "lwo_analysis.publish.stored",
    "page_address": "lwo_analysis.publish.records",
    "render_page": "lwo_analysis.publish.exporter",
    "save_page": "lwo_analysis.publish.stored",
    "site_files": "lwo_analysis.publish.site",
    "write_site": "lwo_analysis.publish.site",
}

__all__ = [
    "PageRecord",
    "RenderedPage",
    "generation_time",
    "load_page",
    "page_address",
    "render_page",
    "save_page",
    "site_files",
    "write_site",
]


def __getattr__(name: str) -> Any:
    """Return a public name from the module that defines it."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'lwo_analysis.publish' has no attribute {name!r}")
