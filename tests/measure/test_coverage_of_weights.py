"""How often ranges hold the truth where rows are weighted or come in groups: seeded simulated worlds.

Scores are normal, 3 % of production's cases are positive, and the test set has a few thousand rows. Rows weigh 1 to 5
at random, or were sampled by their score or their outcome and weigh what they stand for; or they come in groups of 1 to
20 rows with scores that are alike. Bounds leave room of three standard errors for the number of runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.special import ndtr

from expectkit.engine.groups import ClusterRows, Keyed
from expectkit.measure.bins import Bins
from expectkit.measure.cost_components import cost_components
from expectkit.measure.costs import UnitCosts, cost_curve
from expectkit.measure.histogram import RowCounts, ScoreHistogram, Tally, tally_arrays
from expectkit.measure.intervals import clopper_pearson, local_alpha
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep, flagged_counts, sweep
from expectkit.measure.volumes import daily_volumes, volume_curves

pytestmark = pytest.mark.slow

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]
TRAFFIC, APART = 8280.0, 3.64
THRESHOLDS = np.linspace(-2.5, 6.0, 60)
FALSE_NEGATIVE, FALSE_POSITIVE = ndtr(THRESHOLDS - APART), ndtr(-THRESHOLDS)
ORDINARY = (FALSE_NEGATIVE > 0.005) & (FALSE_NEGATIVE < 0.5)
COSTS = (UnitCosts(120, 4), UnitCosts(10, 10), UnitCosts(120, 4, 60))


def _room(n_runs: int, level: float = 0.95) -> float:
    return 3 * math.sqrt(level * (1 - level) / n_runs)


def _production(rng: np.random.Generator, n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    labels = (rng.random(n) < share).astype(np.int64)
    return labels, rng.normal(size=n) + APART * labels


# --- weights: labels, scores and weights of a test set; and production's share of positives -----------------


def _one_to_five(rng: np.random.Generator) -> Rows:
    labels, scores = _production(rng, 9300, 300 / 9300)
    return labels, scores, rng.integers(1, 6, labels.size).astype(np.float64)


def _exponential(rng: np.random.Generator) -> Rows:
    labels, scores = _production(rng, 3100, 100 / 3100)
    return labels, scores, rng.exponential(size=labels.size)


def _low_scores_thinned(times: float) -> Callable[[np.random.Generator], Rows]:
    def world(rng: np.random.Generator) -> Rows:
        labels, scores = _production(rng, 27_300, 300 / 27_300)
        kept = (scores >= 2) | (rng.random(scores.size) < 1 / times)
        return labels[kept], scores[kept], np.where(scores >= 2, 1.0, times)[kept]

    return world


def _low_negatives_thinned(rng: np.random.Generator) -> Rows:
    labels, scores = _production(rng, 27_300, 300 / 27_300)
    heavy = (scores < 2) & (labels == 0)
    kept = ~heavy | (rng.random(scores.size) < 1 / 20)
    return labels[kept], scores[kept], np.where(heavy, 20.0, 1.0)[kept]


def _negatives_thinned(rng: np.random.Generator) -> Rows:
    labels, scores = _production(rng, 60_100, 100 / 60_100)
    kept = (labels == 1) | (rng.random(labels.size) < 1 / 20)
    return labels[kept], scores[kept], np.where(labels == 1, 1.0, 20.0)[kept]


WEIGHTED: dict[str, tuple[Callable[[np.random.Generator], Rows], float]] = {
    "weights 1 to 5": (_one_to_five, 300 / 9300),
    "exponential weights": (_exponential, 100 / 3100),
    "low scores thinned 5 times": (_low_scores_thinned(5.0), 300 / 27_300),
    "low scores thinned 20 times": (_low_scores_thinned(20.0), 300 / 27_300),
    "low negatives thinned 20 times": (_low_negatives_thinned, 300 / 27_300),
    "negatives thinned 20 times": (_negatives_thinned, 100 / 60_100),
}


def _weighted_sweep(rng: np.random.Generator, world: str) -> tuple[Sweep, ScoreHistogram]:
    labels, scores, weights = WEIGHTED[world][0](rng)
    total = tally_arrays(labels, scores, THRESHOLDS, sample_weight=weights)
    return sweep(Tally(total, None, {}, None, _rows(labels), float(scores.min()), float(scores.max()))), total


def _rows(labels: np.ndarray) -> RowCounts:
    return RowCounts(labels.size, 0, 0, labels.size)


def _band_without_unseen_weights(total: ScoreHistogram) -> tuple[np.ndarray, np.ndarray]:
    """Kish's number of cases or the linearised one, from the cases that happen to be there."""
    assert total.weights is not None
    assert total.squared_weights is not None
    weight, squared = float(total.weights[1].sum()), float(total.squared_weights[1].sum())
    missed = weight - flagged_counts(total.weights)[1]
    missed_squared = squared - flagged_counts(total.squared_weights)[1]
    share = np.clip(missed / weight, 0, 1)
    variance = (missed_squared * (1 - share) ** 2 + (squared - missed_squared) * share**2) / weight**2
    kish = np.full(share.shape, weight**2 / squared)
    n = np.where(variance > 1e-15, np.minimum(share * (1 - share) / np.maximum(variance, 1e-15), kish), kish)
    return clopper_pearson(share * n, n, local_alpha(n))


