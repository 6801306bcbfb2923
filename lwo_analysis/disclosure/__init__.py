"""Nothing small leaves: figures that are too small by themselves, and those from which they would follow, are taken out."""

from lwo_analysis.disclosure.policy import (
    AreaMean,
    AreaSum,
    Composition,
    DisclosurePolicy,
    IndicatorParts,
    Rule,
    YearSum,
)
from lwo_analysis.disclosure.protect import Protected, check_protected, exposures, protect
from lwo_analysis.disclosure.rules import (
    MINIMUM_DENOMINATOR,
    MINIMUM_NUMERATOR,
    SmallFigures,
    rounded_counts,
    suppress_small,
)

__all__ = [
    "MINIMUM_DENOMINATOR",
    "MINIMUM_NUMERATOR",
    "AreaMean",
    "AreaSum",
    "Composition",
    "DisclosurePolicy",
    "IndicatorParts",
    "Protected",
    "Rule",
    "SmallFigures",
    "YearSum",
    "check_protected",
    "exposures",
    "protect",
    "rounded_counts",
    "suppress_small",
]
