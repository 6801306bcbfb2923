"""Put a v4 table, one row per observation, into the same shape as a v3 table: one row per region, one column per measure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lwo_analysis.errors import InputError
from lwo_analysis.sources.statline.parts import TablePart, one_part, stripped, wanted_regions
from lwo_analysis.sources.statline.table import IMPOSSIBLE, NUMBER_TYPES, REGION_TYPES, SUPPRESSED, StatLineTable


def assemble_v4(parts: list[TablePart], where: str, selection: dict[str, object]) -> StatLineTable:
    """Return the v4 parts as one table with the measure codes as columns.

    An observation that v4 leaves out becomes null, as in v3; an observation with an attribute such as ``Impossible`` becomes null
    and is kept in `flags`.

    Parameters
    ----------
    parts : list of TablePart
        Observations, MeasureCodes, MeasureGroups, Dimensions, the codes of every dimension, and Properties.
    where : str
        Folder name, for errors.
    selection : dict
        What was asked for: ``select`` (measure codes), ``regions`` (starts of codes), ``years``; absent: everything.

    Raises
    ------
    InputError
        A part is absent; the number of observations is not the stated one; two observations of one cell; an unknown measure code.
    """
    info = one_part(parts, "infos", "Properties", where).iloc[0]
    dimensions = stripped(one_part(parts, "dimensions", "Dimensions", where))
    measures = _selected(stripped(one_part(parts, "measures", "MeasureCodes", where)), selection)
    observations = stripped(_observations(parts, where))
    _check_count(observations, info, selection, where)
    region_column = _region_dimension(dimensions, where)
    rows, flags = widened(observations, dimensions["Identifier"].tolist(), measures, where)
    codes = stripped(_codes(parts, region_column, where)).rename(columns={"Identifier": "Key"})
    return StatLineTable(
        table_id=str(info["Identifier"]).strip(),
        title=str(info.get("Title", "")).strip(),
        modified=str(info["Modified"]),
        properties=described_v4(dimensions, _groups(parts), measures),
        regions=wanted_regions(codes, selection),
        rows=rows,
        region_column=region_column,
        period="" if dimensions["Kind"].eq("TimeDimension").any() else str(info.get("TemporalCoverage", "")).strip(),
        flags=flags,
        is_selection=bool(selection.get("regions")),
    )


def widened(
    observations: pd.DataFrame, dimensions: list[str], measures: pd.DataFrame, where: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return observations with one column per measure, and the flags of cells that are empty for a stated reason.

    Parameters
    ----------
    observations : DataFrame
        ``Measure, Value``, the dimension columns, and where present ``ValueAttribute`` and ``StringValue``.
    dimensions : list of str
        Columns that together identify a row.
    measures : DataFrame
        ``Identifier`` and ``DataType`` of every column that must exist, also those without any observation.
    where : str
        Folder name, for errors.

    Returns
    -------
    rows, flags : DataFrame
        `rows` in the order in which the regions first occur; `flags` has ``row, measure, reason``.
    """
    _check_known(observations, measures, where)
    keys = [observations[column].astype("category") for column in dimensions]
    row_of, first = _numbered(observations, dimensions)
    column_of = pd.Index(measures["Identifier"]).get_indexer(observations["Measure"])
    _check_once(row_of, column_of, len(measures), observations, where)
    rows = pd.DataFrame({column: key.iloc[first].astype("str").to_numpy() for column, key in zip(dimensions, keys, strict=True)})
    values = np.full((len(first), len(measures)), np.nan)
    values[row_of, column_of] = pd.to_numeric(observations["Value"], errors="raise").to_numpy(dtype=float, na_value=np.nan)
    columns: dict[str, object] = {code: values[:, place] for place, code in enumerate(measures["Identifier"])}
    for place in np.flatnonzero(~measures["DataType"].isin(NUMBER_TYPES)):
        columns[measures["Identifier"].iloc[place]] = _texts(observations, row_of, column_of == place, len(first))
    return pd.concat([rows, pd.DataFrame(columns)], axis=1), _flags(observations, row_of)


