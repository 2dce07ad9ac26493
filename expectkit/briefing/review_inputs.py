"""What the review page needs at every setting: the volumes as printed, and the parts to work them out again.

Nobody can rerun the measurement in a meeting, so the page carries its inputs: the rates of both classes with ranges
that hold at all settings at once. For other traffic, another mix or other costs it applies the same formulas.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from expectkit.briefing.printed import PrintedVolumes, print_volumes
from expectkit.measure.cost_components import COSTED, CostedName, cost_components
from expectkit.measure.intervals import FloatArray, IntArray, clopper_pearson, local_alpha, part_of_rate
from expectkit.measure.levels import Level
from expectkit.measure.volume_parts import VolumeParts, volume_parts
from expectkit.measure.volumes_everywhere import levels_at, volumes_everywhere

if TYPE_CHECKING:
    from expectkit.briefing.recorder import Evidence
    from expectkit.measure.volumes import DailyVolumes


@dataclass(frozen=True, slots=True)
class ReviewCosts:
    """What the business states about costs and reviews; None where it says nothing.

    Parameters
    ----------
    currency : str
        Three-letter code; empty when none was named.
    missed_positive, flagged_negative, caught_positive : float or None
        Of one case.
    minutes_per_review, review_capacity_per_day, reviewers : float or None
    differ_by_case : bool
        Whether a cost is a column of the cases, so that no one number stands for it.
    """

    currency: str = ""
    missed_positive: float | None = None
    flagged_negative: float | None = None
    caught_positive: float | None = None
    minutes_per_review: float | None = None
    review_capacity_per_day: float | None = None
    reviewers: float | None = None
    differ_by_case: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class RateEnds:
    """Estimate and limits of a rate at every setting, each of shape (K,); the estimate is above 0 everywhere."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RateLimits:
    """The rates volumes are made of, at one confidence level.

    Attributes
    ----------
    missed, alarms : RateEnds
        Missed of the positives and flagged of the negatives, each at the alpha of its class.
    caught_of_flagged, alarms_of_flagged : RateEnds
        Caught of the positives and flagged of the negatives, both at the smaller of the two: for all that is flagged.
    """

    missed: RateEnds
    alarms: RateEnds
    caught_of_flagged: RateEnds
    alarms_of_flagged: RateEnds


@dataclass(frozen=True, slots=True, eq=False)
class RawLimits:
    """Average a day and its range at every setting, each of shape (K,)."""

    mean: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ReviewInputs:
    """Everything the review page shows or computes from.

    Attributes
    ----------
    thresholds : float64 array, shape (K,)
    n_true_positives, n_false_positives : int64 array, shape (K,)
    n_positives, n_negatives : int
    missed_share, alarms_share : float64 array, shape (K,)
        The two error rates.
    volumes : tuple of DailyVolumes, length K
        As measured, with the traffic and the mix that were stated.
    printed : tuple of PrintedVolumes, length K
        The same as printed.
    costed : mapping of str to RawLimits
        Missed positives, flagged negatives and caught positives a day.
    correlations : mapping of (str, str) to float64 array, shape (K,)
        How they move together.
    rate_levels : mapping of str to list of Level, each of length K
        What may be said of each volume, and of the precision, once traffic and mix are taken as known.
    limits, bounds : RateLimits
        At 95 % on two sides and on one.
    is_simultaneous : bool array, shape (K,)
        False at a setting that was fixed before these cases were seen.
    traffic, prevalence : float
        Average cases a day and share of positives, as stated.
    costs : ReviewCosts
    config : str
        The file the decision command names; empty when there was none.
    """

    thresholds: FloatArray
    n_true_positives: IntArray
    n_false_positives: IntArray
    n_positives: int
    n_negatives: int
    missed_share: FloatArray
    alarms_share: FloatArray
    volumes: tuple[DailyVolumes, ...]
    printed: tuple[PrintedVolumes, ...]
    costed: dict[CostedName, RawLimits]
    correlations: dict[tuple[CostedName, CostedName], FloatArray]
    rate_levels: dict[str, list[Level]]
    limits: RateLimits
    bounds: RateLimits
    is_simultaneous: np.ndarray
    traffic: float
    prevalence: float
    costs: ReviewCosts = field(default_factory=ReviewCosts)
    config: str = ""


