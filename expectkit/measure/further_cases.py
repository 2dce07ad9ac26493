"""How many further cases would settle whether a rate keeps a limit: exact binomial search."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from expectkit.measure.intervals import FloatArray, IntArray

POWER = 0.80
MOST_CASES = 200_000
_WINDOW = 10_000
_TEETH = 10  # a tooth of the saw is as long as cases are needed for one more error


def further_cases(
    errors: float,
    n_cases: float,
    limit: float,
    *,
    true_rate: float | None = None,
    alpha: float = 0.05,
    power: float = POWER,
    most: int = MOST_CASES,
) -> int | None:
    """Find how many further cases would settle whether a rate keeps a limit.

    Parameters
    ----------
    errors, n_cases : float
        What has been seen: counted of cases. 0 and 0 for a fresh test.
    limit : float, 0 to 1
        Settled when the one-sided Clopper-Pearson bound on either side of the rate leaves it behind.
    true_rate : float, optional
        The rate of the further cases; what has been seen by default.
    alpha : float
        Of the one-sided bounds.
    power : float
        Probability with which they settle it, one way or the other.
    most : int
        Where the search gives up.

    Returns
    -------
    int or None
        The smallest number from which on every number settles it; the probability is a saw-tooth. None above
        `most`, or when nothing can be known of the rate.

    References
    ----------
    .. [1] Chernick, M. & Liu, C. (2002). The saw-toothed behavior of power versus sample size and software
       solutions. The American Statistician, 56(2), 149-155.

    Examples
    --------
    >>> further_cases(0, 0, 0.05, true_rate=0.01), further_cases(0, 0, 0.05, true_rate=0.1)
    (124, 191)
    """
    rate = true_rate if true_rate is not None else errors / n_cases if n_cases > 0 else None
    if rate is None or not 0 < limit < 1 or rate == limit:
        return None

    def settles(further: IntArray) -> FloatArray:
        return settling_probability(errors, n_cases, further, limit, rate, alpha)

    high = 1
    while float(settles(np.array([high]))[0]) < power:
        high *= 2
        if high > most:
            return None
    found = _last_failing(settles, power, high, _TEETH * math.ceil(1 / min(limit, 1 - limit))) + 1
    return found if found <= most else None


def _last_failing(settles: Callable[[IntArray], FloatArray], power: float, reached: int, n_near: int) -> int:
    """Return the largest number that does not settle it; `reached` is one that does, up to twice too large.

    Every few numbers are looked at first, then each one of the `n_near` after the last that failed.
    """
    first = max(reached // 2 - 1, 1)
    step = max((3 * reached - first) // _WINDOW, 1)
    numbers = np.arange(first, 3 * reached, step, dtype=np.int64)
    failing = numbers[settles(numbers) < power]
    if failing.size == 0:
        return first - 1 if first == 1 else _last_failing(settles, power, first, n_near)
    last = int(failing[-1])
    if step == 1:
        return last
    near = np.arange(last + 1, last + 1 + max(step, n_near), dtype=np.int64)
    return int(near[settles(near) < power].max(initial=last))


def settling_probability(
    errors: float, n_cases: float, further: IntArray, limit: float, rate: float, alpha: float = 0.05
) -> FloatArray:
    """Give the probability that `further` cases with this rate settle whether the limit is kept.

    Parameters
    ----------
    errors, n_cases : float
        Seen already.
    further : int array
    limit, rate : float, 0 to 1
    alpha : float
        Of the one-sided bounds.

    Returns
    -------
    array
    """
    from scipy.special import bdtr, bdtrc

    total = np.asarray(n_cases + further, dtype=np.float64)
    below = largest_kept(further, total, errors, limit, alpha)
    above = smallest_broken(further, total, errors, limit, alpha)
    low = np.where(below >= 0, bdtr(np.maximum(below, 0), further, rate), 0.0)
    high = np.where(above > 0, bdtrc(np.maximum(above - 1, 0), further, rate), 1.0)
    return np.asarray(np.minimum(low + np.where(above <= further, high, 0.0), 1.0), dtype=np.float64)


def largest_kept(further: IntArray, total: FloatArray, errors: float, limit: float, alpha: float) -> IntArray:
    """Return the largest count among further cases whose upper bound keeps the limit; -1 when even 0 is too many.

    Parameters
    ----------
    further : int array
    total : float array
        With the cases seen already.
    errors : float
        Counted among those.
    limit : float, 0 to 1
    alpha : float
        Of the one-sided bound.
    """
    is_few = alpha * (1 + 1e-12)  # a bound on the limit keeps it
    return _largest(lambda count: _at_most(count + errors, total, limit) <= is_few, further)


def smallest_broken(
    further: IntArray, total: FloatArray, errors: float, limit: float, alpha: float
) -> IntArray:
    """Return the smallest count whose lower bound is above the limit; more than `further` when none is."""
    return _largest(lambda count: _at_least(count + errors, total, limit) > alpha, further) + 1


def _at_most(count: FloatArray, total: FloatArray, limit: float) -> FloatArray:
    """Return P(X <= count) of a binomial with probability `limit`; its size need not be whole."""
    from scipy.special import betainc

    rest = total - count
    inside = betainc(np.where(rest > 0, rest, 1.0), np.maximum(count, 0.0) + 1, 1 - limit)
    return np.where(rest > 0, inside, 1.0)


def _at_least(count: FloatArray, total: FloatArray, limit: float) -> FloatArray:
    """Return P(X >= count) of the same."""
    from scipy.special import betainc

    inside = betainc(np.where(count > 0, count, 1.0), np.maximum(total - count, 0.0) + 1, limit)
    return np.where(count > 0, inside, 1.0)


def _largest(holds: Callable[[FloatArray], npt.NDArray[np.bool_]], most: IntArray) -> IntArray:
    """Bisect for the largest count from 0 to `most` at which a claim holds that fails above; -1 for none."""
    low, high = np.full(most.shape, -1, np.int64), most + 1
    while np.any(high - low > 1):
        middle = (low + high) // 2
        true = holds(middle.astype(np.float64)) & (middle >= 0)
        open_ = high - low > 1
        low, high = np.where(open_ & true, middle, low), np.where(open_ & ~true, middle, high)
    return low
