from __future__ import annotations

import math

import numpy as np
import pytest

from expectkit.measure.plausibility import (
    flags_all_or_nothing,
    is_no_better_than_random,
    mix_excludes_the_file,
    ranking_share,
    scores_look_reversed,
)
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep

DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
GOOD = Sweep.from_counts([0.0, 0.3, 0.49, 2.0], [280, 274, 266, 0], [8000, 400, 200, 0], 280, 8000)
REVERSED = Sweep.from_counts([0.0, 0.5, 2.0], [280, 14, 0], [8000, 7600, 0], 280, 8000)


def test_the_ranking_share_is_the_share_of_pairs_in_order() -> None:
    rng = np.random.default_rng(2)
    positives, negatives = rng.normal(1, 1, 40), rng.normal(0, 1, 60)
    thresholds = np.unique(np.concatenate([positives, negatives]))
    caught, alarms = ((scores >= thresholds[:, None]).sum(axis=1) for scores in (positives, negatives))
    pairs = (positives[:, None] > negatives).mean()
    assert ranking_share(Sweep.from_counts(thresholds, caught, alarms, 40, 60)) == pytest.approx(pairs)


def test_scores_the_wrong_way_round_are_noticed() -> None:
    assert scores_look_reversed(REVERSED)
    assert not scores_look_reversed(GOOD)


def test_a_little_below_one_half_by_chance_is_not_reversed() -> None:
    by_chance = Sweep.from_counts([0.5], [19], [1010], 40, 2000)
    assert ranking_share(by_chance) < 0.5
    assert not scores_look_reversed(by_chance)


def test_a_class_without_cases_is_not_judged() -> None:
    empty = Sweep.from_counts([0.5], [0], [3], 0, 9)
    assert math.isnan(ranking_share(empty))
    assert not scores_look_reversed(empty)


def test_a_model_that_catches_less_than_chance_is_no_better_than_random() -> None:
    assert is_no_better_than_random(REVERSED, DAY, 0.5)
    assert not is_no_better_than_random(GOOD, DAY, 0.49)


def test_more_mistakes_than_flagging_nothing_alone_does_not_make_a_model_random() -> None:
    many_alarms = Sweep.from_counts([0.1], [270], [4000], 280, 8000)
    assert not is_no_better_than_random(many_alarms, DAY, 0.1)


def test_a_threshold_outside_all_scores_flags_all_or_nothing() -> None:
    assert [flags_all_or_nothing(GOOD, threshold) for threshold in (0.0, 0.49, 2.0)] == [
        "all",
        None,
        "nothing",
    ]


@pytest.mark.parametrize(
    ("prevalence", "excludes"),
    [
        (Prevalence.stated(0.0338), False),
        (Prevalence.stated(0.4), True),
        (Prevalence.ranged(0.03, 0.05), False),
        (Prevalence.ranged(0.05, 0.08), True),
        (Prevalence.sampled(2, 30), False),
        (Prevalence.sampled(200, 1000), True),
        (Prevalence.as_in_cases(280, 8000), False),
        (Prevalence.kept_negatives(280, 8000, 0.05), False),
    ],
)
def test_a_mix_that_cannot_be_the_files_own_is_noticed(prevalence: Prevalence, excludes: bool) -> None:
    assert mix_excludes_the_file(GOOD, prevalence) is excludes
