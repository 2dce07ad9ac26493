from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from expectkit.errors import InputError
from expectkit.measure.amounts import Amount
from expectkit.measure.break_even import break_even, reviewer_hours, step_down
from expectkit.measure.cost_components import AmountHistogram, cost_components
from expectkit.measure.costs import UnitCosts, cost_curve, daily_cost, lowest_cost
from expectkit.measure.histogram import GroupedHistogram, tally_arrays
from expectkit.measure.operating_point import ThresholdRule, choose, expected_cost
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import volume_curves

DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
README = Sweep.from_counts([0.3, 0.49, 0.7], [270, 266, 257], [320, 200, 80], 280, 8000)


@st.composite
def sweeps(draw: st.DrawFn) -> Sweep:
    """Counts at 2 to 12 thresholds, flagging everything at the lowest."""
    n1, n0 = draw(st.integers(1, 60)), draw(st.integers(1, 400))
    size = draw(st.integers(1, 11))
    caught = sorted(draw(st.lists(st.integers(0, n1), min_size=size, max_size=size)), reverse=True)
    alarms = sorted(draw(st.lists(st.integers(0, n0), min_size=size, max_size=size)), reverse=True)
    return Sweep.from_counts(np.arange(size + 1) / 20, [n1, *caught], [n0, *alarms], n1, n0)


COSTS = st.builds(
    UnitCosts,
    st.floats(0.01, 1000, allow_subnormal=False),
    st.floats(0.01, 1000, allow_subnormal=False),
    st.sampled_from([0.0, 3.0, 250.0]),
)


def test_fourteen_missed_at_120_and_200_flagged_at_4_cost_2480_a_day() -> None:
    curve = cost_curve(cost_components(README, DAY, simultaneous=False), UnitCosts(120, 4))
    assert curve.mean == pytest.approx([10 * 120 + 320 * 4, 14 * 120 + 200 * 4, 23 * 120 + 80 * 4])


def test_the_parts_are_the_volume_curves_to_the_digit() -> None:
    components, curves = cost_components(README, DAY, simultaneous=True), volume_curves(README, DAY)
    for name in ("missed_positives", "flagged_negatives", "caught_positives"):
        for end in ("low", "high"):
            np.testing.assert_array_equal(
                getattr(components.of(name), end), getattr(getattr(curves, name), end)
            )


def test_a_cost_range_is_narrower_than_the_two_ranges_added_end_to_end() -> None:
    components = cost_components(README, DAY, simultaneous=False)
    curve = cost_curve(components, UnitCosts(120, 4))
    added = 120 * components.missed_positives.high + 4 * components.flagged_negatives.high
    assert (curve.high < added).all()
    assert (curve.low > 120 * components.missed_positives.low + 4 * components.flagged_negatives.low).all()


def test_uncertain_traffic_moves_both_mistakes_together_and_widens_the_cost() -> None:
    costs = UnitCosts(12, 4)
    days = [7000, 9800, 6100, 9000, 8700, 10200, 7160]
    swinging = DayProfile(Traffic.observed(days), Prevalence.stated(280 / 8280))
    components = cost_components(README, swinging, simultaneous=False)
    curve = cost_curve(components, costs)
    apart = np.hypot(
        12 * (components.missed_positives.high - components.missed_positives.estimate),
        4 * (components.flagged_negatives.high - components.flagged_negatives.estimate),
    )
    assert (curve.high - curve.mean > apart).all()
    assert (
        cost_components(README, DAY, simultaneous=False).correlations["missed_positives", "flagged_negatives"]
        == 0
    ).all()


@given(sweeps(), COSTS)
def test_the_lowest_cost_is_the_one_found_by_trying_every_threshold(sweep: Sweep, costs: UnitCosts) -> None:
    components = cost_components(sweep, DAY, simultaneous=True)
    found = lowest_cost(sweep, components, costs)
    tried = []
    for threshold in sweep.thresholds:
        counts = sweep.counts_at(threshold)
        missed = 280 * counts.n_false_negatives / counts.n_positives
        flagged = 8000 * counts.n_false_positives / counts.n_negatives
        tried.append(
            costs.missed_positive * missed
            + costs.flagged_negative * flagged
            - costs.caught_positive * (280 - missed)
        )
    assert found.cost_per_day == pytest.approx(min(tried), abs=1e-6)
    equal = [t for t, cost in zip(sweep.thresholds, tried, strict=True) if cost <= min(tried) + 1e-9]
    assert found.threshold == pytest.approx(max(equal))
    assert found.flat_low <= found.threshold <= found.flat_high


