"""Rates by group, counted by hand, and the range of the gap between the groups that were picked."""

from __future__ import annotations

import numpy as np
import pytest

from expectkit.errors import InputError
from expectkit.measure.cluster_design import worth_by_group
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.intervals import clopper_pearson
from expectkit.measure.slices import SliceRates, slice_rates

THRESHOLDS = np.array([0.3, 0.5, 0.7])


def groups(**counts: tuple[list[int], list[int]]) -> GroupedHistogram:
    """For each group the negatives, and the positives, with 0, 1, 2 and 3 thresholds at or below their score."""
    return GroupedHistogram(tuple(counts), THRESHOLDS, np.array([list(pair) for pair in counts.values()]))


HAND = groups(
    DE=([50, 30, 15, 5], [4, 6, 40, 50]),
    FR=([10, 5, 3, 2], [1, 1, 8, 10]),
    MT=([2, 1, 0, 0], [0, 1, 2, 2]),
    PT=([60, 20, 10, 10], [10, 20, 30, 40]),
)


def by_key(rates: SliceRates) -> dict[tuple[str, ...], tuple[float, float]]:
    return {group.keys: (group.rate.numerator, group.rate.denominator) for group in rates.groups}


def test_a_case_is_flagged_when_its_score_is_at_or_above_the_threshold() -> None:
    missed = slice_rates("country", HAND, 0.5, pool_small=False)
    assert by_key(missed) == {("PT",): (30, 100), ("DE",): (10, 100), ("FR",): (2, 20), ("MT",): (1, 5)}
    alarms = slice_rates("country", HAND, 0.5, kind="false_positive_rate", pool_small=False)
    assert by_key(alarms)[("DE",)] == (20, 100)
    flagged = slice_rates("country", HAND, 0.7, kind="selection_rate", pool_small=False)
    assert by_key(flagged)[("DE",)] == (55, 200)


def test_small_groups_are_put_together_or_marked() -> None:
    pooled = slice_rates("country", HAND, 0.5)
    assert pooled.groups[-1].keys == ("FR", "MT")
    assert pooled.groups[-1].is_pooled
    assert pooled.groups[-1].is_small  # 25 cases together are still few
    marked = slice_rates("country", HAND, 0.5, pool_small=False)
    assert [group.is_small for group in marked.groups] == [False, False, True, True]


def test_a_single_small_group_keeps_its_name() -> None:
    rates = slice_rates("country", groups(DE=([9] * 4, [9] * 4), MT=([1] * 4, [1] * 4)), 0.5)
    assert rates.groups[-1].keys == ("MT",)


def test_small_groups_are_neither_worst_nor_best() -> None:
    rates = slice_rates("country", HAND, 0.5, pool_small=False)
    assert rates.gap is not None
    assert (rates.gap.highest, rates.gap.lowest) == ("PT", "DE")
    assert rates.gap.difference == pytest.approx(0.20)
    assert rates.gap.is_shown


def test_with_one_large_group_there_is_no_gap() -> None:
    assert slice_rates("c", groups(DE=([9] * 4, [9] * 4), MT=([1] * 4, [1] * 4)), 0.5).gap is None


def test_groups_without_a_case_of_the_class_are_left_out_and_the_overall_rate_counts_the_rest() -> None:
    rates = slice_rates("c", groups(DE=([9] * 4, [9] * 4), XX=([9] * 4, [0] * 4)), 0.5)
    assert by_key(rates) == {("DE",): (18, 36)}
    assert (rates.overall.numerator, rates.overall.denominator) == (18, 36)


def test_the_gap_of_two_groups_agrees_with_the_published_unpaired_range() -> None:
    """15 of 300 against 30 of 300: (-.09524, -.00571) for the difference the other way round."""
    rates = slice_rates(
        "c", groups(a=([1, 0, 0, 0], [15, 0, 285, 0]), b=([1, 0, 0, 0], [30, 0, 270, 0])), 0.5
    )
    assert rates.gap is not None
    assert (rates.gap.interval.low, rates.gap.interval.high) == pytest.approx((0.00571, 0.09524), abs=5e-6)


def test_a_threshold_that_was_not_tallied_is_refused() -> None:
    for threshold in (0.4, 0.9):
        with pytest.raises(InputError, match="not tallied"):
            slice_rates("country", HAND, threshold)


@pytest.mark.slow
def test_among_equal_groups_a_gap_is_shown_in_at_most_5_percent_of_1000_files() -> None:
    rng = np.random.default_rng(0)
    shown = 0
    for _ in range(1_000):
        missed = rng.binomial(200, 0.1, 6)
        counts = np.zeros((6, 2, 4), dtype=np.int64)
        counts[:, 1, 0], counts[:, 1, 3] = missed, 200 - missed
        gap = slice_rates("c", GroupedHistogram(tuple("abcdef"), THRESHOLDS, counts), 0.5).gap
        shown += gap is not None and gap.is_shown
    assert shown <= 50


# ---------------------------------------------------------------------- related cases


def test_related_cases_widen_ranges_and_leave_rates_as_they_are() -> None:
    plain = slice_rates("country", HAND, 0.5)
    third = slice_rates("country", HAND, 0.5, worth={"PT": 1 / 3, "DE": 1 / 3})
    assert by_key(third) == by_key(plain)
    portugal = third.groups[0]
    low, high = clopper_pearson(10, 100 / 3, 0.05)
    assert (portugal.interval.low, portugal.interval.high) == pytest.approx((float(low), float(high)))
    assert plain.gap is not None
    assert third.gap is not None
    assert third.gap.difference == plain.gap.difference
    assert plain.gap.is_shown
    assert not third.gap.is_shown


def test_what_a_case_is_worth_by_hand() -> None:
    """Two clusters of three, all wrong and none wrong: 2 p (1 - p) / (1/2 per cluster) leaves less than 2 cases."""
    wrong = np.array([True] * 3 + [False] * 3 + [True, False] * 50)
    clusters = np.array([0] * 3 + [1] * 3 + list(range(2, 102)))
    worth = worth_by_group(np.array([0] * 6 + [1] * 100), 3, wrong, clusters)
    assert worth[0] < 1 / 3
    assert worth[1] == pytest.approx(1.0, abs=0.02)
    assert worth[2] == 1.0
    sampled = worth_by_group(np.array([0] * 6 + [1] * 100), 3, wrong, clusters, 0.5)
    assert 1 / sampled[0] - 1 == pytest.approx(2 * (1 / worth[0] - 1))


@pytest.mark.slow
@pytest.mark.parametrize("drawn", [1.0, 0.3])
def test_ranges_of_groups_hold_the_rate_when_cases_are_related(drawn: float) -> None:
    """300 accounts of 1 to 20 cases in a group, correlation .2; 400 worlds, so .95 has a standard error of .011."""
    held, blind, rate = 0, 0, 0.1
    for seed in range(400):
        rng = np.random.default_rng(seed)
        account = np.repeat(np.arange(300), np.minimum(1 + rng.geometric(0.2, 300), 20))
        wrong = rng.random(account.size) < rng.beta(rate * 4, (1 - rate) * 4, 300)[account]
        kept = rng.random(account.size) < drawn
        worth = worth_by_group(np.zeros(kept.sum(), np.int64), 1, wrong[kept], account[kept], drawn)[0]
        n, x = account.size, int(wrong.sum())
        low, high = clopper_pearson(x * worth, n * worth, 0.05)
        held += low <= rate <= high
        low, high = clopper_pearson(x, n, 0.05)
        blind += low <= rate <= high
    assert held >= 0.91 * 400  # .93 when this was written
    assert blind < 0.8 * 400  # .76
