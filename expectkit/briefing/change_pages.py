"""A comparison as a document: what was changed, what that did to the expectation, the numbers, the other sentences."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from expectkit.briefing.changes import INPUTS, Comparison, Difference
from expectkit.briefing.document import (
    Block,
    Cell,
    Column,
    Document,
    Heading,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
)
from expectkit.briefing.sides import Side
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import date_text, number_text, plain_list

TITLES: Final[Mapping[str, str]] = {
    "expectation": "The expectation",
    "expectation.ranges": "Its ranges",
    "headline": "The headline",
    "deck": "The line under the headline",
    "typically": "What “typically” means",
    "ask.volumes": "The volumes to accept",
    "certainty.cases": "How sure: the test",
    "certainty.traffic": "How sure: the traffic",
    "certainty.prevalence": "How sure: the mix",
    "certainty.days": "How sure: single days",
    "certainty.clusters": "How sure: related cases",
    "certainty.settings": "How sure: the setting",
    "certainty.fresh": "How sure: fresh cases",
    "certainty.each": "How sure: all at once",
    "basis.scores": "The scores",
    "basis.ties": "Cases exactly at the setting",
    "basis.clusters": "Groups of related cases",
    "basis.assumption": "The assumption",
}
"""What a reader calls a statement, by its id; others are called by their id."""

_FIRST: Final = "expectation"


def comparison_document(comparison: Comparison, *, expectkit_version: str) -> Document:
    """Write a comparison for readers.

    Parameters
    ----------
    comparison : Comparison
    expectkit_version : str
        Printed at the foot.

    Returns
    -------
    Document
    """
    before, after = comparison.before, comparison.after
    subject = before.name if before.name == after.name else f"{before.name} and {after.name}"
    day = max(before.date, after.date)
    sections = [_inputs(comparison), _numbers(comparison), _sentences(comparison)]
    if before.kind == "promise":  # its terms are what was agreed
        sections[:2] = reversed(sections[:2])
    return Document(
        kind="Comparison",
        title=headline(comparison),
        deck=_deck(comparison),
        subject=sentence_case(subject),
        meta=tuple(f"{word}: {_day(side)}" for word, side in (("Before", before), ("after", after))),
        badge="",
        badge_tone="neutral",
        banner=after.banner or before.banner,
        sections=tuple(section for section in sections if section is not None),
        footer=f"Compared by expectkit {expectkit_version}",
        language=after.language,
        date=day,
        description=headline(comparison),
    )


def _day(side: Side) -> str:
    return date_text(datetime.date.fromisoformat(side.date)) if side.date else "not dated"


def headline(comparison: Comparison) -> str:
    """Say in one line what changed and why.

    Returns
    -------
    str
        Such as "12 of 30 sentences changed, because the setting did"; of promises, how many terms changed.
    """
    if comparison.before.kind == "promise":
        return _promise_headline(comparison)
    n_changed = len(comparison.sentences)
    if n_changed == 0:
        numbers = comparison.changed_numbers
        return (
            "No sentence changed"
            if not numbers
            else f"No sentence changed, but {_many(len(numbers), 'number')} did"
        )
    lead = f"{number_text(n_changed)} of {_many(comparison.n_sentences, 'sentence')} changed"
    reasons = _reasons(comparison)
    if not reasons:
        return lead
    if len(reasons) == 1:
        return f"{lead}, because {reasons[0]} did"
    return f"{lead}, as did {plain_list(reasons)}"


def _reasons(comparison: Comparison) -> list[str]:
    return [INPUTS[change.name] for change in comparison.inputs if change.name != "decision"]


def _promise_headline(comparison: Comparison) -> str:
    """Say how many terms changed, and what else did; people set limits, so an input is not said to be the reason."""
    n_changed = len(comparison.changed_numbers)
    reasons = _reasons(comparison)
    if n_changed == 0:
        return f"No term changed, but {plain_list(reasons)} did" if reasons else "No term changed"
    lead = f"{number_text(n_changed)} of {_many(len(comparison.numbers), 'term')} changed"
    return f"{lead}, as did {plain_list(reasons)}" if reasons else lead


def _many(count: int, noun: str) -> str:
    return f"{number_text(count)} {noun}" if count == 1 else f"{number_text(count)} {noun}s"


def _deck(comparison: Comparison) -> str:
    if comparison.before.kind == "promise":
        n_changed = len(comparison.sentences)
        said = _many(comparison.n_sentences, "sentence")
        return f"{number_text(n_changed)} of {said} of the expectation changed." if n_changed else ""
    numbers = comparison.changed_numbers
    total = len(comparison.numbers)
    return (
        f"{number_text(len(numbers))} of {_many(total, 'number')} are not what they were." if numbers else ""
    )


def _inputs(comparison: Comparison) -> Section:
    expectation = [
        block for change in comparison.sentences if change.name == _FIRST for block in _shown(change)
    ]
    if not comparison.inputs:
        text = "Model, test cases, setting, traffic, mix and words are the same on both sides."
        same = Paragraph((Span(text),))
        return Section("inputs", "Nothing that is recorded was changed", (same, *expectation))
    blocks: list[Block] = [
        _table(
            "What was changed",
            "What",
            [
                Difference(sentence_case(INPUTS[change.name]), change.before, change.after)
                for change in comparison.inputs
            ],
        )
    ]
    if comparison.is_scored_anew:
        text = (
            "The files differ because the model's scores are in them. They hold as many cases of each kind as "
            "before, on the same days."
        )
        blocks.append(Paragraph((Span(text),)))
    blocks += expectation
    if comparison.setting_alone:
        place = comparison.after.inputs["setting"].shown
        text = f"With the setting alone moved to {place}, the earlier one said: {comparison.setting_alone}"
        blocks.append(Paragraph((Span(text),)))
    only = len(comparison.inputs) == 1
    title = "One thing was changed" if only else f"{number_text(len(comparison.inputs))} things were changed"
    return Section("inputs", title, tuple(blocks))


def _numbers(comparison: Comparison) -> Section | None:
    if not comparison.numbers:
        return None
    rows = [number for number in comparison.numbers if number.before or number.after]
    title = "The numbers, as printed" if comparison.before.kind == "record" else "The terms, as agreed"
    return Section("numbers", title, (_table(title, "", rows),))


def _table(caption: str, first: str, rows: list[Difference]) -> Table:
    return Table(
        caption=caption,
        columns=(Column(first, width=36), Column("Before", width=32), Column("After", width=32)),
        rows=tuple(Row((Cell(row.name), Cell(row.before or "–"), Cell(_after(row)))) for row in rows),
    )


def _after(row: Difference) -> str:
    return "unchanged" if row.after == row.before else row.after or "–"


def _sentences(comparison: Comparison) -> Section | None:
    others = [change for change in comparison.sentences if change.name != _FIRST]
    if not others:
        return None
    blocks = [block for change in others for block in _shown(change)]
    if comparison.n_captions_changed > 0:
        many = _many(comparison.n_captions_changed, "caption")
        blocks.append(
            Paragraph((Span(f"With them changed {many} that say the same under pictures."),), "note")
        )
    return Section("sentences", "The other sentences that changed", tuple(blocks))


def _shown(change: Difference) -> tuple[Block, ...]:
    return (
        Heading(TITLES.get(change.name, change.name)),
        Paragraph((Span("Before: ", strong=True), Span(change.before or "not said."))),
        Paragraph((Span("After: ", strong=True), Span(change.after or "no longer said."))),
        Paragraph((Span(change.reason),), "note"),
    )
