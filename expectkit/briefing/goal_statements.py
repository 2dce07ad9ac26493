"""Each goal of the business: met, not met or undecided, by which numbers, and what would settle it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

from expectkit.briefing.amount_text import money
from expectkit.briefing.goal_record import GoalRecord
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Words, clean_text
from expectkit.briefing.wording import exact, half_up, number_text, percent_units, rounded, unit_for

if TYPE_CHECKING:
    from expectkit.measure.goals import Goal, JudgedGoal, Measured, Outcome

_ONE = Decimal(1)
_HUNDRED = Decimal(100)
VERDICTS: Final[Mapping[Outcome, str]] = {"kept": "met", "broken": "not met", "undecided": "undecided"}
"""How a goal stands before launch; only a promise can be kept or broken."""

_SHARES = (
    "false_negative_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "precision",
    "selection_rate",
)


def goal_record(
    words: Words, judged: JudgedGoal, currency: str | None = None, *, shown: Mapping[str, float] | None = None
) -> GoalRecord:
    """Round a goal's numbers for the record, as `goal_statement` says them.

    Parameters
    ----------
    words : Words
    judged : JudgedGoal
    currency : str or None
    shown : mapping of str to float, optional
        By measure, the number that other pages print of it; that very number is printed here.

    Returns
    -------
    GoalRecord
    """
    goal, measured = judged.goal, judged.measured
    number = span = None
    if measured is not None:
        if measured.level == "number and range":
            number = _text(goal, _near(goal, measured, shown), currency)
        span = _span(judged, measured, currency)
    return GoalRecord(
        words=clean_text(goal.words),
        measure=goal.measure,
        limit=goal.limit,
        is_at_most=goal.is_at_most,
        outcome=judged.outcome,
        estimate=measured.estimate if measured is not None and number is not None else None,
        at_least=None if measured is None else measured.at_least,
        at_most=None if measured is None else measured.at_most,
        level=None if measured is None else measured.level,
        n_further=judged.n_further,
        printed_limit=f"{'at most' if goal.is_at_most else 'at least'} {_text(goal, exact(goal.limit), currency)}",
        printed_number=number,
        printed_range=span,
        settles=_settles(words, judged)[0] if judged.outcome == "undecided" else "",
    )


def _span(judged: JudgedGoal, measured: Measured, currency: str | None) -> str:
    """Write the bound the verdict rests on, or both while it is open."""
    goal = judged.goal
    if judged.outcome != "undecided":
        bound, side = _decisive(judged, measured)
        return f"{side} {_text(goal, bound, currency)}"
    ends = _bound(goal, measured.at_least, upward=False), _bound(goal, measured.at_most, upward=True)
    low, high = (_text(goal, end, currency).removesuffix(" a day") for end in ends)
    return f"{low} to {high}"


def goal_statement(
    words: Words,
    judged: JudgedGoal,
    currency: str | None = None,
    *,
    number: int = 1,
    shown: Mapping[str, float] | None = None,
) -> Statement:
    """Say how a goal stands.

    Parameters
    ----------
    words : Words
    judged : JudgedGoal
    currency : str or None
        For a goal tied to costs.
    number : int
        Its place among the goals, for the id.
    shown : mapping of str to float, optional
        As in `goal_record`.

    Returns
    -------
    Statement
        ``goal.<number>``. Printed bounds are rounded outward, but never past the limit on whose side they are.
    """
    because, values = _because(words, judged, currency, shown)
    text = f"{VERDICTS[judged.outcome].capitalize()}: “{clean_text(judged.goal.words)}”. {because}"
    return Statement(f"goal.{number}", text, {"limit": judged.goal.limit, **values})


def _because(
    words: Words, judged: JudgedGoal, currency: str | None, shown: Mapping[str, float] | None
) -> tuple[str, dict[str, float]]:
    goal, measured = judged.goal, judged.measured
    if measured is None:
        return judged.reason or "It was not measured.", {}
    limit = _text(goal, exact(goal.limit), currency)
    asked = f"{'at most' if goal.is_at_most else 'at least'} {limit} is asked for."
    if judged.outcome == "undecided":
        return _open(words, judged, measured, asked, currency, shown)
    bound, side = _decisive(judged, measured)
    text = f"With 95% certainty it is {side} {_text(goal, bound, currency)}; {asked}"
    is_upper = side in ("at most", "less than")
    return text, {"at_most" if is_upper else "at_least": float(bound)}


def _decisive(judged: JudgedGoal, measured: Measured) -> tuple[Decimal, str]:
    """Return the bound that settles a goal, rounded, and on which side of the truth it lies."""
    goal = judged.goal
    is_upper = goal.is_at_most == (judged.outcome == "kept")
    bound = _bound(goal, measured.at_most if is_upper else measured.at_least, upward=is_upper)
    bound = min(bound, exact(goal.limit)) if is_upper else max(bound, exact(goal.limit))
    side = "at most" if is_upper else "at least"
    if bound == exact(goal.limit) and judged.outcome == "broken":
        side = "less than" if is_upper else "more than"
    return bound, side


def _open(
    words: Words,
    judged: JudgedGoal,
    measured: Measured,
    asked: str,
    currency: str | None,
    shown: Mapping[str, float] | None,
) -> tuple[str, dict[str, float]]:
    goal = judged.goal
    ends = _bound(goal, measured.at_least, upward=False), _bound(goal, measured.at_most, upward=True)
    values = {"at_least": float(ends[0]), "at_most": float(ends[1])}
    low, high = (_text(goal, end, currency) for end in ends)
    text = f"It could be as low as {low} or as high as {high}; {asked}"
    if measured.level == "number and range":
        near = _near(goal, measured, shown)
        values["estimate"] = float(near)
        text = f"It is about {_text(goal, near, currency)}, but could be {low} or {high}; {asked}"
    settles, more = _settles(words, judged)
    return f"{text} {settles}", values | more


def _settles(words: Words, judged: JudgedGoal) -> tuple[str, dict[str, float]]:
    if judged.n_further is None or judged.of is None:
        return judged.reason or "More labelled cases of the same kind would settle it.", {}
    noun = words.positive if judged.of == "positives" else words.negative
    exactly = exact(judged.n_further)
    unit = max(_ONE.scaleb(exactly.adjusted() - 1), _ONE)
    n_more = rounded(exactly, unit, ROUND_CEILING)
    more = number_text(n_more)
    text = f"About {more} more labelled {noun.for_count(more)} like those tested would probably settle it."
    return text, {"n_further": float(n_more)}


def _unit(goal: Goal, measured: Measured) -> Decimal:
    width = exact(measured.at_most) - exact(measured.at_least)
    smallest = (
        exact(1e-6) if goal.measure in _SHARES else exact(0.01) if goal.measure == "cost_per_day" else _ONE
    )
    return max(unit_for(width), smallest) if width > 0 else smallest


def _near(goal: Goal, measured: Measured, shown: Mapping[str, float] | None = None) -> Decimal:
    if shown is not None and goal.measure in shown:
        return exact(shown[goal.measure])
    value = exact(measured.estimate)
    if goal.measure in _SHARES and 0 < value < 1:
        return half_up(value, percent_units(value)[0] / _HUNDRED)
    rounded_value = half_up(value, _unit(goal, measured))
    return rounded_value if rounded_value > 0 else half_up(value, exact(0.1))


def _bound(goal: Goal, bound: float, *, upward: bool) -> Decimal:
    """Round a bound away from what was measured, to two digits or so."""
    value = exact(bound)
    rest = min(value, 1 - value) if goal.measure in _SHARES else abs(value)
    if rest <= 0:
        return value
    unit = unit_for(rest / 2)
    if goal.measure not in _SHARES:
        unit = max(unit_for(rest / 10), exact(0.01) if goal.measure == "cost_per_day" else exact(0.1))
    return rounded(value, unit, ROUND_CEILING if upward else ROUND_FLOOR)


def _text(goal: Goal, value: Decimal, currency: str | None) -> str:
    if goal.measure in _SHARES:
        return f"{number_text(value * _HUNDRED)}%"
    if goal.measure == "cost_per_day":
        return f"{money(value, currency, exact(0.01))} a day"
    if goal.measure == "review_minutes_per_day":
        return f"{number_text(value)} minutes a day"
    return f"{number_text(value)} a day"
