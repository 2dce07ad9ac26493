"""Put a briefing on several labels together: an overview, then one section for each label."""

from __future__ import annotations

import datetime

from expectkit.briefing.compose import test_cases_text
from expectkit.briefing.document import (
    Block,
    Cell,
    Column,
    Definitions,
    Document,
    Heading,
    Item,
    Items,
    Panel,
    Paragraph,
    Row,
    Section,
    SignOff,
    Span,
    Table,
)
from expectkit.briefing.glossary import glossary
from expectkit.briefing.labels_record import LabelRecord, LabelsRecord
from expectkit.briefing.labels_recorder import COUNTED
from expectkit.briefing.provenance_tables import days_text, files_table, left_out_text
from expectkit.briefing.record import VolumeRecord
from expectkit.briefing.sections import certainty, opening, settings
from expectkit.briefing.table_text import average_range, average_text
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import date_text, number_text


def compose_labels(record: LabelsRecord) -> Document:
    """Write the document of a record on several labels.

    Parameters
    ----------
    record : LabelsRecord
        All numbers and sentences, rounded.

    Returns
    -------
    Document
        Ready to be drawn as HTML, PDF, Markdown or in a notebook.
    """
    model, provenance = record.model, record.provenance
    date = date_text(datetime.date.fromisoformat(provenance.date))
    is_confirmed = all(label.record.threshold_choice.confirmed_on_fresh_cases for label in record.labels)
    return Document(
        kind="Launch briefing",
        title=record.statement("headline"),
        deck=record.statement("deck"),
        subject=sentence_case(f"{model.name} {model.version}".strip()),
        meta=tuple(part for part in (record.audience.team, date) if part),
        badge="Decision needed" if is_confirmed else "Not yet confirmed",
        badge_tone="caught" if is_confirmed else "false_alarm",
        banner=provenance.banner,
        sections=(
            _overview(record),
            _asks(record),
            *(_label(label, number) for number, label in enumerate(record.labels, 1)),
            _basis(record),
            _words(record),
            _sign_off(record),
        ),
        footer=f"{test_cases_text(provenance)} · expectkit {provenance.expectkit_version} · {date}",
        language=record.words.language,
        date=provenance.date,
        description=record.statement("deck"),
    )


def _overview(record: LabelsRecord) -> Section:
    columns = (
        Column("Label", width=25),
        Column("Carry it", "right", 18),
        Column("Found", "right", 19),
        Column("Missed", "right", 19),
        Column("Others given it", "right", 19),
    )
    table = Table(
        caption=f"Labels side by side, {record.words.case.plural} a day",
        columns=columns,
        rows=tuple(_row(label) for label in record.labels),
        note=record.statement("labels.note"),
        shows_caption=True,
    )
    note = Paragraph((Span(record.statement("labels.apart")),), "note")
    blocks: list[Block] = [table, note]
    of_labels = {warned for label in record.labels for warned in label.record.warnings}
    if others := [warned for warned in record.warnings if warned not in of_labels]:
        blocks.append(Items(tuple(Item("Please note.", warned.text) for warned in others)))
    return Section("labels", "What to expect", tuple(blocks), shows_title=False)


def _row(label: LabelRecord) -> Row:
    per_day = label.record.per_day
    setting = f"from {label.record.operating.printed_threshold} up"
    return Row((Cell(sentence_case(label.name), setting), *(_cell(per_day[name]) for name in COUNTED)))


def _cell(volume: VolumeRecord) -> Cell:
    printed = volume.printed
    return Cell(average_text(printed), average_range(printed) if printed.mean is not None else "")


def _asks(record: LabelsRecord) -> Section:
    items = tuple(Item("", text) for text in record.audience.asks) or (
        Item("Agree each setting.", "Every label has its own page with what moves when it moves."),
        Item("Accept these volumes.", "They add up only within a label."),
    )
    panel = Panel("What we ask of you", items, level=2)
    return Section("asks", "What we ask of you", (panel,), shows_title=False)


def _label(label: LabelRecord, number: int) -> Section:
    """Write one label: the blocks that a briefing on this question alone would begin with."""
    record, headline = label.record, label.record.statement("headline")
    parts = [opening.write(record), settings.write(record), certainty.write(record)]
    first, *later = [part for part in parts if part is not None]
    blocks: list[Block] = list(first.blocks)
    for part in later:
        blocks += [Heading(part.title), *(block for block in part.blocks if not isinstance(block, Heading))]
    return Section(
        id=f"label-{number}",
        title=f"{sentence_case(label.name)}: {headline[:1].lower()}{headline[1:]}",
        deck=record.statement("deck"),
        blocks=tuple(blocks),
        starts_page=True,
        footnotes=first.footnotes,
    )


def _basis(record: LabelsRecord) -> Section:
    provenance, words = record.provenance, record.words
    facts = [
        ("Model", f"{record.model.name} {record.model.version}".strip()),
        ("Test cases", words.case.counted(number_text(provenance.n_kept))),
        ("Days", days_text(provenance)),
        ("Rows left out", left_out_text(provenance)),
        (f"{sentence_case(words.case.plural)} a day", record.traffic.printed),
        *(
            (f"Share of {label.record.words.positive.plural}", label.record.prevalence.printed)
            for label in record.labels
        ),
    ]
    table = Table(
        caption="The test cases and the assumptions",
        columns=(Column("Fact", width=32), Column("Value", width=68)),
        rows=tuple(Row((Cell(name), Cell(value))) for name, value in facts if value),
    )
    files = (files_table(provenance),) if provenance.inputs else ()
    return Section("basis", "What the numbers rest on", (table, *files), starts_page=True)


def _words(record: LabelsRecord) -> Section:
    entries = tuple(Item(entry.term, entry.meaning) for entry in glossary(record.labels[0].record.words))
    deck = f"Shown for the label {record.labels[0].name}; the others work alike."
    return Section("words", "Words used here", (Definitions(entries),), deck=deck)


def _sign_off(record: LabelsRecord) -> Section:
    lines = tuple(Item(role, "Name, date") for role in record.audience.sign_off)
    text = "By signing you agree to the setting of each label and to its volumes, with their ranges."
    return Section("sign-off", "Sign-off", (Paragraph((Span(text),)), SignOff(lines)))
