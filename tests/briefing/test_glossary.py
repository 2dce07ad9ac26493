from __future__ import annotations

from expectkit.briefing.glossary import glossary
from expectkit.briefing.vocabulary import Words


def test_the_terms_of_the_pages_are_explained_in_the_words_of_the_business(words: Words) -> None:
    meanings = {entry.term: entry.meaning for entry in glossary(words)}
    for term in (
        "Setting (threshold)",
        "Average",
        "Typically",
        "By chance alone",
        "Test cases",
        "False negative rate",
    ):
        assert term in meanings
    assert meanings["False positive rate"] == (
        "The share of valid transactions that are flagged. It does not count fraudulent transactions."
    )
    assert "Valid transaction flagged" in meanings


def test_each_term_is_explained_once(words: Words) -> None:
    terms = [entry.term for entry in glossary(words)]
    assert len(set(terms)) == len(terms)


def test_the_convention_at_the_setting_is_said() -> None:
    meanings = {entry.term: entry.meaning for entry in glossary(Words())}
    assert "at the setting or above" in meanings["Setting (threshold)"]


def test_of_the_two_kinds_of_range_it_is_said_which_one_to_plan_a_day_with(words: Words) -> None:
    meanings = {entry.term: entry.meaning for entry in glossary(words)}
    assert "Plan a day with this range." in meanings["Typically"]
    assert "not a day" in meanings["Range of the average"]
