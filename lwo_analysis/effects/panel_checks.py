"""The checks a panel must pass before an effect may be estimated from it, one function per mistake."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from lwo_analysis.effects.design import Design
from lwo_analysis.errors import DesignError

ROUNDING = 1e-12


def few(labels: Sequence[object], limit: int = 5) -> str:
    """Return the first labels as text, with the number of those not shown.

    Parameters
    ----------
    labels : sequence
        What is listed.
    limit : int
        How many are shown.

    Examples
    --------
    >>> few(['a', 'b', 'c'], limit=2)
    'a, b and 1 more'
    """
    shown = ", ".join(str(label) for label in labels[:limit])
    return shown if len(labels) <= limit else f"{shown} and {len(labels) - limit} more"


def columns(panel: pd.DataFrame, design: Design) -> None:
    """Refuse a panel without the columns that the design names.

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        A column is absent, or a row has no unit or period.
    """
    needed = [design.unit, design.time, design.outcome, design.start]
    if absent := [name for name in needed if name not in panel]:
        raise DesignError("panel", expected=f"columns {needed}", found=f"no {absent}", remedy="rename the columns or the design")
    if panel[[design.unit, design.time]].isna().to_numpy().any():
        raise DesignError(
            "panel", expected="a unit and a period in every row", found="missing labels", remedy="repair those rows"
        )


def inside_window(panel: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return the rows inside the window of the design (a copy).

    Parameters
    ----------
    panel : DataFrame
        One row per unit and period, with the columns that the design names. Not changed.
    design : Design
        Names the columns, the window and the comparison.
    """
    if design.window is None:
        return panel.copy()
    return panel[panel[design.time].between(*design.window)].copy()


def origin(rows: pd.DataFrame) -> None:
    """Refuse outcomes that a model predicted from the characteristics of the residents.

    Parameters
    ----------
    rows : DataFrame
        The rows inside the window.

    Raises
    ------
    DesignError
        There are modelled rows.
    """
    if "origin" in rows and (modelled := int((rows["origin"] == "modelled").sum())):
        raise DesignError(
            "panel.origin",
            expected="measured outcomes",
            found=f"{modelled} modelled rows",
            remedy="choose a registered or surveyed outcome: a small-area estimate moves because its predictors move",
        )


def duplicates(rows: pd.DataFrame, design: Design) -> None:
    """Refuse more than one row per unit and period.

    Parameters
    ----------
    rows : DataFrame
        The rows inside the window.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        A unit has two rows of one period.
    """
    double = rows[rows.duplicated([design.unit, design.time], keep=False)]
    if len(double):
        cells = sorted({f"{unit} {time}" for unit, time in zip(double[design.unit], double[design.time], strict=True)})
        raise DesignError(
            "panel", expected="one row per unit and period", found=f"duplicate rows for {few(cells)}", remedy="keep one of them"
        )


def balanced(rows: pd.DataFrame, start: pd.Series, design: Design) -> tuple[pd.DataFrame, pd.Series, tuple[str, ...]]:
    """Return outcomes as units x periods without gaps, the matching starts, and what was left out.

    Parameters
    ----------
    rows : DataFrame
        The rows inside the window.
    start : Series
        First treated period by unit; missing for a unit that never starts.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        A treated unit has a gap, or a control has one and gaps are errors.
    """
    wide = rows.pivot(index=design.unit, columns=design.time, values=design.outcome).sort_index().astype(float)
    _check_spacing(wide.columns.to_numpy(dtype=float))
    _refuse_infinite(wide, design)
    absent = wide.isna()
    if not absent.to_numpy().any():
        return wide, start, ()
    ever = start.notna()
    if absent[ever].to_numpy().any():
        _refuse_treated_gaps(rows, absent[ever], start, design)
    incomplete = wide.index[absent.any(axis=1)]
    if design.incomplete_controls == "error":
        cells = int(absent.to_numpy().sum())
        raise DesignError(
            "panel",
            expected="a balanced panel",
            found=f"{cells} gaps, in {len(incomplete)} controls ({few(incomplete)})",
            remedy='shorten the window or set incomplete_controls="drop"',
        )
    note = f"{len(incomplete)} of {int((~ever).sum())} control units left out: they miss at least one period ({few(incomplete)})"
    kept = wide.drop(index=incomplete)
    return kept, start.loc[kept.index], (note,)


