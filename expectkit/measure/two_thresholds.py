"""Two thresholds: below the lower one a case is cleared, from the higher up blocked, between them a person decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.amounts import Amount, mover_of
from expectkit.measure.intervals import (
    FloatArray,
    Interval,
    Limits,
    Numbers,
    Part,
    clopper_pearson,
    local_alpha,
    log_mover,
)
from expectkit.measure.levels import Level, level_of_rate
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import Sweep


@dataclass(frozen=True, slots=True)
class Lanes:
    """The two thresholds: cleared below `clear_below`, blocked from `block_from` up, a person between them.

    Raises
    ------
    InputError
        If the first is above the second. They may be equal: then no case goes to a person.
    """

    clear_below: float
    block_from: float

    def __post_init__(self) -> None:
        if not self.clear_below <= self.block_from:
            raise InputError(
                f"cases are cleared below {self.clear_below} and blocked from {self.block_from} up, which overlap. "
                "Swap the two."
            )


@dataclass(frozen=True, slots=True)
class LaneVolumes:
    """What each lane brings on an average day.

    Parameters
    ----------
    lanes : Lanes
    cleared_positives, cleared_negatives : Amount
        Cleared without a person; the first are missed.
    human_positives, human_negatives : Amount
        Sent to a person.
    blocked_positives, blocked_negatives : Amount
        Blocked without a person; the second are blocked by mistake.
    cleared, human, blocked : Amount
        Both classes together.
    automated_share : Interval
        Share of a day's cases that no person sees, in production's mix.
    automated_share_value : float
    is_simultaneous : bool
        Whether the ranges hold for every pair of thresholds at once.
    """

    lanes: Lanes
    cleared_positives: Amount
    cleared_negatives: Amount
    human_positives: Amount
    human_negatives: Amount
    blocked_positives: Amount
    blocked_negatives: Amount
    cleared: Amount
    human: Amount
    blocked: Amount
    automated_share: Interval
    automated_share_value: float
    is_simultaneous: bool


def lane_volumes(sweep: Sweep, day: DayProfile, lanes: Lanes, *, simultaneous: bool) -> LaneVolumes:
    """Turn two thresholds into cases a day in each lane.

    Parameters
    ----------
    sweep : Sweep
        Both thresholds must have been counted.
    day : DayProfile
    lanes : Lanes
    simultaneous : bool
        True when the thresholds are chosen by looking at these cases: shares of cleared and blocked cases are
        taken from the band that holds at all thresholds, the share between them is the difference of its
        limits. False for two thresholds fixed beforehand: Clopper-Pearson for each lane.

    Returns
    -------
    LaneVolumes

    Raises
    ------
    InputError
        If a threshold was not counted or a class has no cases.
    """
    places = sweep.index_of(lanes.clear_below), sweep.index_of(lanes.block_from)
    positives = _class_shares(1 - sweep.false_negative_rates, sweep.effective_positives, places)
    negatives = _class_shares(sweep.false_positive_rates, sweep.effective_negatives, places)
    day_parts = _DayParts(day, positives, negatives, simultaneous)
    share, limits = day_parts.automated_share()
    return LaneVolumes(
        lanes,
        day_parts.of_class("cleared", of_negatives=False),
        day_parts.of_class("cleared", of_negatives=True),
        day_parts.of_class("human", of_negatives=False),
        day_parts.of_class("human", of_negatives=True),
        day_parts.of_class("blocked", of_negatives=False),
        day_parts.of_class("blocked", of_negatives=True),
        day_parts.of_both("cleared"),
        day_parts.of_both("human"),
        day_parts.of_both("blocked"),
        Interval(float(limits[0]), float(limits[1]), 0.95, "MOVER of Clopper-Pearson"),
        share,
        simultaneous,
    )


@dataclass(frozen=True, slots=True)
class _ClassShares:
    """Shares of one class in the three lanes, and the cases they rest on."""

    cleared: float
    human: float
    blocked: float
    n: float

    def level(self, lane: str) -> Level:
        """Return how much may be said of a lane."""
        return level_of_rate(Rate(min(self.of(lane) * self.n, self.n), self.n))

    def of(self, lane: str) -> float:
        """Return the share of a lane."""
        share: float = getattr(self, lane)
        return share

    def part(self, lane: str, alpha: float, *, simultaneous: bool) -> Part:
        """Return the share of a lane with its limits at a two-sided `alpha`, 0.05 or 0.10."""
        share = self.of(lane)
        used = float(local_alpha(self.n, 1 - alpha)) if simultaneous else alpha
        if lane == "human" and simultaneous:
            below, above = (
                clopper_pearson(end * self.n, self.n, used) for end in (self.cleared, self.blocked)
            )
            low, high = 1 - float(below[1]) - float(above[1]), 1 - float(below[0]) - float(above[0])
            return Part(self._stand_in(share), max(low, 0.0), min(high, 1.0))
        limits = clopper_pearson(share * self.n, self.n, used)
        return Part(self._stand_in(share), float(limits[0]), float(limits[1]))

    def _stand_in(self, share: float) -> float:
        return share if share > 0 else 0.5 / (self.n + 1)


def _class_shares(flagged: FloatArray, effective: FloatArray, places: tuple[int, int]) -> _ClassShares:
    low, high = (float(flagged[place]) for place in places)
    if not np.isfinite(low):
        raise InputError("lanes need cases of both classes. One of the classes has none.")
    return _ClassShares(1 - low, low - high, high, float(min(effective[place] for place in places)))


@dataclass(frozen=True, slots=True)
class _DayParts:
    """Production's day with the shares of both classes in the lanes."""

    day: DayProfile
    positives: _ClassShares
    negatives: _ClassShares
    simultaneous: bool

    def of_class(self, lane: str, *, of_negatives: bool) -> Amount:
        """Return the cases a day of one class in a lane."""
        shares = self.negatives if of_negatives else self.positives

        def limits(alpha: float) -> Limits:
            mix = self._mix(alpha)
            share = Part(1 - np.asarray(mix.estimate), 1 - np.asarray(mix.high), 1 - np.asarray(mix.low))
            rate = shares.part(lane, alpha, simultaneous=self.simultaneous)
            return log_mover([self._traffic(alpha), share if of_negatives else mix, rate])

        mix = self.day.prevalence.value
        estimate = self.day.traffic.mean * (1 - mix if of_negatives else mix) * shares.of(lane)
        (low, high), (least, most) = limits(0.05), limits(0.10)
        return Amount(estimate, float(low), float(high), float(least), float(most), shares.level(lane))

    def of_both(self, lane: str) -> Amount:
        """Return the cases a day of both classes in a lane."""

        def limits(alpha: float) -> Limits:
            parts = [
                self._traffic(alpha),
                self._mix(alpha),
                *(
                    side.part(lane, alpha, simultaneous=self.simultaneous)
                    for side in (self.positives, self.negatives)
                ),
            ]
            low, high = mover_of(_log_of_lane, parts)
            return np.exp(low), np.exp(high)

        sides = self.positives.of(lane), self.negatives.of(lane)
        mix = self.day.prevalence.value
        estimate = self.day.traffic.mean * (mix * sides[0] + (1 - mix) * sides[1])
        (low, high), (least, most) = limits(0.05), limits(0.10)
        n = self.positives.n + self.negatives.n
        seen = self.positives.of(lane) * self.positives.n + self.negatives.of(lane) * self.negatives.n
        level = level_of_rate(Rate(min(seen, n), n))
        return Amount(estimate, float(low), float(high), float(least), float(most), level)

    def automated_share(self) -> tuple[float, Limits]:
        """Return the share of a day's cases that no person sees, and its 95 % limits."""
        parts = [
            self._mix(0.05),
            *(
                side.part("human", 0.05, simultaneous=self.simultaneous)
                for side in (self.positives, self.negatives)
            ),
        ]
        mix = self.day.prevalence.value
        human = mix * self.positives.human + (1 - mix) * self.negatives.human
        low, high = mover_of(mixed, parts)
        return 1 - human, (np.clip(1 - high, 0.0, 1.0), np.clip(1 - low, 0.0, 1.0))

    def _traffic(self, alpha: float) -> Part:
        return Part(self.day.traffic.mean, *self.day.traffic.limits(alpha))

    def _mix(self, alpha: float) -> Part:
        return Part(self.day.prevalence.value, *self.day.prevalence.limits(alpha))


def mixed(mix: Numbers, of_positives: Numbers, of_negatives: Numbers) -> FloatArray:
    """Return the share of a day's cases from the shares of both classes."""
    share = np.asarray(mix, dtype=np.float64)
    return np.asarray(share * of_positives + (1 - share) * of_negatives, dtype=np.float64)


def _log_of_lane(traffic: Numbers, mix: Numbers, of_positives: Numbers, of_negatives: Numbers) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(traffic * mixed(mix, of_positives, of_negatives)), dtype=np.float64)
