"""What not to say about the model, why, and what to say."""

from __future__ import annotations

from expectkit.briefing.document import Cell, Column, Row, Section, Table
from expectkit.briefing.record import Record

ORDER = 115


def write(record: Record) -> Section | None:
    """Write the table of abstract statements and their concrete replacements."""
    if not record.instead:
        return None
    rows = tuple(Row((Cell(item.say_not), Cell(item.why), Cell(item.say))) for item in record.instead)
    table = Table(
        caption="Abstract statements and what to say instead",
        columns=(Column("Avoid", width=20), Column("Because", width=40), Column("Say", width=40)),
        rows=rows,
    )
    return Section(
        id="instead",
        title="Say what happens, not how good it is",
        deck="These phrases sound exact and tell a reader nothing about a working day.",
        blocks=(table,),
    )
