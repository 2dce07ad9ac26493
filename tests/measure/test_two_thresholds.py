from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr

from expectkit.errors import InputError
from expectkit.measure.automation import automate, split_in_half
from expectkit.measure.intervals import clopper_pearson
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.two_thresholds import Lanes, lane_volumes
from expectkit.measure.volumes import daily_volumes

DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
SWEEP = Sweep.from_counts([0.3, 0.49, 0.7], [270, 266, 224], [320, 200, 80], 280, 8000)
LANES = ("cleared", "human", "blocked")


def test_lanes_hold_every_case_of_the_day() -> None:
    found = lane_volumes(SWEEP, DAY, Lanes(0.3, 0.7), simultaneous=False)
    positives = [getattr(found, f"{lane}_positives").estimate for lane in LANES]
    negatives = [getattr(found, f"{lane}_negatives").estimate for lane in LANES]
    assert positives == pytest.approx([10, 46, 224])
    assert negatives == pytest.approx([7680, 240, 80])
    assert [getattr(found, lane).estimate for lane in LANES] == pytest.approx([7690, 286, 304])
    assert found.automated_share_value == pytest.approx(1 - 286 / 8280)
    assert found.automated_share.low < found.automated_share_value < found.automated_share.high


def test_a_fixed_pair_uses_clopper_pearson_on_each_lane() -> None:
    found = lane_volumes(SWEEP, DAY, Lanes(0.3, 0.7), simultaneous=False)
    low, high = clopper_pearson(46, 280, 0.05)
    assert (found.human_positives.low, found.human_positives.high) == pytest.approx((280 * low, 280 * high))
    missed = daily_volumes(SWEEP, DAY, 0.3, simultaneous=False).missed_positives
    assert (found.cleared_positives.low, found.cleared_positives.high) == pytest.approx(
        (missed.mean_low, missed.mean_high) if missed.mean_low is not None else (0, 0)
    )


def test_a_searched_pair_has_wider_lanes_that_agree_with_the_band() -> None:
    fixed = lane_volumes(SWEEP, DAY, Lanes(0.3, 0.7), simultaneous=False)
    searched = lane_volumes(SWEEP, DAY, Lanes(0.3, 0.7), simultaneous=True)
    for name in ("cleared_positives", "human_positives", "human_negatives", "blocked_negatives", "human"):
        assert getattr(searched, name).low < getattr(fixed, name).low
        assert getattr(searched, name).high > getattr(fixed, name).high
    alarms = daily_volumes(SWEEP, DAY, 0.7, simultaneous=True).flagged_negatives
    assert searched.blocked_negatives.high == pytest.approx(alarms.mean_high)


def test_equal_thresholds_send_nobody_to_a_person() -> None:
    found = lane_volumes(SWEEP, DAY, Lanes(0.49, 0.49), simultaneous=False)
    assert found.human.estimate == 0
    assert found.automated_share_value == 1
    with pytest.raises(InputError, match="overlap"):
        Lanes(0.7, 0.3)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_two_halves_add_up_to_the_whole(seed: int) -> None:
    one, other = split_in_half(SWEEP, np.random.default_rng(seed))
    np.testing.assert_array_equal(one.n_true_positives + other.n_true_positives, SWEEP.n_true_positives)
    np.testing.assert_array_equal(one.n_false_positives + other.n_false_positives, SWEEP.n_false_positives)
    assert (one.n_positives, one.n_negatives) == (140, 4000)


def test_the_search_finds_the_pair_that_trying_all_finds() -> None:
    rng = np.random.default_rng(2)
    searched, confirming = split_in_half(_drawn(rng, np.linspace(-1, 4.5, 41), 300, 9000), rng)
    found = automate(searched, confirming, DAY, 0.004)
    assert found is not None
    share, best = 280 / 8280, 0.0
    for low in range(41):
        for high in range(low, 41):
            wrong_1 = share * searched.false_negative_rates[low]
            wrong_0 = (1 - share) * searched.false_positive_rates[high]
            human = share * (1 - searched.false_negative_rates[low]) - share * (
                1 - searched.false_negative_rates[high]
            )
            human += (1 - share) * (searched.false_positive_rates[low] - searched.false_positive_rates[high])
            if wrong_1 + wrong_0 <= 0.004 * (1 - human):
                best = max(best, 1 - human)
    at = lane_volumes(searched, DAY, found.lanes, simultaneous=False)
    assert at.automated_share_value == pytest.approx(best)
    assert found.searched_error_share <= 0.004
    own = lane_volumes(confirming, DAY, found.lanes, simultaneous=False)
    assert found.automated_share == pytest.approx(own.automated_share_value)
    errors = own.cleared_positives.estimate + own.blocked_negatives.estimate
    assert found.error_share == pytest.approx(errors / (8280 * own.automated_share_value))


