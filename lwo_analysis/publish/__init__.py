"""Pages: from an executed notebook to a site of static HTML."""
