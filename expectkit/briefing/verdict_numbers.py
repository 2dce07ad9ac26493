"""The numbers of a verdict as text: each rounded once, on the same side of the limits as the number itself."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import Decimal

from expectkit.briefing.promise_words import value_text
from expectkit.briefing.wording import count_text, exact, finer, half_up, number_text, outward, unit_for
from expectkit.promise.evidence import Finding
from expectkit.promise.terms import CASES, FRACTION, Term

_MOST_STEPS = 12  # times a unit is refined before print and limit are told apart


def printed_numbers(term: Term, found: Finding) -> tuple[str, str]:
    """Print what was measured, and its range: the only place where a gate makes text of them.

    Both have one unit, fine enough that they stand on the right side of the limits. What few cases allow no number for
    (`Finding.level`, the rule of the briefing) is printed as how many were seen.

    Parameters
    ----------
    term : Term
        Its limits and unit.
    found : Finding

    Returns
    -------
    (str, str)
        Empty where there is nothing to print.

    Examples
    --------
    >>> from expectkit.measure.rates import Rate
    >>> promised = Term("false_negative_rate", at_most=0.078)
    >>> printed_numbers(promised, Finding.of_rate(Rate(14, 280), "positives", 0.10))
    ('5%', '3% to 7.75%')
    >>> printed_numbers(promised, Finding.of_rate(Rate(0, 4), "positives", 0.10))
    ('none seen', 'up to 60%')
    """
    if found.value is None:
        return "", ""
    scale = 100 if _is_share(term) else 1
    limits = [exact(limit) * scale for _, limit in term.limits]
    low, high = (exact(end) * scale if math.isfinite(end) else None for end in (found.lower, found.upper))
    value = exact(found.value) * scale
    seen = seen_text(found)
    if low is None or high is None or low == high:
        return seen or _value_text(term, found.value, value, limits, _unit_of(value)), ""
    unit = unit_for(high - low)
    ends = _range_text(term, _range_apart(low, high, limits, unit), starts_at_0=found.seen == 0)
    return seen or _value_text(term, found.value, value, limits, unit), ends


def seen_text(found: Finding) -> str:
    """Say how many were seen, where that is too few (of one kind) for a number; else "".

    "None seen" is never "zero".

    Examples
    --------
    >>> from expectkit.measure.rates import Rate
    >>> [seen_text(Finding.of_rate(Rate(x, 40), "positives", 0.10)) for x in (0, 2, 20)]
    ['none seen', '2 of 40', '']
    """
    if found.level == "number and range" or found.seen is None or found.n is None:
        return ""
    return "none seen" if found.seen == 0 else f"{count_text(found.seen)} of {count_text(found.n)}"


def _value_text(term: Term, raw: float, value: Decimal, limits: Sequence[Decimal], unit: Decimal) -> str:
    """Write a measured value as pages do, or finer where it would else stand on the other side of a limit."""
    usual = value_text(raw, term.unit)
    if _agrees(usual, value, limits, unit / 2):
        return usual
    return f"{number_text(_apart(value, limits, finer(unit)))}{_suffix(term)}"


def _range_text(term: Term, ends: tuple[Decimal, Decimal], *, starts_at_0: bool) -> str:
    suffix = _suffix(term)
    last = f"{number_text(ends[1])}{suffix}"
    if starts_at_0 and ends[0] <= 0:
        return f"up to {last}"
    return f"{number_text(ends[0])}{'%' if suffix == '%' else ''} to {last}"


def _agrees(text: str, value: Decimal, limits: Sequence[Decimal], within: Decimal) -> bool:
    """Return whether a printed value is near the number, and on the same side of the limits."""
    found = re.match(r"-?[\d,]*\.?\d+", text)
    if found is None:
        return False
    printed = Decimal(found[0].replace(",", ""))
    is_near = abs(printed - value) <= within
    return is_near and all(_side(printed, limit) == _side(value, limit) for limit in limits)


def _is_share(term: Term) -> bool:
    return term.unit in (FRACTION, "difference of fractions")


def _suffix(term: Term) -> str:
    if term.unit == FRACTION:
        return "%"
    said = {
        "difference of fractions": "percentage points",
        CASES: "a day",
        "milliseconds": "ms",
        "log-odds": "",
        "slope": "",
        "population stability index": "",
    }.get(term.unit, term.unit)
    return f" {said}" if said else ""


def _unit_of(value: Decimal) -> Decimal:
    return Decimal(1).scaleb(value.adjusted() - 2) if value != 0 else Decimal(1)


def _apart(value: Decimal, limits: Sequence[Decimal], unit: Decimal) -> Decimal:
    """Round, finer where the print would stand on the other side of a limit than the number does."""
    for _ in range(_MOST_STEPS):
        printed = half_up(value, unit)
        if all(_side(printed, limit) == _side(value, limit) for limit in limits):
            return printed
        unit = finer(unit)
    return value


def _side(number: Decimal, limit: Decimal) -> int:
    return (number > limit) - (number < limit)


def _range_apart(
    low: Decimal, high: Decimal, limits: Sequence[Decimal], unit: Decimal
) -> tuple[Decimal, Decimal]:
    for _ in range(_MOST_STEPS):
        ends = outward(low, high, unit)
        if all(
            (ends[0] > limit) == (low > limit)
            and (ends[0] >= limit) == (low >= limit)
            and (ends[1] <= limit) == (high <= limit)
            and (ends[1] < limit) == (high < limit)
            for limit in limits
        ):
            return ends
        unit = finer(unit)
    return low, high
