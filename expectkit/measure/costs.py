"""What mistakes cost on an average day, at every threshold, and where that is lowest.

The cost is ``missed_positive * missed + flagged_negative * flagged``, less ``caught_positive * caught`` where a
catch has a value of its own. `CostComponents` keeps the three quantities with their ranges and how they move
together, so the range of the cost follows for any unit costs with one line of arithmetic (`cost_curve`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np
import numpy.typing as npt

from expectkit.errors import InputError
from expectkit.measure.amounts import Amount, lowest_level
from expectkit.measure.cost_components import COSTED, CostComponents, CostedName
from expectkit.measure.intervals import FloatArray, Limits
from expectkit.measure.levels import Level, level_of_rate
from expectkit.measure.sweep import Sweep

FLAT = 0.10
_SLACK = 1 + 1e-12  # sums of floats that are equal on paper


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """What one case of each outcome costs or is worth, all in one currency.

    Parameters
    ----------
    missed_positive, flagged_negative : float, >= 0
        What a missed positive and a flagged negative cost. With amounts of their own, what one unit of the
        amount costs: 1 when the whole amount is lost.
    caught_positive : float, >= 0
        What a caught positive is worth beyond not being missed; 0 when avoiding the loss is all.

    Raises
    ------
    InputError
        If one is below 0 or both costs are 0.
    """

    missed_positive: float
    flagged_negative: float
    caught_positive: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"the cost {field.name} is {value}. Give a number of at least 0.")
        if self.missed_positive + self.caught_positive + self.flagged_negative == 0:
            raise InputError("all unit costs are 0, so every setting costs the same. Give at least one.")

    @property
    def coefficients(self) -> tuple[float, float, float]:
        """The factors of missed positives, flagged negatives and caught positives in the cost."""
        return self.missed_positive, self.flagged_negative, -self.caught_positive

    @property
    def of_a_miss(self) -> float:
        """What missing a positive costs against catching it: the loss and the forgone value."""
        return self.missed_positive + self.caught_positive


@dataclass(frozen=True, slots=True, eq=False)
class CostCurve:
    """The cost of an average day at every threshold with its range; arrays of shape (K,)."""

    thresholds: FloatArray
    mean: FloatArray
    low: FloatArray
    high: FloatArray


# --------------------------------------------------------------------------------------------- cost and range


def cost_curve(components: CostComponents, costs: UnitCosts) -> CostCurve:
    """Give the cost of an average day at every threshold.

    Parameters
    ----------
    components : CostComponents
    costs : UnitCosts

    Returns
    -------
    CostCurve
        ``low = mean - sqrt(sum of squares of each part's distance to its limit + 2 x correlation x product of
        distances)`` and likewise upward. A correlation only counts where it makes the range wider.

    References
    ----------
    .. [1] Zou, G. Y. & Donner, A. (2008). Construction of confidence limits about effect measures.
       Statistics in Medicine, 27(10), 1693-1702.
    """
    mean = np.zeros(components.thresholds.shape)
    reaches: dict[str, dict[CostedName, FloatArray]] = {"below": {}, "above": {}}
    for name, factor in zip(COSTED, costs.coefficients, strict=True):
        if factor == 0:
            continue
        quantity = components.of(name)
        mean = mean + factor * quantity.estimate
        down, up = factor * (quantity.estimate - quantity.low), factor * (quantity.high - quantity.estimate)
        reaches["below"][name] = down if factor > 0 else up
        reaches["above"][name] = up if factor > 0 else down
    low = mean - _combined(reaches["below"], components)
    return CostCurve(components.thresholds, mean, low, mean + _combined(reaches["above"], components))


def _combined(reaches: Mapping[CostedName, FloatArray], components: CostComponents) -> FloatArray:
    """Add up signed reaches as squares, with their correlations where these widen."""
    squares = np.zeros(components.thresholds.shape)
    for reach in reaches.values():
        squares = squares + reach**2
    for (one, other), correlation in components.correlations.items():
        if one in reaches and other in reaches:
            squares = squares + 2 * np.maximum(correlation * reaches[one] * reaches[other], 0.0)
    return np.asarray(np.sqrt(squares))


@dataclass(frozen=True, slots=True)
class DailyCost:
    """The cost of an average day at one threshold.

    Parameters
    ----------
    threshold : float
    costs : UnitCosts
    total : Amount
        Cost of both mistakes, less the value of catches where that was given.
    of_missed, of_flagged : Amount
        The two mistakes on their own.
    value_of_catches : Amount or None
        None without a value of a catch.
    is_simultaneous : bool
        Whether the ranges hold for every threshold at once.
    """

    threshold: float
    costs: UnitCosts
    total: Amount
    of_missed: Amount
    of_flagged: Amount
    value_of_catches: Amount | None
    is_simultaneous: bool


def daily_cost(
    sweep: Sweep, components: CostComponents, bounds: CostComponents, costs: UnitCosts, threshold: float
) -> DailyCost:
    """Give the cost of an average day at one threshold, at the level that the cases allow.

    Parameters
    ----------
    sweep : Sweep
    components, bounds : CostComponents
        At confidence levels 0.95 and 0.90; the latter give the one-sided bounds.
    costs : UnitCosts
    threshold : float
        One of the sweep's thresholds.

    Returns
    -------
    DailyCost
        The level of the total is the lower one of the mistakes that cost something.

    Raises
    ------
    InputError
        If the threshold was not counted.
    """
    place = sweep.index_of(threshold)
    of_positives = level_of_rate(sweep.false_negative_rate(place))
    levels: dict[CostedName, Level] = {
        "missed_positives": of_positives,
        "flagged_negatives": level_of_rate(sweep.false_positive_rate(place)),
        "caught_positives": of_positives,
    }

    def part(name: CostedName, factor: float) -> Amount:
        wide, one_sided = components.of(name), bounds.of(name)
        return _at(
            wide.estimate, (wide.low, wide.high), (one_sided.low, one_sided.high), place, levels[name]
        ).times(factor)

    curve, bound = cost_curve(components, costs), cost_curve(bounds, costs)
    used = [levels[name] for name, factor in zip(COSTED, costs.coefficients, strict=True) if factor != 0]
    total = _at(curve.mean, (curve.low, curve.high), (bound.low, bound.high), place, lowest_level(used))
    worth = None if costs.caught_positive == 0 else part("caught_positives", costs.caught_positive)
    return DailyCost(
        float(sweep.thresholds[place]),
        costs,
        total,
        part("missed_positives", costs.missed_positive),
        part("flagged_negatives", costs.flagged_negative),
        worth,
        components.is_simultaneous,
    )


def _at(mean: FloatArray, limits: Limits, bounds: Limits, place: int, level: Level) -> Amount:
    low, high, least, most = (float(ends[place]) for ends in (*limits, *bounds))
    return Amount(float(mean[place]), low, high, least, most, level)


# ------------------------------------------------------------------------------------------------- the optimum


@dataclass(frozen=True, slots=True)
class LowestCost:
    """The cheapest threshold and how flat the cost is around it.

    Parameters
    ----------
    threshold : float
        Of several equally cheap ones the highest: it flags the fewest.
    cost_per_day : float
        The plain estimate there; it flatters itself, being the lowest of many.
    flat_low, flat_high : float
        Every counted threshold between these two has mistakes that cost at most 10 % more.
    flags : {"some", "nothing", "everything"}
        What is flagged there; "nothing" and "everything" say that the model is not worth its costs as stated.
    """

    threshold: float
    cost_per_day: float
    flat_low: float
    flat_high: float
    flags: Literal["some", "nothing", "everything"]


def lowest_cost(
    sweep: Sweep,
    components: CostComponents,
    costs: UnitCosts,
    *,
    within: float = FLAT,
    threshold: float | None = None,
) -> LowestCost:
    """Find the threshold of lowest cost among all that were counted.

    Parameters
    ----------
    sweep : Sweep
        Says which thresholds flag nothing or everything.
    components : CostComponents
    costs : UnitCosts
        What a catch is worth counts as a cost of missing it, so the flat region is judged on what could have
        been avoided.
    within : float
        Share by which a threshold of the flat region may cost more.
    threshold : float or None
        The cheapest of all scores, where it is known already; one of the sweep's thresholds.

    Returns
    -------
    LowestCost

    Raises
    ------
    InputError
        If a class has no cases, or the given threshold was not counted.
    """
    if sweep.n_positives == 0 or sweep.n_negatives == 0:
        raise InputError("the lowest cost needs cases of both classes. State the threshold instead.")
    avoidable = _avoidable(components, costs)
    if threshold is None:
        place = int(avoidable.size - 1 - np.argmax((avoidable <= avoidable.min() * _SLACK)[::-1]))
    else:
        place = sweep.index_of(threshold)
    near = avoidable <= avoidable[place] * (1 + within) * _SLACK
    first, last = _run_around(near, place)
    thresholds = components.thresholds
    n_flagged = int(sweep.n_true_positives[place] + sweep.n_false_positives[place])
    n_cases = sweep.n_positives + sweep.n_negatives
    return LowestCost(
        float(thresholds[place]),
        float(cost_curve(components, costs).mean[place]),
        float(thresholds[first]),
        float(thresholds[last]),
        "nothing" if n_flagged == 0 else "everything" if n_flagged == n_cases else "some",
    )


def _avoidable(components: CostComponents, costs: UnitCosts) -> FloatArray:
    """Return the cost above that of catching all that any threshold catches and flagging no negative."""
    caught = components.caught_positives.estimate
    could_be_caught = costs.caught_positive * float(np.max(caught)) if costs.caught_positive > 0 else 0.0
    return np.asarray(cost_curve(components, costs).mean + could_be_caught)


def _run_around(near: npt.NDArray[np.bool_], place: int) -> tuple[int, int]:
    """Return the ends of the unbroken run of True values that holds `place`."""
    away = np.flatnonzero(~near)
    before, after = away[away < place], away[away > place]
    first = 0 if before.size == 0 else int(before[-1]) + 1
    return first, near.size - 1 if after.size == 0 else int(after[0]) - 1
