"""The cost of a day as printed: rounded once, by the rule of all other numbers.

The unit is the largest of 1, 2 or 5 times a power of ten up to a quarter of the range's width; ends are rounded
outward. Ranges that hold for all settings at once are wider for it, and an average is no less known for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from expectkit.briefing.wording import exact, half_up, number_text, outward, unit_for
from expectkit.measure.levels import Level

_WIDENING = Decimal("1.6")
_SMALLEST = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PrintedCost:
    """A cost a day as printed, without its currency.

    Parameters
    ----------
    level : Level
        Only "number and range" has a mean; "refuse" has nothing.
    mean, low, high : str or None
        The average and its range; below "range only" the range is only a bound and starts at what is known.
    """

    level: Level
    mean: str | None
    low: str | None
    high: str | None


def print_cost(mean: float, low: float, high: float, level: Level, *, simultaneous: bool) -> PrintedCost:
    """Round a cost a day.

    Parameters
    ----------
    mean, low, high : float
        In the currency; a cost below 0 is a gain.
    level : Level
        The lowest one of the volumes that cost something.
    simultaneous : bool
        Whether the range holds for all settings at once.

    Examples
    --------
    >>> print_cost(2489.9, 2180.0, 2790.0, "number and range", simultaneous=True)
    PrintedCost(level='number and range', mean='2,500', low='2,100', high='2,800')
    """
    if level == "refuse":
        return PrintedCost(level, None, None, None)
    width = exact(high) - exact(low)
    unit = max(unit_for(width), _SMALLEST) if width > 0 else _SMALLEST
    fine = max(unit_for(width / _WIDENING), _SMALLEST) if simultaneous and width > 0 else unit
    ends = [end + 0 for end in outward(exact(low), exact(high), unit)]  # + 0: no "-0"
    middle = half_up(exact(mean), fine) + 0
    if level != "number and range":
        return PrintedCost(level, None, number_text(ends[0]), number_text(ends[1]))
    first, last = min(ends[0], middle), max(ends[1], middle)
    return PrintedCost(level, number_text(middle), number_text(first), number_text(last))
