"""The flow of the design: imports go one way."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lwo_analysis.paths import REPOSITORY

PACKAGE = REPOSITORY / "lwo_analysis"
FLOW = ("catalogue", "sources", "cleaning", "indicators", "effects", "present", "publish", "run", "cli")
BASE = ("schema", "errors", "paths", "provenance", "lazy", "disclosure")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_layers(path: Path) -> set[str]:
    """Return the layers of this package that a module imports anywhere in its text."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "lwo_analysis":
            names |= {f"lwo_analysis.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return {name.split(".")[1] for name in names if name.startswith("lwo_analysis.")}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_before_it(path):
    layer = layer_of(path)
    if layer == "__init__":
        return
    allowed = set(BASE) if layer in BASE else {*BASE, *FLOW[: FLOW.index(layer) + 1]}
    assert imported_layers(path) <= allowed


def test_the_check_would_see_an_import_against_the_flow(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def late():\n    from lwo_analysis.publish.site import write_site\n")
    assert imported_layers(wrong) == {"publish"}


def test_every_layer_of_the_flow_exists():
    present = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("__")}
    assert present == {*FLOW, *BASE}
