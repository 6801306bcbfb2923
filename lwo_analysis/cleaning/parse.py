"""Numbers as documents print them."""

from __future__ import annotations

import re

from lwo_analysis.errors import InputError

_DUTCH_NUMBER = re.compile(r"-?\d{1,3}(\.\d{3})*(,\d+)?|-?\d+(,\d+)?")


def parse_dutch_number(text: str, *, where: str) -> float | None:
    """Return the number that a Dutch text prints, or None for an empty text.

    Parameters
    ----------
    text : str
        Points separate thousands, a comma the decimals, a percent sign at the end is allowed: ``"119.000"``, ``"28,2%"``.
    where : str
        File and row, for the error line.

    Raises
    ------
    InputError
        The text is not a number in Dutch notation; ``"6.48"`` is refused rather than read as 648 or 6.48.

    Examples
    --------
    >>> parse_dutch_number("119.000", where="plan"), parse_dutch_number("28,2%", where="plan")
    (119000.0, 28.2)
    """
    bare = text.strip().removesuffix("%").strip()
    if not bare:
        return None
    if not _DUTCH_NUMBER.fullmatch(bare):
        raise InputError(
            where,
            expected="a number in Dutch notation such as 28,2 or 119.000",
            found=repr(text),
            remedy="type it as the document prints it",
        )
    return float(bare.replace(".", "").replace(",", "."))


def decimals_printed(text: str) -> int:
    """Return how many decimals a Dutch number prints, which is how far it was rounded.

    Examples
    --------
    >>> decimals_printed("28,2%"), decimals_printed("119.000")
    (1, 0)
    """
    return len(text.strip().removesuffix("%").strip().partition(",")[2])
