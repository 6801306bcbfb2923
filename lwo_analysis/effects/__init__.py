"""Why: designs, estimators and inference for a handful of treated areas."""

from lwo_analysis.effects.design import Design, FrozenDesign
from lwo_analysis.effects.did import fit_did
from lwo_analysis.effects.event_study import fit_event_study
from lwo_analysis.effects.interrupted import fit_interrupted_time_series
from lwo_analysis.effects.panel import OutcomeMatrix, collapse, starts_from_treatment, to_matrix
from lwo_analysis.effects.repeated_cross_sections import fit_repeated_cross_sections
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.ridge_synthetic_control import fit_ridge_synthetic_control
from lwo_analysis.effects.staggered import fit_callaway_santanna
from lwo_analysis.effects.sun_abraham import fit_sun_abraham
from lwo_analysis.effects.synthetic_control import fit_synthetic_control
from lwo_analysis.effects.synthetic_did import fit_synthetic_did

__all__ = [
    "Design",
    "EffectResult",
    "FrozenDesign",
    "OutcomeMatrix",
    "collapse",
    "fit_callaway_santanna",
    "fit_did",
    "fit_event_study",
    "fit_interrupted_time_series",
    "fit_repeated_cross_sections",
    "fit_ridge_synthetic_control",
    "fit_sun_abraham",
    "fit_synthetic_control",
    "fit_synthetic_did",
    "starts_from_treatment",
    "to_matrix",
]
