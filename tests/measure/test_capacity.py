from __future__ import annotations

import numpy as np
import pytest

from expectkit.errors import InputError
from expectkit.measure.capacity import lowest_staffable, overload, reviews_per_day, staffing
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.operating_point import ThresholdRule, choose
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import daily_volumes

SWEEP = Sweep.from_counts([0.3, 0.49, 0.7], [270, 266, 257], [320, 200, 80], 280, 8000)
STATED = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))


def _whole_days(n_days: int, seed: int = 5, swing: float = 0.2) -> tuple[Sweep, DayProfile, np.ndarray]:
    rng = np.random.default_rng(seed)
    factor = rng.gamma(1 / swing**2, swing**2, n_days)
    positives, negatives = rng.poisson(280 * factor), rng.poisson(8000 * factor)
    caught, alarms = rng.binomial(positives, 0.95), rng.binomial(negatives, 0.025)
    fewer = alarms // 2
    counts = np.stack(
        [
            np.stack([negatives - alarms, alarms - fewer, fewer], axis=1),
            np.stack([positives - caught, np.zeros_like(caught), caught], axis=1),
        ],
        axis=1,
    )
    keys = tuple(np.datetime_as_string(np.datetime64("2026-03-01") + day) for day in range(n_days))
    sweep = Sweep.from_counts(
        [0.4, 0.6], [caught.sum()] * 2, [alarms.sum(), fewer.sum()], positives.sum(), negatives.sum()
    )
    day = DayProfile(
        Traffic.observed(positives + negatives),
        Prevalence.as_in_cases(positives.sum(), negatives.sum()),
        GroupedHistogram(keys, np.array([0.4, 0.6]), counts),
    )
    return sweep, day, caught + alarms


def test_one_day_in_so_many_is_only_said_from_14_days_on() -> None:
    for n_days, may in ((7, False), (13, False), (14, True), (30, True)):
        sweep, day, _ = _whole_days(n_days)
        found = overload(sweep, day, 0.4, 500)
        assert (found.may_be_stated, found.n_days, found.basis) == (may, n_days, "observed days")


def test_without_days_and_without_a_swing_it_is_chance_alone() -> None:
    found = overload(SWEEP, STATED, 0.49, 480)
    assert (found.basis, found.may_be_stated) == ("chance alone", False)
    swinging = DayProfile(Traffic.stated(8280, variation=0.2), Prevalence.stated(280 / 8280))
    swung = overload(SWEEP, swinging, 0.49, 520)
    assert (swung.basis, swung.may_be_stated) == ("stated variation", True)
    assert swung.probability > overload(SWEEP, STATED, 0.49, 520).probability


def test_more_capacity_never_brings_more_overloaded_days() -> None:
    sweep, day, flagged = _whole_days(20)
    found = [overload(sweep, day, 0.4, capacity).probability for capacity in range(300, 900, 50)]
    assert (np.diff(found) <= 0).all()
    assert overload(sweep, day, 0.4, float(np.median(flagged))).probability == pytest.approx(0.5, abs=0.15)


def test_the_lowest_threshold_the_team_can_staff_is_the_rules_own() -> None:
    sweep, day, _ = _whole_days(20)
    enough = overload(sweep, day, 0.6, 540).probability
    assert enough <= 0.05 < overload(sweep, day, 0.4, 540).probability
    assert (
        lowest_staffable(sweep, day, 540) == 0.6 == choose(ThresholdRule.capacity(540), sweep, day).threshold
    )
    assert lowest_staffable(sweep, day, 5000) == 0.4
    assert lowest_staffable(sweep, day, 10) is None


def test_four_people_at_four_minutes_review_480_cases_in_eight_hours() -> None:
    assert reviews_per_day(4, 4) == 480
    assert reviews_per_day(4, 4, hours_per_reviewer=6) == 360
    with pytest.raises(InputError, match="reviewers is 0"):
        reviews_per_day(0, 4)


def test_people_are_rounded_up_and_nearly_every_day_needs_more_of_them() -> None:
    sweep, day, _ = _whole_days(20)
    flagged = daily_volumes(sweep, day, 0.4, simultaneous=False).flagged
    needed = staffing(flagged, 6, hours_per_reviewer=8)
    assert needed.hours == pytest.approx(flagged.mean / 10)
    assert needed.people == int(np.ceil(flagged.mean / 80))
    assert needed.people_on_most_days == int(np.ceil(flagged.wide_high / 80)) > needed.people
    with pytest.raises(InputError, match="capacity"):
        overload(sweep, day, 0.4, -1)


@pytest.mark.slow
def test_the_overload_probability_errs_on_the_high_side() -> None:
    probabilities = []
    for seed in range(150):
        sweep, day, _ = _whole_days(14, seed=seed)
        probabilities.append(overload(sweep, day, 0.4, 590).probability)
    rng = np.random.default_rng(1)
    factor = rng.gamma(25, 0.04, 200_000)
    truth = np.mean(rng.poisson(466 * factor) > 590)
    assert truth <= np.mean(probabilities) <= truth + 0.04
