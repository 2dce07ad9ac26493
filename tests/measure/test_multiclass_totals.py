"""The day's totals over all classes, and shares of the classes that were counted in a sample."""

from __future__ import annotations

import numpy as np
import pytest

from expectkit.measure.confusion_matrix import ConfusionMatrix
from expectkit.measure.intervals import clopper_pearson
from expectkit.measure.multiclass import ClassMix, multiclass_volumes
from expectkit.measure.prevalence import Traffic

MATRIX = ConfusionMatrix(("cat", "dog", "owl"), np.array([[80, 15, 0, 5], [10, 180, 0, 10], [1, 2, 97, 0]]))
MIX = ClassMix.stated([0.5, 0.3, 0.2])


def test_right_wrong_and_to_a_person_are_all_cases_of_the_day() -> None:
    day = multiclass_volumes(MATRIX, Traffic.stated(1000), MIX)
    assert day.right.estimate == pytest.approx(1000 * (0.5 * 0.8 + 0.3 * 0.9 + 0.2 * 0.97))
    assert day.to_a_person.estimate == pytest.approx(1000 * (0.5 * 0.05 + 0.3 * 0.05))
    assert day.right.estimate + day.wrong.estimate + day.to_a_person.estimate == pytest.approx(1000)
    wrong = sum(flow.per_day.estimate for flow in day.flows if flow.decided is not None)
    assert day.wrong.estimate == pytest.approx(wrong)


def test_totals_of_a_fair_sample_are_clopper_pearson_on_all_cases() -> None:
    day = multiclass_volumes(MATRIX, Traffic.stated(4000), ClassMix.as_in_cases(MATRIX))
    low, high = clopper_pearson(28, 400, 0.05)
    assert (day.wrong.low, day.wrong.high) == pytest.approx((4000 * low, 4000 * high))


def test_a_mix_counted_in_a_small_sample_widens_what_depends_on_it_and_nothing_else() -> None:
    stated = multiclass_volumes(MATRIX, Traffic.stated(1000), MIX)
    counted = multiclass_volumes(MATRIX, Traffic.stated(1000), ClassMix(MIX.shares, np.array([50, 30, 20])))
    assert counted.right_share_value == stated.right_share_value
    assert counted.right_share.low < stated.right_share.low
    assert counted.right_share.high > stated.right_share.high
    same = ConfusionMatrix(("cat", "dog"), np.array([[90, 10, 0], [20, 180, 0]]))
    halves = [ClassMix.stated([0.5, 0.5]), ClassMix(np.array([0.5, 0.5]), np.array([20, 20]))]
    first, second = (multiclass_volumes(same, Traffic.stated(1000), mix).right_share for mix in halves)
    assert (first.low, first.high) == pytest.approx(
        (second.low, second.high)
    )  # both classes are right at 0.9


@pytest.mark.slow
def test_ranges_with_a_counted_mix_cover_the_truth() -> None:
    rng, n_tests = np.random.default_rng(20260312), 500
    shares, rates = np.array([0.5, 0.3, 0.2]), np.array([0.95, 0.7, 0.85])
    covered = {"right_share": 0, "taken_for_cat": 0}
    for _ in range(n_tests):
        right, rest = zip(
            *((rng.binomial(n, rate), n) for n, rate in zip((300, 200, 200), rates, strict=True)), strict=True
        )
        wrong = [n - x for x, n in zip(right, rest, strict=True)]
        counts = np.diag(right) + np.array([[0, wrong[0], 0], [wrong[1], 0, 0], [wrong[2], 0, 0]])
        sample = rng.multinomial(400, shares)
        matrix = ConfusionMatrix(("cat", "dog", "owl"), np.column_stack([counts, np.zeros(3, np.int64)]))
        day = multiclass_volumes(matrix, Traffic.stated(1000), ClassMix(sample / 400, sample))
        covered["right_share"] += day.right_share.low <= float(shares @ rates) <= day.right_share.high
        truth, found = 1000 * float(shares[1:] @ (1 - rates[1:])), day.classes[0].taken_for_it
        covered["taken_for_cat"] += found.low <= truth <= found.high
    assert min(covered.values()) / n_tests >= 0.93, covered
