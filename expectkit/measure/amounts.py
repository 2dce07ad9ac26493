"""An average a day outside the confusion counts (money, a lane, a flow): its estimate, its range, its level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from expectkit.measure.intervals import FloatArray, Limits, Numbers, Part
from expectkit.measure.levels import LEVELS, Level


@dataclass(frozen=True, slots=True)
class Amount:
    """An average a day and how well it is known.

    Parameters
    ----------
    estimate : float
        The plain estimate at every level, for sums and charts; print it only where `level` allows a number.
    low, high : float
        The 95 % range.
    lower_bound, upper_bound : float
        At least, and at most: each with 95 % on one side.
    level : Level
        How much may be said.
    """

    estimate: float
    low: float
    high: float
    lower_bound: float
    upper_bound: float
    level: Level

    def times(self, factor: float) -> Amount:
        """Return the amount in another unit, such as hours instead of cases; `factor` >= 0."""
        return Amount(
            self.estimate * factor,
            self.low * factor,
            self.high * factor,
            self.lower_bound * factor,
            self.upper_bound * factor,
            self.level,
        )


def lowest_level(levels: Sequence[Level]) -> Level:
    """Return the level that says least; "number and range" when there is none to look at.

    Examples
    --------
    >>> lowest_level(["number and range", "bound only", "range only"])
    'bound only'
    """
    return min(levels, key=LEVELS.index, default="number and range")


def mover_of(function: Callable[..., FloatArray], parts: Sequence[Part]) -> Limits:
    """Give the range of a function of independent parts: each part moves alone to its limits.

    The moves of the function add up as squares, downward and upward on their own. For a sum this is MOVER.

    Parameters
    ----------
    function : callable
        Takes one number or array for each part.
    parts : sequence of Part

    Returns
    -------
    tuple of two arrays

    References
    ----------
    .. [1] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures.
       Statistics in Medicine, 27(10), 1693-1702.

    Examples
    --------
    >>> low, high = mover_of(lambda a, b: np.asarray(a - b), [Part(15.0, 11.0, 19.0), Part(7.0, 4.0, 10.0)])
    >>> print(float(low), float(high))
    3.0 13.0
    """
    middles: list[Numbers] = [part.estimate for part in parts]
    middle = np.asarray(function(*middles), dtype=np.float64)
    below, above = np.zeros(middle.shape), np.zeros(middle.shape)
    for place, part in enumerate(parts):
        ends = [function(*middles[:place], end, *middles[place + 1 :]) for end in (part.low, part.high)]
        below = below + np.minimum(np.minimum(*ends) - middle, 0.0) ** 2
        above = above + np.maximum(np.maximum(*ends) - middle, 0.0) ** 2
    return middle - np.sqrt(below), middle + np.sqrt(above)
