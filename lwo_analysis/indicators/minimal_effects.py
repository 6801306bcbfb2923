"""How large a change must be before it can be seen: minimal detectable effects, margins and sample sizes in closed form.

A minimal detectable effect (MDE) is the true change that a two-sided test finds with the given power. It is known before the
data are in. For a panel of a few areas the closed form is wrong (years are not independent): take the placebo-based MDE of the
effects layer there and hand it to `detectability.judge_outcome`.
"""

from __future__ import annotations

from math import ceil, inf, isfinite, sqrt

from scipy.stats import norm

from lwo_analysis.errors import ParameterError

UNIFORM_THRESHOLD_DESIGN_EFFECT = 4.0


def multiplier(*, alpha: float = 0.05, power: float = 0.80) -> float:
    """Return how many standard errors the MDE is: ``z(1 - alpha/2) + z(power)``.

    Parameters
    ----------
    alpha : float
        Size of the two-sided test, 0 to 1.
    power : float
        Chance of finding a true effect of that size, 0 to 1.

    References
    ----------
    Bloom, H. S. (1995), Minimum detectable effects, Evaluation Review 19(5), 547-556.

    Examples
    --------
    >>> round(multiplier(), 4)
    2.8016
    """
    _require("alpha", alpha, 0 < alpha < 1, "between 0 and 1")
    _require("power", power, 0 < power < 1, "between 0 and 1")
    return float(norm.ppf(1 - alpha / 2) + norm.ppf(power))


def mde_between_waves(
    share: float, n: float, *, n_second: float | None = None, design_effect: float = 1.0, alpha: float = 0.05, power: float = 0.80
) -> float:
    """Return the change in a share that two independent survey waves can show.

    Parameters
    ----------
    share : float
        Share in both waves under no change, 0 to 1.
    n, n_second : float
        Respondents in each wave; the second equals the first unless given.
    design_effect : float
        Variance inflation by weighting and clustering, >= 1.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.

    Returns
    -------
    float
        Fraction; times 100 for percentage points.

    Notes
    -----
    ``multiplier * sqrt(deff * p (1 - p) (1/n1 + 1/n2))``. Assumes simple random samples apart from `design_effect`, drawn anew
    in each wave, and a normal approximation; not for a panel of the same people, who see smaller changes.

    Examples
    --------
    >>> round(100 * mde_between_waves(0.68, 400), 1)
    9.2
    """
    _require_share(share)
    _require("design_effect", design_effect, design_effect >= 1, "1 or more")
    second = n if n_second is None else n_second
    _require("n", n, n > 0 and second > 0, "more than zero")
    return multiplier(alpha=alpha, power=power) * sqrt(design_effect * share * (1 - share) * (1 / n + 1 / second))


def sample_size_between_waves(
    share: float, change: float, *, design_effect: float = 1.0, alpha: float = 0.05, power: float = 0.80
) -> int:
    """Return the respondents per wave that make a change in a share visible.

    Parameters
    ----------
    share : float
        Level, 0 to 1.
    change : float
        Change to be seen, a fraction above 0.
    design_effect : float
        Variance inflation by weighting and clustering, at least 1.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.

    Examples
    --------
    >>> sample_size_between_waves(0.68, 0.06)
    949
    """
    _require_share(share)
    _require("change", change, change > 0, "more than zero")
    _require("design_effect", design_effect, design_effect >= 1, "1 or more")
    return ceil(2 * design_effect * share * (1 - share) * (multiplier(alpha=alpha, power=power) / change) ** 2)


def mde_register_share(share: float, population: float, *, years: int = 1, alpha: float = 0.05, power: float = 0.80) -> float:
    """Return the change in a registered share that stands out from year-to-year chance.

    Parameters
    ----------
    share : float
        Level, 0 to 1.
    population : float
        Denominator, > 0.
    years : int
        Years averaged before and after.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.

    Notes
    -----
    Everyone is counted, so this is not sampling: it treats the year as one draw of circumstances (superpopulation), with
    independent persons and years. The same people in both years make it too large; shocks that hit the whole area at once
    (a closing employer) make it too small. A placebo-based MDE from the panel replaces it.
    """
    return mde_between_waves(share, population * years, alpha=alpha, power=power)


