"""Money in the few characters that a table cell has: an amount with its range, a bound, or too little to say."""

from __future__ import annotations

from expectkit.briefing.cost_record import MoneyRecord
from expectkit.briefing.table_text import TOO_FEW


def money_cell(money: MoneyRecord, *, is_gain: bool = False) -> tuple[str, str]:
    """Write an amount and, under it, its range.

    Parameters
    ----------
    money : MoneyRecord
    is_gain : bool
        Whether more is better, so that a bound is "at least".

    Returns
    -------
    tuple of (str, str)

    Examples
    --------
    >>> known = MoneyRecord(2480.0, 2104.0, 2950.0, "number and range", True, "€2,500", "2,500", "2,100", "3,000")
    >>> money_cell(known)
    ('€2,500', '2,100 to 3,000')
    >>> money_cell(MoneyRecord(None, 2104.0, 2950.0, "range only", True, None, None, "2,100", "3,000"))
    ('2,100 to 3,000', '')
    """
    if money.printed_low is None or money.printed_high is None:
        return TOO_FEW, ""
    span = f"{money.printed_low} to {money.printed_high}"
    if money.printed is not None:
        return money.printed, span
    if money.level == "bound only":
        return (f"at least {money.printed_low}" if is_gain else f"at most {money.printed_high}"), ""
    return span, ""
