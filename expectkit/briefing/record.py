"""The record: every number and sentence of a briefing, each rounded once, and nothing else.

Every page reads the record, so two pages cannot print two roundings of one number. ``record.json`` is its plain form.
Raw numbers are kept unrounded; what a page prints of them stands beside them as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from expectkit.briefing.checklist import ChecklistEntry
from expectkit.briefing.cost_record import CostsRecord, ReviewsRecord, SettingCostRecord
from expectkit.briefing.failure_record import FailuresRecord, GroupsRecord
from expectkit.briefing.goal_record import GoalRecord
from expectkit.briefing.instead import Instead
from expectkit.briefing.lanes_record import LanesRecord
from expectkit.briefing.launch_record import FrameEntry, ParameterRecord
from expectkit.briefing.people_record import PeopleRecord
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.promise_words import PromiseRecord
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Words

SCHEMA_VERSION = 1
"""Version of ``record.json`` this release writes."""

RateName = Literal[
    "false_negative_rate", "false_positive_rate", "true_positive_rate", "precision", "selection_rate"
]
VolumeName = Literal[
    "cases", "positives", "negatives", "flagged", "flagged_negatives", "missed_positives", "caught_positives"
]
Level = Literal["refuse", "bound only", "range only", "number and range"]


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """Which model the briefing is about."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class InputRecord:
    """One input file or frame, and the fingerprint of what was read."""

    name: str
    sha256: str
    n_rows: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """What the numbers rest on, and when and with what they were computed.

    The lowest and highest score are None where a model of several classes only names one.
    """

    inputs: tuple[InputRecord, ...]
    n_rows: int
    n_kept: int
    n_missing_score: int
    n_missing_label: int
    n_days: int
    first_day: str
    last_day: str
    is_weighted: bool
    n_clusters: int | None
    score_low: float | None
    score_high: float | None
    compare: Literal["float32", "float64"]
    date: str
    expectkit_version: str
    banner: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The four outcomes at one threshold, among the test cases."""

    n_true_positives: int
    n_false_positives: int
    n_true_negatives: int
    n_false_negatives: int


@dataclass(frozen=True, slots=True)
class RateRecord:
    """A rate with its two counts, its range and how it is printed; None where there were too few cases."""

    value: float | None
    numerator: float
    denominator: float
    low: float | None
    high: float | None
    upper_bound: float | None
    confidence_level: float
    method: str
    level: Level
    printed: str | None
    printed_low: str | None
    printed_high: str | None


@dataclass(frozen=True, slots=True)
class VolumeRecord:
    """A volume in cases a day: its average, the range of that average, and how single days differ."""

    mean: float | None
    mean_low: float | None
    mean_high: float | None
    typical_low: int | None
    typical_high: int | None
    typical_share: float
    wide_low: int | None
    wide_high: int | None
    wide_share: float
    typical_kind: Literal["typical day", "by chance alone"]
    upper_bound: float | None
    level: Level
    reason: str | None
    printed: PrintedVolume


@dataclass(frozen=True, slots=True)
class SettingRecord:
    """One candidate setting with everything that is said of it."""

    name: str
    threshold: float
    printed_threshold: str
    is_operating: bool
    counts: Counts
    rates: Mapping[str, RateRecord]
    per_day: Mapping[str, VolumeRecord]
    statements: tuple[Statement, ...]
    cost: SettingCostRecord | None = None


@dataclass(frozen=True, slots=True)
class OptimismRecord:
    """What was stated at a threshold chosen on the same cases, and what is left after correcting for the choice."""

    measure: str
    stated: float
    corrected: float
    printed_stated: str
    printed_corrected: str


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """How the operating threshold was chosen."""

    rule: str
    chosen_on_these_cases: bool
    is_simultaneous: bool
    confirmed_on_fresh_cases: bool
    n_cases_at_threshold: int | None
    optimism: tuple[OptimismRecord, ...]


@dataclass(frozen=True, slots=True)
class TrafficRecord:
    """Average cases a day in production, and where that figure comes from."""

    mean: float
    low: float
    high: float
    source: str
    n_days: int
    variation: float | None
    printed: str


@dataclass(frozen=True, slots=True)
class PrevalenceRecord:
    """Share of positives in production and among the test cases."""

    value: float
    low: float
    high: float
    source: str
    evaluation_prevalence: float
    printed: str


@dataclass(frozen=True, slots=True)
class ThresholdColumns:
    """The sweep: one entry per candidate threshold in every column, bands valid for all thresholds at once."""

    threshold: tuple[float, ...]
    n_true_positives: tuple[int, ...]
    n_false_positives: tuple[int, ...]
    missed_positives: tuple[float, ...]
    missed_positives_low: tuple[float, ...]
    missed_positives_high: tuple[float, ...]
    caught_positives: tuple[float, ...]
    caught_positives_low: tuple[float, ...]
    caught_positives_high: tuple[float, ...]
    flagged_negatives: tuple[float, ...]
    flagged_negatives_low: tuple[float, ...]
    flagged_negatives_high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WeekdayRangeRecord:
    """The average of one quantity on one weekday, and what 8 of 10 such days bring."""

    mean: float
    typical_low: int
    typical_high: int
    printed: str


@dataclass(frozen=True, slots=True)
class WeekdayRecord:
    """One weekday's expected volumes (28 days of data or more)."""

    weekday: str
    n_days: int
    per_day: Mapping[str, WeekdayRangeRecord]


@dataclass(frozen=True, slots=True)
class SimpleBaselineRecord:
    """What a simple rule would give with the same traffic."""

    name: str
    flagged_negatives: str
    missed_positives: str
    caught_positives: str
    accuracy: str
    is_model: bool


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a reader must know before relying on the numbers; `hint` is for whoever runs the command."""

    code: str
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who the briefing is for, and what it asks of them."""

    team: str
    asks: tuple[str, ...]
    sign_off: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """All of a briefing's numbers and sentences."""

    schema_version: int
    model: ModelRecord
    words: Words
    audience: Audience
    provenance: Provenance
    traffic: TrafficRecord
    prevalence: PrevalenceRecord
    operating_threshold: float
    threshold_choice: ThresholdChoice
    counts: Counts
    rates: Mapping[str, RateRecord]
    per_day: Mapping[str, VolumeRecord]
    per_weekday: tuple[WeekdayRecord, ...]
    settings: tuple[SettingRecord, ...]
    thresholds: ThresholdColumns
    simple_baselines: tuple[SimpleBaselineRecord, ...]
    instead: tuple[Instead, ...]
    statements: tuple[Statement, ...]
    warnings: tuple[Warned, ...]
    promise: PromiseRecord | None = None
    failures: FailuresRecord | None = None
    slices: tuple[GroupsRecord, ...] = ()
    checklist: tuple[ChecklistEntry, ...] | None = None
    costs: CostsRecord | None = None
    reviews: ReviewsRecord | None = None
    people: PeopleRecord | None = None
    goals: tuple[GoalRecord, ...] = ()
    frame: tuple[FrameEntry, ...] = ()
    parameters: tuple[ParameterRecord, ...] = ()
    lanes: LanesRecord | None = None

    @property
    def operating(self) -> SettingRecord:
        """The setting that is proposed or agreed."""
        return next(setting for setting in self.settings if setting.is_operating)

    def statement(self, statement_id: str) -> str:
        """Return the text of one statement, or "" when this record does not make it."""
        return next((item.text for item in self.statements if item.id == statement_id), "")