@given(sweeps(), COSTS)
def test_the_rule_and_the_curve_choose_the_same_threshold(sweep: Sweep, costs: UnitCosts) -> None:
    rule = ThresholdRule.lowest_cost(costs.of_a_miss, costs.flagged_negative)
    found = lowest_cost(sweep, cost_components(sweep, DAY, simultaneous=True), costs)
    chosen = choose(rule, sweep, DAY).threshold
    both = [sweep.counts_at(t) for t in (found.threshold, chosen)]
    costly = [
        float(
            expected_cost(
                np.array(c.n_false_negatives / c.n_positives),
                np.array(c.n_false_positives / c.n_negatives),
                DAY,
                costs.of_a_miss,
                costs.flagged_negative,
            )
        )
        for c in both
    ]
    assert costly[0] == pytest.approx(costly[1], rel=1e-9)


def test_the_flat_region_ends_where_a_neighbour_costs_over_a_tenth_more() -> None:
    sweep = Sweep.from_counts(
        [0.1, 0.2, 0.3, 0.4, 0.5], [280, 270, 266, 262, 240], [900, 212, 200, 190, 100], 280, 8000
    )
    # misses at 10 each, alarms at 1 each: 900, 312, 340, 370, 500
    found = lowest_cost(sweep, cost_components(sweep, DAY, simultaneous=True), UnitCosts(10, 1))
    assert (found.threshold, found.flat_low, found.flat_high) == (0.2, 0.2, 0.3)
    assert found.flags == "some"


def test_a_model_that_only_costs_is_told_apart() -> None:
    sweep = Sweep.from_counts([0.1, 0.5, 0.9], [280, 140, 0], [8000, 4000, 0], 280, 8000)
    components = cost_components(sweep, DAY, simultaneous=True)
    assert lowest_cost(sweep, components, UnitCosts(1, 5)).flags == "nothing"
    assert lowest_cost(sweep, components, UnitCosts(5000, 1)).flags == "everything"


def test_few_errors_leave_a_bound_of_the_cost_and_no_number() -> None:
    sweep = Sweep.from_counts([0.5], [299], [225], 300, 9000)
    wide = cost_components(sweep, DAY, simultaneous=False)
    one_sided = cost_components(sweep, DAY, simultaneous=False, confidence_level=0.90)
    cost = daily_cost(sweep, wide, one_sided, UnitCosts(120, 4), 0.5)
    assert cost.total.level == "bound only"
    assert cost.of_flagged.level == "number and range"
    assert cost.total.estimate < cost.total.upper_bound < cost.total.high
    unpunished = daily_cost(sweep, wide, one_sided, UnitCosts(0, 4), 0.5)
    assert unpunished.total.level == "number and range"


def test_amounts_of_single_cases_add_up_to_the_money_missed() -> None:
    truth, score, amount = [1, 1, 1, 1, 0, 0], [0.9, 0.2, 0.8, 0.1, 0.7, 0.3], [10, 40, 30, 20, 7, 9]
    histogram = tally_arrays(truth, score, [0.5], sample_weight=amount)
    plain = Sweep.from_counts([0.5], [2], [1], 4, 2)
    given_amounts = AmountHistogram.from_histogram(histogram)
    components = cost_components(
        plain, DAY, simultaneous=False, missed_amounts=given_amounts, flagged_amounts=given_amounts
    )
    # 280 positives a day, of which in the test 40 + 20 of 4 cases' money is missed; 8,000 negatives, 7 of 2 flagged
    assert components.missed_positives.estimate == pytest.approx([280 * 60 / 4])
    assert components.flagged_negatives.estimate == pytest.approx([8000 * 7 / 2])
    assert components.missed_positives.is_money
    total = cost_curve(components, UnitCosts(1, 1)).mean
    assert total == pytest.approx([280 * 15 + 8000 * 3.5])


def test_equal_amounts_cost_what_the_same_fixed_cost_does_with_a_wider_range() -> None:
    rng = np.random.default_rng(4)
    truth = np.arange(4000) < 300
    score = rng.normal(size=4000) + 2.5 * truth
    thresholds = [0.5, 1.0, 1.5]
    sweep_counts = tally_arrays(truth, score, thresholds)
    caught, alarms = (np.cumsum(cells[::-1])[::-1][1:] for cells in sweep_counts.counts[::-1])
    sweep = Sweep.from_counts(thresholds, caught, alarms, 300, 3700)
    amounts = AmountHistogram.from_histogram(
        tally_arrays(truth, score, thresholds, sample_weight=np.full(4000, 120.0))
    )
    by_case = cost_components(sweep, DAY, simultaneous=False, missed_amounts=amounts).missed_positives
    fixed = cost_components(sweep, DAY, simultaneous=False).missed_positives
    np.testing.assert_allclose(by_case.estimate, 120 * fixed.estimate)
    widening = by_case.high / (120 * fixed.high)
    assert (by_case.low <= 120 * fixed.low * (1 + 1e-9)).all()
    assert (widening >= 1 - 1e-9).all()
    assert (np.diff(widening) < 0).all()  # the more cases are missed, the less
    assert widening[-1] < 1.02


