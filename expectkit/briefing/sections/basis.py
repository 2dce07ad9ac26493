"""What the numbers rest on: files, rows, dates, rows left out and why, fingerprints."""

from __future__ import annotations

from expectkit.briefing.document import Block, Cell, Column, Paragraph, Row, Section, Span, Table
from expectkit.briefing.provenance_tables import days_text, files_table, left_out_text
from expectkit.briefing.record import Record
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text

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
        blocks.append(files_table(provenance))
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
        ("Days", days_text(provenance)),
        ("Rows left out", left_out_text(provenance)),
        (f"{sentence_case(words.case.plural)} a day", record.traffic.printed),
        (f"Share of {words.positive.plural}", record.prevalence.printed),
        ("Setting", record.threshold_choice.rule),
        ("At the setting", record.statement("basis.ties")),
        ("Scores", record.statement("basis.scores")),
        ("Weights", "Cases are weighted by a column of the file." if provenance.is_weighted else ""),
        ("Related cases", record.statement("basis.clusters")),
    ]