def _numbered(observations: pd.DataFrame, dimensions: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return the row number of every observation, and the place of the first observation of every row."""
    number = observations.groupby(dimensions, sort=False, observed=True).ngroup().to_numpy()
    _, first = np.unique(number, return_index=True)
    return number, first


def _texts(observations: pd.DataFrame, row_of: np.ndarray, chosen: np.ndarray, length: int) -> np.ndarray:
    texts = np.full(length, None, dtype=object)
    if "StringValue" in observations:
        texts[row_of[chosen]] = observations["StringValue"].to_numpy(dtype=object)[chosen]
    return texts


def _flags(observations: pd.DataFrame, row_of: np.ndarray) -> pd.DataFrame:
    if "ValueAttribute" not in observations:
        return pd.DataFrame({"row": [], "measure": [], "reason": []})
    attribute = observations["ValueAttribute"].fillna("None").astype("str")
    flagged = (attribute.ne("None") & observations["Value"].isna()).to_numpy()
    reason = np.where(attribute[flagged].str.casefold().eq("impossible"), IMPOSSIBLE, SUPPRESSED)
    return pd.DataFrame({"row": row_of[flagged], "measure": observations["Measure"].to_numpy()[flagged], "reason": reason})


def _check_known(observations: pd.DataFrame, measures: pd.DataFrame, where: str) -> None:
    unknown = observations.loc[~observations["Measure"].isin(measures["Identifier"]), "Measure"]
    if len(unknown):
        raise InputError(
            f"{where}/Observations, row {unknown.index[0]}",
            expected="a code of MeasureCodes",
            found=f"{unknown.iloc[0]!r}, which is not described",
            remedy="download observations and measure codes again in one go",
        )


def _check_once(row_of: np.ndarray, column_of: np.ndarray, width: int, observations: pd.DataFrame, where: str) -> None:
    doubled = pd.Series(row_of.astype(np.int64) * width + column_of).duplicated().to_numpy()
    if doubled.any():
        place = int(np.flatnonzero(doubled)[0])
        raise InputError(
            f"{where}/Observations, row {place}",
            expected="one observation per measure and region",
            found=f"measure {observations['Measure'].iloc[place]} more than once ({int(doubled.sum())} too many)",
            remedy="download the observations again, a page came twice",
        )


def _check_count(observations: pd.DataFrame, info: pd.Series, selection: dict[str, object], where: str) -> None:
    stated = info.get("ObservationCount")
    if any(selection.get(part) for part in ("select", "regions", "years")) or stated is None or pd.isna(stated):
        return
    if len(observations) != int(stated):
        raise InputError(
            f"{where}/Observations",
            expected=f"{int(stated)} observations as Properties states",
            found=str(len(observations)),
            remedy="download the observations again, pages are missing or doubled",
        )


def _observations(parts: list[TablePart], where: str) -> pd.DataFrame:
    observations = one_part(parts, "observations", "Observations", where)
    is_number = observations["Value"].map(lambda value: value is None or isinstance(value, int | float | np.number))
    if not is_number.all():
        place = int(np.flatnonzero(~is_number)[0])
        raise InputError(
            f"{where}/Observations, row {place}, column Value",
            expected="a number with a decimal point",
            found=repr(observations["Value"].iloc[place]),
            remedy="download the observations again",
        )
    return observations


def _region_dimension(dimensions: pd.DataFrame, where: str) -> str:
    found = dimensions.loc[dimensions["Kind"].isin(REGION_TYPES), "Identifier"].tolist()
    if len(found) == 1:
        return str(found[0])
    raise InputError(
        f"{where}/Dimensions",
        expected="one dimension of kind GeoDetail or GeoDimension",
        found=", ".join(found) or "none",
        remedy="use a table with regions",
    )


def _codes(parts: list[TablePart], column: str, where: str) -> pd.DataFrame:
    named = [part for part in parts if part.role == "codes" and f"{column}codes".casefold() in part.stem.casefold()]
    return one_part(named, "codes", f"{column}Codes", where)


def _groups(parts: list[TablePart]) -> pd.DataFrame:
    found = [part.content for part in parts if part.role == "groups" and "measuregroups" in part.stem.casefold()]
    return stripped(found[0]) if found else pd.DataFrame({"Id": [], "ParentId": [], "Title": []})


def _selected(measures: pd.DataFrame, selection: dict[str, object]) -> pd.DataFrame:
    asked = selection.get("select")
    return measures[measures["Identifier"].isin(asked)].reset_index(drop=True) if isinstance(asked, list) else measures


def described_v4(dimensions: pd.DataFrame, groups: pd.DataFrame, measures: pd.DataFrame) -> pd.DataFrame:
    """Return dimensions, measure groups and measures in the columns of the v3 DataProperties."""
    names = dimensions["Identifier"]
    described = [
        pd.DataFrame({"ID": "dimension " + names, "Type": dimensions["Kind"], "Key": names, "Title": dimensions["Title"]}),
        pd.DataFrame({"ID": groups["Id"], "ParentID": groups["ParentId"], "Type": "TopicGroup", "Title": groups["Title"]}),
        measures.assign(ID="topic " + measures["Identifier"], Type="Topic", Key=measures["Identifier"]).rename(
            columns={"MeasureGroupId": "ParentID", "DataType": "Datatype"}
        ),
    ]
    return pd.concat([frame.astype(object) for frame in described], ignore_index=True)
