from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, nbinom, poisson

from expectkit.errors import InputError
from expectkit.measure.intervals import garwood
from expectkit.measure.prevalence import Traffic
from expectkit.measure.typical_day import (
    Spread,
    beta_spread,
    collapsed,
    day_mean,
    grid_levels,
    range_by_chance,
    range_of_day,
    rate_by_days,
    share_of_days_up_to,
    traffic_spread,
    typical_day,
    typical_weekday,
)


def test_days_that_differ_less_than_chance_have_garwoods_limits() -> None:
    series = np.array([10, 11, 9, 10, 10, 10])
    assert np.array(day_mean(series)) == pytest.approx(np.array(garwood(60, 0.05)) / 6)


def test_days_that_differ_widen_the_range_of_their_mean() -> None:
    low, high = day_mean(np.array([2, 30, 5, 41, 8, 20, 3]))
    calm_low, calm_high = day_mean(np.full(7, 109 / 7))
    assert high - low > 2 * (calm_high - calm_low)


def test_thresholds_are_looked_at_side_by_side() -> None:
    series = np.array([[5, 50], [9, 62], [7, 41]])
    low, high = day_mean(series, np.array([0.05, 0.001]))
    assert (low[1], high[1]) == pytest.approx(tuple(map(float, day_mean(series[:, 1], 0.001))))
    assert typical_day(series, 0.8)[1][0] == typical_day(series[:, 0], 0.8)[1]


def test_days_without_any_case_still_allow_one() -> None:
    low, high = typical_day(np.zeros(14, dtype=int), 0.95)
    assert low == 0
    assert high >= 1


def test_one_day_shows_no_typical_day() -> None:
    with pytest.raises(InputError, match="2 complete days"):
        typical_day(np.array([12]), 0.8)


def test_each_weekday_has_its_own_range() -> None:
    weekdays = np.tile(np.arange(7), 4)
    series = np.where(weekdays == 6, 20, 200) + np.tile([0, 3], 14)
    sunday = typical_weekday(series, weekdays, 6, 0.8)
    monday = typical_weekday(series, weekdays, 0, 0.8)
    assert sunday[1] < 60 < 150 < monday[0]


def test_a_rate_that_jumps_between_days_is_noticed_and_counts_for_fewer_cases() -> None:
    cases = np.full(14, 100)
    steady, bursty = np.full(14, 5), np.array([0, 0, 22, 1, 0, 18, 0, 2, 0, 25, 0, 1, 1, 0])
    found = rate_by_days(np.stack([steady, bursty], axis=1), cases[:, None])
    assert found.differs.tolist() == [False, True]
    assert found.effective[0] == 1400
    assert found.effective[1] < 200


def test_fewer_than_seven_days_are_not_tested() -> None:
    found = rate_by_days(np.array([0, 30, 0, 30, 0, 30]), np.full(6, 100))
    assert found.p_value == 1.0


def test_the_grid_integrates_a_smooth_function_of_the_level() -> None:
    below, weights = grid_levels(160)
    assert weights.sum() == pytest.approx(1)
    assert (weights * below**3).sum() == pytest.approx(0.25, abs=1e-4)


def test_collapsing_keeps_the_mean_and_the_tails() -> None:
    rng = np.random.default_rng(2)
    values = rng.gamma(4.0, size=20_000)
    small = collapsed(values, np.full(20_000, 1 / 20_000))
    assert small.values.size <= 64
    assert (small.values * small.weights).sum() == pytest.approx(values.mean())
    below = np.cumsum(small.weights) - small.weights / 2
    assert np.interp([0.025, 0.975], below, small.values) == pytest.approx(
        np.quantile(values, [0.025, 0.975]), rel=0.02
    )


def test_known_traffic_and_rate_give_binomial_quantiles() -> None:
    low, high = range_of_day(Spread.known(8280.0), Spread.known(0.025), 0.8)
    law = binom(8280, 0.025)
    assert law.cdf(low - 1) <= 0.1 < law.cdf(low)
    assert law.cdf(high - 1) < 0.9 <= law.cdf(high)
    assert share_of_days_up_to(high, Spread.known(8280.0), Spread.known(0.025)) == pytest.approx(
        law.cdf(high)
    )


def test_stated_variation_gives_the_gamma_mixed_count() -> None:
    traffic = traffic_spread(Traffic.stated(8280, 0.2), 8280)
    assert traffic is not None
    low, high = range_of_day(traffic, Spread.known(0.01), 0.95)
    law = nbinom(25, 25 / (25 + 82.8))  # Poisson mixed over a gamma with cv 0.2; 1 per cent of the cases
    assert (low, high) == pytest.approx((law.ppf(0.025), law.ppf(0.975)), abs=1)


def test_an_uncertain_rate_widens_the_range_of_a_new_day() -> None:
    traffic = Spread.known(8280.0)
    known = range_of_day(traffic, Spread.known(0.05), 0.95)
    unknown = range_of_day(traffic, beta_spread(5, 100), 0.95)
    assert unknown[0] < known[0]
    assert known[1] < unknown[1]


def test_all_cases_have_the_range_of_the_traffic_itself() -> None:
    days = [8100, 7900, 9000, 6500, 8300, 8800, 7000]
    traffic = traffic_spread(Traffic.observed(days), 0.0)
    assert traffic is not None
    assert range_of_day(traffic, Spread.known(1.0), 0.8) == pytest.approx(
        tuple(map(float, typical_day(np.array(days), 0.8))), abs=2
    )


def test_nothing_is_known_about_days_when_only_a_mean_is_stated() -> None:
    assert traffic_spread(Traffic.stated(8280), 8280) is None


@pytest.mark.parametrize("mean", [0.0, 0.3, 14.0, 200.0, 8000.0])
def test_the_range_by_chance_holds_the_middle_of_the_poisson_law(mean: float) -> None:
    low, high = range_by_chance(mean, 0.95)
    assert poisson.cdf(low - 1, mean) <= 0.025
    assert poisson.sf(high, mean) <= 0.025 + 1e-12
    assert poisson.cdf(high, mean) - poisson.cdf(low - 1, mean) >= 0.95
