"""The first page: the expectation in a sentence, the day's totals, one dot per case."""

from __future__ import annotations

from expectkit.briefing.amount_record import AmountRecord
from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import DotGroup, IconArray, RangeBar, Tone
from expectkit.briefing.class_statements import TITLES
from expectkit.briefing.document import Block, DotBlocks, Paragraph, Section, Span, VolumeCard, VolumeCards
from expectkit.briefing.headlines import is_part_of_dot
from expectkit.briefing.multiclass_record import MulticlassRecord
from expectkit.briefing.table_text import NOTHING
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import half_up

ORDER = 10

TONES: dict[str, Tone] = {"right": "caught", "wrong": "false_alarm", "to_a_person": "neutral"}


def write(record: MulticlassRecord) -> Section | None:
    """Write the expectation, its ranges, the cards and the icon array."""
    blocks: list[Block] = [Paragraph((Span(record.statement("expectation")),), "lead")]
    names = shown_totals(record)
    blocks.append(VolumeCards(tuple(_card(record, name, names) for name in names)))
    blocks += [] if (dots := _dots(record, names)) is None else [dots]
    return Section("expectation", "What to expect", tuple(blocks), shows_title=False)


def shown_totals(record: MulticlassRecord) -> tuple[str, ...]:
    """Return the names of the totals that a page shows: a person only where any case was sent to one."""
    return tuple(name for name in TONES if name != "to_a_person" or record.has_person)


def _card(record: MulticlassRecord, name: str, names: tuple[str, ...]) -> VolumeCard:
    amount = record.per_day[name]
    return VolumeCard(
        title=sentence_case(f"{record.words.case.plural} {TITLES[name]}"),
        number=_number(amount),
        tone=TONES[name],
        sentence=record.statement(f"card.{name}.sentence"),
        range_words=_range_words(amount),
        bar=_bar(record, name, names),
    )


def _number(amount: AmountRecord) -> str:
    printed = amount.printed
    if printed.bound is not None:
        return {"at most": "≤ ", "at least": "≥ "}[printed.bound[0]] + printed.bound[1]
    return printed.mean or NOTHING


def _range_words(amount: AmountRecord) -> str:
    span = amount.printed.mean_range
    return f"The average could be {span}" if amount.printed.mean is not None and span is not None else ""


def _bar(record: MulticlassRecord, name: str, names: tuple[str, ...]) -> RangeBar | None:
    amount = record.per_day[name]
    if amount.mean is None or amount.low is None or amount.high is None:
        return None
    highest = max(high for one in names if (high := record.per_day[one].high) is not None)
    ticks = nice_ticks(highest, 3)
    text = _range_words(amount) or record.statement(f"card.{name}.sentence")
    return RangeBar(amount.mean, amount.low, amount.high, ticks[-1][0], ticks, TONES[name], text)


def _dots(record: MulticlassRecord, names: tuple[str, ...]) -> DotBlocks | None:
    printed = [record.per_day[name].printed for name in names]
    if any("mean" not in volume.values for volume in printed):
        return None
    caption = next(item for item in record.statements if item.id == "dots.caption")
    size = int(caption.values["cases_per_dot"])
    counts = [volume.values["mean"] for volume in printed]
    groups = tuple(
        DotGroup(
            count=1 if is_part_of_dot(count, size) else int(half_up(count / size, 1)),
            tone=TONES[name],
            is_hollow=name == "to_a_person" or is_part_of_dot(count, size),
            label=f"{record.words.case.counted(volume.mean or '')} {TITLES[name]}.",
            remark=record.statement(f"dots.{name}.remark"),
            of_dots=record.statement(f"dots.{name}.of_dots"),
        )
        for count, name, volume in zip(counts, names, printed, strict=True)
    )
    text = caption.text
    alternative = " ".join((text, *(group.label for group in groups)))
    return DotBlocks(text, IconArray(groups, alternative), record.statement("dots.in_words"))
