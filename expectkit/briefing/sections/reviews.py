"""Whether the team can review what is flagged: cases a day at each setting against the capacity, hours, people."""

from __future__ import annotations

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import RangeChart, RangeRow
from expectkit.briefing.document import Block, Charts, Item, Items, Section
from expectkit.briefing.record import Record, SettingRecord
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text

ORDER = 33

_REMARKS = (
    ("Hours.", "reviews.hours"),
    ("Busy days.", "reviews.overload"),
    ("What can be staffed.", "reviews.lowest_setting"),
)


def write(record: Record) -> Section | None:
    """Write the reviews at each setting; nothing without minutes and without capacity."""
    if record.reviews is None:
        return None
    blocks: list[Block] = []
    chart = review_chart(record) if record.costs is None else None
    if chart is not None:
        blocks.append(Charts((chart,)))
    items = tuple(Item(lead, record.statement(name)) for lead, name in _REMARKS if record.statement(name))
    if items:
        blocks.append(Items(items))
    return (
        Section(id="reviews", title=record.statement("reviews.title"), blocks=tuple(blocks))
        if blocks
        else None
    )


def review_chart(record: Record) -> RangeChart | None:
    """Draw flagged cases a day at each setting, on days as they come, against the capacity."""
    reviews = record.reviews
    if reviews is None:
        return None
    rows = [row for setting in record.settings if (row := _row(record, setting)) is not None]
    if not rows:
        return None
    capacity = reviews.capacity_per_day
    ticks = nice_ticks(max(capacity or 0.0, *(row.high for row in rows)), 4)
    unit = f"{sentence_case(record.words.case.plural)} a day; bars hold 8 days of 10"
    alternative = "; ".join(f"{row.label}: {number_text(row.low)} to {number_text(row.high)}" for row in rows)
    if capacity is not None:
        alternative += f". The team can review {number_text(capacity)}."
    return RangeChart(
        title="Reviews a day, by setting",
        unit=unit,
        axis_high=ticks[-1][0],
        rows=tuple(rows),
        text_alternative=f"Flagged on 8 days of 10: {alternative}",
        reference=capacity,
        reference_label="" if capacity is None else f"Can review {number_text(capacity)}",
    )


def _row(record: Record, setting: SettingRecord) -> RangeRow | None:
    flagged = setting.per_day["flagged"]
    if flagged.typical_low is None or flagged.typical_high is None or flagged.printed.period != "day":
        return None
    return RangeRow(
        label=f"{setting.name} {setting.printed_threshold}",
        value=flagged.printed.values.get("mean"),
        low=flagged.typical_low,
        high=flagged.typical_high,
        tone="caught" if setting.is_operating else "neutral",
        note=_note(record, setting.threshold),
    )


def _note(record: Record, threshold: float) -> str:
    found = () if record.reviews is None else record.reviews.settings
    hours = next((one.printed_hours for one in found if one.threshold == threshold), None)
    return "" if hours is None else f"{hours} {'hour' if hours == '1' else 'hours'}"
