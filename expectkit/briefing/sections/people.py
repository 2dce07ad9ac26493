"""The model beside people: the same sentence for both, on one scale, and who does better by the ranges."""

from __future__ import annotations

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import RangeChart, RangeRow
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
from expectkit.briefing.people_record import OutcomeCounts, PeopleRecord, SidesRecord
from expectkit.briefing.people_statements import MISTAKES
from expectkit.briefing.record import Record
from expectkit.briefing.table_text import NOTHING
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text, percent_text

ORDER = 58
MOST_ON_ONE_SCALE = 20
"""Where one kind of mistake is more often than this many times the other, each has a scale of its own."""


def write(record: Record) -> Section | None:
    """Write the comparison with today's process, and single people; nothing when neither is stated."""
    people = record.people
    if people is None:
        return None
    blocks: list[Block] = []
    if record.statement("people.side_by_side"):
        blocks.append(Paragraph((Span(record.statement("people.side_by_side")),)))
    charts = _charts(record, people)
    if charts is not None:
        blocks.append(charts)
    items = tuple(
        Item(lead, text)
        for lead, name in (
            (
                sentence_case(f"{record.words.positive.plural} {record.words.missed}."),
                "people.missed_positives",
            ),
            (
                sentence_case(f"{record.words.negative.plural} {record.words.briefly_flagged}."),
                "people.flagged_negatives",
            ),
        )
        if (text := record.statement(name))
    )
    if items:
        blocks.append(Items(items))
    blocks += _raters(record, people)
    return Section(
        id="people",
        title=record.statement("people.title"),
        deck=record.statement("people.basis"),
        blocks=tuple(blocks),
    )


def _charts(record: Record, people: PeopleRecord) -> Charts | None:
    """Draw today and the model under each other, both kinds of mistake on one scale where that shows both."""
    sides = [people.sides[name] for name in MISTAKES if name in people.sides]
    tops = [max((end for end in _ends(side) if end is not None), default=0.0) for side in sides]
    if not sides or not max(tops) > 0:
        return None
    is_common = min(tops) * MOST_ON_ONE_SCALE >= max(tops) and len({side.period for side in sides}) == 1
    charts = tuple(
        chart
        for name, side, top in zip(MISTAKES, sides, tops, strict=True)
        if (chart := _chart(record, name, side, max(tops) if is_common else top)) is not None
    )
    scale = "Both pictures have the same scale. " if is_common and len(charts) > 1 else ""
    return Charts(charts, drawn=f"{scale}Bars show where the averages could lie.") if charts else None


def _ends(side: SidesRecord) -> tuple[float | None, ...]:
    return side.today, side.today_high, side.model, side.model_high


def _chart(record: Record, name: str, side: SidesRecord, top: float) -> RangeChart | None:
    words = record.words
    is_miss = name == "missed_positives"
    counted = (
        f"{words.positive.plural} {words.missed}"
        if is_miss
        else f"{words.negative.plural} {words.briefly_flagged} by mistake"
    )
    rows = [
        row
        for row in (
            _row("Today", side.today, side.today_low, side.today_high, side.printed_today),
            _row("Model", side.model, side.model_low, side.model_high, side.printed_model),
        )
        if row is not None
    ]
    if not rows:
        return None
    alternative = (
        f"{sentence_case(counted)} a {side.period}: today {side.printed_today}, model {side.printed_model}."
    )
    return RangeChart(
        title=f"{sentence_case(counted)}",
        unit=f"On an average {side.period}",
        axis_high=nice_ticks(top, 4)[-1][0],
        rows=tuple(rows),
        text_alternative=alternative,
    )


def _row(
    label: str, mean: float | None, low: float | None, high: float | None, printed: str
) -> RangeRow | None:
    ends = [end for end in (low, mean) if end is not None], [end for end in (high, mean) if end is not None]
    if not ends[1]:
        return None
    first, last = min(ends[0], default=0.0), max(ends[1])
    tone = "caught" if label == "Model" else "neutral"
    return RangeRow(label, mean, first, last, tone, printed if mean is not None else "")  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------- single people


def _raters(record: Record, people: PeopleRecord) -> list[Block]:
    if people.majority is None:
        return []
    words = record.words
    blocks: list[Block] = [
        Heading("Single people"),
        Paragraph((Span(record.statement("people.raters.deck")),)),
    ]
    said = tuple(Item("", text) for name in MISTAKES if (text := record.statement(f"people.raters.{name}")))
    if said:
        blocks.append(Items(said))
    model = record.counts
    counted = (
        *((rater.name, rater.counts, False) for rater in people.raters),
        (people.majority.name, people.majority.counts, False),
        (
            sentence_case(f"the {words.model_name}"),
            OutcomeCounts(
                model.n_true_positives,
                model.n_false_positives,
                model.n_true_negatives,
                model.n_false_negatives,
            ),
            True,
        ),
    )
    rows = tuple(Row(_rater(name, counts), is_recommended=is_model) for name, counts, is_model in counted)
    blocks.append(
        Table(
            caption="Single people, their majority and the model on the test cases",
            columns=(
                Column("Who decided", width=40),
                Column(f"{sentence_case(words.positive.plural)} {words.missed}", "right", 30),
                Column(f"{sentence_case(words.negative.plural)} {words.briefly_flagged}", "right", 30),
            ),
            rows=rows,
            note="Small print: so many of those they decided, in the test.",
        )
    )
    return blocks


def _rater(name: str, counts: OutcomeCounts) -> tuple[Cell, ...]:
    return (
        Cell(name),
        _share(counts.n_false_negatives, counts.n_false_negatives + counts.n_true_positives),
        _share(counts.n_false_positives, counts.n_false_positives + counts.n_true_negatives),
    )


def _share(part: int, whole: int) -> Cell:
    if whole == 0:
        return Cell(NOTHING)
    return Cell(percent_text(part / whole), f"{number_text(part)} of {number_text(whole)}")
