"""Verdicts: right answers on golden values, and exact error rates by enumerating every outcome."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import binom, multinomial

from expectkit.errors import InputError
from expectkit.measure.intervals import mover_difference_paired
from expectkit.measure.rates import Rate
from expectkit.promise.evidence import Finding, Risk
from expectkit.promise.terms import Term
from expectkit.promise.verdict import Answer, Verdict, answer_of, judge, together

FNR = "false_negative_rate"
ALONE = Risk()


def answers(n: int, term: Term, risk: Risk = ALONE, n_parts: int = 1) -> list[Answer]:
    """Return the answer for every possible number of misses in n cases."""
    alpha = risk.two_sided(n, n_parts)
    found = (Finding.of_rate(Rate(x, n), "positives", alpha) for x in range(n + 1))
    return [answer_of(term, item.lower, item.upper) for item in found]


def probability(n: int, rate: float, found: list[Answer], answer: Answer) -> float:
    return float(sum(binom.pmf(x, n, rate) for x in range(n + 1) if found[x] == answer))


@pytest.mark.parametrize(("x", "answer"), [(8, "kept"), (15, "undecided"), (25, "broken")])
def test_golden_verdicts_on_300_cases_at_5_per_cent(x: int, answer: Answer) -> None:
    finding = Finding.of_rate(Rate(x, 300), "positives", Risk().two_sided(300))
    assert judge(Term(FNR, at_most=0.05), [finding], Risk()).answer == answer


@pytest.mark.parametrize("n", [30, 59, 100, 300, 1000])
@pytest.mark.parametrize("limit", [0.01, 0.05, 0.2, 0.5])
def test_each_wrong_verdict_has_at_most_5_per_cent_by_enumeration(n: int, limit: float) -> None:
    at_most, at_least = answers(n, Term(FNR, at_most=limit)), answers(n, Term(FNR, at_least=limit))
    # the truth right at the limit is the worst case for both mistakes
    for found in (at_most, at_least):
        assert probability(n, limit, found, "kept") <= 0.05
        assert probability(n, limit, found, "broken") <= 0.05
    for worse in (1.2, 2.0):
        assert probability(n, min(limit * worse, 1.0), at_most, "kept") <= 0.05
        assert probability(n, limit / worse, at_most, "broken") <= 0.05


@pytest.mark.parametrize("n", [100, 400])
def test_a_term_with_two_limits_is_wrong_no_more_often(n: int) -> None:
    found = answers(n, Term("precision", at_least=0.4, at_most=0.6))
    assert max(probability(n, rate, found, "kept") for rate in (0.4, 0.6)) <= 0.05
    assert max(probability(n, rate, found, "broken") for rate in (0.4, 0.5, 0.6)) <= 0.05


def test_a_gate_that_50_candidates_pass_lets_one_through_at_most_1_time_in_20() -> None:
    term, n = Term(FNR, at_most=0.05), 300
    once = probability(n, 0.05, answers(n, term), "kept")
    shared = probability(n, 0.05, answers(n, term, Risk(reused=50)), "kept")
    assert 1 - (1 - once) ** 50 > 0.5
    assert 1 - (1 - shared) ** 50 <= 0.05


def test_of_eight_channels_at_the_limit_one_is_called_broken_at_most_1_time_in_20() -> None:
    term, n = Term(FNR, at_most=0.08, slice="channel"), 200
    alone = probability(n, 0.08, answers(n, term), "broken")
    shared = probability(n, 0.08, answers(n, term, n_parts=8), "broken")
    assert 1 - (1 - alone) ** 8 > 0.15
    assert 1 - (1 - shared) ** 8 <= 0.05


@pytest.mark.parametrize(
    ("n", "discordant", "margin"), [(60, 0.1, 0.02), (100, 0.05, 0.02), (100, 0.2, 0.05)]
)
def test_a_paired_regression_is_let_through_at_most_1_time_in_20(
    n: int, discordant: float, margin: float
) -> None:
    b, c = (
        np.array(pair)
        for pair in zip(
            *((b, c) for b, c in itertools.product(range(n + 1), repeat=2) if b + c <= n), strict=True
        )
    )
    only_new, only_old = (discordant + margin) / 2, (discordant - margin) / 2
    weight = multinomial.pmf(np.column_stack([b, c, n - b - c]), n, [only_new, only_old, 1 - discordant])
    low, high = mover_difference_paired(b, c, np.full(b.shape, n), Risk().two_sided(n))
    assert float(weight[high <= margin].sum()) <= 0.05
    assert float(weight[low > margin].sum()) <= 0.05


def test_local_alphas_for_a_shared_risk_stay_below_their_table() -> None:
    from expectkit.measure.intervals import local_alpha

    for n in (10, 50, 300, 2_000, 30_000):
        assert Risk(simultaneous=True, reused=2).two_sided(n) <= float(local_alpha(n, 0.95))
        assert Risk(simultaneous=True, reused=4).two_sided(n) <= float(local_alpha(n, 0.975))


def test_bounds_are_wider_where_the_threshold_was_chosen_on_the_cases() -> None:
    assert Risk(simultaneous=True).two_sided(300) < Risk().two_sided(300) / 10


@pytest.mark.parametrize("reused", [0, -1])
def test_a_use_that_does_not_count_itself_is_refused(reused: int) -> None:
    with pytest.raises(InputError, match="count this use too"):
        Risk(reused=reused)


# ------------------------------------------------------------------------------------------ what would settle it


def test_an_undecided_rate_says_how_many_further_cases_settle_it() -> None:
    finding = Finding.of_rate(Rate(2, 100), "positives", 0.10)
    needed = judge(Term(FNR, at_most=0.05), [finding], Risk()).decisive.needed
    assert needed is not None
    assert (needed.total, needed.further, needed.unit, needed.is_exact) == (286, 186, "positives", True)


def test_clustered_cases_need_as_many_more_as_they_are_worth_less() -> None:
    finding = Finding.of_rate(Rate(2, 100, 50), "positives", 0.10)
    needed = judge(Term(FNR, at_most=0.05), [finding], Risk()).decisive.needed
    assert needed is not None
    assert needed.total == 2 * 286


def test_cases_that_chose_the_threshold_do_not_count_towards_settling_it() -> None:
    finding = Finding.of_rate(Rate(6, 300), "positives", Risk(simultaneous=True).two_sided(300))
    needed = judge(Term(FNR, at_most=0.05), [finding], Risk(simultaneous=True)).decisive.needed
    assert needed is not None
    assert needed.is_fresh
    assert needed.further == needed.total == 286


def test_a_rate_at_its_very_limit_needs_no_number() -> None:
    finding = Finding.of_rate(Rate(15, 300), "positives", 0.10)
    assert judge(Term(FNR, at_most=0.05), [finding], Risk()).decisive.needed is None


def test_a_volume_behind_a_rate_is_searched_exactly() -> None:
    per_day = Finding.of_rate(Rate(2, 100), "positives", 0.10).scaled(280.0)
    needed = judge(Term("missed_positives_per_day", at_most=14.0), [per_day], Risk()).decisive.needed
    assert needed is not None
    assert needed.total == 286


# ------------------------------------------------------------------------------------------------ several values


def test_one_broken_value_breaks_a_sliced_term_and_comes_first() -> None:
    term = Term(FNR, at_most=0.08, slice="channel")
    rates = {"web": Rate(0, 500), "app": Rate(90, 300), "post": Rate(0, 5)}
    findings = [
        Finding.of_rate(rate, "positives", Risk().two_sided(1, 3), part=key) for key, rate in rates.items()
    ]
    verdict = judge(term, findings, Risk())
    assert [(item.finding.part, item.answer) for item in verdict.judged] == [
        ("app", "broken"),
        ("post", "undecided"),
        ("web", "kept"),
    ]
    assert verdict.answer == "broken"
    assert verdict.risk == pytest.approx(0.05 / 3)


def test_a_small_value_leaves_a_sliced_term_undecided() -> None:
    term = Term(FNR, at_most=0.08, slice="channel")
    findings = [
        Finding.of_rate(Rate(0, n), "positives", Risk().two_sided(1, 2), part=str(n)) for n in (500, 5)
    ]
    assert judge(term, findings, Risk()).answer == "undecided"


def test_nothing_measured_is_undecided_with_its_reason() -> None:
    verdict = judge(Term("cost_per_day", at_most=3, unit="EUR a day"), [Finding.nothing("No costs.")], Risk())
    assert verdict.answer == "undecided"
    assert verdict.decisive.finding.reason == "No costs."
    assert judge(Term(FNR, at_most=0.1), [], Risk()).answer == "undecided"


def test_bounds_that_are_no_number_decide_nothing() -> None:
    assert answer_of(Term(FNR, at_most=0.1), math.nan, math.nan) == "undecided"


def test_a_promise_is_kept_only_when_every_term_is() -> None:
    assert together(["kept", "kept"]) == "kept"
    assert together(["kept", "undecided"]) == "undecided"
    assert together(["undecided", "broken", "kept"]) == "broken"
    assert Verdict(()).answer == "undecided"
