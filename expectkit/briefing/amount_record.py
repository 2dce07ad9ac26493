"""An average a day as the record keeps it: raw, and as pages print it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from expectkit.briefing.amount_text import print_amount
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.wording import number_text, rounded, unit_for
from expectkit.measure.levels import Level

if TYPE_CHECKING:
    from expectkit.measure.amounts import Amount


@dataclass(frozen=True, slots=True)
class AmountRecord:
    """An average a day: None where there were too few cases for it; what a page prints stands beside it."""

    mean: float | None
    low: float | None
    high: float | None
    upper_bound: float | None
    level: Level
    printed: PrintedVolume


def amount_record(
    amount: Amount, *, by_day: bool = True, shown: float | None = None, is_rest: bool = False
) -> AmountRecord:
    """Round an average a day for the record.

    Parameters
    ----------
    amount : Amount
        In cases a day.
    by_day : bool
        Print it a day; otherwise in the shortest period in which it reads well.
    shown : float, optional
        A whole number to print as the average, so that parts add up to their sum; only where a number may be given.
    is_rest : bool
        Whether it is what other amounts leave of a whole, most of it. Where they have no printed number (`shown` is
        None), it has none either, for it would give them away; and its bound is what it is at least.

    Returns
    -------
    AmountRecord
    """
    if is_rest and shown is None:
        amount = _of_the_rest(amount)
    printed = print_amount(amount, period="day" if by_day else None)
    if shown is not None and amount.level == "number and range":
        printed = with_mean(printed, shown)
    if is_rest and amount.level == "bound only":
        printed = _at_least(printed, amount.lower_bound)
    has_range = amount.level != "refuse"
    return AmountRecord(
        mean=amount.estimate if amount.level == "number and range" else None,
        low=amount.low if has_range else None,
        high=amount.high if has_range else None,
        upper_bound=amount.upper_bound if has_range else None,
        level=amount.level,
        printed=printed,
    )


def with_printed(found: AmountRecord, printed: PrintedVolume) -> AmountRecord:
    """Return an amount printed another way, such as the same number stands elsewhere."""
    return replace(found, printed=printed)


def _of_the_rest(amount: Amount) -> Amount:
    return replace(amount, level="range only") if amount.level == "number and range" else amount


def _at_least(printed: PrintedVolume, lower_bound: float) -> PrintedVolume:
    """Turn a printed bound around: what the average is at least, rounded down."""
    unit = max(unit_for(lower_bound / 10), Decimal(1)) if lower_bound > 0 else Decimal(1)
    number = rounded(lower_bound, unit, ROUND_FLOOR)
    return PrintedVolume(
        level=printed.level,
        period=printed.period,
        mean_low=number_text(number),
        lower_bound=number_text(number),
        values={"mean_low": float(number), "lower_bound": float(number)},
    )


def with_mean(printed: PrintedVolume, mean: float) -> PrintedVolume:
    """Replace the printed average; the printed range grows where it has to, to hold it."""
    numbers = {**printed.values, "mean": mean}
    if "mean_low" in numbers:
        numbers["mean_low"], numbers["mean_high"] = (
            min(numbers["mean_low"], mean),
            max(numbers["mean_high"], mean),
        )
    texts = {name: number_text(Decimal(str(number))) for name, number in numbers.items()}
    return replace(
        printed,
        mean=texts["mean"],
        mean_low=texts.get("mean_low", printed.mean_low),
        mean_high=texts.get("mean_high", printed.mean_high),
        values=numbers,
    )
