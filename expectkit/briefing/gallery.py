"""Galleries of mistakes: which cases are shown, and each as a card in words a manager understands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from expectkit.briefing.amount_text import money
from expectkit.briefing.captions import (
    ColumnWords,
    NumberSummary,
    ReferenceSummary,
    TextSummary,
    number_caption,
    snippet,
    text_caption,
    value_text,
)
from expectkit.briefing.card_titles import CardTitle, card_titles
from expectkit.briefing.failure_record import CaseFact, CaseRecord, ErrorKind, PictureRecord, ShownFor
from expectkit.briefing.failure_statements import KnownColumns, conditions_text
from expectkit.briefing.redaction import Redactor
from expectkit.briefing.vocabulary import Words, clean_text, sentence_case
from expectkit.briefing.wording import half_up, number_text
from expectkit.measure.conditions import Condition

LONGEST_SNIPPET = 280
LONGEST_VALUE = 48
LONGEST_IN_TITLE = 24
MOST_LINES = 2
MOST_FACTS = 4


@dataclass(frozen=True, slots=True)
class ShownCase:
    """What is known of a mistake that is to be shown.

    Parameters
    ----------
    kind : {"missed_positives", "flagged_negatives"}
    reason : ShownFor
    share : float or None
        Part of all mistakes of this kind that are most like this one.
    score : float
    values : mapping of str to float, str or None
        Its described columns.
    raw : mapping of str to object
        What was read for this case only: its id, its text, and redacted columns, which are needed to hide their
        values where other columns repeat them.
    flagged_today : bool or None
        Today's decision on it.
    cost : float or None
        What it costs, or its value in the column that stands for that.
    picture : PictureRecord or None
    picture_note : str
        Why there is none.
    """

    kind: ErrorKind
    reason: ShownFor
    share: float | None
    score: float
    values: Mapping[str, float | str | None]
    raw: Mapping[str, object] = field(default_factory=dict)
    flagged_today: bool | None = None
    cost: float | None = None
    picture: PictureRecord | None = None
    picture_note: str = ""


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A named failure mode, and the part of all mistakes of its kind that it holds, from 0 to 1."""

    conditions: tuple[Condition, ...]
    share: float


@dataclass(frozen=True, slots=True)
class CardWords:
    """What all cards of a briefing have in common.

    Parameters
    ----------
    words : Words
    known : mapping of str to ColumnWords
        Labels and units of columns.
    usual : mapping of str to NumberSummary or TextSummary
        What is usual among the negatives, by column.
    redactor : Redactor
    modes : mapping of ErrorKind to sequence of NamedGroup
        The named failure modes.
    id_column, text_column : str or None
    today : str
        What today's process is called.
    today_is_assumed : bool
        Whether its decisions are an assumption.
    cost_column : str or None
        Column by which the costliest mistakes were chosen.
    costed : frozenset of ErrorKind
        Mistakes whose cost stands in that column; of others it only says which are large.
    currency : str or None
        Three-letter code.
    """

    words: Words
    known: KnownColumns
    usual: Mapping[str, ReferenceSummary]
    redactor: Redactor
    modes: Mapping[ErrorKind, Sequence[NamedGroup]]
    id_column: str | None = None
    text_column: str | None = None
    today: str = "today's decision"
    today_is_assumed: bool = False
    cost_column: str | None = None
    costed: frozenset[ErrorKind] = frozenset()
    currency: str | None = None


def usual_values(
    words: Words, values: Mapping[str, np.ndarray[tuple[int], np.dtype[np.generic]]], redactor: Redactor
) -> dict[str, ReferenceSummary]:
    """Summarise what is usual among the negatives, column by column.

    Parameters
    ----------
    words : Words
    values : mapping of str to ndarray
        Numbers as float64, or texts as objects; texts are counted as they may be shown.
    redactor : Redactor
    """
    found: dict[str, ReferenceSummary] = {}
    for name, column in values.items():
        if column.dtype == object:
            texts, counts = np.unique(column.astype(str), return_counts=True)
            shown: dict[str, int] = {}
            for text, count in zip(texts.tolist(), counts.tolist(), strict=True):
                as_shown = redactor.text(text).text if text else ""
                shown[as_shown] = shown.get(as_shown, 0) + count
            found[name] = TextSummary(words.negative, shown, int(counts.sum()))
        else:
            found[name] = NumberSummary.of(words.negative, column)
    return found


def tag_text(words: Words, kind: ErrorKind) -> str:
    """Return the label of a card, such as "valid transaction, flagged"."""
    if kind == "missed_positives":
        return f"{words.positive.singular}, {words.missed}"
    return f"{words.negative.singular}, {words.briefly_flagged}"


