"""Is it better than doing something simple? The same traffic under simple rules."""

from __future__ import annotations

from expectkit.briefing.document import Cell, Column, Row, Section, Table
from expectkit.briefing.record import Record
from expectkit.briefing.vocabulary import sentence_case

ORDER = 60

COUNTED = ("caught_positives", "flagged_negatives", "missed_positives")
"""Columns of the table, each in one period."""


def write(record: Record) -> Section | None:
    """Write the comparison with simple rules."""
    if not record.simple_baselines:
        return None
    words = record.words
    rows = tuple(
        Row(
            (
                Cell(row.name),
                Cell(row.caught_positives),
                Cell(row.flagged_negatives),
                Cell(row.missed_positives),
                Cell(row.accuracy),
            ),
            is_recommended=row.is_model,
        )
        for row in record.simple_baselines
    )
    table = Table(
        caption=f"The model beside simple rules, average {words.case.plural}{_a_day(record)}",
        columns=(
            Column("Rule", width=32),
            Column(f"{sentence_case(words.positive.plural)} {words.caught}", "right", 19),
            Column(f"{sentence_case(words.negative.plural)} {words.briefly_flagged}", "right", 19),
            Column(f"{sentence_case(words.positive.plural)} {words.missed}", "right", 17),
            Column("Decisions that are right", "right", 13),
        ),
        rows=rows,
        note=f"Average {words.case.plural}{_times(record)}. "
        "The share of right decisions is shown to make plain how little it says: see the table of words to avoid.",
    )
    return Section(
        id="alternatives",
        title="What simple rules would do instead",
        deck="A model is worth its trouble only when it beats a rule that needs no model.",
        blocks=(table,),
    )


def _a_day(record: Record) -> str:
    """Return " a day" unless a column names a longer period itself."""
    return "" if any(map(_names_a_time, _columns(record))) else " a day"


def _times(record: Record) -> str:
    """Say what the numbers are per; a column of a longer period names it in its cells."""
    named = [_names_a_time(column) for column in _columns(record)]
    if all(named):
        return ""
    return ", a day where no longer time stands beside the number" if any(named) else " a day"


def _columns(record: Record) -> list[tuple[str, ...]]:
    rows = record.simple_baselines
    return [tuple(getattr(row, name) for row in rows) for name in COUNTED]


def _names_a_time(texts: tuple[str, ...]) -> bool:
    return any(text.endswith((" a week", " a month", " a year")) for text in texts)
