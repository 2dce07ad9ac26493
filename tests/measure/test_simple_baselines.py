from __future__ import annotations

import pytest

from expectkit.errors import InputError
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.simple_baselines import simple_baselines
from expectkit.measure.sweep import Sweep

SWEEP = Sweep.from_counts([0.49], [266], [200], 280, 8000)
DAY = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))


def test_flagging_nothing_is_nearly_as_accurate_as_the_model_and_catches_none() -> None:
    model, nothing, _ = simple_baselines(SWEEP, DAY, 0.49)
    assert model.accuracy == pytest.approx(1 - 214 / 8280)
    assert nothing.accuracy == pytest.approx(8000 / 8280)
    assert (nothing.flagged, nothing.caught_positives) == (0, 0)
    assert nothing.missed_positives == pytest.approx(280)


def test_flagging_at_random_flags_as_many_and_catches_its_share() -> None:
    model, _, at_random = simple_baselines(SWEEP, DAY, 0.49)
    assert at_random.flagged == pytest.approx(model.flagged)
    assert at_random.caught_positives == pytest.approx(466 * 280 / 8280)


def test_the_current_process_is_carried_over_to_production_by_its_rates() -> None:
    current = simple_baselines(SWEEP, DAY, 0.49, current=ConfusionCounts(80, 50, 950, 20))[-1]
    assert current.key == "current process"
    assert current.missed_positives == pytest.approx(56)
    assert current.flagged_negatives == pytest.approx(400)
    assert current.counts == ConfusionCounts(80, 50, 950, 20)


def test_a_process_seen_on_one_class_only_is_refused() -> None:
    with pytest.raises(InputError, match="both classes"):
        simple_baselines(SWEEP, DAY, 0.49, current=ConfusionCounts(0, 50, 950, 0))
