"""Tally scored cases on this machine: one pass, constant memory, exact counts at every threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from expectkit.engine.columns import (
    MISSING,
    LabelReader,
    Place,
    day_texts,
    days,
    keyed,
    numbers,
    plain,
    weights,
)
from expectkit.engine.groups import ClusterRows, GroupCounts, Keyed, count_groups
from expectkit.errors import DataError
from expectkit.io.case_source import Batch, CaseSource, require_columns
from expectkit.measure.bins import Bins, Compare, smallest_and_largest
from expectkit.measure.histogram import ClusterMoments, GroupedHistogram, RowCounts, ScoreHistogram, Tally
from expectkit.measure.thresholds import candidate_thresholds, flags_everything, flags_nothing

Progress = Callable[[int, int | None], None]

_ROWS_AT_ONCE = 1 << 18
_N_SAMPLED = 1 << 16
_FEWEST_POSITIVES = 500
_MOST_POSITIVES = 100_000


@dataclass(frozen=True, slots=True)
class CaseColumns:
    """Which column means what.

    Attributes
    ----------
    score, label : str
        Column names.
    positive : str, int, float, bool or None
        The label of the positive class; None when labels are 0 and 1, or false and true.
    weight, time, group, decision : str or None
        Case weights; date or timestamp; cluster of rows that are not independent; today's decision on the case.
    slices : tuple of str
        Columns whose values are counted one by one.
    """

    score: str
    label: str
    positive: str | float | bool | None = None
    weight: str | None = None
    time: str | None = None
    group: str | None = None
    slices: tuple[str, ...] = ()
    decision: str | None = None

    def keyed(self) -> tuple[str, ...]:
        """Return the columns counted value by value: slices, then the decision."""
        decision = () if self.decision is None else (self.decision,)
        return tuple(dict.fromkeys((*self.slices, *decision)))

    def names(self) -> tuple[str, ...]:
        """Return every column that is read, once."""
        optional = [name for name in (self.weight, self.time, self.group) if name is not None]
        return tuple(dict.fromkeys((self.score, self.label, *optional, *self.keyed())))


class Watch(Protocol):
    """Sees all cases while they are tallied, and columns that the tally does not need."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns to read."""
        ...

    @property
    def numeric(self) -> tuple[str, ...]:
        """Those of them that hold numbers, even where they are written as text."""
        ...

    def start(
        self, negatives: NDArray[np.float64], positives: NDArray[np.float64], n_rows: int | None
    ) -> None:
        """Take the scores of a sample, and the number of all rows where it is known."""
        ...

    def see(self, rows: range, batch: Batch, scores: NDArray[Any], labels: NDArray[np.uint8]) -> None:
        """Take some rows; the label of a row that is left out is `expectkit.engine.columns.MISSING`."""
        ...

    def end(self) -> None:
        """All rows were seen, and can be counted."""
        ...


def tally(
    source: CaseSource,
    columns: CaseColumns,
    *,
    stated: Iterable[float] = (),
    drop_missing: bool = False,
    compare: Compare = "float64",
    progress: Progress | None = None,
    watch: Watch | None = None,
) -> Tally:
    """Count scored cases between about 1,000 candidate thresholds, in one pass.

    Thresholds are placed from a sample (see `expectkit.measure.thresholds.candidate_thresholds`); every case is
    then counted exactly. Memory does not grow with the number of rows, except with a group column: 8 bytes a row,
    16 while sorting, and the list of groups.

    Parameters
    ----------
    source : CaseSource
    columns : CaseColumns
    stated : iterable of float
        Thresholds that must be among the candidates, exactly.
    drop_missing : bool
        Leave out rows without score or label, and count them, instead of refusing.
    compare : {"float64", "float32"}
        Precision of ``score >= threshold``, see `expectkit.measure.histogram.tally_arrays`.
    progress : callable of (rows done, rows in all or None), optional
    watch : Watch, optional
        Sees each row while it is counted.

    Returns
    -------
    Tally

    Raises
    ------
    DataError
        If a column does not exist, or holds values that cannot be used. File and row are named.
    InputError
        If a stated threshold is missing or infinite.
    """
    require_columns(source, columns.names())
    numeric = [columns.score] if columns.weight is None else [columns.score, columns.weight]
    names = columns.names()
    if watch is not None:
        numeric, names = [*numeric, *watch.numeric], tuple(dict.fromkeys((*names, *watch.columns)))
    source = source.with_numbers(numeric)
    counting = _Counting(source, columns, _placed(source, columns, stated, watch), compare, watch)
    for batch in source.batches(names):
        for piece in _pieces(batch):
            counting.add(piece)
        if progress is not None:
            progress(counting.n_rows, source.n_rows())
    counting.check(drop_missing)
    if watch is not None:
        watch.end()
    return counting.result()


