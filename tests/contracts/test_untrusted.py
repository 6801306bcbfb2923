"""Notebooks, partner files and archives are not trusted: nothing in the package turns what it reads into code."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from lwo_analysis.paths import REPOSITORY

MODULES = frozenset({"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"})
CALLS = frozenset({"eval", "exec", "compile", "__import__"})
ATTRIBUTES = frozenset({"read_pickle", "to_pickle", "unsafe_load", "full_load", "system", "popen", "extractall", "eval"})
SAFE_LOADERS = frozenset({"FAST_LOADER", "_StrictLoader"})
"""`yaml.CSafeLoader` or `yaml.SafeLoader`, and a subclass of the second."""
FILES = sorted((REPOSITORY / "lwo_analysis").rglob("*.py"))


def faults_of(source: str) -> list[str]:
    """Return what a module does that would run what it reads, with the line."""
    return [f"{name}, line {node.lineno}" for node in ast.walk(ast.parse(source)) for name in _faults_of(node)]


def _faults_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES]
    if isinstance(node, ast.ImportFrom):
        return [str(node.module)] if str(node.module).partition(".")[0] in MODULES else []
    if not isinstance(node, ast.Call):
        return []
    shell = [word.arg for word in node.keywords if word.arg in ("shell", "allow_pickle") and not _is_false(word.value)]
    if isinstance(node.func, ast.Name):
        return [*shell, *({node.func.id} & CALLS)]
    if isinstance(node.func, ast.Attribute):
        return [*shell, *({node.func.attr} & ATTRIBUTES), *_unsafe_yaml(node)]
    return shell


def _unsafe_yaml(node: ast.Call) -> list[str]:
    is_load = isinstance(node.func, ast.Attribute) and node.func.attr == "load" and ast.unparse(node.func.value) == "yaml"
    loaders = {ast.unparse(word.value) for word in node.keywords if word.arg == "Loader"}
    return ["yaml.load"] if is_load and not (loaders and loaders <= SAFE_LOADERS) else []


def _is_false(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_a_module_runs_nothing_that_it_reads(path: Path):
    assert faults_of(path.read_text(encoding="utf-8")) == []


# Typed by hand: one line for each of the ways.
@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from joblib import load",
        "eval('1')",
        "exec(text)",
        "frame.eval('a + b')",
        "pd.read_pickle(path)",
        "np.load(path, allow_pickle=True)",
        "subprocess.run(line, shell=True)",
        "os.system('x')",
        "archive.extractall(folder)",
        "yaml.load(text)",
        "yaml.load(text, Loader=yaml.Loader)",
    ],
)
def test_the_check_sees_what_it_should(source: str):
    assert faults_of(source)


def test_the_safe_ways_pass():
    assert faults_of("yaml.safe_load(text)\nyaml.load(text, Loader=FAST_LOADER)\nast.literal_eval(text)\nre.compile('x')") == []
