"""A comparison as data: what a program reads of two records or promises that were compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from expectkit.briefing.change_pages import TITLES, headline
from expectkit.briefing.changes import INPUTS, Comparison, Difference
from expectkit.briefing.sides import Kind
from expectkit.promise.terms import MEASURES, Rhythm, Term

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class SideRecord:
    """One of the two things compared; `date` is ISO 8601, "" for a draft."""

    name: str
    date: str


@dataclass(frozen=True, slots=True)
class ChangeRecord:
    """Something printed before and after; "" where it was or is absent, and for a `reason` nobody can name."""

    id: str
    words: str
    before: str
    after: str
    is_changed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class LimitRecord:
    """What one promise says of a term."""

    at_least: float | None
    at_most: float | None
    measured: float | None
    printed: str


@dataclass(frozen=True, slots=True)
class TermChange:
    """A term of either promise, in the business's words; `before` or `after` is None where it is absent.

    `in_production` is how often production is held to it; "never" is a term that only a launch can be.
    """

    name: str
    words: str
    measure: str
    unit: str
    slice: str | None
    slice_value: str | None
    variant: str | None
    in_production: Rhythm
    before: LimitRecord | None
    after: LimitRecord | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class ComparisonRecord:
    """What changed between two records or promises, and why.

    Parameters
    ----------
    schema_version : int
    kind : {"record", "promise"}
    headline : str
    before, after : SideRecord
    inputs : tuple of ChangeRecord
        Those that differ.
    terms : tuple of TermChange
        Of promises; every term of either.
    numbers : tuple of ChangeRecord
        Of records; every number of either, as printed.
    sentences : tuple of ChangeRecord
        Those that changed.
    """

    schema_version: int
    kind: Kind
    headline: str
    before: SideRecord
    after: SideRecord
    inputs: tuple[ChangeRecord, ...]
    terms: tuple[TermChange, ...]
    numbers: tuple[ChangeRecord, ...]
    sentences: tuple[ChangeRecord, ...]


def comparison_record(comparison: Comparison) -> ComparisonRecord:
    """Turn a comparison into data.

    Parameters
    ----------
    comparison : Comparison

    Returns
    -------
    ComparisonRecord
    """
    is_promise = comparison.before.kind == "promise"
    return ComparisonRecord(
        schema_version=SCHEMA_VERSION,
        kind=comparison.before.kind,
        headline=headline(comparison),
        before=SideRecord(comparison.before.name, comparison.before.date),
        after=SideRecord(comparison.after.name, comparison.after.date),
        inputs=tuple(_change(item, INPUTS) for item in comparison.inputs),
        terms=tuple(_term(item, comparison) for item in comparison.numbers) if is_promise else (),
        numbers=() if is_promise else tuple(_change(item, {}) for item in comparison.numbers),
        sentences=tuple(_change(item, TITLES) for item in comparison.sentences),
    )


def _change(item: Difference, words: Mapping[str, str]) -> ChangeRecord:
    return ChangeRecord(
        id=item.name,
        words=words.get(item.name, item.name),
        before=item.before,
        after=item.after,
        is_changed=item.before != item.after,
        reason=item.reason,
    )


def _term(item: Difference, comparison: Comparison) -> TermChange:
    before, after = (side.terms.get(item.key) for side in (comparison.before, comparison.after))
    term = after if after is not None else before
    if term is None:
        raise KeyError(item.key)
    return TermChange(
        name=item.key,
        words=item.name,
        measure=term.measure,
        unit=term.unit,
        slice=term.slice,
        slice_value=term.slice_value,
        variant=term.variant,
        in_production=MEASURES[term.measure].in_production,
        before=_limit(before, item.before),
        after=_limit(after, item.after),
        is_changed=item.before != item.after,
    )


def _limit(term: Term | None, printed: str) -> LimitRecord | None:
    return None if term is None else LimitRecord(term.at_least, term.at_most, term.measured, printed)
