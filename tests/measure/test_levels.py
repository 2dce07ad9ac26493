from __future__ import annotations

import pytest

from expectkit.measure.levels import Level, level_of_rate, reason_for
from expectkit.measure.rates import Rate


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
