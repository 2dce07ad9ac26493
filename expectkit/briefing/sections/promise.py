"""The promise: what was agreed, by whom and why, and who checks each term when."""

from __future__ import annotations

from expectkit.briefing.document import (
    Block,
    Cell,
    Column,
    Heading,
    Item,
    Items,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
)
from expectkit.briefing.promise_words import PromiseRecord, TermRecord
from expectkit.briefing.record import Record

ORDER = 125


def write(record: Record) -> Section | None:
    """Write the agreement when there is one."""
    promise = record.promise
    if promise is None:
        return None
    blocks: list[Block] = []
    remark = coverage_text(record, promise)
    if remark:
        blocks.append(Paragraph((Span(remark, strong=True),)))
    blocks += [_terms(promise), Heading("When the terms hold"), Items(_conditions(promise))]
    if promise.rejected:
        blocks += [Heading("Settings that were not chosen"), Items(_rejected(promise))]
    blocks.append(Paragraph((Span(_seal(promise)),), "note"))
    return Section(
        id="promise",
        title=_title(promise),
        deck=f"Agreed by {promise.decided_by} on {promise.printed_date}. Their reason: {_ended(promise.reason)}",
        blocks=tuple(blocks),
    )


def _title(promise: PromiseRecord) -> str:
    if promise.covers == "another model":
        return f"An earlier promise: {promise.printed_threshold} for {promise.model}"
    return f"What was agreed: the setting {promise.printed_threshold}"


def coverage_text(record: Record, promise: PromiseRecord) -> str:
    """Say what the promise does not cover; "" when it is about the very setting of the briefing."""
    if promise.covers == "another model":
        model = f"{record.model.name} {record.model.version}".strip()
        return f"It was agreed for another version, and does not cover {model}."
    if promise.covers == "another setting":
        setting = record.operating.printed_threshold
        return f"This briefing proposes {setting} instead. The promise does not cover that until it is agreed anew."
    return ""


def _terms(promise: PromiseRecord) -> Table:
    owner = f"Owner: {promise.owner}." if promise.owner else "No owner is named yet."
    return Table(
        caption="The terms, and who checks each of them when",
        columns=(
            Column("Term", width=30),
            Column("Promised", "right", 18),
            Column("Measured when agreed", "right", 18),
            Column("Before launch", width=15),
            Column("In production", width=19),
        ),
        rows=tuple(_term(term) for term in promise.terms),
        note=f"The model is launched only when every term is kept. {owner}",
    )


def _term(term: TermRecord) -> Row:
    note = f"{term.meaning}. {term.note}" if term.meaning and term.note else term.meaning or term.note
    return Row(
        (
            Cell(term.words, note),
            Cell(term.printed_limit),
            Cell(term.printed_measured or "–"),
            Cell(term.before_launch),
            Cell(term.in_production),
        )
    )


def _conditions(promise: PromiseRecord) -> tuple[Item, ...]:
    items = [Item(f"{name}.", text) for name, text in promise.conditions.items()]
    if promise.confirmed_on_fresh_cases:
        fresh = "The terms were confirmed on cases that played no part in choosing the setting."
    else:
        fresh = "Not yet confirmed on cases that played no part in choosing the setting."
    items.append(Item("Fresh cases.", fresh))
    if not promise.rests_on_these_cases:
        items.append(Item("Other cases.", "The terms rest on other cases than this briefing does."))
    return tuple(items)


def _rejected(promise: PromiseRecord) -> tuple[Item, ...]:
    items = []
    for setting in promise.rejected:
        why = f" Not chosen because: {_ended(setting.reason)}" if setting.reason else ""
        items.append(Item(f"{setting.printed_threshold}.", f"{setting.sentence}{why}".strip()))
    return tuple(items)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _seal(promise: PromiseRecord) -> str:
    text = f"Seal of the promise: {promise.seal[:16]}."
    return f"{text} It replaces the one sealed {promise.replaces[:16]}." if promise.replaces else text
