"""Published and agreed numbers that every later change must reproduce to the last printed digit."""

from __future__ import annotations

import numpy as np
import pytest

from expectkit.measure.intervals import (
    clopper_pearson,
    local_alpha,
    mover_difference_paired,
    mover_difference_unpaired,
    upper_bound,
)
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.typical_day import day_mean, typical_day
from expectkit.measure.volumes import DailyVolume, daily_volumes

FOURTEEN_DAYS = np.array([12, 15, 9, 18, 14, 11, 17, 13, 16, 10, 14, 15, 12, 19])


@pytest.mark.parametrize(
    ("x", "n", "alpha", "low", "high"),
    [
        (15, 300, 0.05, 0.02825, 0.08113),
        (225, 9000, 0.05, 0.02187, 0.02844),
        (14, 280, 0.05, 0.02760, 0.08247),
        (15, 300, 0.00155, 0.01908, 0.10277),
        (225, 9000, 0.00073, 0.01980, 0.03105),
    ],
)
def test_clopper_pearson_gives_the_agreed_limits(
    x: int, n: int, alpha: float, low: float, high: float
) -> None:
    assert np.array(clopper_pearson(x, n, alpha)) == pytest.approx(np.array((low, high)), abs=5.1e-6)


def test_none_in_300_is_at_most_one_per_cent() -> None:
    assert f"{upper_bound(0, 300):.6f}" == "0.009936"


@pytest.mark.parametrize(("n", "percent"), [(30, 9.5), (59, 4.95), (100, 2.95), (300, 0.99), (1000, 0.30)])
def test_none_seen_bounds_the_rate_by_the_rule_of_three(n: int, percent: float) -> None:
    assert 100 * float(upper_bound(0, n)) == pytest.approx(percent, abs=0.03)


@pytest.mark.parametrize(("n", "most"), [(60, 0), (100, 1), (300, 8), (1000, 38), (3000, 130)])
def test_the_most_misses_that_still_keep_at_most_five_per_cent(n: int, most: int) -> None:
    assert float(upper_bound(most, n)) <= 0.05 < float(upper_bound(most + 1, n))


def test_local_alpha_reproduces_its_table() -> None:
    assert local_alpha(np.array([10.0, 300.0, 1e5])) == pytest.approx([0.00719, 0.00155, 0.00053])
    assert local_alpha(300.0, 0.975) == pytest.approx(0.00070)
    assert local_alpha(300.0, 0.90) == pytest.approx(0.00345)


def test_paired_difference_gives_the_agreed_limits() -> None:
    assert np.array(mover_difference_paired(8, 20, 300)) == pytest.approx(
        np.array((-0.07758, -0.00417)), abs=5.1e-6
    )


def test_unpaired_difference_gives_the_agreed_limits() -> None:
    assert np.array(mover_difference_unpaired(15, 300, 30, 300)) == pytest.approx(
        np.array((-0.09524, -0.00571)), abs=5.1e-6
    )


def test_fourteen_days_have_the_agreed_mean_and_typical_day() -> None:
    assert FOURTEEN_DAYS.mean() == pytest.approx(13.93, abs=0.005)
    assert np.array(day_mean(FOURTEEN_DAYS)) == pytest.approx(np.array((12.04, 16.03)), abs=0.005)
    assert typical_day(FOURTEEN_DAYS, 0.80) == (9, 20)
    assert typical_day(FOURTEEN_DAYS, 0.95) == (7, 23)


def _agreed_day() -> tuple[Sweep, DayProfile]:
    sweep = Sweep.from_counts([0.49], [285], [225], 300, 9000)
    return sweep, DayProfile(Traffic.stated(8280), Prevalence.sampled(338, 10_000))


def _shown(volume: DailyVolume, digits: int) -> tuple[str, ...]:
    return tuple(f"{value:.{digits}f}" for value in (volume.mean, volume.mean_low, volume.mean_high))


def test_volumes_a_day_have_the_agreed_ranges() -> None:
    volumes = daily_volumes(*_agreed_day(), 0.49, simultaneous=False)
    assert _shown(volumes.missed_positives, 2) == ("13.99", "7.83", "22.96")
    assert _shown(volumes.caught_positives, 1) == ("265.9", "237.5", "295.9")
    assert _shown(volumes.flagged_negatives, 1) == ("200.0", "175.0", "227.5")


def test_volumes_at_a_chosen_threshold_have_the_agreed_wider_ranges() -> None:
    volumes = daily_volumes(*_agreed_day(), 0.49, simultaneous=True)
    assert _shown(volumes.missed_positives, 2) == ("13.99", "5.26", "29.31")
    assert _shown(volumes.caught_positives, 1) == ("265.9", "221.0", "314.8")
    assert _shown(volumes.flagged_negatives, 1) == ("200.0", "158.4", "248.4")


def test_production_prevalence_corrects_a_balanced_file() -> None:
    sweep = Sweep.from_counts([0.5], [950], [25], 1000, 1000)
    day = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
    volumes = daily_volumes(sweep, day, 0.5, simultaneous=False)
    assert volumes.missed_positives.mean == pytest.approx(14.0)
    assert volumes.flagged_negatives.mean == pytest.approx(200.0)
    assert volumes.precision.value == pytest.approx(266 / 466)
