"""The record: every number from what was measured, printed once, at the level the cases allow."""

from __future__ import annotations

import dataclasses
import re

import pytest

from expectkit.briefing.baseline_records import baseline_records
from expectkit.briefing.business_writer import BusinessEvidence
from expectkit.briefing.launch_writer import LaunchEvidence, StatedFrame
from expectkit.briefing.printed import print_volumes
from expectkit.briefing.recorder import write_record
from expectkit.briefing.wording import as_number
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.intervals import local_alpha
from expectkit.measure.operating_point import ThresholdRule
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.rates import Rate
from expectkit.measure.simple_baselines import simple_baselines
from expectkit.measure.volumes import daily_volumes
from tests.briefing.evidence import STATED, WORDS, evidence, record, sweep_of, whole_days

PRINTED = print_volumes(daily_volumes(sweep_of(), STATED, 0.49, simultaneous=False))


def test_the_operating_setting_is_the_one_proposed_and_its_numbers_stand_on_top() -> None:
    found = record()
    (operating,) = (setting for setting in found.settings if setting.is_operating)
    assert (operating.name, operating.threshold, operating.printed_threshold) == ("Proposed", 0.49, "0.49")
    assert found.operating_threshold == 0.49
    assert found.counts == operating.counts
    assert (found.counts.n_true_positives, found.counts.n_false_positives) == (266, 200)
    assert found.per_day["missed_positives"].mean == pytest.approx(14.0)


def test_every_setting_has_its_own_sentences_and_the_step_to_it() -> None:
    found = record()
    assert [setting.name for setting in found.settings] == ["Catch more", "Proposed", "Flag fewer"]
    for setting in found.settings:
        ids = [statement.id for statement in setting.statements]
        assert "expectation" in ids
        # of 4 missed only a range may be said, so no step to "catch more" can be counted
        assert ("setting.step" in ids) == (setting.name == "Flag fewer")


def test_a_fixed_setting_has_plain_ranges_and_a_chosen_one_those_for_all_settings() -> None:
    plain, chosen = record(), record(chosen_here=True)
    rate = Rate(14, 280)
    for found, alpha in ((plain, 0.05), (chosen, float(local_alpha(280)))):
        stated = found.rates["false_negative_rate"]
        assert (stated.low, stated.high) == pytest.approx(rate.limits(alpha))
    assert plain.rates["false_negative_rate"].upper_bound == pytest.approx(rate.upper_bound())
    assert chosen.rates["false_negative_rate"].upper_bound > rate.upper_bound()
    for name in ("false_negative_rate", "true_positive_rate", "false_positive_rate", "precision"):
        assert chosen.rates[name].method == plain.rates[name].method + "; at all settings at once"
    assert not plain.threshold_choice.is_simultaneous
    assert chosen.threshold_choice.is_simultaneous


