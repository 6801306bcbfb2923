"""Pages: from an executed notebook to a site of static HTML."""

from lwo_analysis.publish.clock import generation_time
from lwo_analysis.publish.exporter import render_page
from lwo_analysis.publish.records import PageRecord, RenderedPage
from lwo_analysis.publish.site import page_address, site_files, write_site

__all__ = ["PageRecord", "RenderedPage", "generation_time", "page_address", "render_page", "site_files", "write_site"]