def test_amounts_merge_by_adding() -> None:
    one = AmountHistogram(
        np.array([0.5]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 4.0], [9.0, 16.0]])
    )
    assert (one + one).sums.tolist() == [[2.0, 4.0], [6.0, 8.0]]
    other = AmountHistogram(np.array([0.6]), one.sums, one.squared_sums)
    with pytest.raises(InputError, match="different thresholds"):
        _ = one + other
    with pytest.raises(InputError, match="below 0"):
        AmountHistogram(np.array([0.5]), -one.sums, one.squared_sums)


def test_whole_days_give_the_cost_its_own_swing() -> None:
    rng = np.random.default_rng(8)
    positives, negatives = rng.poisson(280, 14), rng.poisson(8000, 14)
    caught, alarms = rng.binomial(positives, 0.95), rng.binomial(negatives, 0.025)
    counts = np.stack(
        [np.stack([negatives - alarms, alarms], axis=1), np.stack([positives - caught, caught], axis=1)],
        axis=1,
    )
    keys = tuple(f"2026-03-{day + 1:02d}" for day in range(14))
    by_day = GroupedHistogram(keys, np.array([0.5]), counts)
    sweep = Sweep.from_counts([0.5], [caught.sum()], [alarms.sum()], positives.sum(), negatives.sum())
    day = DayProfile(
        Traffic.observed(positives + negatives),
        Prevalence.as_in_cases(positives.sum(), negatives.sum()),
        by_day,
    )
    components = cost_components(sweep, day, simultaneous=False)
    curve = cost_curve(components, UnitCosts(120, 4))
    daily = 120 * (positives - caught) + 4 * alarms
    assert curve.mean[0] == pytest.approx(daily.mean())
    expected = np.corrcoef(positives - caught, alarms)[0, 1]
    assert components.correlations["missed_positives", "flagged_negatives"][0] == pytest.approx(expected)


def test_a_setting_is_worth_it_from_the_cost_at_which_it_equals_flagging_nothing() -> None:
    worth = break_even(README, DAY, 0.49, UnitCosts(120, 4), simultaneous=False)
    assert worth.missed_positive == pytest.approx(200 * 4 / 266)
    assert worth.low < worth.missed_positive < worth.high
    curve = cost_curve(cost_components(README, DAY, simultaneous=False), UnitCosts(worth.missed_positive, 4))
    assert curve.mean[1] == pytest.approx(280 * worth.missed_positive)


@given(st.floats(0.5, 50))
def test_two_settings_cost_the_same_at_their_break_even(alarm_cost: float) -> None:
    worth = break_even(README, DAY, 0.3, UnitCosts(1, alarm_cost), against=0.7, simultaneous=True)
    assert worth.missed_positive is not None
    costs = UnitCosts(worth.missed_positive, alarm_cost)
    mean = cost_curve(cost_components(README, DAY, simultaneous=True), costs).mean
    assert mean[0] == pytest.approx(mean[2])


def test_nine_fewer_missed_for_120_more_alarms_is_fourteen_reviews_for_each_extra_catch() -> None:
    step = step_down(README, DAY, 0.7, 0.49, simultaneous=False)
    assert (step.fewer_missed, step.more_flagged_negatives, step.more_flagged) == pytest.approx((9, 120, 129))
    assert step.reviews_per_catch == pytest.approx(129 / 9)
    assert step.low < 129 / 9 < step.high
    assert step.low > 1


def test_a_step_that_catches_nothing_more_has_no_price() -> None:
    sweep = Sweep.from_counts([0.2, 0.4], [9, 9], [40, 20], 10, 100)
    assert step_down(sweep, DAY, 0.4, 0.2, simultaneous=False).reviews_per_catch is None
    assert (
        break_even(sweep, DAY, 0.2, UnitCosts(1, 1), against=0.4, simultaneous=False).missed_positive is None
    )
    with pytest.raises(InputError, match="not above"):
        step_down(sweep, DAY, 0.2, 0.4, simultaneous=False)


def test_hours_are_flagged_times_minutes_over_sixty() -> None:
    hours = reviewer_hours(Amount(466, 436, 498, 440, 492, "number and range"), 6)
    assert (hours.estimate, hours.low, hours.high) == pytest.approx((46.6, 43.6, 49.8))


def test_costs_below_zero_or_all_zero_are_refused() -> None:
    with pytest.raises(InputError, match="missed_positive is -1"):
        UnitCosts(-1, 4)
    with pytest.raises(InputError, match="all unit costs are 0"):
        UnitCosts(0, 0)


# --- coverage ---------------------------------------------------------------------------------------------------


