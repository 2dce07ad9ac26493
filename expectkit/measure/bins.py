"""The exact tally kernel: it finds the gap between thresholds into which each score falls.

``code(score)`` is the number of thresholds <= score. A guide table answers it with a few array operations a score
instead of a binary search:

1. *coarse*: a monotone map sends the score to a bucket, either ``floor((score - offset) * scale)`` or the leading
   bits of its binary form (logarithmic, for scores crowded near 0);
2. *fine*, only where thresholds are unevenly spaced: inside its bucket a straight line ``floor(a + b * score)``
   sends it to a cell;
3. the cell knows how many thresholds lie in earlier cells, and the few (`n_compares`) that lie in it are compared
   with the score itself.

Rounding cannot make it wrong: floating-point subtraction, multiplication, addition and floor never reverse the
order of two scores, and thresholds go through the same operations as scores. So a threshold in an earlier cell is
<= the score, one in a later cell is > it, and those in the same cell are compared exactly. Where no small table
separates the thresholds, a binary search takes over. The table changes speed, never counts.

Timings of this and other ways: ``benchmarks/bench_tally.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from expectkit.errors import InputError

Compare = Literal["float64", "float32"]
Scores = NDArray[Any]
Codes = NDArray[np.int32]
Places = NDArray[np.intp]

CHUNK = 32_768  # scores worked on at a time: their temporary arrays stay in the processor's cache
_COUNTED = 8 * CHUNK  # clearing and adding a histogram costs something: not too often
_MAX_DIRECT_BITS = 15
_COARSE_SIZES = (256, 1_024, 2_048)
_OCTAVES = (12, 40, 2_000)  # how far down from the last threshold the logarithmic maps reach
_SMALLEST_SPAN = 1e-30  # thresholds nearer to each other, or as far apart as its inverse, get a binary search
_MAX_CELLS = 20_000
_MAX_COMPARES = 8


def order_preserving(thresholds: NDArray[np.float64], dtype: Any, compare: Compare) -> Scores:
    """Return thresholds in the scores' type such that comparing in that type gives the promised answer.

    Parameters
    ----------
    thresholds : float64 array
    dtype : float32 or float64
        Type of the scores that will be compared.
    compare : {"float64", "float32"}
        "float64" rounds a threshold that float32 cannot hold up to the next float32: a float32 score reaches it
        exactly when it reaches the float64 threshold. "float32" rounds it to the nearest float32.

    Returns
    -------
    array of `dtype`, same shape
        Non-decreasing for ascending `thresholds`; inf where no finite score can reach the threshold.
    """
    with np.errstate(over="ignore", under="ignore"):
        nearest = thresholds.astype(np.float32)
        if compare == "float32":
            return nearest.astype(dtype)
        if dtype == np.float64:
            return thresholds
        low = nearest.astype(np.float64) < thresholds
        nearest[low] = np.nextafter(nearest[low], np.float32(np.inf))
        return nearest


class _Scratch:
    """Arrays of one chunk's length, used again and again so that they stay in the processor's cache."""

    def __init__(self, n: int, dtype: np.dtype[Any]) -> None:
        n = min(n, CHUNK)
        self.real, self.bound = np.empty(n, dtype), np.empty(n, dtype)
        self.narrow, self.index = np.empty(n, np.int32), np.empty(n, np.intp)
        self.is_reached, self.n_reached = np.empty(n, np.bool_), np.empty(n, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class _Coarse:
    """A monotone map from scores to bucket numbers 0 … n - 1."""

    n: int
    offset: Any = 0
    scale: Any = 1
    shift: int | None = None  # leading bits of the binary form, when not None

    def __call__(self, scores: Scores, scratch: _Scratch) -> Places:
        """Return bucket numbers, in `scratch.index`."""
        n = scores.size
        narrow, index = scratch.narrow[:n], scratch.index[:n]
        if self.shift is not None:
            is_wide = scores.dtype == np.float64
            bits = index if is_wide else narrow
            np.right_shift(scores.view(np.int64 if is_wide else np.int32), self.shift, out=bits)
            bits -= self.offset
            index[:] = bits
            return index
        moved = scratch.real[:n]
        if self.offset != 0:
            np.subtract(scores, self.offset, out=moved)
            moved *= self.scale
        else:
            np.multiply(scores, self.scale, out=moved)
        narrow[:] = moved  # casting truncates; by way of int32 it is faster
        index[:] = narrow
        return index

    def starts(self, thresholds: Scores) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return where each bucket starts and how wide it is; the first one also holds everything below."""
        steps, dtype = np.arange(self.n + 1), thresholds.dtype
        if self.shift is None:
            edges = float(self.offset) + steps / float(self.scale)
        else:
            whole = (steps.astype(np.int64) + int(self.offset)) << self.shift
            edges = (whole.astype(np.int32) if dtype == np.float32 else whole).view(dtype).astype(np.float64)
        edges[0] = min(edges[0], float(np.nextafter(thresholds[0], dtype.type(-np.inf))))
        return edges[:-1], np.diff(edges)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A guide table: coarse map, optional fine lines, and per cell what is needed to finish."""

    coarse: _Coarse
    lines: tuple[Scores, Scores] | None
    base: NDArray[np.int32]
    up: tuple[Scores, ...]

    @property
    def n_compares(self) -> int:
        return len(self.up)

    @property
    def cost(self) -> float:
        """Rough cost of a score, in ns; only compared with each other."""
        logarithmic = 0.0 if self.coarse.shift is None else 0.4
        lines = 0.0 if self.lines is None else 0.9 + 0.2 * self.n_compares
        return 3.2 + 0.6 * self.n_compares + logarithmic + lines


class Bins:
    """The gaps between thresholds, ready to receive scores of one type.

    Parameters
    ----------
    thresholds : array-like of float, length K
        Any order, repeats are dropped; finite.
    dtype : float32 or float64
        Type of the scores that `codes` and `count` will be given.
    compare : {"float64", "float32"}
        See `order_preserving`.

    Attributes
    ----------
    thresholds : float64 array, ascending and distinct, read-only

    Raises
    ------
    InputError
        If a threshold is missing or infinite, or there is none.

    Examples
    --------
    >>> Bins([0.5, 0.2]).codes(np.array([0.1, 0.2, 0.7])).tolist()
    [0, 1, 2]
    """

    def __init__(
        self, thresholds: ArrayLike, *, dtype: Any = np.float64, compare: Compare = "float64"
    ) -> None:
        given = np.asarray(thresholds, np.float64).ravel()
        if given.size == 0 or not np.isfinite(given).all():
            raise InputError(
                f"the thresholds hold {'nothing' if given.size == 0 else 'a missing or infinite value'}. "
                "Give one or more finite numbers."
            )
        self.thresholds = np.unique(given) + 0.0  # + 0.0 turns -0.0 into 0.0
        self.thresholds.flags.writeable = False
        self.dtype = np.dtype(dtype)
        self.compare: Compare = compare
        self.n_codes = self.thresholds.size + 1
        exact = order_preserving(self.thresholds, self.dtype, compare)
        reachable = exact[np.isfinite(exact)]
        self._distinct = np.unique(reachable)
        # how many of the given thresholds are reached by a score that reaches so many distinct ones
        self._code_of = np.searchsorted(reachable, self._distinct, side="right").astype(np.int32)
        self._code_of = np.concatenate([np.zeros(1, np.int32), self._code_of])
        self._is_merged = self._distinct.size < reachable.size
        self._table = _best_table(self._distinct) if self._distinct.size else None
        if self._distinct.size:  # scores beyond these limits have the same code as the limits themselves
            self._low = np.nextafter(self._distinct[0], self.dtype.type(-np.inf))
            self._high = self._distinct[-1]

    def codes(self, scores: Scores) -> Codes:
        """Return how many thresholds are <= each score.

        Parameters
        ----------
        scores : float32 or float64 array, length n
            Finite. Those of another type than `dtype` are converted, exactly as `compare` says.

        Returns
        -------
        int32 array, length n, values 0 … K
        """
        scores = self._typed(scores)
        codes = np.empty(scores.size, np.int32)
        scratch = _Scratch(scores.size, self.dtype)
        for start in range(0, scores.size, CHUNK):
            codes[start : start + CHUNK] = self._chunk_codes(scores[start : start + CHUNK], scratch)
        return codes

    def codes_with_label(self, scores: Scores, labels: NDArray[Any]) -> Codes:
        """Return ``2 * code + label``: one number for each cell of a histogram.

        Parameters
        ----------
        scores : float32 or float64 array, length n
        labels : bool or uint8 array of 0 and 1, length n

        Returns
        -------
        int32 array, length n, values 0 … 2 * K + 1
        """
        scores = self._typed(scores)
        codes = np.empty(scores.size, np.int32)
        scratch = _Scratch(scores.size, self.dtype)
        for start in range(0, scores.size, CHUNK):
            part = codes[start : start + CHUNK]
            part[:] = self._chunk_codes(scores[start : start + CHUNK], scratch)
            part <<= 1
            part += labels[start : start + CHUNK]
        return codes

    def count(self, scores: Scores, labels: NDArray[Any]) -> NDArray[np.int64]:
        """Count cases per label and code.

        Parameters
        ----------
        scores : float32 or float64 array, length n
        labels : bool or uint8 array of 0 and 1, length n

        Returns
        -------
        int64 array, shape (2, K + 1)
        """
        counts = np.zeros(2 * self.n_codes, np.int64)
        for start in range(0, scores.size, _COUNTED):
            part = slice(start, start + _COUNTED)
            counts += np.bincount(self.codes_with_label(scores[part], labels[part]), minlength=counts.size)
        return np.ascontiguousarray(counts.reshape(self.n_codes, 2).T)

    def sum_by_code(self, codes_with_label: Codes, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum weights per label and code.

        Parameters
        ----------
        codes_with_label : int32 array, length n
            From `codes_with_label`.
        weights : float64 array, length n

        Returns
        -------
        float64 array, shape (2, K + 1)
        """
        sums = np.bincount(codes_with_label, weights, minlength=2 * self.n_codes)
        return np.ascontiguousarray(sums.astype(np.float64).reshape(self.n_codes, 2).T)

    def _typed(self, scores: Scores) -> Scores:
        with np.errstate(over="ignore", under="ignore"):
            if self.compare == "float32" and scores.dtype == np.float64:
                scores = scores.astype(np.float32)
            return scores if scores.dtype == self.dtype else scores.astype(self.dtype)

    def _prepared(self, scores: Scores) -> Scores:
        """Clip scores to the limits where needed; they keep their codes."""
        if scores.min() < self._low or scores.max() > self._high:
            return np.clip(scores, self._low, self._high)
        return scores

    def _chunk_codes(self, scores: Scores, scratch: _Scratch) -> Codes:
        codes = scratch.narrow[: scores.size]
        if self._distinct.size == 0:
            codes[:] = 0
            return codes
        scores = self._prepared(scores)
        if self._table is None:
            codes[:] = np.searchsorted(self._distinct, scores, side="right")
        else:
            cell = _cells(self._table, scores, scratch)
            n_reached = _n_reached(self._table, scores, cell, scratch)
            np.take(self._table.base, cell, out=codes, mode="clip")
            codes += n_reached
        if self._is_merged:
            codes[:] = self._code_of[codes]
        return codes


