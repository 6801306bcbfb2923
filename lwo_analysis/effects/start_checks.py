"""The checks on who starts when, before an effect may be estimated; one function per mistake."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lwo_analysis.effects.design import Design
from lwo_analysis.effects.panel_checks import few
from lwo_analysis.errors import DesignError


def start_per_unit(rows: pd.DataFrame, design: Design) -> pd.Series:
    """Return the start of each unit (missing = never), refusing a unit whose start is not one constant.

    Parameters
    ----------
    rows : DataFrame
        The rows inside the window.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        The start of a unit changes.
    """
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
    """Refuse a panel that treats other units than the design announced.

    Parameters
    ----------
    start : Series
        First treated period by unit; missing for a unit that never starts.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        The treated units are not those of the design.
    """
    found = {str(unit) for unit in start.index[start.notna()]}
    if design.treated and found != set(design.treated):
        raise DesignError(
            "treated units",
            expected=few(sorted(design.treated)),
            found=few(sorted(found)) or "none",
            remedy="correct the start column, or register another design",
        )


def controls_are_untreated(start: pd.Series, design: Design) -> None:
    """Refuse controls that are treated elsewhere in the same programme.

    Parameters
    ----------
    start : Series
        First treated period by unit; missing for a unit that never starts.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        A control takes part elsewhere.
    """
    never = start.index[start.isna()].astype(str)
    if also := sorted(never[never.isin(design.also_treated)]):
        raise DesignError(
            "comparison pool",
            expected="controls without the programme",
            found=f"{few(also)}, treated elsewhere in the programme",
            remedy="take them out of the panel or give them their own start",
        )


def timing(
    start: pd.Series, times: npt.NDArray[Any], first: npt.NDArray[np.int64], design: Design, *, need_controls: bool
) -> None:
    """Refuse a panel without controls, with units treated from the first period on, or with too little before the start.

    Parameters
    ----------
    start : Series
        First treated period by unit; missing for a unit that never starts.
    times : (T,) array
        The periods, in order.
    first : (N,) array of int
        First treated column of each unit; T for none.
    design : Design
        Names the columns, the window and the comparison.
    need_controls : bool
        Whether the estimator cannot do without untreated units.

    Raises
    ------
    DesignError
        One of these holds.
    """
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


def anticipated(start: pd.Series, times: npt.NDArray[Any], design: Design) -> None:
    """Refuse a unit that starts after the window but may already react inside it: it is neither treated nor untreated.

    Parameters
    ----------
    start : Series
        First treated period by unit; missing for a unit that never starts.
    times : (T,) array
        The periods, in order.
    design : Design
        Names the columns, the window and the comparison.

    Raises
    ------
    DesignError
        There is one.
    """
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
    """Return the note that some units start after the last period and serve as controls until then.

    Parameters
    ----------
    start : Series
        First treated period by unit; missing for a unit that never starts.
    times : (T,) array
        The periods, in order.
    """
    late = start.index[start > times[-1]].tolist()
    if not late:
        return ()
    return (f"{len(late)} unit(s) start after the last period {times[-1]} and are untreated in this window ({few(late)})",)
