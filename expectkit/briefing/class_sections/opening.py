"""The first page: the expectation in a sentence, the day's totals, one dot per case."""

from __future__ import annotations

from expectkit.briefing.amount_record import AmountRecord
from expectkit.briefing.axes import nice_ticks, share_out
from expectkit.briefing.charts import DotGroup, IconArray, RangeBar, Tone
from expectkit.briefing.class_statements import TITLES
from expectkit.briefing.document import Block, DotBlocks, Paragraph, Section, Span, VolumeCard, VolumeCards
from expectkit.briefing.multiclass_record import MulticlassRecord
from expectkit.briefing.table_text import NOTHING
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import half_up

ORDER = 10
MOST_DOTS = 500
"""With more cases than this, the dots show every 1,000 of them instead."""
SCALED_DOTS = 1_000

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
    counts = [int(half_up(volume.values["mean"], 1)) for volume in printed]
    if sum(counts) == 0:
        return None
    is_scaled = sum(counts) > MOST_DOTS
    dots = share_out(counts, SCALED_DOTS) if is_scaled else counts
    groups = tuple(
        DotGroup(
            count=dot,
            tone=TONES[name],
            is_hollow=name == "to_a_person",
            label=f"{record.words.case.counted(volume.mean or '')} {TITLES[name]}.",
            remark=record.statement(f"dots.{name}.remark"),
        )
        for dot, name, volume in zip(dots, names, printed, strict=True)
    )
    caption = record.statement("dots.caption.scaled" if is_scaled else "dots.caption")
    return DotBlocks(caption, IconArray(groups, " ".join((caption, *(group.label for group in groups)))))
