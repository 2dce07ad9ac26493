from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.people_statements import (
    basis_statement,
    difference_statement,
    raters_statements,
    side_by_side,
    today_facts,
)
from expectkit.briefing.statements import SettingFacts
from expectkit.briefing.vocabulary import Words
from expectkit.briefing.wording import DAYS
from expectkit.measure.comparison import DailyDifference, PairedErrors, compare_paired, difference_per_day
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.people import rate_people
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.rates import Rate

DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))


def test_today_and_the_model_are_put_side_by_side(words: Words, readme: SettingFacts) -> None:
    today = today_facts(ConfusionCounts(240, 310, 7690, 40), DAY)
    found = side_by_side(words, today, readme, name="manual review")
    assert found.text == (
        "Today (manual review): 40 missed and 310 wrongly flagged a day. With the fraud detection model: 14 and 200."
    )
    assert found.values["today.missed_positives"] == 40
    assert found.values["model.flagged_negatives"] == 200


def test_both_sides_share_a_period_and_keep_their_levels(
    words: Words, facts_of: Callable[..., SettingFacts]
) -> None:
    rare = today_facts(ConfusionCounts(20, 310, 7690, 260), DAY)
    few = side_by_side(words, rare, facts_of(2, 280, 200, 8000)).text
    assert few == (
        "Today: 260 missed and 310 wrongly flagged a day. With the fraud detection model: at most 7 and 200."
    )
    weekly = DayProfile(Traffic.stated(82.8), Prevalence.stated(280 / 8280))
    slow = side_by_side(
        words,
        today_facts(ConfusionCounts(200, 310, 7690, 80), weekly),
        facts_of(14, 280, 200, 8000, day=weekly),
    ).text
    assert slow.startswith("Today: 24 missed a month and 21.7 wrongly flagged a week.")
    assert slow.endswith("4 and 14.")


def test_a_better_model_and_better_people_are_said_as_plainly(words: Words) -> None:
    better = difference_per_day(compare_paired(PairedErrors(5, 31, 9, 280)), DAY, of_negatives=False)
    worse = difference_per_day(compare_paired(PairedErrors(31, 5, 9, 280)), DAY, of_negatives=False)
    same = difference_per_day(compare_paired(PairedErrors(6, 5, 9, 280)), DAY, of_negatives=False)
    texts = [
        difference_statement(words, found, "missed_positives", name="manual review").text
        for found in (better, worse, same)
    ]
    assert "fewer fraudulent transactions a day would be missed" in texts[0]
    assert "better" not in texts[0]
    assert texts[1].startswith("Manual review does better here.")
    assert "more fraudulent transactions a day would be missed" in texts[1]
    assert texts[2].startswith("Which of the two does better here cannot be told.")


@settings(deadline=None)
@given(st.integers(0, 80), st.integers(0, 80), st.booleans())
def test_fewer_is_never_said_when_the_range_reaches_zero(b: int, c: int, of_negatives: bool) -> None:
    words = Words()
    seen = compare_paired(PairedErrors(b, c, 0, 400))
    mistake = "flagged_negatives" if of_negatives else "missed_positives"
    text = difference_statement(words, difference_per_day(seen, DAY, of_negatives=of_negatives), mistake).text
    assert ("cannot be told" in text) == (seen.low <= 0 <= seen.high)
    assert ("does better here." in text and "cannot" not in text) == (seen.low > 0)


def test_a_small_difference_is_told_over_a_longer_time(words: Words) -> None:
    found = difference_statement(words, DailyDifference(-0.4, -0.7, -0.15, "fewer"), "flagged_negatives")
    assert found.text == (
        "With the fraud detection model, between 1 and 5 fewer valid transactions a week would be flagged by mistake."
    )


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        (DailyDifference(-10, -24, -0.4, "fewer"), "between 0.4 and 25 fewer fraudulent transactions a day"),
        (DailyDifference(10, 0.4, 24, "more"), "between 0.4 and 25 more fraudulent transactions a day"),
        (
            DailyDifference(-10, -24, -0.04, "fewer"),
            "between under 0.1 and 25 fewer fraudulent transactions a",
        ),
    ],
)
def test_an_end_that_is_not_nothing_is_never_printed_as_nothing(
    words: Words, difference: DailyDifference, expected: str
) -> None:
    assert expected in difference_statement(words, difference, "missed_positives").text


@given(st.floats(1e-6, 40), st.floats(0, 400), st.booleans())
def test_a_difference_that_was_shown_is_told_with_two_ends(least: float, more: float, is_fewer: bool) -> None:
    most = least + more
    found = (
        DailyDifference(-most, -most, -least, "fewer")
        if is_fewer
        else DailyDifference(most, least, most, "more")
    )
    statement = difference_statement(Words(), found, "missed_positives")
    assert not re.search(r"up to|fewer than 1|\b0(?![.\d])", statement.text)
    low, high = sorted((abs(statement.values["low"]), abs(statement.values["high"])))
    days = next(days for period, days in DAYS.items() if f" a {period} would" in statement.text)
    assert low <= least * days * (1 + 1e-9)
    assert high >= most * days * (1 - 1e-9)


def test_single_people_who_hardly_ever_err_are_not_said_never_to(words: Words) -> None:
    truth = np.arange(80_000) < 40_000
    votes = np.stack([np.where(np.arange(80_000) < k, ~truth, truth) for k in (0, 0, 1)]).astype(int)
    people = rate_people(truth, votes, ["A", "B", "C"])
    found = raters_statements(words, people, model_missed=Rate(2000, 40_000), model_flagged=Rate(4, 40_000))
    assert "none to fewer than 1 were missed by single people" in found[0].text


def test_where_todays_numbers_come_from_is_always_said() -> None:
    assert basis_statement("assumed", n_cases=0).text == (
        "Today's numbers are a stated assumption. Nobody has measured them here."
    )
    assert basis_statement("assumed", n_cases=9).text.startswith(
        "Today's decisions on these cases are in the file"
    )
    assert "other cases" in basis_statement("other cases", n_cases=900).text
    assert basis_statement("same cases", n_cases=8280, n_undecided=1).text == (
        "Both decided the same 8,280 cases. 1 case without a decision of today's process was left out."
    )


def test_single_people_their_majority_and_the_model_share_one_denominator(words: Words) -> None:
    truth = np.arange(400) < 200
    votes = np.stack([np.where(np.arange(400) % 200 < k, ~truth, truth) for k in (10, 30, 50)]).astype(int)
    people = rate_people(truth, votes, ["A", "B", "C"])
    found = raters_statements(words, people, model_missed=Rate(10, 200), model_flagged=Rate(4, 200))
    assert found[0].text == (
        "Of every 100 fraudulent transactions, 5 to 25 were missed by single people and 15 by the majority of the 3. "
        "With the fraud detection model: 5."
    )
    assert found[1].text.endswith("With the fraud detection model: 20.")
    assert found[1].values["single.low"] == pytest.approx(0.05)


def test_sentences_stay_short(words: Words, readme: SettingFacts) -> None:
    texts = [
        side_by_side(words, readme, readme, name="manual review").text,
        difference_statement(words, DailyDifference(-9, -20, 4, "cannot tell"), "flagged_negatives").text,
        basis_statement("other cases", n_cases=1).text,
    ]
    sentences = [sentence for text in texts for sentence in re.split(r"(?<=[.:])\s", text)]
    assert max(len(sentence.split()) for sentence in sentences) <= 25
