"""The size benchmark in small: the default keeps its level where other tests lose it."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.size import Cell, rejection_shares, simulate, verdict


@pytest.mark.parametrize(
    "cell",
    [
        Cell("equal areas", 40, 5, 2.0),
        Cell("equal areas", 40, 2, 2.0),
        Cell("small treated areas", 100, 5, small=True),
        Cell("staggered starts", 100, 5, 2.0, staggered=True),
    ],
    ids=lambda cell: f"{cell.setting}-{cell.n_treated}-x{cell.noise:g}",
)
def test_the_default_keeps_its_size_with_noisy_or_small_treated_areas(cell):
    # 250 panels: the standard error of 5 % is 1.4 %, so 9.2 % is three of them; the plain placebo rejects 12 % or more.
    shares = rejection_shares(cell, 250, np.random.default_rng(1), ("**default**", "plain placebo"))
    assert shares["**default**"] <= 0.092
    assert shares["plain placebo"] > shares["**default**"]


def test_cluster_errors_reject_most_true_nulls_with_one_treated_area():
    # Cameron, Gelbach and Miller's warning in its extreme form; measured 75 to 95 % in the full benchmark.
    shares = rejection_shares(Cell("equal areas", 40, 1), 60, np.random.default_rng(1), ("cluster errors", "wild bootstrap"))
    assert shares["cluster errors"] > 0.5
    assert shares["wild bootstrap"] < 0.05


def test_simulated_errors_have_the_persistence_they_claim():
    # 1,000 areas, 11 pairs of years: standard error of the correlation below 1 %, so 4 % is four of them.
    outcomes = simulate(Cell("equal areas", 1000, 1), np.random.default_rng(1)).outcomes
    assert np.corrcoef(outcomes[:, :-1].ravel(), outcomes[:, 1:].ravel())[0, 1] == pytest.approx(0.6, abs=0.04)


def test_the_table_says_where_nothing_helps():
    assert verdict(Cell("equal areas", 40, 1, 2.0), 0.3).startswith("nothing helps")
    assert verdict(Cell("equal areas", 40, 5), 0.2) == "**out of range**"
