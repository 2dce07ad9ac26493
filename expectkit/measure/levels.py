"""How much may be said: nothing, a bound, a range, or a number with its range."""

from __future__ import annotations

from typing import Literal

from expectkit.measure.intervals import Interval
from expectkit.measure.rates import Rate

Level = Literal["refuse", "bound only", "range only", "number and range"]
LEVELS: tuple[Level, ...] = ("refuse", "bound only", "range only", "number and range")


def lower_of(*levels: Level) -> Level:
    """Return the level that allows the least."""
    return min(levels, key=LEVELS.index)


def level_of(x: float, n: float, interval: Interval) -> Level:
    """Say how much may be stated about a rate of `x` observed errors in `n` cases.

    Parameters
    ----------
    x, n : float
        Errors seen and cases looked at (effective numbers where cases are clustered or weighted).
    interval : Interval
        The Clopper-Pearson interval of the rate at 95 %.

    Returns
    -------
    Level
        Fewer than 30 cases: refuse. Fewer than 3 errors: bound only. Fewer than 10 errors, or a range wider
        than 5 percentage points and than 130 % of the rate: range only.

    References
    ----------
    .. [1] Parker, J. et al. (2017). National Center for Health Statistics data presentation standards for
       proportions. Vital and Health Statistics, 2(175).

    Examples
    --------
    >>> levels = [level_of(x, 300, Rate(x, 300).interval()) for x in (0, 2, 3, 9, 10)]
    >>> levels == ["bound only"] * 2 + ["range only"] * 2 + ["number and range"]
    True
    """
    if n < 30:
        return "refuse"
    if x < 3:
        return "bound only"
    if x < 10 or (interval.width > 0.05 and interval.width > 1.3 * x / n):
        return "range only"
    return "number and range"


def level_of_rate(rate: Rate) -> Level:
    """Say how much may be stated about a rate; the rarer of its two outcomes counts as the errors."""
    if not rate.is_defined:
        return "refuse"
    rarer = rate if rate.value <= 0.5 else rate.complement()
    return level_of(rarer.x_effective, rarer.n_effective, rarer.interval())


def reason_for(level: Level, rate: Rate, *, cases: str, counted: str) -> str | None:
    """Say in plain words why no number is given; None when one is.

    Parameters
    ----------
    level : Level
    rate : Rate
    cases, counted : str
        What the rate is taken over and what it counts: "positive cases", "missed".
    """
    if level == "number and range":
        return None
    n, x = f"{rate.denominator:,.0f}", f"{rate.numerator:,.0f}"
    worth = f" (worth about {rate.n_effective:,.0f} independent ones)"
    worth = "" if rate.effective_denominator is None else worth
    if level == "refuse":
        return (
            f"{n} {cases}{worth} are too few to say anything; about 60 with none {counted} would show "
            f'"at most 5%".'
        )
    seen = f"{'None' if rate.numerator == 0 else x} of {n} {cases}{worth} were {counted}"
    if level == "bound only":
        return f"{seen}: too few of one kind for a number or a range, so only a bound is given."
    return f"{seen}: enough for a range, too few for a single number."
