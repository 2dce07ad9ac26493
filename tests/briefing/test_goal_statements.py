from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.goal_statements import goal_statement
from expectkit.briefing.vocabulary import Words
from expectkit.measure.goals import Goal, judge, measures
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import daily_volumes

DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
SWEEP = Sweep.from_counts([0.49], [266], [200], 280, 8000)
FOUND = measures(daily_volumes(SWEEP, DAY, 0.49, simultaneous=False), DAY, minutes_per_review=4)


def _text(words: Words, measure: str, limit: float, *, is_at_most: bool = True) -> str:
    judged = judge(Goal("what we want", measure, limit, is_at_most), FOUND.get(measure))
    return goal_statement(words, judged, "EUR").text


def test_a_kept_goal_says_its_bound_and_its_limit(words: Words) -> None:
    assert _text(words, "false_negative_rate", 0.1) == (
        "Met: “what we want”. With 95% certainty it is at most 8%; at most 10% is asked for."
    )
    assert _text(words, "caught_positives_per_day", 200, is_at_most=False).startswith(
        "Met: “what we want”. With 95% certainty it is at least 255 a day"
    )


def test_a_broken_goal_says_by_how_much_at_the_least(words: Words) -> None:
    assert _text(words, "missed_positives_per_day", 5) == (
        "Not met: “what we want”. With 95% certainty it is at least 8.4 a day; at most 5 a day is asked for."
    )


def test_an_open_goal_says_what_would_settle_it(words: Words) -> None:
    assert _text(words, "missed_positives_per_day", 20) == (
        "Undecided: “what we want”. It is about 14 a day, but could be 8.4 a day or 22 a day; "
        "at most 20 a day is asked for. "
        "About 480 more labelled fraudulent transactions like those tested would probably settle it."
    )


def test_an_unmeasured_goal_says_why(words: Words) -> None:
    judged = judge(Goal("stay cheap", "cost_per_day", 3000, True), None, reason="No costs are stated.")
    assert (
        goal_statement(words, judged, "EUR", number=3).text == "Undecided: “stay cheap”. No costs are stated."
    )
    assert goal_statement(words, judged, "EUR", number=3).id == "goal.3"


RATES = ("false_negative_rate", "false_positive_rate", "true_positive_rate", "precision", "selection_rate")


@settings(deadline=None)
@given(st.sampled_from(sorted(FOUND)), st.floats(0.001, 1.2), st.booleans())
def test_a_printed_bound_never_contradicts_the_verdict(measure: str, factor: float, is_at_most: bool) -> None:
    words = Words()
    estimate = FOUND[measure].estimate
    limit = estimate * factor if measure not in RATES else min(estimate * factor, 0.999)
    limit = float(f"{limit:.6g}")
    judged = judge(Goal("x", measure, limit, is_at_most), FOUND[measure])
    values = goal_statement(words, judged, "EUR").values
    if judged.outcome == "kept":
        assert values["at_most"] <= limit if is_at_most else values["at_least"] >= limit
    if judged.outcome == "broken":
        assert values["at_least"] >= limit if is_at_most else values["at_most"] <= limit
    if judged.outcome == "undecided":
        assert values["at_least"] <= FOUND[measure].at_least
        assert values["at_most"] >= FOUND[measure].at_most


@pytest.mark.parametrize("measure", sorted(FOUND))
def test_no_sentence_is_longer_than_25_words(words: Words, measure: str) -> None:
    texts = [_text(words, measure, FOUND[measure].estimate * factor) for factor in (0.3, 0.97, 1.03, 3)]
    sentences = [sentence for text in texts for sentence in re.split(r"(?<=[.;])\s", text)]
    assert max(len(sentence.split()) for sentence in sentences) <= 25
