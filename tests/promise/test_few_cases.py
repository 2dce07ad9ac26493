"""What almost no cases show keeps no term, and is printed as what was seen, never as zero."""

from __future__ import annotations

import pytest

from expectkit.briefing.verdict_numbers import printed_numbers
from expectkit.briefing.verdict_words import term_result
from expectkit.briefing.vocabulary import Words
from expectkit.measure.rates import Rate
from expectkit.promise.evidence import Finding, Risk
from expectkit.promise.terms import Term
from expectkit.promise.verdict import judge

FNR = "false_negative_rate"


def found(x: int, n: int) -> Finding:
    return Finding.of_rate(Rate(x, n), "positives", 0.10)


@pytest.mark.parametrize(("x", "n", "answer"), [(0, 4, "undecided"), (0, 29, "undecided"), (0, 30, "kept")])
def test_under_30_cases_keep_no_term(x: int, n: int, answer: str) -> None:
    assert judge(Term(FNR, at_most=0.6), [found(x, n)], Risk()).answer == answer


def test_few_cases_can_still_break_a_term() -> None:
    assert judge(Term(FNR, at_most=0.05), [found(18, 20)], Risk()).answer == "broken"


def test_at_least_30_cases_are_asked_for() -> None:
    needed = judge(Term(FNR, at_most=0.5), [found(0, 3)], Risk()).decisive.needed
    assert needed is not None
    assert (needed.total, needed.further) == (30, 27)


@pytest.mark.parametrize(
    ("x", "n", "printed"),
    [
        (0, 4, ("none seen", "up to 60%")),
        (0, 300, ("none seen", "up to 1%")),
        (2, 300, ("2 of 300", "0% to 2.2%")),
        (14, 280, ("5%", "3% to 8%")),
    ],
)
def test_a_number_is_printed_only_where_the_briefing_prints_one(
    x: int, n: int, printed: tuple[str, str]
) -> None:
    assert printed_numbers(Term(FNR, at_most=0.2), found(x, n)) == printed


def test_none_seen_is_never_zero_in_a_sentence() -> None:
    result = term_result(judge(Term(FNR, at_most=0.5), [found(0, 4)], Risk()), Words())
    assert result.sentence.startswith(
        "Undecided: False negative rate, promised at most 50%, none seen in 4 positive cases, up to 60%. "
        "26 further positive cases (30 in all)"
    )
    volume = Term("missed_positives_per_day", at_most=45.0)
    assert printed_numbers(volume, found(0, 4).scaled(81.0)) == ("none seen", "up to 44 a day")


def test_too_few_that_would_be_kept_say_why_they_are_not() -> None:
    result = term_result(judge(Term(FNR, at_most=0.6), [found(0, 16)], Risk()), Words())
    assert result.sentence.endswith("Under 30 of a kind show too little to call it kept.")
