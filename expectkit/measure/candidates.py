"""A bounded number of mistakes, kept while any number of cases streams by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.errors import InputError
from expectkit.measure.conditions import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class PoolSize:
    """How many mistakes a pool keeps.

    Parameters
    ----------
    n_drawn : int
        Drawn evenly from all mistakes.
    n_extreme : int
        Kept besides for each of: the highest confidence, the lowest confidence, the highest cost.
    """

    n_drawn: int = 5_000
    n_extreme: int = 20


@dataclass(frozen=True, slots=True, eq=False)
class CandidatePool:
    """A bounded number of mistakes of one kind, out of any number that were seen.

    The result depends only on which mistakes were seen, not on their order nor on how they came in batches:
    ``pool(a) + pool(b)`` is ``pool(a and b)``. Mistakes are drawn by a hash of their row number, which is as
    good as at random and the same on every machine.

    Parameters
    ----------
    size : PoolSize
    n_seen : int
        Mistakes seen in all.
    rows : ndarray of int64, shape (n_kept,)
        Row numbers over the whole data, ascending.
    confidence, costs : ndarray of float64, shape (n_kept,)
        As `choose_examples` takes them; costs are nan where unknown.
    columns : mapping of str to ndarray, each of shape (n_kept,)
        What is needed to show them.
    """

    size: PoolSize
    n_seen: int
    rows: IntArray
    confidence: FloatArray
    costs: FloatArray
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rows: ArrayLike,
        confidence: ArrayLike,
        costs: ArrayLike | None = None,
        columns: Mapping[str, NDArray[Any]] | None = None,
        *,
        size: PoolSize | None = None,
    ) -> CandidatePool:
        """Make a pool of one batch of mistakes.

        Parameters
        ----------
        rows : array_like of int, shape (n,)
            Row number of each mistake over the whole data; no number twice.
        confidence : array_like of float, shape (n,)
            How sure the model was of its mistake.
        costs : array_like of float, shape (n,), optional
        columns : mapping of str to ndarray of shape (n,), optional
        size : PoolSize, optional

        Returns
        -------
        CandidatePool

        Raises
        ------
        InputError
            If the arrays differ in length.

        Examples
        --------
        >>> pool = CandidatePool.of([7, 3], [0.2, 0.9]).add([5], [0.1])
        >>> pool.n_seen, pool.rows.tolist()
        (3, [3, 5, 7])
        """
        numbers = np.asarray(rows, dtype=np.int64)
        sure = np.asarray(confidence, dtype=np.float64)
        known = np.full(numbers.size, np.nan) if costs is None else np.asarray(costs, dtype=np.float64)
        held = dict(columns or {})
        sizes = {"confidence": sure.size, "costs": known.size} | {name: len(c) for name, c in held.items()}
        for name, length in sizes.items():
            if length != numbers.size:
                raise InputError(
                    f"{numbers.size} rows came with {length} values of {name}. Give one for each row."
                )
        return cls(size or PoolSize(), numbers.size, numbers, sure, known, held)._bounded()

    def add(
        self,
        rows: ArrayLike,
        confidence: ArrayLike,
        costs: ArrayLike | None = None,
        columns: Mapping[str, NDArray[Any]] | None = None,
    ) -> CandidatePool:
        """Return the pool with one more batch; arguments as in `of`."""
        return self + CandidatePool.of(rows, confidence, costs, columns, size=self.size)

    def __add__(self, other: CandidatePool) -> CandidatePool:
        """Put two pools together; they must have the same size and columns."""
        if self.n_seen == 0 or other.n_seen == 0:
            return other if self.n_seen == 0 else self
        if self.size != other.size or set(self.columns) != set(other.columns):
            raise InputError(
                "these pools keep different numbers or columns of cases. Make both in the same way."
            )
        return CandidatePool(
            self.size,
            self.n_seen + other.n_seen,
            np.concatenate([self.rows, other.rows]),
            np.concatenate([self.confidence, other.confidence]),
            np.concatenate([self.costs, other.costs]),
            {name: np.concatenate([values, other.columns[name]]) for name, values in self.columns.items()},
        )._bounded()

    @property
    def is_drawn(self) -> NDArray[np.bool_]:
        """Which of the kept mistakes were drawn evenly, shape (n_kept,); only these speak for others."""
        return _first(self.size.n_drawn, _hash(self.rows), self.rows)

    def _bounded(self) -> CandidatePool:
        """Return the pool with only what it is to keep, in the order of rows."""
        priority = _hash(self.rows)
        kept = _first(self.size.n_drawn, priority, self.rows)
        for key in (-self.confidence, self.confidence):
            kept |= _first(self.size.n_extreme, key, priority, self.rows)
        no_cost = np.isnan(self.costs)
        cost = np.where(no_cost, -np.inf, self.costs)
        kept |= _first(self.size.n_extreme, -cost, priority, self.rows) & ~no_cost
        place = np.flatnonzero(kept)
        place = place[np.argsort(self.rows[place])]
        return CandidatePool(
            self.size,
            self.n_seen,
            self.rows[place],
            self.confidence[place],
            self.costs[place],
            {name: values[place] for name, values in self.columns.items()},
        )


def _first(number: int, *keys: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark the first `number` in the order of `keys`, the most important key first."""
    if number >= keys[0].size:
        return np.ones(keys[0].size, dtype=np.bool_)
    last = np.partition(keys[0], number)[number]
    marked = np.asarray(keys[0] < last)
    tied = np.flatnonzero(keys[0] == last)
    others = tuple(key[tied] for key in keys[1:])
    in_order = np.lexsort(others[::-1]) if others else np.arange(tied.size)
    marked[tied[in_order[: number - np.count_nonzero(marked)]]] = True
    return marked


def _hash(rows: IntArray) -> NDArray[np.uint64]:
    """Return an evenly spread number for each row number (the finaliser of splitmix64).

    References
    ----------
    .. [1] Steele, G., Lea, D. & Flood, C. (2014). Fast splittable pseudorandom number generators.
       OOPSLA, 453-472.
    """
    mixed = rows.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
