"""What the business wants: each goal met, not met or undecided, by which number, and what would settle it."""

from __future__ import annotations

from expectkit.briefing.charts import Tone
from expectkit.briefing.document import Cell, Column, Row, Section, Table
from expectkit.briefing.goal_record import GoalRecord
from expectkit.briefing.goal_statements import VERDICTS
from expectkit.briefing.record import Record
from expectkit.briefing.table_text import NOTHING, TOO_FEW
from expectkit.measure.goals import Outcome

ORDER = 31
TONES: dict[Outcome, Tone] = {"kept": "caught", "broken": "false_alarm", "undecided": "neutral"}
_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def write(record: Record) -> Section | None:
    """Write the table of goals; nothing without goals."""
    if not record.goals:
        return None
    table = Table(
        caption="Goals, what was measured, and whether they are met",
        columns=(
            Column("Goal", width=33),
            Column("Asked for", width=17),
            Column("Measured", width=18),
            Column("Verdict", width=12),
            Column("What would settle it", width=20),
        ),
        rows=tuple(_row(goal) for goal in record.goals),
        note=f"At the setting {record.operating.printed_threshold}. Small print: what holds with 95% certainty.",
    )
    return Section(id="goals", title=_title(record.goals), blocks=(table,))


def _row(goal: GoalRecord) -> Row:
    number = goal.printed_number or goal.printed_range or TOO_FEW
    return Row(
        (
            Cell(goal.words),
            Cell(goal.printed_limit),
            Cell(number, (goal.printed_range or "") if goal.printed_number is not None else ""),
            Cell(VERDICTS[goal.outcome].capitalize(), tone=TONES[goal.outcome]),
            Cell(goal.settles or NOTHING),
        )
    )


def _title(goals: tuple[GoalRecord, ...]) -> str:
    """Count the verdicts in words, worst first."""
    outcomes: tuple[Outcome, ...] = ("broken", "undecided", "kept")
    counts = {outcome: sum(goal.outcome == outcome for goal in goals) for outcome in outcomes}
    said = [f"{_word(count)} {VERDICTS[outcome]}" for outcome, count in counts.items() if count > 0]
    if len(said) == 1:
        verdict = next(VERDICTS[outcome] for outcome, count in counts.items() if count > 0)
        if len(goals) == 1:
            return f"The one goal is {verdict}"
        if verdict == VERDICTS["broken"]:
            return f"None of the {_word(len(goals))} goals is met"
        return f"All {_word(len(goals))} goals are {verdict}"
    *others, last = said
    return f"Of {_word(len(goals))} goals: {', '.join(others)} and {last}"


def _word(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)