def _runs(caught: np.ndarray, alarms: np.ndarray, n1: int, n0: int) -> Sweep:
    """Put independent simulated test sets side by side, one for each place."""
    ones = np.ones(caught.size)
    return Sweep(np.arange(caught.size) * 1.0, caught, alarms, n1, n0, ones * n1, ones * n0)


@pytest.mark.slow
@pytest.mark.parametrize(("n1", "n0"), [(60, 1800), (100, 3000), (300, 9000), (1000, 30000)])
def test_cost_ranges_hold_the_true_cost_in_95_of_100_test_sets(n1: int, n0: int) -> None:
    rng = np.random.default_rng(20260301)
    sweep = _runs(rng.binomial(n1, 0.95, 4000), rng.binomial(n0, 0.025, 4000), n1, n0)
    components = cost_components(sweep, DAY, simultaneous=False)
    for costs in (UnitCosts(120, 4), UnitCosts(20, 4, 30)):
        curve = cost_curve(components, costs)
        truth = costs.missed_positive * 14 + costs.flagged_negative * 200 - costs.caught_positive * 266
        assert 0.945 <= np.mean((curve.low <= truth) & (truth <= curve.high)) <= 0.995


@pytest.mark.slow
def test_cost_ranges_hold_with_uncertain_traffic_and_mix() -> None:
    rng = np.random.default_rng(20260302)
    share, held = 280 / 8280, []
    for _ in range(1000):
        daily = rng.poisson(rng.gamma(4, 2070, 7))
        day = DayProfile(Traffic.observed(daily), Prevalence.sampled(rng.binomial(1000, share), 1000))
        sweep = _runs(rng.binomial(300, 0.95, 1), rng.binomial(9000, 0.025, 1), 300, 9000)
        curve = cost_curve(cost_components(sweep, day, simultaneous=False), UnitCosts(12, 4))
        held.append(curve.low[0] <= 14 * 12 + 200 * 4 <= curve.high[0])
    assert 0.935 <= np.mean(held) <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("n1", [100, 300])
def test_the_whole_cost_curve_holds_when_any_threshold_may_be_chosen(n1: int) -> None:
    rng = np.random.default_rng(20260303)
    grid = np.linspace(-1, 4.5, 221)
    truth = 280 * 120 * ndtr(grid - 2.5) + 8000 * 4 * (1 - ndtr(grid))
    held, at_optimum, n0 = [], [], 30 * n1
    for _ in range(400):
        positives, negatives = np.sort(rng.normal(2.5, 1, n1)), np.sort(rng.normal(0, 1, n0))
        flagged = n1 - np.searchsorted(positives, grid), n0 - np.searchsorted(negatives, grid)
        sweep = Sweep.from_counts(grid, *flagged, n1, n0)
        components = cost_components(sweep, DAY, simultaneous=True)
        curve = cost_curve(components, UnitCosts(120, 4))
        inside = (curve.low <= truth) & (truth <= curve.high)
        held.append(inside.all())
        at_optimum.append(inside[sweep.index_of(lowest_cost(sweep, components, UnitCosts(120, 4)).threshold)])
    assert np.mean(held) >= 0.93
    assert np.mean(at_optimum) >= 0.98


@pytest.mark.slow
@pytest.mark.parametrize(("spread", "n1"), [(0.55, 100), (0.55, 300), (1.2, 100), (1.2, 300), (1.2, 1000)])
@pytest.mark.parametrize("grows", [False, True])
def test_ranges_of_money_hold_with_skewed_amounts(spread: float, n1: int, grows: bool) -> None:
    rng = np.random.default_rng(20260304)

    def miss_probability(z: np.ndarray) -> np.ndarray:
        return np.clip(0.05 * np.exp(0.8 * z - 0.32), 0, 1) if grows else np.full(z.shape, 0.05)

    z = rng.normal(size=2_000_000)
    truth = 280 * float(np.mean(50 * np.exp(spread * z) * miss_probability(z)))
    held = []
    for _ in range(800):
        z = rng.normal(size=n1)
        amount, missed = 50 * np.exp(spread * z), rng.random(n1) < miss_probability(z)
        sides = [amount[missed], amount[~missed]]
        amounts = AmountHistogram(
            np.array([0.5]),
            np.array([[1.0, 1.0], [side.sum() for side in sides]]),
            np.array([[1.0, 1.0], [(side**2).sum() for side in sides]]),
        )
        sweep = Sweep.from_counts([0.5], [n1 - int(missed.sum())], [225], n1, 9000)
        seen = cost_components(sweep, DAY, simultaneous=False, missed_amounts=amounts).missed_positives
        held.append(seen.low[0] <= truth <= seen.high[0])
    # hardest where large amounts are missed more often: 1 % of the cases then hold 37 % of the money missed
    assert np.mean(held) >= (0.90 if grows and spread > 1 else 0.945)
