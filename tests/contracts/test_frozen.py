"""What the numerics return cannot be changed afterwards: every dataclass of the three packages is frozen."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import FrozenInstanceError, fields, is_dataclass
from typing import Protocol

import pytest

PACKAGES = ("indicators", "effects", "disclosure")


def modules(package: str) -> list[str]:
    """Return the names of every module of a package."""
    path = importlib.import_module(f"lwo_analysis.{package}").__path__
    return [found.name for found in pkgutil.walk_packages(path, f"lwo_analysis.{package}.")]


def dataclasses_of(package: str) -> list[type]:
    """Return the dataclasses that a package defines."""
    found = [(importlib.import_module(name), name) for name in modules(package)]
    classes = [(kind, name) for module, name in found for _, kind in inspect.getmembers(module, inspect.isclass)]
    return [kind for kind, name in classes if is_dataclass(kind) and kind.__module__ == name]


@pytest.mark.parametrize(("package", "least"), [("indicators", 50), ("effects", 30), ("disclosure", 12)])
def test_no_result_can_be_changed(package: str, least: int) -> None:
    found = dataclasses_of(package)
    assert len(found) >= least
    assert [kind.__qualname__ for kind in found if not kind.__dataclass_params__.frozen] == []
    for kind in found:
        bare = object.__new__(kind)
        with pytest.raises(FrozenInstanceError):
            setattr(bare, fields(kind)[0].name, None)


def test_a_class_with_fields_is_a_dataclass() -> None:
    # Without its decorator a class keeps its annotations and loses its fields; tuples and dicts with names keep theirs.
    plain = [
        f"{name}.{kind.__qualname__}"
        for package in PACKAGES
        for name in modules(package)
        for _, kind in inspect.getmembers(importlib.import_module(name), inspect.isclass)
        if kind.__module__ == name
        and vars(kind).get("__annotations__")
        and "__dataclass_params__" not in vars(kind)
        and not (issubclass(kind, (tuple, dict)) or Protocol in kind.__bases__)
    ]
    assert plain == []
