"""What moves when the setting moves: two charts and the settings side by side."""

from __future__ import annotations

import math

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import Line, LineChart
from expectkit.briefing.document import Block, Cell, Charts, Column, Item, Items, Row, Section, Table
from expectkit.briefing.record import Record, SettingRecord, VolumeRecord
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import threshold_text

ORDER = 30
MOST_POINTS = 160
"""Points drawn per line; more cannot be told apart at print size."""


def write(record: Record) -> Section | None:
    """Write the trade-off charts and the table of settings."""
    words = record.words
    blocks: list[Block] = []
    charts = _charts(record)
    if charts is not None:
        blocks.append(charts)
    blocks.append(_table(record))
    steps = tuple(
        Item(f"{setting.name}.", statement.text)
        for setting in record.settings
        for statement in setting.statements
        if statement.id == "setting.step"
    )
    if steps:
        blocks.append(Items(steps))
    return Section(
        id="settings",
        title=f"One setting trades {words.positive.plural} missed for {words.negative.plural} flagged",
        deck=record.statement("settings.deck"),
        blocks=tuple(blocks),
        starts_page=True,
    )


def _charts(record: Record) -> Charts | None:
    columns = record.thresholds
    window = _window(record)
    if window is None:
        return None
    words = record.words
    low, high = window
    inside = [i for i, t in enumerate(columns.threshold) if low <= t <= high]
    picked = _thin(inside)
    marker = record.operating_threshold
    x = tuple(columns.threshold[i] for i in picked)

    def line(label: str, tone: str, name: str) -> Line:
        def pick(column: str) -> tuple[float, ...]:
            values = getattr(columns, column)
            return tuple(values[i] for i in picked)

        return Line(label, tone, x, pick(name), pick(f"{name}_low"), pick(f"{name}_high"))  # type: ignore[arg-type]

    label = f"{record.operating.name} {record.operating.printed_threshold}"
    first = LineChart(
        title=f"{sentence_case(words.negative.plural)} flagged a day, by setting",
        unit=f"{sentence_case(words.case.plural)} a day",
        x_label="Setting",
        x_low=low,
        x_high=high,
        y_high=_top(record, "flagged_negatives", inside),
        lines=(line("Flagged by mistake", "false_alarm", "flagged_negatives"),),
        marker=marker,
        marker_label=label,
        text_alternative=record.statement("chart.flagged"),
    )
    second = LineChart(
        title=f"{sentence_case(words.positive.plural)} a day, by setting",
        unit=f"{sentence_case(words.case.plural)} a day",
        x_label="Setting",
        x_low=low,
        x_high=high,
        y_high=_top(record, "caught_positives", inside),
        lines=(line("Caught", "caught", "caught_positives"), line("Missed", "missed", "missed_positives")),
        marker=marker,
        marker_label=label,
        text_alternative=record.statement("chart.missed"),
    )
    return Charts((first, second), record.statement("settings.bands"))


def _window(record: Record) -> tuple[float, float] | None:
    """Return the stretch of settings worth drawing: from a quarter of the misses to a quarter of the false alarms."""
    columns, operating = record.thresholds, record.operating_threshold
    if len(columns.threshold) < 3:
        return None
    at = min(range(len(columns.threshold)), key=lambda i: abs(columns.threshold[i] - operating))
    misses, alarms = columns.missed_positives[at], columns.flagged_negatives[at]
    lower = [
        t
        for t, missed, flagged in zip(
            columns.threshold, columns.missed_positives, columns.flagged_negatives, strict=True
        )
        if t < operating and (missed <= misses / 3 or flagged >= alarms * 4)
    ]
    upper = [
        t
        for t, missed, flagged in zip(
            columns.threshold, columns.missed_positives, columns.flagged_negatives, strict=True
        )
        if t > operating and (flagged <= alarms / 6 or missed >= max(misses * 5, 1e-12))
    ]
    low = max(lower) if lower else columns.threshold[0]
    high = min(upper) if upper else columns.threshold[-1]
    low, high = min([low, *_others(record)]), max([high, *_others(record)])
    return (low, high) if high > low else None


def _others(record: Record) -> list[float]:
    inner = record.thresholds.threshold
    return [s.threshold for s in record.settings if inner[0] <= s.threshold <= inner[-1]]


def _thin(places: list[int]) -> list[int]:
    if len(places) <= MOST_POINTS:
        return places
    step = (len(places) - 1) / (MOST_POINTS - 1)
    return sorted({places[math.floor(i * step)] for i in range(MOST_POINTS)})


def _top(record: Record, name: str, inside: list[int]) -> float:
    values = getattr(record.thresholds, f"{name}_high")
    highest = max((values[i] for i in inside), default=1.0)
    return nice_ticks(highest, 4)[-1][0]


def _table(record: Record) -> Table:
    words = record.words
    columns = (
        Column("Setting", width=25),
        Column(f"{sentence_case(words.positive.plural)} {words.caught}", "right", 20),
        Column(f"{sentence_case(words.negative.plural)} flagged", "right", 20),
        Column(f"{sentence_case(words.positive.plural)} {words.missed}", "right", 19),
        Column(f"Of 100 flagged, how many are {words.positive.plural}", "right", 16),
    )
    rows = tuple(_row(setting) for setting in record.settings)
    return Table(
        caption="Settings side by side, cases a day",
        columns=columns,
        rows=rows,
        note=record.statement("settings.note"),
    )


def _row(setting: SettingRecord) -> Row:
    precision = setting.rates["precision"]
    share = "–"
    if precision.value is not None and precision.printed is not None:
        share = precision.printed.rstrip("%").strip()
    return Row(
        cells=(
            Cell(setting.name, threshold_text(setting.threshold)),
            _cell(setting.per_day["caught_positives"]),
            _cell(setting.per_day["flagged_negatives"]),
            _cell(setting.per_day["missed_positives"]),
            Cell(share),
        ),
        is_recommended=setting.is_operating,
    )


def _cell(volume: VolumeRecord) -> Cell:
    printed = volume.printed
    per = "" if printed.period == "day" else f" a {printed.period}"
    has_range = printed.mean_low is not None and printed.mean_high is not None
    span = f"{printed.mean_low} to {printed.mean_high}{per}" if has_range else ""
    if printed.mean is not None:
        return Cell(printed.mean + per, span)
    if printed.bound is not None:
        return Cell(f"{' '.join(printed.bound)}{per}")
    return Cell(span or "too few to say")
