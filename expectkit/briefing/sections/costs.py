"""What mistakes cost at each setting, where that is lowest, and what one step buys."""

from __future__ import annotations

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import Bracket, Line, LineChart
from expectkit.briefing.document import Block, Charts, Item, Items, Paragraph, Section, Span
from expectkit.briefing.record import Record
from expectkit.briefing.sections.reviews import review_chart
from expectkit.briefing.sections.settings import shown_window, thin_places

ORDER = 32
BRACKET = "within 10% of lowest"
MOST_OF_LOWEST = 2
"""Settings beyond those of the table are drawn while they cost at most this many times the lowest."""

_REMARKS = (
    ("Is it worth it?", "cost.break_even"),
    ("Against the next setting.", "cost.break_even.next"),
    ("What the costs propose.", "cost.proposed"),
    ("The score.", "score.as_chance"),
)


def write(record: Record) -> Section | None:
    """Write the cost chart and the sentences on it; nothing without costs."""
    if record.costs is None:
        return None
    blocks: list[Block] = [Paragraph((Span(_told(record)),))]
    charts = [chart for chart in (_chart(record), review_chart(record)) if chart is not None]
    if charts:
        blocks.append(Charts(tuple(charts), record.statement("cost.assumptions")))
    else:
        blocks.append(Paragraph((Span(record.statement("cost.assumptions")),), "note"))
    items = _items(record)
    if items:
        blocks.append(Items(items))
    deck = " ".join(filter(None, (record.statement("cost.lowest"), record.statement("cost.against_lowest"))))
    return Section(id="costs", title=record.statement("cost.title"), deck=deck, blocks=tuple(blocks))


def _told(record: Record) -> str:
    return " ".join(filter(None, (record.statement("cost"), record.statement("cost.range"))))


def _items(record: Record) -> tuple[Item, ...]:
    found = [
        Item("What a step buys.", statement.text)
        for setting in reversed(record.settings)
        for statement in setting.statements
        if statement.id == "setting.reviews_per_catch"
    ]
    for lead, name in _REMARKS:
        text = record.statement(name)
        if name == "cost.proposed":
            text = f"{text} {record.statement('cost.proposed.counted')}".strip()
        if text:
            found.append(Item(lead, text))
    return tuple(found)


def _chart(record: Record) -> LineChart | None:
    """Draw the cost of a day against the setting, with the stretch that costs within 10 % of the lowest."""
    costs, window = record.costs, _window(record)
    if costs is None or window is None or record.operating.cost is None:
        return None
    if record.operating.cost.total.level == "refuse":
        return None
    thresholds = record.thresholds.threshold
    inside = [i for i, threshold in enumerate(thresholds) if window[0] <= threshold <= window[1]]
    places = thin_places(inside)
    mean, low, high = (
        tuple(max(column[i], 0.0) for i in places)
        for column in (costs.columns.mean, costs.columns.low, costs.columns.high)
    )
    lowest = costs.lowest
    is_inside = lowest.flags == "some" and lowest.flat_low < window[1] and lowest.flat_high > window[0]
    return LineChart(
        title=f"{'Gain' if costs.is_gain else 'Cost'} a day, by setting",
        unit=f"{costs.currency or 'Money'} a day, on average",
        x_label="Setting",
        x_low=thresholds[inside[0]],
        x_high=thresholds[inside[-1]],
        y_high=nice_ticks(max(high), 4)[-1][0],
        lines=(
            Line(
                "Gain" if costs.is_gain else "Cost",
                "caught",
                tuple(thresholds[i] for i in places),
                mean,
                low,
                high,
            ),
        ),
        marker=record.operating_threshold,
        marker_label=f"{record.operating.name} {record.operating.printed_threshold}",
        bracket=Bracket(lowest.flat_low, lowest.flat_high, BRACKET) if is_inside else None,
        text_alternative=record.statement("chart.cost"),
    )


def _window(record: Record) -> tuple[float, float] | None:
    """Return the stretch of settings worth drawing: that of the volumes, but not far into what costs much more."""
    window, costs = shown_window(record), record.costs
    if window is None or costs is None or costs.is_gain:
        return window
    thresholds, settings = record.thresholds.threshold, [setting.threshold for setting in record.settings]
    dear = [
        threshold
        for threshold, mean in zip(thresholds, costs.columns.mean, strict=True)
        if mean > MOST_OF_LOWEST * min(costs.columns.mean)
    ]
    low = max([window[0], *(threshold for threshold in dear if threshold < min(settings))])
    high = min([window[1], *(threshold for threshold in dear if threshold > max(settings))])
    return (low, high) if high > low else window