@pytest.mark.parametrize("world", WEIGHTED)
def test_the_band_of_weighted_rows_holds_at_all_thresholds_at_once(world: str) -> None:
    rng, runs = np.random.default_rng(51), 400
    missed, alarms = 0, 0
    for _ in range(runs):
        swept, _ = _weighted_sweep(rng, world)
        low, high = swept.false_negative_rate_band()
        missed += int(np.all((low <= FALSE_NEGATIVE) & (high >= FALSE_NEGATIVE)))
        low, high = swept.false_positive_rate_band()
        alarms += int(np.all((low <= FALSE_POSITIVE) & (high >= FALSE_POSITIVE)))
    assert missed / runs > 0.95 - _room(runs), missed / runs
    assert alarms / runs > 0.95 - _room(runs), alarms / runs


def test_heavy_positives_that_were_not_drawn_break_a_band_that_only_knows_the_drawn_ones() -> None:
    rng, runs = np.random.default_rng(52), 200
    held = 0
    for _ in range(runs):
        _, total = _weighted_sweep(rng, "low scores thinned 20 times")
        low, high = _band_without_unseen_weights(total)
        held += int(np.all((low <= FALSE_NEGATIVE + 1e-9) & (high >= FALSE_NEGATIVE - 1e-9)))
    assert held / runs < 0.75


# --- groups -------------------------------------------------------------------------------------------------


def _grouped_rows(rng: np.random.Generator, kind: str, n: int) -> Rows:
    """Give labels, scores and the group of each row: about n rows in groups of 1 to 20."""
    sizes = rng.integers(1, 21, int(n / 10.5))
    group = np.repeat(np.arange(sizes.size), sizes)
    if kind == "whole groups are positive":
        labels = (rng.random(sizes.size) < 0.033)[group].astype(np.int64)
    else:
        strength = 20.0 if kind == "slightly alike" else 2.0
        of_group = rng.beta(0.033 * strength, 0.967 * strength, sizes.size)
        labels = (rng.random(group.size) < of_group[group]).astype(np.int64)
    alike = 0.25 if kind == "slightly alike" else 0.49
    shift = math.sqrt(alike) * rng.normal(size=sizes.size)
    scores = APART * labels + shift[group] + math.sqrt(1 - alike) * rng.normal(size=group.size)
    return labels, scores, group


def _grouped_sweep(rng: np.random.Generator, kind: str, n: int) -> Sweep:
    labels, scores, group = _grouped_rows(rng, kind, n)
    total = tally_arrays(labels, scores, THRESHOLDS)
    codes = Bins(THRESHOLDS, dtype=scores.dtype, compare="float64").codes_with_label(
        scores, labels.astype(np.uint8)
    )
    rows = ClusterRows(THRESHOLDS.size + 1)
    rows.add(Keyed(group, [str(place) for place in range(int(group.max()) + 1)]), codes)
    ends = float(scores.min()), float(scores.max())
    return sweep(Tally(total, None, {}, rows.moments(), _rows(labels), *ends))


# --- costs and volumes --------------------------------------------------------------------------------------


def _held(swept: Sweep, share: float, *, is_stated: bool) -> dict[str, np.ndarray]:
    """Say where each range of an average day holds the truth: of costs at one threshold, and of whole curves."""
    positives = swept.weighted_positives or swept.n_positives
    negatives = swept.weighted_negatives or swept.n_negatives
    counted = Prevalence.as_in_cases(positives, negatives, effective_cases=swept.effective_cases)
    day = DayProfile(Traffic.stated(TRAFFIC), Prevalence.stated(share) if is_stated else counted)
    missed, alarms = TRAFFIC * share * FALSE_NEGATIVE, TRAFFIC * (1 - share) * FALSE_POSITIVE
    caught = TRAFFIC * share * (1 - FALSE_NEGATIVE)
    one, every = (cost_components(swept, day, simultaneous=together) for together in (False, True))
    found: dict[str, np.ndarray] = {}
    for place, costs in enumerate(COSTS):
        truth = (
            costs.missed_positive * missed + costs.flagged_negative * alarms - costs.caught_positive * caught
        )
        curve, whole = cost_curve(one, costs), cost_curve(every, costs)
        found[f"cost {place}"] = (curve.low <= truth + 1e-6) & (truth - 1e-6 <= curve.high)
        found[f"cost curve {place}"] = np.asarray(
            np.all((whole.low <= truth + 1e-6) & (truth - 1e-6 <= whole.high))
        )
    curves = volume_curves(swept, day)
    volumes = {"missed_positives": missed, "caught_positives": caught, "flagged_negatives": alarms}
    for name, truth in (volumes | {"flagged": caught + alarms}).items():
        curve = getattr(curves, name)
        found[name] = np.asarray(np.all((curve.low <= truth + 1e-6) & (truth - 1e-6 <= curve.high)))
    return found


