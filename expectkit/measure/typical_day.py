"""How days differ: the mean of observed days, the range of a new day, and whether a rate changes by day.

Nothing here is drawn at random. The range of a new day is an integral over what is known about traffic, mix
and rate, taken on fixed grids.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from expectkit.errors import InputError
from expectkit.measure.effective_cases import clustered_cases
from expectkit.measure.intervals import FloatArray, IntArray, Limits, Numbers, garwood

if TYPE_CHECKING:
    from expectkit.measure.prevalence import Traffic

DAYS_FOR_A_RATE = 7
_MOST_SECANTS = 20
_MANY, _SOME, _FEW = 160, 64, 24  # nodes for traffic, for a collapsed product, for each factor of a product


def day_mean(series: FloatArray | IntArray, alpha: Numbers = 0.05) -> Limits:
    """Give the range of the mean of a daily count, from days as different as they were.

    ``phi = max(1, variance / mean * (t / z) ** 2)``; the limits are Garwood's for total / phi, times
    phi / days.

    Parameters
    ----------
    series : array, shape (D, ...)
        Counts of at least two complete days, in any order.
    alpha : float or array

    Returns
    -------
    tuple of two arrays of shape (...)

    Raises
    ------
    InputError
        With fewer than two days.

    References
    ----------
    .. [1] McCullagh, P. & Nelder, J. (1989). Generalized Linear Models, 2nd ed. Chapman & Hall.

    Examples
    --------
    >>> low, high = day_mean(np.array([12, 15, 9, 18, 14, 11, 17, 13, 16, 10, 14, 15, 12, 19]))
    >>> print(f"{low:.2f} {high:.2f}")
    12.04 16.03
    """
    from scipy.special import ndtri, stdtrit

    days = _at_least_two(series)
    mean, variance = series.mean(axis=0), series.var(axis=0, ddof=1)
    tail = 1 - np.asarray(alpha, dtype=np.float64) / 2
    widening = (stdtrit(days - 1, tail) / ndtri(tail)) ** 2
    phi = np.maximum(1.0, variance / np.where(mean > 0, mean, 1.0) * widening)
    low, high = garwood(series.sum(axis=0) / phi, alpha)
    return low * phi / days, high * phi / days


def typical_day(series: FloatArray | IntArray, share: float, *, mean_variance: Numbers = 0.0) -> Limits:
    """Give the range that `share` of new days fall into, in whole cases.

    On the scale ``z = sqrt(count + 3/8)``: ``mean +- t sqrt(v + max(v / days, mean_variance))`` with
    ``v = max(variance, 1/4)``. A whole number belongs to the range when any part of its unit (half below to
    half above it) does.

    Parameters
    ----------
    series : array, shape (D, ...)
        Counts of at least two complete days.
    share : float, 0 to 1
        0.8 for 8 of 10 days, 0.95 for 19 of 20.
    mean_variance : float or array of shape (...)
        How uncertain the mean is on that scale when days are not independent (clusters that span days).

    Returns
    -------
    tuple of two arrays of shape (...)
        Whole numbers, the lower one not below 0.

    Raises
    ------
    InputError
        With fewer than two days.

    References
    ----------
    .. [1] Anscombe, F. (1948). The transformation of Poisson, binomial and negative-binomial data.
       Biometrika, 35, 246-254.

    Examples
    --------
    >>> low, high = typical_day(np.array([12, 15, 9, 18, 14, 11, 17, 13, 16, 10, 14, 15, 12, 19]), 0.8)
    >>> print(int(low), int(high))
    9 20
    """
    _at_least_two(series)
    roots = np.sqrt(series + 0.375)
    return _whole(roots.mean(axis=0), spread_of_a_new_day(roots, mean_variance), len(series) - 1, share)


def spread_of_a_new_day(roots: FloatArray, mean_variance: Numbers = 0.0) -> FloatArray:
    """Return the standard deviation of a new day around the mean of `roots`, shape (D, ...): see `typical_day`."""
    variance = _root_variance(roots)
    return np.asarray(np.sqrt(variance + np.maximum(variance / len(roots), mean_variance)), dtype=np.float64)


def typical_weekday(
    series: IntArray, weekdays: IntArray, weekday: int, share: float, *, mean_variance: float = 0.0
) -> Limits:
    """Give the range that `share` of new days of one weekday fall into.

    Every weekday has its own mean on the square-root scale and all share one variance.

    Parameters
    ----------
    series, weekdays : int array, shape (D,)
        Counts and the weekday (0 Monday to 6 Sunday) of each day.
    weekday : int
        One that occurs in `weekdays`.
    share : float, 0 to 1
    mean_variance : float
        As for `typical_day`.

    Returns
    -------
    tuple of two arrays of shape ()
    """
    roots = np.sqrt(series + 0.375)
    present, place = np.unique(weekdays, return_inverse=True)
    means = np.bincount(place, roots) / np.bincount(place)
    degrees = series.size - present.size
    variance = max(float(((roots - means[place]) ** 2).sum()) / degrees, 0.25)
    mine = weekdays == weekday
    spread = math.sqrt(variance + max(variance / int(mine.sum()), mean_variance))
    return _whole(roots[mine].mean(), np.asarray(spread), degrees, share)


def _root_variance(roots: FloatArray) -> FloatArray:
    _at_least_two(roots)
    return np.maximum(np.asarray(roots.var(axis=0, ddof=1), dtype=np.float64), 0.25)


def _whole(centre: FloatArray | np.float64, spread: FloatArray, degrees: int, share: float) -> Limits:
    from scipy.special import stdtrit

    reach = stdtrit(degrees, 0.5 + share / 2) * spread
    low = np.maximum(centre - reach, 0.0) ** 2 - 0.375
    high = (centre + reach) ** 2 - 0.375
    return np.maximum(np.floor(low + 0.5), 0.0), np.floor(high + 0.5)


def _at_least_two(series: FloatArray | IntArray) -> int:
    if len(series) < 2:
        raise InputError(f"{len(series)} day(s) do not show how days differ. Give at least 2 complete days.")
    return len(series)


@dataclass(frozen=True, slots=True, eq=False)
class RateByDays:
    """Whether a rate changes from day to day more than chance, and what its cases are then worth.

    Attributes
    ----------
    p_value : float64 array
        Of the dispersion test (chi-square, days - 1 degrees of freedom); 1 where it cannot be made.
    effective : float64 array
        Effective number of cases with days as clusters.
    """

    p_value: FloatArray
    effective: FloatArray

    @property
    def differs(self) -> npt.NDArray[np.bool_]:
        """True where days differ by more than chance (p < 0.05)."""
        return self.p_value < 0.05


def rate_by_days(counted: IntArray, cases: IntArray, alpha: Numbers = 0.05) -> RateByDays:
    """Look at a rate day by day.

    Parameters
    ----------
    counted, cases : int array, shape (D, ...)
        Cases counted by the rate and all cases of the class, per day. Days without cases carry nothing.
    alpha : float or array
        One minus the confidence level the effective number will be used at.

    Returns
    -------
    RateByDays
        The test is only made with 7 days or more.

    References
    ----------
    .. [1] Korn, E. & Graubard, B. (1998). Survey Methodology, 24(2), 193-201.
    """
    from scipy.special import chdtrc

    cases = np.broadcast_to(cases, counted.shape)
    total, hits, days = cases.sum(axis=0), counted.sum(axis=0), (cases > 0).sum(axis=0)
    share = hits / np.maximum(total, 1)
    expected_variance = cases * (share * (1 - share))
    squares = (counted - cases * share) ** 2
    usable = expected_variance > 0
    statistic = np.where(usable, squares / np.where(usable, expected_variance, 1.0), 0.0).sum(axis=0)
    enough = (days >= DAYS_FOR_A_RATE) & (share > 0) & (share < 1)
    p_value = np.where(enough, chdtrc(np.maximum(days - 1, 1), statistic), 1.0)
    effective = clustered_cases(
        hits,
        total,
        sum_squared_flagged=(counted.astype(np.float64) ** 2).sum(axis=0),
        sum_flagged_times_size=(counted.astype(np.float64) * cases).sum(axis=0),
        sum_squared_sizes=(cases.astype(np.float64) ** 2).sum(axis=0),
        n_clusters=days,
        alpha=alpha,
        every_cluster_counts=True,
    )
    return RateByDays(np.asarray(p_value), effective)


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """An unknown number as values on a fixed grid with weights that sum to 1."""

    values: FloatArray
    weights: FloatArray

    @classmethod
    def known(cls, value: float) -> Spread:
        """Take a number that is known."""
        return cls(np.array([value]), np.ones(1))

    def combined(self, other: Spread) -> Spread:
        """Return the product with an independent number, collapsed to few nodes."""
        return collapsed(
            np.multiply.outer(self.values, other.values), np.multiply.outer(self.weights, other.weights)
        )


def grid_levels(n: int) -> tuple[FloatArray, FloatArray]:
    """Return `n` levels between 0 and 1, denser towards both ends, and their weights.

    They are even on the logistic scale, where the trapezium rule is accurate for smooth integrands.
    """
    steps = np.linspace(-9.0, 9.0, n)
    below = 1 / (1 + np.exp(-steps))
    weights = below * (1 - below)
    return below, weights / weights.sum()


def beta_spread(x: float, n: float) -> Spread:
    """Return what `x` of `n` cases say about a rate: Jeffreys' posterior on a grid."""
    from scipy.special import betaincinv

    below, weights = grid_levels(_FEW)
    return Spread(np.asarray(betaincinv(x + 0.5, max(n - x, 0.0) + 0.5, below), dtype=np.float64), weights)


