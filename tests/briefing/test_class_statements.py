"""What a briefing on several classes says: plain, adding up, and never more than the cases allow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.amount_record import amount_record
from expectkit.briefing.class_reasons import class_certainty, class_glossary, class_remarks
from expectkit.briefing.class_statements import (
    ClassFacts,
    class_cards,
    class_expectation,
    class_facts,
    class_headlines,
    unseen_statement,
)
from expectkit.briefing.multiclass_statements import class_nouns
from expectkit.briefing.vocabulary import Noun, Words
from expectkit.measure.amounts import Amount
from expectkit.measure.confusion_matrix import ConfusionMatrix
from expectkit.measure.multiclass import ClassMix, multiclass_volumes
from expectkit.measure.prevalence import Traffic
from tests.briefing.test_plain_language import FORBIDDEN, HIGHEST_GRADE, MOST_WORDS, grade, sentences_of

CLASSES = ("cat", "dog", "owl")
COUNTS = [[900, 60, 0, 40], [25, 460, 0, 15], [0, 12, 288, 0]]
WORDS = Words(case=Noun("picture", "pictures"), model_name="animal model")
NOUNS = class_nouns(WORDS, CLASSES, {name: Noun(name, f"{name}s") for name in CLASSES})


def facts_of(counts: list[list[int]], cases_per_day: float = 1000) -> ClassFacts:
    matrix, traffic = ConfusionMatrix(CLASSES, np.array(counts)), Traffic.stated(cases_per_day)
    volumes = multiclass_volumes(matrix, traffic, ClassMix.stated([0.5, 0.3, 0.2]), hold_together=True)
    return class_facts(matrix, volumes, traffic)


def texts_of(facts: ClassFacts) -> dict[str, str]:
    unseen = unseen_statement(WORDS, facts.volumes.flows, len(facts.volumes.flows))
    found = [
        *class_expectation(WORDS, facts, NOUNS),
        *class_headlines(WORDS, facts, version="2", has_thresholds=True),
        *class_cards(WORDS, facts),
        *class_certainty(WORDS, facts, mix_source="sample", chosen_on=None, has_thresholds=True),
        *class_remarks(WORDS, n_ties=3, has_scores=True),
        *([] if unseen is None else [unseen]),
    ]
    terms = {entry.term: entry.meaning for entry in class_glossary(WORDS, has_thresholds=True)}
    return {item.id: item.text for item in found if item.text} | terms


def test_the_day_is_told_in_numbers_that_add_up() -> None:
    facts = facts_of(COUNTS)
    text = class_expectation(WORDS, facts, NOUNS)[0].text
    assert text == (
        "With these settings, the animal model would decide an average of about 915 of 1,000 pictures a day right, "
        "and 55 wrong. It would send 30 to a person. The most common mistake: an average of 30 cats a day would be "
        "taken for dogs."
    )
    assert sum(map(float, facts.shown.values())) == 1000


def test_without_mistakes_a_bound_is_given_and_no_number() -> None:
    texts = texts_of(facts_of([[900, 0, 0, 0], [0, 500, 0, 0], [0, 0, 300, 0]]))
    assert texts["expectation"].startswith("In the test, the animal model decided all 1,700 pictures right.")
    assert "With 95% certainty, at most" in texts["expectation"]
    assert "at most" in texts["headline"]
    assert "person" not in texts["expectation"]
    assert texts["flows.unseen"].startswith("Of the 6 pairs, 6 never came up in the test.")


@pytest.mark.parametrize(
    "counts",
    [
        COUNTS,
        [[900, 0, 0, 0], [0, 500, 0, 0], [0, 0, 300, 0]],
        [[95, 5, 0, 0], [0, 98, 0, 2], [0, 0, 99, 1]],
        [[9, 1, 0, 0], [0, 10, 0, 0], [0, 0, 12, 3]],
    ],
    ids=["many", "no mistakes", "few mistakes", "tiny"],
)
def test_the_text_is_short_plain_and_free_of_jargon(counts: list[list[int]]) -> None:
    texts = texts_of(facts_of(counts))
    sentences = {name: sentences_of(text, WORDS) for name, text in texts.items()}
    assert {
        name: found for name, found in sentences.items() if max(map(len, found), default=0) > MOST_WORDS
    } == {}
    assert grade([sentence for found in sentences.values() for sentence in found]) <= HIGHEST_GRADE
    assert {name: text for name, text in texts.items() if FORBIDDEN.search(text)} == {}


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.lists(st.integers(0, 400), min_size=4, max_size=4), min_size=3, max_size=3),
    st.integers(5, 9000),
)
def test_totals_are_numbers_together_or_not_at_all(counts: list[list[int]], cases_per_day: int) -> None:
    whole = [[count + (30 if i == j else 0) for j, count in enumerate(row)] for i, row in enumerate(counts)]
    facts = facts_of(whole, cases_per_day)
    shown = facts.shown
    if shown:
        assert sum(shown.values()) == facts.whole
    else:
        right = amount_record(facts.volumes.right, is_rest=True)
        assert right.mean is None
        assert right.printed.mean is None
    for name, text in texts_of(facts).items():
        assert "None" not in text, name


def test_what_is_left_of_a_whole_has_its_bound_below() -> None:
    amount = Amount(995.0, 981.0, 1000.0, 984.6, 1000.0, "bound only")
    assert amount_record(amount, is_rest=True).printed.bound == ("at least", "980")
    assert amount_record(amount).printed.bound == ("at most", "1,000")


def test_a_printed_average_that_must_add_up_stays_inside_its_range() -> None:
    amount = Amount(74.6, 60.2, 90.3, 62.0, 88.0, "number and range")
    found = amount_record(amount, shown=58.0)
    assert (found.printed.mean, found.printed.mean_low, found.mean) == ("58", "58", 74.6)
