"""Whether the team can review what is flagged: capacity, overloaded days, and the lowest threshold it can staff."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.new_day import overload_probability, thresholds_within
from expectkit.measure.operating_point import MOST_OVERLOADED_DAYS, ThresholdRule, choose
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep
from expectkit.measure.volume_parts import volume_parts
from expectkit.measure.volumes import DailyVolume

DAYS_FOR_A_SHARE = 14
HOURS_A_DAY = 8.0
OverloadBasis = Literal["observed days", "stated variation", "chance alone"]


@dataclass(frozen=True, slots=True)
class Overload:
    """How often a day brings more flagged cases than can be reviewed.

    Parameters
    ----------
    threshold, capacity : float
    probability : float, 0 to 1
        Share of days; errs on the high side with few observed days.
    basis : str
        What is known about how days differ. By chance alone it says too little: real days differ more.
    n_days : int
        Observed days, 0 without.
    """

    threshold: float
    capacity: float
    probability: float
    basis: OverloadBasis
    n_days: int

    @property
    def may_be_stated(self) -> bool:
        """Whether "about 1 day in 8" may be said; otherwise only that it cannot be ruled out."""
        return self.basis == "stated variation" or self.n_days >= DAYS_FOR_A_SHARE


def overload(sweep: Sweep, day: DayProfile, threshold: float, capacity: float) -> Overload:
    """Say how often a day brings more flagged cases than can be reviewed.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    threshold : float
        One of the sweep's thresholds.
    capacity : float
        Reviews that can be done on a day.

    Returns
    -------
    Overload

    Raises
    ------
    InputError
        If the threshold was not counted or the capacity is no number from 0.
    """
    parts = volume_parts(sweep, day, sweep.index_of(threshold))
    probability = float(overload_probability(parts, _checked(capacity)))
    n_days = len(day.traffic.daily) if parts.series is None else len(parts.series.days)
    basis: OverloadBasis = "observed days" if n_days > 0 else "stated variation"
    if n_days == 0 and day.traffic.variation is None:
        basis = "chance alone"
    return Overload(threshold, capacity, min(max(probability, 0.0), 1.0), basis, n_days)


def lowest_staffable(sweep: Sweep, day: DayProfile, capacity: float) -> float | None:
    """Find the lowest threshold at which at most 1 day in 20 brings more flagged cases than can be reviewed.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    capacity : float
        Reviews that can be done on a day.

    Returns
    -------
    float or None
        None when no counted threshold does. The same as the rule `ThresholdRule.capacity` chooses.
    """
    if not np.any(thresholds_within(sweep, day, _checked(capacity), MOST_OVERLOADED_DAYS)):
        return None
    return choose(ThresholdRule.capacity(capacity), sweep, day).threshold


def _checked(capacity: float) -> float:
    if not (math.isfinite(capacity) and capacity >= 0):
        raise InputError(f"review capacity a day is {capacity}. It must be a number of at least 0.")
    return capacity


def reviews_per_day(
    reviewers: float, minutes_per_review: float, *, hours_per_reviewer: float = HOURS_A_DAY
) -> float:
    """Turn people and minutes into reviews that can be done on a day.

    Parameters
    ----------
    reviewers : float
        People who review on a day.
    minutes_per_review : float
    hours_per_reviewer : float
        Hours of review a person does in a day; say it beside the result.

    Raises
    ------
    InputError
        If one of them is not above 0.

    Examples
    --------
    >>> reviews_per_day(4, 4)
    480.0
    """
    _check_positive(reviewers=reviewers, minutes_per_review=minutes_per_review, hours=hours_per_reviewer)
    return reviewers * hours_per_reviewer * 60 / minutes_per_review


@dataclass(frozen=True, slots=True)
class Staffing:
    """Hours of review and people it takes; None where the number of flagged cases may not be stated.

    Parameters
    ----------
    hours : float or None
        Hours of review on an average day.
    hours_low, hours_high : float or None
        95 % range of that average.
    people : int or None
        People for an average day, rounded up.
    people_on_most_days : int or None
        People who manage 19 days of 20.
    """

    hours: float | None
    hours_low: float | None
    hours_high: float | None
    people: int | None
    people_on_most_days: int | None


def staffing(
    flagged: DailyVolume, minutes_per_review: float, *, hours_per_reviewer: float = HOURS_A_DAY
) -> Staffing:
    """Say how many hours and people the reviews of a day take.

    Parameters
    ----------
    flagged : DailyVolume
    minutes_per_review : float
    hours_per_reviewer : float
        Hours of review a person does in a day.

    Raises
    ------
    InputError
        If a time is not above 0.
    """
    _check_positive(minutes_per_review=minutes_per_review, hours=hours_per_reviewer)

    def hours(cases: float | None) -> float | None:
        return None if cases is None else cases * minutes_per_review / 60

    def people(cases: float | None) -> int | None:
        needed = hours(cases)
        return None if needed is None else math.ceil(needed / hours_per_reviewer - 1e-9)

    return Staffing(
        hours(flagged.mean),
        hours(flagged.mean_low),
        hours(flagged.mean_high),
        people(flagged.mean),
        people(flagged.wide_high),
    )


def _check_positive(**numbers: float) -> None:
    for name, number in numbers.items():
        if not (math.isfinite(number) and number > 0):
            raise InputError(f"{name.replace('_', ' ')} is {number}. It must be a number above 0.")
