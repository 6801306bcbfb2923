"""How far a finding can be pushed before it breaks: every check has a criterion, a table and a sentence."""

from lwo_analysis.effects.sensitivity.check import SensitivityCheck
from lwo_analysis.effects.sensitivity.honest_relative_magnitudes import HonestInterval, honest_relative_magnitudes
from lwo_analysis.effects.sensitivity.honest_smoothness import honest_smoothness
from lwo_analysis.effects.sensitivity.placebo_event_study import PlaceboEventStudy, placebo_event_study
from lwo_analysis.effects.sensitivity.pre_trends import check_pre_trends
from lwo_analysis.effects.sensitivity.specification_curve import Specification, all_specifications, specification_curve
from lwo_analysis.effects.sensitivity.variations import (
    exclude_neighbours,
    leave_one_donor_out,
    placebo_in_time,
    vary_donor_pool,
    vary_start_year,
    vary_weights,
    vary_window,
)

__all__ = [
    "HonestInterval",
    "PlaceboEventStudy",
    "SensitivityCheck",
    "Specification",
    "all_specifications",
    "check_pre_trends",
    "exclude_neighbours",
    "honest_relative_magnitudes",
    "honest_smoothness",
    "leave_one_donor_out",
    "placebo_event_study",
    "placebo_in_time",
    "specification_curve",
    "vary_donor_pool",
    "vary_start_year",
    "vary_weights",
    "vary_window",
]
