"""The range of a new day for each kind of case, and the same for each weekday."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from expectkit.errors import InputError
from expectkit.measure.intervals import FloatArray, Limits
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep
from expectkit.measure.typical_day import (
    Spread,
    beta_spread,
    collapsed,
    grid_levels,
    range_by_chance,
    range_of_day,
    share_of_days_up_to,
    spread_of_a_new_day,
    traffic_spread,
    typical_day,
    typical_weekday,
)
from expectkit.measure.volume_parts import QUANTITIES, Quantity, VolumeParts, volume_parts

MOST_DAYS, NEARLY_ALL_DAYS = 0.80, 0.95
DAYS_FOR_WEEKDAYS = 28
N_NODES = 24


@dataclass(frozen=True, slots=True)
class WeekdayRange:
    """The average and the two ranges of one quantity on one weekday, from that weekday's own days."""

    mean: float
    typical_low: int
    typical_high: int
    wide_low: int
    wide_high: int


@dataclass(frozen=True, slots=True)
class WeekdayVolumes:
    """One weekday (0 Monday to 6 Sunday); None where the quantity is not stated for a day either."""

    weekday: int
    n_days: int
    cases: WeekdayRange | None
    positives: WeekdayRange | None
    negatives: WeekdayRange | None
    flagged_negatives: WeekdayRange | None
    missed_positives: WeekdayRange | None
    caught_positives: WeekdayRange | None
    flagged: WeekdayRange | None


RangeMaker = Callable[[Quantity, float], tuple[int, int]]


def range_maker(parts: VolumeParts) -> RangeMaker:
    """Return what gives the range of a new day for a quantity and a share of days."""
    if parts.series is not None:
        return lambda quantity, share: _ints(observed_day(parts, quantity, share))
    corners = _corners(parts.day)
    if not corners:
        return lambda quantity, share: _by_chance(parts, quantity, share)

    def envelope(quantity: Quantity, share: float) -> tuple[int, int]:
        ranges = [
            range_of_day(traffic, _probability(parts, quantity, mix), share) for traffic, mix in corners
        ]
        mean = float(parts.mean(quantity))
        # with nothing seen the grid may lie above the plain estimate
        known = [math.floor(mean)] if math.isfinite(mean) else []
        return min([low for low, _ in ranges] + known), max([high for _, high in ranges] + known)

    return envelope


def observed_day(parts: VolumeParts, quantity: Quantity, share: float) -> Limits:
    """Give the range of a new day from the quantity's own days, at one threshold or at all.

    Parameters
    ----------
    parts : VolumeParts
        With whole days.
    quantity : Quantity
    share : float, 0 to 1

    Returns
    -------
    tuple of two arrays, shape () or (K,)
        Never narrower than the mean's own uncertainty implies where clusters span days.

    Raises
    ------
    InputError
        Without whole days.
    """
    if parts.series is None:
        raise InputError("there are no whole days to take the range of a new day from.")
    return typical_day(parts.series.of(quantity), share, mean_variance=parts.root_mean_variance(quantity))


def _by_chance(parts: VolumeParts, quantity: Quantity, share: float) -> tuple[int, int]:
    """Return the Poisson range, from the lowest to the highest mean that stated ranges allow."""
    lowest, highest = parts.mean_ends(quantity)
    return range_by_chance(float(lowest), share)[0], range_by_chance(float(highest), share)[1]


def _probability(parts: VolumeParts, quantity: Quantity, mix: float) -> Spread:
    """Return the unknown probability that a case of the day is counted by the quantity."""
    below, weights = grid_levels(N_NODES)
    known = parts.day.prevalence
    share = Spread(known.quantiles(below), weights) if known.n_cases > 0 else Spread.known(mix)
    others = Spread(1 - share.values, share.weights)
    missed = beta_spread(float(parts.missed), float(parts.positives))
    caught = Spread(1 - missed.values, missed.weights)
    alarms = beta_spread(float(parts.alarms), float(parts.negatives))
    if quantity == "flagged":
        values = (
            share.values[:, None, None] * caught.values[:, None]
            + others.values[:, None, None] * alarms.values
        )
        joint = share.weights[:, None, None] * caught.weights[:, None] * alarms.weights
        return collapsed(values, joint)
    spreads: dict[Quantity, Spread] = {
        "cases": Spread.known(1.0),
        "positives": share,
        "negatives": others,
        "missed_positives": share.combined(missed),
        "caught_positives": share.combined(caught),
        "flagged_negatives": others.combined(alarms),
    }
    return spreads[quantity]


