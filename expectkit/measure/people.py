"""Several people who decided the same cases: each on their own, their majority, and each against the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.intervals import IntArray

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rater:
    """One person's four counts over the cases they decided."""

    name: str
    counts: ConfusionCounts


@dataclass(frozen=True, slots=True)
class People:
    """Several people on the same cases.

    Parameters
    ----------
    raters : tuple of Rater
    majority : ConfusionCounts
        Flagged when more than half of those who decided a case flagged it.
    n_ties : int
        Cases on which exactly half did; the majority does not flag them.
    n_undecided : int
        Cases nobody decided; they count for nobody.
    """

    raters: tuple[Rater, ...]
    majority: ConfusionCounts
    n_ties: int
    n_undecided: int

    def miss_rates(self) -> tuple[float, float] | None:
        """Return the lowest and the highest miss rate of a single person; None when nobody saw a positive."""
        return _ends([(rater.counts.n_false_negatives, rater.counts.n_positives) for rater in self.raters])

    def false_alarm_rates(self) -> tuple[float, float] | None:
        """Return the lowest and the highest share of negatives a single person flagged; None without any."""
        return _ends([(rater.counts.n_false_positives, rater.counts.n_negatives) for rater in self.raters])


def _ends(counted: list[tuple[int, int]]) -> tuple[float, float] | None:
    rates = [errors / cases for errors, cases in counted if cases > 0]
    return (min(rates), max(rates)) if rates else None


def rate_people(y_true: ArrayLike, decisions: ArrayLike, names: Sequence[str]) -> People:
    """Count how each person, and their majority, decided.

    Parameters
    ----------
    y_true : array-like of bool or 0/1, length n_cases
    decisions : array-like, shape (n_people, n_cases)
        1 flagged, 0 not flagged, -1 not decided.
    names : sequence of str, length n_people

    Returns
    -------
    People

    Raises
    ------
    InputError
        If shapes disagree or a decision is something else.

    Examples
    --------
    >>> people = rate_people([1, 1, 0], [[1, 0, 0], [1, 1, 1], [1, 1, 0]], ["A", "B", "C"])
    >>> people.majority.n_false_negatives, people.miss_rates()
    (0, (0.0, 0.5))
    """
    truth, votes = np.asarray(y_true, dtype=np.bool_), _votes(decisions)
    if votes.shape != (len(names), truth.size):
        raise InputError(
            f"decisions have shape {votes.shape}, not {len(names)} people by {truth.size} cases."
        )
    raters = tuple(
        Rater(name, _counts(truth, row == 1, row >= 0)) for name, row in zip(names, votes, strict=True)
    )
    flagged, decided = (votes == 1).sum(axis=0), (votes >= 0).sum(axis=0)
    majority = _counts(truth, 2 * flagged > decided, decided > 0)
    n_ties = int(((2 * flagged == decided) & (decided > 0)).sum())
    return People(raters, majority, n_ties, int((decided == 0).sum()))


def each_against_the_others(decisions: ArrayLike) -> tuple[ConfusionCounts, ...]:
    """Take, for each person, the majority of the others as the truth.

    Use it where the labels come from these very people: then nobody is compared with their own vote.

    Parameters
    ----------
    decisions : array-like, shape (n_people, n_cases)
        1 flagged, 0 not flagged, -1 not decided.

    Returns
    -------
    tuple of ConfusionCounts, length n_people
        Cases on which the others are split evenly, or absent, are left out.
    """
    votes = _votes(decisions)
    flagged, decided = (votes == 1).sum(axis=0), (votes >= 0).sum(axis=0)
    found = []
    for row in votes:
        others_flag, others = flagged - (row == 1), decided - (row >= 0)
        clear = (row >= 0) & (2 * others_flag != others)
        found.append(_counts(2 * others_flag > others, row == 1, clear))
    return tuple(found)


def _votes(decisions: ArrayLike) -> IntArray:
    votes = np.asarray(decisions, dtype=np.int64)
    if votes.ndim != 2 or not np.isin(votes, (-1, 0, 1)).all():
        raise InputError(
            "decisions must be 1 (flagged), 0 (not flagged) or -1 (not decided), a row per person."
        )
    return votes


def _counts(truth: Flags, flags: Flags, used: Flags) -> ConfusionCounts:
    return ConfusionCounts(
        int((truth & flags & used).sum()),
        int((~truth & flags & used).sum()),
        int((~truth & ~flags & used).sum()),
        int((truth & ~flags & used).sum()),
    )
