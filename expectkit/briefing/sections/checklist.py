"""The checklist before launch: what was computed, what somebody stated, and what is still open."""

from __future__ import annotations

from expectkit.briefing.checklist import ChecklistEntry
from expectkit.briefing.document import Cell, Column, Row, Section, Table
from expectkit.briefing.record import Record
from expectkit.briefing.wording import plain_list

ORDER = 127

_BASIS = {"computed": "Computed", "stated": "Stated", "nobody said": "Open"}
_STATE = {"done": "Done", "failed": "Failed", "open": "Open"}


def write(record: Record) -> Section | None:
    """Write the checklist when the project keeps one."""
    entries = record.checklist
    if not entries:
        return None
    return Section(
        id="checklist",
        title=_title(entries),
        deck="Computed where it can be, else stated by somebody with a date; what nobody said stays open.",
        blocks=(
            Table(
                caption="What must be in place before launch",
                columns=(
                    Column("Before launch", width=34),
                    Column("State", width=13),
                    Column("What is known", width=53),
                ),
                rows=tuple(_row(entry) for entry in entries),
            ),
        ),
    )


def _row(entry: ChecklistEntry) -> Row:
    basis = _BASIS[entry.basis] if entry.basis != "nobody said" else ""
    return Row(
        (
            Cell(entry.title),
            Cell(_STATE[entry.state], basis, "missed" if entry.state == "failed" else None),
            Cell(entry.detail),
        )
    )


def _title(entries: tuple[ChecklistEntry, ...]) -> str:
    counts = {state: sum(entry.state == state for entry in entries) for state in ("failed", "open")}
    if not any(counts.values()):
        return "Before launch, everything on the list is done"
    failed, still_open = counts["failed"], counts["open"]
    parts = [f"{failed} failed"] if failed else []
    if still_open:
        parts.append(f"{still_open} {'is' if still_open == 1 else 'are'} open")
    return f"Before launch, of {len(entries)} points: {plain_list(parts)}"
