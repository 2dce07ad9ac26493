from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from expectkit.errors import InputError
from expectkit.measure.histogram import ClusterMoments, GroupedHistogram, RowCounts, ScoreHistogram, Tally
from expectkit.measure.intervals import clopper_pearson, local_alpha
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic, daily_totals
from expectkit.measure.sweep import Sweep, sweep
from expectkit.measure.typical_day import day_mean, typical_day
from expectkit.measure.volumes import DailyVolumes, daily_volumes, volume_curves
from expectkit.measure.volumes_everywhere import volumes_everywhere

EXAMPLE = Sweep.from_counts([0.3, 0.49, 0.9], [274, 266, 100], [400, 200, 20], 280, 8000)
STATED = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
QUANTITIES = (
    "cases",
    "positives",
    "negatives",
    "flagged_negatives",
    "missed_positives",
    "caught_positives",
    "flagged",
)


def _whole_days(n_days: int, *, bursty: bool = False) -> tuple[Sweep, DayProfile, np.ndarray]:
    """Days with 2 cells a class: below and above the only threshold."""
    rng = np.random.default_rng(n_days)
    positives, negatives = rng.poisson(280, n_days), rng.poisson(8000, n_days)
    rates = rng.beta(0.5, 9.5, n_days) if bursty else np.full(n_days, 0.05)
    missed, alarms = rng.binomial(positives, rates), rng.binomial(negatives, 0.025)
    counts = np.stack(
        [np.stack([negatives - alarms, alarms], axis=1), np.stack([missed, positives - missed], axis=1)],
        axis=1,
    )
    start = np.datetime64("2026-03-02")
    keys = tuple(str(start + day) for day in range(n_days))
    grouped = GroupedHistogram(keys, np.array([0.49]), counts)
    sweep = Sweep.from_counts(
        [0.49],
        [int((positives - missed).sum())],
        [int(alarms.sum())],
        int(positives.sum()),
        int(negatives.sum()),
    )
    day = DayProfile(
        Traffic.observed(daily_totals(grouped)),
        Prevalence.as_in_cases(sweep.n_positives, sweep.n_negatives),
        grouped,
    )
    return sweep, day, missed


def test_the_example_gives_its_daily_averages() -> None:
    volumes = daily_volumes(EXAMPLE, STATED, 0.49, simultaneous=False)
    means = [getattr(volumes, name).mean for name in QUANTITIES]
    assert means == pytest.approx([8280, 280, 8000, 200, 14, 266, 466])
    assert volumes.precision.value == pytest.approx(266 / 466)


def test_caught_and_missed_positives_add_up_to_all_positives() -> None:
    day = DayProfile(Traffic.ranged(7000, 9000), Prevalence.sampled(338, 10_000))
    volumes = daily_volumes(EXAMPLE, day, 0.49, simultaneous=False)
    assert volumes.caught_positives.mean is not None
    assert volumes.missed_positives.mean is not None
    assert volumes.caught_positives.mean + volumes.missed_positives.mean == pytest.approx(
        volumes.positives.mean
    )


def test_every_further_doubt_widens_every_range() -> None:
    doubts = [
        STATED,
        DayProfile(Traffic.stated(8280), Prevalence.sampled(338, 10_000)),
        DayProfile(Traffic.observed([8280, 7000, 9560, 8280]), Prevalence.sampled(338, 10_000)),
    ]
    for name in ("flagged_negatives", "missed_positives", "caught_positives", "flagged"):
        found = [getattr(daily_volumes(EXAMPLE, day, 0.49, simultaneous=False), name) for day in doubts]
        widths = [volume.mean_high / volume.mean_low for volume in found]
        assert widths[0] < widths[1] < widths[2], name


def test_a_chosen_threshold_has_wider_ranges_than_a_fixed_one() -> None:
    fixed = daily_volumes(EXAMPLE, STATED, 0.49, simultaneous=False)
    chosen = daily_volumes(EXAMPLE, STATED, 0.49, simultaneous=True)
    for name in ("flagged_negatives", "missed_positives", "caught_positives", "flagged"):
        one, other = getattr(fixed, name), getattr(chosen, name)
        assert other.mean_low < one.mean_low < one.mean == other.mean < one.mean_high < other.mean_high
        assert other.upper_bound > one.upper_bound
    assert chosen.positives == fixed.positives


