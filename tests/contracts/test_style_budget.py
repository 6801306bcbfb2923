"""The size of functions and files, measured; the numbers are those of CONTRIBUTING.md."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

from lwo_analysis.paths import REPOSITORY

PACKAGE = REPOSITORY / "lwo_analysis"
MEDIAN_LINES, LONGEST_FUNCTION, LONGEST_FILE = 10, 50, 400


def functions() -> dict[str, int]:
    """Return the lines of every function without its docstring, by file and name."""
    sizes = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                sizes[f"{path.relative_to(PACKAGE)}:{node.name}"] = _lines(node)
    return sizes


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    documented = ast.get_docstring(node) is not None
    body = node.body[1:] if documented else node.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 1


def test_half_of_the_functions_fit_in_ten_lines():
    assert median(functions().values()) <= MEDIAN_LINES


def test_no_function_is_longer_than_fifty_lines():
    assert {name: size for name, size in functions().items() if size > LONGEST_FUNCTION} == {}


def test_no_file_is_longer_than_four_hundred_lines():
    sizes = {str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines()) for path in _files()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_every_public_name_has_a_docstring():
    bare = []
    for path in _files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        public = [
            node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        ]
        bare += [f"{path.relative_to(PACKAGE)}:{node.name}" for node in public if not ast.get_docstring(node)]
    assert bare == []


def _files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))
