from __future__ import annotations

import math
import re
from dataclasses import fields, replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.printed import PrintedVolume, PrintedVolumes, print_volumes
from expectkit.briefing.wording import DAYS, as_number, exact, half_up
from expectkit.measure.levels import level_of_rate
from expectkit.measure.rates import Rate
from expectkit.measure.volumes import DailyVolume, DailyVolumes, Precision

NAMES = [field.name for field in fields(PrintedVolumes) if field.type == "PrintedVolume"]


def volume(estimate: float, low: float, high: float, **others: object) -> DailyVolume:
    """A daily volume at the level of a number; the ranges of single days are chance alone."""
    reach = math.sqrt(estimate)
    known = DailyVolume(
        mean=estimate,
        mean_low=low,
        mean_high=high,
        typical_low=max(0, math.floor(estimate - 1.3 * reach)),
        typical_high=math.ceil(estimate + 1.3 * reach),
        wide_low=max(0, math.floor(estimate - 2 * reach)),
        wide_high=math.ceil(estimate + 2 * reach),
        typical_kind="by chance alone",
        level="number and range",
        reason=None,
        upper_bound=high,
        lower_bound=low,
        estimate=estimate,
    )
    return replace(known, **others)


def of_rate(rate: Rate, scale: float, slack: float, alpha: float) -> DailyVolume:
    """The volume of a rate in a class of `scale` cases a day that is known up to a share of `slack`."""
    low, high = rate.limits(alpha)
    level = level_of_rate(rate)
    estimate = rate.value * scale
    stated = {"level": level, "mean": estimate if level == "number and range" else None}
    stated |= {"upper_bound": rate.upper_bound() * scale, "lower_bound": rate.lower_bound() * scale}
    if level in ("refuse", "bound only"):
        ends = ("mean_low", "mean_high", "typical_low", "typical_high", "wide_low", "wide_high")
        stated |= dict.fromkeys(ends)
    return volume(estimate, low * scale * (1 - slack), high * scale * (1 + slack), **stated)


def day_of(
    missed: int,
    positives: int,
    flagged: int,
    negatives: int,
    *,
    cases: float = 8280,
    prevalence: float = 280 / 8280,
    slack: float = 0.0,
    simultaneous: bool = False,
) -> DailyVolumes:
    miss, alarm = Rate(missed, positives), Rate(flagged, negatives)
    alpha = 0.0015 if simultaneous else 0.05
    p, n = cases * prevalence, cases * (1 - prevalence)
    caught = of_rate(miss.complement(), p, slack, alpha)
    wrong = of_rate(alarm, n, slack, alpha)
    both = (caught.estimate or 0) + (wrong.estimate or 0)
    return DailyVolumes(
        threshold=0.5,
        cases=volume(cases, cases * (1 - slack), cases * (1 + slack)),
        positives=volume(p, p * (1 - slack), p * (1 + slack)),
        negatives=volume(n, n * (1 - slack), n * (1 + slack)),
        flagged_negatives=wrong,
        missed_positives=of_rate(miss, p, slack, alpha),
        caught_positives=caught,
        flagged=volume(both, both * 0.8, both * 1.2),
        precision=Precision(0.5, 0.4, 0.6, 0.4, "number and range", None),
        false_negative_rate=miss,
        false_positive_rate=alarm,
        rates_differ_by_day=(False, False),
        is_simultaneous=simultaneous,
        per_weekday=(),
    )


@st.composite
def days(draw: st.DrawFn) -> DailyVolumes:
    positives, negatives = draw(st.integers(1, 30_000)), draw(st.integers(1, 900_000))
    return day_of(
        draw(st.integers(0, positives)),
        positives,
        draw(st.integers(0, negatives)),
        negatives,
        cases=math.exp(draw(st.floats(-1, 17))),
        prevalence=math.exp(draw(st.floats(-7, -0.2))),
        slack=draw(st.sampled_from([0.0, 0.0, 0.02, 0.2])),
        simultaneous=draw(st.booleans()),
    )


def number(text: str | None) -> Decimal:
    assert text is not None
    return Decimal(text.replace(",", ""))


def last_digit(text: str) -> Decimal:
    return Decimal(1).scaleb(-len(text.rstrip("%").partition(".")[2]))


def last_place(value: Decimal) -> Decimal:
    """The place of the last digit that is not 0: 100 of 8,300, 0.1 of 7.2."""
    return Decimal(1).scaleb(value.normalize().as_tuple().exponent) if value else Decimal(1)