def test_a_printed_range_holds_the_printed_rate() -> None:
    for n in (1, 50, 5000):
        sweep = sweep_of((14 * n + n // 3,), (200 * n,), 280 * n, 8000 * n, (0.49,))
        for rate in record(sweep=sweep).rates.values():
            if rate.printed is not None and rate.printed_low is not None and rate.printed_high is not None:
                ends = [as_number(text.removesuffix("%")) for text in (rate.printed_low, rate.printed_high)]
                assert ends[0] <= as_number(rate.printed.removesuffix("%")) <= ends[1]


def test_few_errors_leave_a_bound_and_no_range_in_print() -> None:
    found = record(sweep=sweep_of((0,), (200,), 300, 8000, (0.49,)))
    missed, caught = found.rates["false_negative_rate"], found.rates["true_positive_rate"]
    assert (missed.level, missed.value, missed.printed) == ("bound only", None, None)
    assert (missed.printed_low, missed.printed_high) == (None, "1%")
    assert missed.upper_bound == pytest.approx(0.009936, abs=5e-7)
    assert (caught.printed_low, caught.printed_high) == ("99%", None)


def test_a_bound_at_a_chosen_setting_allows_for_the_choice() -> None:
    found = record(sweep=sweep_of((0,), (200,), 300, 8000, (0.49,)), chosen_here=True)
    missed = found.rates["false_negative_rate"]
    assert missed.printed_high == "2.2%"
    assert missed.upper_bound == pytest.approx(1 - (float(local_alpha(300, 0.90)) / 2) ** (1 / 300))


def test_too_few_cases_leave_nothing_to_print() -> None:
    found = record(sweep=sweep_of((1,), (200,), 20, 8000, (0.49,)))
    missed = found.rates["false_negative_rate"]
    assert missed.level == "refuse"
    assert (missed.value, missed.low, missed.high, missed.printed_low, missed.printed_high) == (None,) * 5
    assert found.per_day["missed_positives"].mean is None
    assert found.statement("ask.volumes").endswith(
        "How many fraudulent transactions would be missed is not known yet."
    )


def test_precision_is_about_production_and_not_about_the_mix_of_the_test() -> None:
    rebalanced = sweep_of((14,), (7,), 280, 280, (0.49,))
    precision = record(sweep=rebalanced).rates["precision"]
    assert precision.numerator == pytest.approx(266)
    assert precision.denominator == pytest.approx(266 + 200)


def test_the_sweep_is_recorded_at_the_shown_thresholds_only() -> None:
    columns = record(shown_thresholds=[0, 4, 8]).thresholds
    assert columns.threshold == (0.1, 0.49, 0.9)
    assert columns.n_true_positives == (279, 266, 140)
    lengths = {len(getattr(columns, field.name)) for field in dataclasses.fields(columns)}
    assert lengths == {3}
    assert columns.missed_positives_low[1] < columns.missed_positives[1] < columns.missed_positives_high[1]


def test_a_rule_is_told_with_its_threshold_and_how_the_choice_flatters_itself() -> None:
    choice = record(rule=ThresholdRule.at_most_false_negative_rate(0.0501), chosen_here=True).threshold_choice
    assert choice.rule == "0.49, the highest with a false negative rate of at most 5.01% in the test"
    assert [item.measure for item in choice.optimism] == ["false_negative_rate", "false_positive_rate"]
    assert all(0 <= item.corrected <= 1 for item in choice.optimism)
    assert choice.optimism[0].stated == 0.05


@pytest.mark.parametrize(("currency", "sign"), [("EUR", "€"), ("GBP", "£"), (None, "")])
def test_what_the_choice_flatters_the_cost_by_is_told_in_its_currency(
    currency: str | None, sign: str
) -> None:
    business = BusinessEvidence(None, None, None, (), currency, StatedFrame(), LaunchEvidence(False))
    few = sweep_of((1, 5, 12), (60, 25, 9), 60, 900, (0.3, 0.5, 0.7))
    found = record(
        sweep=few, rule=ThresholdRule.lowest_cost(20, 5), chosen_here=True, business=business, day=STATED
    )
    text = found.statement("certainty.choice.cost_per_day")
    amounts = re.findall(r"(?:as|about) (\D*)[\d,.]+\d", text)
    assert amounts == [sign, sign], text


def test_weekdays_are_recorded_from_four_weeks_on() -> None:
    sweep, day = whole_days(28)
    found = record(sweep=sweep, day=day)
    assert [weekday.weekday for weekday in found.per_weekday][::6] == ["Monday", "Sunday"]
    friday = found.per_weekday[4].per_day["cases"]
    assert friday.mean == pytest.approx(740)
    assert friday.printed == "740"
    assert friday.typical_low <= 740 <= friday.typical_high
    assert record(sweep=sweep_of((10,), (100,), 200, 4000, (0.49,))).per_weekday == ()


def test_the_model_stands_beside_simple_rules_with_the_numbers_it_is_printed_with_elsewhere() -> None:
    found = record()
    model, nothing, random = found.simple_baselines
    printed = found.per_day["flagged_negatives"].printed.mean
    assert (model.flagged_negatives, model.is_model, model.accuracy) == (printed, True, "97.4%")
    assert (nothing.name, nothing.missed_positives, nothing.flagged_negatives) == (
        "Flag nothing",
        "280",
        "none",
    )
    assert nothing.accuracy == "96.6%"
    assert random.caught_positives == "16"
    flagged = found.per_day["flagged"].printed.values["mean"]
    assert as_number(random.caught_positives) + as_number(random.flagged_negatives) == flagged
    assert sum("97.4% accurate" in entry.say_not for entry in found.instead) == 1


def test_where_cases_are_too_few_the_comparison_says_so_in_the_place_of_numbers() -> None:
    model, nothing, random = record(sweep=sweep_of((1,), (200,), 20, 8000, (0.49,))).simple_baselines
    assert (model.missed_positives, model.accuracy) == ("too few to say", "too few to say")
    assert nothing.missed_positives == "too few to say"
    assert (random.caught_positives, random.accuracy) == ("too few to say", "too few to say")


def test_simple_rules_are_printed_in_the_period_of_the_model() -> None:
    slow = DayProfile(Traffic.stated(100), Prevalence.stated(280 / 8280))
    model, nothing, _ = record(day=slow).simple_baselines
    assert (model.missed_positives.split()[-1], nothing.missed_positives.split()[-1]) == ("month", "month")


def test_the_process_of_today_brings_its_name_and_is_held_to_the_same_level() -> None:
    good = ConfusionCounts(240, 320, 7680, 40)
    *_, today = record(current=good, current_name="Manual review").simple_baselines
    assert (today.name, today.missed_positives, today.flagged_negatives) == ("Manual review", "40", "320")
    *_, few = record(current=ConfusionCounts(10, 320, 7680, 2)).simple_baselines
    assert (few.missed_positives, few.accuracy) == ("too few to say", "too few to say")
    assert few.flagged_negatives == "320"


def test_a_simple_rule_that_is_hardly_ever_right_is_not_printed_as_never_right() -> None:
    """All but 3 of 400,000 are positive: flagging nothing is right 3 times in 400,000."""
    sweep = sweep_of((150_000,), (1,), 399_997, 3, (0.49,))
    day = DayProfile(Traffic.stated(8280), Prevalence.stated(399_997 / 400_000))
    nothing = next(way for way in simple_baselines(sweep, day, 0.49) if way.key == "flag nothing")
    (printed,) = baseline_records([nothing], PRINTED, current_name="")
    assert 0 < nothing.accuracy < 0.001
    assert printed.accuracy == "under 0.1%"


def test_a_simple_rule_that_catches_next_to_nothing_is_not_printed_as_catching_none() -> None:
    day = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
    random = next(way for way in simple_baselines(sweep_of(), day, 0.49) if way.key == "flag at random")
    few = dataclasses.replace(random, caught_positives=0.02)
    none = dataclasses.replace(random, caught_positives=0.0)
    texts = [baseline_records([way], PRINTED, current_name="")[0].caught_positives for way in (few, none)]
    assert texts == ["fewer than 1", "none"]


def test_traffic_and_mix_are_recorded_with_their_source() -> None:
    day = DayProfile(Traffic.ranged(8000, 9000), Prevalence.sampled(338, 10_000))
    found = record(day=day)
    assert (found.traffic.low, found.traffic.high, found.traffic.source) == (8000, 9000, "stated range")
    assert found.traffic.printed == "8,000 to 9,000, stated as a range"
    assert found.prevalence.value == 0.0338
    assert found.prevalence.low < 0.0338 < found.prevalence.high
    assert found.prevalence.evaluation_prevalence == pytest.approx(280 / 8280)


def test_statement_ids_are_unique() -> None:
    for options in ({}, {"chosen_here": True}, {"sweep": sweep_of((0,), (200,), 300, 8000, (0.49,))}):
        ids = [statement.id for statement in record(**options).statements]
        assert sorted(ids) == sorted(set(ids))


def test_the_same_evidence_gives_an_equal_record() -> None:
    measured = evidence(day=STATED, words=WORDS)
    assert write_record(measured) == write_record(measured)
