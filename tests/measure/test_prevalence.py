from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from expectkit.errors import InputError
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.intervals import clopper_pearson
from expectkit.measure.prevalence import (
    DayProfile,
    Prevalence,
    Traffic,
    check_prevalence_is_known,
    daily_totals,
)


def _days(keys: tuple[str, ...]) -> GroupedHistogram:
    counts = np.arange(1, len(keys) * 4 + 1).reshape(len(keys), 2, 2)
    return GroupedHistogram(keys, np.array([0.5]), counts)


def test_a_share_meant_as_per_cent_is_refused_with_the_fraction() -> None:
    with pytest.raises(InputError, match=r"3\.4 per cent is meant, write 0\.034"):
        Prevalence.stated(3.4)


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1, math.nan])
def test_a_share_outside_zero_to_one_is_refused(value: float) -> None:
    with pytest.raises(InputError, match="between 0 and 1"):
        Prevalence.stated(value)


def test_a_stated_range_is_the_same_at_every_alpha_and_centred_on_its_middle() -> None:
    share = Prevalence.ranged(0.02, 0.04)
    assert share.value == pytest.approx(0.03)
    low, high = share.limits(np.array([0.05, 0.001]))
    assert low.tolist() == [0.02, 0.02]
    assert high.tolist() == [0.04, 0.04]


def test_a_sample_widens_as_alpha_shrinks() -> None:
    share = Prevalence.sampled(338, 10_000)
    assert np.array(share.limits(0.05)) == pytest.approx(np.array(clopper_pearson(338, 10_000, 0.05)))
    low, high = share.limits(np.array([0.05, 0.001]))
    assert low[1] < low[0] < share.value < high[0] < high[1]


def test_keeping_every_tenth_negative_divides_the_odds_by_ten() -> None:
    share = Prevalence.kept_negatives(300, 900, 0.1)
    assert share.value == pytest.approx(300 / (300 + 9000))
    low, high = share.limits(0.05)
    assert low < share.value < high
    inside = clopper_pearson(300, 1200, 0.05)[1]
    assert high / (1 - high) == pytest.approx(0.1 * inside / (1 - inside))


def test_keeping_all_negatives_is_as_in_cases() -> None:
    kept, plain = Prevalence.kept_negatives(300, 9000, 1.0), Prevalence.as_in_cases(300, 9000)
    assert kept.value == plain.value
    assert kept.limits(0.05) == plain.limits(0.05)


def test_quantiles_of_a_sample_surround_its_share() -> None:
    values = Prevalence.sampled(30, 1000).quantiles(np.array([0.025, 0.5, 0.975]))
    assert values[0] < 0.03 < values[2]
    assert values[1] == pytest.approx(0.03, rel=0.02)


def test_observed_traffic_has_t_limits_on_the_log_scale() -> None:
    days = [8000, 8600, 7900, 8800]
    low, high = Traffic.observed(days).limits(0.05)
    mean, deviation = np.mean(days), np.std(days, ddof=1)
    reach = t.ppf(0.975, 3) * deviation / (mean * 2)
    assert high == pytest.approx(mean * math.exp(reach))
    assert low == pytest.approx(mean * math.exp(-reach))


def test_one_observed_day_is_refused() -> None:
    with pytest.raises(InputError, match="1 complete day of cases"):
        Traffic.observed([8280])


@pytest.mark.parametrize("mean", [0.0, -5.0, math.inf, math.nan])
def test_traffic_that_is_no_positive_number_is_refused(mean: float) -> None:
    with pytest.raises(InputError, match="cases a day"):
        Traffic.stated(mean)


def test_a_backward_range_of_traffic_is_refused() -> None:
    with pytest.raises(InputError, match="backwards"):
        Traffic.ranged(9000, 8000)


def test_variation_given_in_per_cent_is_refused() -> None:
    with pytest.raises(InputError, match=r"0\.2 means"):
        Traffic.stated(8280, 20)


def test_totals_follow_the_dates_and_leave_undated_cases_out() -> None:
    assert daily_totals(_days(("", "2026-03-02", "2026-03-01"))) == (42, 26)


def test_whole_days_need_observed_traffic_the_mix_of_the_cases_and_a_day_for_each() -> None:
    observed, mix = Traffic.observed([10, 26]), Prevalence.as_in_cases(3, 33)
    days = _days(("2026-03-01", "2026-03-02"))
    assert DayProfile(observed, mix, days).holds_whole_days
    assert not DayProfile(Traffic.stated(18), mix, days).holds_whole_days
    assert not DayProfile(observed, Prevalence.stated(0.1), days).holds_whole_days
    assert not DayProfile(observed, mix, _days(("", "2026-03-01", "2026-03-02"))).holds_whole_days
    assert not DayProfile(observed, mix).holds_whole_days


def test_a_rebalanced_file_without_a_stated_mix_is_refused() -> None:
    with pytest.raises(InputError, match="looks rebalanced"):
        check_prevalence_is_known(500, 500, None)


def test_a_stated_mix_or_a_natural_file_is_accepted() -> None:
    check_prevalence_is_known(500, 500, Prevalence.stated(0.03))
    check_prevalence_is_known(300, 9000, None)


def test_a_day_of_which_one_in_twenty_negatives_was_kept_brought_twenty_times_as_many() -> None:
    counts = np.array([[[380, 20], [5, 15]], [[300, 0], [0, 10]]])
    grouped = GroupedHistogram(("2026-03-02", "2026-03-03"), np.array([0.5]), counts)
    assert daily_totals(grouped, kept_share=0.05) == (8020, 6010)
    assert daily_totals(grouped) == (420, 310)


def test_rows_left_out_are_traffic_of_their_day_in_the_mix_of_the_others() -> None:
    counts = np.array([[[380, 20], [5, 15]], [[300, 0], [0, 10]]])
    grouped = GroupedHistogram(("2026-03-02", "2026-03-03"), np.array([0.5]), counts)
    rows = {"2026-03-02": 840, "2026-03-03": 310, "2026-03-04": 730}
    assert daily_totals(grouped, rows_by_day=rows) == (840, 310, 730)
    first, second, third = daily_totals(grouped, kept_share=0.05, rows_by_day=rows)
    assert (first, second) == (16_040, 6010)
    assert third == 14_030  # no scored case that day: the mix of all days


def test_days_of_which_rows_were_left_out_are_not_whole() -> None:
    days = GroupedHistogram(("2026-03-02", "2026-03-03"), np.array([0.5]), np.full((2, 2, 2), 10))
    traffic, mix = Traffic.observed([80, 80]), Prevalence.as_in_cases(40, 40)
    assert DayProfile(traffic, mix, days).holds_whole_days
    assert not DayProfile(traffic, mix, days, n_left_out=80).holds_whole_days


def test_clustered_cases_say_less_about_the_mix() -> None:
    plain, clustered = (
        Prevalence.as_in_cases(400, 7600),
        Prevalence.as_in_cases(400, 7600, effective_cases=800),
    )
    assert clustered.value == plain.value
    assert clustered.limits(0.05)[0] == pytest.approx(Prevalence.sampled(40, 800).limits(0.05)[0])
    assert np.ptp(clustered.quantiles(np.array([0.1, 0.9]))) > 2 * np.ptp(
        plain.quantiles(np.array([0.1, 0.9]))
    )
