from __future__ import annotations

import time

import numpy as np
import pytest
from scipy.special import ndtr

from expectkit.errors import InputError
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.operating_point import Corrected, ThresholdRule, choose
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic, daily_totals
from expectkit.measure.sweep import Sweep

#                              threshold    0.1   0.2  0.3  0.4  0.5
SWEEP = Sweep.from_counts([0.1, 0.2, 0.3, 0.4, 0.5], [100, 98, 90, 90, 0], [900, 400, 90, 90, 0], 100, 900)
DAY = DayProfile(Traffic.stated(1000), Prevalence.stated(0.1))


def _chosen(rule: ThresholdRule, day: DayProfile = DAY) -> float:
    return choose(rule, SWEEP, day).threshold


def test_a_stated_threshold_is_taken_as_it_is_and_was_not_chosen_here() -> None:
    point = choose(ThresholdRule.at(0.2), SWEEP, DAY, rng=np.random.default_rng(1))
    assert point.threshold == 0.2
    assert not point.chosen_on_these_cases
    assert point.optimism is None


def test_a_stated_threshold_that_was_not_counted_is_refused() -> None:
    with pytest.raises(InputError, match="was not counted"):
        _chosen(ThresholdRule.at(0.25))


def test_the_lowest_cost_takes_the_highest_of_equally_good_thresholds() -> None:
    assert _chosen(ThresholdRule.lowest_cost(10, 1)) == 0.4


def test_costs_move_the_threshold() -> None:
    assert _chosen(ThresholdRule.lowest_cost(100, 1)) == 0.2
    assert _chosen(ThresholdRule.lowest_cost(1, 10)) == 0.5
    assert _chosen(ThresholdRule.lowest_cost(1, 0)) == 0.1


def test_at_most_flagged_counts_right_and_wrong_flags() -> None:
    assert _chosen(ThresholdRule.at_most_flagged_per_day(498)) == 0.2
    assert _chosen(ThresholdRule.at_most_flagged_per_day(497)) == 0.4
    assert _chosen(ThresholdRule.at_most_flagged_per_day(0)) == 0.5


def test_at_most_a_miss_rate_flags_as_few_as_it_can() -> None:
    assert _chosen(ThresholdRule.at_most_false_negative_rate(0.10)) == 0.4
    assert _chosen(ThresholdRule.at_most_false_negative_rate(0.09)) == 0.2
    assert _chosen(ThresholdRule.at_most_false_negative_rate(0.0)) == 0.1


def test_at_most_a_false_positive_rate_catches_as_many_as_it_can() -> None:
    assert _chosen(ThresholdRule.at_most_false_positive_rate(0.45)) == 0.2
    assert _chosen(ThresholdRule.at_most_false_positive_rate(0.1)) == 0.4


def test_a_capacity_leaves_room_for_busy_days() -> None:
    assert _chosen(ThresholdRule.at_most_flagged_per_day(181)) == 0.4
    assert _chosen(ThresholdRule.capacity(181)) == 0.5
    assert _chosen(ThresholdRule.capacity(210)) == 0.4
    swinging = DayProfile(Traffic.stated(1000, variation=0.3), Prevalence.stated(0.1))
    assert _chosen(ThresholdRule.capacity(210), swinging) == 0.5
    assert _chosen(ThresholdRule.capacity(300), swinging) == 0.4


def test_a_capacity_looks_at_the_observed_days() -> None:
    rng = np.random.default_rng(4)
    flagged = rng.poisson(100, 20)
    counts = np.zeros((20, 2, 2), dtype=np.int64)
    counts[:, 0] = np.stack([900 - flagged, flagged], axis=1)
    counts[:, 1, 0] = 10
    days = GroupedHistogram(tuple(f"2026-03-{day:02d}" for day in range(1, 21)), np.array([0.5]), counts)
    sweep = Sweep.from_counts([0.5], [0], [int(flagged.sum())], 200, 18_000)
    day = DayProfile(Traffic.observed(daily_totals(days)), Prevalence.as_in_cases(200, 18_000), days)
    assert choose(ThresholdRule.capacity(125), sweep, day).threshold == 0.5
    with pytest.raises(InputError, match="of days"):
        choose(ThresholdRule.capacity(105), sweep, day)