def test_the_curves_agree_with_each_chosen_threshold() -> None:
    day = DayProfile(Traffic.observed([8280, 7000, 9560, 8280]), Prevalence.sampled(338, 10_000))
    curves = volume_curves(EXAMPLE, day)
    volumes = daily_volumes(EXAMPLE, day, 0.49, simultaneous=True)
    for name in ("flagged_negatives", "missed_positives", "caught_positives", "flagged"):
        curve, volume = getattr(curves, name), getattr(volumes, name)
        assert (curve.mean[1], curve.low[1], curve.high[1]) == pytest.approx(
            (volume.mean, volume.mean_low, volume.mean_high)
        )


def test_stated_traffic_alone_gives_ranges_by_chance_and_says_so() -> None:
    missed = daily_volumes(EXAMPLE, STATED, 0.49, simultaneous=False).missed_positives
    assert missed.typical_kind == "by chance alone"
    assert (missed.typical_low, missed.typical_high) == (9, 19)
    assert missed.reason is not None
    assert "day-to-day variation" in missed.reason


def test_a_stated_swing_gives_a_typical_day_wider_than_chance() -> None:
    day = DayProfile(Traffic.stated(8280, variation=0.3), Prevalence.stated(280 / 8280))
    alarms = daily_volumes(EXAMPLE, day, 0.49, simultaneous=False).flagged_negatives
    assert alarms.typical_kind == "typical day"
    assert alarms.reason is None
    assert alarms.wide_low is not None
    assert alarms.wide_low < 120
    assert alarms.wide_high is not None
    assert alarms.wide_high > 290


def test_a_stated_range_of_the_mix_is_looked_at_from_both_ends() -> None:
    def missed(prevalence: Prevalence) -> tuple[int | None, int | None]:
        day = DayProfile(Traffic.stated(8280, variation=0.2), prevalence)
        volume = daily_volumes(EXAMPLE, day, 0.49, simultaneous=False).missed_positives
        return volume.wide_low, volume.wide_high

    low, high = missed(Prevalence.stated(0.02)), missed(Prevalence.stated(0.05))
    assert missed(Prevalence.ranged(0.02, 0.05)) == (low[0], high[1])


def test_whole_days_speak_for_themselves() -> None:
    sweep, day, missed = _whole_days(14)
    volume = daily_volumes(sweep, day, 0.49, simultaneous=False).missed_positives
    assert volume.mean == pytest.approx(missed.mean())
    assert (volume.mean_low, volume.mean_high) == pytest.approx(tuple(map(float, day_mean(missed))))
    assert (volume.typical_low, volume.typical_high) == typical_day(missed, 0.8)
    assert volume.reason is None


def test_whole_days_at_a_chosen_threshold_use_the_local_alpha() -> None:
    sweep, day, missed = _whole_days(14)
    volume = daily_volumes(sweep, day, 0.49, simultaneous=True).missed_positives
    expected = day_mean(missed, local_alpha(sweep.n_positives))
    assert (volume.mean_low, volume.mean_high) == pytest.approx(tuple(map(float, expected)))


def test_few_days_are_given_with_a_word_of_caution() -> None:
    sweep, day, _ = _whole_days(3)
    volume = daily_volumes(sweep, day, 0.49, simultaneous=False).flagged_negatives
    assert volume.typical_low is not None
    assert volume.reason is not None
    assert "3 days" in volume.reason


def test_weekdays_are_told_apart_from_28_days_on() -> None:
    sweep, day, _ = _whole_days(27)
    assert daily_volumes(sweep, day, 0.49, simultaneous=False).per_weekday == ()
    sweep, day, missed = _whole_days(28)
    weekdays = daily_volumes(sweep, day, 0.49, simultaneous=False).per_weekday
    assert [(one.weekday, one.n_days) for one in weekdays] == [(place, 4) for place in range(7)]
    assert weekdays[0].missed_positives is not None
    assert weekdays[0].missed_positives.mean == pytest.approx(missed[::7].mean())


