"""What the record holds of today's process beside the model: counts, volumes, differences, single people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.wording import Period
from expectkit.measure.comparison import Basis, Verdict


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """The four outcomes of decisions on labelled cases."""

    n_true_positives: int
    n_false_positives: int
    n_true_negatives: int
    n_false_negatives: int


@dataclass(frozen=True, slots=True)
class DifferenceRecord:
    """Model minus today, as a rate and in cases a day; `verdict` only says what the range bears out."""

    value: float
    low: float
    high: float
    confidence_level: float
    p_value: float | None
    per_day: float
    per_day_low: float
    per_day_high: float
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class SidesRecord:
    """One kind of mistake of today and of the model, printed per the same period."""

    period: Period
    today: float | None
    today_low: float | None
    today_high: float | None
    printed_today: str
    model: float | None
    model_low: float | None
    model_high: float | None
    printed_model: str


@dataclass(frozen=True, slots=True)
class RaterRecord:
    """One person's decisions, or those of the majority."""

    name: str
    counts: OutcomeCounts


@dataclass(frozen=True, slots=True)
class PeopleRecord:
    """Today's process, or single people, beside the model."""

    name: str
    basis: Basis
    n_cases: int
    n_undecided: int
    counts: OutcomeCounts | None
    printed: Mapping[str, PrintedVolume]
    sides: Mapping[str, SidesRecord]
    differences: Mapping[str, DifferenceRecord]
    raters: tuple[RaterRecord, ...]
    majority: RaterRecord | None
