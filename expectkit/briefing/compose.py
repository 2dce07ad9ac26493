"""Put a briefing together: the record's sections in reading order.

A section is a module in ``expectkit/briefing/sections`` with an `ORDER` and a function ``write(record)`` that returns
a `Section`, or None when the record holds nothing for it. It is found by being there.
"""

from __future__ import annotations

import datetime
import importlib
import pkgutil
from types import ModuleType

from expectkit.briefing import sections
from expectkit.briefing.document import Document
from expectkit.briefing.record import Record
from expectkit.briefing.wording import date_text


def section_modules() -> tuple[ModuleType, ...]:
    """Return the section modules, in reading order."""
    names = [info.name for info in pkgutil.iter_modules(sections.__path__)]
    modules = [importlib.import_module(f"{sections.__name__}.{name}") for name in names]
    return tuple(sorted(modules, key=lambda module: (module.ORDER, module.__name__)))


def compose(record: Record) -> Document:
    """Write the document of a record.

    Parameters
    ----------
    record : Record
        All numbers and sentences, rounded.

    Returns
    -------
    Document
        Ready to be drawn as HTML, PDF, Markdown or in a notebook.
    """
    written = (module.write(record) for module in section_modules())
    model = record.model
    subject = f"{model.name} {model.version}".strip()
    fingerprint = record.provenance.inputs[0].sha256[:12] if record.provenance.inputs else ""
    day = record.provenance.date
    date = date_text(datetime.date.fromisoformat(day))
    return Document(
        kind="Launch briefing",
        title=record.statement("headline"),
        deck=record.statement("deck"),
        subject=subject[:1].upper() + subject[1:],
        meta=tuple(part for part in (record.audience.team, date) if part),
        badge=_badge(record),
        badge_tone="caught" if record.threshold_choice.confirmed_on_fresh_cases else "false_alarm",
        banner=record.provenance.banner,
        sections=tuple(section for section in written if section is not None),
        footer=f"Test cases {fingerprint} · expectkit {record.provenance.expectkit_version} · {date}",
        language=record.words.language,
        date=day,
        description=record.statement("expectation"),
    )


def _badge(record: Record) -> str:
    if record.threshold_choice.chosen_on_these_cases and not record.threshold_choice.confirmed_on_fresh_cases:
        return "Not yet confirmed"
    return "Decision needed"