@given(days())
@settings(max_examples=200, deadline=None)
def test_in_print_missed_and_caught_add_up_to_the_positives(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    parts = printed.missed_positives, printed.caught_positives, printed.positives
    assert ("mean" in parts[0].values) == (
        "mean" in parts[1].values
    ) or "fewer" in f"{parts[0].mean}{parts[1].mean}"
    if all("mean" in part.values for part in parts):
        assert len({part.period for part in parts}) == 1
        assert sum(number(part.mean) for part in parts[:2]) == number(parts[2].mean)


def test_parts_of_a_case_are_left_to_the_caught_ones_and_not_lost() -> None:
    """Seven and a bit of 63 are missed: 55.8 caught, not 56, for 7.2 and 56 would be more than there are."""
    printed = print_volumes(day_of(11_430, 100_000, 225, 9000, cases=1000, prevalence=0.063))
    parts = printed.missed_positives, printed.caught_positives, printed.positives
    assert [part.mean for part in parts] == ["7.2", "55.8", "63"]


def test_one_that_is_caught_among_thousands_a_year_is_not_rounded_to_all_missed() -> None:
    printed = print_volumes(day_of(99_970, 100_000, 225, 9000, cases=99.99, prevalence=0.027))
    assert (printed.caught_positives.mean, printed.caught_positives.period) == ("fewer than 1", "year")
    assert printed.missed_positives.level == "number and range"
    assert printed.missed_positives.mean != printed.positives.mean


@given(days())
@settings(max_examples=200, deadline=None)
def test_caught_ones_take_up_the_rounding_of_the_other_two_and_no_more(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    caught, missed, positives = printed.caught_positives, printed.missed_positives, printed.positives
    if "mean" in caught.values and "mean" in missed.values:
        off = abs(number(caught.mean) - exact(day.caught_positives.estimate) * DAYS[caught.period])
        half_units = [last_place(number(one.mean)) * 5 / 2 for one in (missed, positives)]  # units 1, 2 and 5
        assert off <= sum(half_units)


@given(days())
@settings(max_examples=200, deadline=None)
def test_parts_of_a_case_are_printed_only_where_the_missed_ones_need_them(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    missed, caught, positives = printed.missed_positives, printed.caught_positives, printed.positives
    if "mean" not in missed.values:
        return
    is_rarest = min(day.missed_positives.estimate, day.caught_positives.estimate) * 365 < 1
    if positives.values["mean"] >= 10 and not is_rarest and positives.values["mean"].is_integer():
        assert caught.values["mean"].is_integer() == missed.values["mean"].is_integer()


@given(days())
@settings(max_examples=200, deadline=None)
def test_positives_are_whole_cases_unless_that_would_shift_a_case_between_the_parts(
    day: DailyVolumes,
) -> None:
    printed = print_volumes(day)
    caught, positives = printed.caught_positives, printed.positives
    if "mean" in caught.values and "mean" in printed.missed_positives.values:
        measured = exact(day.caught_positives.estimate) * DAYS[caught.period]
        off = abs(number(caught.mean) - measured)
        place = max(last_place(number(one.mean)) for one in (caught, printed.missed_positives))
        assert off <= place * 5  # the units are 1, 2 and 5 times a power of ten
        whole = half_up(exact(day.positives.estimate) * DAYS[positives.period], 1)
        if positives.values["mean"] >= 10 and not positives.values["mean"].is_integer():
            parts = caught, printed.missed_positives, positives
            place = min(last_place(number(part.mean)) for part in parts)
            assert abs(whole - number(printed.missed_positives.mean) - measured) > place / 10


@given(days())
@settings(max_examples=200, deadline=None)
def test_in_print_flagged_is_caught_plus_false_alarms(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    parts = printed.caught_positives, printed.flagged_negatives, printed.flagged
    if all("mean" in part.values for part in parts) and parts[0].period == parts[1].period:
        assert number(parts[0].mean) + number(parts[1].mean) == number(parts[2].mean)


@given(days())
@settings(max_examples=200, deadline=None)
def test_printed_ranges_hold_the_printed_and_the_measured_average(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    for name in NAMES:
        measured, text = getattr(day, name), getattr(printed, name)
        scale = DAYS[text.period]
        if "mean_low" in text.values and "mean_high" in text.values:
            assert text.values["mean_low"] <= measured.mean_low * scale * (1 + 1e-9)
            assert text.values["mean_high"] >= measured.mean_high * scale * (1 - 1e-9)
            if "mean" in text.values:
                assert text.values["mean_low"] <= text.values["mean"] <= text.values["mean_high"]
        if "typical_low" in text.values:
            assert text.values["wide_low"] <= text.values["typical_low"] <= measured.typical_low
            assert text.values["wide_high"] >= text.values["typical_high"] >= measured.typical_high
            if "mean" in text.values and text.period == "day":
                assert text.values["typical_low"] <= text.values["mean"] <= text.values["typical_high"]


@given(days())
@settings(max_examples=200, deadline=None)
def test_a_printed_rate_lies_well_inside_its_exact_range(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    for name in ("false_negative_rate", "false_positive_rate"):
        rate: Rate = getattr(day, name)
        if name in printed.values:
            low, high = rate.limits(0.05)
            assert low <= printed.values[name] <= high
            assert abs(printed.values[name] - rate.value) <= (high - low) / 4 + 1e-6


def test_a_rate_that_is_known_well_is_not_rounded_to_a_whole_per_cent() -> None:
    """8,291 of 66,907 are 12.39 %, between 12.14 and 12.64: "12%" would be a rate that the test rules out."""
    printed = print_volumes(day_of(40, 280, 8_291, 66_907, cases=900, prevalence=0.09))
    assert printed.false_positive_rate == "12.4%"


@given(days())
@settings(max_examples=200, deadline=None)
def test_printed_percentages_bear_out_the_printed_counts(day: DailyVolumes) -> None:
    """Whoever takes the printed percentage of the printed whole gets the printed part, as far as both are rounded."""
    printed = print_volumes(day)
    pairs = [(printed.missed_positives, printed.positives, printed.false_negative_rate)]
    if printed.negatives.values.get("mean", 0) >= 100:
        pairs.append((printed.flagged_negatives, printed.negatives, printed.false_positive_rate))
    for part, whole, rate in pairs:
        if rate is None or "mean" not in part.values or "mean" not in whole.values:
            continue
        per_period = number(whole.mean) * DAYS[part.period] / DAYS[whole.period]
        taken = per_period * Decimal(rate.rstrip("%")) / 100
        by_rate, by_part = per_period * last_digit(rate) / 200, last_place(number(part.mean)) * 5 / 2
        by_whole = last_place(number(whole.mean)) * 5 / 2 * DAYS[part.period] / DAYS[whole.period]
        assert abs(taken - number(part.mean)) <= by_rate + by_part + by_whole * taken / per_period


@given(days())
@settings(max_examples=200, deadline=None)
def test_an_average_is_printed_as_nothing_only_when_it_is_exactly_nothing(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    for name in NAMES:
        text = getattr(printed, name)
        if getattr(day, name).estimate > 0:
            assert text.mean != "0"
        for words in (text.mean_range, text.typical_range, text.wide_range):
            assert words is None or not re.search(r"(?<![\d.,])0(?![\d.,])|none|zero", words)
    assert printed.false_negative_rate not in ("0%", "100%")


@given(days())
@settings(max_examples=200, deadline=None)
def test_a_level_prints_what_it_allows_and_nothing_more(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    for name in ("flagged_negatives", "missed_positives", "caught_positives"):
        text: PrintedVolume = getattr(printed, name)
        measured = getattr(day, name)
        if text.level != measured.level:
            # Only false alarms may drop to a range: where nearly every negative is flagged, the printed negatives
            # (four digits, so that they add up with the cases) may be fewer than the flagged ones. A reader would
            # see more than all of them flagged; the range says what is known and contradicts nothing. Missed and
            # caught positives add up to the printed positives, so they never need it.
            assert (name, measured.level, text.level) == (
                "flagged_negatives",
                "number and range",
                "range only",
            )
            period = printed.negatives.period
            assert measured.estimate * DAYS[period] >= printed.negatives.values["mean"] - 1
        assert (text.mean is not None) == (text.level == "number and range")
        assert (text.mean_range is not None) == (text.level in ("number and range", "range only"))
        assert text.bound is None or text.level == "bound only"
        assert text.bound is not None or text.level != "bound only" or text.mean_low == "0"
        if text.level == "refuse":
            assert text.values == {}


@given(days())
@settings(max_examples=200, deadline=None)
def test_bounds_are_rounded_outward(day: DailyVolumes) -> None:
    printed = print_volumes(day)
    for name in ("flagged_negatives", "missed_positives"):
        text, measured = getattr(printed, name), getattr(day, name)
        if text.bound is not None:
            which, bound = text.bound
            scale = DAYS[text.period]
            if which == "at most":
                assert as_number(bound) >= measured.upper_bound * scale * (1 - 1e-9)
            else:
                assert as_number(bound) <= measured.lower_bound * scale * (1 + 1e-9)


def test_the_numbers_of_the_readme_are_printed_as_they_are() -> None:
    printed = print_volumes(day_of(14, 280, 200, 8000))
    assert (printed.cases.mean, printed.positives.mean, printed.negatives.mean) == ("8,280", "280", "8,000")
    assert (printed.flagged_negatives.mean, printed.missed_positives.mean) == ("200", "14")
    assert (printed.caught_positives.mean, printed.flagged.mean) == ("266", "466")
    assert (printed.false_negative_rate, printed.false_positive_rate, printed.precision) == (
        "5%",
        "2.5%",
        "57%",
    )
    assert (printed.missed_positives.mean_low, printed.missed_positives.mean_high) == ("6", "24")
    assert not printed.missed_positives.is_about


def test_ranges_for_all_settings_at_once_do_not_blur_the_average() -> None:
    once, at_all = (print_volumes(day_of(14, 280, 200, 8000, simultaneous=wide)) for wide in (False, True))
    assert once.missed_positives.mean == at_all.missed_positives.mean == "14"
    assert at_all.missed_positives.values["mean_high"] > once.missed_positives.values["mean_high"]


def test_rare_outcomes_move_to_a_longer_period_together() -> None:
    printed = print_volumes(day_of(15, 300, 225, 9000, cases=1300))
    assert (
        printed.missed_positives.period
        == printed.caught_positives.period
        == printed.positives.period
        == "week"
    )
    assert printed.flagged_negatives.period == "day"
    assert printed.missed_positives.mean == "16"


def test_the_rarest_outcomes_are_fewer_than_one_a_year() -> None:
    printed = print_volumes(day_of(15, 300, 225, 9000, cases=1, prevalence=0.03))
    assert (printed.missed_positives.mean, printed.missed_positives.period) == ("fewer than 1", "year")


def test_coarse_rounding_says_about() -> None:
    printed = print_volumes(day_of(150, 3000, 900, 9000, slack=0.1))
    wrong = printed.flagged_negatives
    assert wrong.values["mean"] % 50 == 0
    assert wrong.is_about == (exact(800) != number(wrong.mean))


def printed_limits(n: int, scale: float) -> tuple[np.ndarray, ...]:
    """Printed range, and printed bound, a day, for every possible count of misses among n positives."""
    rows = []
    for x in range(n + 1):
        day = day_of(x, n, 225, 9000, cases=scale * 30, prevalence=1 / 30)
        missed = of_rate(Rate(x, n), scale, 0.0, 0.05)
        level = "number and range" if 3 <= x <= n - 3 else "range only"
        low, high = (limit * scale for limit in Rate(x, n).limits(0.05))
        stated = replace(missed, mean=missed.estimate, mean_low=low, mean_high=high, level=level)
        text = print_volumes(replace(day, missed_positives=stated)).missed_positives
        bound = print_volumes(
            replace(day, missed_positives=replace(missed, level="bound only"))
        ).missed_positives
        days, bound_days = DAYS[text.period], DAYS[bound.period]
        ends = text.values["mean_low"] / days, text.values["mean_high"] / days
        rows.append((*ends, bound.values["upper_bound"] / bound_days))
    return tuple(np.array(rows).T)


@pytest.mark.slow
@pytest.mark.parametrize(("n", "scale"), [(100, 280.0), (300, 280.0), (300, 3.1), (1000, 61.0)])
def test_printed_ranges_and_bounds_hold_the_truth_in_95_of_100_tests(n: int, scale: float) -> None:
    from scipy.stats import binom

    low, high, bound = printed_limits(n, scale)
    rates = np.concatenate([np.geomspace(0.001, 0.3, 400), 0.5 * np.arange(1, 60) / scale])
    rates = rates[(rates > 0.001) & (rates < 0.3)]
    truth = rates * scale
    probabilities = binom.pmf(np.arange(n + 1)[:, None], n, rates)
    in_range = (low[:, None] <= truth * (1 + 1e-9)) & (truth * (1 - 1e-9) <= high[:, None])
    under_bound = truth * (1 - 1e-9) <= bound[:, None]
    for holds in (in_range, under_bound):
        coverage = (probabilities * holds).sum(axis=0)
        print(n, scale, coverage.min().round(4), coverage.mean().round(4))
        assert coverage.min() >= 0.95
