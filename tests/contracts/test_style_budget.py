"""The size of functions and files, measured; the numbers are those of CONTRIBUTING.md."""

from __future__ import annotations

from functools import cache
from statistics import median

from lwo_analysis.paths import REPOSITORY
from tests.support import code_style

PACKAGE = REPOSITORY / "lwo_analysis"
MEDIAN_LINES, LONGEST_FUNCTION, LONGEST_FILE = 10, 50, 400


@cache
def trees():
    return code_style.modules(PACKAGE)


def functions() -> dict[str, int]:
    """Return the lines of every function, its heading included and its docstring not, by file and name."""
    return {f"{path.relative_to(PACKAGE)}:{node.name}": code_style.length(node) for path, node in code_style.functions(trees())}


def test_half_of_the_functions_fit_in_ten_lines():
    assert median(functions().values()) <= MEDIAN_LINES


def test_no_function_is_longer_than_fifty_lines():
    assert {name: size for name, size in functions().items() if size > LONGEST_FUNCTION} == {}


def test_no_file_is_longer_than_four_hundred_lines():
    sizes = {str(path.relative_to(PACKAGE)): len(path.read_text(encoding="utf-8").splitlines()) for path in trees()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_every_public_name_has_a_docstring():
    bare = {str(path.relative_to(PACKAGE)): code_style.undocumented(tree) for path, tree in trees().items()}
    assert {name: names for name, names in bare.items() if names} == {}


def test_no_modules_import_one_another_in_a_circle():
    assert code_style.in_cycles(PACKAGE, trees()) == 0
