from __future__ import annotations

import pandas as pd
import pytest

from lwo_analysis.cleaning.missing import status_of, worst_reason
from lwo_analysis.errors import InputError


def test_every_reason_has_its_own_status():
    reasons = pd.Series([None, "suppressed_or_unknown", "not_yet_published", "absent", "impossible"])
    assert status_of(reasons).tolist() == ["final", "suppressed", "not_published", "not_published", "not_applicable"]


def test_an_unknown_reason_stops():
    with pytest.raises(InputError, match="secret_sauce"):
        status_of(pd.Series(["secret_sauce"]))


def test_a_sum_with_one_secret_part_is_secret():
    assert worst_reason(pd.Series(["", "not_yet_published", "suppressed_or_unknown"])) == "suppressed_or_unknown"
    assert worst_reason(pd.Series(["", None])) == ""