def review_inputs(evidence: Evidence, costs: ReviewCosts | None = None, config: str = "") -> ReviewInputs:
    """Put together what the review page needs.

    Parameters
    ----------
    evidence : Evidence
        What was measured for the record. At its settings the page shows exactly what the record states.
    costs : ReviewCosts or None
    config : str
        The config's file name, for the command that agrees.

    Returns
    -------
    ReviewInputs
        Over the thresholds the record shows.
    """
    sweep, day = evidence.sweep, evidence.day
    shown = np.asarray(evidence.shown_thresholds, dtype=np.intp)
    thresholds = sweep.thresholds[shown]
    stated = {volumes.threshold: volumes for _, volumes in evidence.settings}
    everywhere = volumes_everywhere(sweep, day, shown.tolist(), evidence.settings[0][1])
    volumes = tuple(stated.get(there.threshold, there) for there in everywhere)
    simultaneous = np.array([there.is_simultaneous for there in volumes], dtype=np.bool_)
    costed, correlations = _costed(evidence, shown, simultaneous)
    return ReviewInputs(
        thresholds=thresholds,
        n_true_positives=sweep.n_true_positives[shown],
        n_false_positives=sweep.n_false_positives[shown],
        n_positives=sweep.n_positives,
        n_negatives=sweep.n_negatives,
        missed_share=np.nan_to_num(sweep.false_negative_rates[shown]),
        alarms_share=np.nan_to_num(sweep.false_positive_rates[shown]),
        volumes=volumes,
        printed=tuple(print_volumes(there) for there in volumes),
        costed=costed,
        correlations=correlations,
        rate_levels=levels_at(_mixed(evidence, shown, simultaneous), shown),
        limits=_rate_limits(evidence, shown, simultaneous, 0.95),
        bounds=_rate_limits(evidence, shown, simultaneous, 0.90),
        is_simultaneous=simultaneous,
        traffic=day.traffic.mean,
        prevalence=day.prevalence.value,
        costs=costs or ReviewCosts(),
        config=config,
    )


def _costed(
    evidence: Evidence, shown: IntArray, simultaneous: np.ndarray
) -> tuple[dict[CostedName, RawLimits], dict[tuple[CostedName, CostedName], FloatArray]]:
    """Return what costs at every setting; at settings fixed beforehand with ranges for that one alone."""
    wide, plain = (
        cost_components(evidence.sweep, evidence.day, simultaneous=everywhere) for everywhere in (True, False)
    )

    def chosen(one: FloatArray, other: FloatArray) -> FloatArray:
        return np.where(simultaneous, one[shown], other[shown])

    costed: dict[CostedName, RawLimits] = {}
    for name in COSTED:
        one, other = wide.of(name), plain.of(name)
        costed[name] = RawLimits(
            one.estimate[shown], chosen(one.low, other.low), chosen(one.high, other.high)
        )
    correlations = {
        pair: chosen(np.broadcast_to(wide.correlations[pair], evidence.sweep.thresholds.shape), other_values)
        for pair, values in plain.correlations.items()
        for other_values in [np.broadcast_to(values, evidence.sweep.thresholds.shape)]
    }
    return costed, correlations


def _rate_limits(
    evidence: Evidence, shown: IntArray, simultaneous: np.ndarray, confidence_level: float
) -> RateLimits:
    sweep, chosen = evidence.sweep, _everywhere(evidence, shown, simultaneous)
    local = [local_alpha(n, confidence_level) for n in (sweep.effective_positives, sweep.effective_negatives)]
    positives, negatives = (np.where(chosen, alpha, 1 - confidence_level) for alpha in local)
    both = np.minimum(positives, negatives)
    parts = _mixed(evidence, shown, simultaneous)

    def ends(counted: FloatArray, cases: FloatArray, alpha: FloatArray) -> RateEnds:
        low, high = clopper_pearson(counted, cases, alpha)
        estimate = np.asarray(part_of_rate(counted, cases, alpha).estimate, dtype=np.float64)
        return RateEnds(estimate[shown], low[shown], high[shown])

    caught = parts.positives - parts.missed
    return RateLimits(
        missed=ends(parts.missed, parts.positives, positives),
        alarms=ends(parts.alarms, parts.negatives, negatives),
        caught_of_flagged=ends(caught, parts.positives, both),
        alarms_of_flagged=ends(parts.alarms, parts.negatives, both),
    )


def _everywhere(evidence: Evidence, shown: IntArray, simultaneous: np.ndarray) -> np.ndarray:
    """Return, for every counted threshold, whether its ranges hold at all of them at once."""
    chosen = np.ones(evidence.sweep.thresholds.shape, dtype=np.bool_)
    chosen[shown] = simultaneous
    return chosen


def _mixed(evidence: Evidence, shown: IntArray, simultaneous: np.ndarray) -> VolumeParts:
    """Return the effective counts; at settings fixed beforehand those for that one alone."""
    sweep, chosen = evidence.sweep, _everywhere(evidence, shown, simultaneous)
    positives, negatives = (local_alpha(n) for n in (sweep.effective_positives, sweep.effective_negatives))
    wide = volume_parts(
        sweep, evidence.day, slice(None), alpha_positives=positives, alpha_negatives=negatives
    )
    plain = volume_parts(sweep, evidence.day, slice(None))
    names = ("missed", "positives", "alarms", "negatives")
    counts = {name: np.where(chosen, getattr(wide, name), getattr(plain, name)) for name in names}
    return replace(wide, **counts)