def collapsed(values: FloatArray, weights: FloatArray, n: int = _SOME) -> Spread:
    """Replace many weighted values by `n` or fewer, each the mean of neighbours; tails stay fine."""
    order = np.argsort(values, axis=None)
    flat, weight = values.ravel()[order], weights.ravel()[order]
    middle = np.cumsum(weight) - weight / 2
    cell = np.searchsorted(grid_levels(n - 1)[0], middle)
    mass = np.asarray(np.bincount(cell, weight), dtype=np.float64)
    centre = np.bincount(cell, weight * flat) / np.where(mass > 0, mass, 1.0)
    return Spread(np.asarray(centre[mass > 0], dtype=np.float64), mass[mass > 0])


def traffic_spread(traffic: Traffic, mean: float) -> Spread | None:
    """Return the number of cases on a new day, or None when nothing is known about how days differ.

    Parameters
    ----------
    traffic : Traffic
        Observed days give a t distribution on the square-root scale; a stated variation a gamma
        distribution with that standard deviation (at least that of chance).
    mean : float
        Cases on an average day; only used with a stated variation.
    """
    below, weights = grid_levels(_MANY)
    if traffic.daily:
        from scipy.special import stdtrit

        roots = np.sqrt(np.asarray(traffic.daily) + 0.375)
        spread = math.sqrt(float(_root_variance(roots)) * (1 + 1 / roots.size))
        centre = roots.mean() + stdtrit(roots.size - 1, below) * spread
        return Spread(np.maximum(np.maximum(centre, 0.0) ** 2 - 0.375, 0.0), weights)
    if traffic.variation is None:
        return None
    from scipy.special import gammaincinv

    shape = 1 / max(traffic.variation**2, 1 / mean)
    return Spread(np.asarray(gammaincinv(shape, below)) * mean / shape, weights)


