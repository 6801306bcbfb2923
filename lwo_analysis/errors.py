"""Errors that a reader can act on: one line, and an exit code the operator can test for.

Every check at a border raises one of these. A bare exception that reaches the command line is a defect of the program, not of
its input.
"""

from __future__ import annotations

from functools import partial


class LwoError(Exception):
    """A problem that the reader can solve, told in one line.

    Parameters
    ----------
    where : str
        File, table, notebook or parameter, as precise as is known (``"84799NED/rows.json, row 12"``).
    expected : str
        What should have been there.
    found : str
        What was there.
    remedy : str
        What to do about it, in the imperative.

    Examples
    --------
    >>> str(LwoError("cards.yml", expected="a checksum", found="none", remedy="import the file again"))
    'cards.yml: expected a checksum, found none; import the file again.'
    """

    exit_code = 1

    def __init__(self, where: str, *, expected: str, found: str, remedy: str) -> None:
        self.where = where
        self.expected = expected
        self.found = found
        self.remedy = remedy
        line = f"{where}: expected {expected}, found {found}; {remedy}."
        super().__init__(" ".join(line.split()))

    def __reduce__(self) -> tuple[object, ...]:
        """Let an error cross the border between two processes whole."""
        return partial(type(self), expected=self.expected, found=self.found, remedy=self.remedy), (self.where,)


class ParameterError(LwoError):
    """A parameter of a command or a notebook is unknown or has a value outside its domain."""

    exit_code = 2


class InputError(LwoError):
    """A file or an answer of a provider is not what its description says."""

    exit_code = 3


class RecycledCodeError(InputError):
    """A CBS code is used in a year in which it meant another place."""


class CatalogueError(LwoError):
    """The metadata contradict themselves, or a generated file no longer follows from its source."""

    exit_code = 4


class DesignError(LwoError):
    """An effect design cannot be estimated from the panel it was given."""

    exit_code = 5


class NotebookError(LwoError):
    """A notebook failed, or would publish something that breaks a rule of the project."""

    exit_code = 6


class OutputError(LwoError):
    """A result could not be written; what was there before is untouched."""

    exit_code = 7


class LwoWarning(UserWarning):
    """Base of the warnings of this package, so that one filter catches them all."""


class DroppedRowsWarning(LwoWarning):
    """Rows were left out; the message counts them and says why."""


class InferenceUnavailableWarning(LwoWarning):
    """A point estimate exists, but no honest standard error does."""