def test_a_miss_rate_that_changes_by_day_counts_days_not_cases() -> None:
    sweep, day, _ = _whole_days(14, bursty=True)
    volumes = daily_volumes(sweep, day, 0.49, simultaneous=False)
    assert volumes.rates_differ_by_day == (True, False)
    assert volumes.false_negative_rate.effective_denominator is not None
    assert volumes.false_negative_rate.interval().width > 2 * sweep.false_negative_rate(0).interval().width
    assert volumes.false_positive_rate.effective_denominator is None


def test_days_also_widen_the_rate_when_traffic_is_stated() -> None:
    sweep, day, _ = _whole_days(14, bursty=True)
    stated = DayProfile(Traffic.stated(8280), Prevalence.stated(0.034), day.by_day)
    with_days = daily_volumes(sweep, stated, 0.49, simultaneous=False).missed_positives
    without = daily_volumes(
        sweep, dataclasses.replace(stated, by_day=None), 0.49, simultaneous=False
    ).missed_positives
    assert with_days.mean_high is not None
    assert without.mean_high is not None
    assert with_days.mean_high > 1.2 * without.mean_high


def test_days_of_another_tally_are_refused() -> None:
    sweep, day, _ = _whole_days(3)
    assert day.by_day is not None
    other = GroupedHistogram(day.by_day.keys, np.array([0.5]), day.by_day.counts.copy())
    with pytest.raises(InputError, match="other thresholds"):
        daily_volumes(sweep, dataclasses.replace(day, by_day=other), 0.49, simultaneous=False)


def _at(n_missed: int, n_positives: int) -> DailyVolumes:
    sweep = Sweep.from_counts([0.5], [n_positives - n_missed], [225], n_positives, 9000)
    return daily_volumes(
        sweep, DayProfile(Traffic.stated(8280), Prevalence.stated(0.03)), 0.5, simultaneous=False
    )


def test_too_few_positives_leave_bounds_and_a_reason_but_no_number() -> None:
    volumes = _at(0, 12)
    for volume in (volumes.missed_positives, volumes.caught_positives, volumes.flagged):
        assert volume.level == "refuse"
        assert (volume.mean, volume.mean_low, volume.typical_high, volume.wide_low) == (None,) * 4
        assert volume.reason is not None
        assert "12 positive cases are too few" in volume.reason
    assert volumes.missed_positives.upper_bound == pytest.approx(8280 * 0.03 * (1 - 0.05 ** (1 / 12)))
    assert volumes.flagged_negatives.level == "number and range"


def test_none_missed_gives_a_bound_and_never_the_number_zero() -> None:
    missed = _at(0, 300).missed_positives
    assert missed.level == "bound only"
    assert missed.mean is None
    assert missed.mean_low is None
    assert missed.upper_bound == pytest.approx(8280 * 0.03 * 0.009936, rel=1e-4)


def test_five_misses_give_a_range_without_a_number() -> None:
    missed = _at(5, 300).missed_positives
    assert missed.level == "range only"
    assert missed.mean is None
    assert missed.estimate == pytest.approx(8280 * 0.03 * 5 / 300)
    assert missed.mean_low is not None
    assert missed.mean_high is not None
    assert missed.typical_high is not None


def test_flagging_nothing_has_no_precision() -> None:
    sweep = Sweep.from_counts([0.5, 1.5], [285, 0], [225, 0], 300, 9000)
    volumes = daily_volumes(sweep, STATED, 1.5, simultaneous=False)
    assert volumes.precision.value is None
    assert volumes.precision.reason is not None
    assert volumes.flagged.level == "bound only"


def test_precision_as_in_the_cases_is_close_to_counting_flagged_cases() -> None:
    day = DayProfile(Traffic.stated(8280), Prevalence.as_in_cases(280, 8000))
    precision = daily_volumes(EXAMPLE, day, 0.49, simultaneous=False).precision
    from expectkit.measure.intervals import clopper_pearson

    expected = np.array(clopper_pearson(266, 466, 0.05))
    assert np.array([precision.low, precision.high]) == pytest.approx(expected, abs=0.005)


