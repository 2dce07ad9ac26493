from __future__ import annotations

from collections.abc import Callable

import pytest

from expectkit.briefing.certainty import certainty
from expectkit.briefing.statements import SettingFacts
from expectkit.briefing.vocabulary import Words
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic

FactsOf = Callable[..., SettingFacts]

STATED = DayProfile(Traffic.stated(8280), Prevalence.stated(0.0338))


def texts(words: Words, facts: SettingFacts, day: DayProfile = STATED, **options: object) -> dict[str, str]:
    chosen: dict[str, object] = {"is_simultaneous": False, "chosen_on_these_cases": False} | options
    return {item.id: item.text for item in certainty(words, facts, day, **chosen)}  # type: ignore[arg-type]


def test_the_counts_of_the_test_are_named(words: Words, readme: SettingFacts) -> None:
    assert texts(words, readme)["certainty.cases"].startswith(
        "In the test, 14 of the 280 fraudulent transactions were missed, "
        "and 200 of the 8,000 valid transactions were flagged."
    )


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        (Traffic.stated(8280), "stated as 8,280 transactions a day and taken at its word"),
        (Traffic.ranged(8000, 9000), "stated as 8,000 to 9,000 transactions a day"),
        (Traffic.observed([8000, 9000, 8200]), "counted on 3 days: 8,400 transactions on average"),
    ],
)
def test_the_source_of_traffic_is_named(
    words: Words, readme: SettingFacts, traffic: Traffic, expected: str
) -> None:
    assert expected in texts(words, readme, DayProfile(traffic, STATED.prevalence))["certainty.traffic"]


@pytest.mark.parametrize(
    ("prevalence", "expected"),
    [
        (Prevalence.stated(0.0338), "stated as 3.4% and taken at its word"),
        (Prevalence.ranged(0.03, 0.04), "stated as 3% to 4%"),
        (Prevalence.sampled(338, 10_000), "comes from a sample of 10,000 transactions: 3.4%"),
        (Prevalence.as_in_cases(280, 8000), "taken to be as in the test: 3.4%"),
        (Prevalence.kept_negatives(280, 800, 0.1), "the part of the valid transactions kept in it: 3.4%"),
    ],
)
def test_the_source_of_the_mix_is_named(
    words: Words, readme: SettingFacts, prevalence: Prevalence, expected: str
) -> None:
    text = texts(words, readme, DayProfile(STATED.traffic, prevalence))["certainty.prevalence"]
    assert expected in text
    assert "only their mix may differ" in text


def test_chance_alone_is_never_called_a_typical_day(words: Words, readme: SettingFacts) -> None:
    assert "show chance alone" in texts(words, readme)["certainty.days"]


def test_a_setting_chosen_on_the_same_cases_is_owned_up_to(words: Words, readme: SettingFacts) -> None:
    plain = texts(words, readme)
    assert "certainty.settings" not in plain
    assert plain["certainty.fresh"].startswith("These numbers are not yet confirmed on fresh cases")
    chosen = texts(
        words,
        readme,
        is_simultaneous=True,
        chosen_on_these_cases=True,
        optimism=[("false_negative_rate", 0.0346, 0.0515), ("cost", 529.0, 612.0)],
    )
    assert "the range of each number" in chosen["certainty.settings"].lower()
    assert "hold at all settings together" in chosen["certainty.settings"]
    assert (
        "for one number, such as fraudulent transactions missed, at all settings" in chosen["certainty.each"]
    )
    assert "settings" not in plain["certainty.each"]
    assert (
        "came out as 3.5%; corrected for the choice it is about 5.2%"
        in chosen["certainty.choice.false_negative_rate"]
    )
    assert "certainty.choice.cost" not in chosen


def test_confirmed_numbers_say_so(words: Words, readme: SettingFacts) -> None:
    text = texts(words, readme, confirmed_on_fresh_cases=True)["certainty.fresh"]
    assert text.startswith("These numbers were confirmed on fresh cases")


def test_related_cases_count_as_fewer(words: Words, readme: SettingFacts) -> None:
    assert "come in 120 groups" in texts(words, readme, n_clusters=120)["certainty.clusters"]
    assert "certainty.clusters" not in texts(words, readme)


def test_only_a_choice_that_flatters_is_said_to_flatter(words: Words, readme: SettingFacts) -> None:
    optimism = [
        ("false_negative_rate", 0.0, 0.01),
        ("false_positive_rate", 0.03, 0.025),
        ("cost_per_day", 1200.0, 1260.0),
    ]
    day = DayProfile(Traffic.stated(8280), Prevalence.stated(0.03))
    found = certainty(
        words,
        readme,
        day,
        is_simultaneous=True,
        chosen_on_these_cases=True,
        optimism=optimism,
        currency="EUR",
    )
    texts = {item.id: item.text for item in found if item.id.startswith("certainty.choice.")}
    assert set(texts) == {"certainty.choice.false_negative_rate", "certainty.choice.cost_per_day"}
    assert (
        "came out as none; corrected for the choice it is about 1%"
        in texts["certainty.choice.false_negative_rate"]
    )
    assert (
        "came out as €1,200; corrected for the choice it is about €1,260"
        in texts["certainty.choice.cost_per_day"]
    )


def test_one_that_was_seen_takes_the_singular(words: Words, facts_of: Callable[..., SettingFacts]) -> None:
    day = DayProfile(Traffic.stated(8280), Prevalence.stated(0.03))
    found = certainty(
        words, facts_of(1, 300, 225, 9000), day, is_simultaneous=False, chosen_on_these_cases=False
    )
    assert "1 of the 300 fraudulent transactions was missed" in found[0].text
