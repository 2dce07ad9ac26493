"""Ranges in closed form: Clopper-Pearson, the simultaneous band, Garwood, and MOVER to combine them.

Every function takes numbers or arrays (broadcast against each other) and returns arrays; nothing is drawn
at random. `alpha` is one minus the confidence level; half of it lies on each side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expectkit.errors import InputError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Numbers = float | FloatArray | IntArray
Limits = tuple[FloatArray, FloatArray]

_SIZES = (10, 20, 50, 100, 200, 300, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 100_000)
# fmt: off
_LOCAL_ALPHAS = {
    0.90: (.01542, .01054, .00654, .00485, .00382, .00345, .00291, .00247, .00209, .00181, .00167, .00144,
           .00127),
    0.95: (.00719, .00471, .00294, .00212, .00166, .00155, .00128, .00103, .00094, .00081, .00072, .00064,
           .00053),
    0.975: (.00341, .00219, .00133, .00098, .00073, .00070, .00058, .00046, .00043, .00037, .00032, .00029,
            .00024),
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Interval:
    """A range for one unknown number.

    Parameters
    ----------
    low, high : float
        The two ends, in the unit of the number.
    confidence_level : float, 0 to 1
        How often such a range holds the truth, at least.
    method : str
        How it was made.
    """

    low: float
    high: float
    confidence_level: float
    method: str

    @property
    def width(self) -> float:
        """The distance between the two ends."""
        return self.high - self.low


def clopper_pearson(x: Numbers, n: Numbers, alpha: Numbers) -> Limits:
    """Give the range of a probability from `x` of `n` cases that covers at least `1 - alpha`, always.

    Parameters
    ----------
    x, n : float or array
        Cases counted and all cases; need not be whole (effective counts).
    alpha : float or array, 0 to 1

    Returns
    -------
    tuple of two arrays
        Lower and upper limit; 0 and 1 where `n` is 0.

    References
    ----------
    .. [1] Clopper, C. & Pearson, E. (1934). The use of confidence or fiducial limits illustrated in the
       case of the binomial. Biometrika, 26(4), 404-413.

    Examples
    --------
    >>> low, high = clopper_pearson(15, 300, 0.05)
    >>> print(f"{low:.5f} {high:.5f}")
    0.02825 0.08113
    """
    tail = np.asarray(alpha, dtype=np.float64) / 2
    return _lower(x, n, tail), _upper(x, n, tail)


def upper_bound(x: Numbers, n: Numbers, confidence_level: float = 0.95) -> FloatArray:
    """Give the number a probability is at most, with all of the risk on one side.

    Examples
    --------
    >>> print(f"{upper_bound(0, 300):.6f}")
    0.009936
    """
    return _upper(x, n, np.asarray(1 - confidence_level))


def lower_bound(x: Numbers, n: Numbers, confidence_level: float = 0.95) -> FloatArray:
    """Give the number a probability is at least, with all of the risk on one side."""
    return _lower(x, n, np.asarray(1 - confidence_level))


def _lower(x: Numbers, n: Numbers, tail: FloatArray) -> FloatArray:
    from scipy.special import betaincinv

    x, n = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    some = x > 0
    low = np.asarray(betaincinv(np.where(some, x, 1.0), np.maximum(n - x, 0.0) + 1, tail))
    return np.where(some, low, 0.0)


def _upper(x: Numbers, n: Numbers, tail: FloatArray) -> FloatArray:
    from scipy.special import betainccinv

    x, n = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    some = n - x > 0
    high = np.asarray(betainccinv(x + 1, np.where(some, n - x, 1.0), tail))
    return np.where(some, high, 1.0)


def local_alpha(n: Numbers, confidence_level: float = 0.95) -> FloatArray:
    """Give the alpha at which Clopper-Pearson holds at every threshold at once.

    The error rate of a class, seen over all thresholds, is the distribution function of its scores. With
    this alpha at each threshold the whole curve is covered with `confidence_level`, so the threshold may
    be chosen after looking (equal local levels).

    Parameters
    ----------
    n : float or array
        Cases of the class.
    confidence_level : {0.90, 0.95, 0.975}
        For the whole curve. Use 0.975 for each of two classes that are claimed together.

    Returns
    -------
    array
        Interpolated in log n and log alpha; constant below 10 cases (on the safe side) and above 100,000.

    Raises
    ------
    InputError
        For another confidence level.

    References
    ----------
    .. [1] Aldor-Noiman, S. et al. (2013). The power to see: a new graphical test of normality.
       The American Statistician, 67(4), 249-260.
    .. [2] Weine, E., McPeek, M. S. & Abney, M. (2023). qqconf. Journal of Statistical Software, 106(10).

    Examples
    --------
    >>> print(f"{local_alpha(300):.5f}")
    0.00155
    """
    if confidence_level not in _LOCAL_ALPHAS:
        raise InputError(
            f"confidence level {confidence_level} for all thresholds at once is not tabulated. "
            "Use 0.90, 0.95 or 0.975."
        )
    log_n = np.log(np.maximum(np.asarray(n, dtype=np.float64), 1.0))
    return np.exp(np.interp(log_n, np.log(_SIZES), np.log(_LOCAL_ALPHAS[confidence_level])))


def garwood(x: Numbers, alpha: Numbers) -> Limits:
    """Give the range of the mean of a Poisson count of `x` (need not be whole).

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika, 28, 437-442.

    Examples
    --------
    >>> low, high = garwood(10, 0.05)
    >>> print(f"{low:.3f} {high:.3f}")
    4.795 18.390
    """
    from scipy.special import gammainccinv, gammaincinv

    x, tail = np.asarray(x, dtype=np.float64), np.asarray(alpha, dtype=np.float64) / 2
    some = x > 0
    low = np.where(some, np.asarray(gammaincinv(np.where(some, x, 1.0), tail)), 0.0)
    return low, np.asarray(gammainccinv(x + 1, tail), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One factor or summand of a combined quantity: its estimate and its own limits (broadcastable)."""

    estimate: Numbers
    low: Numbers
    high: Numbers


