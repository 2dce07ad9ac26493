"""Terms: what may be limited, and what a contradiction is called."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectkit.errors import PromiseError
from expectkit.io.config_tables import MEASURES as GOAL_MEASURES
from expectkit.promise.terms import MEASURES, Term


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({"measure": "false_negative_rates", "at_most": 0.1}, 'Did you mean "false_negative_rate"?'),
        ({"measure": "zebra", "at_most": 1.0}, "Use one of: missed_positives_per_day, "),
        ({"measure": "precision"}, 'term "precision" has no limit. Add at_most or at_least.'),
        (
            {"measure": "missed_positives_per_day", "at_most": 12.0, "at_least": 20.0},
            "at_most is 12 but at_least is 20, so no result can keep it. Swap or drop one of them.",
        ),
        ({"measure": "false_negative_rate", "at_most": 8.0}, "give a fraction from 0 to 1, 0.08 for 8%."),
        ({"measure": "false_negative_rate", "at_most": -0.1}, "at_most is -0.1; give a number from 0 to 1."),
        ({"measure": "flagged_per_day", "at_most": -1.0}, "at_most is -1; give a number of 0 or more."),
        ({"measure": "flagged_per_day", "at_most": math.inf}, "at_most is inf; give a number of 0 or more."),
        ({"measure": "cost_per_day", "at_most": math.nan, "unit": "EUR a day"}, "give a finite number."),
        ({"measure": "precision", "at_least": 0.5, "measured": 2.0}, "measured is 2; give a fraction"),
        ({"measure": "cost_per_day", "at_most": 5.0}, "a cost needs its currency"),
        (
            {"measure": "precision", "at_least": 0.5, "unit": "cases a day"},
            'is in "cases a day", but it is measured in "fraction from 0 to 1".',
        ),
        ({"measure": "precision", "at_least": 0.5, "slice": ""}, "slice is empty. Name one, or leave"),
        ({"measure": "precision", "at_least": 0.5, "variant": ""}, "variant is empty."),
        (
            {"measure": "precision", "at_least": 0.5, "slice_value": "online"},
            "has a slice_value but no slice. Name the column in slice.",
        ),
    ],
)
def test_a_term_that_cannot_be_checked_is_refused_with_what_to_do(
    made: dict[str, object], message: str
) -> None:
    with pytest.raises(PromiseError) as caught:
        Term(**made)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_the_two_limits_may_meet() -> None:
    assert Term("flagged_per_day", at_most=5.0, at_least=5.0).is_kept_by(5.0)


def test_a_term_says_its_slice_and_its_variant_in_its_name() -> None:
    term = Term("false_negative_rate", at_most=0.08, slice="channel", slice_value="online", variant="int8")
    assert term.name == "false_negative_rate[channel=online]@int8"


def test_every_goal_can_become_a_term() -> None:
    assert set(GOAL_MEASURES) <= set(MEASURES)


@given(limit=st.floats(0, 1), value=st.floats(0, 1))
def test_at_most_and_at_least_split_all_values_but_the_limit(limit: float, value: float) -> None:
    most = Term("false_negative_rate", at_most=limit).is_kept_by(value)
    least = Term("false_negative_rate", at_least=limit).is_kept_by(value)
    assert (most and least) == (value == limit)
    assert most or least
