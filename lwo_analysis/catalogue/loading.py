"""Read a YAML file of the catalogue into frozen dataclasses, refusing what the type does not know."""

from __future__ import annotations

from dataclasses import MISSING, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from lwo_analysis.errors import CatalogueError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Entry = TypeVar("Entry", bound="DataclassInstance")
# The same safe loader in C, ten times as fast; every command and every kernel reads the catalogue.
FAST_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read_catalogue_file(name: str) -> Any:
    """Return the parsed content of a YAML file of the catalogue.

    Raises
    ------
    CatalogueError
        The file is not valid YAML.
    """
    text = files("lwo_analysis.catalogue").joinpath(name).read_text(encoding="utf-8")
    try:
        return yaml.load(text, Loader=FAST_LOADER)
    except yaml.YAMLError as problem:
        line = " ".join(str(problem).split())
        raise CatalogueError(f"catalogue/{name}", expected="valid YAML", found=line, remedy="correct the file") from problem


def build_entry(kind: type[Entry], content: dict[str, Any], *, where: str) -> Entry:
    """Return one typed entry; lists become tuples.

    Parameters
    ----------
    kind : dataclass type
        Its field names are the allowed keys; fields without a default are required.
    content : dict
        One entry of the file.
    where : str
        File and entry, for the error line.

    Raises
    ------
    CatalogueError
        A key is unknown or a required one is absent.
    """
    known = {field.name: field for field in fields(kind)}
    required = {name for name, field in known.items() if field.default is MISSING and field.default_factory is MISSING}
    unknown, absent = sorted(set(content) - set(known)), sorted(required - set(content))
    if unknown or absent:
        raise CatalogueError(
            where,
            expected=f"the keys of {kind.__name__} ({', '.join(known)})",
            found=f"unknown {unknown or 'none'}, absent {absent or 'none'}",
            remedy="correct the entry",
        )
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in content.items()})


def check_unique(ids: list[str], *, where: str) -> None:
    """Raise `CatalogueError` when an id occurs twice.

    Examples
    --------
    >>> check_unique(["lwo", "lwd"], where="areas.yml")
    """
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise CatalogueError(where, expected="every id once", found=f"twice: {', '.join(twice)}", remedy="rename or remove one")
