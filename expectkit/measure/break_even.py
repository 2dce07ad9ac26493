"""When a threshold is worth it, what one step to a lower one buys, and the hours that reviews take."""

from __future__ import annotations

import math
from dataclasses import dataclass

from expectkit.errors import InputError
from expectkit.measure.amounts import Amount
from expectkit.measure.costs import UnitCosts
from expectkit.measure.intervals import FloatArray, Part, local_alpha, log_mover, part_of_rate
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep
from expectkit.measure.volume_parts import volume_parts


@dataclass(frozen=True, slots=True)
class BreakEven:
    """The cost of a missed positive above which one threshold is cheaper than another way of deciding.

    Parameters
    ----------
    threshold : float
    against : float or None
        The other threshold, the higher one of the two; None for flagging nothing.
    missed_positive : float or None
        In the currency of the costs. None when it catches no more, so that no cost makes it worth it.
    low, high : float or None
        Its 95 % range.
    """

    threshold: float
    against: float | None
    missed_positive: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """What moving to a lower threshold buys and costs on an average day.

    Parameters
    ----------
    start, end : float
        The higher and the lower threshold.
    fewer_missed, more_flagged_negatives, more_flagged : float
        Plain estimates, cases a day; more flagged are the extra reviews, right and wrong ones.
    reviews_per_catch : float or None
        Extra reviews for each extra catch; None when nothing more is caught.
    low, high : float or None
        Its 95 % range.
    """

    start: float
    end: float
    fewer_missed: float
    more_flagged_negatives: float
    more_flagged: float
    reviews_per_catch: float | None
    low: float | None
    high: float | None


def break_even(
    sweep: Sweep,
    day: DayProfile,
    threshold: float,
    costs: UnitCosts,
    *,
    against: float | None = None,
    simultaneous: bool,
) -> BreakEven:
    """Find what a missed positive must cost for a threshold to be worth it.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    threshold : float
    costs : UnitCosts
        Of which the cost of a flagged negative and the value of a catch are used.
    against : float or None
        A higher threshold; None for flagging nothing.
    simultaneous : bool

    Returns
    -------
    BreakEven

    Raises
    ------
    InputError
        If a threshold was not counted, or `against` is not above `threshold`.

    Examples
    --------
    >>> from expectkit.measure.prevalence import Prevalence, Traffic
    >>> seen = Sweep.from_counts([0.49], [266], [200], 280, 8000)
    >>> day = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
    >>> worth = break_even(seen, day, 0.49, UnitCosts(120, 4), simultaneous=False)
    >>> f"{worth.missed_positive:.2f}"
    '3.01'
    """
    alarms, (low, high) = _flagged_per_catch(sweep, day, threshold, against, simultaneous=simultaneous)
    if alarms is None:
        return BreakEven(threshold, against, None, None, None)
    cost, worth = costs.flagged_negative, costs.caught_positive
    ends = [max(cost * ratio - worth, 0.0) for ratio in (alarms, low, high)]
    return BreakEven(threshold, against, *ends)


def step_down(sweep: Sweep, day: DayProfile, start: float, end: float, *, simultaneous: bool) -> Step:
    """Say what moving from one threshold to a lower one buys and costs.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    start, end : float
        Counted thresholds, `start` above `end`.
    simultaneous : bool

    Returns
    -------
    Step

    Raises
    ------
    InputError
        If a threshold was not counted, or `start` is not above `end`.
    """
    parts = volume_parts(sweep, day)
    first, last = sweep.index_of(start), sweep.index_of(end)
    ratio, (low, high) = _flagged_per_catch(sweep, day, end, start, simultaneous=simultaneous)
    missed, alarms = parts.mean("missed_positives"), parts.mean("flagged_negatives")
    fewer, more = float(missed[first] - missed[last]), float(alarms[last] - alarms[first])
    known = ratio is not None
    return Step(
        start,
        end,
        fewer,
        more,
        more + fewer,
        1 + ratio if ratio is not None else None,
        1 + low if known else None,
        1 + high if known else None,
    )


def _flagged_per_catch(
    sweep: Sweep, day: DayProfile, threshold: float, against: float | None, *, simultaneous: bool
) -> tuple[float | None, tuple[float, float]]:
    """Return flagged negatives for each caught positive, between two thresholds or above one; and its range."""
    if against is not None and not against > threshold:
        raise InputError(
            f"{against} is not above {threshold}. Give the higher threshold as the one to leave."
        )
    place = sweep.index_of(threshold)
    other = None if against is None else sweep.index_of(against)
    caught, n_positives = _between(1 - sweep.false_negative_rates, sweep.effective_positives, place, other)
    alarms, n_negatives = _between(sweep.false_positive_rates, sweep.effective_negatives, place, other)
    if not caught > 0:
        return None, (0.0, math.inf)
    alphas = [float(local_alpha(n)) if simultaneous else 0.05 for n in (n_positives, n_negatives)]
    share = day.prevalence
    share_low, share_high = (float(end) for end in share.limits(max(alphas)))
    odds = Part(1 / share.value - 1, 1 / share_high - 1, 1 / share_low - 1)
    rates = [
        part_of_rate(caught * n_positives, n_positives, alphas[0]),
        part_of_rate(alarms * n_negatives, n_negatives, alphas[1]),
    ]
    low, high = log_mover([odds, *rates], [1.0, -1.0, 1.0])
    return (1 / share.value - 1) * alarms / caught, (float(low), float(high))


def _between(
    flagged: FloatArray, effective: FloatArray, place: int, other: int | None
) -> tuple[float, float]:
    """Return the share flagged at one place but not at the other, and the cases it rests on."""
    if other is None:
        return float(flagged[place]), float(effective[place])
    return float(flagged[place] - flagged[other]), float(min(effective[place], effective[other]))


def reviewer_hours(flagged_per_day: Amount, minutes_per_review: float) -> Amount:
    """Turn flagged cases a day into hours of review a day.

    Raises
    ------
    InputError
        If a review does not take a time above 0.

    Examples
    --------
    >>> reviewer_hours(Amount(466, 437, 497, 441, 492, "number and range"), 4).estimate
    31.066...
    """
    if not (math.isfinite(minutes_per_review) and minutes_per_review > 0):
        raise InputError(f"minutes per review is {minutes_per_review}. It must be a number above 0.")
    return flagged_per_day.times(minutes_per_review / 60)
