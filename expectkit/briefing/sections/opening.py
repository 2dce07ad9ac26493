"""The first page: the expectation in a sentence, three daily volumes, one dot per case."""

from __future__ import annotations

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import DotGroup, IconArray, RangeBar, Tone
from expectkit.briefing.document import (
    Block,
    DotBlocks,
    Footnote,
    Paragraph,
    Section,
    Span,
    VolumeCard,
    VolumeCards,
)
from expectkit.briefing.headlines import is_part_of_dot
from expectkit.briefing.record import Record, VolumeRecord
from expectkit.briefing.table_text import NOTHING
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import half_up

ORDER = 10

BOUND_SIGNS = {"at most": "≤ ", "at least": "≥ "}

CARDS: tuple[tuple[str, Tone], ...] = (
    ("caught_positives", "caught"),
    ("flagged_negatives", "false_alarm"),
    ("missed_positives", "missed"),
)


def write(record: Record) -> Section | None:
    """Write the expectation, its cards and its icon array."""
    blocks: list[Block] = [
        Paragraph((Span(record.statement("expectation")),), "lead"),
        VolumeCards(tuple(_card(record, name, tone) for name, tone in CARDS)),
    ]
    dots = _dots(record)
    if dots is not None:
        blocks.append(dots)
    return Section(
        id="expectation",
        title="What to expect",
        blocks=tuple(blocks),
        shows_title=False,
        footnotes=tuple(_footnotes(record)),
    )


def _footnotes(record: Record) -> list[Footnote]:
    text = record.statement("typically")
    return [Footnote("", text)] if text else []


def _card(record: Record, name: str, tone: Tone) -> VolumeCard:
    volume = record.per_day[name]
    printed = volume.printed
    number = printed.mean
    if number is None:
        number = BOUND_SIGNS[printed.bound[0]] + printed.bound[1] if printed.bound is not None else NOTHING
    return VolumeCard(
        title=sentence_case(record.statement(f"card.{name}.title")),
        number=number,
        tone=tone,
        sentence=record.statement(f"card.{name}.sentence"),
        range_words=record.statement(f"card.{name}.range"),
        bar=_bar(record, name, volume, tone),
    )


def _bar(record: Record, name: str, volume: VolumeRecord, tone: Tone) -> RangeBar | None:
    low, high = _shown_range(volume)
    if low is None or high is None or volume.printed.period != "day":
        return None
    tops = [_shown_range(record.per_day[card])[1] for card, _ in CARDS]
    ticks = nice_ticks(max(top for top in tops if top is not None), 3)
    return RangeBar(
        value=volume.mean,
        low=low,
        high=high,
        axis_high=ticks[-1][0],
        ticks=ticks,
        tone=tone,
        text_alternative=record.statement(f"card.{name}.range"),
    )


def _shown_range(volume: VolumeRecord) -> tuple[float | None, float | None]:
    if volume.typical_low is not None:
        return volume.typical_low, volume.typical_high
    return volume.mean_low, volume.mean_high


def _dots(record: Record) -> DotBlocks | None:
    volumes = [record.per_day[name] for name, _ in CARDS]
    periods = {volume.printed.period for volume in volumes}
    if any("mean" not in volume.printed.values for volume in volumes) or len(periods) > 1:
        return None
    caption = next((item for item in record.statements if item.id == "dots.caption"), None)
    if caption is None:
        return None
    size = int(caption.values.get("cases_per_dot", 1))
    counts = [volume.printed.values["mean"] for volume in volumes]
    groups = tuple(
        DotGroup(
            count=1 if is_part_of_dot(count, size) else int(half_up(count / size, 1)),
            tone=tone,
            is_hollow=name == "missed_positives" or is_part_of_dot(count, size),
            label=record.statement(f"dots.{name}.label"),
            remark=record.statement(f"dots.{name}.remark"),
            of_dots=record.statement(f"dots.{name}.of_dots"),
        )
        for count, (name, tone) in zip(counts, CARDS, strict=True)
    )
    alternative = caption.text + " " + " ".join(group.label for group in groups)
    return DotBlocks(caption.text, IconArray(groups, alternative), record.statement("dots.in_words"))