def _cells(table: _Table, scores: Scores, scratch: _Scratch) -> Places:
    """Return each score's cell, in `scratch.index`; `scratch.narrow` and `scratch.real` are overwritten."""
    cell = table.coarse(scores, scratch)
    if table.lines is not None:
        intercept, slope = table.lines
        at, narrow = scratch.real[: scores.size], scratch.narrow[: scores.size]
        start = scratch.bound[: scores.size]
        np.take(slope, cell, out=at, mode="clip")
        np.take(intercept, cell, out=start, mode="clip")
        at *= scores
        at += start
        narrow[:] = at
        cell[:] = narrow
    return cell


def _n_reached(table: _Table, scores: Scores, cell: Places, scratch: _Scratch) -> NDArray[np.uint8]:
    """Return how many thresholds of its own cell each score reaches."""
    n = scores.size
    bound, is_reached, n_reached = scratch.bound[:n], scratch.is_reached[:n], scratch.n_reached[:n]
    n_reached[:] = 0
    for up in table.up:
        np.take(up, cell, out=bound, mode="clip")
        np.greater_equal(scores, bound, out=is_reached)
        n_reached += is_reached.view(np.uint8)
    return n_reached


def _best_table(thresholds: Scores) -> _Table | None:
    """Return the cheapest table that needs few comparisons, or None for a binary search."""
    tables = [_direct(thresholds, octaves) for octaves in (None, *_OCTAVES)]
    if not any(table is not None and table.n_compares == 1 for table in tables):
        tables += [
            _refined(thresholds, octaves, n_buckets)
            for octaves in (None, *_OCTAVES)
            for n_buckets in _COARSE_SIZES
        ]
    usable = [table for table in tables if table is not None and table.n_compares <= _MAX_COMPARES]
    return min(usable, key=lambda table: table.cost, default=None)


