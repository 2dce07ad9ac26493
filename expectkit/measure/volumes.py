"""What to expect in production, in cases a day: the average, the typical day, and how sure both are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.intervals import FloatArray, Limits, Numbers, clopper_pearson, local_alpha
from expectkit.measure.levels import Level as Level
from expectkit.measure.levels import level_of_rate, lower_of, reason_for
from expectkit.measure.new_day import (
    MOST_DAYS,
    NEARLY_ALL_DAYS,
    RangeMaker,
    WeekdayVolumes,
    is_by_chance_alone,
    per_weekday,
    range_maker,
)
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import Sweep
from expectkit.measure.volume_parts import QUANTITIES, Quantity, VolumeParts, volume_parts

TypicalKind = Literal["typical day", "by chance alone"]
FEW_DAYS = 7
WITH_RANGE: tuple[Level, ...] = ("range only", "number and range")


@dataclass(frozen=True, slots=True)
class DailyVolume:
    """The expected number of cases of one kind on a day. None stands where the cases do not support it.

    Parameters
    ----------
    mean, mean_low, mean_high : float or None
        The average a day and its 95 % range, unrounded.
    typical_low, typical_high : int or None
        What 8 of 10 days fall into.
    wide_low, wide_high : int or None
        What 19 of 20 days fall into.
    typical_kind : str
        "by chance alone" when nothing is known about how days differ: then the two ranges are Poisson ranges
        around the mean and no typical day.
    level : Level
        How much may be said.
    reason : str or None
        Why something is missing, or what to keep in mind about the ranges.
    upper_bound, lower_bound : float or None
        The average is at most, and at least, this: each with 95 % on one side. None without cases.
    estimate : float or None
        The plain estimate of the average at every level, for sums and charts. Print `mean` instead.
    """

    mean: float | None
    mean_low: float | None
    mean_high: float | None
    typical_low: int | None
    typical_high: int | None
    wide_low: int | None
    wide_high: int | None
    typical_kind: TypicalKind
    level: Level
    reason: str | None
    upper_bound: float | None
    lower_bound: float | None
    estimate: float | None


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of flagged cases that are positive, in production; None where it cannot be stated.

    `lower_bound` has 95 % on one side.
    """

    value: float | None
    low: float | None
    high: float | None
    lower_bound: float | None
    level: Level
    reason: str | None


@dataclass(frozen=True, slots=True)
class DailyVolumes:
    """A day in production at one threshold.

    Parameters
    ----------
    threshold : float
    cases, positives, negatives, flagged_negatives, missed_positives, caught_positives, flagged : DailyVolume
    precision : Precision
    false_negative_rate, false_positive_rate : Rate
        With days as clusters where a rate differs between days by more than chance.
    rates_differ_by_day : (bool, bool)
        Whether the miss rate, and the false positive rate, do.
    is_simultaneous : bool
        Whether the ranges of the averages hold for every threshold at once.
    per_weekday : tuple of WeekdayVolumes
        From 28 whole days on; else empty.
    """

    threshold: float
    cases: DailyVolume
    positives: DailyVolume
    negatives: DailyVolume
    flagged_negatives: DailyVolume
    missed_positives: DailyVolume
    caught_positives: DailyVolume
    flagged: DailyVolume
    precision: Precision
    false_negative_rate: Rate
    false_positive_rate: Rate
    rates_differ_by_day: tuple[bool, bool]
    is_simultaneous: bool
    per_weekday: tuple[WeekdayVolumes, ...]

    @property
    def false_negative_rate_bounds(self) -> tuple[float, float]:
        """What the miss rate is at least and at most, each with 95 % on one side.

        For every threshold at once when `is_simultaneous`; `Rate.upper_bound` is for a fixed threshold only.
        """
        return _one_sided(self.false_negative_rate, simultaneous=self.is_simultaneous)

    @property
    def false_positive_rate_bounds(self) -> tuple[float, float]:
        """As `false_negative_rate_bounds`, for the false positive rate."""
        return _one_sided(self.false_positive_rate, simultaneous=self.is_simultaneous)


