"""Galleries of mistakes: which cases are shown, and each as a card in words a manager understands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

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
from expectkit.briefing.failure_record import CaseFact, CaseRecord, ErrorKind, PictureRecord, ShownFor
from expectkit.briefing.failure_statements import KnownColumns, conditions_text
from expectkit.briefing.redaction import Redactor
from expectkit.briefing.vocabulary import Words, clean_text, sentence_case
from expectkit.briefing.wording import half_up, number_text
from expectkit.measure.conditions import Condition

LONGEST_SNIPPET = 280
LONGEST_VALUE = 48
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
    picture: PictureRecord | None = None
    picture_note: str = ""


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
    modes : mapping of ErrorKind to sequence of tuple of Condition
        The named failure modes.
    id_column, text_column : str or None
    today : str
        What today's process is called.
    """

    words: Words
    known: KnownColumns
    usual: Mapping[str, ReferenceSummary]
    redactor: Redactor
    modes: Mapping[ErrorKind, Sequence[tuple[Condition, ...]]]
    id_column: str | None = None
    text_column: str | None = None
    today: str = "today's decision"


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


def case_record(case: ShownCase, card: CardWords) -> CaseRecord:
    """Write one card.

    Parameters
    ----------
    case : ShownCase
    card : CardWords

    Returns
    -------
    CaseRecord
        Nothing in it comes from a redacted column.
    """
    shown = _as_shown(case, card)
    captions = {name: _caption(name, case.values[name], shown.get(name), card) for name in case.values}
    unusual = _most_unusual(case, shown, card)[:MOST_LINES]
    lines = [_share_line(case, card.words), *(f"{sentence_case(captions[name])}." for name in unusual)]
    facts = [
        _fact(name, case.values[name], shown.get(name), card)
        for name in case.values
        if name not in unusual and not _is_missing(case.values[name])
    ]
    return CaseRecord(
        kind=case.kind,
        reason=case.reason,
        share=case.share,
        score=case.score,
        tag=tag_text(card.words, case.kind),
        title=_title(case, card),
        lines=tuple(line for line in lines if line),
        facts=(*facts[:MOST_FACTS], *_own_facts(case, shown, card)),
        snippet=snippet(shown.get(card.text_column, ""), LONGEST_SNIPPET) if card.text_column else "",
        picture=case.picture,
        picture_note=case.picture_note,
    )


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
        facts.append(CaseFact("Today", "flagged it" if case.flagged_today else "let it pass"))
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


_TITLES: Mapping[ShownFor, str] = {
    "most confident": "Among the surest mistakes",
    "costliest": "Among the costliest mistakes",
    "stands for others": "A typical mistake",
    "borderline": "Nearly right",
    "people too": "A person erred too",
}


def _title(case: ShownCase, card: CardWords) -> str:
    """Name the failure mode of a case, or why it is shown."""
    if case.reason in ("stands for others", "most confident", "costliest"):
        for conditions in card.modes.get(case.kind, ()):
            if all(_meets(case, condition, card) for condition in conditions):
                return sentence_case(conditions_text(conditions, card.known))
    return _TITLES[case.reason]


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
    of_100 = int(half_up(case.share * 100, 1))
    what = words.missed if case.kind == "missed_positives" else "wrongly flagged"
    if of_100 == 100:
        return f"All of those {what} are like this one."
    part = "Fewer than 1" if of_100 == 0 else f"About {of_100}"
    return f"{part} of every 100 {what} {'is' if of_100 <= 1 else 'are'} most like this one."