def _coarse(thresholds: Scores, octaves: int | None, n_most: int) -> _Coarse | None:
    """Return a map onto about `n_most` buckets, linear or (with `octaves`) logarithmic below the last threshold."""
    if octaves is not None:
        return _coarse_logarithmic(thresholds, octaves, n_most)
    low, high = thresholds[0], thresholds[-1]
    kind: Any = thresholds.dtype.type
    with np.errstate(all="ignore"):
        below = np.nextafter(low, kind(-np.inf))
        offset = kind(0) if below >= 0 and high <= 4 * (high - below) else below
        span = float(high) - float(offset)
        if not _SMALLEST_SPAN < span < 1 / _SMALLEST_SPAN:
            return None
        scale = kind(2.0 ** np.floor(np.log2(n_most / span)))
        return _Coarse(int((high - offset) * scale) + 1, offset, scale)


def _coarse_logarithmic(thresholds: Scores, octaves: int, n_most: int) -> _Coarse | None:
    high, kind = thresholds[-1], thresholds.dtype.type
    if not float(high) > _SMALLEST_SPAN:
        return None
    low = max(float(thresholds[0]), float(high) * 2.0**-octaves)
    ends = np.array([low, high], kind).view(np.int32 if kind is np.float32 else np.int64)
    first, last = int(ends[0]), int(ends[1])
    shift = 0
    while (last >> shift) - (first >> shift) >= n_most:
        shift += 1
    return _Coarse((last >> shift) - (first >> shift) + 1, first >> shift, 1, shift)


