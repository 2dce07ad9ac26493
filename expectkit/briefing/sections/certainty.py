"""How sure we are and why: what each range covers and what it does not."""

from __future__ import annotations

from expectkit.briefing.document import (
    Block,
    Cell,
    Column,
    Item,
    Items,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
)
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.record import RateRecord, Record, VolumeRecord
from expectkit.briefing.table_text import NOTHING, TOO_FEW, rate_range, span_text
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text

ORDER = 40

LEADS = {
    "cases": "The test",
    "traffic": "Traffic",
    "prevalence": "The mix",
    "days": "Single days",
    "clusters": "Related cases",
    "settings": "The setting",
    "choice": "The choice",
    "fresh": "Fresh cases",
    "each": "All at once",
}
"""What each reason is about, by the second part of its statement's id."""

ROWS = ("flagged_negatives", "missed_positives", "caught_positives")


def write(record: Record) -> Section | None:
    """Write the reasons for the ranges, the table of ranges and the warnings."""
    reasons = [
        Item(f"{LEADS.get(part, 'The choice')}.", statement.text)
        for statement in record.statements
        if statement.id.startswith("certainty.") and (part := statement.id.split(".")[1])
    ]
    ranges = record.statement("expectation.ranges")
    blocks: list[Block] = [Paragraph((Span(ranges),))] if ranges else []
    blocks += [_table(record), Items(tuple(reasons))]
    if record.warnings:
        blocks.append(Items(tuple(Item("Please note.", warning.text) for warning in record.warnings)))
    return Section(
        id="certainty",
        title="How sure we are, and why",
        deck=record.statement("sure.deck"),
        blocks=tuple(blocks),
    )


def _table(record: Record) -> Table:
    words, rates, counts = record.words, record.rates, record.counts
    names = {
        "flagged_negatives": f"{sentence_case(words.negative.plural)} {words.briefly_flagged}",
        "missed_positives": f"{sentence_case(words.positive.plural)} {words.missed}",
        "caught_positives": f"{sentence_case(words.positive.plural)} {words.caught}",
    }
    rows = [_volume_row(names[name], record.per_day[name]) for name in ROWS]
    n_positives = counts.n_true_positives + counts.n_false_negatives
    n_negatives = counts.n_true_negatives + counts.n_false_positives
    missed = _seen(counts.n_false_negatives, n_positives, words.positive.plural)
    flagged = _seen(counts.n_false_positives, n_negatives, words.negative.plural)
    rows += [
        _rate_row("False negative rate", rates["false_negative_rate"], missed),
        _rate_row("False positive rate", rates["false_positive_rate"], flagged),
    ]
    knows_days = any(record.per_day[name].typical_kind == "typical day" for name in ROWS)
    lead = "On" if knows_days else "By chance alone, on"
    return Table(
        caption="What was measured, and its ranges",
        columns=(
            Column("", width=30),
            Column("On average", "right", 16),
            Column("The average could be", "right", 20),
            Column(f"{lead} 8 days of 10", "right", 17),
            Column(f"{lead} 19 days of 20", "right", 17),
        ),
        rows=tuple(rows),
        note=record.statement("sure.note"),
    )


def _seen(part: int, whole: int, plural: str) -> str:
    return f"{number_text(part)} of {number_text(whole)} {plural} in the test"


def _volume_row(title: str, volume: VolumeRecord) -> Row:
    printed = volume.printed
    return Row(
        (
            Cell(title, f"a {printed.period}"),
            Cell(printed.mean or NOTHING),
            Cell(_average_could_be(volume)),
            Cell(_of_days(printed, printed.typical_low, printed.typical_high)),
            Cell(_of_days(printed, printed.wide_low, printed.wide_high)),
        )
    )


def _of_days(printed: PrintedVolume, low: str | None, high: str | None) -> str:
    """Write what single days bring; "a day" where the average beside it is per a longer period."""
    text = span_text(low, high)
    return text if printed.period == "day" or text == NOTHING else f"{text} a day"


def _average_could_be(volume: VolumeRecord) -> str:
    """Return the range of an average, or the bound that few errors leave; dash when it is known exactly."""
    printed = volume.printed
    if printed.bound is not None:
        return " ".join(printed.bound)
    if printed.mean_low is not None or printed.mean is not None:
        return span_text(printed.mean_low, printed.mean_high)
    return TOO_FEW


def _rate_row(title: str, rate: RateRecord, seen: str) -> Row:
    return Row(
        (
            Cell(title, seen),
            Cell(rate.printed or NOTHING),
            Cell(rate_range(rate) or TOO_FEW),
            Cell(NOTHING),
            Cell(NOTHING),
        )
    )