def varies(wide: pd.DataFrame, design: Design) -> None:
    """Refuse an outcome that has one value everywhere.

    Parameters
    ----------
    wide : DataFrame
        Outcomes, units by periods.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        It has.
    """
    values = wide.to_numpy()
    if np.ptp(values) == 0:
        raise DesignError(
            f"panel.{design.outcome}",
            expected="an outcome that varies",
            found=f"the constant {values[0, 0]:g}",
            remedy="check the source; a filled-in or capped column cannot show an effect",
        )


def comparison_has_noise(outcomes: npt.NDArray[np.float64]) -> None:
    """Refuse untreated units (N0, T) that all move in the same way: there is nothing to hold a difference against.

    Parameters
    ----------
    outcomes : (N0, T) array
        Outcomes of the untreated units.

    Raises
    ------
    DesignError
        They do.
    """
    own = outcomes - outcomes.mean(axis=1, keepdims=True)
    if np.abs(own - own.mean(axis=0)).max() <= ROUNDING * np.abs(outcomes).max():
        raise DesignError(
            "comparison pool",
            expected="untreated units that do not all move in the same way",
            found=f"{len(outcomes)} units with one and the same movement",
            remedy="check the source: a constant or filled-in column has no noise, and no test exists without noise",
        )


def mean_per_unit(rows: pd.DataFrame, units: pd.Index, column: str | None, design: Design) -> npt.NDArray[np.float64] | None:
    """Return the mean of a column of sizes per unit over the window, or None when the panel has no such column.

    Parameters
    ----------
    rows : DataFrame
        The rows inside the window.
    units : Index
        The units, in order.
    column : str or None
        Column of sizes.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        A unit has no size above 0.
    """
    if column is None or column not in rows:
        return None
    mean = rows.groupby(design.unit)[column].mean().reindex(units).to_numpy(dtype=float)
    if len(wrong := units[~(np.isfinite(mean) & (mean > 0))].tolist()):
        raise DesignError(f"panel.{column}", expected="a size above 0", found=f"none for {few(wrong)}", remedy="complete it")
    return mean


def _refuse_infinite(wide: pd.DataFrame, design: Design) -> None:
    infinite = np.isinf(wide.to_numpy())
    if infinite.any():
        raise DesignError(
            f"panel.{design.outcome}",
            expected="finite outcomes",
            found=f"{int(infinite.sum())} infinite values, in {few(wide.index[infinite.any(axis=1)].tolist())}",
            remedy="look for a division by zero in the making of the outcome; give a missing value instead",
        )


def _check_spacing(times: npt.NDArray[np.float64]) -> None:
    if len(times) < 2:
        raise DesignError("panel", expected="at least two periods", found=str(len(times)), remedy="widen the window")
    steps = np.diff(times)
    if not np.allclose(steps, steps[0]):
        raise DesignError(
            "panel",
            expected="consecutive periods",
            found=f"a jump after {times[:-1][steps > steps.min() * 1.5][0]:g}",
            remedy="a period that is absent for everybody must be supplied, or the window must end before it",
        )


def _refuse_treated_gaps(rows: pd.DataFrame, absent: pd.DataFrame, start: pd.Series, design: Design) -> None:
    """Name the cells, say whether they were suppressed, and what leaving them out would do."""
    cells = [(unit, time) for unit, time in absent.stack()[lambda gap: gap].index]
    status = rows.set_index([design.unit, design.time]).get("status", pd.Series(dtype=object))
    reasons = sorted({str(status.get(cell, "absent")) for cell in cells}) or ["absent"]
    after = sum(time >= start[unit] for unit, time in cells)
    named = few([f"{unit} {time}" for unit, time in cells])
    raise DesignError(
        "outcome of treated areas",
        expected="a value in every period",
        found=f"{len(cells)} cells without one ({named}; {', '.join(reasons)}), {after} of them after the start",
        remedy="pool years or areas, or shorten the window: small counts are suppressed, so leaving these cells out keeps the "
        "years with high counts and pushes the estimate towards a higher outcome in treated areas",
    )
