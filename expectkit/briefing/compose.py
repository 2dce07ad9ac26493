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
from expectkit.briefing.record import Provenance, Record
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import date_text, number_text

FINGERPRINT_DIGITS = 12
"""Of the 64 of a SHA-256: enough to tell inputs apart by eye; all of them stand in the section on the basis."""


def section_modules(package: ModuleType = sections) -> tuple[ModuleType, ...]:
    """Return the section modules, in reading order.

    Parameters
    ----------
    package : module
        Where they lie.

    Returns
    -------
    tuple of module
        Every module of the package, ascending by its `ORDER`, then by name.
    """
    names = [info.name for info in pkgutil.iter_modules(package.__path__)]
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
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
    day = record.provenance.date
    date = date_text(datetime.date.fromisoformat(day))
    return Document(
        kind="Launch briefing",
        title=record.statement("headline"),
        deck=record.statement("deck"),
        subject=sentence_case(subject),
        meta=tuple(part for part in (record.audience.team, date) if part),
        badge=_badge(record),
        badge_tone="caught" if record.threshold_choice.confirmed_on_fresh_cases else "false_alarm",
        banner=record.provenance.banner,
        sections=tuple(section for section in written if section is not None),
        footer=f"{test_cases_text(record.provenance)} · expectkit {record.provenance.expectkit_version} · {date}",
        language=record.words.language,
        date=day,
        description=record.statement("expectation"),
    )


def test_cases_text(provenance: Provenance) -> str:
    """Name the test cases by the first digits of their fingerprint; of several files, the first and how many more."""
    if not provenance.inputs:
        return "Test cases"
    first, n_more = provenance.inputs[0].sha256[:FINGERPRINT_DIGITS], len(provenance.inputs) - 1
    more = f" and {number_text(n_more)} more {'file' if n_more == 1 else 'files'}" if n_more > 0 else ""
    return f"Test cases {first}{more}"


def _badge(record: Record) -> str:
    if record.promise is not None and record.promise.covers == "this setting":
        is_confirmed = record.threshold_choice.confirmed_on_fresh_cases
        return "Agreed" if is_confirmed else "Agreed, not yet confirmed"
    if record.threshold_choice.chosen_on_these_cases and not record.threshold_choice.confirmed_on_fresh_cases:
        return "Not yet confirmed"
    return "Decision needed"
