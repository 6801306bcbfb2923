"""Modules that take long to import and that no run uses; whoever imports them does without when they are not there."""

from __future__ import annotations

import sys
from collections.abc import Iterable

UNNEEDED = ("debugpy", "rfc3987_syntax", "hypothesis")
"""The debugger of a kernel; a grammar of addresses that `jsonschema` builds for a check that notebooks do not have; what pandera
makes examples with, where developers have it."""


def skip_unneeded(names: Iterable[str] = UNNEEDED) -> None:
    """Let the import of these modules fail at once in this process; call it before anything of Jupyter is imported."""
    for name in names:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None is how Python says: fail
