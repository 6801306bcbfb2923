"""How is this repository written, beside six that set the bar? Prints a markdown table.

    python benchmarks/style.py > benchmarks/style.md                      (ten seconds)
    python benchmarks/style.py --anchor causalpy=FOLDER --anchor ...      (a package that is not installed: its unpacked wheel)

The ruler is ``tests/support/code_style.py``, which the tests of the budget use too. Anchors that are installed or given as a
folder are measured with it; of the two that are not packages (owid/etl and ehrQL) stand the figures of a study of their source.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from tests.support.code_style import LONG_FILE, LONG_FUNCTION, measure  # noqa: E402 (found beside this folder)

ANCHORS = ("pyfixest", "linearmodels", "causalpy", "inequality")
ROWS = {
    "lines": "lines of code, comments and docstrings",
    "functions": "functions",
    "median": "lines of a function, median",
    "tenth": "lines of a function, one in ten is longer than",
    "longest": "lines of the longest function",
    "over": f"functions over {LONG_FUNCTION} lines, %",
    "file": "lines of a file, median",
    "longest_file": "lines of the longest file",
    "over_file": f"files over {LONG_FILE} lines, %",
    "documented": "public functions with a docstring, %",
    "annotated": "arguments with a type, %",
    "comments": "lines with a comment, %",
    "cycles": "modules that import one another in a circle",
    "tests": "lines of tests per line of package",
}
BUDGET = {"median": "≤ 10", "tenth": "≤ 30", "longest": "≤ 50", "over": "0", "longest_file": "≤ 400", "over_file": "0"}
BUDGET |= {"annotated": "100", "cycles": "0"}
# A study of the source at the commit in brackets; lines without blank lines and comments.
STUDIED = {
    "owid/etl (c1a4ca009d)": {"functions": 1300, "median": 10, "tenth": 46, "documented": 66, "annotated": 91, "tests": 0.57},
    "ehrQL (350a1ccd)": {"functions": 1111, "median": 6, "tenth": 24, "documented": 15, "annotated": 5, "tests": 1.75},
}
# Tests are not in the wheels; the study counted them at these commits.
TESTS = {"pyfixest": 0.60, "linearmodels": 0.66, "causalpy": 1.07, "inequality": 0.38}
READING = """A function is measured with its heading and without its docstring, inner functions included. The anchors are not held
to our budget: they show what good projects of the field do, and estimators make longer functions than pages do.

- Ours: {functions:,.0f} functions, the longest has {longest:.0f} lines. The price of short functions is more names to learn.
- Public functions without a docstring ({bare:.1f} %) are inner functions and the methods that a library calls by name.
- Few comments are a rule here (only what code cannot say), not a virtue: formula and source stand in the docstring.
- ehrQL leaves docstrings and types out on purpose: its specifications are its documentation.
- Figures of owid/etl and ehrQL, and the last row, come from a study of the source (pyfixest 1532c4cc, linearmodels
  2ce5503d20, CausalPy 45ee96f7, inequality 0f9050e); the others are measured here, at the version in the heading.
"""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--anchor", action="append", default=[], metavar="NAME=FOLDER", help="a package that is not installed")
    given = dict(option.split("=", 1) for option in parser.parse_args().anchor)
    ours = measure(REPOSITORY / "lwo_analysis") | {"tests": _lines("tests") / _lines("lwo_analysis")}
    columns = {"**ours**": ours}
    for name in ANCHORS:
        heading, folder = _found(name, given.get(name))
        columns[heading] = (measure(folder) if folder else {}) | {"tests": TESTS[name]}
    columns |= STUDIED
    print("# The style of this repository beside six others\n")
    print("Made by `python benchmarks/style.py`.\n")
    print(READING.format(**ours, bare=100 - ours["documented"]))
    print(f"| | budget | {' | '.join(columns)} |")
    print("| --- " * (2 + len(columns)) + "|")
    for key, words in ROWS.items():
        print(f"| {words} | {BUDGET.get(key, '')} | {' | '.join(_cell(key, column) for column in columns.values())} |")


def _found(name: str, folder: str | None) -> tuple[str, Path | None]:
    """Return the heading and the folder of an anchor: as given, as installed, or none."""
    if folder:
        version = next((path.stem.split("-")[1] for path in Path(folder).parent.glob(f"{name}-*.dist-info")), "")
        return f"{name} {version}".strip(), Path(folder)
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        return f"{name} (not installed)", None
    return f"{name} {importlib.metadata.version(name)}", Path(spec.origin).parent


def _cell(key: str, column: dict[str, float]) -> str:
    if key not in column:
        return "–"
    digits = 2 if key == "tests" else 1 if key in ("over", "over_file", "documented", "annotated", "comments") else 0
    return f"{column[key]:,.{digits}f}"


def _lines(folder: str) -> int:
    files = (path for path in (REPOSITORY / folder).rglob("*.py") if "node_modules" not in path.parts)
    return sum(len(path.read_text(encoding="utf-8").splitlines()) for path in files)


if __name__ == "__main__":
    main()
