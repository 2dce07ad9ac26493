"""Which settings stand side by side, and why."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.errors import InputError
from expectkit.measure.settings import NamedSetting, settings_beside
from expectkit.measure.sweep import Sweep


def sweep_of(*rows: tuple[float, int, int]) -> Sweep:
    """Return a sweep of 100 positives and 1,000 negatives: threshold, positives missed, negatives flagged."""
    thresholds, missed, flagged = zip(*rows, strict=True)
    return Sweep.from_counts(thresholds, 100 - np.array(missed), flagged, 100, 1000)


def names(found: tuple[NamedSetting, ...]) -> dict[str, float]:
    return {setting.name: setting.threshold for setting in found}


LADDER = sweep_of((0.2, 1, 400), (0.3, 4, 250), (0.5, 10, 100), (0.7, 30, 45), (0.8, 60, 10))


def test_neighbours_halve_the_misses_and_the_false_alarms() -> None:
    assert names(settings_beside(LADDER, 0.5)) == {"catch more": 0.3, "proposed": 0.5, "flag fewer": 0.7}


def test_settings_ascend_and_each_threshold_stands_once() -> None:
    found = settings_beside(LADDER, 0.5, candidates=[0.7, 0.3, 0.5], lowest_cost=0.7)
    assert [setting.threshold for setting in found] == [0.3, 0.5, 0.7]
    assert names(found)["proposed"] == 0.5
    assert [setting.name for setting in found] == ["also asked for", "proposed", "also asked for"]


def test_of_settings_as_good_as_one_another_the_round_one_is_shown() -> None:
    sweep = sweep_of((0.3, 4, 205), (0.3172, 4, 200), (0.5, 10, 100), (0.6931, 30, 50), (0.7, 31, 49))
    assert names(settings_beside(sweep, 0.5)) == {"catch more": 0.3, "proposed": 0.5, "flag fewer": 0.7}


def test_catching_more_does_not_mean_flagging_everything_because_its_threshold_is_round() -> None:
    sweep = sweep_of((0.0, 0, 1000), (0.1, 0, 800), (0.343, 0, 150), (0.35, 1, 140))
    assert names(settings_beside(sweep, 0.35))["catch more"] == 0.343


def test_flagging_fewer_does_not_mean_catching_nothing_because_its_threshold_is_round() -> None:
    sweep = sweep_of((0.61, 8, 4), (0.637, 20, 0), (0.8, 70, 0), (1.0, 100, 0))
    assert names(settings_beside(sweep, 0.61))["flag fewer"] == 0.637


def test_a_neighbour_that_flags_everything_or_catches_nothing_is_no_neighbour() -> None:
    assert names(settings_beside(sweep_of((0.0, 0, 1000), (0.5, 10, 100), (0.9, 100, 0)), 0.5)) == {
        "proposed": 0.5
    }


def test_where_nothing_is_missed_or_flagged_by_mistake_there_is_no_neighbour_on_that_side() -> None:
    assert names(settings_beside(sweep_of((0.4, 0, 20), (0.5, 0, 0), (0.6, 10, 0)), 0.5)) == {"proposed": 0.5}


def test_what_was_asked_for_is_never_left_out_and_neighbours_fill_what_room_there_is() -> None:
    asked = [0.2, 0.3, 0.7]
    assert len(settings_beside(LADDER, 0.5, candidates=asked, n_most=2)) == 4
    some_room = names(settings_beside(LADDER, 0.8, candidates=[0.2], n_most=3))
    assert some_room == {"also asked for": 0.2, "catch more": 0.7, "proposed": 0.8}


def test_weighted_cases_are_weighed() -> None:
    plain = sweep_of((0.3, 6, 300), (0.5, 10, 100))
    weights = {
        "weighted_true_positives": np.array([99.0, 90.0]),
        "weighted_false_positives": np.array([300.0, 100.0]),
        "weighted_positives": 100.0,
        "weighted_negatives": 1000.0,
    }
    names_of = plain.thresholds, plain.n_true_positives, plain.n_false_positives, 100, 1000
    weighted = Sweep(*names_of, plain.effective_positives, plain.effective_negatives, **weights)
    assert "catch more" not in names(settings_beside(plain, 0.5))
    assert names(settings_beside(weighted, 0.5))["catch more"] == 0.3


def test_a_setting_that_was_not_counted_is_refused() -> None:
    with pytest.raises(InputError, match=r"0\.51 was not counted"):
        settings_beside(LADDER, 0.51)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 200)), min_size=1, max_size=12), st.data())
def test_neighbours_keep_what_their_names_promise(cells: list[tuple[int, int]], data: st.DataObject) -> None:
    below = np.cumsum(np.array(cells), axis=0)
    n_positives, n_negatives = (int(total) + 1 for total in below[-1])
    thresholds = np.round(np.linspace(0.05, 0.95, len(cells)), 3)
    sweep = Sweep.from_counts(
        thresholds, n_positives - below[:, 0], n_negatives - below[:, 1], n_positives, n_negatives
    )
    operating = float(data.draw(st.sampled_from(thresholds.tolist())))
    at = sweep.counts_at(operating)
    for name, threshold in names(settings_beside(sweep, operating)).items():
        there = sweep.counts_at(threshold)
        if name == "catch more":
            assert threshold < operating
            assert 2 * there.n_false_negatives <= at.n_false_negatives * 1.1
            assert there.n_true_negatives > 0
        if name == "flag fewer":
            assert threshold > operating
            assert 2 * there.n_false_positives <= at.n_false_positives * 1.1
            assert there.n_true_positives > 0