def mde_register_rate(rate: float, population: float, *, years: int = 1, alpha: float = 0.05, power: float = 0.80) -> float:
    """Return the change in a registered rate per head (Poisson counts) that stands out from year-to-year chance.

    Parameters
    ----------
    rate : float
        Events per head per year, >= 0.
    population : float
        Heads, > 0.
    years : int
        Years averaged before and after.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.

    Notes
    -----
    ``multiplier * sqrt(2 * rate / (population * years))``. Events that come in series (one offender, one address) vary more
    than Poisson: then this is too small.
    """
    _require("rate", rate, rate >= 0, "zero or more")
    _require("population", population, population > 0 and years > 0, "more than zero")
    return multiplier(alpha=alpha, power=power) * sqrt(2 * rate / (population * years))


def rate_margin(rate: float, population: float, *, level: float = 0.95) -> float:
    """Return the margin (plus or minus) around one year's rate per head, normal approximation to Poisson.

    Parameters
    ----------
    rate : float
        Events per head in a year, at least 0.
    population : float
        Heads, above 0.
    level : float
        Coverage of the interval, between 0 and 1.

    Examples
    --------
    >>> round(1000 * rate_margin(0.051, 36_000), 1)
    2.3
    """
    _require("rate", rate, rate >= 0, "zero or more")
    _require("population", population, population > 0, "more than zero")
    return float(norm.ppf(0.5 + level / 2)) * sqrt(rate / population)


def difference_margin(share: float, n: float, other_share: float, other_n: float, *, level: float = 0.95) -> float:
    """Return the margin of the difference between two separate groups' shares.

    Not for an area against a city that contains it: use `part_whole_margin`.

    Parameters
    ----------
    share : float
        Share of the first group, 0 to 1.
    n : float
        Its size.
    other_share : float
        Share of the second group, 0 to 1.
    other_n : float
        Its size.
    level : float
        Coverage of the interval, between 0 and 1.

    Examples
    --------
    1.96 x sqrt(0.25 / 100 + 0.25 / 100).

    >>> round(difference_margin(0.5, 100, 0.5, 100), 4)
    0.1386
    """
    for value in (share, other_share):
        _require_share(value)
    _require("n", n, n > 0 and other_n > 0, "more than zero")
    return float(norm.ppf(0.5 + level / 2)) * sqrt(share * (1 - share) / n + other_share * (1 - other_share) / other_n)


def part_whole_margin(share: float, n: float, whole_share: float, whole_n: float, *, level: float = 0.95) -> float:
    """Return the margin of the difference between an area and the city of which it is a part.

    Parameters
    ----------
    share, n : float
        Share and size of the part.
    whole_share, whole_n : float
        Share and size of the whole, part included; `whole_n` > `n`.
    level : float
        Coverage of the interval, between 0 and 1.

    Notes
    -----
    The part moves the whole: ``part - whole = (1 - w)(part - rest)`` with ``w = n / whole_n``, so the margin is ``1 - w`` times
    that between the part and the rest.
    """
    _require("whole_n", whole_n, whole_n > n, "more than the part")
    weight = n / whole_n
    rest = (whole_share - weight * share) / (1 - weight)
    return (1 - weight) * difference_margin(share, n, rest, whole_n - n, level=level)


def mde_participants(
    participants: float, *, controls_per_participant: float, share: float = 0.5, alpha: float = 0.05, power: float = 0.80
) -> float:
    """Return the effect on participants (change in a share) that a matched comparison of persons can show.

    Parameters
    ----------
    participants : float
        How many took part, > 0.
    controls_per_participant : float
        Matched persons for each, > 0.
    share : float
        Expected share with the outcome; 0.5 is the most demanding.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.

    Notes
    -----
    Assumes that matching leaves no difference but chance; it does not test that.
    """
    _require("controls_per_participant", controls_per_participant, controls_per_participant > 0, "more than zero")
    return mde_between_waves(share, participants, n_second=participants * controls_per_participant, alpha=alpha, power=power)