def _one_sided(rate: Rate, *, simultaneous: bool) -> tuple[float, float]:
    if not rate.is_defined:
        return 0.0, 1.0
    alpha = local_alpha(rate.n_effective, 0.90) if simultaneous else 0.10
    return _floats(clopper_pearson(rate.x_effective, rate.n_effective, alpha))


@dataclass(frozen=True, slots=True)
class _Levels:
    """What each quantity may say and why, from the rates it rests on."""

    missed: Rate
    alarms: Rate
    flagged: Rate
    positives: Rate | None
    seen: ConfusionCounts
    is_weighted: bool
    is_mix_of_file: bool

    def of(self, quantity: Quantity) -> tuple[Level, str | None]:
        """Return the level of a quantity and the reason for it."""
        if quantity in ("cases", "positives", "negatives"):
            return self._of_class(quantity)
        known = self._of_class("negatives" if quantity == "flagged_negatives" else "positives")
        own = self._of_rate(quantity)
        return own if lower_of(own[0], known[0]) == own[0] else known

    def _of_rate(self, quantity: Quantity) -> tuple[Level, str | None]:
        """Judge the rate alone, as if the mix of production were known."""
        if quantity in ("missed_positives", "caught_positives"):
            rows = self.seen.n_false_negatives, self.seen.n_positives
            return self._judged(self.missed, "positive cases", "missed", rows)
        if quantity == "flagged_negatives":
            rows = self.seen.n_false_positives, self.seen.n_negatives
            return self._judged(self.alarms, "negative cases", "flagged", rows)
        if self.missed.n_effective < 30 or self.alarms.n_effective < 30:
            return self._of_rate("missed_positives" if self.missed.n_effective < 30 else "flagged_negatives")
        flagged = self.seen.n_true_positives + self.seen.n_false_positives
        return self._judged(self.flagged, "cases", "flagged", (flagged, self._n_cases))

    def _of_class(self, quantity: Quantity) -> tuple[Level, str | None]:
        """Judge what is known about production's mix; a stated one is taken at its word."""
        if quantity == "cases" or self.positives is None:
            return "number and range", None
        rows = (self.seen.n_positives, self._n_cases) if self.is_mix_of_file else None
        is_plain = quantity == "negatives"
        return self._judged(self.positives, "cases", "positive", rows, majority_is_plain=is_plain)

    @property
    def _n_cases(self) -> int:
        return self.seen.n_positives + self.seen.n_negatives

    def reason(
        self, level: Level, rate: Rate, cases: str, counted: str, rows: tuple[int, int] | None
    ) -> str | None:
        """Give the reason for a level in cases of the file (`rows`), whatever these are worth."""
        is_weighted = self.is_weighted and rows is not None
        return reason_for(level, rate, cases=cases, counted=counted, rows=rows, is_weighted=is_weighted)

    def _judged(
        self,
        rate: Rate,
        cases: str,
        counted: str,
        rows: tuple[int, int] | None,
        *,
        majority_is_plain: bool = False,
    ) -> tuple[Level, str | None]:
        level = level_of_rate(rate)
        if majority_is_plain and level != "refuse":
            level = "number and range"
        return level, self.reason(level, rate, cases, counted, rows)


