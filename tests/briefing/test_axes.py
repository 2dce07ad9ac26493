"""Ticks at round numbers, dots that add up."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.axes import nice_step, nice_ticks, share_out
from expectkit.briefing.wording import as_number
from expectkit.errors import InputError


@settings(deadline=None)
@given(st.floats(1e-6, 1e9), st.integers(1, 8))
def test_an_axis_holds_the_highest_value_in_few_even_steps(highest: float, n_most: int) -> None:
    positions = [position for position, _ in nice_ticks(highest, n_most)]
    steps = {round(b - a, 12 - math.floor(math.log10(highest))) for a, b in itertools.pairwise(positions)}
    assert positions[0] == 0
    assert positions[-1] >= highest * (1 - 1e-9)
    assert len(positions) - 1 <= n_most
    assert len(steps) == 1


@settings(deadline=None)
@given(st.floats(1e-6, 1e9))
def test_labels_say_where_the_ticks_stand(highest: float) -> None:
    assert all(
        as_number(label) == pytest.approx(position, rel=1e-9) for position, label in nice_ticks(highest)
    )


@settings(deadline=None)
@given(st.floats(1e-9, 1e12))
def test_a_step_is_1_2_or_5_times_a_power_of_ten_and_no_larger_than_need_be(least: float) -> None:
    step = nice_step(least)
    leading = step / 10.0 ** math.floor(math.log10(step) + 1e-9)
    assert any(leading == pytest.approx(one) for one in (1, 2, 5))
    assert least * (1 - 1e-9) <= step < least * 2.5 * (1 + 1e-9)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=5).filter(any), st.integers(5, 1000))
def test_dots_add_up_and_what_occurs_has_one(counts: list[int], total: int) -> None:
    dots = share_out(counts, total)
    assert sum(dots) == total
    for count, dot in zip(counts, dots, strict=True):
        assert (dot > 0) == (count > 0)
        assert abs(dot - count * total / sum(counts)) < len(counts)


def test_a_rare_outcome_keeps_its_dot() -> None:
    assert share_out([26_600, 20_000, 3], 1000) == (570, 429, 1)


def test_nothing_cannot_be_shared_out() -> None:
    with pytest.raises(InputError, match="all 0"):
        share_out([0, 0], 10)
