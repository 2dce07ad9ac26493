from __future__ import annotations

from collections.abc import Callable

from expectkit.briefing.headlines import cards, deck, dots, headline
from expectkit.briefing.statements import SettingFacts
from expectkit.briefing.vocabulary import Words
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic

FactsOf = Callable[..., SettingFacts]


def test_the_headline_states_the_finding_in_the_numbers_of_the_sentence(
    words: Words, readme: SettingFacts
) -> None:
    assert headline(words, readme).text == (
        "Each day it should catch about 266 fraudulent transactions, and flag about 200 valid transactions by mistake"
    )


def test_the_headline_uses_the_verbs_of_the_business(facts_of: FactsOf) -> None:
    words = Words.of(positive="fraud", negative="valid payment", caught="stopped", flagged="held for review")
    text = headline(words, facts_of(15, 300, 225, 9000)).text
    assert text == "Each day it should stop about 266 frauds, and hold about 200 valid payments by mistake"


def test_the_headline_of_a_refusal_says_so(words: Words, facts_of: FactsOf) -> None:
    few = "oo few fraudulent transactions were tested to say how many it would miss"
    assert headline(words, facts_of(1, 12, 225, 9000)).text == (
        f"Each day it should flag about 200 valid transactions by mistake; t{few}"
    )
    assert headline(words, facts_of(1, 12, 1, 12)).text == f"T{few}"


def test_the_headline_of_bounds_and_ranges_has_no_number_of_its_own(words: Words, facts_of: FactsOf) -> None:
    assert headline(words, facts_of(0, 300, 5, 9000)).text == (
        "Each day it should catch at least 277 fraudulent transactions, and flag up to 12 valid transactions "
        "by mistake"
    )


def test_different_periods_are_named_apart(words: Words, facts_of: FactsOf) -> None:
    text = headline(words, facts_of(15, 300, 225, 9000, cases_per_day=80, prevalence=0.03)).text
    assert text == (
        "It should catch about 68.5 fraudulent transactions a month, "
        "and flag about 13.5 valid transactions a week by mistake"
    )


def test_the_deck_names_model_setting_and_day(words: Words, readme: SettingFacts) -> None:
    assert deck(words, readme, version="3.2").text == (
        "Version 3.2 of the fraud detection model, at the proposed setting of 0.49, on an average day of 8,280 "
        "transactions. 280 of them are fraudulent transactions."
    )
    assert deck(words, readme, setting="agreed").text.startswith(
        "The fraud detection model, at the agreed setting"
    )


def test_the_cards_share_one_denominator_and_define_their_range(words: Words, readme: SettingFacts) -> None:
    texts = {statement.id: statement.text for statement in cards(words, readme)}
    assert texts["card.flagged_negatives.title"] == "Valid transactions flagged by mistake"
    assert texts["card.flagged_negatives.sentence"] == (
        "valid transactions a day would be flagged by mistake: 25 of every 1,000."
    )
    assert texts["card.missed_positives.sentence"] == (
        "fraudulent transactions a day would be missed: 50 of every 1,000."
    )
    assert (
        texts["card.caught_positives.sentence"]
        == "of 280 fraudulent transactions a day would be correctly caught."
    )
    assert texts["card.missed_positives.range"] == "By chance alone between 9 and 19"
    assert texts["typically"].startswith("“By chance alone” means on 8 days of 10")


def test_a_typical_day_is_called_typical_only_when_days_were_seen(words: Words, facts_of: FactsOf) -> None:
    day = DayProfile(Traffic.observed([8000, 8500, 8300, 8700, 7900, 8280, 8100]), Prevalence.stated(0.0338))
    texts = {
        statement.id: statement.text for statement in cards(words, facts_of(15, 300, 225, 9000, day=day))
    }
    assert texts["card.missed_positives.range"].startswith("Typically between")
    assert texts["typically"].startswith("“Typically” means on 8 days of 10")


def test_sparse_cards_say_what_was_seen(words: Words, facts_of: FactsOf) -> None:
    texts = {statement.id: statement.text for statement in cards(words, facts_of(0, 300, 1, 12))}
    assert texts["card.missed_positives.sentence"] == (
        "at most 20 fraudulent transactions a week, with 95% certainty. In the test: none of the 300."
    )
    assert (
        texts["card.flagged_negatives.sentence"]
        == "The test held only 12 valid transactions: too few to say."
    )


def test_every_dot_has_its_label_and_the_rest_is_counted(words: Words, readme: SettingFacts) -> None:
    texts = {statement.id: statement.text for statement in dots(words, readme)}
    assert texts["dots.caught_positives.label"] == "266 fraudulent transactions correctly caught."
    assert texts["dots.caption"] == (
        "One dot is one fraudulent transaction, or one valid transaction flagged, on an average day. "
        "The other 7,800 valid transactions are not flagged."
    )


def test_there_are_no_dots_without_numbers(words: Words, facts_of: FactsOf) -> None:
    assert dots(words, facts_of(1, 300, 225, 9000)) == ()


def test_a_share_known_from_too_few_cases_leaves_the_rest_uncounted(words: Words, facts_of: FactsOf) -> None:
    day = DayProfile(Traffic.stated(8280), Prevalence.sampled(1, 20))
    for facts in (facts_of(14, 280, 200, 8000, day=day), facts_of(14, 280, 4000, 8000, day=day)):
        assert all("The other" not in statement.text for statement in dots(words, facts))
        assert deck(words, facts).text


def test_what_happens_is_told_in_full_where_its_first_word_does_not_say_it(facts_of: FactsOf) -> None:
    words = Words.of(
        negative="healthy person", positive="ill person", flagged="sent to a doctor", case="person"
    )
    text = headline(words, facts_of(14, 280, 200, 8000)).text
    assert text.endswith("and send about 200 healthy people to a doctor by mistake")


def test_the_deck_keeps_to_one_period_a_sentence(words: Words, facts_of: FactsOf) -> None:
    text = deck(words, facts_of(14, 280, 200, 8000, cases_per_day=30)).text
    assert " An average year brings " in text
    assert "of them" not in text
