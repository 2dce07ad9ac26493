from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from expectkit.errors import InputError
from expectkit.measure.comparison import (
    PairedErrors,
    compare_assumed,
    compare_paired,
    compare_unpaired,
    difference_per_day,
    mid_p_mcnemar,
    paired_from_arrays,
    paired_from_histogram,
)
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.people import each_against_the_others, rate_people
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.rates import Rate

DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))


def test_the_paired_golden_value_of_the_statistics_page() -> None:
    seen = compare_paired(PairedErrors(8, 20, 5, 300))
    assert (seen.low, seen.high) == pytest.approx((-0.07758, -0.00417), abs=5e-6)
    assert seen.value == pytest.approx(-12 / 300)
    assert seen.p_value == pytest.approx(0.02412, abs=5e-6)
    assert (seen.verdict, seen.model.numerator, seen.today.numerator) == ("fewer", 13, 25)


def test_the_unpaired_golden_value_of_the_statistics_page() -> None:
    seen = compare_unpaired(Rate(15, 300), Rate(30, 300))
    assert (seen.low, seen.high) == pytest.approx((-0.09524, -0.00571), abs=5e-6)
    assert seen.p_value is None


def test_people_who_do_better_are_said_to_do_better() -> None:
    assert compare_paired(PairedErrors(20, 8, 5, 300)).verdict == "more"
    assert compare_paired(PairedErrors(15, 14, 5, 300)).verdict == "cannot tell"


def test_an_assumed_rate_is_taken_at_its_word() -> None:
    seen = compare_assumed(Rate(15, 300), Rate(143, 1000))
    low, high = Rate(15, 300).limits(0.05)
    assert (seen.low, seen.high) == pytest.approx((low - 0.143, high - 0.143))
    assert seen.basis == "assumed"


@given(st.integers(0, 60), st.integers(0, 60))
def test_mid_p_is_the_exact_p_less_half_of_what_was_seen(first: int, second: int) -> None:
    if first + second == 0 or first == second:
        assert mid_p_mcnemar(first, second) == pytest.approx(1.0)
        return
    exact = binomtest(min(first, second), first + second, 0.5).pvalue
    seen = binom.pmf(min(first, second), first + second, 0.5)
    assert mid_p_mcnemar(first, second) == pytest.approx(exact - seen)


def test_counts_from_the_histogram_are_the_counts_case_by_case() -> None:
    rng = np.random.default_rng(3)
    truth, score = rng.random(500) < 0.3, rng.integers(0, 5, 500) / 4
    today = rng.integers(0, 2, 500)
    cells = np.zeros((2, 2, 3), np.int64)
    np.add.at(cells, (today, truth.astype(int), np.digitize(score, [0.25, 0.75])), 1)
    grouped = GroupedHistogram(("0", "1"), np.array([0.25, 0.75]), cells)
    assert paired_from_histogram(grouped, 0.75, ["1"]) == paired_from_arrays(truth, score >= 0.75, today)


def test_cases_without_a_decision_are_left_out_and_counted() -> None:
    cells = np.zeros((3, 2, 2), np.int64)
    cells[0] = [[5, 5], [3, 4]]  # no decision
    cells[1] = [[90, 6], [2, 1]]  # not flagged today: 3 positives missed today, 1 of them caught by the model
    cells[2] = [[3, 1], [4, 13]]  # flagged today
    decided = paired_from_histogram(GroupedHistogram(("", "no", "yes"), np.array([0.5]), cells), 0.5, ["yes"])
    assert decided.n_undecided == 17
    assert decided.positives == PairedErrors(n_only_model=4, n_only_today=1, n_both=2, n_cases=20)
    assert decided.negatives == PairedErrors(n_only_model=6, n_only_today=3, n_both=1, n_cases=100)
    assert (decided.today.n_false_negatives, decided.today.n_false_positives) == (3, 4)
    with pytest.raises(InputError, match=r"no decision is one of \['ja'\]"):
        paired_from_histogram(GroupedHistogram(("", "no", "yes"), np.array([0.5]), cells), 0.5, ["ja"])
    with pytest.raises(InputError, match="was not counted"):
        paired_from_histogram(GroupedHistogram(("", "no", "yes"), np.array([0.5]), cells), 0.6, ["yes"])


