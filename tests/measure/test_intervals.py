from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from expectkit.errors import InputError
from expectkit.measure.intervals import (
    Part,
    clopper_pearson,
    garwood,
    local_alpha,
    log_mover,
    mover_difference_unpaired,
    mover_sum,
    part_of_rate,
)


@given(st.integers(1, 400), st.data(), st.floats(0.001, 0.5))
def test_at_its_limits_clopper_pearson_leaves_exactly_the_tail_probability(
    n: int, data: st.DataObject, alpha: float
) -> None:
    x = data.draw(st.integers(0, n))
    low, high = clopper_pearson(x, n, alpha)
    assert 0 <= low <= x / n <= high <= 1
    if x > 0:
        assert binom.sf(x - 1, n, float(low)) == pytest.approx(alpha / 2, rel=1e-6)
    if x < n:
        assert binom.cdf(x, n, float(high)) == pytest.approx(alpha / 2, rel=1e-6)


def test_arrays_of_counts_sizes_and_alphas_broadcast() -> None:
    low, high = clopper_pearson(np.array([0, 15, 300]), 300, np.array([0.05, 0.00155, 0.05]))
    assert low[0] == 0
    assert high[2] == 1
    assert np.array([low[1], high[1]]) == pytest.approx(np.array(clopper_pearson(15, 300, 0.00155)))


def test_no_cases_leave_everything_possible() -> None:
    assert clopper_pearson(0, 0, 0.05) == (0.0, 1.0)


def test_garwood_leaves_exactly_the_tail_probability() -> None:
    low, high = garwood(np.array([0, 7]), 0.05)
    assert low[0] == 0
    assert poisson.sf(6, low[1]) == pytest.approx(0.025)
    assert poisson.cdf(7, high[1]) == pytest.approx(0.025)
    assert poisson.cdf(0, high[0]) == pytest.approx(0.025)


def test_local_alpha_falls_with_the_number_of_cases_and_is_flat_outside_the_table() -> None:
    alphas = local_alpha(np.array([1, 10, 15, 20, 7_000, 1e5, 1e7]))
    assert alphas[0] == alphas[1]
    assert alphas[5] == alphas[6]
    assert np.all(np.diff(alphas[1:6]) < 0)


def test_an_untabulated_level_for_all_thresholds_is_refused() -> None:
    with pytest.raises(InputError, match=r"0\.99"):
        local_alpha(100, 0.99)


def test_mover_sum_of_symmetric_parts_adds_squares() -> None:
    low, high = mover_sum([Part(10.0, 7.0, 13.0), Part(2.0, -2.0, 6.0)], [1.0, -1.0])
    assert np.array([low, high]) == pytest.approx(np.array([3.0, 13.0]))


def test_a_part_that_is_known_leaves_the_range_of_the_other_scaled() -> None:
    low, high = log_mover([Part(8280.0, 8280.0, 8280.0), part_of_rate(15, 300, 0.05)])
    expected = clopper_pearson(15, 300, 0.05)
    assert np.array([low, high]) / 8280 == pytest.approx(np.array(expected))


def test_dividing_by_a_part_turns_its_range_around() -> None:
    assert np.array(log_mover([Part(4.0, 2.0, 16.0)], [-1.0])) == pytest.approx(np.array([1 / 16, 1 / 2]))


def test_none_seen_gives_a_product_from_zero_to_a_positive_number() -> None:
    low, high = log_mover([Part(280.0, 250.0, 310.0), part_of_rate(0, 300, 0.05)])
    assert low == 0
    assert 280 * 0.0122 < high < 280 * 0.0124


def test_swapping_the_two_samples_mirrors_their_difference() -> None:
    low, high = mover_difference_unpaired(15, 300, 30, 200)
    mirrored = mover_difference_unpaired(30, 200, 15, 300)
    assert np.array(mirrored) == pytest.approx(np.array([-high, -low]))
