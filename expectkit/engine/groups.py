"""Counts per value of a column, and the moments of clusters, gathered batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expectkit.errors import DataError
from expectkit.measure.guide_table import CHUNK
from expectkit.measure.histogram import ClusterMoments, GroupedHistogram

MOST_KEYS = 2_000
_FEW_KEYS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Keyed:
    """The values of a column in one batch.

    Attributes
    ----------
    index : int array, length n
        Place of each row's key in `keys`.
    keys : sequence of str
        Some may repeat, or belong to no row.
    """

    index: NDArray[Any]
    keys: Sequence[str]


class GroupCounts:
    """Histograms of the cases that share a key.

    Parameters
    ----------
    column : str
        The column's name, for messages.
    n_codes : int
        Number of gaps between thresholds, K + 1.
    """

    def __init__(self, column: str, n_codes: int) -> None:
        self._column = column
        self._place: dict[str, int] = {}
        self._counts = np.zeros((0, n_codes, 2), np.int64)

    def compact(self, keyed: Keyed) -> Keyed:
        """Drop keys that no row has when there are many, so that counts stay small.

        Raises
        ------
        DataError
            If the column has more than `MOST_KEYS` values.
        """
        if len(keyed.keys) <= _FEW_KEYS:
            return keyed
        used = np.flatnonzero(np.bincount(keyed.index, minlength=len(keyed.keys)))
        self._check(used.size)
        if used.size == len(keyed.keys):
            return keyed
        place = np.zeros(len(keyed.keys), np.int32)
        place[used] = np.arange(used.size)
        return Keyed(place[keyed.index], [keyed.keys[i] for i in used.tolist()])

    def add(self, keys: Sequence[str], counts: NDArray[np.int64]) -> None:
        """Add the counts of a batch, of shape (number of keys, n_codes, 2).

        Raises
        ------
        DataError
            If the column has more than `MOST_KEYS` values.
        """
        for key in keys:
            self._place.setdefault(key, len(self._place))
        self._check(len(self._place))
        if len(self._place) > len(self._counts):
            more = np.zeros((len(self._place) - len(self._counts), *counts.shape[1:]), np.int64)
            self._counts = np.concatenate([self._counts, more])
        for key, of_key in zip(keys, counts, strict=True):
            self._counts[self._place[key]] += of_key

    def histogram(self, thresholds: NDArray[np.float64]) -> GroupedHistogram:
        """Return what was counted, sorted by key; keys without a case are left out."""
        keys = tuple(sorted(key for key, place in self._place.items() if self._counts[place].any()))
        counts = self._counts[[self._place[key] for key in keys]]
        return GroupedHistogram(keys, thresholds, np.ascontiguousarray(counts.transpose(0, 2, 1)))

    def _check(self, n_keys: int) -> None:
        if n_keys > MOST_KEYS:
            raise DataError(
                f"the column {self._column!r} has more than {MOST_KEYS:,} different values, too many to show one by "
                "one. Name a coarser column, or put its values into classes first."
            )


def count_groups(
    columns: Sequence[tuple[GroupCounts, Keyed]],
    codes: NDArray[np.int32],
    n_codes: int,
    scratch: NDArray[np.intp],
) -> NDArray[np.int64]:
    """Count a batch by each of several columns.

    Two columns with few values are counted together, by pairs of values, which is faster than one after the other.

    Parameters
    ----------
    columns : sequence of (GroupCounts, Keyed), at least one
        Where to count, and by what.
    codes : int32 array, length n
        ``2 * code + label``, see `expectkit.measure.bins.Bins.codes_with_label`.
    n_codes : int
        Number of gaps between thresholds, K + 1.
    scratch : intp array, length n
        Overwritten. (Asking for new memory each time would cost more than the arithmetic.)

    Returns
    -------
    int64 array, shape (n_codes, 2)
        The counts of the batch, all keys together.

    Raises
    ------
    DataError
        If a column has more than `MOST_KEYS` values.
    """
    left = sorted(
        ((counts, counts.compact(keyed)) for counts, keyed in columns), key=lambda one: len(one[1].keys)
    )
    in_all = np.zeros((n_codes, 2), np.int64)
    while left:
        counts, keyed = left.pop(0)
        index, n_keys, n_others = keyed.index, len(keyed.keys), 1
        if left and n_keys * len(left[0][1].keys) <= _FEW_KEYS:
            other_counts, other = left.pop(0)
            n_others = len(other.keys)
            index = keyed.index * np.int32(n_others) + other.index
        _cells(index, codes, 2 * n_codes, scratch)
        found = np.bincount(scratch, minlength=n_keys * n_others * 2 * n_codes)
        by_pair = found.reshape(n_keys, n_others, n_codes, 2)
        if n_others > 1:
            other_counts.add(other.keys, by_pair.sum(axis=0))
        by_key = by_pair.sum(axis=1) if n_others > 1 else by_pair[:, 0]
        counts.add(keyed.keys, by_key)
        if not left:
            in_all = by_key.sum(axis=0)
    return in_all


class ClusterRows:
    """Rows of a clustered evaluation set, kept until all are there: 8 bytes each, 16 while sorting.

    Parameters
    ----------
    n_codes : int
        Number of gaps between thresholds, K + 1.
    """

    def __init__(self, n_codes: int) -> None:
        self._n_codes = n_codes
        self._cluster_of: dict[Any, int] = {}
        self._kept: list[NDArray[np.int64]] = []

    def add(self, keyed: Keyed, codes: NDArray[np.int32]) -> None:
        """Keep a batch; `codes` are those of `count_groups`."""
        cluster_of = self._cluster_of
        local = np.array([cluster_of.setdefault(key, len(cluster_of)) for key in keyed.keys], np.int64)
        rows = local[keyed.index]
        rows *= 2
        rows += codes & 1  # the label
        rows *= self._n_codes
        rows += self._n_codes - 1 - (codes >> 1)  # the highest score of a cluster comes first
        self._kept.append(rows)

    def moments(self) -> ClusterMoments:
        """Return the clusters' moments at every threshold.

        A row that is the k-th from the top in its cluster raises the square of the number flagged by
        k^2 - (k - 1)^2 = 2k - 1 at every threshold that flags it; so one sort serves all thresholds.
        """
        rows = np.concatenate(self._kept)
        self._kept.clear()
        rows.sort()
        squared, product = np.zeros((2, self._n_codes)), np.zeros((2, self._n_codes))
        sizes: tuple[list[int], list[float]] = ([0, 0], [0.0, 0.0])
        products = 0.0
        for part in _whole_clusters(rows, 2 * self._n_codes):
            cluster, fallen = np.divmod(part, self._n_codes)
            starts = np.flatnonzero(np.diff(cluster, prepend=-1))
            size = np.diff(starts, append=part.size)
            rank = np.arange(part.size) - np.repeat(starts, size) + 1
            cell = self._n_codes - 1 - fallen + self._n_codes * (cluster & 1)
            each_size = np.repeat(size, size)
            squared += np.bincount(cell, 2.0 * rank - 1, 2 * self._n_codes).reshape(2, -1)
            product += np.bincount(cell, each_size, 2 * self._n_codes).reshape(2, -1)
            for label in (0, 1):
                of_label = size[(cluster[starts] & 1) == label].astype(np.float64)
                sizes[0][label] += of_label.size
                sizes[1][label] += float((of_label**2).sum())
            # the two labels of a cluster stand side by side
            has_both = np.flatnonzero(np.diff(cluster[starts] >> 1) == 0)
            products += float((size[has_both].astype(np.float64) * size[has_both + 1]).sum())
        return ClusterMoments(
            (sizes[0][0], sizes[0][1]),
            (sizes[1][0], sizes[1][1]),
            _flagged(squared),
            _flagged(product),
            products,
        )


def _cells(index: NDArray[Any], codes: NDArray[np.int32], width: int, out: NDArray[np.intp]) -> None:
    """Write ``index * width + code``, made piece by piece in the processor's cache."""
    is_narrow = index.dtype == np.int32 and (int(index.max()) + 1) * width < 2**31
    kind = np.dtype(np.int32 if is_narrow else np.intp)
    cell = np.empty(min(codes.size, CHUNK), kind)
    for start in range(0, codes.size, CHUNK):
        part = slice(start, start + CHUNK)
        some = cell[: codes[part].size]
        np.multiply(index[part], kind.type(width), out=some)
        some += codes[part]
        out[part] = some


def _whole_clusters(rows: NDArray[np.int64], n_codes: int, n_most: int = 1 << 20) -> list[NDArray[np.int64]]:
    """Cut sorted rows into pieces that do not divide a cluster."""
    parts, start = [], 0
    while start < rows.size:
        end = min(start + n_most, rows.size)
        if end < rows.size:
            end = int(np.searchsorted(rows, (rows[end - 1] // n_codes + 1) * n_codes))
        parts.append(rows[start:end])
        start = end
    return parts


def _flagged(per_code: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return sums over the codes that each threshold flags: shape (2, K)."""
    return np.ascontiguousarray(per_code[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:])
