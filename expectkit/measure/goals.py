"""Goals of the business: kept, broken or undecided, and how many more cases would settle an open one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.costs import DailyCost
from expectkit.measure.further_cases import further_cases
from expectkit.measure.intervals import clopper_pearson, local_alpha
from expectkit.measure.levels import Level, level_of_rate
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.rates import Rate
from expectkit.measure.volumes import DailyVolume, DailyVolumes

Outcome = Literal["kept", "broken", "undecided"]
CaseKind = Literal["positives", "negatives"]
MEASURES = (
    "false_negative_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "precision",
    "selection_rate",
    "flagged_per_day",
    "flagged_negatives_per_day",
    "missed_positives_per_day",
    "caught_positives_per_day",
    "cost_per_day",
    "review_minutes_per_day",
)
"""What a goal can be tied to, by the names of the config."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What the business wants, in its words, tied to a measure and one limit.

    Parameters
    ----------
    words : str
    measure : str
        One of `MEASURES`; rates are fractions from 0 to 1.
    limit : float
    is_at_most : bool
        Whether the measure must not exceed the limit; else it must reach it.

    Raises
    ------
    InputError
        If the measure is unknown.
    """

    words: str
    measure: str
    limit: float
    is_at_most: bool

    def __post_init__(self) -> None:
        if self.measure not in MEASURES:
            raise InputError(
                f'goal "{self.words}" is tied to "{self.measure}". Use one of: {", ".join(MEASURES)}.'
            )


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure as the cases show it: a plain estimate, and what it is at least and at most.

    Parameters
    ----------
    estimate : float
    at_least, at_most : float
        Each with 95 % on one side.
    level : Level
        How much may be said of the estimate.
    rate : Rate or None
        The rate behind it, when more cases of one class alone would narrow it.
    per_rate : float
        The measure is `per_rate` x the rate: 1 for a rate itself, cases of the class a day for a volume.
    of : str or None
        The class the rate is over.
    """

    estimate: float
    at_least: float
    at_most: float
    level: Level
    rate: Rate | None = None
    per_rate: float = 1.0
    of: CaseKind | None = None


@dataclass(frozen=True, slots=True)
class JudgedGoal:
    """A goal, what was measured, and whether it is kept.

    Parameters
    ----------
    goal : Goal
    outcome : Outcome
    measured : Measured or None
        None when it could not be measured.
    n_further : int or None
        How many further cases of the class `of` would settle an undecided goal, with 80 % probability, if they
        are like those seen; None when it is settled, or no number of cases would do, or cases alone cannot.
    of : str or None
    reason : str or None
        Why it could not be measured, or why cases alone would not settle it.
    """

    goal: Goal
    outcome: Outcome
    measured: Measured | None
    n_further: int | None = None
    of: CaseKind | None = None
    reason: str | None = None


def judge(goal: Goal, measured: Measured | None, *, reason: str | None = None) -> JudgedGoal:
    """Hold a goal against what was measured.

    Parameters
    ----------
    goal : Goal
    measured : Measured or None
    reason : str or None
        Why it was not measured.

    Returns
    -------
    JudgedGoal
        Kept when the one-sided 95 % bound keeps the limit, broken when the bound on the other side breaks it,
        else undecided: each wrong verdict has at most 5 % probability.

    Examples
    --------
    >>> few = Rate(15, 300)
    >>> seen = Measured(0.05, few.lower_bound(), few.upper_bound(), "range only", few, 1.0, "positives")
    >>> judge(Goal("miss few", "false_negative_rate", 0.05, True), seen).outcome
    'undecided'
    """
    if measured is None:
        return JudgedGoal(goal, "undecided", None, reason=reason or "It was not measured.")
    outcome = _outcome(goal, measured.at_least, measured.at_most)
    if outcome != "undecided":
        return JudgedGoal(goal, outcome, measured, of=measured.of)
    if measured.rate is None or measured.of is None or not measured.per_rate > 0:
        why = "More labelled cases alone would not settle it: it also rests on cases a day and on their mix."
        return JudgedGoal(goal, outcome, measured, reason=why)
    limit = goal.limit / measured.per_rate
    needed = further_cases(measured.rate.x_effective, measured.rate.n_effective, limit)
    why_not = (
        None if needed is not None else "What was measured lies so near the limit that no test would tell."
    )
    return JudgedGoal(goal, outcome, measured, needed, measured.of, why_not)