def mover_sum(parts: Sequence[Part], coefficients: Sequence[float] | None = None) -> Limits:
    """Give the range of a weighted sum of independent parts, from the parts' own ranges.

    Parameters
    ----------
    parts : sequence of Part
    coefficients : sequence of float, as long as `parts`
        Ones by default. A negative one swaps the part's limits.

    Returns
    -------
    tuple of two arrays

    References
    ----------
    .. [1] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures.
       Statistics in Medicine, 27(10), 1693-1702.
    """
    factors = [1.0] * len(parts) if coefficients is None else list(coefficients)
    total = np.asarray(0.0)
    below, above = np.asarray(0.0), np.asarray(0.0)
    for part, factor in zip(parts, factors, strict=True):
        down = np.asarray(part.estimate, dtype=np.float64) - part.low
        up = np.asarray(part.high, dtype=np.float64) - part.estimate
        if factor < 0:
            down, up = up, down
        total = total + factor * np.asarray(part.estimate, dtype=np.float64)
        below = below + (factor * down) ** 2
        above = above + (factor * up) ** 2
    return total - np.sqrt(below), total + np.sqrt(above)


def log_mover(parts: Sequence[Part], exponents: Sequence[float] | None = None) -> Limits:
    """Give the range of a product of independent parts: MOVER on the logarithms.

    Parameters
    ----------
    parts : sequence of Part
        Estimates above 0 (for no errors seen use `part_of_rate`); limits of 0 or infinity are allowed.
    exponents : sequence of float
        Ones by default; -1 divides by the part.

    Returns
    -------
    tuple of two arrays
        From 0 where a lower limit of a factor is 0.
    """
    with np.errstate(divide="ignore"):
        logs = [Part(np.log(p.estimate), np.log(p.low), np.log(p.high)) for p in parts]
    low, high = mover_sum(logs, exponents)
    return np.exp(low), np.exp(high)


def part_of_rate(x: Numbers, n: Numbers, alpha: Numbers) -> Part:
    """Make a rate a factor of `log_mover`: with none seen the estimate is (x + 0.5) / (n + 1).

    That stand-in only serves the formula; print the plain estimate.
    """
    x, n = np.asarray(x, dtype=np.float64), np.asarray(n, dtype=np.float64)
    low, high = clopper_pearson(x, n, alpha)
    estimate = np.where(x > 0, x / np.maximum(n, 1e-300), (x + 0.5) / (n + 1))
    return Part(estimate, low, high)


def mover_difference_paired(b: Numbers, c: Numbers, n: Numbers, alpha: Numbers = 0.05) -> Limits:
    """Give the range of the change in error rate when both models saw the same `n` cases.

    Parameters
    ----------
    b, c : float or array
        Cases only the first, and only the second model got wrong.
    n : float or array
        All cases.
    alpha : float

    Returns
    -------
    tuple of two arrays
        Limits of (b - c) / n.

    References
    ----------
    .. [1] Newcombe, R. (1998). Improved confidence intervals for the difference between binomial
       proportions based on paired data. Statistics in Medicine, 17, 2635-2650.
    """
    return _difference(b, n, c, n, alpha)


def mover_difference_unpaired(
    x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, alpha: Numbers = 0.05
) -> Limits:
    """Give the range of the difference of two rates measured on different cases, x1/n1 - x2/n2."""
    return _difference(x1, n1, x2, n2, alpha)


def _difference(x1: Numbers, n1: Numbers, x2: Numbers, n2: Numbers, alpha: Numbers) -> Limits:
    first = Part(np.asarray(x1) / n1, *clopper_pearson(x1, n1, alpha))
    second = Part(np.asarray(x2) / n2, *clopper_pearson(x2, n2, alpha))
    return mover_sum([first, second], [1.0, -1.0])