def mde_at_threshold(n: float, *, take_up: float = 1.0, alpha: float = 0.05, power: float = 0.80) -> float:
    """Return the MDE of a threshold (regression discontinuity) design, in standard deviations of the outcome.

    Parameters
    ----------
    n : float
        Units within the bandwidth, both sides together.
    take_up : float
        Difference in participation between the two sides, 0 to 1; below 1 the design is fuzzy.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.

    Notes
    -----
    A straight line on each side, score spread evenly, as many units on either side: each intercept at the limit has variance
    ``4 sigma^2 / (n/2)``, so the jump has ``16 sigma^2 / n``, four times that of a lottery over the same n. Divided by `take_up`.

    References
    ----------
    Schochet, P. Z. (2009), Statistical power for regression discontinuity designs in education evaluations, Journal of
    Educational and Behavioral Statistics 34(2), 238-266, gives design effects of 3 to 4.

    Examples
    --------
    >>> round(mde_at_threshold(1395), 2)
    0.3
    """
    _require("n", n, n > 0, "more than zero")
    _require("take_up", take_up, 0 < take_up <= 1, "between 0 and 1")
    return multiplier(alpha=alpha, power=power) * sqrt(4 * UNIFORM_THRESHOLD_DESIGN_EFFECT / n) / take_up


def sample_size_at_threshold(effect_sd: float, *, take_up: float = 1.0, alpha: float = 0.05, power: float = 0.80) -> int:
    """Return the units within the bandwidth that make an effect (in standard deviations) visible at a threshold.

    Parameters
    ----------
    effect_sd : float
        Effect in standard deviations of the outcome, above 0.
    take_up : float
        Difference in participation between the two sides, 0 to 1.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.

    Examples
    --------
    16 x (2.802 / 0.3)², rounded up; half the effect needs four times as many.

    >>> sample_size_at_threshold(0.3), sample_size_at_threshold(0.15)
    (1396, 5582)
    """
    _require("effect_sd", effect_sd, effect_sd > 0, "more than zero")
    one = mde_at_threshold(1, take_up=take_up, alpha=alpha, power=power)
    return ceil((one / effect_sd) ** 2)


def years_until_visible(effect: float, mde_one_year: float, *, accumulates: bool, horizon: int) -> float:
    """Return after how many years an effect can be seen; infinity when not within the horizon.

    Parameters
    ----------
    effect : float
        Movement per year if it accumulates, else the lasting movement; same unit as the MDE.
    mde_one_year : float
        MDE of one year after against one year before, > 0.
    accumulates : bool
        Whether every year adds the same movement.
    horizon : int
        Years to look ahead.

    Notes
    -----
    Accumulating: the first year t with ``t * effect >= mde``. Lasting: averaging t years before and after divides the MDE by
    ``sqrt(t)``, so the first t with ``effect >= mde / sqrt(t)``; this needs t years of history and independent years.

    Examples
    --------
    >>> years_until_visible(0.00205, 0.00826, accumulates=True, horizon=20)
    5.0
    """
    _require("mde_one_year", mde_one_year, mde_one_year > 0, "more than zero")
    size = abs(effect)
    if size == 0:
        return inf
    ratio = mde_one_year / size
    years = ceil(ratio - 1e-12) if accumulates else ceil(ratio**2 - 1e-12)
    return float(max(years, 1)) if years <= horizon else inf


def _require_share(share: float) -> None:
    _require("share", share, 0 <= share <= 1, "between 0 and 1")


def _require(name: str, value: float, holds: bool, expected: str) -> None:
    if not (isfinite(value) and holds):
        raise ParameterError(name, expected=f"a number, {expected}", found=repr(value), remedy="correct the value")
