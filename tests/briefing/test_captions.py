"""Captions of cases, and failure modes in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.briefing.captions import (
    ColumnWords,
    NumberSummary,
    TextSummary,
    number_caption,
    snippet,
    text_caption,
)
from expectkit.briefing.failure_statements import gap_statement, mode_statements
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.vocabulary import Noun, Words
from expectkit.measure.conditions import Condition
from expectkit.measure.failures import ErrorsNeeded, FailureMode, FailureSearch
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.rates import Rate
from expectkit.measure.slices import slice_rates

VALID = Noun.of("valid transaction")
AMOUNT = ColumnWords("amount", "€")
HUNDRED = NumberSummary.of(VALID, range(1, 101))
WORDS = Words.of(
    model_name="fraud detection model",
    case="transaction",
    positive="fraudulent transaction",
    negative="valid transaction",
    flagged="flagged as fraudulent and sent for manual review",
)


# ---------------------------------------------------------------------- captions


def test_a_high_amount_is_set_against_the_share_that_lies_below_it() -> None:
    assert number_caption(AMOUNT, 98, HUNDRED) == "amount 98 €, higher than 97% of valid transactions"


def test_a_low_amount_is_set_against_the_share_that_lies_above_it() -> None:
    assert number_caption(AMOUNT, 3, HUNDRED) == "amount 3 €, lower than 97% of valid transactions"


def test_all_is_said_only_of_exactly_all() -> None:
    assert (
        number_caption(AMOUNT, 101, HUNDRED)
        == "amount 101 €, higher than all 100 valid transactions looked at"
    )
    nearly = NumberSummary.of(VALID, range(100_000))
    assert (
        number_caption(AMOUNT, 99_999, nearly) == "amount 99,999 €, higher than 99.999% of valid transactions"
    )


def test_a_number_that_most_cases_share_is_usual_whatever_its_rank() -> None:
    zeros = NumberSummary.of(VALID, [0] * 95 + [7] * 5)
    assert number_caption(ColumnWords("refunds"), 0, zeros) == (
        "refunds 0, usual for valid transactions (most have 0)"
    )


@pytest.mark.parametrize("number", [None, float("nan"), float("inf")])
def test_a_missing_number_is_said_to_be_missing(number: float | None) -> None:
    assert number_caption(AMOUNT, number, HUNDRED) == "amount not given"


def test_nothing_is_compared_with_few_cases() -> None:
    assert number_caption(AMOUNT, 9, NumberSummary.of(VALID, range(29))) == "amount 9 €"
    assert text_caption(ColumnWords("country"), "PT", TextSummary.of(VALID, ["DE"] * 29)) == "country PT"


@given(st.lists(st.integers(0, 50), min_size=30, max_size=200), st.integers(-1, 51))
def test_the_share_in_a_caption_can_be_counted_again(numbers: list[int], number: int) -> None:
    caption = number_caption(AMOUNT, number, NumberSummary.of(VALID, numbers))
    below = sum(other < number for other in numbers) / len(numbers)
    above = sum(other > number for other in numbers) / len(numbers)
    assert ("higher than" in caption) == (below >= 0.9)
    assert ("lower than" in caption) == (above >= 0.9 > below)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("DE", "country DE, a value found in 97 of every 100 valid transactions"),
        ("PT", "country PT, a value found in 3 of every 100 valid transactions"),
        ("BR", "country BR, a value found in none of the 1,000 valid transactions looked at"),
        ("", "country not given, found in none of the 1,000 valid transactions looked at"),
    ],
)
def test_a_text_is_set_against_how_often_it_occurs(text: str, end: str) -> None:
    usual = TextSummary.of(VALID, ["DE"] * 970 + ["PT"] * 30)
    assert text_caption(ColumnWords("country"), text, usual) == end


def test_a_snippet_ends_at_a_word_unless_the_word_is_endless() -> None:
    assert snippet("one two three", 13) == "one two three"
    assert snippet("one two three", 11) == "one two…"
    assert snippet("one two three", 8) == "one two…"
    assert snippet("x" * 10_000, 20) == "x" * 19 + "…"
    assert snippet("a " + "x" * 10_000, 20) == "a " + "x" * 17 + "…"
    assert snippet("already cut…", 50) == "already cut…"


# ---------------------------------------------------------------------- failure modes


def searched(n_errors: int, total: int, conditions: tuple[Condition, ...]) -> FailureSearch:
    rate, elsewhere = Rate(n_errors, 60), Rate(total - n_errors, 940)
    mode = FailureMode(
        conditions, 60, n_errors, rate, elsewhere, rate.interval(0.05 / 1_175), 0.003, n_errors / total
    )
    return FailureSearch((mode,), 1_000, total, 1_175, ErrorsNeeded(245, 0.04, 3.0))


ONLINE_SMALL = (Condition("channel", "online"), Condition("amount", high=2.0))
MISSED = PrintedVolume("number and range", "day", mean="14", values={"mean": 14.0})


def test_a_mode_is_stated_as_its_part_of_the_day_with_both_rates_and_its_range() -> None:
    statements = mode_statements(
        WORDS, "missed_positives", searched(19, 44, ONLINE_SMALL), MISSED, {"amount": AMOUNT}
    )
    assert [s.id for s in statements] == ["failure.missed_positives.1", "failure.missed_positives.1.range"]
    assert statements[0].text == (
        "About 6 of the 14 fraudulent transactions missed a day are those with channel online and amount under "
        "2 €: the fraud detection model misses 317 of every 1,000 of these, against 27 of every 1,000 elsewhere."
    )
    assert statements[1].text == (
        "Of these, between 10% and 60% would be missed; the range allows for having searched 1,175 groups."
    )
    assert statements[0].values["part"] == 6.0


@pytest.mark.parametrize("volume", [None, PrintedVolume("range only"), MISSED])
def test_a_part_too_small_for_whole_cases_a_day_is_counted_in_the_file(volume: PrintedVolume | None) -> None:
    text = mode_statements(WORDS, "missed_positives", searched(1, 44, ONLINE_SMALL), volume)[0].text
    assert text.startswith("1 of the 44 fraudulent transactions missed in the test cases is one with channel")


def test_all_of_the_errors_are_called_all() -> None:
    text = mode_statements(WORDS, "flagged_negatives", searched(44, 44, (Condition("channel", ""),)), MISSED)[
        0
    ].text
    assert text.startswith(
        "All 14 valid transactions wrongly flagged a day are those with no channel given: "
        "the fraud detection model wrongly flags "
    )
    assert text.endswith("against none elsewhere.")


@given(n_errors=st.integers(1, 60), more=st.integers(0, 300), mean=st.integers(1, 500))
def test_all_and_none_are_said_only_when_exact(n_errors: int, more: int, mean: int) -> None:
    volume = PrintedVolume("number and range", "day", mean=str(mean), values={"mean": float(mean)})
    search = searched(n_errors, n_errors + more, ONLINE_SMALL)
    statement = mode_statements(WORDS, "missed_positives", search, volume)[0]
    assert statement.text.startswith("All ") == (more == 0)
    assert "none of the" not in statement.text
    assert 0 < statement.values["part"] <= statement.values["whole"]


def test_nothing_shown_is_never_none_exist_and_says_what_it_would_take() -> None:
    (statement,) = mode_statements(
        WORDS, "missed_positives", FailureSearch((), 280, 14, 300, ErrorsNeeded(245, 0.04, 3.0)), MISSED
    )
    assert statement.id == "failure.missed_positives.none"
    assert statement.text == (
        "No failure mode could be shown with this many errors (14 fraudulent transactions missed). That does not "
        "mean there is none: to find a group of 4% of the fraudulent transactions that is missed 3 times as "
        "often as the rest in 8 of 10 files, about 250 would be needed."
    )
    (enough,) = mode_statements(
        WORDS, "flagged_negatives", FailureSearch((), 9_000, 900, 300, ErrorsNeeded(245, 0.04, 3.0)), MISSED
    )
    assert "would have been found in about 8 of 10" in enough.text
    (empty,) = mode_statements(WORDS, "missed_positives", FailureSearch((), 15, 1, 0, None), None)
    assert "no group of cases large enough" in empty.text


# ---------------------------------------------------------------------- groups of a column


def rates_of(missed: dict[str, int]) -> GroupedHistogram:
    counts = np.zeros((len(missed), 2, 2), dtype=np.int64)
    counts[:, 1, 0] = list(missed.values())
    counts[:, 1, 1] = 200 - counts[:, 1, 0]
    return GroupedHistogram(tuple(missed), np.array([0.5]), counts)


def test_a_gap_beyond_chance_gets_its_range_and_one_within_chance_is_not_called_none() -> None:
    shown = gap_statement(WORDS, slice_rates("country", rates_of({"DE": 10, "PT": 60}), 0.5))
    assert shown.id == "groups.false_negative_rate.country"
    assert shown.text == (
        "By country, the share of fraudulent transactions missed is highest for PT (30%) and lowest for DE (5%). "
        "The difference is 16 to 34 of every 100, more than chance explains."
    )
    near = slice_rates("country", rates_of({"DE": 10, "PT": 22}), 0.5)
    assert near.gap is not None
    assert 0 < near.gap.interval.low < 0.01
    assert gap_statement(WORDS, near).text.endswith(
        "The difference is 0.2 to 12 of every 100, more than chance explains."
    )
    nearest = replace(near, gap=replace(near.gap, interval=replace(near.gap.interval, low=0.0002)))
    assert "The difference is under 0.1 to 12 of every 100" in gap_statement(WORDS, nearest).text
    within = gap_statement(WORDS, slice_rates("country", rates_of({"DE": 10, "PT": 12}), 0.5))
    assert within.text.endswith("this does not show that there is none.")
    alone = gap_statement(WORDS, slice_rates("country", rates_of({"DE": 10}), 0.5))
    assert "fewer than two groups" in alone.text
