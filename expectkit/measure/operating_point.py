"""Where to flag: a threshold by value or by a rule, and by how much the choice flatters itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from expectkit.errors import InputError
from expectkit.measure.intervals import FloatArray, IntArray
from expectkit.measure.new_day import is_by_chance_alone, overload_probability, thresholds_within
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep, flagged_counts
from expectkit.measure.volume_parts import volume_parts

RuleKind = Literal[
    "value",
    "lowest cost",
    "at_most_flagged_per_day",
    "at_most_false_negative_rate",
    "at_most_false_positive_rate",
    "capacity",
]
MOST_OVERLOADED_DAYS = 0.05
N_RESAMPLES = 200
_SLACK = 1 + 1e-12  # sums of floats that are equal on paper


@dataclass(frozen=True, slots=True)
class ThresholdRule:
    """How the threshold is chosen. Build it with one of the constructors.

    Parameters
    ----------
    kind : RuleKind
    limit : float or None
        The threshold itself, or what the rule must not exceed; None for the lowest cost.
    missed_positive, flagged_negative : float or None
        What one of each costs; for the lowest cost only.
    """

    kind: RuleKind
    limit: float | None = None
    missed_positive: float | None = None
    flagged_negative: float | None = None

    @classmethod
    def at(cls, threshold: float) -> ThresholdRule:
        """Take this threshold; it must have been counted."""
        return cls("value", float(threshold))

    @classmethod
    def lowest_cost(cls, missed_positive: float, flagged_negative: float) -> ThresholdRule:
        """Choose the threshold with the lowest expected cost in production.

        Raises
        ------
        InputError
            If a cost is negative or both are 0.
        """
        if not (missed_positive >= 0 and flagged_negative >= 0 and missed_positive + flagged_negative > 0):
            raise InputError(
                f"costs are {missed_positive:g} for a missed positive and {flagged_negative:g} for a flagged "
                "negative. Neither may be below 0, and at least one must be above 0."
            )
        return cls("lowest cost", None, float(missed_positive), float(flagged_negative))

    @classmethod
    def at_most_flagged_per_day(cls, limit: float) -> ThresholdRule:
        """Choose the lowest threshold that flags at most so many cases, right and wrong, on an average day."""
        return cls("at_most_flagged_per_day", _not_negative(limit, "cases flagged a day"))

    @classmethod
    def at_most_false_negative_rate(cls, limit: float) -> ThresholdRule:
        """Choose the highest threshold that misses at most this share of the positives."""
        return cls("at_most_false_negative_rate", _a_share(limit, "miss rate"))

    @classmethod
    def at_most_false_positive_rate(cls, limit: float) -> ThresholdRule:
        """Choose the lowest threshold that flags at most this share of the negatives."""
        return cls("at_most_false_positive_rate", _a_share(limit, "false positive rate"))

    @classmethod
    def capacity(cls, reviews_per_day: float) -> ThresholdRule:
        """Choose the lowest threshold at which at most 1 day in 20 brings more flagged cases than this."""
        return cls("capacity", _not_negative(reviews_per_day, "review capacity a day"))


def _not_negative(limit: float, name: str) -> float:
    if not (math.isfinite(limit) and limit >= 0):
        raise InputError(f"{name}: the limit is {limit}. It must be a number of at least 0.")
    return float(limit)


def _a_share(limit: float, name: str) -> float:
    if not 0 <= limit <= 1:
        hint = f" If {limit:g} per cent is meant, write {limit / 100:g}." if 1 < limit <= 100 else ""
        raise InputError(f"{name}: the limit is {limit}. It must lie between 0 and 1.{hint}")
    return float(limit)


@dataclass(frozen=True, slots=True)
class Corrected:
    """A number as seen on the cases that chose the threshold, and corrected for having chosen it."""

    stated: float
    corrected: float

    @property
    def is_flattering(self) -> bool:
        """Whether the corrected number is worse; only then may a text say that the choice flatters itself."""
        return self.corrected > self.stated


@dataclass(frozen=True, slots=True)
class Optimism:
    """By how much a choice flatters itself.

    Parameters
    ----------
    false_negative_rate, false_positive_rate : Corrected
    cost_per_day : Corrected or None
        Of an average day in production; for the rule of lowest cost. None when no costs are known to the rule.
    n_resamples : int
    """

    false_negative_rate: Corrected
    false_positive_rate: Corrected
    cost_per_day: Corrected | None
    n_resamples: int


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """The threshold in use, the rule that chose it, and what the choice costs in honesty.

    `chosen_on_these_cases` is True for every rule but a stated value: its rates then need the simultaneous
    ranges, and confirmation on fresh cases. `optimism` is None for a stated value and when no random
    generator was given. `is_by_chance_alone` is True for a capacity chosen while nothing is known about how days
    differ: its "19 days of 20" then hold for chance alone, not for busy days, and must be said so.
    """

    threshold: float
    rule: ThresholdRule
    chosen_on_these_cases: bool
    optimism: Optimism | None
    is_by_chance_alone: bool = False


def choose(
    rule: ThresholdRule,
    sweep: Sweep,
    day: DayProfile,
    *,
    rng: np.random.Generator | None = None,
    n_resamples: int = N_RESAMPLES,
) -> OperatingPoint:
    """Choose the operating threshold among the counted ones.

    Of thresholds that do equally well the highest is taken: it flags the fewest.

    Parameters
    ----------
    rule : ThresholdRule
    sweep : Sweep
    day : DayProfile
        Production's traffic and mix, for rules in cases a day and for costs.
    rng : numpy Generator, optional
        With it the optimism of the choice is estimated.
    n_resamples : int
        Resamples of the nested bootstrap.

    Returns
    -------
    OperatingPoint

    Raises
    ------
    InputError
        If a stated threshold was not counted, a class has no cases, or no counted threshold satisfies the
        rule; the nearest that can be had is named.

    References
    ----------
    .. [1] Efron, B. & Tibshirani, R. (1993). An Introduction to the Bootstrap, chapter 17. Chapman & Hall.
    """
    if rule.kind == "value" and rule.limit is not None:
        return OperatingPoint(float(sweep.thresholds[sweep.index_of(rule.limit)]), rule, False, None)
    if sweep.n_positives == 0 or sweep.n_negatives == 0:
        raise InputError(
            "a rule needs cases of both classes to choose a threshold. State the threshold instead."
        )
    missed, alarms = sweep.false_negative_rates, sweep.false_positive_rates
    allowed = _allowed(rule, missed, alarms, day)
    if rule.kind == "capacity" and rule.limit is not None:
        allowed = thresholds_within(sweep, day, rule.limit, MOST_OVERLOADED_DAYS)
    if not allowed.any():
        raise _nothing_satisfies(rule, sweep, day)
    place = int(_pick(rule, allowed, missed, alarms))
    optimism = None if rng is None else _optimism(rule, sweep, day, place, rng, n_resamples)
    by_chance = rule.kind == "capacity" and is_by_chance_alone(day)
    return OperatingPoint(float(sweep.thresholds[place]), rule, True, optimism, by_chance)


def expected_flagged(missed: FloatArray, alarms: FloatArray, day: DayProfile) -> FloatArray:
    """Return the cases flagged on an average day, from the two error rates."""
    share = day.prevalence.value
    return day.traffic.mean * (share * (1 - missed) + (1 - share) * alarms)


def expected_cost(
    missed: FloatArray, alarms: FloatArray, day: DayProfile, missed_positive: float, flagged_negative: float
) -> FloatArray:
    """Return the cost of errors on an average day, from the two error rates."""
    share = day.prevalence.value
    return day.traffic.mean * (share * missed_positive * missed + (1 - share) * flagged_negative * alarms)


def _rule_cost(rule: ThresholdRule, missed: FloatArray, alarms: FloatArray, day: DayProfile) -> FloatArray:
    return expected_cost(missed, alarms, day, rule.missed_positive or 0.0, rule.flagged_negative or 0.0)


def _allowed(
    rule: ThresholdRule, missed: FloatArray, alarms: FloatArray, day: DayProfile
) -> npt.NDArray[np.bool_]:
    """Return which thresholds (last axis) satisfy the rule; for the lowest cost those that reach it."""
    limit = 0.0 if rule.limit is None else rule.limit * _SLACK
    if rule.kind == "lowest cost":
        cost = _rule_cost(rule, missed, alarms, day)
        return np.asarray(cost <= cost.min(axis=-1, keepdims=True) * _SLACK)
    if rule.kind == "at_most_false_negative_rate":
        return missed <= limit
    if rule.kind == "at_most_false_positive_rate":
        return alarms <= limit
    return expected_flagged(missed, alarms, day) <= limit


def _pick(
    rule: ThresholdRule, allowed: npt.NDArray[np.bool_], missed: FloatArray, alarms: FloatArray
) -> IntArray:
    """Return the index the rule picks along the last axis: the last allowed one, or the last like the first."""
    if rule.kind not in ("lowest cost", "at_most_false_negative_rate"):
        first = np.argmax(allowed, axis=-1)[..., None]
        same = [rates == np.take_along_axis(rates, first, axis=-1) for rates in (missed, alarms)]
        allowed = allowed & same[0] & same[1]
    return np.asarray(allowed.shape[-1] - 1 - np.argmax(allowed[..., ::-1], axis=-1), dtype=np.int64)


def _nothing_satisfies(rule: ThresholdRule, sweep: Sweep, day: DayProfile) -> InputError:
    missed, alarms = sweep.false_negative_rates, sweep.false_positive_rates
    if rule.kind == "at_most_false_negative_rate":
        what, values, place = "a miss rate", missed, 0
    elif rule.kind == "at_most_false_positive_rate":
        what, values, place = "a false positive rate", alarms, -1
    else:
        what, values, place = "an average of flagged cases a day", expected_flagged(missed, alarms, day), -1
    reached = f"{values[place]:.4g}"
    if rule.kind == "capacity" and rule.limit is not None:
        last = volume_parts(sweep, day, sweep.thresholds.size - 1)
        overload = float(overload_probability(last, rule.limit))
        what, reached = "a review load a day", f"more than that on {100 * overload:.3g}% of days"
    return InputError(
        f"no counted threshold keeps {what} of at most {rule.limit:g}. The nearest is threshold "
        f"{sweep.thresholds[place]:g} with {reached}. Allow for that, or state a threshold."
    )


def _optimism(
    rule: ThresholdRule, sweep: Sweep, day: DayProfile, place: int, rng: np.random.Generator, n_resamples: int
) -> Optimism:
    """Redraw the cells of each class, choose again, and compare with the cases as they are.

    A choice under a capacity is repeated as a choice under the average number of flagged cases it led to.
    """
    missed, alarms = sweep.false_negative_rates, sweep.false_positive_rates
    if rule.kind == "capacity":
        flagged = float(expected_flagged(missed, alarms, day)[place])
        rule = ThresholdRule("at_most_flagged_per_day", flagged)
    new_missed, new_alarms = _redrawn_rates(sweep, rng, n_resamples)
    chosen = _pick(rule, _allowed(rule, new_missed, new_alarms, day), new_missed, new_alarms)
    rows = np.arange(n_resamples)
    own = new_missed[rows, chosen], new_alarms[rows, chosen]
    here = missed[chosen], alarms[chosen]

    def corrected(stated: float, on_own: FloatArray, on_these: FloatArray) -> Corrected:
        return Corrected(stated, stated + float(np.mean(on_these - on_own)))

    cost = None
    if rule.kind == "lowest cost" and rule.missed_positive is not None:
        cost = corrected(
            float(_rule_cost(rule, missed, alarms, day)[place]),
            _rule_cost(rule, *own, day),
            _rule_cost(rule, *here, day),
        )
    return Optimism(
        corrected(float(missed[place]), own[0], here[0]),
        corrected(float(alarms[place]), own[1], here[1]),
        cost,
        n_resamples,
    )


def _redrawn_rates(sweep: Sweep, rng: np.random.Generator, n: int) -> tuple[FloatArray, FloatArray]:
    """Return both error rates at every threshold in each resample, shape (B, K)."""
    caught = _redrawn(
        sweep.n_true_positives,
        sweep.n_positives,
        sweep.weighted_true_positives,
        sweep.weighted_positives,
        rng,
        n,
    )
    alarms = _redrawn(
        sweep.n_false_positives,
        sweep.n_negatives,
        sweep.weighted_false_positives,
        sweep.weighted_negatives,
        rng,
        n,
    )
    return 1 - caught, alarms


def _redrawn(
    flagged: IntArray,
    n_cases: int,
    flagged_weight: FloatArray | None,
    weight: float | None,
    rng: np.random.Generator,
    n_resamples: int,
) -> FloatArray:
    """Return the flagged share of a class at every threshold in each resample, shape (B, K)."""
    cells = -np.diff(flagged, prepend=n_cases, append=0)
    drawn = rng.multinomial(n_cases, cells / n_cases, size=n_resamples)
    if flagged_weight is None or weight is None:
        return flagged_counts(drawn) / n_cases
    mean_weight = -np.diff(flagged_weight, prepend=weight, append=0.0) / np.maximum(cells, 1)
    weights = drawn * mean_weight
    return np.asarray(flagged_counts(weights) / weights.sum(axis=1, keepdims=True), dtype=np.float64)
