"""The verdict as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from expectkit.briefing.verdict_words import FindingRecord, GateRecord, TermResult
from expectkit.render.clean import clean_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

STYLES: Final = {
    "kept": "green",
    "broken": "bold red",
    "undecided": "yellow",
    "done": "green",
    "failed": "bold red",
    "open": "yellow",
}
MOST_PARTS: Final = 10
"""Values of a slice that are shown; those nearest to breaking the term come first."""


def print_verdict(record: GateRecord, console: Console) -> None:
    """Print a verdict: remarks, the table, what would settle open terms, the checklist, and the deciding sentence last.

    Parameters
    ----------
    record : GateRecord
    console : rich.console.Console
    """
    console.print(
        _plain(f"{record.promise_model}: {record.promise_name} at the setting {record.printed_threshold}")
    )
    console.print(verdict_table(record))
    for term in record.terms:
        found = term.decisive
        remark = found.needed or found.reason
        if term.answer != "kept" and remark:
            console.print(_plain(f"{term.words}: {remark}", "dim"))
    if record.checklist:
        console.print(_checklist_table(record))
    for remark in record.remarks:
        console.print(_plain(f"Note: {remark}", "dim"))
    console.print(_plain(record.headline))
    console.print(_plain(record.last_line, STYLES[record.answer]), soft_wrap=True)


def _plain(text: str, style: str = "") -> Text:
    """Return text whose brackets, control characters and colons (to a build server) mean nothing."""
    from rich.text import Text

    return Text(" ".join(clean_text(text).replace("::", ": :").split()), style=style)


def verdict_table(record: GateRecord) -> Table:
    """Return the table: one row a term, below it the values of its slice."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Verdict", no_wrap=True)
    table.add_column("Term", ratio=3)
    table.add_column("Promised", justify="right")
    table.add_column("Measured", justify="right")
    table.add_column("Range", justify="right")
    table.add_column("Rests on", ratio=2)
    for term in record.terms:
        table.add_row(*_term_row(term))
        for part in term.parts[:MOST_PARTS]:
            table.add_row(*_part_row(part))
        if len(term.parts) > MOST_PARTS:
            table.add_row("", _plain(f"  and {len(term.parts) - MOST_PARTS} more", "dim"), "", "", "", "")
    return table


def _term_row(term: TermResult) -> list[Text]:
    found = term.decisive
    cells = (
        [found.printed_value or "–", found.printed_range or "–", found.rests_on]
        if not term.parts
        else [""] * 3
    )
    return [
        _plain(term.answer, STYLES[term.answer]),
        _plain(term.words),
        _plain(term.promised),
        *(_plain(cell) for cell in cells),
    ]


def _part_row(part: FindingRecord) -> list[Text]:
    return [
        _plain(part.answer, STYLES[part.answer]),
        _indented(part.part),
        _plain(""),
        _plain(part.printed_value or "–"),
        _plain(part.printed_range or "–"),
        _plain(part.rests_on),
    ]


def _indented(text: str) -> Text:
    from rich.text import Text

    return Text("  ").append_text(_plain(text))


def _checklist_table(record: GateRecord) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("Before launch", ratio=2)
    table.add_column("", no_wrap=True)
    table.add_column("", ratio=3)
    for entry in record.checklist:
        table.add_row(_plain(entry.title), _plain(entry.state, STYLES[entry.state]), _plain(entry.detail))
    return table
