"""The record of a briefing on several classes: every number and sentence, each rounded once.

It stands beside `expectkit.briefing.record`, whose parts it shares where the question is the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from expectkit.briefing.amount_record import AmountRecord
from expectkit.briefing.record import Audience, ModelRecord, Provenance, TrafficRecord, Warned
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Noun, Words

MixSource = Literal["stated", "sample", "as in cases"]


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """One class: its threshold, what the test held of it, and what becomes of it on an average day."""

    name: str
    noun: Noun
    threshold: float | None
    printed_threshold: str
    n_cases: int
    n_right: int
    n_wrong: int
    n_to_a_person: int
    share: float
    printed_share: str
    cases: AmountRecord
    right: AmountRecord
    wrong: AmountRecord
    to_a_person: AmountRecord
    taken_for_it: AmountRecord
    decided_for_it: AmountRecord


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """Cases of one class that are decided for another, or sent to a person (`decided` is None), a day."""

    actual: str
    decided: str | None
    label: str
    n_seen: int
    n_of: int
    per_day: AmountRecord


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """A share of a day's cases with its range."""

    value: float
    low: float
    high: float
    confidence_level: float


@dataclass(frozen=True, slots=True)
class MulticlassRecord:
    """All numbers and sentences of a briefing on several classes; ``kind`` tells its file from other records."""

    kind: Literal["classes"]
    schema_version: int
    model: ModelRecord
    words: Words
    audience: Audience
    provenance: Provenance
    traffic: TrafficRecord
    mix_source: MixSource
    has_thresholds: bool
    confirmed_on_fresh_cases: bool
    n_ties: int
    classes: tuple[ClassRecord, ...]
    counts: tuple[tuple[int, ...], ...]
    flows: tuple[FlowRecord, ...]
    n_flows_not_seen: int
    flows_hold_together: bool
    per_day: Mapping[str, AmountRecord]
    right_share: ShareRecord
    macro_recall: ShareRecord
    statements: tuple[Statement, ...]
    warnings: tuple[Warned, ...]

    def statement(self, statement_id: str) -> str:
        """Return the text of one statement, or "" when this record does not make it."""
        return next((item.text for item in self.statements if item.id == statement_id), "")

    @property
    def has_person(self) -> bool:
        """Whether any test case was sent to a person."""
        return any(row[-1] > 0 for row in self.counts)
