"""Keys are resolved through the table's own description, because their numbers move whenever the provider adds a column."""

from __future__ import annotations

import re

import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.table import KeySpec


def group_path(properties: pd.DataFrame, position: int) -> tuple[str, ...]:
    """Return the titles of the topic groups above one row of `properties`, outermost first.

    Parameters
    ----------
    properties : DataFrame
        With ``ID, ParentID, Title``.
    position : int
        Zero-based row number.

    Returns
    -------
    tuple of str
        Empty for a topic outside any group. A group that is its own ancestor ends the path.
    """
    titles = dict(zip(properties["ID"], properties["Title"].astype(str).str.strip(), strict=True))
    parents = dict(zip(properties["ID"], properties["ParentID"], strict=True))
    path: list[str] = []
    seen = set()
    parent = properties["ParentID"].iloc[position]
    while parent in titles and parent not in seen:
        seen.add(parent)
        path.insert(0, titles[parent])
        parent = parents[parent]
    return tuple(path)


def resolve_key(
    properties: pd.DataFrame,
    stem: str,
    *,
    group: tuple[str, ...] | None = None,
    unit: str | None = None,
    where: str = "DataProperties",
) -> str:
    """Return the one column key with this stem, below these topic groups and in this unit.

    Not for guessing: a stem that fits several columns is refused, also when the first one happens to be right.

    Parameters
    ----------
    properties : DataFrame
        The table's description (see `StatLineTable.properties`).
    stem : str
        v3: the key without its position number; a key *with* its number is refused, since the number is not stable. v4: the
        measure code with or without its version suffix.
    group : tuple of str, optional
        Titles of topic groups above the measure, outermost first, upper or lower case; gaps are allowed.
    unit : str, optional
        Unit exactly as stated by the provider.
    where : str
        Name of the table, for the error.

    Returns
    -------
    str
        The key as it stands in the rows.

    Raises
    ------
    InputError
        No column, or more than one, fits; the candidates with the same stem are listed with group and unit.

    Examples
    --------
    >>> described = pd.DataFrame({
    ...     "ID": [1, 2, 3, 4], "ParentID": [None, 1, None, 3], "Type": ["TopicGroup", "Topic", "TopicGroup", "Topic"],
    ...     "Key": ["", "Appartement_48", "", "Appartement_56"], "Title": ["Stroom", "Appartement", "Gas", "Appartement"],
    ...     "Unit": [None, "kWh", None, "m³"]})
    >>> resolve_key(described, "Appartement", unit="m³")
    'Appartement_56'
    """
    return _only((stem,), _with_stem(properties, stem), group, unit, properties, where)


def resolve_spec(properties: pd.DataFrame, spec: KeySpec, *, where: str = "DataProperties") -> str | None:
    """Return the one column key that fits a specification, or None when it is optional and the table has none of its stems.

    Raises
    ------
    InputError
        As `resolve_key`, over all stems of the specification together.
    """
    stems = (spec.stem, *spec.other_stems)
    candidates = [candidate for stem in stems for candidate in _with_stem(properties, stem)]
    if spec.optional and not candidates:
        return None
    return _only(stems, candidates, spec.group, spec.unit, properties, where)


def _only(
    stems: tuple[str, ...],
    candidates: list[tuple[str, tuple[str, ...], str]],
    group: tuple[str, ...] | None,
    unit: str | None,
    properties: pd.DataFrame,
    where: str,
) -> str:
    matches = [
        key for key, path, its_unit in candidates if (unit is None or its_unit == unit) and (group is None or _below(path, group))
    ]
    if len(matches) == 1:
        return matches[0]
    raise InputError(
        where,
        expected=f"one column for {_asked(stems, group, unit)}",
        found=f"{len(matches)}; candidates: {_listed(candidates, properties, stems[0])}",
        remedy="name the topic group or the unit that tells them apart" if candidates else "correct the stem in the catalogue",
    )


def _with_stem(properties: pd.DataFrame, stem: str) -> list[tuple[str, tuple[str, ...], str]]:
    is_v4 = "Identifier" in properties
    keys = properties["Key"].astype(str).str.strip().where(properties["Type"].eq("Topic"), "")
    if is_v4 and keys.eq(stem).any():
        found = keys.eq(stem)
    else:
        found = keys.str.fullmatch(re.escape(stem) + (r"(?:_\d+)?" if is_v4 else r"_\d+"))
    places = [place for place, fits in enumerate(found) if fits]
    return [(keys.iloc[place], group_path(properties, place), _text(properties["Unit"].iloc[place])) for place in places]


def _below(path: tuple[str, ...], group: tuple[str, ...]) -> bool:
    titles = iter(title.casefold() for title in path)
    return all(wanted.strip().casefold() in titles for wanted in group)


def _asked(stems: tuple[str, ...], group: tuple[str, ...] | None, unit: str | None) -> str:
    below = f" below {' > '.join(group)}" if group else ""
    return f"{' or '.join(map(repr, stems))}{below}" + (f" in {unit!r}" if unit else "")


def _listed(candidates: list[tuple[str, tuple[str, ...], str]], properties: pd.DataFrame, stem: str) -> str:
    if candidates:
        return ", ".join(f"{key} ({' > '.join(path) or 'no group'}; {unit or 'no unit'})" for key, path, unit in candidates)
    keys = properties.loc[properties["Type"].eq("Topic"), "Key"].astype(str).str.strip()
    start = stem.split("_")[0][:6].casefold()
    near = [key for key in keys if start and start in key.casefold()][:8]
    return ", ".join(near) or "none"


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()
