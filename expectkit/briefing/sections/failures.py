"""Where it goes wrong more often than elsewhere: the named failure modes, in words and as a picture."""

from __future__ import annotations

from expectkit.briefing.axes import nice_ticks
from expectkit.briefing.charts import RangeChart, RangeRow, Tone
from expectkit.briefing.document import Block, Charts, Heading, Item, Items, Paragraph, Section, Span
from expectkit.briefing.failure_record import FailureModeRecord, FailureSearchRecord
from expectkit.briefing.record import Record
from expectkit.briefing.vocabulary import Noun, sentence_case
from expectkit.briefing.wording import number_text, percent_text

ORDER = 50

_TONES: dict[str, Tone] = {"missed_positives": "missed", "flagged_negatives": "false_alarm"}


def write(record: Record) -> Section | None:
    """Write the failure modes of misses and of false alarms; nothing when none were looked for."""
    if record.failures is None or not record.failures.searches:
        return None
    blocks: list[Block] = []
    for search in record.failures.searches:
        blocks += _blocks(record, search)
    charts = tuple(_chart(record, search) for search in record.failures.searches if search.modes)
    if charts:
        blocks.append(Charts(charts, _source(record)))
    return Section(
        id="failures",
        title=_title(record),
        deck="Groups of cases that it gets wrong more often than the others, by more than chance explains.",
        blocks=tuple(blocks),
    )


def _title(record: Record) -> str:
    searches = record.failures.searches if record.failures is not None else ()
    if any(search.modes for search in searches):
        return "Where it goes wrong more often than elsewhere"
    return "No kind of case stands out among the mistakes"


def _noun(record: Record, search: FailureSearchRecord) -> tuple[Noun, str]:
    words = record.words
    if search.kind == "missed_positives":
        return words.positive, words.missed
    return words.negative, "wrongly flagged"


def _blocks(record: Record, search: FailureSearchRecord) -> list[Block]:
    noun, did = _noun(record, search)
    n_errors, n_cases = number_text(search.n_errors), number_text(search.n_cases)
    heading = Heading(f"{sentence_case(noun.plural)} {did}: {n_errors} of {n_cases} in the test")
    prefix = f"failure.{search.kind}"
    if not search.modes:
        return [heading, Paragraph((Span(record.statement(f"{prefix}.none")),))]
    items = tuple(
        Item(
            "",
            f"{record.statement(f'{prefix}.{number}')} {record.statement(f'{prefix}.{number}.range')}",
        )
        for number in range(1, len(search.modes) + 1)
    )
    return [heading, Items(items)]


def _source(record: Record) -> str:
    """Return what limits the search, for the line under the charts."""
    searches = record.failures.searches if record.failures is not None else ()
    samples = [record.statement(f"failure.{search.kind}.sample") for search in searches]
    return " ".join(text for text in (*samples, record.statement("failure.related")) if text)


def _chart(record: Record, search: FailureSearchRecord) -> RangeChart:
    noun, did = _noun(record, search)
    tone = _TONES[search.kind]
    rows = tuple(_row(mode, tone) for mode in search.modes)
    everywhere = percent_text(search.rate or 0.0).removesuffix("%")
    named = "; ".join(
        f"{row.label}: {row.note}, {_of_100(mode)}" for row, mode in zip(rows, search.modes, strict=True)
    )
    return RangeChart(
        title=f"{sentence_case(noun.plural)} {did}, by group",
        unit=f"Of every 100 {noun.plural} in the group",
        axis_high=nice_ticks(max(row.high for row in rows), 4)[-1][0],
        rows=rows,
        text_alternative=f"Of every 100: {named}. Of all {noun.plural}: {everywhere}.",
        reference=100 * (search.rate or 0.0),
        reference_label=f"All {everywhere}",
    )


def _of_100(mode: FailureModeRecord) -> str:
    return f"between {mode.printed_low} and {mode.printed_high}"


def _row(mode: FailureModeRecord, tone: Tone) -> RangeRow:
    return RangeRow(
        label=mode.group,
        value=100 * mode.rate,
        low=100 * mode.low,
        high=100 * mode.high,
        tone=tone,
        note=f"{number_text(mode.n_errors)} of {number_text(mode.n_cases)}",
    )
