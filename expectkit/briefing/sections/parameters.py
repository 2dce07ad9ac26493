"""What is decided before launch: each parameter, its options, what each moves in volumes and money, who decides."""

from __future__ import annotations

from collections.abc import Iterator

from expectkit.briefing.document import Cell, Column, Row, Section, Table
from expectkit.briefing.launch_record import OptionRecord, ParameterRecord
from expectkit.briefing.record import Record

ORDER = 106
NOBODY = "Open: nobody is named"


def write(record: Record) -> Section | None:
    """Write the table of launch parameters; nothing when the project states neither launch nor costs."""
    if not record.parameters:
        return None
    rows = tuple(row for parameter in record.parameters for row in _rows(parameter))
    table = Table(
        caption="Launch parameters, their options, and what each moves",
        columns=(
            Column("To decide", width=15),
            Column("Option", width=26),
            Column("What it moves", width=30),
            Column("Money", width=13),
            Column("Who decides", width=16),
        ),
        rows=rows,
        note="Money is what mistakes cost, at the stated costs; for those who review, what their hours cost.",
    )
    return Section(
        id="parameters",
        title="What is to be decided before launch",
        deck="Each line is one option; the numbers say what it moves.",
        blocks=(table,),
    )


def _rows(parameter: ParameterRecord) -> Iterator[Row]:
    decided = Cell(parameter.decided_by) if parameter.decided_by else Cell(NOBODY, tone="false_alarm")
    if not parameter.options:
        question = Cell(f"Open question: {parameter.question}", tone="false_alarm")
        yield Row((Cell(parameter.title), question, Cell(""), Cell(""), decided))
    for place, option in enumerate(parameter.options):
        yield Row(
            (
                Cell(parameter.title),
                Cell(_marked(option)),
                Cell(option.volumes),
                Cell(option.money),
                decided if place == 0 else Cell(""),
            ),
            is_continued=place > 0,
        )


def _marked(option: OptionRecord) -> str:
    """Mark the proposed option in words, unless its own name says it."""
    said = option.text.lower()
    is_marked = not option.is_proposed or "proposed" in said or "agreed" in said
    return option.text if is_marked else f"{option.text} (proposed)"