def test_every_quantity_has_a_place_for_the_threshold_that_flags_everything() -> None:
    sweep = Sweep.from_counts([0.0, 0.5], [300, 285], [9000, 225], 300, 9000)
    volumes = daily_volumes(sweep, STATED, 0.0, simultaneous=True)
    assert volumes.flagged.estimate == pytest.approx(8280)
    assert volumes.missed_positives.level == "bound only"
    assert volumes.flagged_negatives.lower_bound == pytest.approx(8000, rel=0.01)


# --- clusters that span days, a mix known from few cases, stated ranges -------------------------------------


def _standing_groups(n_groups: int, n_days: int) -> tuple[Sweep, DayProfile]:
    """Groups with one row a day, the same every day; 20 % positive, 15 % of these missed, 5 % false alarms."""
    kinds = np.array([[0.76, 0.04], [0.03, 0.17]]) * n_groups  # (label, flagged)
    sizes = np.rint(kinds).astype(np.int64)
    thresholds = np.array([0.5])
    days = tuple(str(np.datetime64("2026-03-02") + day) for day in range(n_days))
    grouped = GroupedHistogram(days, thresholds, np.repeat(sizes[None], n_days, axis=0))
    of_class, flagged = sizes.sum(axis=1), (sizes[:, 1:] * n_days**2).astype(np.float64)
    moments = ClusterMoments(
        (int(of_class[0]), int(of_class[1])),
        (float(of_class[0] * n_days**2), float(of_class[1] * n_days**2)),
        flagged,
        flagged,
    )
    rows = RowCounts(n_groups * n_days, 0, 0, n_groups * n_days)
    swept = sweep(Tally(ScoreHistogram(thresholds, sizes * n_days), grouped, {}, moments, rows, 0.0, 1.0))
    mix = Prevalence.as_in_cases(swept.n_positives, swept.n_negatives, effective_cases=swept.effective_cases)
    return swept, DayProfile(Traffic.observed(daily_totals(grouped)), mix, grouped)


def test_groups_that_are_the_same_every_day_say_no_more_than_their_number() -> None:
    swept, day = _standing_groups(800, 28)
    volumes = daily_volumes(swept, day, 0.5, simultaneous=False)
    assert day.holds_whole_days
    for name, groups, of in (
        ("missed_positives", 24, 160),
        ("flagged_negatives", 32, 640),
        ("positives", 160, 800),
    ):
        volume = getattr(volumes, name)
        low, high = (of * float(end) for end in clopper_pearson(groups, of, 0.05))
        assert volume.mean_low < low * 1.01 < high * 0.99 < volume.mean_high, name
        assert volume.typical_high - volume.typical_low > 1.2 * (volume.mean_high - volume.mean_low) / 1.96, (
            name
        )
    precision = volumes.precision
    least, most = (float(end) for end in clopper_pearson(136, 168, 0.05))
    assert precision.low is not None
    assert precision.high is not None
    assert precision.low < least * 1.01 < most * 0.99 < precision.high


def test_the_curves_and_the_slider_know_about_clusters_too() -> None:
    swept, day = _standing_groups(800, 28)
    one = daily_volumes(swept, day, 0.5, simultaneous=True)
    curves, slider = volume_curves(swept, day), volumes_everywhere(swept, day, [0], one)[0]
    for name in ("missed_positives", "flagged_negatives", "caught_positives", "flagged"):
        volume, curve = getattr(one, name), getattr(curves, name)
        assert (curve.low[0], curve.high[0]) == pytest.approx((volume.mean_low, volume.mean_high)), name
        assert dataclasses.replace(volume, reason=None) == getattr(slider, name), name


def test_days_of_independent_cases_keep_the_range_of_their_days() -> None:
    swept, day, missed = _whole_days(14)
    volume = daily_volumes(swept, day, 0.49, simultaneous=False).missed_positives
    assert (volume.mean_low, volume.mean_high) == pytest.approx(tuple(map(float, day_mean(missed))))