def case_records(cases: Sequence[ShownCase], card: CardWords) -> tuple[CaseRecord, ...]:
    """Write the cards of one gallery, no two of them with the same title.

    Parameters
    ----------
    cases : sequence of ShownCase
    card : CardWords

    Returns
    -------
    tuple of CaseRecord
        In the same order. Nothing in them comes from a redacted column.
    """
    shown = [_as_shown(case, card) for case in cases]
    groups = [_group_of(case, card) for case in cases]
    values = [_telling(*one, card) for one in zip(cases, shown, groups, strict=True)]
    titles = card_titles([mark_text(case.reason, case.kind, card) for case in cases], values)
    return tuple(
        _record(case, of_case, title, _group_line(group, group in groups[:place], case, card), card)
        for place, (case, of_case, title, group) in enumerate(zip(cases, shown, titles, groups, strict=True))
    )


def _record(
    case: ShownCase, shown: Mapping[str, str], title: CardTitle, group_line: str, card: CardWords
) -> CaseRecord:
    captions = {name: _caption(name, case.values[name], shown.get(name), card) for name in case.values}
    unusual = _most_unusual(case, shown, card)[:MOST_LINES]
    lines = [
        _share_line(case, card.words),
        group_line,
        _cost_line(case, card),
        *(f"{sentence_case(captions[name])}." for name in unusual),
    ]
    facts = [
        _fact(name, case.values[name], shown.get(name), card)
        for name in case.values
        if name not in (*unusual, *title.columns) and not _is_missing(case.values[name])
    ]
    return CaseRecord(
        kind=case.kind,
        reason=case.reason,
        share=case.share,
        score=case.score,
        tag=tag_text(card.words, case.kind),
        title=title.text,
        lines=tuple(line for line in lines if line),
        facts=(*facts[:MOST_FACTS], *_own_facts(case, shown, card)),
        snippet=snippet(shown.get(card.text_column, ""), LONGEST_SNIPPET) if card.text_column else "",
        picture=case.picture,
        picture_note=case.picture_note,
    )


def _telling(
    case: ShownCase, shown: Mapping[str, str], group: NamedGroup | None, card: CardWords
) -> dict[str, str]:
    """Return the columns of a case in a few words each, the most telling first."""
    first = [card.cost_column] if case.reason == "costliest" and card.cost_column else []
    of_group = [condition.column for condition in group.conditions] if group is not None else []
    order = dict.fromkeys((*first, *of_group, *_most_unusual(case, shown, card), *case.values))
    found = {}
    for name in order:
        if name in case.values and not _is_missing(case.values[name]):
            value = _fact(name, case.values[name], shown.get(name), card).value
            found[name] = f"{ColumnWords.of(name, card.known).label} {clean_text(value, LONGEST_IN_TITLE)}"
    return found


def _as_shown(case: ShownCase, card: CardWords) -> dict[str, str]:
    """Return every column of the case that may be shown, masked."""
    values = {name: _printable(value) for name, value in case.values.items() if not _is_missing(value)}
    return card.redactor.case({**values, **case.raw})[0]


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and not math.isfinite(value))


