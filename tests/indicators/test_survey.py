"""Survey estimates against closed forms."""

import numpy as np
import pytest

from lwo_analysis.errors import InputError
from lwo_analysis.indicators.survey import survey_mean, survey_share
from lwo_analysis.indicators.uncertainty import Meaning, wilson_interval


def test_a_stratified_mean_has_the_textbook_variance():
    # Two wijken of 600 and 400 residents, two answers each: weights 300 and 200. Mean 0.6 * 7 + 0.4 * 5 = 6.2; variance
    # W1² s1² / n1 + W2² s2² / n2 = 0.36 * 2 / 2 + 0.16 * 8 / 2 = 1 (Cochran 1977, section 5.4).
    estimate = survey_mean([6, 8, 3, 7], weights=[300, 300, 200, 200], strata=["x", "x", "y", "y"])
    assert estimate.interval.estimate == pytest.approx(6.2)
    assert estimate.standard_error == pytest.approx(1.0)
    assert estimate.interval.upper - 6.2 == pytest.approx(4.302653)  # t(0.975) with 4 - 2 degrees of freedom, printed tables


def test_without_weights_a_share_is_nearly_wilsons_interval():
    answers = np.repeat([1, 0], [30, 70])
    estimate = survey_share(answers)
    expected = wilson_interval(0.3 * 99, 99)  # the sample variance divides by n - 1, so the effective size is 99
    assert estimate.interval.lower == pytest.approx(expected.lower)
    assert estimate.interval.upper == pytest.approx(expected.upper)
    assert estimate.interval.meaning is Meaning.SAMPLING
    assert estimate.interval.estimate == pytest.approx(0.3)


def test_unequal_weights_cost_precision():
    # Weights unrelated to the answers: Kish (1965), n Σw² / (Σw)² = 4 * 52 / 144 = 13/9.
    assert survey_mean([1, 2, 1, 2], [1, 1, 5, 5]).design_effect == pytest.approx(13 / 9)
    assert survey_mean([1, 2, 1, 2]).design_effect == pytest.approx(1.0)


def test_no_answer_is_counted_and_is_not_a_no():
    estimate = survey_share([1, 1, 0, 0, np.nan, np.nan])
    assert estimate.interval.estimate == 0.5
    assert (estimate.n, estimate.n_missing) == (4, 2)


def test_when_everybody_says_no_the_interval_is_not_empty():
    estimate = survey_share(np.zeros(50))
    assert estimate.interval.lower == 0
    assert estimate.interval.upper == pytest.approx(wilson_interval(0, 50).upper)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"values": [1, 2], "strata": ["x", "y"]}, "two answers in every stratum"),
        ({"values": [1, 2], "weights": [1, 0]}, "positive weight"),
        ({"values": [np.nan, np.nan]}, "two answers"),
    ],
)
def test_surveys_without_a_variance_stop_the_run(arguments, message):
    with pytest.raises(InputError, match=message):
        survey_mean(**arguments)


def test_a_share_of_other_answers_stops_the_run():
    with pytest.raises(InputError, match="0, 1 or no answer"):
        survey_share([0, 1, 2])
