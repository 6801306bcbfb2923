"""Say it: figures, tables, sentences and claims."""

from lwo_analysis.present.badges import Badge, Evidence, Question, decide_badge, reason_undetermined
from lwo_analysis.present.claims import Claim, Claims, check_wording, make_claim
from lwo_analysis.present.figures import Figure, make_figure
from lwo_analysis.present.prose import Prose, Title, make_prose, make_title
from lwo_analysis.present.provenance_note import Provenance, ProvenanceInput
from lwo_analysis.present.tables import Column, Table, make_table

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
