"""The problem on one page: context, goal, constraints, success, test and data; what nobody stated is a question."""

from __future__ import annotations

from expectkit.briefing.document import Cell, Column, Item, Items, Row, Section, Table
from expectkit.briefing.launch_record import FrameEntry
from expectkit.briefing.record import Record

ORDER = 104
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven")


def write(record: Record) -> Section | None:
    """Write the frame as a table; when nothing of it is stated, only the questions it leaves open."""
    entries = record.frame
    if not entries:
        return None
    is_open = [entry for entry in entries if entry.is_open]
    if len(is_open) == len(entries):
        return Section(
            id="frame",
            title="Questions nobody has answered yet",
            deck="State the answers under [frame] in the config; they then stand here.",
            blocks=(Items(tuple(Item(f"{entry.title}.", entry.question) for entry in is_open)),),
        )
    return Section(
        id="frame",
        title=_title(len(is_open)),
        blocks=(
            Table(
                caption="The problem frame",
                columns=(Column("Question", width=24), Column("Answer", width=76)),
                rows=tuple(Row((Cell(entry.title), _answer(entry))) for entry in entries),
            ),
        ),
    )


def _title(n_open: int) -> str:
    if n_open == 0:
        return "The problem on one page"
    questions = "question is" if n_open == 1 else "questions are"
    return f"The problem on one page: {_NUMBERS[n_open].lower()} {questions} still open"


def _answer(entry: FrameEntry) -> Cell:
    if entry.is_open:
        return Cell(f"Open question: {entry.question}", entry.counted, tone="false_alarm")
    return Cell(" ".join(_ended(text) for text in entry.stated), entry.counted)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
