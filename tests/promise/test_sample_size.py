"""How many cases settle a promise: the exact search against the table and against the definition itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from expectkit.measure.further_cases import further_cases
from expectkit.measure.intervals import lower_bound, upper_bound
from expectkit.promise.sample_size import (
    about_as_many,
    cases_to_settle,
    critical_count,
    paired_cases_to_settle,
)


@pytest.mark.parametrize(
    ("rate", "needed"), [(0.01, 124), (0.02, 286), (0.03, 694), (0.08, 456), (0.10, 191)]
)
def test_the_exact_search_gives_the_table_for_a_promise_of_5_per_cent(rate: float, needed: int) -> None:
    assert cases_to_settle(rate, 0.05, "at_most") == needed


def power(n: int, rate: float, limit: float) -> float:
    """Enumerate every outcome."""
    x = np.arange(n + 1)
    settled = upper_bound(x, n) <= limit if rate < limit else lower_bound(x, n) > limit
    return float(binom.pmf(x, n, rate)[settled].sum())


@pytest.mark.parametrize(("rate", "limit"), [(0.0, 0.05), (0.02, 0.05), (0.08, 0.05), (0.3, 0.5), (0.9, 0.8)])
def test_that_many_cases_reach_8_of_10_and_one_fewer_do_not(rate: float, limit: float) -> None:
    needed = cases_to_settle(rate, limit, "at_most")
    assert needed is not None
    assert power(needed, rate, limit) >= 0.8
    assert power(needed - 1, rate, limit) < 0.8
    assert min(power(n, rate, limit) for n in range(needed, needed + 60)) >= 0.8


def test_at_least_is_at_most_of_the_complement() -> None:
    assert cases_to_settle(0.98, 0.95, "at_least") == cases_to_settle(0.02, 0.05, "at_most")


@pytest.mark.parametrize(("rate", "limit"), [(0.02, 0.05), (0.08, 0.05), (0.001, 0.01), (0.031, 0.1)])
def test_both_sides_are_settled_by_the_same_cases(rate: float, limit: float) -> None:
    # a search that stops after a few cases without a failure would stop between two teeth here
    assert cases_to_settle(rate, limit, "at_least") == cases_to_settle(rate, limit, "at_most")


@pytest.mark.parametrize(("rate", "limit"), [(0.01, 0.05), (0.04, 0.05), (0.10, 0.05), (0.3, 0.5)])
def test_a_promise_and_a_goal_need_as_many_fresh_cases(rate: float, limit: float) -> None:
    assert cases_to_settle(rate, limit, "at_most") == further_cases(0, 0, limit, true_rate=rate)


def test_limits_of_nothing_and_of_everything_are_settled_by_the_first_case_that_counts() -> None:
    assert cases_to_settle(0.1, 0.0, "at_most") == 16  # 0.9 ** 16 < 0.2
    assert cases_to_settle(0.1, 1.0, "at_most") == 1
    assert cases_to_settle(0.0, 0.0, "at_most") is None


def test_a_rate_on_its_limit_is_never_settled() -> None:
    assert cases_to_settle(0.05, 0.05, "at_most") is None
    assert cases_to_settle(0.049999, 0.05, "at_most") is None


def test_the_formula_beyond_20000_cases_is_within_1_per_cent_of_the_enumeration() -> None:
    needed = cases_to_settle(0.0485, 0.05, "at_most")
    assert needed is not None
    assert needed > 20_000
    assert power(round(needed * 1.01), 0.0485, 0.05) > 0.8 > power(round(needed * 0.97), 0.0485, 0.05)


def test_the_critical_counts_are_those_of_the_statistics_page() -> None:
    assert critical_count(np.array([60, 100, 300, 1000, 3000]), 0.05, 0.05, is_kept=True).tolist() == [
        0,
        1,
        8,
        38,
        130,
    ]
    assert critical_count(np.array([59, 58]), 0.05, 0.05, is_kept=True).tolist() == [0, -1]


@pytest.mark.parametrize(
    ("discordant", "change", "needed"), [(0.02, 0, 425), (0.04, 0, 695), (0.10, 0, 1578), (0.04, 0.01, 2632)]
)
def test_paired_sizes_are_those_of_the_statistics_page(discordant: float, change: float, needed: int) -> None:
    assert paired_cases_to_settle(0.02, discordant, change) == needed


def test_no_number_of_cases_shows_a_change_beyond_the_margin() -> None:
    assert paired_cases_to_settle(0.02, 0.05, 0.02) is None


def test_more_cases_do_not_help_where_traffic_alone_reaches_the_limit() -> None:
    assert about_as_many(190, 210, 200, 28, fixed_reach=12) is None
    free = about_as_many(190, 210, 200, 28)
    held = about_as_many(190, 210, 200, 28, fixed_reach=8)
    assert free is not None
    assert held is not None
    assert held > free > 28
