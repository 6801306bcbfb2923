"""All kinds of sentences that can be computed a second time, and the walk over the claims of a site."""

from __future__ import annotations

from tests.support import (
    rederive_delivery,
    rederive_divergence,
    rederive_effects,
    rederive_findings,
    rederive_levels,
    rederive_paths,
    rederive_register,
)
from tests.support.rederive import Rule

MODULES = (
    rederive_levels,
    rederive_register,
    rederive_paths,
    rederive_effects,
    rederive_divergence,
    rederive_findings,
    rederive_delivery,
)
RULES: dict[str, Rule] = {template: rule for module in MODULES for template, rule in module.RULES.items()}
