"""`lwo design freeze`: register what will be estimated, with a date, before anything is estimated."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import yaml

from lwo_analysis.effects.design import Design, FrozenDesign, design_from_dict
from lwo_analysis.errors import DesignError
from lwo_analysis.provenance import written_whole

FROZEN = ".frozen.json"


def freeze_design(path: Path, date: dt.date) -> Path:
    """Write the registration of a design beside it, and return its path.

    Parameters
    ----------
    path : Path
        YAML with the fields of `Design`.
    date : datetime.date
        Day of registration.

    Raises
    ------
    DesignError
        The file cannot be read, has a field that `Design` does not know, or contradicts itself; or the design was frozen before.
    OutputError
        The folder cannot be written to.
    """
    frozen = read_design(path).freeze(date)
    destination = path.with_suffix(FROZEN)
    if destination.exists():
        earlier = read_frozen(destination)
        raise DesignError(
            str(destination),
            expected="a design that has not been frozen yet",
            found=f"{earlier.design.id}, frozen on {earlier.date}",
            remedy="freeze a changed design under another file name; the earlier one stays as it was",
        )
    with written_whole(destination) as temporary:
        temporary.write_text(frozen.to_json(), encoding="utf-8")
    return destination


def read_design(path: Path) -> Design:
    """Return the design of a YAML file.

    Raises
    ------
    DesignError
        The file is absent or not a mapping of fields of `Design`.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise _unreadable(path, " ".join(str(problem).split())[:120]) from problem
    if not isinstance(content, dict):
        raise _unreadable(path, type(content).__name__)
    return design_from_dict(content)


def read_frozen(path: Path) -> FrozenDesign:
    """Return the registration in a file that `freeze_design` wrote.

    Raises
    ------
    DesignError
        The file is absent or damaged, or the design was changed after it was frozen.
    """
    try:
        return FrozenDesign.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError) as problem:
        raise _unreadable(path, " ".join(str(problem).split())[:120]) from problem


def _unreadable(path: Path, found: str) -> DesignError:
    return DesignError(str(path), expected="a design with the fields of Design", found=found, remedy="correct the file")
