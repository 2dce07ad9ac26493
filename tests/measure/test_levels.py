from __future__ import annotations

import re

import numpy as np
import pytest

from expectkit.measure.histogram import RowCounts, Tally, tally_arrays
from expectkit.measure.levels import Level, level_of_rate, reason_for
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import sweep
from expectkit.measure.volumes import daily_volumes


@pytest.mark.parametrize(
    ("x", "n", "level"),
    [
        (3, 29, "refuse"),
        (0, 30, "bound only"),
        (2, 9000, "bound only"),
        (3, 300, "range only"),
        (9, 9000, "range only"),
        (10, 200, "range only"),  # 6.6 points wide, more than 1.3 times the rate
        (10, 100, "number and range"),
        (14, 280, "number and range"),
        (225, 9000, "number and range"),
        (298, 300, "bound only"),
        (285, 300, "number and range"),
    ],
)
def test_what_may_be_said_follows_from_the_errors_seen(x: int, n: int, level: Level) -> None:
    assert level_of_rate(Rate(x, n)) == level


def test_clustered_cases_count_as_many_as_they_are_worth() -> None:
    assert level_of_rate(Rate(15, 300, 25.0)) == "refuse"


def test_the_reason_names_the_counts_and_never_says_zero_errors() -> None:
    reason = reason_for("bound only", Rate(0, 300), cases="positive cases", counted="missed")
    assert reason is not None
    assert "none of 300 positive cases" in reason.lower()
    assert reason_for("number and range", Rate(20, 300), cases="positive cases", counted="missed") is None


def test_the_reason_for_refusing_says_how_many_cases_would_do() -> None:
    reason = reason_for("refuse", Rate(0, 12), cases="positive cases", counted="missed")
    assert reason is not None
    assert reason.startswith("12 positive cases are too few")
    assert "about 60" in reason


def test_the_reason_speaks_of_cases_of_the_file_and_of_what_their_weights_make_them_worth() -> None:
    weighted = Rate(40.0, 5120.5, 41.0)  # sums of weights, nothing a reader could count
    texts = {
        level: reason_for(
            level, weighted, cases="positive cases", counted="missed", rows=(6, 300), is_weighted=True
        )
        for level in ("refuse", "bound only", "range only")
    }
    assert all("5,12" not in (text or "") and "40 of" not in (text or "") for text in texts.values())
    assert (texts["refuse"] or "").startswith(
        "300 positive cases (weighted, worth about 41 independent ones) are too few to say anything"
    )
    assert (texts["range only"] or "").startswith(
        "6 of 300 positive cases were missed (weighted, worth about 0.3 of 41 independent ones):"
    )


def test_weights_are_left_out_of_a_reason_that_they_do_not_change() -> None:
    equal = Rate(10.0, 600.0, 300.0)  # every weight is 2
    text = reason_for("range only", equal, cases="cases", counted="missed", rows=(5, 300), is_weighted=True)
    assert text == "5 of 300 cases were missed: enough for a range, too few for a single number."


def test_related_cases_keep_their_count_and_are_not_called_weighted() -> None:
    text = reason_for("range only", Rate(9, 300, 120.0), cases="cases", counted="missed", rows=(9, 300))
    assert text is not None
    assert text.startswith("9 of 300 cases (worth about 120 independent ones) were missed")


@pytest.mark.parametrize("unit", [0.25, 1.0, 37.5])
def test_every_reason_of_a_weighted_file_counts_its_rows(unit: float) -> None:
    """5 of 60 positives are missed and 12 of 500 negatives flagged, whatever the weights add up to."""
    y_true = np.repeat([1, 0], [60, 500])
    y_score = np.where(y_true == 1, 0.9, 0.1)
    y_score[:5], y_score[60:72] = 0.1, 0.9
    weights = unit * (1.0 + np.arange(560) % 4)
    counted = tally_arrays(y_true, y_score, np.array([0.5]), sample_weight=weights)
    day = DayProfile(Traffic.stated(1000), Prevalence.stated(0.1))
    volumes = daily_volumes(
        sweep(Tally(counted, None, {}, None, RowCounts(560, 0, 0, 560), 0.1, 0.9)),
        day,
        0.5,
        simultaneous=False,
    )
    assert (volumes.missed_positives.reason or "").startswith(
        "5 of 60 positive cases were missed (weighted, worth about "
    )
    assert (volumes.flagged_negatives.reason or "").startswith(
        "12 of 500 negative cases were flagged (weighted, worth about "
    )


def test_the_share_of_flagged_cases_that_are_positive_is_told_in_rows_too() -> None:
    y_true = np.repeat([1, 0], [600, 5000])
    y_score = np.where(y_true == 1, 0.9, 0.1)
    y_score[600:603] = 0.9
    counted = tally_arrays(y_true, y_score, np.array([0.5]), sample_weight=1.0 + np.arange(5600) % 4)
    day = DayProfile(Traffic.stated(1000), Prevalence.stated(0.1))
    rows = RowCounts(5600, 0, 0, 5600)
    volumes = daily_volumes(
        sweep(Tally(counted, None, {}, None, rows, 0.1, 0.9)), day, 0.5, simultaneous=False
    )
    said = volumes.precision.reason or ""
    assert re.match(r"(600 of )?603 flagged cases (were positive )?\(weighted, worth about ", said), said
