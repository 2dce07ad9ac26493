"""How a number becomes text: the only place where it does, so that rounding has one rule.

Every rounding is half-up on decimal digits. The unit of a number follows from how well it is known: the
largest of 1, 2 or 5 times a power of ten that is at most a quarter of the width of its range. Limits are
rounded outward. "None" stands only for exactly 0 and "all" only for exactly all. `printed` applies these
rules to daily volumes.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

from expectkit.errors import InputError

Period = Literal["day", "week", "month", "year"]
Number = float | int | Decimal

DAYS: Mapping[Period, int] = {"day": 1, "week": 7, "month": 30, "year": 365}
"""Days in a period; a month is 30 days wherever we print one."""

FEWER_THAN_ONE = "fewer than 1"
"""What is printed for more than nothing that rounds to 0."""

_SMALLEST_NUMBER = Decimal(3)  # a period is long enough when the number in it is at least this
_ONE = Decimal(1)
_HUNDRED = Decimal(100)
_TENTH = Decimal("0.1")
_FINEST_PERCENT = Decimal("0.0001")
_NEAR = Decimal("0.12")  # a printed rate lies within this share of what was measured
_SIGNIFICANT_DIGITS = 12  # digits of a float that are taken at their word; what follows is arithmetic noise


# ---------------------------------------------------------------------- rounding


def exact(value: Number) -> Decimal:
    """Take a number as the decimal it stands for, without the noise of binary arithmetic.

    Parameters
    ----------
    value : float, int or Decimal
        A finite number.

    Returns
    -------
    Decimal
        Of a float, the first 12 significant digits.

    Raises
    ------
    InputError
        If the number is infinite or nan.

    Examples
    --------
    >>> exact(0.1 + 0.2), exact(2.4999999999999996)
    (Decimal('0.3'), Decimal('2.5'))
    """
    decimal = value if isinstance(value, Decimal) else _decimal(value)
    if not decimal.is_finite():
        raise InputError(f"the number {value} cannot be printed; state it as missing, with a reason.")
    return decimal


def _decimal(value: float | int) -> Decimal:
    return Decimal(value) if isinstance(value, int) else Decimal(f"{float(value):.{_SIGNIFICANT_DIGITS}g}")


def half_up(value: Number, unit: Number) -> Decimal:
    """Round to the nearest multiple of a unit, halves away from zero.

    Parameters
    ----------
    value : float, int or Decimal
    unit : float, int or Decimal, > 0

    Returns
    -------
    Decimal

    Examples
    --------
    >>> half_up(2.5, 1), half_up(0.285, 0.01), half_up(15, 2)
    (Decimal('3'), Decimal('0.29'), Decimal('16'))
    """
    return rounded(value, unit, ROUND_HALF_UP)


def rounded(value: Number, unit: Number, rounding: str) -> Decimal:
    """Round to a multiple of a unit, by a rounding mode of the `decimal` module."""
    step = exact(unit)
    return (exact(value) / step).quantize(_ONE, rounding) * step


def outward(low: Number, high: Number, unit: Number) -> tuple[Decimal, Decimal]:
    """Round the two ends of a range so that it only grows.

    Examples
    --------
    >>> outward(7.83, 22.96, 2)
    (Decimal('6'), Decimal('24'))
    """
    return rounded(low, unit, ROUND_FLOOR), rounded(high, unit, ROUND_CEILING)


def difference_ends(low: Number, high: Number, unit: Number) -> tuple[str, str]:
    """Write the two ends of a difference that is not 0, rounded outward but never onto 0.

    Where the unit would print 0 for a low end above it, the low end takes more digits, to a tenth at the most; what
    is smaller still is "under 0.1". Else a reader would take a difference that was shown for one that was not.

    Parameters
    ----------
    low, high : float, int or Decimal, 0 <= low <= high
        How far apart two numbers are, in their unit.
    unit : float, int or Decimal, > 0
        What the width of the range asks for.

    Examples
    --------
    >>> difference_ends(2.8, 12.4, 2), difference_ends(0.34, 12.4, 2), difference_ends(0.04, 12.4, 2)
    (('2', '14'), ('0.2', '14'), ('under 0.1', '14'))
    >>> difference_ends(0, 12.4, 2)
    ('0', '14')
    """
    first, last = outward(low, high, unit)
    step, finest = exact(unit), min(exact(unit), _TENTH)
    while first == 0 < exact(low) and step > finest:
        step = max(finer(step), finest)
        first = rounded(low, step, ROUND_FLOOR)
    is_under = first == 0 < exact(low)
    return f"under {number_text(finest)}" if is_under else number_text(first), number_text(last)


def unit_for(width: Number) -> Decimal:
    """Return the unit that suits a range: the largest of 1, 2, 5 x 10^k up to a quarter of its width.

    Parameters
    ----------
    width : float, int or Decimal, > 0
        High end minus low end.

    Raises
    ------
    InputError
        If the width is not above 0: what is known exactly needs no unit from its range.

    References
    ----------
    .. [1] van Belle, G. (2008). Statistical Rules of Thumb, 2nd ed. Wiley.

    Examples
    --------
    >>> unit_for(15.1), unit_for(52.5), unit_for(0.65)
    (Decimal('2'), Decimal('1E+1'), Decimal('0.1'))
    """
    quarter = exact(width) / 4
    if quarter <= 0:
        raise InputError(f"a range of width {width} gives no unit; use the precision it was stated in.")
    power = _ONE.scaleb(quarter.adjusted())
    return next(step * power for step in (Decimal(5), Decimal(2), _ONE) if step * power <= quarter)


def finer(unit: Decimal) -> Decimal:
    """Return the next smaller unit of the series …, 10, 5, 2, 1, 0.5, ….

    Examples
    --------
    >>> finer(Decimal(10)), finer(Decimal(5)), finer(Decimal(2)), finer(Decimal(1))
    (Decimal('5'), Decimal('2'), Decimal('1'), Decimal('0.5'))
    """
    power = _ONE.scaleb(unit.adjusted())
    leading = int(unit / power)
    return {5: Decimal(2) * power, 2: power, 1: power / 2}[leading]


# ---------------------------------------------------------------------- plain text


def number_text(value: Number) -> str:
    """Write a number that is already rounded: thousands separators, no exponent, no zeros at the end.

    Examples
    --------
    >>> number_text(8280), number_text(Decimal("68.0")), number_text(Decimal("3.40")), number_text(0.5)
    ('8,280', '68', '3.4', '0.5')
    """
    text = f"{exact(value):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_number(text: str) -> float:
    """Read back a number that `number_text` wrote; "fewer than 1" reads as 0.

    Examples
    --------
    >>> as_number("8,280"), as_number("3.4"), as_number("fewer than 1")
    (8280.0, 3.4, 0.0)
    """
    return 0.0 if text == FEWER_THAN_ONE else float(text.replace(",", ""))


def count_text(value: Number) -> str:
    """Write a count of cases to the nearest whole number; anything above 0 but under 1 is "fewer than 1".

    Examples
    --------
    >>> count_text(13.99), count_text(0.2), count_text(0)
    ('14', 'fewer than 1', '0')
    """
    whole = half_up(value, 1)
    return FEWER_THAN_ONE if whole == 0 and exact(value) > 0 else number_text(whole)


def some_of(part: int, whole: int) -> str:
    """Say how many of a group: "none" only for exactly 0, "all" only for exactly all.

    Examples
    --------
    >>> some_of(0, 300), some_of(299, 300), some_of(300, 300)
    ('none of the 300', '299 of the 300', 'all 300')
    """
    total = number_text(whole)
    if part == 0:
        return f"none of the {total}"
    return f"all {total}" if part == whole else f"{number_text(part)} of the {total}"


def threshold_text(threshold: float) -> str:
    """Write a threshold in full: the shortest digits that mean exactly this number, never fewer.

    Examples
    --------
    >>> threshold_text(0.49), threshold_text(1e-7), threshold_text(0.9800000000000001), threshold_text(-0.0)
    ('0.49', '0.0000001', '0.9800000000000001', '0')
    """
    if threshold == 0:
        return "0"
    shortest = repr(float(threshold))
    decimal = Decimal(shortest)
    if not decimal.is_finite() or abs(decimal.adjusted()) > 20:
        return shortest
    text = f"{decimal:f}"
    return text.removesuffix(".0")


# fmt: off
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")
# fmt: on


def date_text(date: datetime.date) -> str:
    """Write a date in words.

    Examples
    --------
    >>> date_text(datetime.date(2026, 3, 12))
    '12 March 2026'
    """
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def date_range_text(first: datetime.date, last: datetime.date) -> str:
    """Write a span of days, naming month and year once where they are the same.

    Examples
    --------
    >>> date_range_text(datetime.date(2026, 3, 1), datetime.date(2026, 3, 14))
    '1 to 14 March 2026'
    """
    if first == last:
        return date_text(first)
    if first.year != last.year:
        return f"{date_text(first)} to {date_text(last)}"
    month = "" if first.month == last.month else f" {_MONTHS[first.month - 1]}"
    return f"{first.day}{month} to {date_text(last)}"


def money_text(amount: Number, currency: str, unit: Number = 1) -> str:
    """Write an amount of money, rounded to a unit; cents only when the unit is a part of the currency's own.

    Parameters
    ----------
    amount : float, int or Decimal
    currency : str
        Three-letter code such as "EUR".
    unit : float, int or Decimal, > 0
        What to round to, in the currency.

    Examples
    --------
    >>> money_text(3440.4, "GBP"), money_text(4.3, "EUR", 0.1)
    ('£3,440', '€4.30')
    """
    from babel import Locale
    from babel.numbers import format_currency

    amount = half_up(amount, unit)
    pattern = Locale.parse("en").currency_formats["standard"].pattern
    if amount == amount.to_integral_value():
        whole = pattern.replace(".00", "")
        return str(format_currency(amount, currency, format=whole, locale="en", currency_digits=False))
    return str(format_currency(amount, currency, locale="en"))


def plain_list(items: Iterable[str]) -> str:
    """Join items as a sentence does.

    Examples
    --------
    >>> plain_list(["a", "b", "c"]), plain_list(["a", "b"])
    ('a, b and c', 'a and b')
    """
    *most, last = list(items) or [""]
    return f"{', '.join(most)} and {last}" if most else last


# ---------------------------------------------------------------------- percentages, frequencies


def percent_units(rate: Number) -> tuple[Decimal, ...]:
    """Return the units, in per cent, that a rate may be rounded to, best first: two digits, one, three.

    Above 10 per cent one digit would be too coarse; near 100 per cent the distance to 100 counts.
    """
    percent = exact(rate) * _HUNDRED
    rest = _HUNDRED - percent
    two = _ONE if percent >= 10 else _ONE.scaleb(percent.adjusted() - 1)
    if 0 < rest < 1:
        two = _ONE.scaleb(rest.adjusted())
    if percent >= 10:
        return two, two / 10
    return two, two * 10, two / 10


def percent_text(rate: Number, unit: Number | None = None) -> str:
    """Write a rate in per cent.

    Never "0%" for more than nothing nor "100%" for less than all, whatever the unit.

    Parameters
    ----------
    rate : float, int or Decimal, from 0 to 1
    unit : float, int or Decimal, > 0, in per cent
        What to round to; two digits when left out.

    Examples
    --------
    >>> percent_text(0.05), percent_text(0.025), percent_text(0.99962), percent_text(0.0004, 1)
    ('5%', '2.5%', '99.96%', 'under 1%')
    """
    fraction = exact(rate)
    if fraction in (0, 1):
        return f"{number_text(fraction * _HUNDRED)}%"
    step = exact(unit) if unit is not None else percent_units(fraction)[0]
    percent = half_up(fraction * _HUNDRED, step)
    if percent <= 0:
        return f"under {number_text(step)}%"
    if percent >= _HUNDRED:
        return f"over {number_text(_HUNDRED - step)}%"
    return f"{number_text(percent)}%"


def percent_range(low: Number, high: Number, include: Number | None = None) -> tuple[str, str]:
    """Write the range of a rate, rounded outward to the unit its width asks for.

    Parameters
    ----------
    low, high : float, int or Decimal, from 0 to 1
    include : float, int or Decimal, from 0 to 1, optional
        A printed rate that the printed range must hold.

    Examples
    --------
    >>> percent_range(0.0276, 0.0825), percent_range(0.0219, 0.0284)
    (('2%', '9%'), ('2.1%', '2.9%'))
    """
    if exact(low) == exact(high):
        return percent_text(low), percent_text(high)
    wide_low, wide_high = exact(low) * _HUNDRED, exact(high) * _HUNDRED
    first, last = outward(wide_low, wide_high, unit_for(wide_high - wide_low))
    if include is not None:
        first, last = min(first, exact(include) * _HUNDRED), max(last, exact(include) * _HUNDRED)
    return f"{number_text(max(first, Decimal(0)))}%", f"{number_text(min(last, _HUNDRED))}%"


def percent_at_most(bound: Number) -> str:
    """Write what a rate is at most, rounded up.

    Examples
    --------
    >>> percent_at_most(0.009936), percent_at_most(0.0298), percent_at_most(1.0)
    ('1%', '3%', '100%')
    """
    percent = exact(bound) * _HUNDRED
    if percent <= 0:
        return "0%"
    return f"{number_text(min(rounded(percent, unit_for(percent / 2), ROUND_CEILING), _HUNDRED))}%"


def percent_at_least(bound: Number) -> str:
    """Write what a rate is at least, rounded down; near 100 per cent the distance to 100 counts.

    Examples
    --------
    >>> percent_at_least(0.990064), percent_at_least(0.9996)
    ('99%', '99.96%')
    """
    rest = _HUNDRED - exact(bound) * _HUNDRED
    if rest <= 0 or rest >= _HUNDRED:
        return f"{number_text(_HUNDRED - rest)}%"
    return f"{number_text(_HUNDRED - rounded(rest, unit_for(rest / 2), ROUND_CEILING))}%"


def coarsest_percent(low: Number, high: Number) -> Decimal:
    """Return the largest power of ten, in per cent, that a rate known between two ends may be rounded to.

    Rounding then moves the rate by at most a quarter of its range, so that it stays well inside.

    Examples
    --------
    >>> coarsest_percent(0.1214, 0.1264), coarsest_percent(0.027, 0.082), coarsest_percent(0.3, 0.3)
    (Decimal('0.1'), Decimal('1'), Decimal('0.0001'))
    """
    half = (exact(high) - exact(low)) * _HUNDRED / 2
    return max(_ONE.scaleb(half.adjusted()), _FINEST_PERCENT) if half > 0 else _FINEST_PERCENT


def agreeing_percent(
    rate: Number, printed_share: Decimal | None, coarsest: Decimal | None = None
) -> Decimal | None:
    """Round a rate to as many digits as printed counts bear out.

    Parameters
    ----------
    rate : float, int or Decimal, from 0 to 1
        What was measured.
    printed_share : Decimal or None
        What a reader gets who divides the printed counts; None when no counts are printed beside it.
    coarsest : Decimal, optional
        The largest unit that the range of the rate allows (`coarsest_percent`).

    Returns
    -------
    Decimal or None
        In per cent, or None when no number of digits gives the same from both: print finer counts then.
    """
    fraction = exact(rate)
    for unit in _allowed_units(fraction, coarsest) if 0 < fraction < 1 else (_ONE,):
        percent = half_up(fraction * _HUNDRED, unit)
        is_honest = 0 < percent < _HUNDRED or fraction in (0, 1)
        is_near = abs(percent - fraction * _HUNDRED) <= _NEAR * fraction * _HUNDRED
        if (
            is_honest
            and is_near
            and (printed_share is None or half_up(printed_share * _HUNDRED, unit) == percent)
        ):
            return percent
    return None


def _allowed_units(rate: Decimal, coarsest: Decimal | None) -> tuple[Decimal, ...]:
    """Return the units a rate may be rounded to, best first; where all are too coarse, the coarsest allowed."""
    units = percent_units(rate)
    if coarsest is None:
        return units
    return tuple(unit for unit in units if unit <= coarsest) or (coarsest, coarsest / 10)


def own_percent(rate: Number, coarsest: Decimal) -> Decimal:
    """Round a rate by itself, to the first unit that its range allows."""
    return half_up(exact(rate) * _HUNDRED, _allowed_units(exact(rate), coarsest)[0])


BASES = (100, 1_000, 10_000)
"""Denominators of natural frequencies."""


def frequency_base(rates: Iterable[Number]) -> int:
    """Choose one denominator for several rates: the smallest in which the smallest of them is at least 3.

    Examples
    --------
    >>> frequency_base([0.05, 0.025]), frequency_base([0.3]), frequency_base([0.00001]), frequency_base([])
    (1000, 100, 10000, 1000)
    """
    known = [exact(rate) for rate in rates if 0 < exact(rate) < 1]
    if not known:
        return 1_000
    smallest = min(min(rate, 1 - rate) for rate in known)
    return next((base for base in BASES if smallest * base >= _SMALLEST_NUMBER), BASES[-1])


def frequency_text(rate: Number, base: int) -> str:
    """Write a rate as whole cases out of a round number of them.

    Examples
    --------
    >>> frequency_text(0.005, 1000), frequency_text(0.00001, 10000), frequency_text(0.99999, 10000)
    ('5 of every 1,000', 'fewer than 1 of every 10,000', 'more than 9,999 of every 10,000')
    """
    fraction, total = exact(rate), number_text(base)
    whole = half_up(fraction * base, 1)
    if fraction == 0:
        return f"none of every {total}"
    if fraction == 1:
        return f"all of every {total}"
    if whole == 0:
        return f"fewer than 1 of every {total}"
    if whole == base:
        return f"more than {number_text(base - 1)} of every {total}"
    return f"{number_text(whole)} of every {total}"


# ---------------------------------------------------------------------- periods and ranges


def period_for(per_day: Number) -> Period:
    """Return the shortest period in which a number reads as at least 3, at most a year.

    Examples
    --------
    >>> period_for(14.1), period_for(2.2), period_for(0.1), period_for(0.001)
    ('day', 'week', 'month', 'year')
    """
    number = exact(per_day)
    return next((period for period, days in DAYS.items() if number * days >= _SMALLEST_NUMBER), "year")


def between(low: str | None, high: str | None) -> str | None:
    """Put a printed range into words; a range that starts at 0 is "up to" its end.

    Examples
    --------
    >>> between("6", "24"), between("0", "24"), between("0", "0"), between(None, None)
    ('between 6 and 24', 'up to 24', 'fewer than 1', None)
    """
    if low is None or high is None:
        return None
    if low == "0":
        return FEWER_THAN_ONE if high == "0" else f"up to {high}"
    return f"exactly {low}" if low == high else f"between {low} and {high}"
