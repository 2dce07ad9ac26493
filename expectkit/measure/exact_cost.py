"""The one setting of lowest cost among all scores: between which thresholds to look again, and what is found there.

Flagging a positive gains what missing it would cost, flagging a negative loses what a false alarm costs. Sums of
both between consecutive thresholds already tell in which gaps a score can beat the best threshold; only the scores in
these few gaps are looked at one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expectkit.measure.bins import Compare
from expectkit.measure.intervals import FloatArray
from expectkit.measure.thresholds import shortest_within

MOST_CASES = 5_000_000
"""At most so many cases are looked at again; the most promising gaps come first."""
AS_CHEAP = 1.001
"""A setting that costs no more than this many times the lowest cost, next to it, is said in its place when shorter."""

_EPS = 1e-12  # of all that could be gained or lost: sums of floats that are equal on paper


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """What flagging the cases between consecutive thresholds gains and loses.

    Parameters
    ----------
    thresholds : float64 array, shape (K,)
        Ascending.
    gains, losses : float64 array, shape (K + 1,), >= 0
        Of the positives and of the negatives of each gap, in the same unit. The first gap lies below all thresholds.
    n_cases : int64 array, shape (K + 1,)
    """

    thresholds: FloatArray
    gains: FloatArray
    losses: FloatArray
    n_cases: npt.NDArray[np.int64]

    @property
    def slack(self) -> float:
        """Costs that differ by no more than this are equal."""
        return _EPS * float(self.gains.sum() + self.losses.sum())

    def costs(self) -> FloatArray:
        """Return the cost of flagging all gaps from each one up, against flagging nothing; shape (K + 2,)."""
        net = (self.losses - self.gains)[::-1]
        return np.concatenate([[0.0], np.cumsum(net)])[::-1]

    def promising(self, *, most_cases: int = MOST_CASES) -> npt.NDArray[np.bool_]:
        """Return in which gaps a score may cost less than every threshold, or as little at a higher score.

        Parameters
        ----------
        most_cases : int
            The gaps that could be cheapest are taken first, until they hold this many cases.

        Returns
        -------
        bool array, shape (K + 1,)
        """
        costs = self.costs()
        least = costs[1:] - self.gains  # all positives of the gap flagged and none of its negatives
        wanted = (self.gains > 0) & (self.losses > 0) & (least <= costs.min() + self.slack)
        order = np.argsort(least, kind="stable")
        order = order[wanted[order]]
        fits = np.cumsum(self.n_cases[order]) <= most_cases
        chosen = np.zeros(wanted.shape, dtype=np.bool_)
        chosen[order[fits]] = True
        return chosen


@dataclass(frozen=True, slots=True, eq=False)
class ScoresWithin:
    """The distinct scores of some gaps, ascending, with what flagging the cases at each gains and loses.

    All arrays have shape (n_scores,); `gaps` says in which gap each score lies.
    """

    scores: FloatArray
    gaps: npt.NDArray[np.int64]
    gains: FloatArray
    losses: FloatArray


def cheapest(gaps: Gaps, within: ScoresWithin, *, compare: Compare = "float64") -> float | None:
    """Find the threshold of lowest cost among all scores.

    Parameters
    ----------
    gaps : Gaps
    within : ScoresWithin
        All scores of the promising gaps.
    compare : {"float64", "float32"}
        Precision in which scores and thresholds are compared.

    Returns
    -------
    float or None
        Of several equally cheap ones the highest, moved to the number with the fewest digits next to it that costs at
        most a thousandth more (`AS_CHEAP`). None where flagging nothing, or everything, costs no more.

    Examples
    --------
    >>> gaps = Gaps(np.array([0.0, 0.5]), np.array([0.0, 9.0, 0.0]), np.array([0.0, 3.0, 0.0]), np.array([0, 4, 0]))
    >>> scores, gains, losses = [0.1, 0.23456, 0.4], [0.0, 9.0, 0.0], [1.0, 0.0, 2.0]
    >>> one_by_one = ScoresWithin(*map(np.array, (scores, [1, 1, 1], gains, losses)))
    >>> cheapest(gaps, one_by_one)
    0.2
    """
    coarse, fine = gaps.costs(), _costs_at(gaps, within)
    lowest = min(float(coarse.min()), float(fine.min(initial=np.inf))) + gaps.slack
    n_above = np.concatenate([np.cumsum(gaps.n_cases[::-1])[::-1], [0]])
    is_cheap = coarse <= lowest
    if bool((is_cheap & (n_above == 0)).any()):
        return None
    place = int(np.flatnonzero(is_cheap)[-1]) if is_cheap.any() else 0
    if not (fine <= lowest).any():
        return None if place == 0 or n_above[place] == n_above[0] else float(gaps.thresholds[place - 1])
    at = int(np.flatnonzero(fine <= lowest)[-1])
    gap = int(within.gaps[at])
    if place > gap:
        return float(gaps.thresholds[place - 1])
    is_first = at == 0 or within.gaps[at - 1] != gap
    if is_first and n_above[gap] == n_above[0]:
        return None
    first, last = _stretch(
        fine, within.gaps, at, lowest + (AS_CHEAP - 1) * (float(gaps.gains.sum()) + lowest)
    )
    is_first = first == 0 or within.gaps[first - 1] != gap
    below = (
        float(np.nextafter(gaps.thresholds[gap - 1], -np.inf))
        if is_first
        else float(within.scores[first - 1])
    )
    return _said(below, float(within.scores[last]), compare)


def _stretch(costs: FloatArray, gaps: npt.NDArray[np.int64], at: int, most: float) -> tuple[int, int]:
    """Return the first and the last of the scores around one, in its gap, that all cost no more than `most`."""
    too_dear = np.flatnonzero((costs > most) | (gaps != gaps[at]))
    place = int(np.searchsorted(too_dear, at))
    first = int(too_dear[place - 1]) + 1 if place else 0
    last = int(too_dear[place]) - 1 if place < too_dear.size else costs.size - 1
    return first, last


def _costs_at(gaps: Gaps, within: ScoresWithin) -> FloatArray:
    """Return the cost of flagging from each score up, against flagging nothing."""
    if within.scores.size == 0:
        return np.empty(0)
    net = np.cumsum((within.losses - within.gains)[::-1])[::-1]
    after = np.append(net[1:], 0.0)
    last_of_gap = np.append(np.diff(within.gaps) > 0, True)
    ends = np.flatnonzero(last_of_gap)
    end = ends[np.searchsorted(ends, np.arange(within.scores.size))]
    return np.asarray(gaps.costs()[within.gaps + 1] + net - after[end])


def _said(below: float, score: float, compare: Compare) -> float:
    """Return the shortest threshold above one score and at most the other, in the precision of comparing."""
    short = shortest_within(below, score)
    if compare == "float32" and not below < float(np.float32(short)) <= score:
        return score
    return short