def _direct(thresholds: Scores, octaves: int | None) -> _Table | None:
    """Return the cheapest one-step table."""
    best = None
    for bits in range(6, _MAX_DIRECT_BITS + 1):
        coarse = _coarse(thresholds, octaves, 1 << bits)
        if coarse is None:
            return None
        table = _filled(coarse, None, coarse.n, thresholds)
        if best is None or table.cost < best.cost:
            best = table
        if table.n_compares == 1:
            break
    return best


def _refined(thresholds: Scores, octaves: int | None, n_buckets: int) -> _Table | None:
    """Return a two-step table with the fewest comparisons that fits into `_MAX_CELLS` cells."""
    coarse = _coarse(thresholds, octaves, n_buckets)
    if coarse is None:
        return None
    bucket = np.clip(coarse(thresholds, _Scratch(thresholds.size, thresholds.dtype)), 0, coarse.n - 1)
    starts, widths = coarse.starts(thresholds)
    place = np.clip((thresholds.astype(np.float64) - starts[bucket]) / widths[bucket], 0, 1 - 1e-12)
    # a cell must be wider than a few roundings of the largest score, see _keeps_cells_apart
    most = widths / (4 * float(np.finfo(thresholds.dtype).eps) * np.abs(thresholds).max())
    for n_compares in range(1, _MAX_COMPARES + 1):
        parts = _parts(bucket, place, np.maximum(most, 1), n_compares)
        n_cells = np.where(parts > 1, parts + 4, 1)  # two spare cells at both ends, see _keeps_cells_apart
        if n_cells.sum() <= _MAX_CELLS:
            break
    else:
        return None
    first = np.concatenate([[0], np.cumsum(n_cells)])
    slope = np.where(parts > 1, parts / widths, 0)
    intercept = first[:-1] + np.where(parts > 1, 2 - starts * slope, 0)
    lines = intercept.astype(thresholds.dtype), slope.astype(thresholds.dtype)
    if not _keeps_cells_apart(lines, starts, widths, first):
        return None
    return _filled(coarse, lines, int(first[-1]), thresholds)


