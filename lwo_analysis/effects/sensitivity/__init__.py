"""How far a finding can be pushed before it breaks: every check has a criterion, a table and a sentence."""

from lwo_analysis.effects.sensitivity.honest_relative_magnitudes import HonestInterval, honest_relative_magnitudes
from lwo_analysis.effects.sensitivity.honest_smoothness import honest_smoothness

__all__ = ["HonestInterval", "honest_relative_magnitudes", "honest_smoothness"]
