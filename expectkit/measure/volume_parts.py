"""The parts of a daily volume: traffic, mix and rate, or the volume's own daily series; and their ranges.

A volume is traffic x share of the class x rate. Every part has its own limits at any alpha, and MOVER on the
logarithms combines them, so no part of the uncertainty is left out. Where the cases are all cases of whole
days, each volume has its own series of daily counts and that is used instead. Rows of one cluster on several
days make days look more alike than they are, so with clusters the wider of both ranges is taken on each side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from expectkit.errors import InputError
from expectkit.measure.intervals import (
    FloatArray,
    IntArray,
    Limits,
    Numbers,
    Part,
    clopper_pearson,
    log_mover,
    part_of_rate,
)
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import NEGATIVE, POSITIVE, Sweep, flagged_counts
from expectkit.measure.typical_day import RateByDays, day_mean, rate_by_days

Quantity = Literal[
    "cases",
    "positives",
    "negatives",
    "flagged_negatives",
    "missed_positives",
    "caught_positives",
    "flagged",
]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)


@dataclass(frozen=True, slots=True, eq=False)
class DaySeries:
    """Daily counts of both classes, and how many of each were flagged.

    Attributes
    ----------
    days : tuple of str, length D
        ISO dates.
    positives, negatives : int64 array, shape (D,)
    caught, alarms : int64 array, shape (D,) or (D, K)
        Flagged positives and flagged negatives.
    """

    days: tuple[str, ...]
    positives: IntArray
    negatives: IntArray
    caught: IntArray
    alarms: IntArray

    def of(self, quantity: Quantity) -> IntArray:
        """Return the daily counts of one quantity."""
        width = (slice(None),) + (None,) * (self.caught.ndim - 1)
        if quantity == "missed_positives":
            return self.positives[width] - self.caught
        series: dict[Quantity, IntArray] = {
            "cases": self.positives + self.negatives,
            "positives": self.positives,
            "negatives": self.negatives,
            "flagged_negatives": self.alarms,
            "caught_positives": self.caught,
            "flagged": self.caught + self.alarms,
        }
        return series[quantity]


def day_series(sweep: Sweep, day: DayProfile, at: int | slice) -> DaySeries | None:
    """Return the daily counts at one threshold or at all; None without days or with weighted cases.

    Raises
    ------
    InputError
        If the days were tallied with other thresholds than the sweep.
    """
    grouped = day.by_day
    if grouped is None or sweep.weighted_positives is not None:
        return None
    if not np.array_equal(grouped.thresholds, sweep.thresholds):
        raise InputError(
            "the days were tallied with other thresholds than the sweep. Tally both in one pass."
        )
    dated = [place for place, key in enumerate(grouped.keys) if key != ""]
    counts = grouped.counts[dated]
    sizes, flagged = counts.sum(axis=2), flagged_counts(counts)[..., at]
    return DaySeries(
        tuple(grouped.keys[place] for place in dated),
        sizes[:, POSITIVE],
        sizes[:, NEGATIVE],
        flagged[:, POSITIVE],
        flagged[:, NEGATIVE],
    )


@dataclass(frozen=True, slots=True, eq=False)
class VolumeParts:
    """All that the daily volumes at one threshold, or at all thresholds, are made of.

    Attributes
    ----------
    missed, positives, alarms, negatives : float64 array, shape () or (K,)
        Missed of how many positives and flagged of how many negatives, as effective counts.
    day : DayProfile
    series : DaySeries or None
        Only when the cases are all cases of whole days.
    missed_differ, alarms_differ : bool array
        Whether the rate differs between days by more than chance; then days are its clusters.
    is_clustered : bool
        Whether rows come in clusters, which may span days.
    """

    missed: FloatArray
    positives: FloatArray
    alarms: FloatArray
    negatives: FloatArray
    day: DayProfile
    series: DaySeries | None
    missed_differ: npt.NDArray[np.bool_]
    alarms_differ: npt.NDArray[np.bool_]
    is_clustered: bool = False

    def mean(self, quantity: Quantity) -> FloatArray:
        """Return the plain estimate of the mean a day; nan where its class has no cases."""
        if self.series is not None:
            return np.asarray(self.series.of(quantity).mean(axis=0))
        return self.mean_with(quantity, self.day.traffic.mean, self.day.prevalence.value)

    def mean_ends(self, quantity: Quantity) -> tuple[FloatArray, FloatArray]:
        """Return the lowest and highest mean a day over the ends of stated ranges of traffic and mix."""
        traffic, share = self.day.traffic, self.day.prevalence
        found = [
            self.mean_with(quantity, cases, mix)
            for cases in (traffic.low, traffic.high)
            for mix in (share.low, share.high)
        ]
        return np.min(found, axis=0), np.max(found, axis=0)

    def mean_with(self, quantity: Quantity, traffic: float, share: float) -> FloatArray:
        """Return the mean a day with this many cases a day and this share of positives."""
        with np.errstate(invalid="ignore", divide="ignore"):
            missed, alarms = self.missed / self.positives, self.alarms / self.negatives
        per_case: dict[Quantity, Numbers] = {
            "cases": 1.0,
            "positives": share,
            "negatives": 1 - share,
            "flagged_negatives": (1 - share) * alarms,
            "missed_positives": share * missed,
            "caught_positives": share * (1 - missed),
            "flagged": share * (1 - missed) + (1 - share) * alarms,
        }
        return np.asarray(traffic * per_case[quantity], dtype=np.float64)

    def limits(self, quantity: Quantity, alpha: Numbers) -> Limits:
        """Return the range of the mean a day, every part of it (or its own days) at `alpha`.

        References
        ----------
        .. [1] Zou, G. Y. & Donner, A. (2008). Statistics in Medicine, 27(10), 1693-1702.
        """
        if self.series is None:
            return self._limits_by_parts(quantity, alpha)
        by_days = day_mean(self.series.of(quantity), alpha)
        if not self.is_clustered or quantity == "cases":
            return by_days
        return _wider(by_days, self._limits_by_parts(quantity, alpha))

    def root_mean_variance(self, quantity: Quantity) -> FloatArray:
        """Return how uncertain the mean a day is on the square-root scale; 0 unless clusters may span days.

        From the 95 % range by parts, which is 2 x 1.96 standard deviations wide.
        """
        if self.series is None or not self.is_clustered or quantity == "cases":
            return np.zeros(())
        low, high = self._limits_by_parts(quantity, 0.05)
        return np.asarray(((np.sqrt(high + 0.375) - np.sqrt(low + 0.375)) / 3.92) ** 2, dtype=np.float64)

    def _limits_by_parts(self, quantity: Quantity, alpha: Numbers) -> Limits:
        if quantity == "flagged":
            return self._flagged(alpha)
        traffic = Part(self.day.traffic.mean, *self.day.traffic.limits(alpha))
        rates: dict[Quantity, tuple[FloatArray, FloatArray]] = {
            "flagged_negatives": (self.alarms, self.negatives),
            "missed_positives": (self.missed, self.positives),
            "caught_positives": (self.positives - self.missed, self.positives),
        }
        parts = [traffic]
        if quantity != "cases":
            parts.append(self._share(alpha, of_negatives="negatives" in quantity))
        if quantity in rates:
            parts.append(part_of_rate(*rates[quantity], alpha))
        return log_mover(parts)

    def precision_limits(self, alpha: Numbers) -> Limits:
        """Return the range of the precision at production's prevalence.

        The odds of the precision are a product, prevalence odds x caught share / flagged share of negatives;
        log-MOVER of its three parts gives the range of the odds. With whole days it is Clopper-Pearson on the
        flagged cases, caught of flagged, with days as clusters where the precision differs between days; with
        clusters the wider of both on each side.
        """
        if self.series is None:
            return self._precision_by_parts(alpha)
        by_days = self._precision_by_days(self.series, alpha)
        return _wider(by_days, self._precision_by_parts(alpha)) if self.is_clustered else by_days

    def _precision_by_parts(self, alpha: Numbers) -> Limits:
        share = self.day.prevalence
        share_low, share_high = share.limits(alpha)
        odds = Part(
            share.value / (1 - share.value), share_low / (1 - share_low), share_high / (1 - share_high)
        )
        caught = part_of_rate(self.positives - self.missed, self.positives, alpha)
        alarms = part_of_rate(self.alarms, self.negatives, alpha)
        low, high = log_mover([odds, caught, alarms], [1.0, 1.0, -1.0])
        with np.errstate(invalid="ignore"):
            return low / (1 + low), np.where(np.isinf(high), 1.0, high / (1 + high))

    def _precision_by_days(self, series: DaySeries, alpha: Numbers) -> Limits:
        flagged = series.of("flagged")
        by_days = rate_by_days(series.caught, flagged, alpha)
        n = flagged.sum(axis=0)
        effective = np.where(by_days.differs, by_days.effective, n)
        return clopper_pearson(series.caught.sum(axis=0) / np.maximum(n, 1) * effective, effective, alpha)

    def _share(self, alpha: Numbers, *, of_negatives: bool) -> Part:
        share = self.day.prevalence
        low, high = share.limits(alpha)
        return Part(1 - share.value, 1 - high, 1 - low) if of_negatives else Part(share.value, low, high)

    def _flagged(self, alpha: Numbers) -> Limits:
        """Combine the four parts of share x caught + (1 - share) x flagged negatives, times traffic.

        MOVER for a function that is not a sum: each part moves alone to its limit, the changes of the
        logarithm add up as squares. The plain estimates are its middle; with no case flagged at all the
        stand-ins of `part_of_rate` are.
        """
        share = self._share(alpha, of_negatives=False)
        caught = part_of_rate(self.positives - self.missed, self.positives, alpha)
        alarms = part_of_rate(self.alarms, self.negatives, alpha)
        traffic = Part(self.day.traffic.mean, *self.day.traffic.limits(alpha))
        nothing = self.positives - self.missed + self.alarms == 0
        caught = _around_plain(caught, self.positives - self.missed, self.positives, nothing)
        alarms = _around_plain(alarms, self.alarms, self.negatives, nothing)

        def log_flagged(mix: Numbers, of_positives: Numbers, of_negatives: Numbers) -> FloatArray:
            mixed = np.asarray(mix)
            return np.asarray(np.log(mixed * of_positives + (1 - mixed) * of_negatives), dtype=np.float64)

        middle = log_flagged(share.estimate, caught.estimate, alarms.estimate)
        below, above = np.zeros(middle.shape), np.zeros(middle.shape)
        pairs = [
            [log_flagged(end, caught.estimate, alarms.estimate) for end in (share.low, share.high)],
            [log_flagged(share.estimate, end, alarms.estimate) for end in (caught.low, caught.high)],
            [log_flagged(share.estimate, caught.estimate, end) for end in (alarms.low, alarms.high)],
            [middle + np.log(np.asarray(end) / traffic.estimate) for end in (traffic.low, traffic.high)],
        ]
        for ends in pairs:
            below = below + np.minimum(np.minimum(*ends) - middle, 0.0) ** 2
            above = above + np.maximum(np.maximum(*ends) - middle, 0.0) ** 2
        low, high = np.exp(middle - np.sqrt(below)), np.exp(middle + np.sqrt(above))
        mean = np.asarray(traffic.estimate)
        return np.where(nothing, 0.0, low) * mean, high * mean


def _around_plain(rate: Part, x: FloatArray, n: FloatArray, is_stand_in: npt.NDArray[np.bool_]) -> Part:
    plain = np.where(is_stand_in | (n <= 0), rate.estimate, x / np.where(n > 0, n, 1.0))
    return Part(plain, rate.low, rate.high)


def _wider(one: Limits, other: Limits) -> Limits:
    return np.minimum(one[0], other[0]), np.maximum(one[1], other[1])


def volume_parts(
    sweep: Sweep,
    day: DayProfile,
    at: int | slice = slice(None),
    *,
    alpha_positives: Numbers = 0.05,
    alpha_negatives: Numbers = 0.05,
) -> VolumeParts:
    """Take what the volumes at one threshold (an index) or at all (the default) are made of.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    at : int or slice
        Which thresholds.
    alpha_positives, alpha_negatives : float or array
        What rates that differ between days will be used at; it enters their effective numbers of cases.

    Returns
    -------
    VolumeParts
    """
    series = day_series(sweep, day, at)
    missed, positives, missed_differ = _effective(
        sweep.false_negative_rates[at],
        sweep.effective_positives[at],
        None if series is None else _by_days(series.caught, series.positives, alpha_positives),
    )
    alarms, negatives, alarms_differ = _effective(
        sweep.false_positive_rates[at],
        sweep.effective_negatives[at],
        None if series is None else _by_days(series.alarms, series.negatives, alpha_negatives),
    )
    whole = series if day.holds_whole_days else None
    return VolumeParts(
        missed, positives, alarms, negatives, day, whole, missed_differ, alarms_differ, sweep.is_clustered
    )


def _by_days(flagged: IntArray, cases: IntArray, alpha: Numbers) -> RateByDays:
    return rate_by_days(flagged, cases if flagged.ndim == 1 else cases[:, None], alpha)


def _effective(
    rates: FloatArray, effective: FloatArray, by_days: RateByDays | None
) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    differs = np.zeros(np.shape(rates), dtype=np.bool_)
    if by_days is not None:
        differs = np.asarray(by_days.differs)
        effective = np.where(differs, np.minimum(effective, by_days.effective), effective)
    shares = np.nan_to_num(np.asarray(rates, dtype=np.float64))
    return shares * effective, np.asarray(effective, dtype=np.float64), differs
