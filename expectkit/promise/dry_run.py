"""A dry run: production's own cases, without labels, beside the labelled cases the promise rests on."""

from __future__ import annotations

from dataclasses import dataclass

from expectkit.measure.drift import Stability
from expectkit.measure.rates import Rate

MORE_MISSING = 0.05
"""A column may lack this share of values more than among the labelled cases."""
ACT_ON_DRIFT = 0.10
"""Excess of the stability index from which the scores lie elsewhere."""
_APART = 0.10  # a flagged share within this share of the expected range is near enough


@dataclass(frozen=True, slots=True)
class MissingValues:
    """The share of missing values of one column, among labelled and among production's cases."""

    column: str
    among_labelled: float
    in_production: float


@dataclass(frozen=True, slots=True)
class UnseenValues:
    """Values of one column that no labelled case has: up to five of them, and how many cases have one."""

    column: str
    values: tuple[str, ...]
    n_cases: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What production's cases look like to the model.

    Parameters
    ----------
    n_cases : int
        Rows of production.
    missing_columns : tuple of str
        Columns of the labelled cases that production lacks.
    changed_kinds : tuple of (column, kind among labelled, kind in production)
    missing_values : tuple of MissingValues
        Of columns that lack markedly more values in production.
    unseen_values : tuple of UnseenValues
    n_scored, n_flagged : int
        Cases with a score; those at or above the threshold.
    expected_low, expected_high : float
        The flagged share that the labelled cases lead one to expect, 95 %.
    scores : Stability or None
        How far the scores lie from those of the labelled cases; None without scores.
    """

    n_cases: int
    missing_columns: tuple[str, ...]
    changed_kinds: tuple[tuple[str, str, str], ...]
    missing_values: tuple[MissingValues, ...]
    unseen_values: tuple[UnseenValues, ...]
    n_scored: int
    n_flagged: int
    expected_low: float
    expected_high: float
    scores: Stability | None

    @property
    def has_the_schema(self) -> bool:
        """Whether production has every column, each of its kind."""
        return not self.missing_columns and not self.changed_kinds

    @property
    def has_its_values(self) -> bool:
        """Whether no column lacks markedly more values than before."""
        return not self.missing_values

    @property
    def knows_its_values(self) -> bool:
        """Whether every value was seen before."""
        return not self.unseen_values

    @property
    def flags_as_expected(self) -> bool:
        """Whether the flagged share agrees with the expected one: their 95 % ranges meet, or nearly."""
        if self.n_scored == 0:
            return False
        low, high = Rate(self.n_flagged, self.n_scored).limits(0.05)
        return low <= self.expected_high * (1 + _APART) and high >= self.expected_low * (1 - _APART)

    @property
    def scores_as_before(self) -> bool:
        """Whether the scores lie as they did among the labelled cases."""
        return self.scores is not None and (self.scores.excess <= ACT_ON_DRIFT or self.scores.p_value >= 0.05)

    @property
    def is_good(self) -> bool:
        """Whether nothing speaks against the launch."""
        return (
            self.has_the_schema
            and self.has_its_values
            and self.knows_its_values
            and self.flags_as_expected
            and self.scores_as_before
        )