def _outcome(goal: Goal, at_least: float, at_most: float) -> Outcome:
    if goal.is_at_most:
        return "kept" if at_most <= goal.limit else "broken" if at_least > goal.limit else "undecided"
    return "kept" if at_least >= goal.limit else "broken" if at_most < goal.limit else "undecided"


# ------------------------------------------------------------------------------------------------- what is measured


def measures(
    volumes: DailyVolumes,
    day: DayProfile,
    *,
    cost: DailyCost | None = None,
    minutes_per_review: float | None = None,
) -> Mapping[str, Measured]:
    """Collect every measure a goal can be tied to, at one setting.

    Parameters
    ----------
    volumes : DailyVolumes
    day : DayProfile
    cost : DailyCost or None
        None without costs; then there is no "cost_per_day".
    minutes_per_review : float or None
        None leaves out "review_minutes_per_day".

    Returns
    -------
    mapping of str to Measured
        By the names of `MEASURES`; what cannot be known is left out. Shares of flagged cases rest on the range
        of flagged cases a day, which is a little wider than theirs.
    """
    found: dict[str, Measured] = {}
    _add_rates(found, volumes)
    _add_volumes(found, volumes, day)
    if volumes.precision.lower_bound is not None and volumes.precision.value is not None:
        most = 1.0 if volumes.precision.high is None else volumes.precision.high
        found["precision"] = Measured(
            volumes.precision.value, volumes.precision.lower_bound, most, volumes.precision.level
        )
    flagged = found.get("flagged_per_day")
    if flagged is not None:
        found["selection_rate"] = _scaled(flagged, 1 / day.traffic.mean)
        if minutes_per_review is not None:
            found["review_minutes_per_day"] = _scaled(flagged, minutes_per_review)
    if cost is not None:
        total = cost.total
        found["cost_per_day"] = Measured(total.estimate, total.lower_bound, total.upper_bound, total.level)
    return found


def _scaled(measured: Measured, factor: float) -> Measured:
    return Measured(
        measured.estimate * factor, measured.at_least * factor, measured.at_most * factor, measured.level
    )


def _add_rates(found: dict[str, Measured], volumes: DailyVolumes) -> None:
    sides: tuple[tuple[str, str, Rate, CaseKind], ...] = (
        ("false_negative_rate", "true_positive_rate", volumes.false_negative_rate, "positives"),
        ("false_positive_rate", "true_negative_rate", volumes.false_positive_rate, "negatives"),
    )
    for name, opposite, rate, kind in sides:
        if rate.is_defined:
            found[name] = _of_rate(rate, kind, is_simultaneous=volumes.is_simultaneous)
            found[opposite] = _of_rate(rate.complement(), kind, is_simultaneous=volumes.is_simultaneous)


def _of_rate(rate: Rate, kind: CaseKind, *, is_simultaneous: bool) -> Measured:
    n = rate.n_effective
    alpha = float(local_alpha(n, 0.90)) if is_simultaneous else 0.10
    low, high = (float(end) for end in clopper_pearson(rate.x_effective, n, alpha))
    return Measured(rate.value, low, high, level_of_rate(rate), rate, 1.0, kind)


def _add_volumes(found: dict[str, Measured], volumes: DailyVolumes, day: DayProfile) -> None:
    named: tuple[tuple[str, DailyVolume], ...] = (
        ("flagged_per_day", volumes.flagged),
        ("flagged_negatives_per_day", volumes.flagged_negatives),
        ("missed_positives_per_day", volumes.missed_positives),
        ("caught_positives_per_day", volumes.caught_positives),
    )
    is_known = day.traffic.source == "stated" and day.prevalence.source == "stated"
    positives = day.traffic.mean * day.prevalence.value
    behind: dict[str, tuple[Rate, float, CaseKind]] = {
        "flagged_negatives_per_day": (volumes.false_positive_rate, day.traffic.mean - positives, "negatives"),
        "missed_positives_per_day": (volumes.false_negative_rate, positives, "positives"),
        "caught_positives_per_day": (volumes.false_negative_rate.complement(), positives, "positives"),
    }
    for name, volume in named:
        if volume.estimate is None or volume.lower_bound is None or volume.upper_bound is None:
            continue
        numbers = volume.estimate, volume.lower_bound, volume.upper_bound
        if is_known and name in behind and np.isfinite(numbers).all():
            rate, per_rate, kind = behind[name]
            found[name] = Measured(*numbers, volume.level, rate, per_rate, kind)
        elif all(math.isfinite(number) for number in numbers):
            found[name] = Measured(*numbers, volume.level)