@pytest.mark.parametrize(
    ("mix", "level"), [((2, 100), "bound only"), ((5, 150), "range only"), ((1, 25), "refuse")]
)
def test_a_mix_known_from_a_handful_of_cases_limits_what_is_said(mix: tuple[int, int], level: str) -> None:
    day = DayProfile(Traffic.stated(8280), Prevalence.sampled(*mix))
    volumes = daily_volumes(EXAMPLE, day, 0.49, simultaneous=False)
    for name in ("positives", "missed_positives", "caught_positives", "flagged", "precision"):
        assert getattr(volumes, name).level == level, name
    assert volumes.missed_positives.mean is None
    assert volumes.precision.value is None
    assert volumes.missed_positives.reason is not None
    assert f"{mix[0]} of {mix[1]} cases" in volumes.missed_positives.reason or level == "refuse"
    negatives = "refuse" if level == "refuse" else "number and range"
    assert volumes.flagged_negatives.level == negatives
    slider = volumes_everywhere(EXAMPLE, day, [1], daily_volumes(EXAMPLE, day, 0.49, simultaneous=True))[0]
    assert slider.missed_positives.level == slider.precision.level == level


def test_a_mix_known_from_many_cases_changes_no_level() -> None:
    day = DayProfile(Traffic.stated(8280), Prevalence.sampled(338, 10_000))
    assert daily_volumes(EXAMPLE, day, 0.49, simultaneous=False).missed_positives.level == "number and range"


def test_chance_alone_reaches_from_one_end_of_stated_ranges_to_the_other() -> None:
    ranged = DayProfile(Traffic.ranged(6000, 10_560), Prevalence.ranged(0.03, 0.038))
    ends = [
        DayProfile(Traffic.stated(cases), Prevalence.stated(mix))
        for cases, mix in ((6000, 0.03), (10_560, 0.038))
    ]
    whole, lowest, highest = (
        daily_volumes(EXAMPLE, day, 0.49, simultaneous=False).missed_positives for day in (ranged, *ends)
    )
    assert whole.typical_kind == "by chance alone"
    assert (whole.typical_low, whole.typical_high) == (lowest.typical_low, highest.typical_high)
    assert (whole.wide_low, whole.wide_high) == (lowest.wide_low, highest.wide_high)
    everywhere = volumes_everywhere(
        EXAMPLE, ranged, [1], daily_volumes(EXAMPLE, ranged, 0.49, simultaneous=True)
    )
    assert everywhere[0].missed_positives.wide_high == whole.wide_high


def test_negatives_are_fewest_where_the_mix_is_richest() -> None:
    ranged = DayProfile(Traffic.stated(8280), Prevalence.ranged(0.03, 0.2))
    few, many = (DayProfile(Traffic.stated(8280), Prevalence.stated(mix)) for mix in (0.2, 0.03))
    whole, low, high = (
        daily_volumes(EXAMPLE, day, 0.49, simultaneous=False).flagged_negatives for day in (ranged, few, many)
    )
    assert (whole.typical_low, whole.typical_high) == (low.typical_low, high.typical_high)


def test_the_bound_of_a_rate_holds_at_every_threshold_when_the_threshold_was_chosen_here() -> None:
    fixed = daily_volumes(EXAMPLE, STATED, 0.49, simultaneous=False)
    chosen = daily_volumes(EXAMPLE, STATED, 0.49, simultaneous=True)
    assert fixed.false_negative_rate_bounds[1] == pytest.approx(fixed.false_negative_rate.upper_bound())
    assert fixed.false_negative_rate_bounds[0] == pytest.approx(fixed.false_negative_rate.lower_bound())
    expected = clopper_pearson(14, 280, local_alpha(280, 0.90))
    assert chosen.false_negative_rate_bounds == pytest.approx(tuple(map(float, expected)))
    assert chosen.missed_positives.upper_bound == pytest.approx(280 * chosen.false_negative_rate_bounds[1])
    expected = clopper_pearson(200, 8000, local_alpha(8000, 0.90))
    assert chosen.false_positive_rate_bounds == pytest.approx(tuple(map(float, expected)))


def test_a_rate_without_cases_is_bounded_by_nothing() -> None:
    nobody = Sweep.from_counts([0.5], [0], [3], 0, 100)
    volumes = daily_volumes(nobody, STATED, 0.5, simultaneous=True)
    assert volumes.false_negative_rate_bounds == (0.0, 1.0)
