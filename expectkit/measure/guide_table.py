"""The guide table: with a few array operations a score, it finds the gap between thresholds the score falls into.

1. *coarse*: a monotone map sends the score to a bucket, either ``floor((score - offset) * scale)`` or the leading
   bits of its binary form (logarithmic, for scores crowded near 0);
2. *fine*, only where thresholds are unevenly spaced: inside its bucket a straight line ``floor(a + b * score)``
   sends it to a cell;
3. the cell knows how many thresholds lie in earlier cells, and the few (`n_compares`) that lie in it are compared
   with the score itself.

Rounding cannot make it wrong: floating-point subtraction, multiplication, addition and floor never reverse the
order of two scores, and thresholds go through the same operations as scores. So a threshold in an earlier cell is
<= the score, one in a later cell is > it, and those in the same cell are compared exactly. The table changes speed,
never counts. Timings of this and other ways: ``benchmarks/bench_tally.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[Any]
Codes = NDArray[np.int32]
Places = NDArray[np.intp]

CHUNK: Final = 32_768
"""Scores worked on at a time: their temporary arrays stay in the processor's cache."""

_MOST_SIDES = 4_100
_MAX_DIRECT_BITS = 15
_COARSE_SIZES = (128, 2_048)
_OCTAVES = (40, 2_000)  # how far down from the last threshold the logarithmic maps reach
_SMALLEST_SPAN = 1e-30  # thresholds nearer to each other, or as far apart as its inverse, get a binary search
_MAX_CELLS = 20_000
_MAX_COMPARES = 8


