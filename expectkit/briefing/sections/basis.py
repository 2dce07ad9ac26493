"""What the numbers rest on: files, rows, dates, rows left out and why, fingerprints."""

from __future__ import annotations

import datetime

from expectkit.briefing.document import Block, Cell, Column, Paragraph, Row, Section, Span, Table
from expectkit.briefing.record import Provenance, Record
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import date_range_text, number_text

ORDER = 110


def write(record: Record) -> Section | None:
    """Write the facts about the test cases, and the files they were read from."""
    provenance = record.provenance
    facts = tuple(Row((Cell(name), Cell(value))) for name, value in _facts(record) if value)
    blocks: list[Block] = [
        Table(
            caption="The test cases and the assumptions",
            columns=(Column("Fact", width=32), Column("Value", width=68)),
            rows=facts,
        )
    ]
    if provenance.inputs:
        blocks.append(_files(provenance))
    blocks.append(Paragraph((Span(record.statement("basis.assumption")),), "note"))
    return Section(id="basis", title="What the numbers rest on", blocks=tuple(blocks))


def _facts(record: Record) -> list[tuple[str, str]]:
    provenance, words, counts = record.provenance, record.words, record.counts
    n_positives = counts.n_true_positives + counts.n_false_negatives
    n_negatives = counts.n_false_positives + counts.n_true_negatives
    return [
        ("Model", f"{record.model.name} {record.model.version}".strip()),
        (
            "Test cases",
            f"{words.case.counted(number_text(provenance.n_kept))}: {words.positive.counted(number_text(n_positives))} "
            f"and {words.negative.counted(number_text(n_negatives))}",
        ),
        ("Days", _days(provenance)),
        ("Rows left out", _left_out(provenance)),
        (f"{sentence_case(words.case.plural)} a day", record.traffic.printed),
        (f"Share of {words.positive.plural}", record.prevalence.printed),
        ("Setting", record.threshold_choice.rule),
        ("At the setting", record.statement("basis.ties")),
        ("Scores", record.statement("basis.scores")),
        ("Weights", "Cases are weighted by a column of the file." if provenance.is_weighted else ""),
        ("Related cases", record.statement("basis.clusters")),
    ]


def _days(provenance: Provenance) -> str:
    if provenance.n_days == 0:
        return ""
    first, last = (datetime.date.fromisoformat(day) for day in (provenance.first_day, provenance.last_day))
    lead = "" if first == last else "from "
    return f"{number_text(provenance.n_days)}, {lead}{date_range_text(first, last)}"


def _left_out(provenance: Provenance) -> str:
    missing = provenance.n_rows - provenance.n_kept
    if missing == 0:
        return "No rows; every one was used."
    no_score, no_label = number_text(provenance.n_missing_score), number_text(provenance.n_missing_label)
    return (
        f"{number_text(missing)} of {number_text(provenance.n_rows)} rows: {no_score} without a score, "
        f"{no_label} without a label. What they would have shown is not known."
    )


def _files(provenance: Provenance) -> Table:
    rows = tuple(
        Row((Cell(item.name), Cell(number_text(item.n_rows)), Cell(item.sha256)))
        for item in provenance.inputs
    )
    return Table(
        caption="Files read, with their SHA-256 fingerprints",
        columns=(Column("File", width=26), Column("Rows", "right", 12), Column("SHA-256", width=62)),
        rows=rows,
    )
