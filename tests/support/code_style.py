"""How a package is written, measured from its text: for the budget of tests/contracts and the table of benchmarks/style.md."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Container, Iterator
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from scipy.sparse.csgraph import connected_components

LONG_FUNCTION, LONG_FILE = 50, 400
Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules(package: Path) -> dict[Path, ast.Module]:
    """Return the parsed modules of a package, without its tests."""
    files = sorted(path for path in package.rglob("*.py") if "tests" not in path.relative_to(package).parts)
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in files}


def functions(trees: dict[Path, ast.Module]) -> Iterator[tuple[Path, Function]]:
    """Yield every function, method and inner function with its file."""
    for path, tree in trees.items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, Function))


def length(node: Function) -> int:
    """Return the lines of a function with its heading and without its docstring."""
    docstring = node.body[0] if ast.get_docstring(node) is not None else None
    return node.end_lineno - node.lineno + 1 - (docstring.end_lineno - docstring.lineno + 1 if docstring else 0)


def undocumented(tree: ast.Module) -> list[str]:
    """Return the public functions and classes of a module that have no docstring."""
    return [node.name for node in _public(tree) if not ast.get_docstring(node)]


def measure(package: Path) -> dict[str, float]:
    """Return the row of benchmarks/style.md of a package; shares in percent."""
    trees = modules(package)
    lengths = [length(node) for _, node in functions(trees)]
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in trees]
    public = [node for _, node in functions(trees) if not node.name.startswith("_")]
    arguments = [argument for _, node in functions(trees) for argument in _arguments(node)]
    return {
        "lines": sum(lines),
        "functions": len(lengths),
        "median": median(lengths),
        "tenth": quantiles(lengths, n=10)[-1],
        "longest": max(lengths),
        "over": _percent(size > LONG_FUNCTION for size in lengths),
        "file": median(lines),
        "longest_file": max(lines),
        "over_file": _percent(size > LONG_FILE for size in lines),
        "documented": _percent(ast.get_docstring(node) is not None for node in public),
        "annotated": _percent(argument.annotation is not None for argument in arguments),
        "comments": 100 * sum(map(_comments, trees)) / sum(lines),
        "cycles": in_cycles(package, trees),
    }


def in_cycles(package: Path, trees: dict[Path, ast.Module]) -> int:
    """Return how many modules import one another in a circle, by the imports that run when a module is imported."""
    names = {_dotted(path, package): number for number, path in enumerate(trees)}
    graph = np.zeros((len(trees), len(trees)), bool)
    for number, (path, tree) in enumerate(trees.items()):
        imported = (names[name] for name in _imported(path, tree, package, names) if name in names)
        graph[number, [other for other in imported if other != number]] = True
    _, group = connected_components(graph, connection="strong")
    return int((np.bincount(group)[group] > 1).sum())


def _imported(path: Path, tree: ast.Module, package: Path, known: Container[str]) -> Iterator[str]:
    own = _dotted(path, package).split(".")
    place = own if path.name == "__init__.py" else own[:-1]
    for node in _at_import(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(place[: len(place) - node.level + 1]) if node.level else ""
            whole = ".".join(part for part in (start, node.module) if part)
            modules_or_names = (f"{whole}.{alias.name}" for alias in node.names)
            yield from (name if name in known else whole for name in modules_or_names)


def _at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs when a module is imported: not the bodies of functions, not what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function) or (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            continue
        yield child
        yield from _at_import(child)


def _dotted(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _public(tree: ast.Module) -> list[Function | ast.ClassDef]:
    return [node for node in tree.body if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")]


def _arguments(node: Function) -> list[ast.arg]:
    everything = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [argument for argument in everything if argument.arg not in ("self", "cls")]


def _comments(path: Path) -> int:
    """Return the lines with a comment."""
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
    return sum(token.type == tokenize.COMMENT for token in tokens)


def _percent(values: Iterator[bool]) -> float:
    return 100 * float(np.mean(list(values)))
