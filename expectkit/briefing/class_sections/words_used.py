"""The words used in the briefing and what they mean here."""

from __future__ import annotations

from expectkit.briefing.class_reasons import class_glossary
from expectkit.briefing.document import Definitions, Item, Section
from expectkit.briefing.multiclass_record import MulticlassRecord

ORDER = 120


def write(record: MulticlassRecord) -> Section | None:
    """Write the glossary in the reader's own words."""
    entries = class_glossary(record.words, has_thresholds=record.has_thresholds)
    block = Definitions(tuple(Item(entry.term, entry.meaning) for entry in entries))
    return Section(id="words", title="Words used here", blocks=(block,))
