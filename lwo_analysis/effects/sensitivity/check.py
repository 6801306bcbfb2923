"""A robustness check as an object: what was tried, when it counts as passed, what came out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, eq=False)
class SensitivityCheck:
    """The outcome of one robustness check.

    Attributes
    ----------
    name : str
        The method that was used.
    criterion : str
        When the check counts as passed, in words; decided before the numbers were known.
    passed : bool or None
        None when the check cannot decide (too little power, nothing to vary).
    table : DataFrame
        One row per variation, unrounded.
    sentences : tuple of str
        Dutch and English.
    """

    name: str
    criterion: str
    passed: bool | None
    table: pd.DataFrame
    sentences: tuple[str, str]

    def sentence(self, language: str = "nl") -> str:
        """Return the finding in plain words."""
        return self.sentences[language == "en"]
