"""Why: designs, estimators and inference for a handful of treated areas.

The names below are imported when first used: an estimator brings statsmodels and linearmodels along, a design does not.
"""

from __future__ import annotations

from lwo_analysis.lazy import names_from

_MODULES = {
    "Design": "design",
    "EffectResult": "results",
    "FrozenDesign": "design",
    "OutcomeMatrix": "panel",
    "SensitivityCheck": "sensitivity",
    "add_placebo_inference": "inference",
    "adjust_for_multiplicity": "inference",
    "all_specifications": "sensitivity",
    "check_pre_trends": "sensitivity",
    "collapse": "panel",
    "conformal_test": "inference",
    "exclude_neighbours": "sensitivity",
    "fit_callaway_santanna": "staggered",
    "fit_did": "did",
    "fit_event_study": "event_study",
    "fit_interrupted_time_series": "interrupted",
    "fit_repeated_cross_sections": "repeated_cross_sections",
    "fit_ridge_synthetic_control": "ridge_synthetic_control",
    "fit_sun_abraham": "sun_abraham",
    "fit_synthetic_control": "synthetic_control",
    "fit_synthetic_did": "synthetic_did",
    "honest_relative_magnitudes": "sensitivity",
    "honest_smoothness": "sensitivity",
    "joint_placebo_statistics": "inference",
    "judge": "verdict",
    "leave_one_donor_out": "sensitivity",
    "lee_wooldridge_test": "inference",
    "minimal_detectable_effect": "power",
    "placebo_event_study": "sensitivity",
    "placebo_in_time": "sensitivity",
    "placebo_test": "inference",
    "placebo_test_of_estimator": "inference",
    "specification_curve": "sensitivity",
    "starts_from_treatment": "panel",
    "to_matrix": "panel",
    "vary_donor_pool": "sensitivity",
    "vary_start_year": "sensitivity",
    "vary_weights": "sensitivity",
    "vary_window": "sensitivity",
    "wild_cluster_bootstrap": "inference",
}

_HOME = {name: f"{__name__}.{module}" for name, module in _MODULES.items()}

__all__ = list(_HOME)
__getattr__ = names_from(__name__, _HOME)
