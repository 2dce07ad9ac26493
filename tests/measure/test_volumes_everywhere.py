"""At every threshold in one go: the same as one by one."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.levels import level_of_rate
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic, daily_totals
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import Sweep, flagged_counts
from expectkit.measure.typical_day import range_by_chance
from expectkit.measure.volumes import daily_volumes
from expectkit.measure.volumes_everywhere import MOVING, chance_ranges, levels_of_rates, volumes_everywhere


def some_days(n_days: int = 9) -> GroupedHistogram:
    rng = np.random.default_rng(11)
    thresholds = np.linspace(0, 1.0, 40)
    cells = np.stack([rng.poisson(np.linspace(60, 1, 41)), rng.poisson(np.linspace(0.2, 3, 41))])
    counts = np.stack([rng.poisson(cells) for _ in range(n_days)]).astype(np.int64)
    return GroupedHistogram(tuple(f"2026-03-{day:02d}" for day in range(1, n_days + 1)), thresholds, counts)


DAYS = some_days()
SEEN = flagged_counts(DAYS.counts.sum(axis=0))
SIZES = DAYS.counts.sum(axis=(0, 2))
SWEEP = Sweep.from_counts(DAYS.thresholds, SEEN[1], SEEN[0], int(SIZES[1]), int(SIZES[0]))
PROFILES = {
    "stated": DayProfile(Traffic.stated(8_280), Prevalence.stated(0.034), DAYS),
    "stated ranges": DayProfile(Traffic.ranged(8_000, 9_000), Prevalence.ranged(0.03, 0.04), DAYS),
    "a small sample": DayProfile(Traffic.stated(8_280), Prevalence.sampled(6, 300), DAYS),
    "whole days": DayProfile(
        Traffic.observed(daily_totals(DAYS)), Prevalence.as_in_cases(int(SIZES[1]), int(SIZES[0])), DAYS
    ),
}


@pytest.mark.parametrize("name", PROFILES)
def test_every_threshold_gets_what_it_gets_on_its_own(name: str) -> None:
    day = PROFILES[name]
    like = daily_volumes(SWEEP, day, 0.0, simultaneous=True)
    for there in volumes_everywhere(SWEEP, day, range(40), like):
        alone = daily_volumes(SWEEP, day, there.threshold, simultaneous=True)
        for quantity in MOVING:
            found, wanted = asdict(getattr(there, quantity)), asdict(getattr(alone, quantity))
            del found["reason"], wanted["reason"]
            for key, value in wanted.items():
                close = pytest.approx(value, rel=1e-12) if isinstance(value, float) else value
                assert found[key] == close, (there.threshold, quantity, key)
        assert there.precision.level == alone.precision.level
        assert there.false_negative_rate == alone.false_negative_rate


def test_between_knots_the_range_of_a_day_is_off_by_little_and_outward_at_most() -> None:
    day = DayProfile(Traffic.stated(8_280, variation=0.2), Prevalence.stated(0.034))
    like = daily_volumes(SWEEP, day, 0.0, simultaneous=True)
    for there in volumes_everywhere(SWEEP, day, range(40), like)[::7]:
        alone = daily_volumes(SWEEP, day, there.threshold, simultaneous=True)
        for quantity in MOVING:
            found, wanted = getattr(there, quantity), getattr(alone, quantity)
            if wanted.typical_low is None:
                continue
            width = wanted.typical_high - wanted.typical_low
            assert abs(found.typical_low - wanted.typical_low) <= 1 + 0.03 * width
            assert abs(found.typical_high - wanted.typical_high) <= 1 + 0.03 * width


@pytest.mark.parametrize("share", [0.8, 0.95])
def test_ranges_by_chance_are_the_poisson_ranges(share: float) -> None:
    means = np.array([0.0, 0.01, 0.7, 3.0, 14.0, 199.5, 8_280.0])
    low, high = chance_ranges(means, share)
    assert [(int(a), int(b)) for a, b in zip(low, high, strict=True)] == [
        range_by_chance(float(mean), share) for mean in means
    ]


def test_levels_of_many_rates_are_the_levels_of_each() -> None:
    counted, cases = np.array([0.0, 2, 9, 15, 285, 300, 1]), np.array([300.0, 300, 300, 300, 300, 300, 12])
    one_by_one = [level_of_rate(Rate(x, n)) for x, n in zip(counted, cases, strict=True)]
    assert levels_of_rates(counted, cases) == one_by_one
