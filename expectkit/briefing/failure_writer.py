"""Put what was found about mistakes into the record: each number rounded once, each finding a sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectkit.briefing.captions import ColumnWords
from expectkit.briefing.failure_record import (
    ErrorKind,
    FailureModeRecord,
    FailureSearchRecord,
    FailuresRecord,
    GalleryRecord,
    GroupRateRecord,
    GroupRecord,
    GroupsRecord,
)
from expectkit.briefing.failure_statements import (
    KnownColumns,
    conditions_text,
    gap_statement,
    group_label,
    mode_statements,
)
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import (
    coarsest_percent,
    number_text,
    own_percent,
    percent_range,
    percent_text,
)
from expectkit.measure.slices import FEWEST_CASES, GroupRate, RateKind, SliceRates, pooled_groups

if TYPE_CHECKING:
    from expectkit.briefing.printed import PrintedVolumes
    from expectkit.measure.failures import FailureMode, FailureSearch

MOST_GROUPS = 20
"""Rows of a table of groups; with more groups those in the middle are left out."""


@dataclass(frozen=True, slots=True)
class SearchedMistakes:
    """A search among the mistakes of one kind, and how many cases and mistakes of the kind there are in all."""

    search: FailureSearch
    n_cases: int
    n_errors: int


@dataclass(frozen=True, slots=True)
class FailureEvidence:
    """What was found about mistakes, before it is rounded and put into words.

    Parameters
    ----------
    searches : mapping of ErrorKind to SearchedMistakes
    galleries : tuple of GalleryRecord
    groups : mapping of str to mapping of RateKind to SliceRates
        For each slice column its rates, small groups not put together.
    sensitive : frozenset of str
        Columns of protected attributes.
    known : mapping of str to ColumnWords
    has_clusters : bool
        Whether rows of the file belong together.
    """

    searches: Mapping[ErrorKind, SearchedMistakes] = field(default_factory=dict)
    galleries: tuple[GalleryRecord, ...] = ()
    groups: Mapping[str, Mapping[RateKind, SliceRates]] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    known: KnownColumns = field(default_factory=dict)
    has_clusters: bool = False


def failures_record(found: FailureEvidence) -> FailuresRecord | None:
    """Return the searches and galleries for the record; None when nothing was looked at."""
    if not found.searches and not found.galleries:
        return None
    searches = tuple(_search(kind, one, found.known) for kind, one in found.searches.items())
    return FailuresRecord(searches, found.galleries)


def _search(kind: ErrorKind, one: SearchedMistakes, known: KnownColumns) -> FailureSearchRecord:
    search = one.search
    return FailureSearchRecord(
        kind=kind,
        n_cases=one.n_cases,
        n_errors=one.n_errors,
        n_searched=search.n_cases,
        n_errors_searched=search.n_errors,
        n_groups=search.n_slices,
        n_errors_needed=None if search.errors_needed is None else search.errors_needed.n_errors,
        rate=one.n_errors / one.n_cases if one.n_cases else None,
        modes=tuple(_mode(mode, known) for mode in search.modes),
    )


def _mode(mode: FailureMode, known: KnownColumns) -> FailureModeRecord:
    low, high = percent_range(mode.interval.low, mode.interval.high)
    return FailureModeRecord(
        group=sentence_case(conditions_text(mode.conditions, known)),
        n_cases=mode.n_cases,
        n_errors=mode.n_errors,
        rate=mode.rate.value,
        low=mode.interval.low,
        high=mode.interval.high,
        elsewhere=mode.elsewhere.value if mode.elsewhere.is_defined else 0.0,
        share_of_errors=mode.share_of_errors,
        adjusted_p=mode.adjusted_p,
        printed_low=low,
        printed_high=high,
    )


def groups_records(found: FailureEvidence) -> tuple[GroupsRecord, ...]:
    """Return the groups of each slice column for the record."""
    return tuple(_groups(column, rates, found) for column, rates in found.groups.items())


def _groups(column: str, rates: Mapping[RateKind, SliceRates], found: FailureEvidence) -> GroupsRecord:
    by_key: dict[str, dict[RateKind, GroupRate]] = {}
    for kind, one in rates.items():
        for group in one.groups:
            by_key.setdefault(group.keys[0], {})[kind] = group
    small = sorted(key for key, of in by_key.items() if _is_small(of))
    large = sorted((key for key in by_key if key not in small or len(small) == 1), key=_worst_first(by_key))
    shown, n_left_out = large, 0
    if len(large) > MOST_GROUPS:
        half = MOST_GROUPS // 2
        shown, n_left_out = [*large[:half], *large[-half:]], len(large) - MOST_GROUPS
    records = [_group((key,), by_key[key]) for key in shown]
    if len(small) > 1:
        records.append(_group(tuple(small), _pooled(tuple(small), by_key)))
    label = ColumnWords.of(column, found.known).label
    weighted = any(one.rate.denominator != one.counted[1] for of in by_key.values() for one in of.values())
    return GroupsRecord(
        column, label, column in found.sensitive, tuple(records), n_left_out, is_weighted=weighted
    )


def _is_small(of: Mapping[RateKind, GroupRate]) -> bool:
    sizes = [of[kind].counted[1] for kind in _ERROR_RATES if kind in of]
    return max(sizes, default=0) < FEWEST_CASES


_ERROR_RATES: tuple[RateKind, ...] = ("false_negative_rate", "false_positive_rate")


def _worst_first(
    by_key: Mapping[str, Mapping[RateKind, GroupRate]],
) -> Callable[[str], tuple[float, float, str]]:
    def place(key: str) -> tuple[float, float, str]:
        found = []
        for kind in _ERROR_RATES:
            group = by_key[key].get(kind)
            found.append(-group.rate.value if group is not None and not group.is_small else 1.0)
        return found[0], found[1], key

    return place


def _pooled(
    keys: tuple[str, ...], by_key: Mapping[str, Mapping[RateKind, GroupRate]]
) -> dict[RateKind, GroupRate]:
    pooled: dict[RateKind, GroupRate] = {}
    every: tuple[RateKind, ...] = (*_ERROR_RATES, "selection_rate")
    for kind in every:
        found = [by_key[key][kind] for key in keys if kind in by_key[key]]
        if found:
            pooled[kind] = pooled_groups(keys, found)
    return pooled


def _group(keys: tuple[str, ...], of: Mapping[RateKind, GroupRate]) -> GroupRecord:
    first = next(iter(of.values()))
    return GroupRecord(
        label=group_label(GroupRate(keys, first.rate, first.interval, first.is_small, first.counted)),
        missed=_rate("false_negative_rate", of),
        wrongly_flagged=_rate("false_positive_rate", of),
        flagged=_rate("selection_rate", of),
    )


def _rate_text(group: GroupRate) -> str:
    """Write a rate so that rounding leaves it inside its range."""
    if 0 < group.rate.value < 1:
        low, high = group.interval.low, group.interval.high
        percent = own_percent(group.rate.value, coarsest_percent(low, high))
        if 0 < percent < 100:
            return f"{number_text(percent)}%"
    return percent_text(group.rate.value)


def _rate(kind: RateKind, of: Mapping[RateKind, GroupRate]) -> GroupRateRecord | None:
    group = of.get(kind)
    if group is None:
        return None
    low, high = percent_range(group.interval.low, group.interval.high, group.rate.value)
    return GroupRateRecord(
        kind=kind,
        numerator=group.counted[0],
        denominator=group.counted[1],
        low=group.interval.low,
        high=group.interval.high,
        is_small=group.is_small,
        printed=_rate_text(group),
        printed_low=low,
        printed_high=high,
    )


def failure_sentences(words: Words, found: FailureEvidence, printed: PrintedVolumes) -> tuple[Statement, ...]:
    """Write every sentence about mistakes.

    Parameters
    ----------
    words : Words
    found : FailureEvidence
    printed : PrintedVolumes
        At the operating threshold, as the rest of the briefing prints them.

    Returns
    -------
    tuple of Statement
        With ids that begin with "failure." or "groups.".
    """
    statements: list[Statement] = []
    for kind, one in found.searches.items():
        volume = getattr(printed, kind)
        statements += mode_statements(words, kind, one.search, volume, found.known)
        if one.search.n_cases < one.n_cases:
            statements.append(_sampled(words, kind, one))
    if found.has_clusters and any(one.search.modes for one in found.searches.values()):
        statements.append(_related(words))
    for column, rates in found.groups.items():
        statements += [
            gap_statement(words, rates[rate], found.known) for rate in _ERROR_RATES if rate in rates
        ]
        if column in found.sensitive:
            statements += _fairness(words, column, rates, found.known)
    return tuple(statements)


def _sampled(words: Words, kind: ErrorKind, one: SearchedMistakes) -> Statement:
    noun = words.positive if kind == "missed_positives" else words.negative
    text = (
        f"Searched were {number_text(one.search.n_cases)} {noun.plural}, drawn evenly from the "
        f"{number_text(one.n_cases)} in the test."
    )
    return Statement(f"failure.{kind}.sample", text, {"n_searched": float(one.search.n_cases)})


def _related(words: Words) -> Statement:
    text = (
        f"{sentence_case(words.case.plural)} that belong together are taken together: many mistakes on those that "
        "belong to one another hardly count for more than one mistake alone."
    )
    return Statement("failure.related", text, {})


def _fairness(
    words: Words, column: str, rates: Mapping[RateKind, SliceRates], known: KnownColumns
) -> Sequence[Statement]:
    """Say what the table of a protected attribute shows and what it cannot show."""
    label = ColumnWords.of(column, known).label
    found = [gap_statement(words, rates["selection_rate"], known)] if "selection_rate" in rates else []
    text = (
        f"You named {label} as a protected attribute. The table shows for each group how often a "
        f"{words.positive.singular} is {words.missed} and how often a {words.negative.singular} is flagged by mistake. "
        f"When groups differ in how many {words.positive.plural} they have, these shares and the share flagged cannot "
        "all be equal: decide which of them must be. A difference alone proves no unfair treatment, and no "
        "difference proves no fairness."
    )
    return [*found, Statement(f"groups.fairness.{column}", text, {})]
