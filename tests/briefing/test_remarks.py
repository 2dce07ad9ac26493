"""The lines around tables and charts are true at every level, and name their sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from expectkit.briefing.remarks import (
    basis_remarks,
    prevalence_text,
    remarks,
    rule_text,
    score_text,
    traffic_text,
)
from expectkit.briefing.statements import SettingFacts
from expectkit.briefing.vocabulary import Words
from expectkit.measure.operating_point import ThresholdRule
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from tests.briefing.evidence import WORDS, record

FactsOf = Callable[..., SettingFacts]
STATED = DayProfile(Traffic.stated(8280), Prevalence.stated(0.0338))


def texts(words: Words, facts: SettingFacts, *, is_simultaneous: bool = False) -> dict[str, str]:
    return {item.id: item.text for item in remarks(words, facts, is_simultaneous=is_simultaneous)}


def test_the_volumes_to_accept_are_those_of_the_expectation(words: Words, readme: SettingFacts) -> None:
    assert texts(words, readme)["ask.volumes"] == (
        "About 200 valid transactions flagged a day, and about 14 fraudulent transactions missed a day."
    )


@pytest.mark.parametrize(
    ("seen", "per_day", "expected"),
    [
        ((0, 300, 225, 9000), 8280, "at most 20 fraudulent transactions missed a week."),
        ((5, 300, 225, 9000), 8280, "up to 12 fraudulent transactions missed a day."),
        ((15, 300, 225, 9000), 0.01, "fewer than 1 fraudulent transaction missed a year."),
        ((2, 12, 225, 9000), 8280, "How many fraudulent transactions would be missed is not known yet."),
    ],
)
def test_what_to_accept_is_said_at_its_level_and_in_good_grammar(
    words: Words, facts_of: FactsOf, seen: tuple[int, ...], per_day: float, expected: str
) -> None:
    text = texts(words, facts_of(*seen, cases_per_day=per_day))["ask.volumes"]
    assert text.endswith(expected)
    assert "about fewer" not in text.lower()


def test_ranges_that_know_chance_only_do_not_claim_to_know_how_days_differ(
    words: Words, readme: SettingFacts, facts_of: FactsOf
) -> None:
    swing = DayProfile(Traffic.stated(8280, variation=0.2), Prevalence.stated(280 / 8280))
    assert "is not known here" in texts(words, readme)["sure.deck"]
    assert texts(words, facts_of(14, 280, 200, 8000, day=swing))["sure.deck"].endswith(
        "These ranges carry both."
    )


def test_the_note_under_the_settings_says_for_which_of_them_the_ranges_hold(
    words: Words, readme: SettingFacts
) -> None:
    assert "settings" not in texts(words, readme)["settings.note"]
    assert texts(words, readme, is_simultaneous=True)["settings.note"].endswith("at all settings together.")


def test_a_chart_is_told_to_those_who_do_not_see_it(
    words: Words, readme: SettingFacts, facts_of: FactsOf
) -> None:
    found = texts(words, readme)
    assert found["chart.flagged"].endswith("At 0.49: 200 valid transactions flagged a day.")
    assert "At 0.49: 266 fraudulent transactions correctly caught a day. At 0.49: 14" in found["chart.missed"]
    assert texts(words, facts_of(2, 12, 3, 9000))["chart.missed"].endswith("more are missed.")


@pytest.mark.parametrize(
    ("n_ties", "expected"),
    [
        (0, "No transaction scores exactly at it; one that did would be flagged."),
        (1, "1 transaction of 8,280 scores exactly at it, and is flagged."),
        (12, "12 transactions of 8,280 score exactly at it, and are flagged."),
    ],
)
def test_ties_are_counted_and_said_to_be_flagged(words: Words, n_ties: int, expected: str) -> None:
    found = basis_remarks(
        words,
        score_low=0.0,
        score_high=0.98765,
        compare="float32",
        n_cases_at_threshold=n_ties,
        n_clusters=1200,
        n_cases=8280,
    )
    assert {item.id: item.text for item in found} == {
        "basis.scores": "Between 0 and 0.988, compared with the setting to about 7 digits (float32).",
        "basis.ties": expected,
        "basis.clusters": "1,200 groups of related cases, counted as fewer independent ones.",
    }


def test_what_was_not_counted_is_not_spoken_of(words: Words) -> None:
    options = {"score_low": 0.0, "score_high": 1.0, "compare": "float64", "n_cases": 10}
    found = basis_remarks(words, n_cases_at_threshold=None, n_clusters=None, **options)  # type: ignore[arg-type]
    assert [item.id for item in found] == ["basis.scores"]


@pytest.mark.parametrize("score", [0.0009, 0.9991, -0.0001])
def test_a_score_near_an_end_is_not_rounded_onto_it(score: float) -> None:
    assert score_text(score).startswith("nearly ")


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        (Traffic.stated(8280), "8,280, as stated"),
        (Traffic.stated(0.4), "0.4, as stated"),
        (Traffic.stated(100_000 / 30), "3,333, as stated"),
        (Traffic.ranged(8000, 9000), "8,000 to 9,000, stated as a range"),
        (Traffic.observed([8000, 9001, 8200]), "8,400 on average, counted in the test cases on 3 days"),
    ],
)
def test_traffic_is_told_with_its_source(traffic: Traffic, expected: str) -> None:
    assert traffic_text(DayProfile(traffic, STATED.prevalence)) == expected


@pytest.mark.parametrize(
    ("prevalence", "expected"),
    [
        (Prevalence.stated(0.05), "5%, as stated"),
        (Prevalence.ranged(0.03, 0.04), "3% to 4%, stated as a range"),
        (Prevalence.sampled(338, 10_000), "3.4%, from a counted sample"),
        (Prevalence.as_in_cases(280, 8000), "3.4%, as among the test cases"),
        (
            Prevalence.kept_negatives(280, 800, 0.1),
            "3.4%, from the test cases and the part of the valid transactions kept in them",
        ),
    ],
)
def test_the_mix_is_told_with_its_source(words: Words, prevalence: Prevalence, expected: str) -> None:
    assert prevalence_text(DayProfile(STATED.traffic, prevalence), words) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (ThresholdRule.at(0.49), "0.49, as stated"),
        (
            ThresholdRule.lowest_cost(120, 4.5),
            "0.49, of lowest cost: each fraudulent transaction missed counts 120, each valid transaction held 4.5",
        ),
        (
            ThresholdRule.at_most_flagged_per_day(1500),
            "0.49, the lowest at which at most 1,500 transactions would be held on an average day",
        ),
        (
            ThresholdRule.at_most_false_negative_rate(0.0125),
            "0.49, the highest with a false negative rate of at most 1.25% in the test",
        ),
        (
            ThresholdRule.at_most_false_positive_rate(0.00055),
            "0.49, the lowest with a false positive rate of at most 0.055% in the test",
        ),
        (
            ThresholdRule.capacity(500),
            "0.49, the lowest at which 500 reviews a day would do on 19 days of 20",
        ),
    ],
)
def test_a_rule_is_told_with_its_limit_in_full(rule: ThresholdRule, expected: str) -> None:
    assert rule_text(rule, 0.49, WORDS) == expected


def test_a_share_of_days_is_said_to_be_chance_where_days_are_not_known_to_differ() -> None:
    assert rule_text(ThresholdRule.capacity(500), 0.49, WORDS, knows_days=False) == (
        "0.49, the lowest at which 500 reviews a day would do on 19 days of 20 by chance alone"
    )
    for variation, is_chance in ((None, True), (0.1, False)):
        day = DayProfile(Traffic.stated(8280, variation=variation), Prevalence.stated(280 / 8280))
        found = record(day=day, rule=ThresholdRule.capacity(3000), chosen_here=True).threshold_choice
        assert found.rule.endswith("by chance alone") == is_chance


def test_the_lowest_cost_of_amounts_that_differ_by_case_is_told_without_a_unit_cost() -> None:
    rule = replace(ThresholdRule.lowest_cost(120, 4.5), missed_positive=None, flagged_negative=None)
    assert rule_text(rule, 0.49, WORDS) == "0.49, of lowest cost, each transaction at its own amount"
