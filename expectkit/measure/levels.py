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


def reason_for(
    level: Level,
    rate: Rate,
    *,
    cases: str,
    counted: str,
    rows: tuple[int, int] | None = None,
    is_weighted: bool = False,
) -> str | None:
    """Say in plain words why no number is given; None when one is.

    Parameters
    ----------
    level : Level
    rate : Rate
    cases, counted : str
        What the rate is taken over and what it counts: "positive cases", "missed".
    rows : (int, int) or None
        How many cases of the file the rate counts, and how many it is taken over. None: as many as its two numbers
        say, which are then cases, not sums of weights and not what related cases are worth.
    is_weighted : bool
        Whether the cases have weights.

    Examples
    --------
    >>> weighted = Rate(3.4, 1234.5, 41.2)
    >>> print(
    ...     reason_for(
    ...         "bound only", weighted, cases="cases", counted="missed", rows=(2, 300), is_weighted=True
    ...     ).partition(":")[0]
    ... )
    2 of 300 cases were missed (weighted, worth about 0.1 of 41 independent ones)
    """
    if level == "number and range":
        return None
    n_counted, n_cases = (rate.numerator, rate.denominator) if rows is None else rows
    all_cases = f"{n_cases:,.0f} {cases}"
    if level == "refuse":
        return (
            f"{all_cases}{_worth(rate, n_cases, is_weighted=is_weighted)} are too few to say anything; "
            f'about 60 with none {counted} would show "at most 5%".'
        )
    some = "None" if n_counted == 0 else f"{n_counted:,.0f}"
    seen = f"{some} of {all_cases}{_worth(rate, n_cases)} were {counted}"
    if is_weighted:
        seen = f"{some} of {all_cases} were {counted}{_worth_of_both(rate, n_counted, n_cases)}"
    if level == "bound only":
        return f"{seen}: too few of one kind for a number or a range, so only a bound is given."
    return f"{seen}: enough for a range, too few for a single number."


def _worth(rate: Rate, n_cases: float, *, is_weighted: bool = False) -> str:
    """Say how many independent cases the cases are worth, where these are fewer."""
    if round(rate.n_effective) == round(n_cases):
        return ""
    return f" ({'weighted, ' if is_weighted else ''}worth about {rate.n_effective:,.0f} independent ones)"


def _worth_of_both(rate: Rate, n_counted: float, n_cases: float) -> str:
    """Say what weighted cases are worth (Kish 1965), counted ones and all, where weights change either."""
    if round(rate.n_effective) == round(n_cases) and round(rate.x_effective) == round(n_counted):
        return ""
    return f" (weighted, worth about {_about(rate.x_effective)} of {rate.n_effective:,.0f} independent ones)"


def _about(number: float) -> str:
    """Write a number of cases to the nearest whole one; below 3, where that would say too little, to a tenth."""
    if number >= 3 or number == 0:
        return f"{number:,.0f}"
    return f"{number:.1f}".removesuffix(".0") if number >= 0.05 else "fewer than 0.1"
