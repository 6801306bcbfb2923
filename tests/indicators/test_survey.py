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


def test_the_design_effect_of_a_share_is_that_of_its_weights():
    # As for a mean of 1 and 2: n Σw² / (Σw)² = 4 x 52 / 144; and 1 without weights.
    weighted = survey_share([0, 1, 0, 1], [1, 1, 5, 5])
    assert weighted.design_effect == pytest.approx(13 / 9)
    # Variance: Σ z² over 3/4, z = w (y - 0.5) / 12: (1 + 1 + 25 + 25) / 4 / 144 x 4/3.
    assert weighted.standard_error == pytest.approx(np.sqrt(52 / 4 / 144 * 4 / 3))
    expected = wilson_interval(0.5 * 0.25 / (52 / 432), 0.25 / (52 / 432))
    assert (weighted.interval.lower, weighted.interval.upper) == pytest.approx((expected.lower, expected.upper))
    assert survey_share([1, 1, 0]).design_effect == pytest.approx(1.0)


def test_when_all_agree_weights_still_cost_precision_and_there_is_no_design_effect():
    # Kish: (Σw)² / Σw² = 144 / 52.
    for answer, said in ((0.0, 0.0), (1.0, 144 / 52)):
        found, expected = survey_share(np.full(4, answer), [1, 1, 5, 5], level=0.9), wilson_interval(said, 144 / 52, level=0.9)
        assert (found.interval.lower, found.interval.upper) == pytest.approx((expected.lower, expected.upper))
        assert (found.interval.level, found.standard_error) == (0.9, 0.0)
        assert np.isnan(found.design_effect)


def test_a_mean_of_two_answers_has_one_degree_of_freedom():
    # t(1) is 6.3138 for 90 %; 4 and 6 have a standard error of 1.
    found = survey_mean([4, 6, np.nan], level=0.9)
    assert (found.interval.lower, found.interval.upper) == pytest.approx((5 - 6.3138, 5 + 6.3138), abs=1e-4)
    assert (found.n, found.n_missing, found.interval.estimate, found.interval.level) == (2, 1, 5.0, 0.9)
    assert np.isnan(survey_mean([4, 4]).design_effect)
    with pytest.raises(InputError, match="two answers in every stratum"):
        survey_mean([4, np.nan])
