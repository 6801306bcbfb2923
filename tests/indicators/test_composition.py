"""Bounds on what movers alone can do, against brute force."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lwo_analysis.errors import InputError, ParameterError
from lwo_analysis.indicators.composition import composition_bounds, cumulative_turnover, decompose_by_composition


def simulate(start, in_share, out_share, in_profile, out_profile, steps=41):
    """Return every change on a fine grid of mover profiles that leaves a possible share among stayers."""
    q_in, q_out = np.meshgrid(np.linspace(*in_profile, steps), np.linspace(*out_profile, steps))
    stayers = (start - out_share * q_out) / (1 - out_share)
    possible = (stayers >= -1e-12) & (stayers <= 1 + 1e-12)
    return ((1 - in_share) * stayers + in_share * q_in - start)[possible]


@given(st.floats(0.05, 0.95), st.floats(0, 0.5), st.floats(0, 0.5))
@settings(max_examples=60, deadline=None)
def test_no_profile_of_movers_goes_beyond_the_bounds(start, in_share, out_share):
    bounds = composition_bounds(start, start, in_share=in_share, out_share=out_share)
    changes = simulate(start, in_share, out_share, (0, 1), (0, 1))
    assume(changes.size > 0)
    assert changes.min() >= bounds.worst_case[0] - 1e-9
    assert changes.max() <= bounds.worst_case[1] + 1e-9


def test_the_bounds_are_reached():
    # o = 0.1, m = 0.1, p0 = 0.2. Highest: out-movers 0, in-movers 1: 0.9 * 0.2 / 0.9 + 0.1 = 0.3. Lowest: out-movers all with,
    # stayers (0.2 - 0.1) / 0.9 = 1/9, in-movers 0: 0.9 / 9 = 0.1.
    bounds = composition_bounds(0.2, 0.25, in_share=0.1, out_share=0.1)
    assert bounds.worst_case == (pytest.approx(-0.1), pytest.approx(0.1))
    assert bounds.movers_could_explain_all
    assert bounds.unexplained == 0


def test_a_plausible_profile_narrows_the_bounds_and_leaves_something_unexplained():
    bounds = composition_bounds(0.2, 0.25, in_share=0.1, out_share=0.1, in_profile=(0.1, 0.3), out_profile=(0.1, 0.3))
    # Highest: stayers (0.2 - 0.01) / 0.9 = 0.2111, end 0.19 + 0.03 = 0.22, change 0.02.
    assert bounds.plausible[1] == pytest.approx(0.02)
    assert bounds.unexplained == pytest.approx(0.03)
    assert not bounds.movers_could_explain_all


def test_without_movers_nothing_can_be_explained_by_them():
    bounds = composition_bounds(0.2, 0.1, in_share=0, out_share=0)
    assert bounds.worst_case == (0, 0)
    assert bounds.unexplained == pytest.approx(-0.1)


@pytest.mark.parametrize(
    "arguments",
    [
        {"start": 20.0, "end": 19.0, "in_share": 0.1, "out_share": 0.1},  # percentages
        {"start": np.nan, "end": 0.2, "in_share": 0.1, "out_share": 0.1},
        {"start": 0.2, "end": 0.2, "in_share": 1.0, "out_share": 0.1},
        {"start": 0.2, "end": 0.2, "in_share": 0.1, "out_share": 0.1, "in_profile": (0.4, 0.3)},
        {"start": 0.2, "end": 0.2, "in_share": 0.1, "out_share": 0.1, "in_profile": (0.4, 1.01)},
        {"start": 0.2, "end": 0.2, "in_share": 0.1, "out_share": 0.1, "in_profile": (-0.01, 0.3)},
        {"start": 0.2, "end": 0.2, "in_share": 0.1, "out_share": 0.1, "out_profile": (0.1, 1.01)},
        {"start": 0.01, "end": 0.2, "in_share": 0.1, "out_share": 0.5, "out_profile": (0.5, 0.6)},  # impossible given the start
    ],
)
def test_impossible_movers_stop_the_run(arguments):
    with pytest.raises(InputError):
        composition_bounds(**arguments)


def test_turnover_compounds():
    # Focus areas 2024: 9.3 % of residents of 12 and over moved in (CBS 2026). Five years: 1 - 0.907^5 = 0.386.
    assert cumulative_turnover(0.093, 5) == pytest.approx(0.386, abs=5e-4)
    assert cumulative_turnover(0.093, 0) == 0
    with pytest.raises(ParameterError):
        cumulative_turnover(0.093, -1)


@given(st.lists(st.tuples(*[st.floats(0.01, 1)] * 4), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_composition_and_behaviour_add_up(groups):
    start, end, rates_start, rates_end = (np.array(column) for column in zip(*groups, strict=True))
    part = decompose_by_composition(start, end, rates_start, rates_end)
    change = end @ rates_end / end.sum() - start @ rates_start / start.sum()
    assert part.composition + part.behaviour == pytest.approx(change, abs=1e-12)  # sums of at most six products below 1


def test_when_only_rates_change_nothing_is_composition():
    part = decompose_by_composition([1, 1], [2, 2], [0.1, 0.3], [0.2, 0.4])
    assert (part.composition, part.behaviour) == (pytest.approx(0), pytest.approx(0.1))