def _parts(
    bucket: Places, place: NDArray[np.float64], most: NDArray[np.float64], n_compares: int
) -> NDArray[np.int64]:
    """Return into how many parts to cut each bucket so that a part holds at most `n_compares` thresholds."""
    parts = np.ones(most.size, np.int64)
    while True:
        part = np.floor(place * parts[bucket])
        again = (part[n_compares:] == part[:-n_compares]) & (bucket[n_compares:] == bucket[:-n_compares])
        crowded = np.unique(bucket[n_compares:][again])
        crowded = crowded[2 * parts[crowded] <= most[crowded]]
        if crowded.size == 0 or parts.sum() > _MAX_CELLS:
            return parts
        parts[crowded] *= 2


def _keeps_cells_apart(
    lines: tuple[Scores, Scores],
    starts: NDArray[np.float64],
    widths: NDArray[np.float64],
    first: NDArray[np.int64],
) -> bool:
    """Check that rounding moves no score out of the cells of its bucket (cut ones have two spare at both ends)."""
    intercept, slope = lines
    dtype, cut = intercept.dtype, slope > 0
    with np.errstate(all="ignore"):
        at_start = slope * starts.astype(dtype) + intercept
        at_end = slope * (starts + widths).astype(dtype) + intercept
        largest = np.max(np.abs(np.concatenate([starts, starts + widths])))
        wobble = np.abs(slope.astype(np.float64)) * largest * float(np.finfo(dtype).eps)
    apart = (wobble < 0.5) & (at_start >= first[:-1] + 1) & (at_end < first[1:] - 1)
    return bool((apart | ~cut).all() and np.isfinite(intercept).all())


def _filled(coarse: _Coarse, lines: tuple[Scores, Scores] | None, n_cells: int, thresholds: Scores) -> _Table:
    """Place the thresholds by the very operations that will place scores."""
    empty = _Table(coarse, lines, np.empty(0, np.int32), ())
    cell = np.clip(_cells(empty, thresholds, _Scratch(thresholds.size, thresholds.dtype)), 0, n_cells - 1)
    in_cell = np.bincount(cell, minlength=n_cells)
    base = (np.cumsum(in_cell) - in_cell).astype(np.int32)
    rank = np.arange(thresholds.size) - base[cell]
    n_compares = int(rank.max()) + 1
    if n_compares > _MAX_COMPARES:
        return _Table(coarse, lines, base, (thresholds,) * n_compares)  # never used; says how crowded it is
    up = np.full((n_compares, n_cells), np.inf, thresholds.dtype)
    up[rank, cell] = thresholds
    return _Table(coarse, lines, base, tuple(up))
