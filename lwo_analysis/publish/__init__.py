"""Pages: from an executed notebook to a site of static HTML.

The names below are imported when first used, so that a kept page can be read without pandas and nbconvert.
"""

from __future__ import annotations

from lwo_analysis.lazy import names_from

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
__getattr__ = names_from(__name__, _HOME)