def daily_volumes(sweep: Sweep, day: DayProfile, threshold: float, *, simultaneous: bool) -> DailyVolumes:
    """Turn the counts at one threshold into expected cases a day in production.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
        Production's traffic and mix; the observed days where there are any.
    threshold : float
        One of the sweep's thresholds.
    simultaneous : bool
        True when the threshold was chosen by looking at these cases: the ranges of the averages then hold at
        every threshold at once. False for a threshold fixed beforehand.

    Returns
    -------
    DailyVolumes

    Raises
    ------
    InputError
        If the threshold was not counted.

    References
    ----------
    .. [1] Zou, G. Y. & Donner, A. (2008). Statistics in Medicine, 27(10), 1693-1702 (ranges of the averages).
    .. [2] Anscombe, F. (1948). Biometrika, 35, 246-254 (typical day).
    """
    place = sweep.index_of(threshold)
    alphas = _alphas(sweep, place, simultaneous=simultaneous, sides=2)
    one_sided = _alphas(sweep, place, simultaneous=simultaneous, sides=1)
    parts = _parts(sweep, day, place, alphas)
    allowed = _levels(sweep, day, parts, place)
    ranges = range_maker(parts)
    volumes = {
        name: _volume(name, parts, allowed, ranges, (alphas(name), one_sided(name))) for name in QUANTITIES
    }
    return DailyVolumes(
        threshold=float(sweep.thresholds[place]),
        **volumes,
        precision=_precision(parts, allowed, alphas("flagged"), one_sided("flagged")),
        false_negative_rate=allowed.missed,
        false_positive_rate=allowed.alarms,
        rates_differ_by_day=(bool(parts.missed_differ), bool(parts.alarms_differ)),
        is_simultaneous=simultaneous,
        per_weekday=per_weekday(parts, [name for name in QUANTITIES if volumes[name].level in WITH_RANGE]),
    )


def _parts(
    sweep: Sweep, day: DayProfile, at: int | slice, alphas: Callable[[Quantity], Numbers]
) -> VolumeParts:
    return volume_parts(
        sweep,
        day,
        at,
        alpha_positives=alphas("missed_positives"),
        alpha_negatives=alphas("flagged_negatives"),
    )


def _alphas(
    sweep: Sweep, at: int | slice, *, simultaneous: bool, sides: Literal[1, 2]
) -> Callable[[Quantity], Numbers]:
    """Return the alpha each quantity's parts are used at; one-sided 95 % is two-sided 90 %."""
    plain, confidence_level = (0.05, 0.95) if sides == 2 else (0.10, 0.90)
    positives = local_alpha(_once(sweep.effective_positives[at]), confidence_level)
    negatives = local_alpha(_once(sweep.effective_negatives[at]), confidence_level)

    def alpha(quantity: Quantity) -> Numbers:
        if not simultaneous or quantity in ("cases", "positives", "negatives"):
            return plain
        if quantity == "flagged":
            return np.minimum(positives, negatives)
        return negatives if quantity == "flagged_negatives" else positives

    return alpha


def _once(effective: FloatArray) -> FloatArray:
    """Keep one number where all thresholds have the same, so that traffic and mix are looked at once."""
    return np.asarray(effective.flat[0]) if effective.size > 0 and np.ptp(effective) == 0 else effective


def _levels(sweep: Sweep, day: DayProfile, parts: VolumeParts, place: int) -> _Levels:
    missed, alarms = sweep.false_negative_rate(place), sweep.false_positive_rate(place)
    if parts.missed_differ:
        missed = Rate(missed.numerator, missed.denominator, float(parts.positives))
    if parts.alarms_differ:
        alarms = Rate(alarms.numerator, alarms.denominator, float(parts.negatives))
    cases = float(parts.positives + parts.negatives)
    flagged = min(float(parts.positives - parts.missed + parts.alarms), cases)
    share = day.prevalence
    return _Levels(
        missed,
        alarms,
        Rate(max(flagged, 0.0), cases),
        Rate(share.n_positives, share.n_cases, share.effective_cases) if share.n_cases > 0 else None,
        sweep.counts_at(float(sweep.thresholds[place])),
        sweep.weighted_positives is not None,
        share.source in ("as in cases", "kept negatives"),
    )


