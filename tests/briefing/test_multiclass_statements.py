from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.multiclass_statements import (
    automation_statement,
    class_nouns,
    class_statement,
    flow_statement,
    lanes_statements,
    overall_statement,
)
from expectkit.briefing.vocabulary import Noun, Words
from expectkit.measure.automation import Automation
from expectkit.measure.confusion_matrix import ConfusionMatrix
from expectkit.measure.intervals import Interval
from expectkit.measure.multiclass import ClassMix, multiclass_volumes
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.two_thresholds import Lanes, lane_volumes

MATRIX = ConfusionMatrix(
    ("cat", "dog", "owl"), np.array([[800, 150, 0, 50], [10, 180, 0, 10], [1, 12, 97, 0]])
)
DAY = multiclass_volumes(MATRIX, Traffic.stated(1000), ClassMix.stated([0.5, 0.3, 0.2]))
NOUNS = class_nouns(Words(), MATRIX.classes, {"cat": Noun.of("cat"), "dog": Noun.of("dog")})


def _flow(actual: str, decided: str | None) -> str:
    flow = next(f for f in DAY.flows if (f.actual, f.decided) == (actual, decided))
    return flow_statement(NOUNS, flow).text


def test_who_is_taken_for_whom_is_told_in_the_words_of_the_business() -> None:
    assert _flow("cat", "dog") == (
        "An average of 75 cats a day would be taken for dogs. It could be between 60 and 90."
    )
    assert _flow("cat", None).startswith("An average of about 26 cats a day would be sent to a person.")
    assert _flow("dog", "cat") == "An average of between 6 and 28 dogs a day would be taken for cats."


def test_a_flow_nobody_saw_is_bounded_and_a_tiny_class_is_refused() -> None:
    assert _flow("cat", "owl") == (
        "With 95% certainty, at most 11 cats a week would be taken for cases of class owl. "
        "In the test: none of the 1,000."
    )
    few = ConfusionMatrix(("cat", "dog"), np.array([[9, 1, 0], [0, 500, 0]]))
    day = multiclass_volumes(few, Traffic.stated(1000), ClassMix.stated([0.5, 0.5]))
    text = flow_statement(class_nouns(Words(), few.classes), day.flows[0]).text
    assert text.startswith("Only 10 cases of class cat were tested: too few")


def test_a_class_is_told_in_numbers_that_add_up() -> None:
    found = class_statement(NOUNS, DAY.classes[0])
    assert found.text == (
        "Of 500 cats a day, about 399 would be decided right and 75 wrong; 26 would go to a person. "
        "In the test, 800 of the 1,000 were decided right."
    )
    assert (
        found.values["right"] + found.values["wrong"] + found.values["to_a_person"] == found.values["cases"]
    )


def test_the_share_decided_right_has_one_denominator() -> None:
    text = overall_statement(Words(), DAY).text
    assert text == (
        "Of a day's cases, 85 of every 100 would be decided right. It could be between 82 and 87 of every 100."
    )
    together = multiclass_volumes(
        MATRIX, Traffic.stated(1000), ClassMix.stated([0.5, 0.3, 0.2]), hold_together=True
    )
    assert "hold all together" in overall_statement(Words(), together).text


PRODUCTION = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))


def test_the_three_lanes_add_up_to_the_day(words: Words) -> None:
    sweep = Sweep.from_counts([0.3, 0.7], [270, 224], [320, 80], 280, 8000)
    found = lanes_statements(words, lane_volumes(sweep, PRODUCTION, Lanes(0.3, 0.7), simultaneous=False))
    assert found[0].id == "lanes"
    assert found[0].text.startswith("Of 8,280 transactions a day, about 7,6")
    assert sum(found[0].values.values()) == 8280
    assert "cleared, so missed" in found[1].text
    assert "80 valid transactions a day would be blocked by mistake" in found[2].text


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(0, 280), min_size=2, max_size=2),
    st.lists(st.integers(0, 8000), min_size=2, max_size=2),
)
def test_lanes_never_print_a_number_their_level_forbids(caught: list[int], alarms: list[int]) -> None:
    sweep = Sweep.from_counts(
        [0.3, 0.7], sorted(caught, reverse=True), sorted(alarms, reverse=True), 280, 8000
    )
    volumes = lane_volumes(sweep, PRODUCTION, Lanes(0.3, 0.7), simultaneous=False)
    statements = lanes_statements(Words(), volumes)
    for name, statement in (("cleared_positives", statements[1]), ("blocked_negatives", statements[2])):
        level = getattr(volumes, name).level
        assert ("mean" in statement.values) <= (level == "number and range")
        assert ("With 95% certainty" in statement.text) == (level == "bound only")
    if statements[0].values:
        assert sum(statements[0].values.values()) == pytest.approx(8280)


def test_automation_is_told_by_the_half_that_did_not_choose(words: Words) -> None:
    found = Automation(
        Lanes(0.35, 0.7), 0.005, 0.96, 0.0041, 0.0049, Interval(0.003, 0.006, 0.95, "x"), 0.0056, 4140
    )
    text = automation_statement(words, found, 0.005).text
    assert "96 of every 100 transactions would need no person" in text
    assert "4 of every 1,000 would be decided wrong, and with 95% certainty at most 6 of every 1,000" in text
    assert "That does not yet show the tolerated 5 of every 1,000." in text
    assert "these numbers come from the other half" in text
    assert automation_statement(words, None, 0.005).text.startswith("No pair of settings decides")
    sentences = re.split(r"(?<=[.;:])\s", text)
    assert max(len(sentence.split()) for sentence in sentences) <= 25
