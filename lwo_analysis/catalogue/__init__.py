"""Metadata as code: what areas, indicators, sources and phrases are."""
