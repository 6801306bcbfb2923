"""Where the parts of a table stand in OData v3 and v4: the only module that knows how addresses and answers differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.keys import resolve_spec
from lwo_analysis.sources.statline.settings import OFFICIAL, Api, FetchSettings
from lwo_analysis.sources.statline.table import DIMENSION_TYPES, REGION_TYPES, KeySpec


@dataclass(frozen=True)
class EntitySet:
    """One set of records of a table: its name in the address, the identifier of a record, its role (see `TablePart`), a query."""

    name: str
    identifier: str
    role: str
    query: str = ""


@dataclass(frozen=True)
class Dialect:
    """The addresses of one table in one interface, and how to read what they answer.

    Attributes
    ----------
    api : str
        ``v3``, ``v4`` or ``dataderden`` (which speaks v3).
    root : str
        Address of the table, without a slash at the end.
    infos : str
        Name of the entity set with the metadata.
    descriptions : tuple of EntitySet
        The description of the columns.
    rows : EntitySet
        The figures.
    """

    api: Api
    root: str
    infos: str
    descriptions: tuple[EntitySet, ...]
    rows: EntitySet

    @property
    def is_v4(self) -> bool:
        """True for OData v4."""
        return self.api == "v4"

    def address(self, name: str, query: str = "", skip: int | str | None = None, token: str = "$skip") -> str:
        """Return the full address of an entity set; spaces are written ``%20``, ``$`` stays as it is."""
        parts = [] if self.is_v4 else ["$format=json"]
        parts += [query] if query else []
        parts += [f"{token}={skip}"] if skip is not None else []
        return f"{self.root}/{name}" + (f"?{'&'.join(parts)}" if parts else "")

    def count_address(self, filters: str, query: str) -> str:
        """Return the address that answers how many rows (v3, by filter) or observations (v4, by the whole query) there are."""
        if self.is_v4:
            return self.address(self.rows.name, "&".join(part for part in (query, "$count=true", "$top=0") if part))
        return f"{self.root}/UntypedDataSet/$count" + (f"?$filter={_encoded(filters)}" if filters else "")

    def version(self, info: dict[str, Any]) -> str:
        """Return what changes when the provider publishes the table again."""
        parts = [str(info[name]) for name in ("Modified", "ObservationsModified") if info.get(name)]
        return " ".join(parts)

    def continuation(self, link: str, received: int, name: str) -> tuple[str, str]:
        """Return the parameter and its value by which the next page is asked, after checking where the link leads.

        Only the position is taken from the link; host, path and selection stay our own. A link to the official host is accepted
        behind a mirror.

        Raises
        ------
        InputError
            The link leads to another host, has no position, or leaves out or repeats records.
        """
        there, where = urlsplit(link), f"{self.root}/{name}"
        known = {_host(self.root), _host(OFFICIAL[self.api])}
        if there.hostname and _host(link) not in known:
            raise InputError(
                where,
                expected=f"a next page on {_host(self.root)}",
                found=f"a link to {there.hostname}",
                remedy="do not trust this source, nothing was fetched from there",
            )
        given = parse_qs(there.query)
        for token in ("$skip", "$skiptoken"):
            if token in given:
                return token, _checked_position(token, given[token][0], received, where)
        raise InputError(link, expected="a link with $skip or $skiptoken", found="neither", remedy="report it to the provider")


def dialect(api: Api, table_id: str, settings: FetchSettings, catalog: str = "CBS") -> Dialect:
    """Return the addresses of a table: the catalog is part of them in v4 only."""
    base = settings.base(api)
    if api == "v4":
        entities = (
            EntitySet("Dimensions", "Identifier", "dimensions"),
            EntitySet("MeasureGroups", "Id", "groups"),
            EntitySet("MeasureCodes", "Identifier", "measures"),
        )
        return Dialect(
            api, f"{base}/{catalog}/{table_id}", "Properties", entities, EntitySet("Observations", "Id", "observations")
        )
    described = (EntitySet("DataProperties", "ID", "properties"),)
    return Dialect(api, f"{base}/{table_id}", "TableInfos", described, EntitySet("TypedDataSet", "ID", "rows"))


def dimension_sets(described: pd.DataFrame, is_v4: bool) -> list[EntitySet]:
    """Return the entity sets with the codes of every dimension (see `StatLineTable.properties` for `described`)."""
    keys = described.loc[described["Type"].isin(DIMENSION_TYPES), "Key"]
    return [EntitySet(f"{key}Codes", "Identifier", "codes") if is_v4 else EntitySet(str(key), "Key", "dimension") for key in keys]


def region_dimension(described: pd.DataFrame, where: str) -> str:
    """Return the key of the one region dimension; none or several is an `InputError`."""
    found = described.loc[described["Type"].isin(REGION_TYPES), "Key"].tolist()
    if len(found) == 1:
        return str(found[0])
    raise InputError(
        f"{where}, its description",
        expected="one dimension of type GeoDetail or GeoDimension",
        found=", ".join(found) or "none",
        remedy="use a table with regions",
    )


def selected_keys(described: pd.DataFrame, select: Sequence[str | KeySpec] | None, where: str) -> list[str] | None:
    """Return the exact column keys (v3) or measure codes (v4) that were asked for, in the order of the table.

    Raises
    ------
    InputError
        A key is not in the table, or a `KeySpec` fits none or several.
    """
    if select is None:
        return None
    topics = described.loc[described["Type"].eq("Topic"), "Key"].tolist()
    resolved = (resolve_spec(described, each, where=where) if isinstance(each, KeySpec) else each for each in select)
    asked = {key for key in resolved if key is not None}
    unknown = sorted(asked - set(topics))
    if unknown or not asked:
        found = ", ".join(unknown) or "none of those asked for"
        raise InputError(
            where, expected="keys of this table", found=found, remedy="name the stem, its number differs per release"
        )
    return [key for key in topics if key in asked]


def padded_codes(dimension: str, wanted: Sequence[str], codes: Mapping[str, Sequence[str]], where: str) -> list[str]:
    """Return codes of a further dimension as the provider pads them: a filter of another width finds nothing, without an error.

    Raises
    ------
    InputError
        There is no such dimension, or it lacks one of the codes.
    """
    exact = {code.strip(): code for code in codes.get(dimension, [])}
    lacking = [code for code in wanted if code not in exact]
    if lacking or not exact:
        raise InputError(
            where,
            expected=f"code {', '.join(lacking)} in dimension {dimension}",
            found=", ".join(list(exact)[:8]) or "no such dimension",
            remedy="correct the code in the catalogue",
        )
    return [exact[code] for code in wanted]


def row_filter(region: str, regions: Sequence[str] | None, exact: Mapping[str, Sequence[str]]) -> str:
    """Return the filter on the starts of region codes and on exact codes; padding never matters to a start."""
    ladders = [" or ".join(f"startswith({region},'{start}')" for start in regions)] if regions else []
    ladders += [" or ".join(f"{name} eq '{code}'" for code in codes) for name, codes in exact.items()]
    return " and ".join(f"({ladder})" for ladder in ladders)


def rows_query(plan: Dialect, described: pd.DataFrame, keys: list[str] | None, filters: str) -> str:
    """Return the query for the figures: columns are selected in v3, measures are filtered in v4."""
    if plan.is_v4:
        measures = f"Measure in ({','.join(repr(key) for key in keys)})" if keys else ""
        filters = " and ".join(part for part in (filters, measures) if part)
        return f"$filter={_encoded(filters)}" if filters else ""
    dimensions = described.loc[described["Type"].isin(DIMENSION_TYPES), "Key"].tolist()
    parts = [f"$select={','.join(['ID', *dimensions, *keys])}"] if keys else []
    return "&".join(parts + ([f"$filter={_encoded(filters)}"] if filters else []))


def _checked_position(name: str, value: str, received: int, where: str) -> str:
    if name == "$skip" and value != str(received):
        raise InputError(
            where, expected=f"a next page from record {received}", found=f"one from record {value}", remedy="fetch again"
        )
    return value


def _host(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return str(parts.hostname), 443 if (parts.port or 443) in (80, 443) else int(parts.port or 443)


def _encoded(text: str) -> str:
    return quote(text, safe="(),'")
