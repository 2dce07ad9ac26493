from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from expectkit.errors import InputError
from expectkit.measure.confusion_matrix import ConfusionMatrix, decide, decide_from_label
from expectkit.measure.intervals import clopper_pearson
from expectkit.measure.multiclass import ClassMix, multiclass_volumes
from expectkit.measure.prevalence import Traffic

CLASSES = ("cat", "dog", "owl")
MATRIX = ConfusionMatrix(CLASSES, np.array([[80, 15, 0, 5], [10, 180, 0, 10], [1, 2, 97, 0]]))
MIX = ClassMix.stated([0.5, 0.3, 0.2])


def test_flows_are_class_share_times_rate_times_traffic() -> None:
    day = multiclass_volumes(MATRIX, Traffic.stated(1000), MIX)
    flows = {(flow.actual, flow.decided): flow for flow in day.flows}
    assert flows["cat", "dog"].per_day.estimate == pytest.approx(1000 * 0.5 * 15 / 100)
    assert flows["dog", None].per_day.estimate == pytest.approx(1000 * 0.3 * 10 / 200)
    assert (flows["owl", "cat"].n_seen, flows["owl", "cat"].n_of) == (1, 100)
    low, high = clopper_pearson(15, 100, 0.05)
    assert flows["cat", "dog"].per_day.low == pytest.approx(500 * low)
    assert flows["cat", "dog"].per_day.high == pytest.approx(500 * high)
    estimates = [flow.per_day.estimate for flow in day.flows]
    assert estimates == sorted(estimates, reverse=True)


def test_every_case_of_a_class_is_right_wrong_or_with_a_person() -> None:
    day = multiclass_volumes(MATRIX, Traffic.stated(1000), MIX)
    for one in day.classes:
        parts = one.right.estimate + one.wrong.estimate + one.to_a_person.estimate
        assert parts == pytest.approx(one.cases.estimate)
        assert one.decided_for_it.estimate == pytest.approx(one.right.estimate + one.taken_for_it.estimate)
    dog = day.classes[1]
    assert dog.taken_for_it.estimate == pytest.approx(500 * 0.15 + 200 * 0.02)
    decided = sum(one.decided_for_it.estimate for one in day.classes)
    assert decided + sum(one.to_a_person.estimate for one in day.classes) == pytest.approx(1000)
    assert day.right_share_value == pytest.approx(0.5 * 0.8 + 0.3 * 0.9 + 0.2 * 0.97)
    assert day.macro_recall_value == pytest.approx((0.8 + 0.9 + 0.97) / 3)
    assert day.macro_recall.low < day.macro_recall_value < day.macro_recall.high


def test_ranges_that_hold_together_are_wider_than_each_on_its_own() -> None:
    alone = multiclass_volumes(MATRIX, Traffic.stated(1000), MIX)
    together = multiclass_volumes(MATRIX, Traffic.stated(1000), MIX, hold_together=True)
    for one, other in zip(alone.flows, together.flows, strict=True):
        assert other.per_day.low <= one.per_day.low
        assert other.per_day.high > one.per_day.high


def test_a_fair_sample_gives_clopper_pearson_on_all_cases() -> None:
    day = multiclass_volumes(MATRIX, Traffic.stated(4000), ClassMix.as_in_cases(MATRIX))
    low, high = clopper_pearson(15 + 180 + 2, 400, 0.05)
    dog = day.classes[1].decided_for_it
    assert (dog.low, dog.high) == pytest.approx((4000 * low, 4000 * high))
    assert day.right_share_value == pytest.approx(357 / 400)


def test_without_a_person_there_are_no_flows_to_one() -> None:
    matrix = ConfusionMatrix.from_decisions([0, 0, 1, 1, 2], [0, 1, 1, 1, 2], CLASSES)
    day = multiclass_volumes(matrix, Traffic.stated(100), MIX)
    assert {flow.decided for flow in day.flows} == set(CLASSES)
    assert len(day.flows) == 6
    assert day.flows[0].per_day.level == "refuse"


@given(
    hnp.arrays(np.float64, (20, 3), elements=st.floats(0, 1)),
    hnp.arrays(np.float64, (3,), elements=st.floats(0, 1)),
)
def test_raising_a_class_threshold_never_decides_more_cases_for_it(
    scores: np.ndarray, limits: np.ndarray
) -> None:
    higher = limits + np.array([0.1, 0, 0])
    before, after = decide(scores, limits), decide(scores, higher)
    assert set(np.flatnonzero(after == 0)) <= set(np.flatnonzero(before == 0))
    assert ((after == -1) == (scores < higher).all(axis=1)).all()


def test_a_named_class_below_its_threshold_goes_to_a_person() -> None:
    assert decide_from_label([0, 1, 1], [0.7, 0.69, 0.4], [0.7, 0.5]).tolist() == [0, 1, -1]
    assert decide([[0.2, 0.2]]).tolist() == [0]


def test_contradictions_are_refused() -> None:
    with pytest.raises(InputError, match="shape"):
        ConfusionMatrix(("a", "b"), np.zeros((2, 2), np.int64))
    with pytest.raises(InputError, match='none of class "b"'):
        ClassMix.as_in_cases(ConfusionMatrix(("a", "b"), np.array([[1, 0, 0], [0, 0, 0]])))
    with pytest.raises(InputError, match=r"sum to 0\.9"):
        ClassMix.stated([0.5, 0.4])
    with pytest.raises(InputError, match="one for each class"):
        decide([[0.1, 0.9]], [0.5])
    with pytest.raises(InputError, match="none of the 2 classes"):
        ConfusionMatrix.from_decisions([0, 2], [0, 1], ["a", "b"])


@pytest.mark.slow
def test_flows_macro_recall_and_shares_hold_in_95_of_100_test_sets() -> None:
    rng = np.random.default_rng(20260310)
    rates = np.array([[0.80, 0.15, 0.0, 0.05], [0.05, 0.85, 0.02, 0.08], [0.01, 0.02, 0.97, 0.0]])
    shares, held = np.array([0.5, 0.3, 0.2]), []
    for _ in range(600):
        counts = np.stack([rng.multinomial(n, row) for n, row in zip((100, 200, 100), rates, strict=True)])
        day = multiclass_volumes(
            ConfusionMatrix(CLASSES, counts), Traffic.stated(1000), ClassMix.stated(shares)
        )
        together = multiclass_volumes(
            ConfusionMatrix(CLASSES, counts),
            Traffic.stated(1000),
            ClassMix.stated(shares),
            hold_together=True,
        )

        names = (*CLASSES, None)
        truth = {(CLASSES[i], names[j]): 1000 * shares[i] * rates[i, j] for i in range(3) for j in range(4)}
        all_flows = [f.per_day.low <= truth[f.actual, f.decided] <= f.per_day.high for f in together.flows]
        cat_to_dog = next(f for f in day.flows if (f.actual, f.decided) == ("cat", "dog")).per_day
        predicted_dog = day.classes[1].decided_for_it
        held.append(
            (
                cat_to_dog.low <= 75 <= cat_to_dog.high,
                all(all_flows),
                day.macro_recall.low <= rates[:, :3].diagonal().mean() <= day.macro_recall.high,
                predicted_dog.low <= 1000 * shares @ rates[:, 1] <= predicted_dog.high,
            )
        )
    assert (np.mean(held, axis=0) >= 0.94).all()
