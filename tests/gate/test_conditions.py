"""Volumes are judged under the promise's conditions, whatever the mix and traffic of the file that was picked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from expectkit.gate.judgement import Judgement, judge_cases
from expectkit.io.config import read_config
from expectkit.io.open_cases import open_cases
from expectkit.measure.rates import Rate
from expectkit.promise.agreement import Conditions, Promise
from expectkit.promise.sample_size import cases_to_settle
from expectkit.promise.terms import Term
from expectkit.promise.verdict import TermVerdict

PROMISED = Conditions(900.0, 1000.0, 0.08, 0.09)
MISSED = Term("missed_positives_per_day", at_most=45.0)
OF_EACH = (
    MISSED,
    Term("flagged_negatives_per_day", at_most=200.0),
    Term("flagged_per_day", at_most=300.0),
    Term("precision", at_least=0.2),
    Term("selection_rate", at_most=0.3),
    Term("review_minutes_per_day", at_most=900.0),
    Term("cost_per_day", at_most=9e4, unit="EUR a day"),
)
COSTS = {"currency": "EUR", "missed_positive": 120, "flagged_negative": 4, "minutes_per_review": 3}


def cases(n_positives: int, n_negatives: int, missed: float, flagged: float, days: int = 0) -> dict[str, Any]:
    label = np.r_[np.ones(n_positives, np.int64), np.zeros(n_negatives, np.int64)]
    n_missed, n_flagged = round(n_positives * missed), round(n_negatives * flagged)
    sizes = (n_positives - n_missed, n_missed, n_flagged, n_negatives - n_flagged)
    columns = {"score": np.repeat([0.9, 0.1, 0.8, 0.2], sizes), "label": label}
    if days:
        columns["day"] = np.array([f"2026-03-{i + 1:02d}" for i in range(days)])[np.arange(label.size) % days]
    return columns


def judged(
    columns: Mapping[str, Any], traffic: Mapping[str, Any], *terms: Term, conditions: Conditions = PROMISED
) -> Judgement:
    of_cases = {"score": "score", "label": "label", **({"time": "day"} if "day" in columns else {})}
    costs = {**COSTS, "review_capacity_per_day": 100}
    config = read_config({"cases": of_cases, "traffic": dict(traffic), "costs": costs})
    promise = Promise("draft", "m", "1", 0.5, terms or (MISSED,), conditions, True, "")
    return judge_cases(config, promise, open_cases(dict(columns)))


def only(found: Judgement) -> TermVerdict:
    (verdict,) = found.verdict.terms
    return verdict


@pytest.mark.parametrize("prevalence", [{}, {"prevalence": "as in cases"}])
@pytest.mark.parametrize("missed", [0.0, 0.125])
def test_a_file_with_few_positives_does_not_make_the_terms_easier(
    prevalence: dict[str, str], missed: float
) -> None:
    verdict = only(judged(cases(16, 784, missed, 0.09), {"cases_per_day": 900.0, **prevalence}))
    found = verdict.decisive.finding
    assert verdict.answer == "undecided"
    assert found.upper == pytest.approx(900 * 0.09 * Rate(round(16 * missed), 16).upper_bound())


def test_the_mix_of_the_file_changes_no_volume_when_its_rates_are_the_same() -> None:
    columns = [cases(400, n, 0.2, 0.05) for n in (4_200, 40_000)]
    one, other = (
        [verdict.decisive.finding for verdict in judged(file, {}, *OF_EACH).verdict.terms] for file in columns
    )
    for rich, poor in zip(one[:1], other[:1], strict=True):
        assert (rich.lower, rich.upper) == pytest.approx((poor.lower, poor.upper))
    # more negatives only make the range of the others narrower, never their middle smaller
    for rich, poor in zip(one, other, strict=True):
        assert rich.span == pytest.approx(poor.span)


def test_a_term_must_hold_everywhere_in_the_conditions() -> None:
    found = only(judged(cases(400, 4_300, 0.2, 0.05), {})).decisive.finding
    rate = Rate(80, 400)
    assert found.lower == pytest.approx(900 * 0.08 * rate.lower_bound())
    assert found.upper == pytest.approx(1000 * 0.09 * rate.upper_bound())
    assert found.value == pytest.approx(950 * 400 / 4_700 * 0.2)  # the file's own share lies in the range


@pytest.mark.parametrize("term", OF_EACH)
def test_every_term_that_depends_on_the_mix_is_open_when_production_has_another(term: Term) -> None:
    columns = cases(400, 4_300, 0.2, 0.05)
    inside = only(judged(columns, {"cases_per_day": 950.0, "prevalence": 0.085}, term))
    outside = only(judged(columns, {"cases_per_day": 950.0, "prevalence": 0.02}, term))
    assert (inside.answer, outside.answer) == ("kept", "undecided")
    assert "share of positives is now 2%" in outside.decisive.finding.reason
    assert outside.decisive.needed is None


def test_traffic_that_differs_leaves_precision_alone() -> None:
    terms = (Term("precision", at_least=0.2), Term("false_negative_rate", at_most=0.3), MISSED)
    found = judged(cases(400, 4_300, 0.2, 0.05), {"cases_per_day": 5_000.0, "prevalence": 0.085}, *terms)
    assert [verdict.answer for verdict in found.verdict.terms] == ["kept", "kept", "undecided"]


def test_what_is_broken_under_the_promised_conditions_stays_broken_under_others() -> None:
    found = judged(cases(400, 40_000, 0.9, 0.05), {"cases_per_day": 900.0, "prevalence": "as in cases"})
    assert only(found).answer == "broken"


def test_observed_days_that_are_like_the_promised_ones_are_judged_at_these() -> None:
    traffic = {"cases_per_day": "observed", "prevalence": "as in cases"}
    like = judged(cases(1_140, 12_160, 0.2, 0.05, days=14), traffic)
    assert like.cases.day.traffic.mean == pytest.approx(950)
    assert only(like).answer == "kept"
    thin = judged(cases(80, 1_320, 0.2, 0.05, days=14), traffic)  # 100 cases a day
    assert only(thin).answer == "undecided"
    assert "Traffic is now 100 cases a day, outside the 900 to 1,000" in only(thin).decisive.finding.reason


def test_calm_days_do_not_show_that_the_promised_ones_would_be_within_capacity() -> None:
    term = Term("overloaded_days_share", at_most=0.5)
    traffic = {"cases_per_day": "observed", "prevalence": "as in cases"}
    verdict = only(judged(cases(80, 1_320, 0.2, 0.05, days=14), traffic, term))
    assert verdict.decisive.finding.upper < 0.5
    assert verdict.answer == "undecided"


def test_one_morning_is_judged_at_the_traffic_of_the_promise() -> None:
    traffic = {"cases_per_day": "observed", "prevalence": "as in cases"}
    terms = (MISSED, Term("overloaded_days_share", at_most=0.1))
    found = judged(cases(400, 4_300, 0.2, 0.05, days=1), traffic, *terms)
    assert [verdict.answer for verdict in found.verdict.terms] == ["kept", "undecided"]
    assert "How days differ is not known" in found.verdict.terms[1].decisive.finding.reason
    assert "These cases hold 1 complete day; traffic can be observed from 2 on." in found.remarks


def test_a_picked_mix_nobody_calls_productions_is_only_noted() -> None:
    found = judged(cases(400, 400, 0.2, 0.05), {})
    assert only(found).answer == "kept"
    assert found.remarks[1].startswith("50% of these cases are positive, which is not the share the promise")
    assert "900 to 1,000 cases a day, 8% to 9% of them positive" in found.remarks[2]


def test_the_cases_that_would_settle_it_are_those_for_the_unfavourable_end() -> None:
    found = judged(cases(100, 1_000, 0.45, 0.05), {})
    needed = only(found).decisive.needed
    assert needed is not None
    assert needed.total == cases_to_settle(0.45, 45 / 90, "at_most", alpha=0.05, more_than=100)
    # kept at the favourable end, broken at the other: no number of cases tells
    assert only(judged(cases(100, 1_000, 0.55, 0.05), {})).decisive.needed is None


def test_a_promise_without_conditions_takes_the_days_of_the_cases() -> None:
    traffic = {"cases_per_day": "observed", "prevalence": "as in cases"}
    nothing = Conditions(0.0, 0.0, 0.0, 0.0)
    found = only(judged(cases(1_140, 12_160, 0.2, 0.05, days=14), traffic, conditions=nothing)).decisive
    assert (found.finding.unit, found.finding.n) == ("days", 14)