def _volume(
    name: Quantity, parts: VolumeParts, allowed: _Levels, ranges: RangeMaker, alphas: tuple[Numbers, Numbers]
) -> DailyVolume:
    level, reason = allowed.of(name)
    estimate = float(parts.mean(name))
    known = math.isfinite(estimate)
    kind: TypicalKind = "typical day"
    if parts.series is None and is_by_chance_alone(parts.day):
        kind = "by chance alone"
    with_range = level in WITH_RANGE
    low, high = _floats(parts.limits(name, alphas[0])) if with_range else (None, None)
    bounds = _floats(parts.limits(name, alphas[1])) if known else (None, None)
    typical = ranges(name, MOST_DAYS) if with_range else (None, None)
    wide = ranges(name, NEARLY_ALL_DAYS) if with_range else (None, None)
    return DailyVolume(
        mean=estimate if level == "number and range" else None,
        mean_low=low,
        mean_high=high,
        typical_low=typical[0],
        typical_high=typical[1],
        wide_low=wide[0],
        wide_high=wide[1],
        typical_kind=kind,
        level=level,
        reason=reason if reason is not None else _caveat(parts, kind),
        upper_bound=bounds[1],
        lower_bound=bounds[0],
        estimate=estimate if known else None,
    )


def _caveat(parts: VolumeParts, kind: TypicalKind) -> str | None:
    n_days = len(parts.day.traffic.daily) if parts.series is None else len(parts.series.days)
    if kind == "by chance alone":
        return (
            "How days differ is not known, so the ranges for single days show chance alone. State the "
            "day-to-day variation, or give cases with their day, to see a typical day."
        )
    if 0 < n_days < FEW_DAYS:
        return f"The ranges rest on only {n_days} days, so they are wide; from 7 days on they settle."
    return None


def _precision(parts: VolumeParts, allowed: _Levels, alpha: Numbers, one_sided: Numbers) -> Precision:
    caught, alarms = float(parts.positives - parts.missed), float(parts.alarms)
    rate = Rate(max(caught, 0.0), max(caught, 0.0) + alarms)
    level = level_of_rate(rate)
    seen = allowed.seen
    rows = seen.n_true_positives, seen.n_true_positives + seen.n_false_positives
    reason = allowed.reason(level, rate, "flagged cases", "positive", rows)
    known = allowed.of("positives")
    if lower_of(level, known[0]) != level:
        level, reason = known
    expected = float(parts.mean("caught_positives")), float(parts.mean("flagged"))
    if not rate.is_defined or not expected[1] > 0:
        return Precision(None, None, None, None, level, "No case was flagged, so there is no precision.")
    if level == "refuse":
        return Precision(None, None, None, None, level, reason)
    lower_bound = _floats(parts.precision_limits(one_sided))[0]
    if level == "bound only":
        return Precision(None, None, None, lower_bound, level, reason)
    value = expected[0] / expected[1] if level == "number and range" else None
    return Precision(value, *_floats(parts.precision_limits(alpha)), lower_bound, level, reason)


def _floats(limits: Limits) -> tuple[float, float]:
    return float(limits[0]), float(limits[1])


@dataclass(frozen=True, slots=True, eq=False)
class VolumeCurve:
    """The average a day of one quantity along the thresholds, each array of shape (K,).

    `mean` is the plain estimate (nan where the class has no cases); `low` and `high` hold at all thresholds
    at once.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class VolumeCurves:
    """The averages a day along all thresholds, with ranges that hold for the whole curve (95 %)."""

    thresholds: FloatArray
    missed_positives: VolumeCurve
    flagged_negatives: VolumeCurve
    caught_positives: VolumeCurve
    flagged: VolumeCurve


def volume_curves(sweep: Sweep, day: DayProfile) -> VolumeCurves:
    """Give the averages a day at every threshold, for a slider or a chart.

    Every part of a volume (rate, mix, traffic, or its own days) is used at the local alpha of its class, so
    the ranges hold wherever a reader stops.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile

    Returns
    -------
    VolumeCurves
    """
    everywhere = slice(None)
    alphas = _alphas(sweep, everywhere, simultaneous=True, sides=2)
    parts = _parts(sweep, day, everywhere, alphas)

    def curve(name: Quantity) -> VolumeCurve:
        return VolumeCurve(parts.mean(name), *parts.limits(name, alphas(name)))

    return VolumeCurves(
        sweep.thresholds,
        curve("missed_positives"),
        curve("flagged_negatives"),
        curve("caught_positives"),
        curve("flagged"),
    )
