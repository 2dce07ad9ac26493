"""What the record holds of two thresholds with a person between them, and of what can be decided without a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from expectkit.briefing.amount_record import AmountRecord


@dataclass(frozen=True, slots=True)
class LaneRecord:
    """One lane on an average day: all cases in it, and those of each class."""

    name: str
    title: str
    scores: str
    all_cases: AmountRecord
    positives: AmountRecord
    negatives: AmountRecord


@dataclass(frozen=True, slots=True)
class AutomationRecord:
    """What needs no person at a tolerated share of errors: chosen on one half of the cases, stated from the other."""

    at_most_error: float
    is_stated: bool
    clear_below: float
    block_from: float
    printed_lanes: str
    automated_share: float
    error_share: float
    error_low: float
    error_high: float
    error_upper_bound: float
    is_kept: bool
    n_confirming: int
    printed_at_most_error: str
    printed_automated_share: str
    printed_error_share: str
    printed_error_upper_bound: str


@dataclass(frozen=True, slots=True)
class AutomationCurve:
    """Errors among the cases decided without a person, by the share that is; one entry per tolerance in each column."""

    automated_share: tuple[float, ...]
    error_share: tuple[float, ...]
    error_low: tuple[float, ...]
    error_high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class LanesRecord:
    """Two thresholds and their lanes (empty when only an automated share was asked for), and the automated share."""

    clear_below: float | None
    block_from: float | None
    lanes: tuple[LaneRecord, ...]
    is_simultaneous: bool
    automated_share: float | None
    automated_share_low: float | None
    automated_share_high: float | None
    automation: tuple[AutomationRecord, ...]
    curve: AutomationCurve | None
    values: Mapping[str, float]
