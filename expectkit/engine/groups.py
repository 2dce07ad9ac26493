"""Counts per value of a column, and the moments of clusters, gathered batch by batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expectkit.errors import DataError
from expectkit.measure.bins import CHUNK
from expectkit.measure.histogram import ClusterMoments, GroupedHistogram

MOST_KEYS = 2_000


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
        self._n_codes = n_codes
        self._place: dict[str, int] = {}
        self._counts = np.zeros((0, n_codes, 2), np.int64)

    def add(self, index: NDArray[Any], keys: Sequence[str], codes: NDArray[np.int32]) -> NDArray[np.int64]:
        """Count a batch.

        Parameters
        ----------
        index : int array, length n
            Place of each row's key in `keys`.
        keys : sequence of str
            Some may repeat, or belong to no row.
        codes : int32 array, length n
            ``2 * code + label``, see `expectkit.measure.bins.Bins.codes_with_label`.

        Returns
        -------
        int64 array, shape (2, n_codes)
            The batch's counts, all keys together.

        Raises
        ------
        DataError
            If the column has more than `MOST_KEYS` values.
        """
        index, keys = self._compact(index, keys)
        width = 2 * self._n_codes
        counts = np.bincount(_cells(index, codes, width), minlength=len(keys) * width)
        counts = counts.reshape(len(keys), self._n_codes, 2)
        used = np.flatnonzero(counts.any(axis=(1, 2)))
        for local in used.tolist():
            self._place.setdefault(keys[local], len(self._place))
        self._check(len(self._place))
        n_new = len(self._place) - len(self._counts)
        if n_new:
            self._counts = np.concatenate([self._counts, np.zeros((n_new, self._n_codes, 2), np.int64)])
        for local in used.tolist():
            self._counts[self._place[keys[local]]] += counts[local]
        in_all: NDArray[np.int64] = counts.sum(axis=0).T
        return in_all

    def histogram(self, thresholds: NDArray[np.float64]) -> GroupedHistogram:
        """Return what was counted, sorted by key."""
        keys = tuple(sorted(self._place))
        counts = self._counts[[self._place[key] for key in keys]]
        return GroupedHistogram(keys, thresholds, np.ascontiguousarray(counts.transpose(0, 2, 1)))

    def _compact(self, index: NDArray[Any], keys: Sequence[str]) -> tuple[NDArray[Any], Sequence[str]]:
        """Drop keys that no row has when there are many, so that the counts stay small."""
        if len(keys) <= 64:
            return index, keys
        used = np.flatnonzero(np.bincount(index, minlength=len(keys)))
        self._check(used.size)
        if used.size == len(keys):
            return index, keys
        place = np.zeros(len(keys), np.intp)
        place[used] = np.arange(used.size)
        return place[index], [keys[i] for i in used.tolist()]

    def _check(self, n_keys: int) -> None:
        if n_keys > MOST_KEYS:
            raise DataError(
                f"the column {self._column!r} has more than {MOST_KEYS:,} different values, too many to show one by "
                "one. Name a coarser column, or put its values into classes first."
            )


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

    def add(self, index: NDArray[Any], keys: Sequence[Any], codes: NDArray[np.int32]) -> None:
        """Keep a batch; the arguments are those of `GroupCounts.add`."""
        cluster_of = self._cluster_of
        local = np.array([cluster_of.setdefault(key, len(cluster_of)) for key in keys], np.int64)
        rows = local[index]
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
        for part in _whole_clusters(rows, self._n_codes):
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
        return ClusterMoments(
            (sizes[0][0], sizes[0][1]), (sizes[1][0], sizes[1][1]), _flagged(squared), _flagged(product)
        )


def _cells(index: NDArray[Any], codes: NDArray[np.int32], width: int) -> NDArray[np.intp]:
    """Return ``index * width + code``, made piece by piece in the processor's cache."""
    cells = np.empty(codes.size, np.intp)
    kind = (
        index.dtype
        if index.dtype == np.int32 and (int(index.max()) + 1) * width < 2**31
        else np.dtype(np.intp)
    )
    for start in range(0, codes.size, CHUNK):
        part = slice(start, start + CHUNK)
        cell = np.multiply(index[part], width, dtype=kind)
        cell += codes[part]
        cells[part] = cell
    return cells


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
