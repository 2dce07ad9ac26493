"""How many labelled cases it takes until a promise can be told kept from broken.

Every number answers one question: if the rate stays as measured, how large must a test set be for the gate to reach
its verdict in 8 of 10 cases? For rates the search is exact; for other measures a normal formula gives about as many.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from expectkit.measure.further_cases import POWER, further_cases, largest_kept, smallest_broken

if TYPE_CHECKING:
    from expectkit.promise.terms import Side

MOST_CASES = 10_000_000


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
    Exact: the search of `expectkit.measure.further_cases` for a fresh test. Beyond 20,000 cases a normal formula,
    good to 1 in 100.

    Examples
    --------
    >>> cases_to_settle(0.01, 0.05, "at_most"), cases_to_settle(0.08, 0.05, "at_most")
    (124, 456)
    """
    if side == "at_least":
        rate, limit = 1 - rate, 1 - limit
    if rate == limit or (limit <= 0 and rate <= 0):
        return None
    first = more_than + 1
    if limit >= 1:  # anything keeps it
        return first
    if limit <= 0:  # the first case counted breaks it
        return max(first, 1 if rate >= 1 else math.ceil(math.log1p(-power) / math.log1p(-rate)))
    guess = _by_formula(rate, limit, alpha, power)
    if guess > MOST_CASES:
        return None
    if guess > 20_000:  # whole numbers hardly matter any more; the formula is good to 1 in 100
        return max(first, math.ceil(guess))
    found = further_cases(0, 0, limit, true_rate=rate, alpha=alpha, power=power, most=MOST_CASES)
    return None if found is None else max(first, found)


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
    edge = largest_kept if is_kept else smallest_broken
    return edge(sizes, sizes.astype(np.float64), 0.0, limit, alpha)


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
