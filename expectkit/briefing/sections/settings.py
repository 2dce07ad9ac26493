"""What moves when the setting moves: two charts and the settings side by side."""

from __future__ import annotations

from collections.abc import Mapping

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import Line, LineChart, Tone
from expectkit.briefing.document import Block, Cell, Charts, Column, Item, Items, Row, Section, Table
from expectkit.briefing.money_text import money_cell
from expectkit.briefing.record import Record, SettingRecord, ThresholdColumns, VolumeRecord
from expectkit.briefing.table_text import (
    average_range,
    average_text,
    averages_note,
    common_period,
    in_period,
    rate_text,
)
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import DAYS, Period

ORDER = 30
MOST_POINTS = 160
"""Points drawn per line; more cannot be told apart at print size."""

LONGEST_LABEL = 18
"""Letters of a label at the end of a line."""

COUNTED = ("caught_positives", "flagged_negatives", "missed_positives")
"""Columns of the table of settings."""

Lines = tuple[tuple[str, Tone, str], ...]
"""Lines of a chart: label, tone, and the name of their columns in the record's thresholds."""


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
        title=f"One setting trades {words.positive.plural} {words.missed} for {words.negative.plural} "
        f"{words.briefly_flagged}",
        deck=record.statement("settings.deck"),
        blocks=tuple(blocks),
        starts_page=True,
    )


def _charts(record: Record) -> Charts | None:
    window = shown_window(record)
    if window is None:
        return None
    words, thresholds = record.words, record.thresholds.threshold
    inside = [i for i, threshold in enumerate(thresholds) if window[0] <= threshold <= window[1]]
    flagged: Lines = (
        (
            _label(f"{words.briefly_flagged} by mistake", "Flagged by mistake"),
            "false_alarm",
            "flagged_negatives",
        ),
    )
    found: Lines = (
        (_label(words.caught.removeprefix("correctly "), "Caught"), "caught", "caught_positives"),
        (_label(words.missed, "Missed"), "missed", "missed_positives"),
    )
    charts = []
    if record.per_day["flagged_negatives"].level != "refuse":
        counted = f"{words.negative.plural} {words.briefly_flagged}"
        charts.append(_chart(record, inside, counted, flagged, "chart.flagged"))
    if record.per_day["missed_positives"].level != "refuse":
        charts.append(_chart(record, inside, words.positive.plural, found, "chart.missed"))
    return Charts(tuple(charts), drawn=record.statement("settings.bands")) if charts else None


def _label(text: str, short: str) -> str:
    """Return the label of a line in the words of the business, where it fits beside its end."""
    return sentence_case(text) if len(text) <= LONGEST_LABEL else short


def _chart(record: Record, inside: list[int], counted: str, lines: Lines, alternative: str) -> LineChart:
    """Draw volumes against the setting, per the period that the pages print them in at the operating one."""
    columns, places = record.thresholds, thin_places(inside)
    period = common_period(record.per_day[name].printed for _, _, name in lines)
    x, days = _picked(columns.threshold, places), DAYS[period]
    return LineChart(
        title=f"{sentence_case(counted)} a {period}, by setting",
        unit=f"{sentence_case(record.words.case.plural)} a {period}",
        x_label="Setting",
        x_low=columns.threshold[inside[0]],
        x_high=columns.threshold[inside[-1]],
        y_high=_top(columns, lines, inside, days),
        lines=tuple(
            Line(
                label,
                tone,
                x,
                *(_picked(getattr(columns, f"{name}{end}"), places, days) for end in ("", "_low", "_high")),
            )
            for label, tone, name in lines
        ),
        marker=record.operating_threshold,
        marker_label=f"{record.operating.name} {record.operating.printed_threshold}",
        text_alternative=record.statement(alternative),
    )


def _picked(values: tuple[float, ...], places: list[int], times: int = 1) -> tuple[float, ...]:
    return tuple(values[i] * times for i in places)


def _top(columns: ThresholdColumns, lines: Lines, inside: list[int], days: int) -> float:
    highest = max(
        getattr(columns, f"{name}{end}")[i] for _, _, name in lines for end in ("", "_high") for i in inside
    )
    return nice_ticks(highest * days, 4)[-1][0]