def range_of_day(traffic: Spread, part: Spread, share: float) -> tuple[int, int]:
    """Give the range of the number of cases of one kind on a new day.

    Each case of the day is of that kind with an unknown probability, so the number is a binomial count
    whose two parameters are both unknown; its distribution is summed over their grids and inverted.

    Parameters
    ----------
    traffic : Spread
        Cases on a new day.
    part : Spread
        Probability that a case is of the kind.
    share : float, 0 to 1
        Of days that fall into the range, at least.

    Returns
    -------
    (int, int)
        Outward: at most ``(1 - share) / 2`` lies below the first, and above the second.
    """
    if _mean(part) >= 1:
        return _quantiles_of(traffic, share)
    expected = _expected(traffic, part)
    return _invert(lambda count: _up_to(count, expected, _mean(part)), _mean(expected), share)


def share_of_days_up_to(count: int, traffic: Spread, part: Spread) -> float:
    """Give the probability that a new day brings at most `count` cases of one kind; as `range_of_day`."""
    return _up_to(count, _expected(traffic, part), _mean(part))


def _mean(spread: Spread) -> float:
    return float(np.average(spread.values, weights=spread.weights))


def _expected(traffic: Spread, part: Spread) -> Spread:
    values = np.multiply.outer(traffic.values, part.values)
    return collapsed(values, np.multiply.outer(traffic.weights, part.weights), _MANY)


