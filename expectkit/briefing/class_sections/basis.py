"""What the numbers rest on: files, rows, dates, rows left out and why, classes, fingerprints."""

from __future__ import annotations

from expectkit.briefing.document import Block, Cell, Column, Paragraph, Row, Section, Span, Table
from expectkit.briefing.multiclass_record import MulticlassRecord
from expectkit.briefing.provenance_tables import days_text, files_table, left_out_text, scores_text
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text

ORDER = 110


def write(record: MulticlassRecord) -> Section | None:
    """Write the facts about the test cases, the classes, and the files they were read from."""
    facts = tuple(Row((Cell(name), Cell(value))) for name, value in _facts(record) if value)
    blocks: list[Block] = [
        Table(
            "The test cases and the assumptions", (Column("Fact", width=32), Column("Value", width=68)), facts
        ),
        Table(
            "The classes, in the test and in daily work",
            (
                Column("Class", width=32),
                Column("Test cases", "right", 18),
                Column("Share of a day's cases", width=50),
            ),
            tuple(
                Row((Cell(one.name), Cell(number_text(one.n_cases)), Cell(one.printed_share)))
                for one in record.classes
            ),
        ),
    ]
    if record.provenance.inputs:
        blocks.append(files_table(record.provenance))
    blocks.append(Paragraph((Span(record.statement("basis.assumption")),), "note"))
    return Section(id="basis", title="What the numbers rest on", blocks=tuple(blocks))


def _facts(record: MulticlassRecord) -> list[tuple[str, str]]:
    provenance, words = record.provenance, record.words
    return [
        ("Model", f"{record.model.name} {record.model.version}".strip()),
        ("Test cases", words.case.counted(number_text(provenance.n_kept))),
        ("Days", days_text(provenance)),
        ("Rows left out", left_out_text(provenance)),
        (f"{sentence_case(words.case.plural)} a day", record.traffic.printed),
        ("Scores", scores_text(provenance) if record.has_thresholds else ""),
        ("Equal scores", record.statement("basis.ties")),
    ]