def shown_window(record: Record) -> tuple[float, float] | None:
    """Return the stretch of settings worth drawing, or None when there is none.

    Downward to a third of the misses or four times the false alarms, upward to a sixth of the false alarms or five
    times the misses, whichever comes first; it always holds the settings of the table.
    """
    columns, operating = record.thresholds, record.operating_threshold
    if operating not in columns.threshold or len(columns.threshold) < 3:
        return None
    at = columns.threshold.index(operating)
    misses, alarms = columns.missed_positives, columns.flagged_negatives
    lower = [
        i
        for i in range(at)
        if (misses[at] > 0 and misses[i] <= misses[at] / 3) or alarms[i] >= 4 * max(alarms[at], 1)
    ]
    upper = [
        i
        for i in range(at + 1, len(misses))
        if (alarms[at] > 0 and alarms[i] <= alarms[at] / 6) or misses[i] >= 5 * max(misses[at], 1)
    ]
    first, last = max(lower, default=0), min(upper, default=len(misses) - 1)
    shown = [
        s.threshold for s in record.settings if columns.threshold[0] <= s.threshold <= columns.threshold[-1]
    ]
    low, high = min([columns.threshold[first], *shown]), max([columns.threshold[last], *shown])
    return (low, high) if high > low else None


def thin_places(places: list[int]) -> list[int]:
    """Keep at most `MOST_POINTS` of the places, evenly, the first and the last among them."""
    if len(places) <= MOST_POINTS:
        return places
    return [places[i * (len(places) - 1) // (MOST_POINTS - 1)] for i in range(MOST_POINTS)]


def _table(record: Record) -> Table:
    words = record.words
    periods = {name: common_period(s.per_day[name].printed for s in record.settings) for name in COUNTED}
    widths = (25, 20, 20, 19, 16) if record.costs is None else (19, 18, 17, 17, 15, 14)
    titles = [
        f"{sentence_case(words.positive.plural)} {words.caught}",
        f"{sentence_case(words.negative.plural)} {words.briefly_flagged}",
        f"{sentence_case(words.positive.plural)} {words.missed}",
        f"Of 100 {words.briefly_flagged}, how many are {words.positive.plural}",
    ]
    if record.costs is not None:
        titles.append("Gain a day" if record.costs.is_gain else "Cost a day")
    columns = (
        Column("Setting", width=widths[0]),
        *(Column(title, "right", width) for title, width in zip(titles, widths[1:], strict=True)),
    )
    is_gain = record.costs is not None and record.costs.is_gain
    rows = tuple(_row(setting, periods, is_gain=is_gain) for setting in record.settings)
    a_day = " a day" if set(periods.values()) == {"day"} else ""
    return Table(
        caption=f"Settings side by side, average {words.case.plural}{a_day}",
        columns=columns,
        rows=rows,
        note=_note(record, periods),
    )


def _note(record: Record, periods: Mapping[str, Period]) -> str:
    shown = (in_period(s.per_day[name].printed, periods[name]) for s in record.settings for name in COUNTED)
    parts = (
        averages_note(record.words.case.plural, shown),
        record.statement("settings.note"),
        record.statement("settings.note.lowest"),
    )
    return " ".join(part for part in parts if part)


def _row(setting: SettingRecord, periods: Mapping[str, Period], *, is_gain: bool) -> Row:
    precision = setting.rates["precision"]
    return Row(
        cells=(
            Cell(setting.name, setting.printed_threshold),
            *(_cell(setting.per_day[name], periods[name]) for name in COUNTED),
            Cell(rate_text(precision).replace("%", "")),
            *(() if setting.cost is None else (Cell(*money_cell(setting.cost.total, is_gain=is_gain)),)),
        ),
        is_recommended=setting.is_operating,
    )


def _cell(volume: VolumeRecord, period: Period) -> Cell:
    printed = in_period(volume.printed, period)
    note = average_range(printed) if printed.mean is not None else ""
    return Cell(average_text(printed), note)
