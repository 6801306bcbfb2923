"""From old regions to new ones by the addresses that they share.

The provider gives, for a day of each year, the buurt of every postcode and house number. Two such files say which share of the
addresses of an old region lies in each new one.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lwo_analysis.cleaning.missing import worst_of_columns, worst_reason
from lwo_analysis.errors import DroppedRowsWarning, InputError, ParameterError
from lwo_analysis.sources.spreadsheet_archive import check_archive, read_member

ADDRESS_COLUMNS: tuple[str, ...] = ("address", "buurt_code", "wijk_code", "municipality_code")
LARGEST_ARCHIVE = 1_000_000_000
"""Most bytes of an address file unpacked: room for ten million addresses of a hundred bytes."""
LEVELS = {"buurt": "buurt_code", "wijk": "wijk_code", "municipality": "municipality_code"}
PAIR_COLUMNS: tuple[str, ...] = ("from_code", "to_code", "addresses", "share")
CONVERTED_COLUMNS: tuple[str, ...] = ("region_code", "value", "missing_reason", "estimated")
REFUSED = {
    "median": "a median of parts does not give the median of the whole",
    "score": "a score is a model's answer for one outline",
    "rank": "a rank has meaning only among the regions that were ranked",
}
_HEADERS = {
    "postcode": re.compile(r"pc6|postcode"),
    "number": re.compile(r"huisn"),
    "buurt_code": re.compile(r"buurt|gwb"),
    "wijk_code": re.compile(r"wijk"),
    "municipality_code": re.compile(r"gem"),
}
_CODES = {"buurt_code": ("BU", 8), "wijk_code": ("WK", 6), "municipality_code": ("GM", 4)}


@dataclass(frozen=True)
class Crosswalk:
    """How the addresses of old regions are spread over new ones.

    Attributes
    ----------
    pairs : DataFrame
        Columns `PAIR_COLUMNS`, sorted: `share` is the part of the addresses of `from_code` that lies in `to_code`; the shares of
        an old region add up to 1.
    only_before, only_after : int
        Addresses that are in one of the two files only (demolished, built, renumbered); they count in no share.
    """

    pairs: pd.DataFrame
    only_before: int = 0
    only_after: int = 0


def read_address_file(path: Path) -> pd.DataFrame:
    """Return the regions of every postcode and house number in a file of the provider.

    Parameters
    ----------
    path : Path
        A CSV (semicolons or commas), or the delivered zip with one CSV whose name has `gwb` in it among name lists. Columns are
        found by what their names begin with, because the year is part of them: `PC6`, `Huisnummer`, `Buurt2023`, `Wijk2023`,
        `Gemeente2023`.

    Returns
    -------
    DataFrame
        Columns `ADDRESS_COLUMNS`: codes as `BU00801001`, `WK008010`, `GM0080`. Codes come as numbers without their leading zeros
        in older files, and with letters in newer ones; both are read as text.

    Raises
    ------
    InputError
        The file is not a zip or CSV of this kind, a column is absent, or a cell is empty.

    Warns
    -----
    DroppedRowsWarning
        An address occurs twice; its first row counts.
    """
    where = Path(path).name
    text = _csv_text(Path(path))
    separator = ";" if ";" in text.partition("\n")[0] else ","
    try:
        table = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, skipinitialspace=True, keep_default_na=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as problem:
        raise InputError(
            where, expected="a CSV of postcodes and house numbers", found=str(problem).strip(), remedy="download it again"
        ) from problem
    found = pd.DataFrame({name: table[_column(table, name, where)].str.strip() for name in _HEADERS})
    empty = found.eq("").any(axis=1)
    if empty.any() or found.empty:
        raise InputError(
            where,
            expected="a region for every address",
            found=f"{int(empty.sum())} rows without, of {len(found)}",
            remedy="download it again",
        )
    codes = {name: prefix + found[name].str.removeprefix(prefix).str.zfill(width) for name, (prefix, width) in _CODES.items()}
    address = found["postcode"].str.replace(" ", "").str.upper() + "-" + found["number"]
    return _once(pd.DataFrame({"address": address} | codes), where)[list(ADDRESS_COLUMNS)]


def build_crosswalk(before: pd.DataFrame, after: pd.DataFrame, level: str = "wijk") -> Crosswalk:
    """Return the crosswalk between the regions of two files of addresses.

    Parameters
    ----------
    before, after : DataFrame
        Columns `ADDRESS_COLUMNS`, from `read_address_file`. Not changed.
    level : {"buurt", "wijk", "municipality"}
        Which regions.

    Raises
    ------
    ParameterError
        The level is unknown.
    InputError
        The files share no address, or an old region keeps none of its addresses, so that it goes nowhere.
    """
    if level not in LEVELS:
        raise ParameterError("level", expected=f"one of {', '.join(LEVELS)}", found=repr(level), remedy="correct the level")
    column = LEVELS[level]
    both = before[["address", column]].merge(after[["address", column]], on="address", how="inner", suffixes=("_from", "_to"))
    lost = sorted(set(before[column]) - set(both[f"{column}_from"]))
    if lost:
        raise InputError(
            f"crosswalk of {level}",
            expected="addresses of every old region in the new file",
            found=f"none of {', '.join(lost[:5])}{' and others' if len(lost) > 5 else ''}",
            remedy="use two files that cover the same places",
        )
    pairs = both.rename(columns={f"{column}_from": "from_code", f"{column}_to": "to_code"})
    made = crosswalk_of_counts(
        pairs.groupby(["from_code", "to_code"], as_index=False).size().rename(columns={"size": "addresses"})
    )
    return Crosswalk(made.pairs, len(before) - len(both), len(after) - len(both))


def crosswalk_of_counts(counts: pd.DataFrame) -> Crosswalk:
    """Return the crosswalk of counted addresses.

    Parameters
    ----------
    counts : DataFrame
        Columns `from_code, to_code, addresses`: one row per pair of regions that share addresses.

    Raises
    ------
    InputError
        A pair occurs twice, or a count is not positive.

    Examples
    --------
    >>> counts = pd.DataFrame({"from_code": ["old", "old"], "to_code": ["east", "west"], "addresses": [30, 10]})
    >>> crosswalk_of_counts(counts).pairs["share"].tolist()
    [0.75, 0.25]
    """
    wrong = counts.duplicated(["from_code", "to_code"]) | ~(counts["addresses"] > 0)
    if wrong.any():
        first = counts[wrong].iloc[0]
        raise InputError(
            "crosswalk",
            expected="every pair once, with a positive number of addresses",
            found=f"{first['from_code']} to {first['to_code']}, {first['addresses']}",
            remedy="count the addresses again",
        )
    pairs = counts.sort_values(["from_code", "to_code"], ignore_index=True)
    return Crosswalk(
        pairs.assign(share=pairs["addresses"] / pairs.groupby("from_code")["addresses"].transform("sum"))[list(PAIR_COLUMNS)]
    )


def nested_regions(crosswalk: Crosswalk, tolerance: float = 0.0) -> dict[str, tuple[str, ...]]:
    """Return the new regions that are made of whole old ones, with those.

    Figures of these need no estimate: a count of the new region is the sum of counts of the old ones.

    Parameters
    ----------
    tolerance : float
        Share of the addresses of an old region that may lie elsewhere, for corrections of single addresses.

    Examples
    --------
    >>> counts = pd.DataFrame({"from_code": ["a", "b", "c", "c"], "to_code": ["n", "n", "m", "k"], "addresses": [5, 5, 9, 1]})
    >>> nested_regions(crosswalk_of_counts(counts))
    {'n': ('a', 'b')}
    """
    shared = crosswalk.pairs[crosswalk.pairs["share"] > tolerance]
    whole = shared.groupby("to_code")["share"].min() >= 1 - tolerance
    parts = shared.groupby("to_code")["from_code"].agg(tuple)
    return parts[whole].to_dict()


def code_changes(crosswalk: Crosswalk, tolerance: float = 0.0) -> dict[str, str]:
    """Return the new regions that are one old region under another code, with that code, for `region_chain.comparable_years`."""
    return {new: old[0] for new, old in nested_regions(crosswalk, tolerance).items() if len(old) == 1 and old[0] != new}


def convert_counts(rows: pd.DataFrame, crosswalk: Crosswalk) -> pd.DataFrame:
    """Return counts of new regions from counts of old ones.

    For counts only: shares and rates go through `convert_rate`, means through `convert_mean`; what cannot be put together at all
    is refused by `convert_figures`.

    Parameters
    ----------
    rows : DataFrame
        Columns `region_code, value, missing_reason` of one measure and year, one row per old region. Not changed.

    Returns
    -------
    DataFrame
        Columns `CONVERTED_COLUMNS`, one row per new region: sum of share x count over the old regions in it. One old region
        without a count makes the new one missing, with the reason. `estimated` when an old region was divided: people were taken
        to be spread as addresses are.

    Raises
    ------
    InputError
        A region is not in the crosswalk or occurs twice; regions of the crosswalk without a row count as absent.

    Notes
    -----
    N_new = Σ_old s(old, new) N_old. Rounding of the counts goes along: n parts rounded to fives can be 2.5 n off.
    """
    _check_regions(rows, crosswalk)
    known = rows[["region_code", "value", "missing_reason"]].rename(columns={"region_code": "from_code"})
    joined = crosswalk.pairs.merge(known, on="from_code", how="left")
    absent = ~joined["from_code"].isin(known["from_code"])
    joined = joined.assign(
        part=joined["share"] * joined["value"].astype(float),
        reason=joined["missing_reason"].where(~absent, "absent"),
        divided=joined["share"] < 1,
    )
    groups = joined.groupby("to_code", sort=True)
    made = groups.agg(
        value=("part", lambda parts: parts.sum(skipna=False)),
        missing_reason=("reason", worst_reason),
        estimated=("divided", "any"),
    )
    return made.rename_axis("region_code").reset_index()[list(CONVERTED_COLUMNS)]


def convert_rate(numerators: pd.DataFrame, denominators: pd.DataFrame, crosswalk: Crosswalk, scale: float) -> pd.DataFrame:
    """Return a share or rate of new regions: numerator and denominator are converted apart, and then divided.

    Parameters
    ----------
    numerators, denominators : DataFrame
        As for `convert_counts`.
    scale : float
        100 for percentages.
    """
    above, below = convert_counts(numerators, crosswalk), convert_counts(denominators, crosswalk)
    value = scale * above["value"] / below["value"].where(below["value"] > 0)
    worst = worst_of_columns(pd.DataFrame({"above": above["missing_reason"], "below": below["missing_reason"]})).astype(object)
    reason = worst.mask(value.isna() & worst.eq(""), "impossible")
    return above.assign(value=value, missing_reason=reason, estimated=above["estimated"] | below["estimated"])


def convert_mean(means: pd.DataFrame, weights: pd.DataFrame, crosswalk: Crosswalk) -> pd.DataFrame:
    """Return a mean of new regions: total = mean x weight is converted as a count, and divided by the converted weight.

    Parameters
    ----------
    means, weights : DataFrame
        As for `convert_counts`; the weight is what the mean is a mean over (dwellings for a value of dwellings).
    """
    weight = weights.set_index("region_code")
    own = means["region_code"].map(weight["value"])
    why = means["region_code"].map(weight["missing_reason"])
    totals = means.assign(
        value=means["value"] * own, missing_reason=means["missing_reason"].fillna("").where(lambda text: text.ne(""), why)
    )
    return convert_rate(totals, weights, crosswalk, 1.0)


def convert_figures(
    rows: pd.DataFrame, crosswalk: Crosswalk, kind: str, *, base: pd.DataFrame | None = None, scale: float = 1.0
) -> pd.DataFrame:
    """Return figures of new regions for a kind of figure, or say why that cannot be.

    Parameters
    ----------
    rows : DataFrame
        Counts, numerators or means, as for `convert_counts`.
    kind : {"count", "rate", "mean", "median", "score", "rank"}
        What the figures are.
    base : DataFrame, optional
        Denominators of a rate, weights of a mean.
    scale : float
        Of a rate.

    Raises
    ------
    ParameterError
        A median, score or rank, which regions cannot share out; a rate without denominators or a mean without weights; or an
        unknown kind.
    """
    if kind == "count":
        return convert_counts(rows, crosswalk)
    if kind == "rate" and base is not None:
        return convert_rate(rows, base, crosswalk, scale)
    if kind == "mean" and base is not None:
        return convert_mean(rows, base, crosswalk)
    needs = {"rate": "a rate needs its denominators", "mean": "a mean needs its weights"}
    raise ParameterError(
        f"figures of kind {kind}",
        expected="a count, a rate with denominators, or a mean with weights",
        found=(REFUSED | needs).get(kind, "an unknown kind"),
        remedy="ask the provider for the figure in the new boundaries, or show it in the old ones only",
    )


def _csv_text(path: Path) -> str:
    try:
        content = _zipped(path) if zipfile.is_zipfile(path) else path.read_bytes()
    except OSError as problem:
        raise InputError(path.name, expected="a readable file", found=str(problem), remedy="download it again") from problem
    return content.decode("utf-8-sig", errors="replace")


def _zipped(path: Path) -> bytes:
    members = check_archive(path, largest_total=LARGEST_ARCHIVE)
    names = [name for name in members if name.lower().endswith(".csv") and "gwb" in Path(name).name.lower()]
    if len(names) != 1:
        raise InputError(
            path.name,
            expected="one CSV with gwb in its name",
            found=", ".join(names) or f"none among {', '.join(members)}",
            remedy="unpack the right one by hand and give that file",
        )
    return read_member(path, names[0], largest=LARGEST_ARCHIVE)


def _column(table: pd.DataFrame, name: str, where: str) -> str:
    found = [column for column in table.columns if _HEADERS[name].match(column.strip().lower())]
    if len(found) != 1:
        raise InputError(
            where,
            expected=f"one column for {name.replace('_', ' ')}",
            found=", ".join(found) or f"none among {', '.join(table.columns)}",
            remedy="check whether the layout of the file changed",
        )
    return found[0]


def _once(addresses: pd.DataFrame, where: str) -> pd.DataFrame:
    repeated = addresses.duplicated("address")
    if repeated.any():
        warnings.warn(
            f"{where}: {int(repeated.sum())} addresses occur more than once; the first row of each counts",
            DroppedRowsWarning,
            stacklevel=3,
        )
    return addresses[~repeated].reset_index(drop=True)


def _check_regions(rows: pd.DataFrame, crosswalk: Crosswalk) -> None:
    strangers = sorted(set(rows["region_code"]) - set(crosswalk.pairs["from_code"]))
    repeated = sorted(set(rows.loc[rows["region_code"].duplicated(), "region_code"]))
    if strangers or repeated:
        raise InputError(
            "crosswalk",
            expected="every old region once, and all in the crosswalk",
            found=f"not in it {strangers[:5] or 'none'}, twice {repeated[:5] or 'none'}",
            remedy="convert one measure and year at a time, with the crosswalk from its boundary year",
        )
