"""Let several workers do the orders of a run at the same time, the longest first."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

from lwo_analysis.errors import NotebookError
from lwo_analysis.run.launch import Launcher
from lwo_analysis.run.orders import Order, Outcome, PageOrder, read_outcome

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_END = 5
SECONDS_TO_RENDER = 600
"""What a worker may need besides its notebook, on a machine with other work, before it counts as hanging."""


def work_through(orders: Iterable[Order], launcher: Launcher, workers: int, finished: Callable[[Order, Outcome], None]) -> None:
    """Do every order; what `finished` raises ends the others.

    Parameters
    ----------
    orders : iterable of Order
        In the order in which they start; see `longest_first`.
    launcher : Launcher
        Starts the workers.
    workers : int
        Orders done at the same time.
    finished : callable
        Gets every order with its outcome as soon as it has ended.
    """
    waiting = list(orders)[::-1]
    working: dict[Path, tuple[Order, float]] = {}
    try:
        while waiting or working:
            while waiting and len(working) < workers:
                order = waiting.pop()
                path = order.write()
                working[path] = (order, time.monotonic())
                launcher.start(path)
            for path, status in launcher.ended(SECONDS_BETWEEN_LOOKS):
                if path in working:
                    order, _ = working.pop(path)
                    finished(order, read_outcome(order, status))
            for path in _hanging(working):
                launcher.end(path)
                order, _ = working.pop(path)
                finished(order, Outcome(_hanging_error(order), 0.0))
    finally:
        _end_all(working, launcher)


def _end_all(working: dict[Path, tuple[Order, float]], launcher: Launcher) -> None:
    """End the workers of a run that is broken off, and wait until they have written their last."""
    for path in working:
        launcher.end(path)
    until = time.monotonic() + SECONDS_TO_END
    while working and time.monotonic() < until:
        for path, _ in launcher.ended(SECONDS_BETWEEN_LOOKS):
            working.pop(path, None)


def longest_first(orders: Iterable[PageOrder], seconds: Callable[[PageOrder], float | None]) -> list[PageOrder]:
    """Return the orders with the longest first, and before them those of which it is not known how long they take."""
    known = [(order, seconds(order)) for order in orders]
    return [order for order, _ in sorted(known, key=lambda pair: -(float("inf") if pair[1] is None else pair[1]))]


def _hanging(working: dict[Path, tuple[Order, float]]) -> list[Path]:
    now = time.monotonic()
    return [path for path, (order, started) in working.items() if now - started > _most_seconds(order)]


def _most_seconds(order: Order) -> float:
    return SECONDS_TO_RENDER + (order.limits.seconds if isinstance(order, PageOrder) else 0)


def _hanging_error(order: Order) -> NotebookError:
    found = f"none after {_most_seconds(order):.0f} s"
    return NotebookError(order.address, expected="a worker that ends", found=found, remedy=f"see {order.log}")
