"""Say it: figures, tables, sentences and claims.

The names below are imported when first used, so that what needs no figure does not wait for the library that draws them.
"""

from __future__ import annotations

from lwo_analysis.lazy import names_from

_MODULES = {
    "badges": ("Badge", "Evidence", "Question", "decide_badge", "reason_undetermined"),
    "claims": ("Claim", "Claims", "check_wording", "make_claim"),
    "figures": ("Figure", "make_figure"),
    "prose": ("Prose", "Title", "make_prose", "make_title"),
    "provenance_note": ("Provenance", "ProvenanceInput"),
    "tables": ("Column", "Table", "make_table"),
}
_HOME = {name: f"lwo_analysis.present.{module}" for module, names in _MODULES.items() for name in names}

__all__ = [
    "Badge",
    "Claim",
    "Claims",
    "Column",
    "Evidence",
    "Figure",
    "Prose",
    "Provenance",
    "ProvenanceInput",
    "Question",
    "Table",
    "Title",
    "check_wording",
    "decide_badge",
    "make_claim",
    "make_figure",
    "make_prose",
    "make_table",
    "make_title",
    "reason_undetermined",
]
__getattr__ = names_from(__name__, _HOME)
