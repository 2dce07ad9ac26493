"""What the model has to beat: flagging nothing, flagging at random, and what is done today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expectkit.errors import InputError
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import Sweep

BaselineKey = Literal["model", "flag nothing", "flag at random", "current process"]


@dataclass(frozen=True, slots=True)
class SimpleBaseline:
    """What a way of deciding would do on an average day in production.

    Parameters
    ----------
    key : str
        "model" is the model itself, for comparison.
    flagged, flagged_negatives, missed_positives, caught_positives : float
        Expected cases a day.
    accuracy : float, 0 to 1
        Share of right decisions at production's prevalence.
    false_negative_rate, false_positive_rate : float, 0 to 1
    counts : ConfusionCounts or None
        What the rates were measured on; None when they are known by construction, or weighted.
    """

    key: BaselineKey
    flagged: float
    flagged_negatives: float
    missed_positives: float
    caught_positives: float
    accuracy: float
    false_negative_rate: float
    false_positive_rate: float
    counts: ConfusionCounts | None


def simple_baselines(
    sweep: Sweep, day: DayProfile, threshold: float, *, current: ConfusionCounts | None = None
) -> tuple[SimpleBaseline, ...]:
    """Put the model beside ways of deciding that need no model.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    threshold : float
        One of the sweep's thresholds.
    current : ConfusionCounts or None
        How today's process decided on labelled cases.

    Returns
    -------
    tuple of SimpleBaseline
        The model, flag nothing, flag at random as many cases a day as the model, and the current process when
        its counts are given.

    Raises
    ------
    InputError
        If a class has no cases, in the sweep or in `current`.

    Examples
    --------
    >>> from expectkit.measure.prevalence import Prevalence, Traffic
    >>> seen = Sweep.from_counts([0.49], [266], [200], 280, 8000)
    >>> day = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
    >>> [(way.key, f"{way.accuracy:.3f}") for way in simple_baselines(seen, day, 0.49)]
    [('model', '0.974'), ('flag nothing', '0.966'), ('flag at random', '0.914')]
    """
    place = sweep.index_of(threshold)
    missed, alarms = sweep.false_negative_rate(place), sweep.false_positive_rate(place)
    unweighted = sweep.counts_at(threshold) if sweep.weighted_positives is None else None
    model = _baseline("model", _value(missed), _value(alarms), day, unweighted)
    share = model.flagged / day.traffic.mean
    found = [
        model,
        _baseline("flag nothing", 1.0, 0.0, day, None),
        _baseline("flag at random", 1 - share, share, day, None),
    ]
    if current is not None:
        current_missed = _value(Rate(current.n_false_negatives, current.n_positives))
        current_alarms = _value(Rate(current.n_false_positives, current.n_negatives))
        found.append(_baseline("current process", current_missed, current_alarms, day, current))
    return tuple(found)


def _baseline(
    key: BaselineKey, missed: float, alarms: float, day: DayProfile, counts: ConfusionCounts | None
) -> SimpleBaseline:
    positives = day.traffic.mean * day.prevalence.value
    negatives = day.traffic.mean - positives
    caught, flagged_negatives = positives * (1 - missed), negatives * alarms
    return SimpleBaseline(
        key,
        flagged=caught + flagged_negatives,
        flagged_negatives=flagged_negatives,
        missed_positives=positives * missed,
        caught_positives=caught,
        accuracy=1 - (positives * missed + flagged_negatives) / day.traffic.mean,
        false_negative_rate=missed,
        false_positive_rate=alarms,
        counts=counts,
    )


def _value(rate: Rate) -> float:
    if not rate.is_defined:
        raise InputError("a comparison needs labelled cases of both classes. One of the classes has none.")
    return rate.value
