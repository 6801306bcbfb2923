"""Which line of this package made a figure or a claim, so that a reader can go from a number to the code."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType

_PACKAGE = Path(__file__).parents[1]
_MAKERS = frozenset(str(Path(__file__).parent / name) for name in ("claims.py", "figures.py", "code_reference.py"))


def calling_function() -> str:
    """Return the function of this package for which a maker of claims or figures is called, as ``path:function:line``.

    Returns
    -------
    str
        Path within the repository, name, and the line on which the function starts; empty when a notebook calls the maker itself.

    Notes
    -----
    A comprehension is not a function of its own to a reader; the function around it is named.
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename in _MAKERS or frame.f_code.co_name.startswith("<")):
        frame = frame.f_back
    if frame is None or not Path(frame.f_code.co_filename).is_relative_to(_PACKAGE):
        return ""
    path = Path(frame.f_code.co_filename).relative_to(_PACKAGE.parent).as_posix()
    return f"{path}:{frame.f_code.co_name}:{frame.f_code.co_firstlineno}"
