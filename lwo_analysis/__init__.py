"""Reproducible findings about Leeuwarden Oost."""