def test_few_cases_and_grouped_cases_are_not_split() -> None:
    small = Sweep.from_counts([0.5], [20], [20], 40, 400)
    one, other = split_in_half(small, np.random.default_rng(1))
    with pytest.raises(InputError, match="20 cases"):
        automate(one, other, DAY, 0.01)
    grouped = Sweep(
        SWEEP.thresholds.copy(),
        SWEEP.n_true_positives.copy(),
        SWEEP.n_false_positives.copy(),
        280,
        8000,
        np.full(3, 140.0),
        np.full(3, 8000.0),
    )
    with pytest.raises(InputError, match="grouped"):
        split_in_half(grouped, np.random.default_rng(1))


def _drawn(rng: np.random.Generator, grid: np.ndarray, n1: int, n0: int) -> Sweep:
    positives, negatives = np.sort(rng.normal(2.5, 1, n1)), np.sort(rng.normal(0, 1, n0))
    return Sweep.from_counts(
        grid, n1 - np.searchsorted(positives, grid), n0 - np.searchsorted(negatives, grid), n1, n0
    )


@pytest.mark.slow
@pytest.mark.parametrize("source", ["stated", "as in cases"])
def test_the_other_half_is_honest_where_the_searched_half_flatters_itself(source: str) -> None:
    rng = np.random.default_rng(20260311)
    grid, share = np.linspace(-2, 5, 141), 0.1
    held, bounded, flattered = [], [], []
    for _ in range(400):
        n1 = int(rng.binomial(3000, share))
        whole = _drawn(rng, grid, n1, 3000 - n1)
        prevalence = Prevalence.stated(share) if source == "stated" else Prevalence.as_in_cases(n1, 3000 - n1)
        one, other = split_in_half(whole, rng)
        found = automate(one, other, DayProfile(Traffic.stated(1000), prevalence), 0.01)
        assert found is not None
        low, high = found.lanes.clear_below, found.lanes.block_from
        wrong = share * ndtr(low - 2.5) + (1 - share) * (1 - ndtr(high))
        automated = wrong + share * (1 - ndtr(high - 2.5)) + (1 - share) * ndtr(low)
        truth = wrong / automated
        held.append(found.error.low <= truth <= found.error.high)
        bounded.append(truth <= found.error_upper_bound)
        flattered.append(truth > found.searched_error_share)
    assert np.mean(held) >= 0.935
    assert np.mean(bounded) >= 0.935
    assert np.mean(flattered) > 0.6


@pytest.mark.slow
def test_lanes_hold_for_every_pair_at_once() -> None:
    rng = np.random.default_rng(20260312)
    grid, held = np.linspace(-1, 4.5, 12), []
    for _ in range(60):
        sweep, ok = _drawn(rng, grid, 300, 9000), True
        for low in range(0, 12, 2):
            for high in range(low + 1, 12, 2):
                found = lane_volumes(
                    sweep, DAY, Lanes(float(grid[low]), float(grid[high])), simultaneous=True
                )
                human = 280 * (ndtr(grid[high] - 2.5) - ndtr(grid[low] - 2.5)) + 8000 * (
                    ndtr(grid[high]) - ndtr(grid[low])
                )
                missed, blocked = 280 * ndtr(grid[low] - 2.5), 8000 * (1 - ndtr(grid[high]))
                ok &= found.human.low <= human <= found.human.high
                ok &= found.cleared_positives.low <= missed <= found.cleared_positives.high
                ok &= found.blocked_negatives.low <= blocked <= found.blocked_negatives.high
        held.append(ok)
    assert np.mean(held) >= 0.93
