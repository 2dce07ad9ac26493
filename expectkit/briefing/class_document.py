"""Put a briefing on several classes together: its sections in reading order."""

from __future__ import annotations

import datetime

from expectkit.briefing import class_sections
from expectkit.briefing.compose import section_modules, test_cases_text
from expectkit.briefing.document import Document
from expectkit.briefing.multiclass_record import MulticlassRecord
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import date_text


def compose_classes(record: MulticlassRecord) -> Document:
    """Write the document of a record on several classes.

    Parameters
    ----------
    record : MulticlassRecord
        All numbers and sentences, rounded.

    Returns
    -------
    Document
        Ready to be drawn as HTML, PDF, Markdown or in a notebook.
    """
    written = (module.write(record) for module in section_modules(class_sections))
    model, provenance = record.model, record.provenance
    date = date_text(datetime.date.fromisoformat(provenance.date))
    is_confirmed = record.confirmed_on_fresh_cases
    return Document(
        kind="Launch briefing",
        title=record.statement("headline"),
        deck=record.statement("deck"),
        subject=sentence_case(f"{model.name} {model.version}".strip()),
        meta=tuple(part for part in (record.audience.team, date) if part),
        badge="Decision needed" if is_confirmed else "Not yet confirmed",
        badge_tone="caught" if is_confirmed else "false_alarm",
        banner=provenance.banner,
        sections=tuple(section for section in written if section is not None),
        footer=f"{test_cases_text(provenance)} · expectkit {provenance.expectkit_version} · {date}",
        language=record.words.language,
        date=provenance.date,
        description=record.statement("expectation"),
    )
