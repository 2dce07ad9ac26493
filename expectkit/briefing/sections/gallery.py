"""What going wrong looks like: typical mistakes, mistakes that people make too, and borderline ones."""

from __future__ import annotations

import base64
from typing import Literal

from expectkit.briefing.charts import Tone
from expectkit.briefing.document import (
    Block,
    CaseCard,
    CaseCards,
    Heading,
    Item,
    Picture,
    Section,
)
from expectkit.briefing.failure_record import CaseRecord, GalleryRecord
from expectkit.briefing.record import Record

ORDER = 52

_TONES: dict[str, Tone] = {"missed_positives": "missed", "flagged_negatives": "false_alarm"}


def write(record: Record) -> Section | None:
    """Write the galleries; nothing when single cases are not to be shown."""
    if record.failures is None or not record.failures.galleries:
        return None
    blocks: list[Block] = []
    for gallery in record.failures.galleries:
        blocks += [
            Heading(gallery.title),
            CaseCards(
                tuple(_card(case) for case in gallery.cases), _layout(gallery), gallery.deck, gallery.note
            ),
        ]
    return Section(
        id="examples",
        title="When it goes wrong, it looks like this",
        deck="Mistakes the model made on the test cases. It does not understand a case: it compares numbers.",
        blocks=tuple(blocks),
    )


def _layout(gallery: GalleryRecord) -> Literal["cards", "pictures"]:
    has_pictures = any(case.picture is not None or case.picture_note for case in gallery.cases)
    return "pictures" if has_pictures else "cards"


def _card(case: CaseRecord) -> CaseCard:
    picture = case.picture
    return CaseCard(
        tag=case.tag,
        tone=_TONES[case.kind],
        title=case.title,
        lines=case.lines,
        facts=tuple(Item(fact.name, fact.value) for fact in case.facts),
        snippet=case.snippet,
        picture=None
        if picture is None
        else Picture(
            base64.b64decode(picture.base64), picture.width, picture.height, picture.text_alternative
        ),
        picture_note=case.picture_note,
    )
