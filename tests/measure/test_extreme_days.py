"""Tiny counts, one or two days, wide stated ranges: no range is empty, negative, infinite or beside its own mean."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.errors import InputError
from expectkit.measure.cost_components import cost_components
from expectkit.measure.costs import UnitCosts, cost_curve
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic, daily_totals
from expectkit.measure.sweep import Sweep, flagged_counts
from expectkit.measure.typical_day import day_mean, typical_day
from expectkit.measure.volume_parts import QUANTITIES
from expectkit.measure.volumes import DailyVolume, DailyVolumes, daily_volumes, volume_curves
from expectkit.measure.volumes_everywhere import volumes_everywhere

ROUNDING = 1e-9


@st.composite
def sweeps(draw: st.DrawFn) -> Sweep:
    """Few or many cases, with 0, 1, 2 or all of them missed or flagged."""
    n1, n0 = (
        draw(st.sampled_from([1, 2, 3, 30, 31, 60, 300])),
        draw(st.sampled_from([1, 2, 30, 60, 3000, 100_000])),
    )
    few = st.sampled_from([0, 1, 2, 3, 11])
    caught = sorted({n1, max(n1 - draw(few), 0), min(draw(few), n1), 0}, reverse=True)
    alarms = sorted((min(draw(few | st.just(n0)), n0) for _ in caught), reverse=True)
    alarms[0], alarms[-1] = n0, 0
    return Sweep.from_counts(np.arange(len(caught)) / 10, caught, alarms, n1, n0)


PREVALENCES = st.one_of(
    st.sampled_from([1e-6, 0.001, 0.03, 0.5, 0.999]).map(Prevalence.stated),
    st.sampled_from([(1e-6, 0.9), (0.01, 0.02), (0.03, 0.03), (0.2, 0.999)]).map(
        lambda ends: Prevalence.ranged(*ends)
    ),
    st.sampled_from([(1, 2), (1, 1000), (2, 30), (999, 1000)]).map(
        lambda counts: Prevalence.sampled(*counts)
    ),
    st.sampled_from([0.001, 0.5, 1.0]).map(lambda kept: Prevalence.kept_negatives(2, 60, kept)),
)
VARIATIONS = st.sampled_from([None, 0.001, 0.2, 1.0, 4.9])
TRAFFICS = st.one_of(
    st.builds(Traffic.stated, st.sampled_from([0.01, 1.0, 30.0, 8280.0, 1e7]), VARIATIONS),
    st.builds(
        lambda ends, variation: Traffic.ranged(ends[0], ends[1], variation=variation),
        st.sampled_from([(0.001, 1e6), (1.0, 2.0), (500.0, 500.0), (10.0, 9000.0)]),
        VARIATIONS,
    ),
    st.lists(st.sampled_from([0, 1, 2, 500, 1_000_000]), min_size=2, max_size=3)
    .filter(lambda days: sum(days) > 0)
    .map(Traffic.observed),
)


def _check_volume(name: str, volume: DailyVolume) -> None:
    shown = [volume.mean_low, volume.mean, volume.estimate, volume.mean_high]
    bounds = [volume.lower_bound, volume.upper_bound]
    days = [volume.wide_low, volume.typical_low, volume.typical_high, volume.wide_high]
    for number in (*shown, *bounds, *days):
        assert number is None or (math.isfinite(number) and number >= 0), (name, volume)
    for ordered in (shown, [volume.mean_low, volume.estimate, volume.mean_high], bounds, days):
        known = [float(number) for number in ordered if number is not None]
        for lower, upper in pairwise(known):
            assert lower <= upper * (1 + ROUNDING) + ROUNDING, (name, volume)
    if volume.lower_bound is not None and volume.upper_bound is not None and volume.estimate is not None:
        assert volume.lower_bound <= volume.estimate * (1 + ROUNDING), (name, volume)
        assert volume.estimate <= volume.upper_bound * (1 + ROUNDING), (name, volume)
    if volume.typical_low is not None and volume.estimate is not None:
        assert volume.wide_low is not None
        assert volume.wide_high is not None
        assert volume.wide_low <= math.ceil(volume.estimate), (name, volume)
        assert volume.wide_high >= math.floor(volume.estimate), (name, volume)


def _check(found: DailyVolumes) -> None:
    for name in QUANTITIES:
        _check_volume(name, getattr(found, name))
    precision = found.precision
    known = [end for end in (precision.low, precision.value, precision.high) if end is not None]
    assert known == sorted(known), precision
    for end in (*known, precision.lower_bound):
        assert end is None or 0 <= end <= 1, precision


@settings(max_examples=150, deadline=None)
@given(sweep=sweeps(), traffic=TRAFFICS, prevalence=PREVALENCES, simultaneous=st.booleans())
def test_no_volume_of_an_extreme_test_is_nonsense(
    sweep: Sweep, traffic: Traffic, prevalence: Prevalence, simultaneous: bool
) -> None:
    day = DayProfile(traffic, prevalence)
    for threshold in sweep.thresholds.tolist():
        _check(daily_volumes(sweep, day, threshold, simultaneous=simultaneous))


@settings(max_examples=40, deadline=None)
@given(sweep=sweeps(), traffic=TRAFFICS, prevalence=PREVALENCES)
def test_no_volume_of_an_extreme_slider_is_nonsense(
    sweep: Sweep, traffic: Traffic, prevalence: Prevalence
) -> None:
    day = DayProfile(traffic, prevalence)
    like = daily_volumes(sweep, day, float(sweep.thresholds[0]), simultaneous=True)
    for found in volumes_everywhere(sweep, day, range(sweep.thresholds.size), like):
        _check(found)
    curves = volume_curves(sweep, day)
    for name in ("missed_positives", "flagged_negatives", "caught_positives", "flagged"):
        curve = getattr(curves, name)
        assert np.all(np.isfinite(curve.low) & np.isfinite(curve.high) & (curve.low >= 0)), name
        assert np.all(curve.low <= curve.mean * (1 + ROUNDING)), name
        assert np.all(curve.mean <= curve.high * (1 + ROUNDING)), name


@settings(max_examples=60, deadline=None)
@given(sweep=sweeps(), traffic=TRAFFICS, prevalence=PREVALENCES, value=st.sampled_from([0.0, 3.0]))
def test_no_cost_of_an_extreme_test_is_nonsense(
    sweep: Sweep, traffic: Traffic, prevalence: Prevalence, value: float
) -> None:
    components = cost_components(sweep, DayProfile(traffic, prevalence), simultaneous=True)
    curve = cost_curve(components, UnitCosts(120, 4, value))
    assert np.all(np.isfinite(curve.mean) & np.isfinite(curve.low) & np.isfinite(curve.high))
    slack = ROUNDING * np.abs(curve.mean)
    assert np.all((curve.low <= curve.mean + slack) & (curve.mean <= curve.high + slack))


DAYS = st.integers(2, 5).flatmap(
    lambda n: st.lists(
        st.lists(st.sampled_from([0, 1, 2, 40]), min_size=8, max_size=8), min_size=n, max_size=n
    ).map(np.array)
)


@settings(max_examples=150, deadline=None)
@given(cells=DAYS)
def test_no_volume_of_two_or_few_whole_days_is_nonsense(cells: np.ndarray) -> None:
    counts = cells.reshape(-1, 2, 4)
    flagged = flagged_counts(counts.sum(axis=0))
    n0, n1 = counts.sum(axis=(0, 2)).tolist()
    if min(n0, n1) == 0:
        return
    thresholds = np.array([0.2, 0.5, 0.8])
    keys = tuple(f"2026-03-{place + 2:02d}" for place in range(len(counts)))
    grouped = GroupedHistogram(keys, thresholds, counts)
    day = DayProfile(Traffic.observed(daily_totals(grouped)), Prevalence.as_in_cases(n1, n0), grouped)
    swept = Sweep.from_counts(thresholds, flagged[1], flagged[0], n1, n0)
    for threshold in thresholds.tolist():
        _check(daily_volumes(swept, day, threshold, simultaneous=False))


@given(series=st.lists(st.sampled_from([0, 0, 1, 2, 1000]), min_size=2, max_size=4))
def test_days_of_no_and_of_many_mistakes_have_a_range_around_their_mean(series: list[int]) -> None:
    counts = np.array(series)
    low, high = day_mean(counts)
    assert 0 <= low <= counts.mean() <= high < math.inf
    for share in (0.8, 0.95):
        first, last = typical_day(counts, share)
        assert 0 <= first <= last < math.inf
        assert first <= np.ceil(counts.mean())


@pytest.mark.parametrize("days", [[], [5]])
def test_one_day_shows_no_typical_day(days: list[int]) -> None:
    with pytest.raises(InputError, match="complete day"):
        Traffic.observed(days)
    with pytest.raises(InputError, match="at least 2"):
        typical_day(np.array(days), 0.8)


def test_days_without_any_case_are_no_traffic() -> None:
    with pytest.raises(InputError, match="above 0"):
        Traffic.observed([0, 0, 0])
