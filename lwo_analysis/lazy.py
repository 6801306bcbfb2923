"""Public names of a package that are imported when they are first used, so that nothing waits for what it does not need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def names_from(package: str, home: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a package (PEP 562).

    Parameters
    ----------
    package : str
        Its `__name__`.
    home : mapping of str to str
        For every public name the module that defines it.

    Raises
    ------
    AttributeError
        From what is returned, for a name that is not public.

    Examples
    --------
    >>> names_from("example", {"sqrt": "math"})("sqrt")(9)
    3.0
    """

    def find(name: str) -> Any:
        if name in home:
            return getattr(import_module(home[name]), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return find
