from __future__ import annotations

from collections.abc import Callable

import pytest

from expectkit.briefing.instead import Instead, instead
from expectkit.briefing.statements import SettingFacts
from expectkit.briefing.vocabulary import Words

FactsOf = Callable[..., SettingFacts]


def entries(words: Words, facts: SettingFacts) -> list[Instead]:
    return list(instead(words, facts))


def test_accuracy_is_set_beside_flagging_nothing(words: Words, readme: SettingFacts) -> None:
    first = instead(words, readme, accuracies=("97.4%", "96.6%"))[0]
    assert first.say_not == "“97.4% accurate”"
    assert first.why == (
        "It mixes two kinds of mistake. Flagging nothing at all would be 96.6% accurate and catch none of the "
        "fraudulent transactions."
    )
    assert "an average of 14 fraudulent transactions would be missed" in first.say


def test_the_choice_is_between_the_model_and_what_is_done_today(words: Words, readme: SettingFacts) -> None:
    said = [entry.why for has in (False, True) for entry in instead(words, readme, has_current_process=has)]
    assert sum("between this model and none" in why for why in said) == 1
    assert sum("between this model and what is done today" in why for why in said) == 1


def test_recall_becomes_whole_cases(words: Words, readme: SettingFacts) -> None:
    second = entries(words, readme)[1]
    assert second.say_not == "“95% recall”"
    assert (
        second.say
        == "Of 280 fraudulent transactions a day, 266 would be correctly caught and 14 would be missed."
    )


def test_an_area_under_a_curve_is_replaced_by_one_setting(words: Words, readme: SettingFacts) -> None:
    third = entries(words, readme)[2]
    assert third.say_not == "“A high AUC”"
    assert third.say.startswith("Say what one setting brings, such as 0.49. Every day, an average of 200")


def test_recall_is_not_turned_into_cases_that_may_not_be_counted(words: Words, facts_of: FactsOf) -> None:
    """Most of a few positives are missed: hardly any is caught, and the misses must not shrink to that."""
    second = entries(words, facts_of(299, 300, 225, 9000, prevalence=0.0001))[1]
    assert second.say_not == "“High recall”"
    assert "fewer than 1 fraudulent transaction would be missed" not in second.say
    assert "299 of the 300" in second.say


def test_mistakes_are_counted_for_who_calls_it_rarely_wrong(words: Words, readme: SettingFacts) -> None:
    assert entries(words, readme)[-1].say == (
        "It would be wrong about 214 times a day: 14 missed and 200 flagged by mistake."
    )


def test_what_it_understands_is_a_score(words: Words, readme: SettingFacts) -> None:
    text = entries(words, readme)[3].say
    assert "From 0.49 up, a transaction is flagged." in text
    assert "Of every 100 flagged, about 57 would be fraudulent transactions." in text


@pytest.mark.parametrize(
    "seen", [(0, 300, 225, 9000), (5, 300, 3, 9000), (1, 12, 0, 9000), (300, 300, 0, 9000)]
)
def test_where_no_number_may_be_said_none_is_put_into_the_replacement(
    words: Words, facts_of: FactsOf, seen: tuple[int, int, int, int]
) -> None:
    for entry in entries(words, facts_of(*seen)):
        assert entry.say_not
        assert entry.why.endswith(".")
        assert entry.say.endswith(".")
        assert not any(bad in entry.say for bad in ("None", "100%", " 0 ", "of 280"))
