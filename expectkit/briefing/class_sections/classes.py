"""Class by class: its setting, its cases a day, and what becomes of them."""

from __future__ import annotations

from expectkit.briefing.amount_record import AmountRecord
from expectkit.briefing.document import Cell, Column, Item, Items, Row, Section, Table
from expectkit.briefing.multiclass_record import ClassRecord, MulticlassRecord
from expectkit.briefing.table_text import average_range, average_text
from expectkit.briefing.vocabulary import sentence_case

ORDER = 40
FEW_CLASSES = 5
"""With more of them the table has a page of its own."""


def write(record: MulticlassRecord) -> Section | None:
    """Write the table of classes and one sentence for each."""
    sentences = [item for item in record.statements if item.id.startswith("class.")]
    items = tuple(
        Item(f"{sentence_case(one.noun.plural)}.", statement.text)
        for one, statement in zip(record.classes, sentences, strict=True)
    )
    overall = Item("All together.", record.statement("classes.right"))
    return Section(
        id="classes",
        title=_title(record),
        deck=record.statement("classes.deck"),
        blocks=(_table(record), Items((overall, *items))),
        starts_page=len(record.classes) > FEW_CLASSES,
    )


def _title(record: MulticlassRecord) -> str:
    worst = min(record.classes, key=lambda one: one.n_right / one.n_cases)
    if worst.n_right == worst.n_cases:
        return "Every test case was decided right, in each class"
    return f"It decides {worst.noun.plural} right least often"


def _table(record: MulticlassRecord) -> Table:
    person = (Column("To a person", "right", 15),) if record.has_person else ()
    return Table(
        caption=f"Classes side by side, {record.words.case.plural} a day",
        columns=(
            Column("Class", width=25 if person else 30),
            Column("All", "right", 15),
            Column("Decided right", "right", 15),
            Column("Decided wrong", "right", 15),
            *person,
            Column("Others taken for it", "right", 15),
        ),
        rows=tuple(_row(one, record.has_person) for one in record.classes),
        note=record.statement("classes.note"),
    )


def _row(one: ClassRecord, has_person: bool) -> Row:
    setting = f"from {one.printed_threshold} up" if one.printed_threshold else ""
    amounts = [one.cases, one.right, one.wrong, *((one.to_a_person,) if has_person else ()), one.taken_for_it]
    return Row((Cell(one.name, setting), *(_cell(amount) for amount in amounts)))


def _cell(amount: AmountRecord) -> Cell:
    printed = amount.printed
    is_number = printed.mean is not None
    return Cell(average_text(printed), average_range(printed) if is_number else "")
