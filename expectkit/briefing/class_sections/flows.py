"""Who is taken for whom: the matrix of the test, and the largest flows a day with their ranges."""

from __future__ import annotations

from typing import Literal

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import RangeChart, RangeRow
from expectkit.briefing.document import (
    Block,
    Cell,
    Charts,
    Column,
    FlowCell,
    FlowMatrix,
    FlowRow,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
)
from expectkit.briefing.multiclass_record import FlowRecord, MulticlassRecord
from expectkit.briefing.table_text import average_range, average_text
from expectkit.briefing.vocabulary import clean_text, sentence_case
from expectkit.briefing.wording import DAYS, number_text, some_of

ORDER = 30
MOST_CLASSES = 12
"""With more classes the matrix is too wide for a page; the flows are listed only."""
MOST_BARS = 8
MOST_ROWS = 20
LONGEST_TITLE = 24
"""Characters of a class name over a column."""

Shade = Literal[0, 1, 2, 3]


def write(record: MulticlassRecord) -> Section | None:
    """Write the matrix, the chart and the table of flows."""
    blocks: list[Block] = []
    if len(record.classes) <= MOST_CLASSES:
        blocks.append(_matrix(record))
    if (charts := _charts(record)) is not None:
        blocks.append(charts)
    if record.flows:
        blocks.append(_table(record))
    if text := record.statement("flows.unseen"):
        blocks.append(Paragraph((Span(text),)))
    return Section(
        id="flows",
        title=_title(record),
        deck=record.statement("flows.deck"),
        blocks=tuple(blocks),
        starts_page=True,
    )


def _title(record: MulticlassRecord) -> str:
    mistakes = [flow for flow in record.flows if flow.decided is not None]
    if not mistakes:
        return "The test saw no class taken for another"
    return f"The most common mistake: {mistakes[0].label}"


def _matrix(record: MulticlassRecord) -> FlowMatrix:
    titles = [clean_text(one.name, LONGEST_TITLE) for one in record.classes]
    n_columns = len(titles) + (1 if record.has_person else 0)
    rows = tuple(
        FlowRow(
            titles[i],
            number_text(one.n_cases),
            tuple(_cell(record.counts[i][j], one.n_cases, i, j, len(titles)) for j in range(n_columns)),
        )
        for i, one in enumerate(record.classes)
    )
    return FlowMatrix(
        caption="Who was taken for whom in the test",
        corner="True class",
        total_title="All",
        columns=(*titles, *(("Person",) if record.has_person else ())),
        rows=rows,
        note=record.statement("flows.note"),
    )


def _cell(count: int, n_cases: int, row: int, column: int, n_classes: int) -> FlowCell:
    kind: Literal["right", "wrong", "person"] = "wrong"
    if column == n_classes:
        kind = "person"
    elif column == row:
        kind = "right"
    return FlowCell(number_text(count), kind, _shade(count / n_cases, kind))


def _shade(share: float, kind: str) -> Shade:
    if share == 0:
        return 0
    second, third = (0.5, 0.8) if kind == "right" else (0.02, 0.1)
    return 3 if share >= third else 2 if share >= second else 1


def _charts(record: MulticlassRecord) -> Charts | None:
    """Draw the mistakes, and beside them who is sent to a person."""
    known = [flow for flow in record.flows if flow.per_day.low is not None and flow.per_day.high is not None]
    parts = {
        "The most common mistakes": [flow for flow in known if flow.decided is not None],
        "Sent to a person": [flow for flow in known if flow.decided is None],
    }
    charts = tuple(_chart(record, title, flows[:MOST_BARS]) for title, flows in parts.items() if flows)
    return (
        Charts(charts, "These ranges hold all together, so the largest may be picked out.")
        if charts
        else None
    )


def _chart(record: MulticlassRecord, title: str, flows: list[FlowRecord]) -> RangeChart:
    """Draw flows per the period in which the largest of them is printed."""
    period = flows[0].per_day.printed.period
    ticks = nice_ticks(max(flow.per_day.high or 0.0 for flow in flows) * DAYS[period], 4)
    text = "; ".join(f"{flow.label}: {_average(flow)}" for flow in flows)
    cases = sentence_case(record.words.case.plural)
    return RangeChart(
        title=title,
        unit=f"{cases} a {period}, with their ranges; beside them the counts of the test",
        axis_high=ticks[-1][0],
        rows=tuple(_bar(flow, DAYS[period]) for flow in flows),
        text_alternative=f"{title}. {text}.",
    )


def _average(flow: FlowRecord) -> str:
    """Write the average of a flow with its period, also where that is a day."""
    printed = flow.per_day.printed
    return average_text(printed) + (" a day" if printed.period == "day" and printed.level != "refuse" else "")


def _bar(flow: FlowRecord, days: int) -> RangeRow:
    mean = flow.per_day.mean
    return RangeRow(
        label=_short_label(flow),
        value=None if mean is None else mean * days,
        low=(flow.per_day.low or 0.0) * days,
        high=(flow.per_day.high or 0.0) * days,
        tone="neutral" if flow.decided is None else "false_alarm",
        note=f"{number_text(flow.n_seen)} of {number_text(flow.n_of)}",
    )


def _short_label(flow: FlowRecord) -> str:
    actual = clean_text(flow.actual, LONGEST_TITLE)
    if flow.decided is None:
        return actual
    return f"{actual}, taken for {clean_text(flow.decided, LONGEST_TITLE)}"


def _table(record: MulticlassRecord) -> Table:
    shown = record.flows[:MOST_ROWS]
    more = len(record.flows) - len(shown)
    note = f"{number_text(more)} smaller flows stand in record.json." if more > 0 else ""
    return Table(
        caption="Flows that the test saw, the largest first",
        columns=(
            Column("What happens", width=44),
            Column("In the test", "right", 20),
            Column("On average", "right", 18),
            Column("The average could be", "right", 18),
        ),
        rows=tuple(_row(flow) for flow in shown),
        note=note,
    )


def _row(flow: FlowRecord) -> Row:
    printed = flow.per_day.printed
    has_number = printed.mean is not None or printed.bound is not None or flow.per_day.level == "refuse"
    per = f" a {printed.period}" if printed.period == "day" and flow.per_day.level != "refuse" else ""
    return Row(
        (
            Cell(flow.label[:1].upper() + flow.label[1:]),
            Cell(some_of(flow.n_seen, flow.n_of)),
            Cell(_average(flow) if has_number else "–"),
            Cell(
                f"{average_range(printed)}{per}" if printed.bound is None and average_range(printed) else "–"
            ),
        )
    )
