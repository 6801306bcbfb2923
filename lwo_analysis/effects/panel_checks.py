"""The checks a panel must pass before an effect may be estimated from it, one function per mistake."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lwo_analysis.effects.design import Design
from lwo_analysis.errors import DesignError

ROUNDING = 1e-12


def few(labels: Sequence[object], limit: int = 5) -> str:
    """Return the first labels as text, with the number of those not shown."""
    shown = ", ".join(str(label) for label in labels[:limit])
    return shown if len(labels) <= limit else f"{shown} and {len(labels) - limit} more"


def columns(panel: pd.DataFrame, design: Design) -> None:
    """Refuse a panel without the columns that the design names."""
    needed = [design.unit, design.time, design.outcome, design.start]
    if absent := [name for name in needed if name not in panel]:
        raise DesignError("panel", expected=f"columns {needed}", found=f"no {absent}", remedy="rename the columns or the design")
    if panel[[design.unit, design.time]].isna().to_numpy().any():
        raise DesignError(
            "panel", expected="a unit and a period in every row", found="missing labels", remedy="repair those rows"
        )


def inside_window(panel: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return the rows inside the window of the design (a copy)."""
    if design.window is None:
        return panel.copy()
    return panel[panel[design.time].between(*design.window)].copy()


def origin(rows: pd.DataFrame) -> None:
    """Refuse outcomes that a model predicted from the characteristics of the residents."""
    if "origin" in rows and (modelled := int((rows["origin"] == "modelled").sum())):
        raise DesignError(
            "panel.origin",
            expected="measured outcomes",
            found=f"{modelled} modelled rows",
            remedy="choose a registered or surveyed outcome: a small-area estimate moves because its predictors move",
        )


def duplicates(rows: pd.DataFrame, design: Design) -> None:
    """Refuse more than one row per unit and period."""
    double = rows[rows.duplicated([design.unit, design.time], keep=False)]
    if len(double):
        cells = sorted({f"{unit} {time}" for unit, time in zip(double[design.unit], double[design.time], strict=True)})
        raise DesignError(
            "panel", expected="one row per unit and period", found=f"duplicate rows for {few(cells)}", remedy="keep one of them"
        )


def start_per_unit(rows: pd.DataFrame, design: Design) -> pd.Series:
    """Return the start of each unit (missing = never), refusing a unit whose start is not one constant."""
    distinct = rows.groupby(design.unit)[design.start].nunique(dropna=False)
    if len(changing := distinct[distinct > 1].index.tolist()):
        raise DesignError(
            f"panel.{design.start}",
            expected="one start per unit, in all its rows",
            found=f"a start that changes in {few(changing)}",
            remedy="treatment that switches off or moves is not supported: end the window earlier or leave the unit out",
        )
    return rows.groupby(design.unit)[design.start].first().astype(float).sort_index()


def treated_set(start: pd.Series, design: Design) -> None:
    """Refuse a panel that treats other units than the design announced."""
    found = {str(unit) for unit in start.index[start.notna()]}
    if design.treated and found != set(design.treated):
        raise DesignError(
            "treated units",
            expected=few(sorted(design.treated)),
            found=few(sorted(found)) or "none",
            remedy="correct the start column, or register another design",
        )


def controls_are_untreated(start: pd.Series, design: Design) -> None:
    """Refuse controls that are treated elsewhere in the same programme."""
    never = start.index[start.isna()].astype(str)
    if also := sorted(never[never.isin(design.also_treated)]):
        raise DesignError(
            "comparison pool",
            expected="controls without the programme",
            found=f"{few(also)}, treated elsewhere in the programme",
            remedy="take them out of the panel or give them their own start",
        )


def balanced(rows: pd.DataFrame, start: pd.Series, design: Design) -> tuple[pd.DataFrame, pd.Series, tuple[str, ...]]:
    """Return outcomes as units x periods without gaps, the matching starts, and what was left out."""
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


def timing(
    start: pd.Series, times: npt.NDArray[Any], first: npt.NDArray[np.int64], design: Design, *, need_controls: bool
) -> None:
    """Refuse a panel without controls, with units treated from the first period on, or with too little before the start."""
    if need_controls and not (first == len(times)).any():
        raise DesignError(
            "comparison pool", expected="untreated units", found="none", remedy="add areas without the programme to the panel"
        )
    if not start.notna().any():
        raise DesignError(
            f"panel.{design.start}", expected="at least one treated unit", found="none", remedy="fill the start of treated units"
        )
    if already := start.index[start <= times[0]].tolist():
        raise DesignError(
            "window",
            expected="every treated unit untreated at first",
            found=f"{few(already)} treated before the window or at its start ({times[0]})",
            remedy="start the window earlier or leave those units out",
        )
    n_before = int(first.min()) - design.anticipation
    if n_before < design.min_pre_periods:
        raise DesignError(
            "window",
            expected=f"at least {design.min_pre_periods} periods before the first start",
            found=str(n_before),
            remedy="start the window earlier; with one period parallel trends cannot be seen (min_pre_periods=1 accepts that)",
        )


def varies(wide: pd.DataFrame, design: Design) -> None:
    """Refuse an outcome that has one value everywhere."""
    values = wide.to_numpy()
    if np.ptp(values) == 0:
        raise DesignError(
            f"panel.{design.outcome}",
            expected="an outcome that varies",
            found=f"the constant {values[0, 0]:g}",
            remedy="check the source; a filled-in or capped column cannot show an effect",
        )


def comparison_has_noise(outcomes: npt.NDArray[np.float64]) -> None:
    """Refuse untreated units (N0, T) that all move in the same way: there is nothing to hold a difference against."""
    own = outcomes - outcomes.mean(axis=1, keepdims=True)
    if np.abs(own - own.mean(axis=0)).max() <= ROUNDING * np.abs(outcomes).max():
        raise DesignError(
            "comparison pool",
            expected="untreated units that do not all move in the same way",
            found=f"{len(outcomes)} units with one and the same movement",
            remedy="check the source: a constant or filled-in column has no noise, and no test exists without noise",
        )


def mean_per_unit(rows: pd.DataFrame, units: pd.Index, column: str | None, design: Design) -> npt.NDArray[np.float64] | None:
    """Return the mean of a column of sizes per unit over the window, or None when the panel has no such column."""
    if column is None or column not in rows:
        return None
    mean = rows.groupby(design.unit)[column].mean().reindex(units).to_numpy(dtype=float)
    if len(wrong := units[~(np.isfinite(mean) & (mean > 0))].tolist()):
        raise DesignError(f"panel.{column}", expected="a size above 0", found=f"none for {few(wrong)}", remedy="complete it")
    return mean


def anticipated(start: pd.Series, times: npt.NDArray[Any], design: Design) -> None:
    """Refuse a unit that starts after the window but may already react inside it: it is neither treated nor untreated."""
    step = times[1] - times[0]
    reacts = (start > times[-1]) & (start - design.anticipation * step <= times[-1])
    if (start <= times[-1]).any() and reacts.any():
        raise DesignError(
            "comparison pool",
            expected=f"untreated units that do not anticipate a start within {design.anticipation} period(s)",
            found=f"{few(start.index[reacts].tolist())}, which start(s) soon after {times[-1]}",
            remedy="end the window earlier, or leave those units out of the panel",
        )


def late_starts(start: pd.Series, times: npt.NDArray[Any]) -> tuple[str, ...]:
    """Return the note that some units start after the last period and serve as controls until then."""
    late = start.index[start > times[-1]].tolist()
    if not late:
        return ()
    return (f"{len(late)} unit(s) start after the last period {times[-1]} and are untreated in this window ({few(late)})",)


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