def _printable(value: float | str | None) -> str:
    """Write a value as masks see it: whole numbers in full, others as they are printed."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else value_text(value)
    return value or ""


def _is_masked(value: float, shown: str | None) -> bool:
    return shown != _printable(value)


def _caption(name: str, value: float | str | None, shown: str | None, card: CardWords) -> str:
    words, usual = ColumnWords.of(name, card.known), card.usual.get(name)
    if isinstance(value, float) and not _is_missing(value) and not _is_masked(value, shown):
        return number_caption(words, value, usual if isinstance(usual, NumberSummary) else None)
    if isinstance(value, float):
        return f"{words.label} {shown}" if shown else f"{words.label} not given"
    text = clean_text(shown or "", LONGEST_VALUE)
    return text_caption(words, text, usual if isinstance(usual, TextSummary) else None)


def _most_unusual(case: ShownCase, shown: Mapping[str, str], card: CardWords) -> list[str]:
    """Return the columns whose value is unusual among the negatives, the most unusual first."""
    found: list[tuple[float, int, str]] = []
    for name, value in case.values.items():
        usual = card.usual.get(name)
        rarity = 0.0
        if isinstance(usual, NumberSummary) and isinstance(value, float) and not _is_missing(value):
            if usual.numbers.size >= 30 and not _is_masked(value, shown.get(name)):
                rarity = max(usual.share_below(value), usual.share_above(value))
        elif isinstance(usual, TextSummary) and usual.n_cases >= 30 and not isinstance(value, float):
            rarity = 1 - usual.counts.get(shown.get(name, ""), 0) / usual.n_cases
            rarity = rarity if len(usual.counts) <= usual.n_cases / 10 else 0.0
        if rarity >= 0.9:
            found.append((-rarity, len(found), name))
    return [name for _, _, name in sorted(found)]


def _fact(name: str, value: float | str | None, shown: str | None, card: CardWords) -> CaseFact:
    words = ColumnWords.of(name, card.known)
    label = sentence_case(words.label)
    if isinstance(value, float) and not _is_missing(value) and not _is_masked(value, shown):
        return CaseFact(label, words.with_unit(value_text(value)))
    return CaseFact(label, clean_text(shown, LONGEST_VALUE) if shown else "not given")


def _own_facts(case: ShownCase, shown: Mapping[str, str], card: CardWords) -> tuple[CaseFact, ...]:
    """Return score, today's decision and the case's name."""
    facts = [CaseFact("Score", score_text(case.score))]
    if case.flagged_today is not None:
        name = "Today, as assumed" if card.today_is_assumed else "Today"
        facts.append(CaseFact(name, "flagged it" if case.flagged_today else "let it pass"))
    if card.id_column is not None and shown.get(card.id_column):
        facts.append(CaseFact("Reference", clean_text(shown[card.id_column], LONGEST_VALUE)))
    return tuple(facts)


def score_text(score: float) -> str:
    """Write a score with two digits, more where two would round it to 0 or 1.

    Examples
    --------
    >>> score_text(0.4321), score_text(0.99962), score_text(12.0), score_text(0.0004)
    ('0.43', '0.9996', '12', '0.0004')
    """
    if float(score).is_integer():
        return number_text(int(score))
    for digits in (2, 3, 4, 6):
        text = number_text(half_up(score, 10.0**-digits))
        if float(text.replace(",", "").replace("−", "-")) not in (0.0, 1.0):
            return text
    return f"{score:.3g}"


_MARKS: Mapping[ShownFor, str] = {
    "most confident": "Among the surest mistakes",
    "costliest": "Among the costliest mistakes",
    "stands for others": "A typical mistake",
    "borderline": "Nearly right",
    "people too": "A person erred too",
}


def mark_text(reason: ShownFor, kind: ErrorKind, card: CardWords) -> str:
    """Say why a case is shown; only what has a cost of its own is called costly."""
    if reason == "people too" and card.today_is_assumed:
        return "A person is assumed to err too"
    if reason == "costliest" and kind not in card.costed and card.cost_column is not None:
        return f"Among those with the highest {ColumnWords.of(card.cost_column, card.known).label}"
    return _MARKS[reason]


def _group_of(case: ShownCase, card: CardWords) -> NamedGroup | None:
    """Return the first named failure mode that a case lies in, where it is shown for what it is like."""
    if case.reason in ("stands for others", "most confident", "costliest"):
        for group in card.modes.get(case.kind, ()):
            if all(_meets(case, condition, card) for condition in group.conditions):
                return group
    return None


def _group_line(group: NamedGroup | None, is_another: bool, case: ShownCase, card: CardWords) -> str:
    """Say which named failure mode a case lies in, and, at its first case, which part of the mistakes it holds."""
    if group is None:
        return ""
    name = f"the group “{conditions_text(group.conditions, card.known)}”"
    if is_another:
        return f"Another one of {name}."
    part = _of_100(group.share)
    held = (
        f"all those {_did(case, card.words)}"
        if part is None
        else f"{part} of every 100 {_did(case, card.words)}"
    )
    return f"One of {name}, which holds {held}."


def _meets(case: ShownCase, condition: Condition, card: CardWords) -> bool:
    value = case.values.get(condition.column)
    if condition.value is not None:
        if isinstance(value, float):
            return condition.value == ("" if _is_missing(value) else f"{value:g}")
        return condition.value == (card.redactor.text(value).text if value else "")
    if not isinstance(value, float) or _is_missing(value):
        return False
    return (condition.low is None or value >= condition.low) and (
        condition.high is None or value < condition.high
    )


def _share_line(case: ShownCase, words: Words) -> str:
    """Say which part of the mistakes a case stands for."""
    if case.share is None:
        return ""
    part = _of_100(case.share)
    if part is None:
        return f"Stands for all those {_did(case, words)}."
    return f"Stands for {part} of every 100 {_did(case, words)}: those that look most like it."


def _did(case: ShownCase, words: Words) -> str:
    return words.missed if case.kind == "missed_positives" else "wrongly flagged"


def _of_100(share: float) -> str | None:
    """Write a part of 100; None for all of them."""
    of_100 = int(half_up(share * 100, 1))
    if of_100 == 100:
        return None
    return "fewer than 1" if of_100 == 0 else f"about {of_100}"


def _cost_line(case: ShownCase, card: CardWords) -> str:
    """Say what one of the costliest mistakes costs; nothing of a redacted column."""
    column = card.cost_column
    if case.reason != "costliest" or case.cost is None or column is None or column in card.redactor.columns:
        return ""
    amount = money(case.cost, card.currency, 1 if case.cost >= 100 else 0.01)
    if card.redactor.text(amount).text != amount:
        return ""
    if case.kind in card.costed:
        return f"It costs {amount}."
    if column in case.values:
        return ""  # its title begins with it
    return f"{sentence_case(ColumnWords.of(column, card.known).label)}: {amount}."
