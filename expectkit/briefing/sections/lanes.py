"""Two thresholds: what is cleared, blocked, and sent to a person; and how much needs no person."""

from __future__ import annotations

from expectkit.briefing.amount_record import AmountRecord
from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import Line, LineChart
from expectkit.briefing.document import (
    Block,
    Cell,
    Charts,
    Column,
    Heading,
    Item,
    Items,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
)
from expectkit.briefing.lanes_record import AutomationRecord, LaneRecord, LanesRecord
from expectkit.briefing.record import Record
from expectkit.briefing.table_text import average_range, average_text
from expectkit.briefing.vocabulary import sentence_case

ORDER = 25


def write(record: Record) -> Section | None:
    """Write the lanes of a day and the automated share; nothing where one threshold decides."""
    lanes = record.lanes
    if lanes is None or not (lanes.lanes or lanes.automation or record.statement("lanes.automated")):
        return None
    blocks: list[Block] = []
    if lanes.lanes:
        blocks.append(Paragraph((Span(record.statement("lanes")),), "lead"))
        blocks.append(_table(record, lanes.lanes))
        blocks.append(Items(tuple(_sides(record))))
    blocks += _automation(record, lanes)
    title = "Three ways: cleared, sent to a person, blocked" if lanes.lanes else "How much needs no person"
    return Section("lanes", title, tuple(blocks), deck=record.statement("lanes.deck"), starts_page=True)


def _sides(record: Record) -> list[Item]:
    leads = {
        "lanes.missed": "Cleared by mistake.",
        "lanes.blocked": "Blocked by mistake.",
        "lanes.person": "Work for people.",
        "lanes.share": "Without a person.",
    }
    return [Item(lead, text) for name, lead in leads.items() if (text := record.statement(name))]


def _table(record: Record, lanes: tuple[LaneRecord, ...]) -> Table:
    words = record.words
    return Table(
        caption=f"The lanes, {words.case.plural} a day",
        columns=(
            Column("Lane", width=31),
            Column(f"All {words.case.plural}", "right", 23),
            Column(sentence_case(words.positive.plural), "right", 23),
            Column(sentence_case(words.negative.plural), "right", 23),
        ),
        rows=tuple(
            Row(
                (
                    Cell(lane.title, f"score {lane.scores}"),
                    *map(_cell, (lane.all_cases, lane.positives, lane.negatives)),
                )
            )
            for lane in lanes
        ),
        note=record.statement("lanes.note"),
    )


def _cell(amount: AmountRecord) -> Cell:
    has_number = amount.printed.mean is not None
    return Cell(average_text(amount.printed), average_range(amount.printed) if has_number else "")


def _automation(record: Record, lanes: LanesRecord) -> list[Block]:
    stated = record.statement("lanes.automated")
    if not (stated or lanes.automation):
        return []
    blocks: list[Block] = []
    if title := record.statement("lanes.automation.title"):
        blocks.append(Heading(title))
    if stated:
        blocks.append(Paragraph((Span(stated),)))
    if (chart := _chart(record, lanes)) is not None:
        blocks.append(chart)
    if lanes.automation:
        blocks.append(_automation_table(record, lanes.automation))
    return blocks


def _chart(record: Record, lanes: LanesRecord) -> Charts | None:
    curve = lanes.curve
    if curve is None:
        return None
    cases = record.words.case.plural
    x = tuple(100 * share for share in curve.automated_share)
    y, low, high = (
        tuple(1_000 * v for v in values) for values in (curve.error_share, curve.error_low, curve.error_high)
    )
    stated = next((row for row in lanes.automation if row.is_stated), None)
    text = "; ".join(
        f"{row.printed_automated_share} decided alone, {row.printed_error_share} of every 1,000 of those wrong"
        for row in lanes.automation
    )
    chart = LineChart(
        title="Errors among what no person sees",
        unit=f"Of every 1,000 {cases} decided without a person",
        x_label=f"Share of {cases} that no person sees (%)",
        x_low=x[0],
        x_high=x[-1],
        y_high=nice_ticks(max(high), 4)[-1][0],
        lines=(Line("Wrong", "false_alarm", x, y, low, high),),
        marker=None if stated is None else 100 * stated.automated_share,
        marker_label="" if stated is None else f"Tolerated {stated.printed_at_most_error}",
        text_alternative=f"Of every 1,000 {cases}: {text}.",
    )
    return Charts(
        (chart,),
        drawn="The band shows where the share of errors could lie, from the other half of the cases.",
    )


def _automation_table(record: Record, rows: tuple[AutomationRecord, ...]) -> Table:
    return Table(
        caption="Tolerated errors and what needs no person then, of every 1,000",
        columns=(
            Column("Tolerated errors", width=18),
            Column("Settings", width=24),
            Column("Need no person", "right", 18),
            Column("Of these wrong", "right", 18),
            Column("With 95% certainty at most", "right", 22),
        ),
        rows=tuple(_automation_row(row) for row in rows),
        note=record.statement("lanes.automation.note"),
    )


def _automation_row(row: AutomationRecord) -> Row:
    return Row(
        (
            Cell(row.printed_at_most_error, "kept" if row.is_kept else "not shown to be kept"),
            Cell(row.printed_lanes),
            Cell(row.printed_automated_share),
            Cell(row.printed_error_share),
            Cell(row.printed_error_upper_bound),
        ),
        is_recommended=row.is_stated,
    )