def _shares_held(
    draw: Callable[[], Sweep], share: float, runs: int, *, is_stated: bool
) -> dict[str, np.ndarray]:
    held: dict[str, np.ndarray] = {}
    for _ in range(runs):
        for name, is_inside in _held(draw(), share, is_stated=is_stated).items():
            held[name] = held.get(name, np.zeros(np.shape(is_inside))) + is_inside
    return {name: count / runs for name, count in held.items()}


def _check(held: dict[str, np.ndarray], runs: int) -> None:
    for name, share in held.items():
        if name.startswith("cost ") and "curve" not in name:
            assert share[ORDINARY].mean() > 0.95 - _room(runs) / 2, (name, share[ORDINARY].mean())
            # the lowest of about 20 thresholds: one more standard error
            assert share[ORDINARY].min() > 0.95 - _room(runs) * 4 / 3, (name, share[ORDINARY].min())
        else:
            assert share > 0.95 - _room(runs), (name, share)


@pytest.mark.parametrize("is_stated", [True, False])
@pytest.mark.parametrize(
    "world", ["weights 1 to 5", "low scores thinned 5 times", "negatives thinned 20 times"]
)
def test_the_cost_of_an_average_day_is_covered_with_weights(world: str, is_stated: bool) -> None:
    rng, runs = np.random.default_rng(53), 250
    held = _shares_held(lambda: _weighted_sweep(rng, world)[0], WEIGHTED[world][1], runs, is_stated=is_stated)
    _check(held, runs)


@pytest.mark.parametrize("is_stated", [True, False])
@pytest.mark.parametrize(
    ("kind", "n"), [("slightly alike", 3100), ("very alike", 9300), ("whole groups are positive", 9300)]
)
def test_the_cost_of_an_average_day_is_covered_with_groups(kind: str, n: int, is_stated: bool) -> None:
    rng, runs = np.random.default_rng(54), 250
    held = _shares_held(lambda: _grouped_sweep(rng, kind, n), 0.033, runs, is_stated=is_stated)
    if (
        kind == "whole groups are positive" and is_stated
    ):  # some 30 positive groups: measured 0.93 for whole curves
        for name, share in held.items():
            assert np.min(share[ORDINARY] if share.ndim else share) > 0.93 - _room(runs, 0.93), (name, share)
        return
    _check(held, runs)


# --- single days --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", ["weights 1 to 5", "low scores thinned 5 times"])
def test_new_days_fall_into_the_typical_day_of_weighted_rows(world: str) -> None:
    rng, runs, place = np.random.default_rng(55), 150, 33
    share, threshold = WEIGHTED[world][1], float(THRESHOLDS[33])
    inside = {("missed_positives", 0.80): 0.0, ("missed_positives", 0.95): 0.0}
    inside |= {("flagged_negatives", level): 0.0 for level in (0.80, 0.95)}
    stated = 0
    for _ in range(runs):
        swept, _ = _weighted_sweep(rng, world)
        mix = Prevalence.as_in_cases(
            swept.weighted_positives or 1,
            swept.weighted_negatives or 1,
            effective_cases=swept.effective_cases,
        )
        found = daily_volumes(
            swept, DayProfile(Traffic.stated(TRAFFIC, 0.25), mix), threshold, simultaneous=True
        )
        cases = rng.poisson(TRAFFIC * rng.gamma(16, 1 / 16, 100))
        new = {
            "missed_positives": rng.binomial(cases, share * FALSE_NEGATIVE[place]),
            "flagged_negatives": rng.binomial(cases, (1 - share) * FALSE_POSITIVE[place]),
        }
        volumes = {name: getattr(found, name) for name in new}
        if any(volume.typical_low is None for volume in volumes.values()):
            continue
        stated += 1
        for name, level in inside:
            ends = ("typical_low", "typical_high") if level == 0.80 else ("wide_low", "wide_high")
            low, high = (getattr(volumes[name], end) for end in ends)
            inside[name, level] += float(np.mean((low <= new[name]) & (new[name] <= high)))
    assert stated > runs / 4
    for (name, level), count in inside.items():
        assert count / stated > level - _room(stated, level) / 2, (name, level, count / stated)
