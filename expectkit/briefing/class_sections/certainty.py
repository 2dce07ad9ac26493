"""How sure we are and why: what each range covers and what it does not."""

from __future__ import annotations

from expectkit.briefing.document import Block, Item, Items, Section
from expectkit.briefing.multiclass_record import MulticlassRecord

ORDER = 50

LEADS = {
    "cases": "The test",
    "traffic": "Traffic",
    "mix": "The mix",
    "days": "Single days",
    "settings": "The settings",
    "fresh": "Fresh cases",
    "together": "Who is taken for whom",
    "each": "All at once",
}
"""What each reason is about, by the second part of its statement's id."""


def write(record: MulticlassRecord) -> Section | None:
    """Write the reasons for the ranges, and the warnings."""
    reasons = tuple(
        Item(f"{LEADS[part]}.", statement.text)
        for statement in record.statements
        if statement.id.startswith("certainty.") and (part := statement.id.split(".")[1]) in LEADS
    )
    blocks: list[Block] = [Items(reasons)]
    if record.warnings:
        blocks.append(Items(tuple(Item("Please note.", warning.text) for warning in record.warnings)))
    return Section("certainty", "How sure we are, and why", tuple(blocks), record.statement("sure.deck"))