def test_what_cannot_be_had_is_refused_with_the_nearest_that_can() -> None:
    sweep = Sweep.from_counts([0.4, 0.5], [90, 80], [90, 60], 100, 900)
    with pytest.raises(InputError, match=r"miss rate of at most 0\.05.*threshold 0\.4 with 0\.1"):
        choose(ThresholdRule.at_most_false_negative_rate(0.05), sweep, DAY)
    with pytest.raises(InputError, match=r"at most 100.*threshold 0\.5 with 140"):
        choose(ThresholdRule.at_most_flagged_per_day(100), sweep, DAY)


@pytest.mark.parametrize("limit", [-0.1, 1.5, 5.0])
def test_a_rate_limit_outside_zero_to_one_is_refused(limit: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        ThresholdRule.at_most_false_negative_rate(limit)


def test_costs_that_are_all_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        ThresholdRule.lowest_cost(0, 0)


def _normal_scores(rng: np.random.Generator, n_positives: int, n_negatives: int, shift: float) -> Sweep:
    thresholds = np.linspace(-3, 7, 1000)
    positives, negatives = np.sort(rng.normal(shift, 1, n_positives)), np.sort(rng.normal(0, 1, n_negatives))
    return Sweep.from_counts(
        thresholds,
        n_positives - np.searchsorted(positives, thresholds),
        n_negatives - np.searchsorted(negatives, thresholds),
        n_positives,
        n_negatives,
    )


def test_the_same_seed_gives_the_same_correction() -> None:
    sweep = _normal_scores(np.random.default_rng(3), 100, 3000, 3.64)
    rule = ThresholdRule.lowest_cost(20, 1)
    first, second = (choose(rule, sweep, DAY, rng=np.random.default_rng(9)).optimism for _ in range(2))
    assert first == second
    assert first is not None
    assert first.n_resamples == 200


def test_a_thousand_thresholds_are_corrected_in_under_a_third_of_a_second() -> None:
    sweep = _normal_scores(np.random.default_rng(3), 300, 9000, 3.64)
    start = time.process_time()
    choose(ThresholdRule.lowest_cost(20, 1), sweep, DAY, rng=np.random.default_rng(9))
    assert time.process_time() - start < 0.3


@pytest.mark.slow
def test_the_corrected_cost_is_nearer_to_the_true_one_than_the_stated_cost() -> None:
    rng = np.random.default_rng(20)
    shift, day = 3.64, DayProfile(Traffic.stated(1), Prevalence.stated(0.034))
    rule, found = ThresholdRule.lowest_cost(20, 1), []
    for _ in range(200):
        point = choose(rule, _normal_scores(rng, 100, 3000, shift), day, rng=rng)
        assert point.optimism is not None
        assert point.optimism.cost_per_day is not None
        true = 0.034 * 20 * ndtr(point.threshold - shift) + 0.966 * ndtr(-point.threshold)
        found.append((point.optimism.cost_per_day.stated, point.optimism.cost_per_day.corrected, true))
    stated, corrected, true = np.mean(found, axis=0)
    assert stated < 0.90 * true
    assert corrected == pytest.approx(true, rel=0.07)


def test_a_capacity_chosen_without_knowing_how_days_differ_says_so() -> None:
    rule = ThresholdRule.capacity(160)
    swinging = DayProfile(Traffic.stated(1000, variation=0.3), Prevalence.stated(0.1))
    assert choose(rule, SWEEP, DAY).is_by_chance_alone
    assert not choose(rule, SWEEP, swinging).is_by_chance_alone
    assert not choose(ThresholdRule.lowest_cost(20, 1), SWEEP, DAY).is_by_chance_alone


def test_a_capacity_leaves_room_for_the_busy_end_of_a_stated_range() -> None:
    ranged = DayProfile(Traffic.ranged(500, 1500), Prevalence.stated(0.1))
    at_the_end = DayProfile(Traffic.stated(1500), Prevalence.stated(0.1))
    rule = ThresholdRule.capacity(210)
    assert _chosen(rule, ranged) == _chosen(rule, at_the_end) > _chosen(rule)


def test_the_lowest_cost_comes_with_its_cost_a_day_corrected() -> None:
    sweep = _normal_scores(np.random.default_rng(3), 100, 3000, 3.64)
    optimism = choose(ThresholdRule.lowest_cost(20, 1), sweep, DAY, rng=np.random.default_rng(9)).optimism
    assert optimism is not None
    assert optimism.cost_per_day is not None
    assert optimism.cost_per_day.is_flattering
    assert optimism.cost_per_day.stated > 0


def test_a_corrected_number_that_is_not_worse_does_not_flatter() -> None:
    assert not Corrected(0.05, 0.05).is_flattering
    assert not Corrected(0.05, 0.049).is_flattering
