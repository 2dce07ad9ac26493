"""Proposed and stated limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.errors import PromiseError
from expectkit.promise.proposal import propose_terms, round_up, stated_limit, with_limits
from expectkit.promise.terms import Term

BOUNDS = {"missed_positives_per_day": 22.96, "false_negative_rate": 0.0776}
MEASURED = {"missed_positives_per_day": 14.0, "false_negative_rate": 0.05, "precision": 0.57}


@given(st.floats(1e-6, 1e9))
def test_rounding_never_makes_a_promise_stricter_and_costs_less_than_a_tenth(bound: float) -> None:
    assert bound * (1 - 1e-8) <= round_up(bound) < bound * 1.1


def test_what_may_not_be_stated_is_not_promised() -> None:
    terms = propose_terms(MEASURED, {"missed_positives_per_day": None, "false_negative_rate": 0.0776})
    assert [(term.name, term.at_most) for term in terms] == [("false_negative_rate", 0.078)]


def test_a_bound_without_a_number_is_promised_without_one() -> None:
    (term,) = propose_terms({}, {"false_negative_rate": 0.0099})
    assert (term.at_most, term.measured) == (0.0099, None)


def test_a_rate_is_never_promised_above_one() -> None:
    (term,) = propose_terms({}, {"false_positive_rate": 0.998})
    assert term.at_most == 1.0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("missed_positives_per_day=20", ("missed_positives_per_day", "at_most", 20.0)),
        ("precision=0.5", ("precision", "at_least", 0.5)),
        ("precision <= 50%", ("precision", "at_most", 0.5)),
        (
            "false_negative_rate[channel = online]=8%",
            ("false_negative_rate[channel=online]", "at_most", 0.08),
        ),
        ("false_negative_rate[a<=b]=8 %", ("false_negative_rate[a<=b]", "at_most", 0.08)),
        ("latency_p95_ms@int8=20", ("latency_p95_ms@int8", "at_most", 20.0)),
        ("false_positive_rate=none", ("false_positive_rate", "at_most", None)),
        ("flagged_per_day>=1e2", ("flagged_per_day", "at_least", 100.0)),
    ],
)
def test_a_stated_limit_is_read(text: str, expected: tuple[str, str, float | None]) -> None:
    found = stated_limit(text)
    assert (found.name, found.side, found.limit) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "Write name=limit, such as missed_positives_per_day=20."),
        ("misse_positives_per_day=1", 'Did you mean "missed_positives_per_day"?'),
        ("zebra=1", "Known: missed_positives_per_day, "),
        ("cost_per_day=1,000", "Write one without separators"),
        ("cost_per_day=1_000", "Write one without separators"),
        ("flagged_per_day=5%", 'is in "cases a day", not per cent. Write 5.'),
        ("precision=1e1%%", "has no number for a limit"),
    ],
)
def test_a_stated_limit_that_is_none_says_what_to_write(text: str, message: str) -> None:
    with pytest.raises(PromiseError) as caught:
        stated_limit(text)
    assert message in str(caught.value)


def limits(*texts: str, currency: str | None = None) -> tuple[Term, ...]:
    stated = [stated_limit(text) for text in texts]
    proposed = propose_terms(MEASURED, BOUNDS)
    return with_limits(proposed, stated, measured=MEASURED, bounds=BOUNDS, currency=currency)


def test_a_stated_limit_takes_the_place_of_the_proposed_one_and_others_follow() -> None:
    found = limits("precision=0.5", "missed_positives_per_day=30")
    assert [(term.name, term.limits) for term in found] == [
        ("missed_positives_per_day", (("at_most", 30.0),)),
        ("false_negative_rate", (("at_most", 0.078),)),
        ("precision", (("at_least", 0.5),)),
    ]
    assert found[2].measured == 0.57


def test_none_leaves_a_term_out() -> None:
    assert [term.name for term in limits("false_negative_rate=none")] == ["missed_positives_per_day"]


def test_a_limit_stricter_than_the_evidence_says_so() -> None:
    strict, fair = limits("missed_positives_per_day=20")[0], limits("missed_positives_per_day=23")[0]
    assert strict.note == "Stricter than these cases bear out: 23 cannot be ruled out."
    assert fair.note == ""


def test_both_sides_of_one_term_can_be_stated_and_contradictions_are_named() -> None:
    (term,) = (t for t in limits("flagged_per_day>=10", "flagged_per_day<=20") if t.name == "flagged_per_day")
    assert term.limits == (("at_least", 10.0), ("at_most", 20.0))
    with pytest.raises(PromiseError, match="so no result can keep it"):
        limits("flagged_per_day>=30", "flagged_per_day<=20")


def test_a_slice_takes_nothing_over_from_the_whole() -> None:
    (term,) = (t for t in limits("false_negative_rate[channel]=1%") if t.slice)
    assert (term.measured, term.note) == (None, "")


def test_a_cost_is_in_the_currency_of_the_project() -> None:
    (term,) = (t for t in limits("cost_per_day=5000", currency="EUR") if t.measure == "cost_per_day")
    assert term.unit == "EUR a day"
    with pytest.raises(PromiseError, match="a cost needs its currency"):
        limits("cost_per_day=5000")
