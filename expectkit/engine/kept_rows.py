"""Rows of one class that stream by: those that may turn out to be mistakes, and an even sample of all.

Which rows are kept follows from two numbers: the share that is drawn, and the score beyond which a row may be a
mistake. Both only ever become stricter, so memory stays bounded and nothing depends on how the rows come in batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from expectkit.engine.second_look import is_drawn

Rows = dict[str, NDArray[Any]]

ROW, SCORE = "row", "score"

MOST_CANDIDATES: Final = 2_000_000
"""Rows of one class that are kept because they may be mistakes."""

_SURELY_FEW: Final = 200_000
_FEW: Final = 0.05  # of all rows: with more mistakes than that they are read in a second look


class KeptRows:
    """What is kept of one class.

    Parameters
    ----------
    label : {0, 1}
        The class. A negative may be a mistake from the bound up, a positive below it.
    bound : float
        Of the scores.
    share : float, from 0 to 1
        Part of the rows that is drawn (`expectkit.engine.second_look.is_drawn`).

    Attributes
    ----------
    n_drawn, n_candidates : int
        Kept rows that were drawn, and that may be mistakes and are not settled.
    """

    def __init__(self, label: int, bound: float, share: float) -> None:
        self.label, self.bound, self.share = label, bound, share
        self.n_drawn = self.n_candidates = self._n_settled = 0
        self._parts: list[Rows] = []

    def is_candidate(self, scores: NDArray[Any]) -> NDArray[np.bool_]:
        """Tell which scores lie beyond the bound."""
        return np.asarray(scores >= self.bound if self.label == 0 else scores < self.bound)

    def add(self, part: Mapping[str, NDArray[Any]]) -> None:
        """Keep some rows, later ones than before; every part has the same columns."""
        self._parts.append(dict(part))
        drawn = part[ROW].size if self.share >= 1 else np.count_nonzero(is_drawn(part[ROW], self.share))
        self.n_drawn += int(drawn)
        self.n_candidates += int(np.count_nonzero(self._is_pending(part)))

    def _is_pending(self, rows: Rows | Mapping[str, NDArray[Any]]) -> NDArray[np.bool_]:
        return np.asarray(self.is_candidate(rows[SCORE]) & (rows[ROW] >= self._n_settled))

    def _all(self) -> Rows:
        if len(self._parts) > 1:
            self._parts = [_together(self._parts)]
        return self._parts[0] if self._parts else {}

    def _those(self, wanted: Callable[[Rows], NDArray[np.bool_]]) -> Rows:
        """Return some of the rows kept; part by part, which is cheaper than putting all together first."""
        return _together([_where(wanted(part), part) for part in self._parts])

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        rows = _where(kept, self._all())
        self._parts, self.n_drawn, self.n_candidates = [], 0, 0
        self.add(rows)

    def _drop(self) -> None:
        rows = self._all()
        if rows:
            self._keep(is_drawn(rows[ROW], self.share) | self._is_pending(rows))

    def drawn(self, share: float) -> Rows:
        """Return an even sample of all rows that came, of this share or the smaller one that was drawn."""
        return self._those(lambda rows: is_drawn(rows[ROW], min(share, self.share)))

    def draw_at_most(self, n: int) -> None:
        """Halve the share, from here on and of what was drawn, until at most so many rows are drawn."""
        while self.n_drawn > n:
            self.share /= 2
            self._drop()

    def candidates(self, is_wrong: Callable[[NDArray[Any]], NDArray[np.bool_]]) -> Rows:
        """Return the candidates with such a score that are not settled."""
        return self._those(lambda rows: self._is_pending(rows) & is_wrong(rows[SCORE]))

    def settle(self) -> None:
        """Take note that the candidates were dealt with: of the rows that came only those drawn are kept on."""
        rows = self._all()
        if rows:
            self._n_settled = int(rows[ROW][-1]) + 1
            self._drop()

    def tighten(self) -> None:
        """Move the bound so that about half of the candidates remain."""
        rows = self._all()
        scores = np.sort(rows[SCORE][self._is_pending(rows)])
        middle = float(scores[scores.size // 2])
        if self.label == 0 and middle <= self.bound:  # half of them score the same
            middle = float(np.min(scores[scores > self.bound], initial=np.inf))
        self.bound = middle
        self._drop()

    def give_up(self) -> None:
        """Take no row for a candidate any more."""
        self.bound = np.inf if self.label == 0 else -np.inf
        self._drop()


def _together(parts: Sequence[Rows]) -> Rows:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]} if parts else {}


def _where(kept: NDArray[np.bool_], rows: Mapping[str, NDArray[Any]]) -> Rows:
    places = np.flatnonzero(kept)
    return {name: values[places] for name, values in rows.items()}


def wanted_places(
    kept: Sequence[KeptRows],
    rows: NDArray[np.int64] | range,
    scores: NDArray[Any],
    labels: NDArray[np.uint8],
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of the rows of each class that are to be kept, ascending.

    Parameters
    ----------
    kept : sequence of KeptRows
        Of the negatives and of the positives.
    rows : ndarray of int64 or range, length n
        Row numbers over all data.
    scores : float32 or float64 array, length n
    labels : uint8 array, length n
        0, 1, or another number for a row that is left out.
    """
    negatives, positives = kept
    is_positive = labels == 1
    wanted = positives.is_candidate(scores) & is_positive  # several times faster than np.where
    wanted |= negatives.is_candidate(scores) & ~is_positive
    # what the smaller share draws, the larger one draws as well; only for the rest the class matters
    wanted |= is_drawn(rows, min(one.share for one in kept))
    more = max(kept, key=lambda one: one.share)
    if more.share > min(one.share for one in kept):
        places = np.flatnonzero(labels == more.label)
        numbers = places + rows.start if isinstance(rows, range) else rows[places]
        wanted[places[is_drawn(numbers, more.share)]] = True
    places = np.flatnonzero(wanted)
    of_class = labels[places]
    return places[of_class == 0], places[of_class == 1]


def widest_bounds(
    negatives: NDArray[np.float64], positives: NDArray[np.float64], n_rows: int | None
) -> tuple[float, float]:
    """Place the bounds of both classes so far out that any threshold with few mistakes lies within.

    Parameters
    ----------
    negatives, positives : float64 arrays
        Scores of a sample.
    n_rows : int or None
        How many rows there are in all, where that is known.

    Returns
    -------
    (float, float)
        From the first up a negative may be a mistake, below the second a positive.
    """
    n_sampled = negatives.size + positives.size
    if n_rows is None or n_sampled == 0:
        return -np.inf, np.inf
    few = min(max(_FEW * n_rows, _SURELY_FEW), MOST_CANDIDATES / 2) / n_rows
    n_kept = int(few * n_sampled)
    low = -np.inf if negatives.size <= n_kept else float(np.sort(negatives)[negatives.size - n_kept - 1])
    high = np.inf if positives.size <= n_kept else float(np.sort(positives)[n_kept])
    return low, high
