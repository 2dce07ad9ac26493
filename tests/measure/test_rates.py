from __future__ import annotations

import pytest
from scipy.stats import binomtest

from expectkit.errors import InputError, UndefinedRateError
from expectkit.measure.rates import Rate


def test_interval_equals_the_exact_one_of_scipy() -> None:
    mine = Rate(14, 280).interval(0.05)
    scipys = binomtest(14, 280).proportion_ci(confidence_level=0.95, method="exact")
    assert (mine.low, mine.high) == pytest.approx((scipys.low, scipys.high), rel=1e-9)


def test_fewer_effective_cases_widen_the_interval_and_leave_the_value() -> None:
    plain, clustered = Rate(15, 300), Rate(15, 300, 120.0)
    assert clustered.value == plain.value
    assert clustered.interval().width > 1.3 * plain.interval().width
    assert "effective" in clustered.interval().method


def test_a_rate_over_no_cases_has_no_value_and_the_whole_range() -> None:
    nothing = Rate(0, 0)
    assert not nothing.is_defined
    assert nothing.limits(0.05) == (0.0, 1.0)
    with pytest.raises(UndefinedRateError):
        _ = nothing.value


def test_one_sided_bounds_are_the_ends_of_the_ninety_per_cent_interval() -> None:
    rate = Rate(8, 300)
    assert (rate.lower_bound(), rate.upper_bound()) == pytest.approx(rate.limits(0.10))
    assert rate.upper_bound() < 0.05 < Rate(9, 300).upper_bound()


def test_more_counted_than_there_are_is_refused() -> None:
    with pytest.raises(InputError, match="impossible"):
        Rate(3, 2)


def test_the_complement_mirrors_the_interval() -> None:
    low, high = Rate(14, 280, 200.0).limits(0.05)
    assert Rate(14, 280, 200.0).complement().limits(0.05) == pytest.approx((1 - high, 1 - low))
