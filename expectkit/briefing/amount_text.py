"""Averages a day that stand alone, as printed: a lane, a flow, hours, money; by the rules of `printed`."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.wording import (
    DAYS,
    FEWER_THAN_ONE,
    Number,
    Period,
    exact,
    half_up,
    money_text,
    number_text,
    outward,
    period_for,
    rounded,
    unit_for,
)

if TYPE_CHECKING:
    from expectkit.measure.amounts import Amount

_ONE = Decimal(1)
_CENT = Decimal("0.01")


def print_amount(amount: Amount, *, period: Period | None = None) -> PrintedVolume:
    """Round a number of cases a day with its range, on its own.

    Parameters
    ----------
    amount : Amount
        In cases a day.
    period : Period, optional
        What to print it per; the shortest period in which it reads as at least 3 when left out.

    Returns
    -------
    PrintedVolume
        What the level of the amount forbids is None.

    Examples
    --------
    >>> from expectkit.measure.amounts import Amount
    >>> printed = print_amount(Amount(14.1, 7.8, 23.0, 8.6, 21.5, "number and range"))
    >>> printed.mean, printed.mean_range, printed.period
    ('14', 'between 6 and 24', 'day')
    """
    shown = amount.estimate if amount.level == "number and range" else amount.high
    if amount.level == "bound only":
        shown = amount.upper_bound
    period = period or period_for(shown)
    days = DAYS[period]
    numbers: dict[str, Decimal] = {}
    mean = exact(amount.estimate) * days
    width = (exact(amount.high) - exact(amount.low)) * days
    unit = max(unit_for(width), _ONE) if width > 0 else _ONE
    if amount.level == "number and range":
        numbers["mean"] = half_up(mean, unit) if half_up(mean, unit) > 0 else half_up(mean, _ONE)
    if amount.level in ("number and range", "range only") and width > 0:
        low, high = outward(exact(amount.low) * days, exact(amount.high) * days, unit)
        inside = numbers.get("mean", high)
        numbers |= {"mean_low": max(min(low, inside), Decimal(0)), "mean_high": max(high, inside)}
    if amount.level == "bound only":
        numbers["mean_high"] = numbers["upper_bound"] = _bound(exact(amount.upper_bound) * days)
    texts = {name: number_text(number) for name, number in numbers.items()}
    if numbers.get("mean") == 0 and mean > 0:
        texts["mean"] = FEWER_THAN_ONE
        numbers.pop("mean")
    return PrintedVolume(
        level=amount.level,
        period=period,
        mean=texts.get("mean"),
        mean_low=texts.get("mean_low"),
        mean_high=texts.get("mean_high"),
        upper_bound=texts.get("upper_bound"),
        is_about="mean" in numbers and numbers["mean"] != half_up(mean, _ONE),
        values={name: float(number) for name, number in numbers.items()},
    )


def _bound(number: Decimal) -> Decimal:
    return rounded(number, max(unit_for(number / 10), _ONE), ROUND_CEILING) if number > 0 else Decimal(0)


def money(amount: Number, currency: str | None, unit: Number) -> str:
    """Write an amount of money, rounded to a unit; a plain number where no currency is stated.

    Examples
    --------
    >>> money(2480.2, "EUR", 10), money(2480.2, None, 10)
    ('€2,480', '2,480')
    """
    return number_text(half_up(amount, unit)) if currency is None else money_text(amount, currency, unit)


def money_unit(low: float, high: float) -> Decimal:
    """Return the unit in which an amount of money with this range is printed, a cent at the least.

    Examples
    --------
    >>> money_unit(1400, 3400), money_unit(2.6, 3.5)
    (Decimal('5E+2'), Decimal('0.2'))
    """
    width = exact(high) - exact(low)
    return max(unit_for(width), _CENT) if width > 0 else _CENT


def money_range(
    low: float, high: float, currency: str | None, unit: Decimal, include: Decimal | None = None
) -> str:
    """Write a range of money, rounded outward; it holds the printed number `include`.

    Examples
    --------
    >>> money_range(1412, 3377, "EUR", Decimal(500)), money_range(-20, 30, "EUR", Decimal(10))
    ('between €1,000 and €3,500', 'between -€20 and €30')
    """
    first, last = outward(low, high, unit)
    if include is not None:
        first, last = min(first, include), max(last, include)
    return f"between {money(first, currency, unit)} and {money(last, currency, unit)}"


def hours_text(hours: float, low: float | None, high: float | None) -> str:
    """Write hours to the unit their range asks for, a tenth at the least.

    Examples
    --------
    >>> hours_text(31.07, 29.1, 33.2), hours_text(1.25, None, None), hours_text(0.26, 0.1, 0.4)
    ('31', '1.3', '0.3')
    """
    unit = Decimal("0.1") if hours < 10 else _ONE
    if low is not None and high is not None and high > low:
        unit = max(unit_for(exact(high) - exact(low)), unit)
    return number_text(half_up(hours, unit) if half_up(hours, unit) > 0 else half_up(hours, Decimal("0.1")))


def days_in_words(share: float) -> str:
    """Write a share of days as one day in so many, or so many of ten; never as per cent.

    Examples
    --------
    >>> days_in_words(0.125), days_in_words(0.7), days_in_words(0.004), days_in_words(0.04), days_in_words(0.999)
    ('1 day in 8', '7 days of 10', 'fewer than 1 day in 100', '1 day in 25', 'more than 9 days of 10')
    """
    value = exact(share)
    if value < _CENT:
        return "fewer than 1 day in 100"
    if value <= Decimal("0.4"):
        every = half_up(1 / value, 1 if value > Decimal("0.1") else 5)
        return f"1 day in {number_text(every)}"
    tenths = half_up(value * 10, 1)
    if tenths >= 10 or value > Decimal("0.95"):
        return "more than 9 days of 10"
    return f"{number_text(rounded(tenths, 1, ROUND_FLOOR))} days of 10"