def _up_to(count: float, expected: Spread, probability: float) -> float:
    """Sum the binomial distribution function over the grid of expected counts."""
    from scipy.special import betaincc

    distance = (count - expected.values) / (np.sqrt(expected.values * (1 - probability)) + 1)
    below = (distance > 0).astype(np.float64)
    near = np.abs(distance) < 8  # further out the function is 0 or 1 to 12 digits
    cases = expected.values[near] / probability
    inside = betaincc(count + 1, np.maximum(cases - count, 1e-9), probability)
    below[near] = np.where(count >= cases, 1.0, inside)
    return float(np.sum(expected.weights * below))


def range_by_chance(mean: float, share: float) -> tuple[int, int]:
    """Give the range of a Poisson count with a known mean: chance alone, no difference between days.

    Examples
    --------
    >>> range_by_chance(14.0, 0.8)
    (9, 19)
    """
    from scipy.special import pdtr

    return _invert(lambda count: float(pdtr(count, mean)) if mean > 0 else 1.0, mean, share)


def _quantiles_of(spread: Spread, share: float) -> tuple[int, int]:
    tail = (1 - share) / 2
    below = np.cumsum(spread.weights) - spread.weights / 2
    low, high = np.interp([tail, 1 - tail], below, spread.values)
    return math.floor(low), math.ceil(high)


def _invert(below_or_at: Callable[[float], float], start: float, share: float) -> tuple[int, int]:
    tail = (1 - share) / 2
    return _first_at(below_or_at, tail, start, strict=True), _first_at(below_or_at, 1 - tail, start)


def _first_at(
    below_or_at: Callable[[float], float], level: float, start: float, *, strict: bool = False
) -> int:
    """Return the smallest count whose distribution function reaches (or, if strict, passes) `level`.

    A secant on the normal scale, where these functions are nearly straight, kept inside a bracket; where they are
    not and the bracket stays wide, it is halved.
    """
    from scipy.special import ndtri

    low, high, count = -1, math.inf, math.floor(start)
    last, slope = (math.nan, math.nan), 1 / math.sqrt(start + 1)
    n_steps = 0
    while high - low > 1:
        n_steps += 1
        reached = below_or_at(count)
        if reached > level or (reached == level and not strict):
            high = count
        else:
            low = count
        normal = float(ndtri(min(max(reached, 1e-12), 1 - 1e-12)))
        if (normal - last[1]) * (count - last[0]) > 0:
            slope = (normal - last[1]) / (count - last[0])
        last = (count, normal)
        step = min(max((float(ndtri(level)) - normal) / slope, -4 * count - 9), 4 * count + 9)
        count = int(min(max(math.ceil(count + step), low + 1), high - 1))
        if n_steps > _MOST_SECANTS and math.isfinite(high):
            count = (low + int(high)) // 2
        elif n_steps > _MOST_SECANTS:
            count = 4 * max(low, 1)
    return int(high)
