"""Which mistakes to show: the most confident, the costliest, and few that stand for many.

`expectkit.measure.candidates` keeps a bounded number of mistakes to choose from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.conditions import FloatArray, IntArray

Reason = Literal["most confident", "costliest", "stands for others"]

_BLOCK = 256  # candidates whose distances to all are held at once: 10 MB for 5,000


@dataclass(frozen=True, slots=True)
class Example:
    """A mistake to show.

    Parameters
    ----------
    position : int
        Its place among the candidates.
    reason : {"most confident", "costliest", "stands for others"}
        Why it was chosen.
    share : float, from 0 to 1
        Part of all mistakes that are more like this example than like any other one shown. The shares add up
        to 1.
    """

    position: int
    reason: Reason
    share: float


def choose_examples(
    features: ArrayLike,
    confidence: ArrayLike,
    *,
    costs: ArrayLike | None = None,
    counts_as: ArrayLike | None = None,
    n_shown: int = 9,
    n_confident: int = 2,
    n_costliest: int = 2,
) -> tuple[Example, ...]:
    """Choose mistakes to show: the surest ones, the costliest, the rest so that each stands for many.

    The rest is a greedy facility location: each next example is the one that brings the mistakes, taken
    together, closest to their nearest example.

    Parameters
    ----------
    features : array_like of float, shape (n, n_features)
        Standardised, as `standardise` makes them.
    confidence : array_like of float, shape (n,)
        How sure the model was of its mistake, such as the distance of the score from the threshold.
    costs : array_like of float, shape (n,), optional
        Cost or amount of each mistake; nan is unknown.
    counts_as : array_like of float, shape (n,), optional
        How much of all mistakes each candidate speaks for: 1 for one that was drawn at random, 0 for one
        that is here only because it is extreme. Ones by default.
    n_shown : int
        Examples in all; fewer when there are fewer mistakes.
    n_confident, n_costliest : int
        How many of them are chosen for their confidence and (with `costs`) for their cost.

    Returns
    -------
    tuple of Example
        In the order chosen. Ties go to the earlier candidate.

    References
    ----------
    .. [1] Lin, H. & Bilmes, J. (2011). A class of submodular functions for document summarization.
       ACL, 510-520.

    Examples
    --------
    >>> features = [[0.0], [0.1], [9.0], [0.2]]
    >>> found = choose_examples(features, [4, 1, 2, 3], n_shown=2, n_confident=1)
    >>> [(example.position, example.reason, example.share) for example in found]
    [(0, 'most confident', 0.75), (2, 'stands for others', 0.25)]
    """
    points = np.asarray(features, dtype=np.float64)
    sure = np.asarray(confidence, dtype=np.float64)
    n = sure.size
    if points.ndim != 2 or points.shape[0] != n:
        raise InputError(f"{n} mistakes need one row of features each; the features are {points.shape}.")
    mass = np.ones(n) if counts_as is None else np.asarray(counts_as, dtype=np.float64)
    if n > 0 and not mass.sum() > 0:
        raise InputError("none of the mistakes counts for anything. Give at least one that was drawn.")
    chosen: dict[int, Reason] = {}
    for position in np.argsort(-sure, kind="stable")[: min(n_confident, n_shown)].tolist():
        chosen[position] = "most confident"
    for position in _costliest(costs, chosen, min(n_costliest, n_shown - len(chosen))):
        chosen[position] = "costliest"
    nearest, owner = _assign(points, list(chosen))
    bounds = np.full(n, np.inf)
    bounds[list(chosen)] = -np.inf
    while len(chosen) < min(n_shown, n):
        position = _next_facility(points, mass, nearest, bounds)
        distance = _distances(points, points[[position]])[:, 0]
        owner = np.where(distance < nearest, len(chosen), owner)
        nearest = np.minimum(nearest, distance)
        chosen[position] = "stands for others"
        bounds[position] = -np.inf
    shares = np.bincount(owner, mass, len(chosen)) / mass.sum() if n else np.empty(0)
    return tuple(
        Example(position, reason, share)
        for (position, reason), share in zip(chosen.items(), shares.tolist(), strict=True)
    )


def _costliest(costs: ArrayLike | None, chosen: Mapping[int, Reason], number: int) -> list[int]:
    """Return the positions with the highest known costs that are not chosen yet."""
    if costs is None:
        return []
    known = np.asarray(costs, dtype=np.float64)
    order = np.argsort(-np.where(np.isnan(known), -np.inf, known), kind="stable").tolist()
    return [position for position in order if position not in chosen and known[position] > 0][:number]


def _distances(points: FloatArray, others: FloatArray) -> FloatArray:
    """Return Euclidean distances, shape (n_points, n_others)."""
    squares = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None, :]
    distances: FloatArray = np.sqrt(np.maximum(squares - 2 * points @ others.T, 0.0))
    return distances


def _assign(points: FloatArray, chosen: Sequence[int]) -> tuple[FloatArray, IntArray]:
    """Return each point's distance to its nearest chosen point and which one that is.

    With none chosen all points are equally far from an example: as far as the two ends of the data can be.
    """
    if not chosen:
        spread = np.ptp(points, axis=0) if points.shape[0] else np.zeros(points.shape[1])
        return np.full(points.shape[0], np.linalg.norm(spread) + 1.0), np.zeros(
            points.shape[0], dtype=np.int64
        )
    distances = _distances(points, points[list(chosen)])
    distances[list(chosen), np.arange(len(chosen))] = 0.0
    return distances.min(axis=1), distances.argmin(axis=1)


def _next_facility(points: FloatArray, mass: FloatArray, nearest: FloatArray, bounds: FloatArray) -> int:
    """Return the point that lessens the summed distance to the nearest example the most.

    `bounds` holds for each point how much it can lessen it at most and is brought up to date in place. A gain
    never grows as examples are added, so a look at the points with the highest bounds mostly suffices.
    """
    order = np.argsort(-bounds, kind="stable")
    for start in range(0, order.size, _BLOCK):
        block = order[start : start + _BLOCK]
        distances = _distances(points, points[block])
        bounds[block] = np.minimum(bounds[block], mass @ np.maximum(nearest[:, None] - distances, 0.0))
        rest = order[start + _BLOCK :]
        if rest.size and bounds[order[: start + _BLOCK]].max() > bounds[rest[0]]:
            break
    return int(np.argmax(bounds))


def choose_borderline(
    confidence: ArrayLike, taken: Sequence[int] = (), *, n_shown: int = 3
) -> tuple[int, ...]:
    """Return the mistakes that were closest to being right, apart from those already shown.

    Parameters
    ----------
    confidence : array_like of float, shape (n,)
        Distance of the score from the threshold.
    taken : sequence of int
        Positions that are shown elsewhere.
    n_shown : int

    Returns
    -------
    tuple of int
        Positions, the closest first.
    """
    order = np.argsort(np.asarray(confidence, dtype=np.float64), kind="stable").tolist()
    return tuple([position for position in order if position not in set(taken)][:n_shown])


def standardise(
    numbers: Sequence[ArrayLike], codes: Sequence[ArrayLike] = (), *, limit: float = 4.0
) -> FloatArray:
    """Make columns comparable: numbers to standard deviations from their mean, codes to one mark a value.

    Parameters
    ----------
    numbers : sequence of array_like of float, each of shape (n,)
        Numeric columns (the score among them); nan is taken as the mean.
    codes : sequence of array_like of int, each of shape (n,)
        Columns of texts as codes; a negative code is a value of its own.
    limit : float
        Standard deviations beyond which a number is as far as it gets, so that one outlier does not set the
        scale.

    Returns
    -------
    ndarray of float64, shape (n, n_features)
        Two different texts of a column are as far apart as two standard deviations.
    """
    columns = [_standard(np.asarray(column, dtype=np.float64), limit) for column in numbers]
    for column in codes:
        values, place = np.unique(np.asarray(column, dtype=np.int64), return_inverse=True)
        columns.extend(np.sqrt(2.0) * (place == value) for value in range(values.size))
    return np.column_stack(columns).astype(np.float64)


def _standard(column: FloatArray, limit: float) -> FloatArray:
    known = column[np.isfinite(column)]
    spread = float(known.std()) if known.size else 0.0
    if spread == 0:
        return np.zeros(column.size)
    with np.errstate(invalid="ignore"):
        scaled = np.clip((column - known.mean()) / spread, -limit, limit)
    return np.where(np.isnan(scaled), 0.0, scaled)
