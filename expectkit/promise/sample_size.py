"""How many labelled cases it takes until a promise can be told kept from broken.

Every number answers one question: if the rate stays as measured, how large must a test set be for the gate to reach
its verdict in 8 of 10 cases? For rates the search is exact; for other measures a normal formula gives about as many.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from expectkit.measure.intervals import lower_bound, upper_bound

if TYPE_CHECKING:
    from expectkit.promise.terms import Side

POWER = 0.80
MOST_CASES = 10_000_000
_BLOCK = 4_096
_TEETH = 10  # a tooth is as long as cases are needed for one more error; the teeth only grow


def cases_to_settle(
    rate: float, limit: float, side: Side, *, alpha: float = 0.05, more_than: int = 0, power: float = POWER
) -> int | None:
    """Find how many cases settle a limit on a rate: that many, and any larger number.

    Parameters
    ----------
    rate : float, 0 to 1
        As measured, taken to hold.
    limit : float, 0 to 1
        As promised.
    side : {"at_most", "at_least"}
    alpha : float
        Of the one-sided bound.
    more_than : int
        The search starts above it.
    power : float
        How often that many cases settle it.

    Returns
    -------
    int or None
        None when the rate is so near the limit that `MOST_CASES` are not enough.

    Notes
    -----
    Exact: the probability that Clopper-Pearson's bound at `alpha` clears the limit is a binomial tail. Counts are
    whole, so it rises in teeth; the answer is the number after the last one that falls below `power`.

    Examples
    --------
    >>> cases_to_settle(0.01, 0.05, "at_most"), cases_to_settle(0.08, 0.05, "at_most")
    (124, 456)
    """
    if side == "at_least":
        rate, limit = 1 - rate, 1 - limit
    if rate == limit or (limit <= 0 and rate <= 0):
        return None
    is_kept = rate < limit
    guess = _by_formula(rate, limit, alpha, power)
    if guess > 4 * MOST_CASES:
        return None
    first = more_than + 1
    if guess > 20_000:  # whole numbers hardly matter any more; the formula is good to 1 in 100
        return max(first, math.ceil(guess)) if guess <= MOST_CASES else None
    long_enough = math.ceil(_TEETH / limit) if limit > 0 else _BLOCK
    run_start = first
    while run_start <= MOST_CASES:
        sizes = np.arange(first, first + _BLOCK)
        short = sizes[_settled_share(sizes, rate, limit, alpha, is_kept=is_kept) < power]
        for size in short.tolist():
            if size - run_start >= long_enough:
                return run_start
            run_start = size + 1
        first += _BLOCK
        if first - run_start >= long_enough:
            return run_start
    return None


def _settled_share(
    sizes: np.ndarray, rate: float, limit: float, alpha: float, *, is_kept: bool
) -> np.ndarray:
    """Return how often samples of these sizes settle the question, exactly."""
    from scipy.special import bdtr, bdtrc

    edges = critical_count(sizes, limit, alpha, is_kept=is_kept)
    if is_kept:
        return np.where(edges >= 0, bdtr(np.maximum(edges, 0), sizes, rate), 0.0)
    tail = np.where(edges > 0, bdtrc(np.maximum(edges - 1, 0), sizes, rate), 1.0)
    return np.where(edges <= sizes, tail, 0.0)


def critical_count(sizes: np.ndarray, limit: float, alpha: float, *, is_kept: bool) -> np.ndarray:
    """Return the count at which the verdict on "at most `limit`" turns.

    Parameters
    ----------
    sizes : int array
        Numbers of cases.
    limit : float, 0 to 1
    alpha : float
        Of the one-sided bound.
    is_kept : bool
        True: the largest count whose upper bound is at most `limit` (-1 when even 0 is too many). False: the smallest
        one whose lower bound is above `limit` (one more than the size when none is).

    Examples
    --------
    >>> critical_count(np.array([60, 300, 1000]), 0.05, 0.05, is_kept=True).tolist()
    [0, 8, 38]
    """
    sizes = np.asarray(sizes, dtype=np.int64)
    low, high = np.full(sizes.shape, -1), sizes + 1
    while np.any(high - low > 1):
        middle = (low + high) // 2
        inside = np.clip(middle, 0, sizes)
        if is_kept:
            goes_low = upper_bound(inside, sizes, 1 - alpha) <= limit
        else:
            goes_low = lower_bound(inside, sizes, 1 - alpha) <= limit
        is_open = high - low > 1
        low = np.where(is_open & goes_low, middle, low)
        high = np.where(is_open & ~goes_low, middle, high)
    return low if is_kept else high


def _by_formula(rate: float, limit: float, alpha: float, power: float) -> float:
    """Return the normal formula for a promise on one rate."""
    from scipy.special import ndtri

    wide = -ndtri(alpha) * math.sqrt(limit * (1 - limit)) + ndtri(power) * math.sqrt(rate * (1 - rate))
    return float((wide / (limit - rate)) ** 2)


def about_as_many(
    value: float,
    bound: float,
    limit: float,
    n: float,
    *,
    alpha: float = 0.05,
    fixed_reach: float = 0.0,
    power: float = POWER,
) -> int | None:
    """Estimate how many cases (or days, runs) settle a limit on something that is no single rate.

    Parameters
    ----------
    value, bound, limit : float
        Measured, the one-sided bound on the side of the limit, promised; one unit.
    n : float
        What `bound` rests on.
    alpha : float
        Of the bound.
    fixed_reach : float
        The part of the distance from `value` to `bound` that more cases do not shorten.
    power : float

    Returns
    -------
    int or None
        None when no number of cases can do it.

    Notes
    -----
    The rest of the distance shrinks with the square root of n; ``(z_alpha + z_power) / z_alpha`` of it must fit.

    Examples
    --------
    >>> about_as_many(190, 210, 200, 28)
    256
    """
    from scipy.special import ndtri

    gap, reach = abs(limit - value), abs(bound - value)
    movable = max(reach**2 - fixed_reach**2, 0.0)
    left = gap**2 - fixed_reach**2
    if not (left > 0 and math.isfinite(reach)):
        return None
    factor = (1 - float(ndtri(power)) / float(ndtri(alpha))) ** 2
    needed = n * movable * factor / left
    return math.ceil(needed) if needed <= MOST_CASES else None


def paired_cases_to_settle(
    margin: float, discordant: float, change: float = 0.0, *, alpha: float = 0.05, power: float = POWER
) -> int | None:
    """Find how many cases both models must score until a change within a margin is shown.

    Parameters
    ----------
    margin : float, above 0
        The largest increase of the error rate that is allowed.
    discordant : float, 0 to 1
        Share of cases that exactly one of the two gets wrong.
    change : float
        The true increase of the error rate.
    alpha : float
        Of the one-sided bound.
    power : float

    Returns
    -------
    int or None
        None when the change is not below the margin.

    References
    ----------
    .. [1] Nam, J. (1997). Establishing equivalence of two treatments and sample size requirements in matched-pairs
       design. Biometrics, 53(4), 1422-1430.

    Examples
    --------
    >>> paired_cases_to_settle(0.02, 0.04), paired_cases_to_settle(0.02, 0.04, 0.01)
    (695, 2632)
    """
    from scipy.special import ndtri

    if change >= margin:
        return None
    discordant = max(discordant, abs(change), 1e-6)
    only_old = (discordant - change) / 2
    a, b, c = 2.0, -discordant + (2 - change) * margin, -only_old * margin * (1 - margin)
    q = (math.sqrt(b * b - 4 * a * c) - b) / (2 * a)
    wide = -ndtri(alpha) * math.sqrt(2 * q + margin * (1 - margin)) + ndtri(power) * math.sqrt(
        discordant - change**2
    )
    return math.ceil(float((wide / (margin - change)) ** 2))
