"""What the record holds of the business's goals: each with its verdict, the numbers behind it, what would settle it."""

from __future__ import annotations

from dataclasses import dataclass

from expectkit.measure.goals import Outcome
from expectkit.measure.levels import Level


@dataclass(frozen=True, slots=True)
class GoalRecord:
    """One goal: what is asked for, what was measured, and whether that keeps it.

    `at_least` and `at_most` hold with 95 % certainty each. What may not be stated is None.
    """

    words: str
    measure: str
    limit: float
    is_at_most: bool
    outcome: Outcome
    estimate: float | None
    at_least: float | None
    at_most: float | None
    level: Level | None
    n_further: int | None
    printed_limit: str
    printed_number: str | None
    printed_range: str | None
    settles: str