def test_ten_points_fewer_missed_of_280_a_day_are_28_fewer_a_day() -> None:
    seen = compare_paired(PairedErrors(2, 32, 10, 300))
    day = difference_per_day(seen, DAY, of_negatives=False)
    assert day.mean == pytest.approx(-28)
    assert (day.low, day.high) == pytest.approx((280 * seen.low, 280 * seen.high))


@given(st.integers(0, 40), st.integers(0, 40), st.booleans())
def test_traffic_never_changes_who_is_better(b: int, c: int, of_negatives: bool) -> None:
    day = DayProfile(Traffic.observed([4000, 9000, 12000, 7000]), Prevalence.sampled(20, 500))
    seen = compare_paired(PairedErrors(b, c, 3, 300))
    daily = difference_per_day(seen, day, of_negatives=of_negatives)
    assert daily.low <= daily.mean <= daily.high
    assert (daily.low > 0, daily.high < 0) == (seen.verdict == "more", seen.verdict == "fewer")
    known = difference_per_day(
        seen, DayProfile(Traffic.stated(day.traffic.mean), day.prevalence), of_negatives=of_negatives
    )
    assert daily.high - daily.low >= known.high - known.low - 1e-9


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(InputError, match="contradict"):
        PairedErrors(5, 5, 5, 14)
    with pytest.raises(InputError, match="has none"):
        compare_paired(PairedErrors(0, 0, 0, 0))


# --- several people -----------------------------------------------------------------------------------------------


def test_the_majority_flags_what_more_than_half_of_its_voters_flag() -> None:
    truth = [1, 1, 1, 0]
    votes = [[1, 1, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0], [1, -1, 1, -1]]
    people = rate_people(truth, votes, ["Ann", "Ben", "Cid", "Dee"])
    assert people.n_ties == 1  # the second case: one against one
    assert people.majority.n_false_negatives == 2
    assert people.majority.n_false_positives == 0
    assert [rater.counts.n_positives for rater in people.raters] == [3, 3, 2, 2]
    assert people.miss_rates() == (0.0, 1.0)
    assert people.false_alarm_rates() == (0.0, 1.0)


def test_nobody_is_compared_with_their_own_vote() -> None:
    votes = [[1, 1, 0], [1, 0, 0], [1, 0, 1]]
    first, second, third = each_against_the_others(votes)
    # for the first person the others agree on the first two cases only
    assert (first.n_true_positives, first.n_false_positives, first.n_cases) == (1, 1, 2)
    assert second.n_cases == 1
    assert (third.n_true_positives, third.n_false_positives) == (1, 1)


def test_an_unknown_vote_is_refused() -> None:
    with pytest.raises(InputError, match="-1"):
        rate_people([1, 0], [[2, 0]], ["Ann"])
    with pytest.raises(InputError, match="2 people by 2 cases"):
        rate_people([1, 0], [[1, 0]], ["Ann", "Ben"])


# --- coverage -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 300])
def test_paired_ranges_hold_and_claims_are_rarely_wrong(n: int) -> None:
    rng = np.random.default_rng(20260305)
    only_model, only_today = 0.02, 0.06
    drawn = rng.multinomial(n, [only_model, only_today, 1 - only_model - only_today], size=3000)
    seen = [compare_paired(PairedErrors(int(b), int(c), 0, n)) for b, c, _ in drawn]
    held = [d.low <= only_model - only_today <= d.high for d in seen]
    assert np.mean(held) >= 0.945
    assert np.mean([d.verdict == "more" for d in seen]) <= 0.025
    equal = rng.multinomial(n, [0.04, 0.04, 0.92], size=3000)
    claims = [compare_paired(PairedErrors(int(b), int(c), 0, n)).verdict for b, c, _ in equal]
    assert np.mean([claim == "fewer" for claim in claims]) <= 0.032
    assert np.mean([claim == "more" for claim in claims]) <= 0.032


@pytest.mark.slow
def test_daily_differences_hold_with_uncertain_traffic_and_mix() -> None:
    rng = np.random.default_rng(20260306)
    held = []
    for _ in range(1500):
        daily = rng.poisson(rng.gamma(25, 8280 / 25, 10))
        day = DayProfile(Traffic.observed(daily), Prevalence.sampled(rng.binomial(2000, 280 / 8280), 2000))
        b, c, _ = rng.multinomial(300, [0.01, 0.11, 0.88])
        found = difference_per_day(
            compare_paired(PairedErrors(int(b), int(c), 0, 300)), day, of_negatives=False
        )
        held.append(found.low <= -28 <= found.high)
    assert 0.945 <= np.mean(held) <= 0.99