def per_weekday(parts: VolumeParts, stated: Collection[Quantity]) -> tuple[WeekdayVolumes, ...]:
    """Look at every weekday on its own, from 28 whole days on.

    Parameters
    ----------
    parts : VolumeParts
    stated : collection of Quantity
        Quantities that may be given as a range.

    Returns
    -------
    tuple of WeekdayVolumes
        Monday first; empty with fewer than 28 days.
    """
    series = parts.series
    if series is None or len(series.days) < DAYS_FOR_WEEKDAYS:
        return ()
    weekdays = np.array([date.fromisoformat(day).weekday() for day in series.days])

    def of(name: Quantity, weekday: int) -> WeekdayRange | None:
        if name not in stated:
            return None
        counts = series.of(name)
        doubt = float(parts.root_mean_variance(name))
        ends = [
            _ints(typical_weekday(counts, weekdays, weekday, p, mean_variance=doubt))
            for p in (MOST_DAYS, NEARLY_ALL_DAYS)
        ]
        return WeekdayRange(float(counts[weekdays == weekday].mean()), *ends[0], *ends[1])

    return tuple(
        WeekdayVolumes(weekday, int((weekdays == weekday).sum()), **{q: of(q, weekday) for q in QUANTITIES})
        for weekday in np.unique(weekdays).tolist()
    )


def _ints(limits: Limits) -> tuple[int, int]:
    return int(limits[0]), int(limits[1])


def thresholds_within(
    sweep: Sweep, day: DayProfile, capacity: float, most_overloaded: float
) -> npt.NDArray[np.bool_]:
    """Say at which thresholds few enough days bring more flagged cases than can be reviewed.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    capacity : float
        Cases that can be reviewed on a day.
    most_overloaded : float, 0 to 1
        The share of days that may exceed it.

    Returns
    -------
    bool array, shape (K,)
        Where only the total of a day is known, the lowest such threshold is searched for and all above it
        are taken to do as well: they flag fewer.
    """
    if day.holds_whole_days and sweep.weighted_positives is None:
        return np.asarray(overload_probability(volume_parts(sweep, day), capacity) <= most_overloaded)
    low, high = -1, sweep.thresholds.size
    while high - low > 1:
        middle = (low + high) // 2
        if float(overload_probability(volume_parts(sweep, day, middle), capacity)) <= most_overloaded:
            high = middle
        else:
            low = middle
    return np.arange(sweep.thresholds.size) >= high


def overload_probability(parts: VolumeParts, capacity: float) -> FloatArray:
    """Give the probability that a new day brings more flagged cases than can be reviewed.

    Parameters
    ----------
    parts : VolumeParts
        With whole days, at one threshold or at all: the tail of the t distribution on the square-root scale.
        Else at one threshold: the distribution behind the range of a new day, at the worst end of stated
        ranges; Poisson when nothing is known about how days differ (then it is chance alone, and says nothing
        about busy days).
    capacity : float

    Returns
    -------
    array, shape () or (K,)
        With fewer than 14 days it errs on the high side; say "cannot be ruled out", not "1 day in 8".
    """
    from scipy.special import pdtrc, stdtr

    if parts.series is not None:
        roots = np.sqrt(parts.series.of("flagged") + 0.375)
        spread = spread_of_a_new_day(roots, parts.root_mean_variance("flagged"))
        distance = (np.sqrt(capacity + 0.875) - roots.mean(axis=0)) / spread
        return np.asarray(stdtr(len(roots) - 1, -distance), dtype=np.float64)
    corners = _corners(parts.day)
    if not corners:
        mean = parts.mean_ends("flagged")[1]
        return np.asarray(np.where(mean > 0, pdtrc(np.floor(capacity), mean), 0.0), dtype=np.float64)
    worst = max(
        1 - share_of_days_up_to(math.floor(capacity), traffic, _probability(parts, "flagged", mix))
        for traffic, mix in corners
    )
    return np.asarray(worst)


def is_by_chance_alone(day: DayProfile) -> bool:
    """Return whether nothing is known about how days differ, so that single days show chance alone."""
    return not day.traffic.daily and day.traffic.variation is None


def _corners(day: DayProfile) -> list[tuple[Spread, float]]:
    """Return what traffic and mix may be at the ends of stated ranges; nothing without a day-to-day swing."""
    found = [
        (traffic_spread(day.traffic, mean), mix)
        for mean in sorted({day.traffic.low, day.traffic.high})
        for mix in sorted({day.prevalence.low, day.prevalence.high})
    ]
    return [(traffic, mix) for traffic, mix in found if traffic is not None]
