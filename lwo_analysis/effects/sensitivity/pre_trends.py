"""Were treated and untreated areas moving together before the start, and would we have seen it if not?"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import chi2, f, ncf, ncx2

from lwo_analysis.effects.sensitivity.check import SensitivityCheck
from lwo_analysis.effects.sensitivity.placebo_event_study import PlaceboEventStudy
from lwo_analysis.effects.sentences import decimals_for, format_number, format_p
from lwo_analysis.errors import DesignError

CRITERION = (
    "passed: p > {alpha} and a trend that would be seen with probability {power} biases the effect by less than the estimate; "
    "failed: p <= {alpha}; undecided otherwise"
)


def check_pre_trends(study: PlaceboEventStudy, *, alpha: float = 0.05, power: float = 0.8) -> SensitivityCheck:
    r"""Return the joint test of the coefficients before the start, with what it could have missed.

    Use it to see whether the design has a chance. Do not use it to choose between designs, nor read a large p-value as proof of
    parallel trends: the table holds the trend that this test would miss one time in five, and the bias which that trend causes.

    Parameters
    ----------
    study : PlaceboEventStudy
        Coefficients and covariance.
    alpha : float
        Level of the test, between 0 and 1.
    power : float
        Probability of detection that defines the trend in the table, between ``alpha`` and 1.

    Returns
    -------
    SensitivityCheck
        Table: ``statistic, df, p_value, detectable_slope`` (outcome units per period), ``bias`` (that slope's contribution to the
        average coefficient after the start, outcome units), ``estimate``.

    Raises
    ------
    DesignError
        When there are too few untreated areas to estimate the covariance.

    Notes
    -----
    Wald statistic :math:`W = b'\Sigma_{pre}^{-1} b` of p coefficients. The covariance is estimated from :math:`\nu + 1` untreated
    areas, so :math:`W (\nu - p + 1) / (\nu p)` is compared with :math:`F_{p, \nu - p + 1}` (Hotelling), which is the chi-squared
    test for a known covariance. Under a linear trend :math:`\gamma` it is noncentral with
    :math:`\gamma^2 d'\Sigma_{pre}^{-1} d`, d the distances to the reference. Assumes normal coefficients and treated areas as
    noisy as the covariance says (not checked).

    References
    ----------
    Roth (2022), American Economic Review: Insights 4(3).
    """
    pre = slice(0, study.n_pre)
    inverse = np.linalg.pinv(study.covariance[pre, pre], hermitian=True)
    statistic = float(study.coefficients[pre] @ inverse @ study.coefficients[pre])
    if study.df < study.n_pre + 1:
        raise DesignError(
            "pre-trend test",
            expected=f"at least {study.n_pre + 2} untreated units for {study.n_pre} coefficients",
            found=f"{study.df + 1:g}",
            remedy="widen the comparison pool or shorten the window before the start",
        )
    p_value = float(_wald_tail(statistic, study.n_pre, study.df))
    slope = detectable_slope(study.distances[pre], inverse, study.df, alpha=alpha, power=power)
    bias = slope * float(study.distances[study.n_pre :].mean())
    estimate = float(study.coefficients[study.n_pre :].mean())
    row = {"statistic": statistic, "df": study.n_pre, "p_value": p_value, "detectable_slope": slope, "bias": bias}
    passed = False if p_value <= alpha else True if bias < abs(estimate) else None
    return SensitivityCheck(
        "pre-trend test with its power",
        CRITERION.format(alpha=alpha, power=power),
        passed,
        pd.DataFrame([{**row, "estimate": estimate}]),
        (_sentence(p_value, bias, passed, "nl"), _sentence(p_value, bias, passed, "en")),
    )


def detectable_slope(distances: np.ndarray, inverse: np.ndarray, df: float = np.inf, *, alpha: float, power: float) -> float:
    """Return the linear trend (outcome units per period) that the Wald test detects with probability ``power``.

    ``distances`` (n_pre,) are the signed periods to the reference, ``inverse`` (n_pre, n_pre) is the inverse covariance and
    ``df`` its degrees of freedom.

    Parameters
    ----------
    distances : (n_pre,) array
        Signed periods to the reference.
    inverse : (n_pre, n_pre) array
        Inverse covariance of the coefficients.
    df : float
        Degrees of freedom of the covariance.
    alpha : float
        Share of false alarms that is allowed.
    power : float
        Probability with which a true change of this size is seen.
    """
    count = len(distances)
    if np.isinf(df):
        critical = chi2(count).ppf(1 - alpha)
        noncentrality = brentq(lambda value: ncx2(count, value).sf(critical) - power, 1e-6, 1e4)
    else:
        critical = f(count, df - count + 1).ppf(1 - alpha)
        noncentrality = brentq(lambda value: ncf(count, df - count + 1, value).sf(critical) - power, 1e-6, 1e4)
    return float(np.sqrt(noncentrality / (distances @ inverse @ distances)))


def _wald_tail(statistic: float, count: int, df: float) -> float:
    """Return the p-value of a Wald statistic of ``count`` coefficients whose covariance has ``df`` degrees of freedom."""
    if np.isinf(df):
        return chi2(count).sf(statistic)
    return f(count, df - count + 1).sf(statistic * (df - count + 1) / (df * count))


def _sentence(p_value: float, bias: float, passed: bool | None, language: str) -> str:
    lang: Literal["nl", "en"] = "en" if language == "en" else "nl"
    p_text, size = format_p(p_value, lang), format_number(bias, decimals_for(bias / 4, bias), lang)
    texts = {
        "nl": {
            False: f"Voor de start liepen de gebieden al uiteen ({p_text}): het verschil daarna kan daar een vervolg van zijn.",
            True: f"Voor de start liepen de gebieden niet aantoonbaar uiteen ({p_text}), en een trend die groot genoeg is om het "
            "verschil te verklaren hadden we waarschijnlijk gezien.",
            None: f"Voor de start liepen de gebieden niet aantoonbaar uiteen ({p_text}), maar deze toets is zwak: een trend die "
            f"een schijneffect van {size} geeft, kan ons zijn ontgaan.",
        },
        "en": {
            False: f"Before the start the areas were already drifting apart ({p_text}): what came after may continue that.",
            True: f"Before the start the areas did not demonstrably drift apart ({p_text}), and a trend large enough to explain "
            "the difference would probably have been seen.",
            None: f"Before the start the areas did not demonstrably drift apart ({p_text}), but this test is weak: a trend that "
            f"mimics an effect of {size} may have been missed.",
        },
    }
    return texts[lang][passed]
