"""Where to put candidate thresholds, so that each step of a slider changes what people see by about as much.

Equal steps in score would waste most of them: scores crowd near 0, or near 1, or all lie below 0.01. The
candidates are therefore spread evenly over what a threshold does, how many cases it flags and how many it misses,
and then moved to the shortest decimal that says the same. Placement never affects how cases are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.errors import InputError

FloatArray = NDArray[np.float64]

_SHARE_EVEN_IN_VOLUME = 0.30
_SHARE_EVEN_IN_LOG_VOLUME = 0.20  # finer steps where few cases are flagged: most operating points are there
_SHARE_EVEN_IN_MISSES = 0.50
_POWERS_OF_TEN = np.array([float(f"1e{power}") for power in range(23)])
_SHORT_ENOUGH = 4  # significant digits of a score that is kept as it is


def candidate_thresholds(
    scores_of_negatives: ArrayLike,
    scores_of_positives: ArrayLike,
    *,
    stated: Iterable[float] = (),
    n: int = 1_000,
) -> FloatArray:
    """Choose about `n` thresholds that are useful for these scores.

    Among them are: thresholds evenly spread in the number of negatives flagged (part of them evenly in its
    logarithm) and in the number of positives missed; round numbers (steps of 0.01 when scores span much of 0 to 1,
    otherwise of 1, 2 or 5 times a power of ten); every stated value, exactly; one threshold that flags every case
    and one that flags none.

    A threshold may lie anywhere between two neighbouring scores without changing a count. There the decimal with
    the fewest digits is taken, so that a slider shows 0.4913 and not 0.49128374651.

    Parameters
    ----------
    scores_of_negatives, scores_of_positives : array-like of float
        Scores of a sample of each class, any size; the two classes may be sampled at different rates. Missing and
        infinite ones are ignored.
    stated : iterable of float
        Thresholds that somebody asked for; finite. They are kept as they are.
    n : int, at least 10
        About how many.

    Returns
    -------
    float64 array
        Ascending, distinct, finite.

    Raises
    ------
    InputError
        If a stated threshold is missing or infinite.

    Examples
    --------
    >>> candidate_thresholds([0.1, 0.1, 0.2], [0.2, 0.4], stated=[0.3], n=10).tolist()
    [0.1, 0.2, 0.3, 0.4, 0.4015]
    """
    asked = np.array(list(stated), np.float64)
    if not np.isfinite(asked).all():
        raise InputError("a stated threshold is missing or infinite. Give finite numbers.")
    scores, reached = _spread(_finite(scores_of_negatives), _finite(scores_of_positives))
    if scores.size == 0:
        return np.unique(asked)
    low, high = float(scores[0]), float(scores[-1])
    round_numbers = _round_numbers(low, high, n)
    n_left = max(n - round_numbers.size - asked.size - 2, n // 2)
    placed = _apart(
        _shortened(*_even_steps(scores, reached, n_left)), scores, np.append(round_numbers, asked)
    )
    ends = [flags_everything(low, high), flags_nothing(low, high)]
    return np.unique(np.concatenate([placed, round_numbers, asked, ends])) + 0.0


def flags_everything(low: float, high: float) -> float:
    """Return a short threshold at or just below the smallest score.

    Parameters
    ----------
    low, high : float
        The smallest and the largest score.

    Returns
    -------
    float
        At most `low`, and not below 0 unless `low` is.

    Examples
    --------
    >>> flags_everything(0.00123456, 0.9)
    0.001
    """
    lowest = low - (high - low) / 1_000
    if low >= 0:
        lowest = max(lowest, np.nextafter(0, -1))
    return _shortest(lowest, low) if np.isfinite(lowest) else low


def flags_nothing(low: float, high: float, *, dtype: Any = np.float64) -> float:
    """Return a short threshold just above the largest score.

    Parameters
    ----------
    low, high : float
        The smallest and the largest score.
    dtype : float32 or float64
        The precision in which scores are compared.

    Returns
    -------
    float
        Above `high`; at most 1 when `high` is below 1.

    Examples
    --------
    >>> flags_nothing(0.1, 0.87654)
    0.88
    >>> flags_nothing(0.0, 1.0) > 1
    True
    """
    with np.errstate(over="ignore"):
        after = float(np.nextafter(dtype(high), dtype(np.inf)))
    if not np.isfinite(after):
        return float(np.finfo(np.float64).max)
    highest = high + (high - low) / 200
    if high < 1 < highest:
        highest = 1.0
    if high == 1 or not after < highest < np.inf:
        return after
    return _shortest(after, highest)


def shortest_within(above: float, at_most: float) -> float:
    """Return the number with the fewest digits above one number and at most another.

    Parameters
    ----------
    above, at_most : float
        ``above < at_most``.

    Examples
    --------
    >>> shortest_within(0.48123, 0.49718)
    0.49
    """
    return _shortest(above, at_most)


def _finite(scores: ArrayLike) -> FloatArray:
    values = np.asarray(scores, np.float64).ravel()
    return values[np.isfinite(values)] + 0.0


def _spread(negatives: FloatArray, positives: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the distinct scores, ascending, and how much of all steps should lie at or below each; at last 1."""
    both = np.sort(np.concatenate([negatives, positives]))
    is_last = np.diff(both, append=np.inf) > 0
    values, n_at_most = both[is_last], np.flatnonzero(is_last) + 1
    rarer = min(positives, negatives, key=len)
    n_rarer = np.searchsorted(np.sort(rarer), values, side="right")
    n_missed = n_rarer if rarer is positives else n_at_most - n_rarer
    n_below = n_at_most - n_missed
    missed, unflagged = n_missed / max(positives.size, 1), n_below / max(negatives.size, 1)
    in_log = 1 - np.log1p(negatives.size - n_below) / np.log1p(max(negatives.size, 1))
    reached = (
        _SHARE_EVEN_IN_VOLUME * unflagged
        + _SHARE_EVEN_IN_LOG_VOLUME * in_log
        + _SHARE_EVEN_IN_MISSES * missed
    )
    return values, np.asarray(reached / max(float(reached[-1]), 1e-300) if reached.size else reached)