def _pieces(batch: Batch) -> Iterator[Batch]:
    """Cut a batch so that what is made of it stays in the processor's cache."""
    for start in range(0, batch.n_rows, _ROWS_AT_ONCE):
        columns = {name: array.slice(start, _ROWS_AT_ONCE) for name, array in batch.columns.items()}
        yield Batch(columns, batch.file, batch.first_row + start)


def _placed(
    source: CaseSource, columns: CaseColumns, stated: Iterable[float], watch: Watch | None
) -> NDArray[np.float64]:
    """Choose thresholds from a sample; what is wrong with the cases is left to the pass that knows the rows."""
    wanted = (columns.score, columns.label)
    sample = source.sample(wanted, _N_SAMPLED)
    try:
        negatives, positives = _scores_by_label(source, columns, Batch(_arrays(sample), source.name, 1))
        n_rows = source.n_rows()
        if watch is not None:
            watch.start(negatives, positives, n_rows)
        if positives.size < _FEWEST_POSITIVES and n_rows is not None and n_rows > sample.num_rows:
            positives = _all_positives(source, columns)
    except DataError:
        negatives = positives = np.empty(0)
    chosen = candidate_thresholds(negatives, positives, stated=stated)
    return chosen if chosen.size else np.zeros(1)


def _arrays(table: pa.Table) -> dict[str, pa.Array]:
    return {name: plain(table.column(name)) for name in table.column_names}


