"""Scales for charts: ticks at round numbers, and dots shared out so that they add up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from expectkit.briefing.wording import number_text
from expectkit.errors import InputError

Ticks = tuple[tuple[float, str], ...]


def nice_ticks(highest: float, n_most: int = 5) -> Ticks:
    """Return ticks from 0 to a round number at or above the highest value.

    Parameters
    ----------
    highest : float
        The largest value to show, 0 or more.
    n_most : int
        At most so many steps, 1 or more.

    Returns
    -------
    tuple of (float, str)
        Position and label, ascending; the last one ends the axis.

    Examples
    --------
    >>> nice_ticks(266, 3)
    ((0.0, '0'), (100.0, '100'), (200.0, '200'), (300.0, '300'))
    >>> nice_ticks(0)
    ((0.0, '0'), (1.0, '1'))
    """
    if highest <= 0:
        return (0.0, "0"), (1.0, "1")
    step = nice_step(highest / n_most)
    n_steps = max(1, math.ceil(highest / step - 1e-9))
    values = [float(f"{i * step:.12g}") for i in range(n_steps + 1)]
    return tuple((value, number_text(value)) for value in values)


def nice_step(least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least `least`.

    Parameters
    ----------
    least : float, > 0

    Examples
    --------
    >>> nice_step(88), nice_step(0.03), nice_step(5)
    (100.0, 0.05, 5.0)
    """
    power = 10.0 ** math.floor(math.log10(least))
    leading = next(leading for leading in (1, 2, 5, 10) if leading * power >= least * (1 - 1e-9))
    return float(f"{leading * power:.12g}")


def share_out(counts: Sequence[float], total: int) -> tuple[int, ...]:
    """Share a number of dots out by the largest remainders, so that they add up to it.

    Parameters
    ----------
    counts : sequence of float
        0 or more each, not all 0.
    total : int
        Dots to share out; at least as many as there are counts.

    Returns
    -------
    tuple of int, length of `counts`
        They add up to `total`. What occurs at all has a dot, so that a picture never shows none of it.

    Raises
    ------
    InputError
        If there is nothing to share out by: all counts are 0.

    Examples
    --------
    >>> share_out([1, 1, 1], 10), share_out([9_999, 1], 100)
    ((4, 3, 3), (99, 1))
    """
    whole = sum(counts)
    if not whole > 0:
        raise InputError("dots cannot be shared out by counts that are all 0. Leave the picture out.")
    shares = [count * total / whole for count in counts]
    dots = [math.floor(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (dots[i] - shares[i], i))
    for i in by_remainder[: total - sum(dots)]:
        dots[i] += 1
    for i, count in enumerate(counts):
        if count > 0 and dots[i] == 0:
            dots[dots.index(max(dots))] -= 1
            dots[i] = 1
    return tuple(dots)
