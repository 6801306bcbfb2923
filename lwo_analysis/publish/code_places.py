"""Where a module or a function of this package starts, read from its text, so that nothing has to be imported."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def place_of(named: tuple[str, str]) -> str:
    """Return ``path:function:line`` of a function of this package.

    Parameters
    ----------
    named : tuple of (str, str)
        Path within the repository and the name of the function; with an empty name, the first public function of the module, or
        of the package of that name.

    Returns
    -------
    str
        Empty when there is no such function.
    """
    path, name = named
    file = _PACKAGE.parent / path
    if not file.exists():
        file = file.with_suffix("") / "tidy.py"
    if not file.exists():
        return ""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and (node.name == name or not (name or node.name.startswith("_"))):
            return f"{file.relative_to(_PACKAGE.parent).as_posix()}:{node.name}:{node.lineno}"
    return ""
