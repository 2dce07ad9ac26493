"""What the record holds of costs and reviews: unit costs, the cost of each setting, the lowest, hours and capacity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from expectkit.measure.levels import Level

CostName = Literal["missed_positive", "flagged_negative", "caught_positive"]


@dataclass(frozen=True, slots=True)
class MoneyRecord:
    """Money on an average day: its average, the range of that average, and both as printed.

    What the level forbids is None. A printed text carries its currency; the ends of a range carry none.
    """

    mean: float | None
    low: float | None
    high: float | None
    level: Level
    is_simultaneous: bool
    printed: str | None
    printed_number: str | None
    printed_low: str | None
    printed_high: str | None


@dataclass(frozen=True, slots=True)
class SettingCostRecord:
    """What mistakes cost at one setting; with a value of catches `total` is what is left after mistakes are paid."""

    total: MoneyRecord
    of_missed: MoneyRecord
    of_flagged: MoneyRecord
    value_of_catches: MoneyRecord | None


@dataclass(frozen=True, slots=True)
class LowestCostRecord:
    """The setting of lowest cost and the stretch around it that costs within 10 % of the lowest."""

    threshold: float
    flat_low: float
    flat_high: float
    flags: Literal["some", "nothing", "everything"]


@dataclass(frozen=True, slots=True)
class BreakEvenRecord:
    """What a missed positive must cost for a setting to beat another one, or flagging nothing (None)."""

    threshold: float
    against: float | None
    missed_positive: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ProposalRecord:
    """What the costs propose by calibrated scores; its rates are those that were counted there."""

    probability: float
    threshold: float | None
    false_negative_rate: float | None
    false_positive_rate: float | None
    cost: MoneyRecord | None


@dataclass(frozen=True, slots=True)
class ScoreCheckRecord:
    """Whether the score can be read as a chance: intercept 0 and slope 1 on the log-odds scale if so."""

    intercept: float
    slope: float
    p_value: float


@dataclass(frozen=True, slots=True)
class CostColumns:
    """The cost of a day at the thresholds of the record; of the same length."""

    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CostsRecord:
    """Unit costs as stated, and what follows from them."""

    currency: str | None
    unit_costs: Mapping[str, float]
    by_amount: Mapping[str, str]
    is_gain: bool
    columns: CostColumns
    lowest: LowestCostRecord
    break_even: tuple[BreakEvenRecord, ...]
    proposal: ProposalRecord | None
    score: ScoreCheckRecord | None


@dataclass(frozen=True, slots=True)
class SettingReviewsRecord:
    """Reviews at one setting: hours a day, and the share of days with more cases than can be reviewed."""

    threshold: float
    hours: float | None
    hours_low: float | None
    hours_high: float | None
    printed_hours: str | None
    overload: float | None
    printed_overload: str | None


@dataclass(frozen=True, slots=True)
class ReviewsRecord:
    """The work of reviewing: minutes, capacity, hours at every setting, the lowest setting the team can staff."""

    minutes_per_review: float | None
    capacity_per_day: float | None
    lowest_threshold: float | None
    settings: tuple[SettingReviewsRecord, ...]
