"""How sure we are and why: what each range covers and what it does not."""

from __future__ import annotations

from expectkit.briefing.document import Block, Cell, Column, Item, Items, Row, Section, Table
from expectkit.briefing.record import RateRecord, Record, VolumeRecord
from expectkit.briefing.vocabulary import sentence_case

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
    blocks: list[Block] = [_table(record), Items(tuple(reasons))]
    if record.warnings:
        blocks.append(Items(tuple(Item("Please note.", warning.text) for warning in record.warnings)))
    return Section(
        id="certainty",
        title="How sure we are, and why",
        deck=record.statement("sure.deck"),
        blocks=tuple(blocks),
    )


def _table(record: Record) -> Table:
    words = record.words
    names = {
        "flagged_negatives": f"{sentence_case(words.negative.plural)} flagged",
        "missed_positives": f"{sentence_case(words.positive.plural)} {words.missed}",
        "caught_positives": f"{sentence_case(words.positive.plural)} {words.caught}",
    }
    rows = [_volume_row(names[name], record.per_day[name]) for name in ROWS]
    rows += [
        _rate_row("False negative rate", record.rates["false_negative_rate"], words.positive.plural),
        _rate_row("False positive rate", record.rates["false_positive_rate"], words.negative.plural),
    ]
    day_word = "By chance alone, 8 days of 10"
    if any(record.per_day[name].typical_kind == "typical day" for name in ROWS):
        day_word = "On 8 days of 10"
    return Table(
        caption="What was measured, and its ranges",
        columns=(
            Column("", width=30),
            Column("On average", "right", 16),
            Column("The average could be", "right", 20),
            Column(day_word, "right", 17),
            Column("On 19 days of 20", "right", 17),
        ),
        rows=tuple(rows),
        note=record.statement("sure.note"),
    )


def _volume_row(title: str, volume: VolumeRecord) -> Row:
    printed = volume.printed
    per = "a day" if printed.period == "day" else f"a {printed.period}"
    return Row(
        (
            Cell(title, per),
            Cell(printed.mean or "–"),
            Cell(_span(printed.mean_low, printed.mean_high, volume.reason)),
            Cell(_span(printed.typical_low, printed.typical_high, "")),
            Cell(_span(printed.wide_low, printed.wide_high, "")),
        )
    )


def _rate_row(title: str, rate: RateRecord, plural: str) -> Row:
    counted = f"{rate.numerator:,.0f} of {rate.denominator:,.0f} {plural} in the test"
    return Row(
        (
            Cell(title, counted),
            Cell(rate.printed or "–"),
            Cell(_span(rate.printed_low, rate.printed_high, "")),
            Cell("–"),
            Cell("–"),
        )
    )


def _span(low: str | None, high: str | None, reason: str | None) -> str:
    if low is None or high is None:
        return reason or "–"
    return f"{low} to {high}"