class Scratch:
    """Arrays of one chunk's length, used again and again so that they stay in the processor's cache."""

    def __init__(self, n: int, dtype: np.dtype[Any]) -> None:
        n = min(n, CHUNK)
        self.real, self.bound = np.empty(n, dtype), np.empty(n, dtype)
        self.narrow, self.index = np.empty(n, np.int32), np.empty(n, np.intp)
        self.is_reached, self.n_reached = np.empty(n, np.bool_), np.empty(n, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Coarse:
    """A monotone map from scores to bucket numbers 0 … n - 1."""

    n: int
    offset: Any = 0
    scale: Any = 1
    shift: int | None = None  # leading bits of the binary form, when not None

    def __call__(self, scores: Scores, scratch: Scratch) -> Places:
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
        edges[0] = min(edges[0], float(just_below(thresholds[0])))
        return edges[:-1], np.diff(edges)


def just_below(number: Any) -> Any:
    """Return the next smaller number of the same type."""
    with np.errstate(over="ignore"):
        return np.nextafter(number, number.dtype.type(-np.inf))


@dataclass(frozen=True, slots=True, eq=False)
class GuideTable:
    """A guide table: coarse map, optional fine lines, and per cell what is needed to finish."""

    coarse: Coarse
    lines: tuple[Scores, Scores] | None
    base: NDArray[np.int32]
    up: tuple[Scores, ...]

    @property
    def n_compares(self) -> int:
        """Most thresholds in one cell."""
        return len(self.up)

    @property
    def mode(self) -> Literal["wrap", "clip"]:
        """How to look up buckets: scores may lie below the first bucket of a logarithmic map, nowhere else."""
        return "wrap" if self.coarse.shift is None else "clip"  # "wrap" is a quarter faster

    @property
    def cell_mode(self) -> Literal["wrap", "clip"]:
        """How to look up cells: lines keep every score inside the table."""
        return self.mode if self.lines is None else "wrap"

    @property
    def is_counted_by_side(self) -> bool:
        """Whether `sides` can be used: a small linear table with one threshold a cell."""
        is_simple = self.lines is None and self.coarse.shift is None
        return is_simple and self.n_compares == 1 and self.base.size <= _MOST_SIDES

    @property
    def cost(self) -> float:
        """Rough cost of a score, in ns; only compared with each other."""
        logarithmic = 0.0 if self.coarse.shift is None else 0.4
        lines = 0.0 if self.lines is None else 0.9 + 0.2 * self.n_compares
        return 3.2 + 0.6 * self.n_compares + logarithmic + lines


def cells(table: GuideTable, scores: Scores, scratch: Scratch) -> Places:
    """Return each score's cell, in `scratch.index`; `scratch.narrow` and `scratch.real` are overwritten."""
    cell = table.coarse(scores, scratch)
    if table.lines is not None:
        intercept, slope = table.lines
        at, narrow = scratch.real[: scores.size], scratch.narrow[: scores.size]
        start = scratch.bound[: scores.size]
        np.take(slope, cell, out=at, mode=table.mode)
        np.take(intercept, cell, out=start, mode=table.mode)
        at *= scores
        at += start
        narrow[:] = at
        cell[:] = narrow
    return cell


def n_reached(table: GuideTable, scores: Scores, cell: Places, scratch: Scratch) -> NDArray[np.uint8]:
    """Return how many thresholds of its own cell each score reaches."""
    n = scores.size
    bound, is_reached, reached = scratch.bound[:n], scratch.is_reached[:n], scratch.n_reached[:n]
    for i, up in enumerate(table.up):
        np.take(up, cell, out=bound, mode=table.cell_mode)
        np.greater_equal(scores, bound, out=reached.view(np.bool_) if i == 0 else is_reached)
        if i > 0:
            reached += is_reached.view(np.uint8)
    return reached


def sides(table: GuideTable, scores: Scores, labels: NDArray[Any], scratch: Scratch) -> Codes:
    """Return ``4 * cell + 2 * (its threshold is reached) + label``, which saves looking up the cell's base."""
    cell = cells(table, scores, scratch)
    side = n_reached(table, scores, cell, scratch)
    side <<= 1
    side += labels
    number = scratch.narrow[: scores.size]  # still holds the cells, see `Coarse`
    number <<= 2
    number += side
    return number


def best_table(thresholds: Scores) -> GuideTable | None:
    """Return the cheapest table that needs few comparisons, or None for a binary search."""
    tables = [_direct(thresholds, octaves) for octaves in (None, *_OCTAVES)]
    if not any(table is not None and table.n_compares <= 2 for table in tables):
        tables += [_refined(thresholds, octaves, n) for octaves in (None, *_OCTAVES) for n in _COARSE_SIZES]
    usable = [table for table in tables if table is not None and table.n_compares <= _MAX_COMPARES]
    return min(usable, key=lambda table: table.cost, default=None)


def _coarse(thresholds: Scores, octaves: int | None, n_most: int) -> Coarse | None:
    """Return a map onto about `n_most` buckets, linear or (with `octaves`) logarithmic below the last threshold."""
    if octaves is not None:
        return _coarse_logarithmic(thresholds, octaves, n_most)
    low, high = thresholds[0], thresholds[-1]
    kind: Any = thresholds.dtype.type
    with np.errstate(all="ignore"):
        below = just_below(low)
        offset = kind(0) if below >= 0 and high <= 4 * (high - below) else below
        span = float(high) - float(offset)
        if not _SMALLEST_SPAN < span < 1 / _SMALLEST_SPAN:
            return None
        scale = kind(2.0 ** np.floor(np.log2(n_most / span)))
        return Coarse(int((high - offset) * scale) + 1, offset, scale)


def _coarse_logarithmic(thresholds: Scores, octaves: int, n_most: int) -> Coarse | None:
    high, kind = thresholds[-1], thresholds.dtype.type
    if not float(high) > _SMALLEST_SPAN:
        return None
    low = max(float(thresholds[0]), float(high) * 2.0**-octaves)
    ends = np.array([low, high], kind).view(np.int32 if kind is np.float32 else np.int64)
    first, last = int(ends[0]), int(ends[1])
    shift = 0
    while (last >> shift) - (first >> shift) >= n_most:
        shift += 1
    return Coarse((last >> shift) - (first >> shift) + 1, first >> shift, 1, shift)


def _direct(thresholds: Scores, octaves: int | None) -> GuideTable | None:
    """Return the cheapest one-step table."""
    best = None
    for bits in range(10, _MAX_DIRECT_BITS + 1):
        coarse = _coarse(thresholds, octaves, 1 << bits)
        if coarse is None:
            return None
        table = _filled(coarse, None, coarse.n, thresholds)
        if best is None or table.cost < best.cost:
            best = table
        if table.n_compares == 1:
            break
    return best


def _refined(thresholds: Scores, octaves: int | None, n_buckets: int) -> GuideTable | None:
    """Return a two-step table with the fewest comparisons that fits into `_MAX_CELLS` cells."""
    coarse = _coarse(thresholds, octaves, n_buckets)
    if coarse is None:
        return None
    bucket = np.clip(coarse(thresholds, Scratch(thresholds.size, thresholds.dtype)), 0, coarse.n - 1)
    starts, widths = coarse.starts(thresholds)
    if not (np.isfinite(widths) & (widths > 0)).all():
        return None
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


def _filled(
    coarse: Coarse, lines: tuple[Scores, Scores] | None, n_cells: int, thresholds: Scores
) -> GuideTable:
    """Place the thresholds by the very operations that will place scores."""
    empty = GuideTable(coarse, lines, np.empty(0, np.int32), ())
    cell = np.clip(cells(empty, thresholds, Scratch(thresholds.size, thresholds.dtype)), 0, n_cells - 1)
    in_cell = np.bincount(cell, minlength=n_cells)
    base = (np.cumsum(in_cell) - in_cell).astype(np.int32)
    rank = np.arange(thresholds.size) - base[cell]
    n_compares = int(rank.max()) + 1
    if n_compares > _MAX_COMPARES:
        return GuideTable(
            coarse, lines, base, (thresholds,) * n_compares
        )  # never used; says how crowded it is
    up = np.full((n_compares, n_cells), np.inf, thresholds.dtype)
    up[rank, cell] = thresholds
    return GuideTable(coarse, lines, base, tuple(up))
