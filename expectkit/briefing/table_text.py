"""Printed volumes and rates in the few characters that a table cell has: a number, a bound, a range, or too few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP
from typing import Any

from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.record import RateRecord
from expectkit.briefing.wording import DAYS, FEWER_THAN_ONE, Period, exact, number_text, rounded

TOO_FEW = "too few to say"
"""Stands where the test held too few cases for a number, a bound or a range."""

NOTHING = "–"
"""Stands where a cell has nothing to hold."""


def per_period(printed: PrintedVolume) -> str:
    """Return " a week" and the like; nothing for a day, which the tables' captions name.

    Examples
    --------
    >>> per_period(PrintedVolume("number and range", "week", "3")), per_period(PrintedVolume("refuse"))
    (' a week', '')
    """
    return "" if printed.period == "day" else f" a {printed.period}"


def common_period(volumes: Iterable[PrintedVolume]) -> Period:
    """Return the longest period that one of the volumes is printed in, so that a column can have one."""
    return max((volume.period for volume in volumes), key=DAYS.__getitem__, default="day")


def averages_note(cases: str, volumes: Iterable[PrintedVolume]) -> str:
    """Say what the numbers of a table are per, where its cells name a longer period than a day themselves.

    Examples
    --------
    >>> averages_note("cases", [PrintedVolume("range only")])
    'Average cases a day.'
    >>> averages_note("cases", [PrintedVolume("range only"), PrintedVolume("range only", "week")])
    'Average cases, a day where no longer time stands beside the number.'
    >>> averages_note("cases", [PrintedVolume("range only", "week")])
    'Average cases.'
    """
    periods = {volume.period for volume in volumes if volume.level != "refuse"}
    if periods <= {"day"}:
        return f"Average {cases} a day."
    if "day" in periods:
        return f"Average {cases}, a day where no longer time stands beside the number."
    return f"Average {cases}."


_ROUNDING = {
    "mean": ROUND_HALF_UP,
    "mean_low": ROUND_FLOOR,
    "mean_high": ROUND_CEILING,
    "upper_bound": ROUND_CEILING,
    "lower_bound": ROUND_FLOOR,
}
"""What depends on the period; ranges of single days are a day's in any column."""


def in_period(printed: PrintedVolume, period: Period) -> PrintedVolume:
    """Restate a printed average, its range and bounds per a longer period; a reader can check it.

    What is printed a day is multiplied by the days of the period, so nothing is rounded twice but 30 days in weeks.

    Examples
    --------
    >>> daily = PrintedVolume("number and range", "day", "14", "11", "17", values={"mean": 14, "mean_low": 11,
    ...                       "mean_high": 17})
    >>> average_text(in_period(daily, "week")), average_range(in_period(daily, "week"))
    ('98 a week', '77 to 119 a week')
    """
    if DAYS[period] <= DAYS[printed.period] or printed.mean == FEWER_THAN_ONE:
        return printed
    numbers = {
        name: rounded(
            exact(printed.values[name]) * DAYS[period] / DAYS[printed.period],
            0.1 if printed.values[name] < 1 else 1,
            rounding,
        )
        if DAYS[period] % DAYS[printed.period]
        else exact(printed.values[name]) * (DAYS[period] // DAYS[printed.period])
        for name, rounding in _ROUNDING.items()
        if name in printed.values
    }
    texts: dict[str, Any] = {
        name: number_text(number) for name, number in numbers.items() if getattr(printed, name) is not None
    }
    values = {**printed.values, **{name: float(number) for name, number in numbers.items()}}
    return replace(printed, period=period, values=values, **texts)


def average_text(printed: PrintedVolume) -> str:
    """Write an average at its level.

    Examples
    --------
    >>> average_text(PrintedVolume("number and range", "week", "3"))
    '3 a week'
    >>> average_text(PrintedVolume("range only", mean_low="6", mean_high="24"))
    '6 to 24'
    >>> average_text(PrintedVolume("bound only", mean_high="20")), average_text(PrintedVolume("refuse"))
    ('at most 20', 'too few to say')
    """
    if printed.mean is not None:
        return printed.mean + per_period(printed)
    if printed.bound is not None:
        return " ".join(printed.bound) + per_period(printed)
    return average_range(printed) or TOO_FEW


def average_range(printed: PrintedVolume) -> str:
    """Write the range of an average; "" when it has none or is known exactly.

    Examples
    --------
    >>> average_range(PrintedVolume("range only", "month", mean_low="0", mean_high="24"))
    '0 to 24 a month'
    """
    if printed.mean_low is None or printed.mean_high is None:
        return ""
    return f"{printed.mean_low} to {printed.mean_high}{per_period(printed)}"


def rate_text(rate: RateRecord) -> str:
    """Write a rate at its level: per cent, "at most 3%", "2% to 9%", or that there were too few cases."""
    return rate.printed if rate.printed is not None else rate_range(rate) or TOO_FEW


def rate_range(rate: RateRecord) -> str:
    """Write the range of a rate, or the one bound that few errors leave; "" when there is neither."""
    low, high = rate.printed_low, rate.printed_high
    if low is None:
        return "" if high is None else f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"


def span_text(low: str | None, high: str | None) -> str:
    """Write a range of single days, or a dash."""
    return NOTHING if low is None or high is None else f"{low} to {high}"
