"""What is odd is said, once, in plain words, and nothing is left out because of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from expectkit.cautions import cautions
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.sweep import Sweep

GOOD = Sweep.from_counts([0.0, 0.49, 2.0], [280, 266, 0], [8000, 200, 0], 280, 8000)
REVERSED = Sweep.from_counts([0.5], [14], [7600], 280, 8000)
STATED = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))


def _days(*counts: int | None) -> dict[str, int]:
    first = date(2026, 3, 2)
    return {
        (first + timedelta(days=i)).isoformat(): count for i, count in enumerate(counts) if count is not None
    }


def _observed(totals: dict[str, int], prevalence: Prevalence | None = None) -> DayProfile:
    mix = Prevalence.as_in_cases(280, 8000) if prevalence is None else prevalence
    return DayProfile(Traffic.observed(totals.values()), mix)


def _said(counts: Sweep, day: DayProfile, threshold: float, totals: dict[str, int]) -> dict[str, str]:
    return {one.code: one.text for one in cautions(counts, day, threshold, totals)}


def test_an_ordinary_model_on_ordinary_days_needs_no_caution() -> None:
    totals = _days(*[949] * 14)
    assert _said(GOOD, _observed(totals), 0.49, totals) == {}


def test_a_day_cut_off_is_named_and_still_counted() -> None:
    totals = _days(*[949] * 9, 61)
    day = _observed(totals)
    assert "2026-03-11 has 61 cases" in _said(GOOD, day, 0.49, totals)["partial_days"]
    assert day.traffic.mean == pytest.approx(860.2)


def test_days_without_cases_are_counted() -> None:
    totals = _days(*([949] * 5 + [None] * 2) * 2, 949)
    text = _said(GOOD, _observed(totals), 0.49, totals)["missing_days"]
    assert "4 of the 15 calendar days from 2026-03-02 to 2026-03-16 have no case" in text
    assert "Saturdays or Sundays" in text


def test_days_do_not_matter_when_traffic_is_stated() -> None:
    assert _said(GOOD, STATED, 0.49, _days(949, None, 949, 949, 61)) == {}


def test_a_mix_that_is_not_the_files_own_makes_observed_traffic_doubtful() -> None:
    totals = _days(*[949] * 14)
    text = _said(GOOD, _observed(totals, Prevalence.stated(0.2)), 0.49, totals)["mix_differs"]
    assert text.startswith("3.4% of the cases are positive, which does not fit the 20% stated")
    assert "mix_differs" not in _said(GOOD, _observed(totals, Prevalence.stated(0.034)), 0.49, totals)
    assert _said(GOOD, DayProfile(STATED.traffic, Prevalence.stated(0.2)), 0.49, {}) == {}


def test_reversed_scores_are_said_to_be_no_better_than_chance() -> None:
    said = _said(REVERSED, STATED, 0.5, {})
    assert set(said) == {"scores_reversed", "no_better_than_random"}


@pytest.mark.parametrize(
    ("threshold", "what"), [(2.0, "above all scores"), (0.0, "every case would be flagged")]
)
def test_a_threshold_outside_all_scores_is_named(threshold: float, what: str) -> None:
    said = _said(GOOD, STATED, threshold, {})
    assert set(said) == {"threshold_outside_scores"}
    assert what in said["threshold_outside_scores"]


@pytest.mark.parametrize(
    ("stated", "totals", "is_doubted"),
    [
        (1.0, {}, True),  # 8,280 cases and 1 a day: 1.000 was meant as a thousand
        (8.27, {}, True),
        (8.28, {}, False),
        (9.48, _days(949, 949), True),
        (9.49, _days(949, 949), False),
    ],
)
def test_traffic_far_below_what_the_file_holds_is_doubted(
    stated: float, totals: dict[str, int], is_doubted: bool
) -> None:
    day = DayProfile(Traffic.stated(stated), Prevalence.stated(280 / 8280))
    said = _said(GOOD, day, 0.49, totals)
    assert ("traffic_low" in said) is is_doubted
    if stated == 1:
        assert said["traffic_low"] == "1 case a day is stated, but the file holds 8,280 cases."
