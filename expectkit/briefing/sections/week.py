"""What each day of the week looks like, where the test holds four weeks or more."""

from __future__ import annotations

from expectkit.briefing.document import Cell, Column, Row, Section, Table
from expectkit.briefing.record import Record, WeekdayRecord
from expectkit.briefing.table_text import TOO_FEW
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text

ORDER = 35


def write(record: Record) -> Section | None:
    """Write the table of weekdays; nothing with fewer than 28 days."""
    if not record.per_weekday:
        return None
    words = record.words
    table = Table(
        caption="Average by weekday, and what 8 of 10 such days bring",
        columns=(
            Column("Weekday", width=22),
            Column(sentence_case(words.case.plural), "right", 18),
            Column(f"{sentence_case(words.positive.plural)} {words.caught}", "right", 20),
            Column(f"{sentence_case(words.negative.plural)} {words.briefly_flagged}", "right", 20),
            Column(f"{sentence_case(words.positive.plural)} {words.missed}", "right", 20),
        ),
        rows=tuple(_row(day) for day in record.per_weekday),
        note="Below each average: what 8 of 10 such days bring. "
        "Each weekday is judged by its own days, with their spread pooled.",
    )
    return Section(
        id="week",
        title=_title(record),
        deck="Plan the work by the day it falls on.",
        blocks=(table,),
    )


def _title(record: Record) -> str:
    """Say which weekday had most and fewest in the test, where what 8 of 10 such days bring does not overlap."""
    flagged = {day.weekday: day.per_day["flagged"] for day in record.per_weekday if "flagged" in day.per_day}
    if not flagged:
        return "How the days of the week differ"
    most, fewest = (chosen(flagged, key=lambda day: flagged[day].mean) for chosen in (max, min))
    if flagged[most].typical_low <= flagged[fewest].typical_high:
        return "Days of the week differ little"
    words = record.words
    return (
        f"In the test, most {words.case.plural} were {words.briefly_flagged} on {most}s, fewest on {fewest}s"
    )


def _row(day: WeekdayRecord) -> Row:
    names = ("cases", "caught_positives", "flagged_negatives", "missed_positives")
    cells = [Cell(day.weekday, f"{number_text(day.n_days)} days in the test")]
    for name in names:
        found = day.per_day.get(name)
        if found is None:
            cells.append(Cell(TOO_FEW))
        else:
            low, high = number_text(found.typical_low), number_text(found.typical_high)
            cells.append(Cell(found.printed, f"{low} to {high}"))
    return Row(tuple(cells))
