"""The four outcomes of a yes/no decision, kept as counts."""

from __future__ import annotations

from dataclasses import dataclass, fields

from expectkit.errors import InputError


@dataclass(frozen=True, slots=True)
class ConfusionCounts:
    """How many cases fell into each of the four outcomes at one threshold.

    Parameters
    ----------
    n_true_positives : int, >= 0
        Positives that were flagged (caught).
    n_false_positives : int, >= 0
        Negatives that were flagged (false alarms).
    n_true_negatives : int, >= 0
        Negatives that were not flagged.
    n_false_negatives : int, >= 0
        Positives that were not flagged (missed).

    Raises
    ------
    InputError
        If a count is below 0.

    Examples
    --------
    >>> day = ConfusionCounts(266, 200, 7800, 14)
    >>> day.n_positives, day.n_negatives, day.n_flagged
    (280, 8000, 466)
    >>> (day + day).n_cases
    16560
    """

    n_true_positives: int
    n_false_positives: int
    n_true_negatives: int
    n_false_negatives: int

    def __post_init__(self) -> None:
        for field in fields(self):
            count = getattr(self, field.name)
            if count < 0:
                raise InputError(f"{field.name} is {count}. A count of cases cannot be below 0.")

    def __add__(self, other: ConfusionCounts) -> ConfusionCounts:
        return ConfusionCounts(
            self.n_true_positives + other.n_true_positives,
            self.n_false_positives + other.n_false_positives,
            self.n_true_negatives + other.n_true_negatives,
            self.n_false_negatives + other.n_false_negatives,
        )

    @property
    def n_positives(self) -> int:
        """Cases that are positive, flagged or not."""
        return self.n_true_positives + self.n_false_negatives

    @property
    def n_negatives(self) -> int:
        """Cases that are negative, flagged or not."""
        return self.n_false_positives + self.n_true_negatives

    @property
    def n_cases(self) -> int:
        """All cases."""
        return self.n_positives + self.n_negatives

    @property
    def n_flagged(self) -> int:
        """Cases that were flagged, rightly or wrongly."""
        return self.n_true_positives + self.n_false_positives