def _even_steps(scores: FloatArray, reached: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Pick about `n` scores above the smallest, and for each how far down a threshold may move in its place."""
    if scores.size <= n:
        return scores[:-1], scores[1:]
    steps = np.searchsorted(reached, np.linspace(0, reached[-1], n))
    crowded = np.flatnonzero(np.diff(reached, prepend=0) > 1 / n)  # ties that are a step by themselves
    picked = np.unique(np.minimum(np.concatenate([steps, crowded, [scores.size - 1]]), scores.size - 1))
    chosen, gap = scores[picked], np.diff(scores[picked])
    ties = np.flatnonzero(np.isin(picked[:-1], crowded))  # these also get a threshold above them
    below = np.concatenate([chosen[1:] - gap / 4, chosen[ties]])
    at = np.concatenate([chosen[1:], chosen[ties] + gap[ties] / 2])
    return below, at


def _apart(placed: FloatArray, scores: FloatArray, others: FloatArray) -> FloatArray:
    """Leave out placed thresholds that hardly differ from a round or stated one, judged by their neighbours."""
    if others.size == 0 or placed.size < 3 or scores.size <= placed.size + 1:
        return placed
    placed = np.unique(placed)
    gap = np.minimum(np.diff(placed, prepend=-np.inf), np.diff(placed, append=np.inf))
    others = np.sort(others)
    at = np.searchsorted(others, placed)
    above, below = others[np.minimum(at, others.size - 1)], others[np.maximum(at - 1, 0)]
    distance = np.minimum(np.abs(above - placed), np.abs(placed - below))
    kept: FloatArray = placed[(distance == 0) | (distance > gap / 3)]
    return kept


def _shortest(above: float, at_most: float) -> float:
    return float(_shortened(np.array([above]), np.array([at_most]))[0])


def _shortened(above: FloatArray, at_most: FloatArray) -> FloatArray:
    """Return, for each interval, the number with the fewest digits that is > `above` and <= `at_most`.

    Among those the one nearest to `at_most`; and `at_most` itself when it has few digits.
    """
    found = np.where((above < 0) & (at_most >= 0), 0.0, np.nan)
    with np.errstate(all="ignore"):
        exponent = np.floor(np.log10(np.abs(at_most)))
    exponent = np.where(np.isfinite(exponent), exponent, 0).astype(int)
    kept = _with_digits(at_most, exponent, _SHORT_ENOUGH, np.rint)
    found = np.where(kept == at_most, at_most, found)
    for digits in range(1, 17):
        value = _with_digits(at_most, exponent, digits, np.floor)
        found = np.where(np.isnan(found) & (above < value) & (value <= at_most), value, found)
    return np.where(np.isnan(found), at_most, found)


def _with_digits(
    numbers: FloatArray, exponent: NDArray[np.int_], digits: int, rounded: np.ufunc
) -> FloatArray:
    """Round to so many significant digits; nan where powers of ten are too large to be exact.

    A whole number divided or multiplied by a power of ten up to 10**22 is the double nearest to its decimal.
    """
    shift = digits - 1 - exponent
    power = _POWERS_OF_TEN[np.minimum(np.abs(shift), _POWERS_OF_TEN.size - 1)]
    with np.errstate(all="ignore"):
        small, large = rounded(numbers * power) / power, rounded(numbers / power) * power
    return np.where(np.abs(shift) < _POWERS_OF_TEN.size, np.where(shift >= 0, small, large), np.nan)


def _round_numbers(low: float, high: float, n: int) -> FloatArray:
    """Return round numbers inside the range, at most about a tenth of `n`."""
    span = high - low
    if not 0 < span < np.inf:
        return np.empty(0)
    power = 10.0 ** np.floor(np.log10(span / max(n // 10, 2)) - 1e-9)
    if power == 0 or not np.isfinite(power):
        return np.empty(0)
    step = next(power * nice for nice in (1, 2, 5, 10, 20) if span / (power * nice) <= max(n // 10, 2) + 1e-6)
    whole = np.arange(np.ceil(low / step), np.floor(high / step) + 1)
    if np.abs(whole).max(initial=0) > 2**52:
        return np.empty(0)
    digits = Decimal(repr(float(f"{step:.0e}")))
    return np.array([float(digits * Decimal(int(k))) for k in whole.tolist()])
