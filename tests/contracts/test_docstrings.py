"""Every public name of the numerical layers says what it takes, what comes out and when it refuses, in NumPy sections."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from lwo_analysis.paths import REPOSITORY

LAYERS = ("effects", "indicators", "disclosure")
PACKAGE = REPOSITORY / "lwo_analysis"
LEAST_DOCTESTS = 100
SECTION = re.compile(r"\n\n(?=[A-Z]\w+\n-{3,}\n)")
Documented = ast.FunctionDef | ast.ClassDef


@cache
def public_names() -> dict[str, Documented]:
    paths = [path for layer in LAYERS for path in sorted((PACKAGE / layer).rglob("*.py"))]
    nodes = [(path, node) for path in paths for node in ast.parse(path.read_text(encoding="utf-8")).body]
    kept = [(path, node) for path, node in nodes if isinstance(node, Documented) and not node.name.startswith("_")]
    return {f"{path.relative_to(PACKAGE).as_posix()}:{node.name}": node for path, node in kept}


def sections_of(docstring: str) -> dict[str, str]:
    summary, *parts = SECTION.split(docstring)
    return {"Summary": summary, **{part.partition("\n")[0]: part.split("\n", 2)[2] for part in parts}}


def named_in(section: str) -> set[str]:
    """Return the names before the colon of the lines that start at the margin; several may share a line."""
    heads = re.findall(r"^(\S[^:\n]*?)(?: :.*)?$", section, flags=re.MULTILINE)
    return {name.strip().lstrip("*") for head in heads for name in head.split(",")}


def parameters_of(node: ast.FunctionDef) -> set[str]:
    taken = node.args
    plain = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]
    return {each.arg for each in plain if each is not None}


def gives_nothing(node: ast.FunctionDef) -> bool:
    return isinstance(node.returns, ast.Constant) and node.returns.value is None


def fields_of(node: ast.ClassDef) -> set[str]:
    return {each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)}


def lacking(node: Documented) -> list[str]:
    """Return what a docstring does not say."""
    found = sections_of(ast.get_docstring(node) or "")
    if isinstance(node, ast.ClassDef):
        said = named_in(found.get("Attributes", found.get("Parameters", "")))
        return sorted(fields_of(node) - said)
    absent = sorted(parameters_of(node) - named_in(found.get("Parameters", "")))
    says_result = "Returns" in found or found["Summary"].startswith("Return") or gives_nothing(node)
    raises = any(isinstance(each, ast.Raise) for each in ast.walk(node))
    return [*absent, *([] if says_result else ["what it returns"]), *(["Raises"] if raises and "Raises" not in found else [])]


@pytest.mark.parametrize("name", public_names())
def test_a_public_name_says_what_it_takes_and_gives_and_refuses(name: str) -> None:
    assert lacking(public_names()[name]) == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('def area(x):\n    "Return one."', ["x"]),
        ('def area():\n    "Find one."', ["what it returns"]),
        ('def area():\n    "Return one."\n    raise ValueError', ["Raises"]),
        ('def area() -> None:\n    "Refuse it."', []),
        ('class Area:\n    "One."\n    name: str', ["name"]),
        ('class A:\n    """One.\n\n    Attributes\n    ----------\n    a, b : str\n        Two."""\n    a: str\n    b: str', []),
    ],
)
def test_what_a_docstring_lacks_is_seen(code: str, found: list[str]) -> None:
    assert lacking(ast.parse(code).body[0]) == found


def test_examples_are_many_and_pytest_runs_them() -> None:
    shown = [name for name, node in public_names().items() if ">>>" in (ast.get_docstring(node) or "")]
    assert len(shown) >= LEAST_DOCTESTS
    settings = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert "--doctest-modules" in settings
    assert 'testpaths = ["tests", "lwo_analysis"]' in settings
