"""Why: designs, estimators and inference for a handful of treated areas."""

from lwo_analysis.effects.design import Design, FrozenDesign
from lwo_analysis.effects.did import fit_did
from lwo_analysis.effects.event_study import fit_event_study
from lwo_analysis.effects.inference import (
    add_placebo_inference,
    adjust_for_multiplicity,
    conformal_test,
    joint_placebo_statistics,
    lee_wooldridge_test,
    placebo_test,
    placebo_test_of_estimator,
    wild_cluster_bootstrap,
)
from lwo_analysis.effects.interrupted import fit_interrupted_time_series
from lwo_analysis.effects.panel import OutcomeMatrix, collapse, starts_from_treatment, to_matrix
from lwo_analysis.effects.power import minimal_detectable_effect
from lwo_analysis.effects.repeated_cross_sections import fit_repeated_cross_sections
from lwo_analysis.effects.results import EffectResult
from lwo_analysis.effects.ridge_synthetic_control import fit_ridge_synthetic_control
from lwo_analysis.effects.sensitivity import (
    SensitivityCheck,
    Specification,
    all_specifications,
    check_pre_trends,
    exclude_neighbours,
    honest_relative_magnitudes,
    honest_smoothness,
    leave_one_donor_out,
    placebo_event_study,
    placebo_in_time,
    specification_curve,
    vary_donor_pool,
    vary_start_year,
    vary_weights,
    vary_window,
)
from lwo_analysis.effects.staggered import fit_callaway_santanna
from lwo_analysis.effects.sun_abraham import fit_sun_abraham
from lwo_analysis.effects.synthetic_control import fit_synthetic_control
from lwo_analysis.effects.synthetic_did import fit_synthetic_did
from lwo_analysis.effects.verdict import Verdict, judge

__all__ = [
    "Design",
    "EffectResult",
    "FrozenDesign",
    "OutcomeMatrix",
    "SensitivityCheck",
    "Specification",
    "Verdict",
    "add_placebo_inference",
    "adjust_for_multiplicity",
    "all_specifications",
    "check_pre_trends",
    "collapse",
    "conformal_test",
    "exclude_neighbours",
    "fit_callaway_santanna",
    "fit_did",
    "fit_event_study",
    "fit_interrupted_time_series",
    "fit_repeated_cross_sections",
    "fit_ridge_synthetic_control",
    "fit_sun_abraham",
    "fit_synthetic_control",
    "fit_synthetic_did",
    "honest_relative_magnitudes",
    "honest_smoothness",
    "joint_placebo_statistics",
    "judge",
    "leave_one_donor_out",
    "lee_wooldridge_test",
    "minimal_detectable_effect",
    "placebo_event_study",
    "placebo_in_time",
    "placebo_test",
    "placebo_test_of_estimator",
    "specification_curve",
    "starts_from_treatment",
    "to_matrix",
    "vary_donor_pool",
    "vary_start_year",
    "vary_weights",
    "vary_window",
    "wild_cluster_bootstrap",
]
