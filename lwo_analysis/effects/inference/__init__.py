"""Tests that keep their promise with one to five treated areas."""

from lwo_analysis.effects.inference.conformal import ConformalResult, conformal_test
from lwo_analysis.effects.inference.lee_wooldridge import LeeWooldridgeResult, lee_wooldridge_test
from lwo_analysis.effects.inference.multiplicity import AdjustedPValues, adjust_for_multiplicity
from lwo_analysis.effects.inference.placebo import (
    PlaceboResult,
    add_placebo_inference,
    joint_placebo_statistics,
    placebo_test,
)
from lwo_analysis.effects.inference.placebo_estimator import placebo_test_of_estimator
from lwo_analysis.effects.inference.wild_bootstrap import WildBootstrapResult, wild_cluster_bootstrap

__all__ = [
    "AdjustedPValues",
    "ConformalResult",
    "LeeWooldridgeResult",
    "PlaceboResult",
    "WildBootstrapResult",
    "add_placebo_inference",
    "adjust_for_multiplicity",
    "conformal_test",
    "joint_placebo_statistics",
    "lee_wooldridge_test",
    "placebo_test",
    "placebo_test_of_estimator",
    "wild_cluster_bootstrap",
]
