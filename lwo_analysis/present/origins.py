"""Real and synthetic numbers never mix: the rule every shown object obeys when it is made."""

from __future__ import annotations

from collections.abc import Iterable

from lwo_analysis.errors import NotebookError

DEMO = "demo"


def checked_origins(origins: Iterable[str], where: str) -> frozenset[str]:
    """Return the origins of an object, or refuse them.

    Parameters
    ----------
    origins : iterable of str
        Where the numbers come from (``published``, ``register``, ``survey``, ``modelled``, ``partner`` or ``demo``); not empty.
    where : str
        The object, for the message.

    Raises
    ------
    NotebookError
        When there are none, or demo numbers stand beside real ones.

    Examples
    --------
    >>> sorted(checked_origins({"register", "survey"}, "table"))
    ['register', 'survey']
    """
    found = frozenset([origins] if isinstance(origins, str) else origins)
    if not found:
        raise NotebookError(where, expected="the origin of its numbers", found="none", remedy="pass origins=...")
    if DEMO in found and len(found) > 1:
        raise NotebookError(
            where,
            expected="demo numbers or real numbers",
            found=f"both ({', '.join(sorted(found))})",
            remedy="show them on separate pages",
        )
    return found


def is_demo(origins: Iterable[str]) -> bool:
    """Return whether any of the numbers is synthetic."""
    return DEMO in set(origins)
