"""What a promise as a whole must satisfy."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Any

import pytest

from expectkit.errors import PromiseError
from expectkit.promise.agreement import Conditions, Decision, RejectedSetting, agree
from tests.promise.promises import AGREED, DRAFT


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"threshold": math.inf}, "threshold is inf; give a finite number."),
        ({"terms": AGREED.terms[:1] * 2}, 'term "missed_positives_per_day" stands twice.'),
        ({"decision": None}, "the promise is agreed, but nobody decided it."),
        ({"status": "draft"}, "the promise is a draft, yet it has a decision."),
        ({"rejected": (RejectedSetting(0.49, ""),)}, "the setting 0.49 is agreed and rejected."),
    ],
)
def test_parts_that_contradict_each_other_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(PromiseError) as caught:
        dataclasses.replace(AGREED, **change)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("ranges", "message"),
    [
        ((9000, 8000, 0.1, 0.2), "cases_per_day is [9000, 8000]; give [low, high] between 0 and any number."),
        ((8000, 9000, 0.1, 1.2), "prevalence is [0.1, 1.2]; give [low, high] between 0 and 1."),
        ((8000, math.inf, 0.1, 0.2), "cases_per_day is [8000, inf]"),
        ((math.nan, 9000, 0.1, 0.2), "cases_per_day is [nan, 9000]"),
    ],
)
def test_conditions_run_forwards(ranges: tuple[float, float, float, float], message: str) -> None:
    with pytest.raises(PromiseError) as caught:
        Conditions(*ranges)
    assert message in str(caught.value)


@pytest.mark.parametrize(("who", "why", "key"), [(" ", "because", "decided_by"), ("Ann", "", "reason")])
def test_an_agreement_nobody_made_is_none(who: str, why: str, key: str) -> None:
    with pytest.raises(PromiseError, match=f"decision: {key} is empty"):
        Decision(who, datetime.date(2026, 3, 12), why)


def test_agreeing_turns_the_draft_into_the_agreement_and_keeps_the_rest() -> None:
    assert AGREED.decision is not None
    made = agree(
        DRAFT,
        AGREED.decision,
        terms=AGREED.terms,
        conditions=AGREED.conditions,
        rejected=AGREED.rejected,
        model_sha256="b" * 64,
        replaces="c" * 64,
    )
    assert made == AGREED


def test_a_term_is_found_by_its_name() -> None:
    term = AGREED.term("false_negative_rate[channel]")
    assert term is not None
    assert term.at_most == 0.1
    assert AGREED.term("false_negative_rate[country]") is None
