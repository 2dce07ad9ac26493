"""How it fares for each group: a table for each slice column, worst and best, and a note on fairness."""

from __future__ import annotations

from expectkit.briefing.document import Block, Cell, Column, Heading, Paragraph, Row, Section, Span, Table
from expectkit.briefing.failure_record import GroupRateRecord, GroupsRecord
from expectkit.briefing.record import Record
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text

ORDER = 55


def write(record: Record) -> Section | None:
    """Write the groups of each slice column."""
    found = [groups for groups in record.slices if len(groups.groups) > 1]
    if not found:
        return None
    blocks: list[Block] = []
    for groups in found:
        blocks += _blocks(record, groups)
    names = ", ".join(groups.label for groups in found)
    return Section(
        id="groups",
        title="Not every group fares the same",
        deck=f"The same setting, seen by {names}: how often it errs in each group of the test cases.",
        blocks=tuple(blocks),
    )


def _blocks(record: Record, groups: GroupsRecord) -> list[Block]:
    sentences = [
        record.statement(f"groups.{kind}.{groups.column}")
        for kind in ("false_negative_rate", "false_positive_rate", "selection_rate")
    ]
    blocks: list[Block] = [
        Heading(f"By {groups.label}"),
        _table(record, groups),
        Paragraph(tuple(Span(f"{text} ") for text in sentences if text)),
    ]
    fairness = record.statement(f"groups.fairness.{groups.column}")
    if fairness:
        blocks.append(Paragraph((Span("Fairness. ", strong=True), Span(fairness))))
    return blocks


def _table(record: Record, groups: GroupsRecord) -> Table:
    words = record.words
    columns = [
        Column(sentence_case(groups.label), width=28),
        Column(f"Of {words.positive.plural}, {words.missed}", "right", 36),
        Column(f"Of {words.negative.plural}, wrongly flagged", "right", 36),
    ]
    if groups.is_sensitive:
        columns = [
            Column(sentence_case(groups.label), width=22),
            Column(f"Of {words.positive.plural}, {words.missed}", "right", 26),
            Column(f"Of {words.negative.plural}, wrongly flagged", "right", 26),
            Column(f"Of all {words.case.plural}, flagged", "right", 26),
        ]
    rows = []
    for group in groups.groups:
        cells = [Cell(group.label), _cell(group.missed), _cell(group.wrongly_flagged)]
        if groups.is_sensitive:
            cells.append(_cell(group.flagged))
        rows.append(Row(tuple(cells)))
    return Table(
        caption=f"How often it errs, by {groups.label}",
        columns=tuple(columns),
        rows=tuple(rows),
        note=_note(groups),
    )


def _note(groups: GroupsRecord) -> str:
    note = "Small print: cases in the test, and what the share could be. A star marks fewer than 30 cases."
    if groups.is_weighted:
        note += " Shares and ranges weigh the cases as stated; the counts are of the cases as they are in the test."
    if groups.n_left_out:
        note += f" {number_text(groups.n_left_out)} groups between the worst and the best are left out."
    return sentence_case(note)


def _cell(rate: GroupRateRecord | None) -> Cell:
    if rate is None:
        return Cell("no such case")
    star = "*" if rate.is_small else ""
    counts = f"{number_text(rate.numerator)} of {number_text(rate.denominator)}"
    return Cell(f"{rate.printed}{star}", f"{counts}; {rate.printed_low} to {rate.printed_high}")