def _scores_by_label(
    source: CaseSource, columns: CaseColumns, batch: Batch
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    scores = numbers(batch.columns[columns.score], Place(source, batch, columns.score)).astype(np.float64)
    reader = LabelReader(columns.label, columns.positive)
    labels = reader.codes(batch.columns[columns.label], Place(source, batch, columns.label))
    return scores[labels == 0], scores[labels == 1]


def _all_positives(source: CaseSource, columns: CaseColumns) -> NDArray[np.float64]:
    """Return the scores of rare positives from one more pass; every second one is left out when they are many."""
    kept: list[NDArray[np.float64]] = []
    for batch in source.batches((columns.score, columns.label)):
        kept.append(_scores_by_label(source, columns, batch)[1])
        if sum(part.size for part in kept) > _MOST_POSITIVES:
            kept = [np.concatenate(kept)[::2]]
    return np.concatenate(kept) if kept else np.empty(0)


class _Counting:
    """What one pass gathers."""

    def __init__(
        self,
        source: CaseSource,
        columns: CaseColumns,
        thresholds: NDArray[np.float64],
        compare: Compare,
        watch: Watch | None,
    ) -> None:
        self._source, self._columns, self._compare, self._watch = source, columns, compare, watch
        self._thresholds = thresholds
        self._bins: dict[Any, Bins] = {}
        self._labels = LabelReader(columns.label, columns.positive)
        n_codes = thresholds.size + 1
        self._counts = np.zeros((2, n_codes), np.int64)
        self._weights = None if columns.weight is None else np.zeros((2, 2, n_codes))
        self._by_day = None if columns.time is None else GroupCounts(columns.time, n_codes)
        self._left_out: dict[str, int] = {}
        self._weight_of_day: dict[str, NDArray[np.float64]] = {}
        self._by_column = {name: GroupCounts(name, n_codes) for name in columns.keyed()}
        self._clusters = None if columns.group is None else ClusterRows(n_codes)
        self._needs_codes = columns.names() != (columns.score, columns.label)
        self._codes, self._cells = np.empty(_ROWS_AT_ONCE, np.int32), np.empty(_ROWS_AT_ONCE, np.intp)
        self._missing = {"score": 0, "label": 0, "infinite": 0}
        self._first: dict[str, str] = {}
        self.n_rows = self.n_kept = 0
        self._low, self._high = np.inf, -np.inf

    def add(self, batch: Batch) -> None:
        """Count one batch."""
        if batch.n_rows == 0:
            return
        scores = numbers(batch.columns[self._columns.score], self._place(batch, self._columns.score))
        labels = self._labels.codes(
            batch.columns[self._columns.label], self._place(batch, self._columns.label)
        )
        low, high = smallest_and_largest(scores)
        keep = None
        if not (np.isfinite(low) and np.isfinite(high) and labels.max() != MISSING):
            keep = self._usable(scores, labels, batch)
        if self._watch is not None:
            known = labels if keep is None else np.where(keep, labels, np.uint8(MISSING))
            self._watch.see(range(self.n_rows, self.n_rows + scores.size), batch, scores, known)
        self.n_rows += scores.size
        self._add_weight_of_days(batch, labels, keep)
        if keep is not None:
            self._add_left_out(batch, ~keep)
            scores, labels = scores[keep], labels[keep]
            low, high = float(scores.min(initial=np.inf)), float(scores.max(initial=-np.inf))
        self.n_kept += scores.size
        if scores.size:
            self._low, self._high = min(self._low, low), max(self._high, high)
            self._count(batch, scores, labels, keep, (low, high))

    def _place(self, batch: Batch, column: str) -> Place:
        return Place(self._source, batch, column)

    def _usable(self, scores: NDArray[Any], labels: NDArray[np.uint8], batch: Batch) -> NDArray[np.bool_]:
        """Return which rows can be counted, and remember what was missing."""
        problems = {"score": np.isnan(scores), "label": labels == MISSING, "infinite": np.isinf(scores)}
        for what, is_bad in problems.items():
            n_bad = int(is_bad.sum())
            self._missing[what] += n_bad
            if n_bad and what not in self._first:
                self._first[what] = self._source.place(batch.file, batch.first_row + int(np.argmax(is_bad)))
        keep: NDArray[np.bool_] = ~(problems["score"] | problems["label"] | problems["infinite"])
        return keep

    def _count(
        self,
        batch: Batch,
        scores: NDArray[Any],
        labels: NDArray[np.uint8],
        keep: NDArray[np.bool_] | None,
        ends: tuple[float, float],
    ) -> None:
        bins = self._bins.setdefault(
            scores.dtype,
            self._bins.get(scores.dtype) or Bins(self._thresholds, dtype=scores.dtype, compare=self._compare),
        )
        if not self._needs_codes:
            self._counts += bins.count(scores, labels, ends=ends)
            return
        codes = bins.codes_with_label(scores, labels, ends=ends, out=self._codes[: scores.size])
        groups = [(counts, self._keyed(batch, name, keep)) for name, counts in self._by_column.items()]
        if self._by_day is not None:
            groups.append((self._by_day, self._day_keys(batch, keep)))
        n_codes = self._counts.shape[1]
        if groups:
            self._counts += count_groups(groups, codes, n_codes, self._cells[: codes.size]).T
        else:
            self._counts += np.bincount(codes, minlength=2 * n_codes).reshape(n_codes, 2).T
        self._add_weights(bins, batch, codes, keep)
        self._add_clusters(batch, codes, keep)

    def _keyed(self, batch: Batch, name: str, keep: NDArray[np.bool_] | None) -> Keyed:
        index, keys = keyed(batch.columns[name])
        return Keyed(index if keep is None else index[keep], keys)

    def _day_keys(self, batch: Batch, keep: NDArray[np.bool_] | None) -> Keyed:
        name = str(self._columns.time)
        numbers_of_days = days(batch.columns[name], self._place(batch, name))
        numbers_of_days = numbers_of_days if keep is None else numbers_of_days[keep]
        first, last = int(numbers_of_days.min()), int(numbers_of_days.max())
        if last - first > 100_000:
            raise DataError(
                f"{self._place(batch, name).row(0)}: the time column {name!r} runs from {day_texts([first])[0]} to "
                f"{day_texts([last])[0]} within one batch. Check that it holds the days on which the cases occurred."
            )
        return Keyed(numbers_of_days - np.int32(first), day_texts(range(first, last + 1)))

    def _add_left_out(self, batch: Batch, is_left_out: NDArray[np.bool_]) -> None:
        """Count the rows of each day that cannot be used; they are traffic all the same."""
        if self._by_day is None or not is_left_out.any():
            return
        of_row = self._day_keys(batch, is_left_out)
        for place, count in enumerate(np.bincount(of_row.index).tolist()):
            if count > 0:
                day = of_row.keys[place]
                self._left_out[day] = self._left_out.get(day, 0) + count

    def _add_weight_of_days(
        self, batch: Batch, labels: NDArray[np.uint8], keep: NDArray[np.bool_] | None
    ) -> None:
        """Sum the weights of each day: of the negatives, of the positives and of the rows that cannot be used."""
        if self._by_day is None or self._columns.weight is None:
            return
        weight = weights(batch.columns[self._columns.weight], self._place(batch, self._columns.weight))
        kind = labels if keep is None else np.where(keep, labels, np.uint8(2))
        of_row = self._day_keys(batch, None)
        sums = np.bincount(3 * of_row.index.astype(np.intp) + kind, weight, 3 * len(of_row.keys)).reshape(
            -1, 3
        )
        for place in np.unique(of_row.index).tolist():
            day = of_row.keys[place]
            self._weight_of_day[day] = self._weight_of_day.get(day, np.zeros(3)) + sums[place]

    def _weights_by_day(self) -> dict[str, tuple[float, float, float]] | None:
        if self._by_day is None or self._columns.weight is None:
            return None
        return {
            day: (float(sums[0]), float(sums[1]), float(sums[2]))
            for day, sums in sorted(self._weight_of_day.items())
        }

    def _rows_by_day(self, by_day: GroupedHistogram | None) -> dict[str, int] | None:
        if by_day is None or not self._left_out:
            return None
        used = dict(zip(by_day.keys, by_day.counts.sum(axis=(1, 2)).tolist(), strict=True))
        days_seen = sorted({*used, *self._left_out})
        return {day: used.get(day, 0) + self._left_out.get(day, 0) for day in days_seen}

    def _add_weights(
        self, bins: Bins, batch: Batch, codes: NDArray[np.int32], keep: NDArray[np.bool_] | None
    ) -> None:
        if self._weights is None or self._columns.weight is None:
            return
        weight = weights(batch.columns[self._columns.weight], self._place(batch, self._columns.weight))
        weight = weight if keep is None else weight[keep]
        self._weights[0] += bins.sum_by_code(codes, weight)
        self._weights[1] += bins.sum_by_code(codes, weight * weight)

    def _add_clusters(self, batch: Batch, codes: NDArray[np.int32], keep: NDArray[np.bool_] | None) -> None:
        if self._clusters is None or self._columns.group is None:
            return
        of_row = self._keyed(batch, self._columns.group, keep)
        is_missing = np.array([key == "" for key in of_row.keys])[of_row.index]
        if is_missing.any():
            raise DataError(
                f"{self._place(batch, self._columns.group).row(0)}: the group column {self._columns.group!r} is empty "
                f"in {int(is_missing.sum())} of the {is_missing.size} rows from here on. Fill it, or do not name it."
            )
        self._clusters.add(of_row, codes)

    def check(self, drop_missing: bool) -> None:
        """Refuse cases that cannot be used, once all of them were seen.

        Raises
        ------
        DataError
        """
        score, label = self._columns.score, self._columns.label
        if self._missing["infinite"]:
            raise DataError(
                f"{self._first['infinite']}: the score is infinite ({self._missing['infinite']:,} such rows in column "
                f"{score!r}). Give finite scores, for example probabilities."
            )
        for what, column in (("score", score), ("label", label)):
            if self._missing[what] and not drop_missing:
                raise DataError(
                    f"{self._first[what]}: the {what} is missing ({self._missing[what]:,} of {self.n_rows:,} rows in "
                    f"column {column!r}). Fill it, or leave these rows out with drop_missing=True, or "
                    "--drop-missing on the command line."
                )
        if self.n_kept == 0:
            raise DataError(
                f"{self._source.name}: none of its {self.n_rows:,} rows has both a score and a label. "
                "Give at least one scored case of each class."
            )
        self._check_classes()

    def _check_classes(self) -> None:
        label, of_class = self._columns.label, self._counts.sum(axis=1)
        if self._columns.positive is not None and not self._labels.is_positive_seen:
            raise DataError(
                f"{self._source.name}: the positive value {self._columns.positive!r} never occurs in column "
                f"{label!r}; it holds {self._labels.values_seen()}. Name the value that marks a positive case."
            )
        if 0 in of_class:
            present = "positive" if of_class[0] == 0 else "negative"
            raise DataError(
                f"{self._source.name}: all {self.n_kept:,} cases are {present} (column {label!r} holds "
                f"{self._labels.values_seen()} only). Give cases of both classes."
            )

    def result(self) -> Tally:
        """Return everything counted, with one threshold that flags every case and one that flags none."""
        first, second = (None, None) if self._weights is None else (self._weights[0], self._weights[1])
        by_day = None if self._by_day is None else self._by_day.histogram(self._thresholds)
        counted = Tally(
            total=ScoreHistogram(self._thresholds, self._counts, first, second),
            by_day=by_day,
            by_column={name: counts.histogram(self._thresholds) for name, counts in self._by_column.items()},
            clusters=None if self._clusters is None else self._clusters.moments(),
            rows=RowCounts(self.n_rows, self._missing["score"], self._missing["label"], self.n_kept),
            score_low=self._low,
            score_high=self._high,
            rows_by_day=self._rows_by_day(by_day),
            weights_by_day=self._weights_by_day(),
        )
        return _with_ends(counted, self._compare)


def _with_ends(counted: Tally, compare: Compare) -> Tally:
    """Add a threshold below and one above all scores where the sample did not reach them.

    No case lies beyond the outermost scores, so the added gaps hold 0 cases and all others stay as they are.
    """
    thresholds = counted.total.thresholds
    low, high = counted.score_low, counted.score_high
    dtype: Any = np.float32 if compare == "float32" else np.float64
    before = [flags_everything(low, high)] if dtype(thresholds[0]) > dtype(low) else []
    after = [flags_nothing(low, high, dtype=dtype)] if dtype(thresholds[-1]) <= dtype(high) else []
    if not before and not after:
        return counted
    wider = np.concatenate([before, thresholds, after])
    pad = (len(before), len(after))
    total = counted.total
    return replace(
        counted,
        total=ScoreHistogram(
            wider,
            _padded(total.counts, pad),
            _padded(total.weights, pad),
            _padded(total.squared_weights, pad),
        ),
        by_day=_wider(counted.by_day, wider, pad),
        by_column={name: _wider(grouped, wider, pad) for name, grouped in counted.by_column.items()},
        clusters=_wider_clusters(counted.clusters, pad),
    )


def _padded(array: Any, pad: tuple[int, int]) -> Any:
    return None if array is None else np.pad(array, [(0, 0)] * (array.ndim - 1) + [pad])


def _wider(grouped: GroupedHistogram | None, thresholds: NDArray[np.float64], pad: tuple[int, int]) -> Any:
    return (
        None if grouped is None else GroupedHistogram(grouped.keys, thresholds, _padded(grouped.counts, pad))
    )


def _wider_clusters(clusters: ClusterMoments | None, pad: tuple[int, int]) -> ClusterMoments | None:
    if clusters is None:
        return None
    everything = np.array(clusters.sum_squared_sizes)[:, None]
    squared, product = (
        _padded(clusters.sum_squared_flagged, pad),
        _padded(clusters.sum_flagged_times_size, pad),
    )
    if pad[0]:
        squared[:, :1], product[:, :1] = everything, everything
    return replace(clusters, sum_squared_flagged=squared, sum_flagged_times_size=product)
