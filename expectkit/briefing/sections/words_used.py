"""The words used in the briefing and what they mean here."""

from __future__ import annotations

from expectkit.briefing.document import Definitions, Item, Section
from expectkit.briefing.glossary import glossary
from expectkit.briefing.record import Record

ORDER = 120


def write(record: Record) -> Section | None:
    """Write the glossary in the reader's own words."""
    entries = tuple(Item(entry.term, entry.meaning) for entry in glossary(record.words))
    return Section(id="words", title="Words used here", blocks=(Definitions(entries),))
