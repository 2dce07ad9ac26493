"""Tally cases of several classes on this machine: one pass, constant memory, an exact confusion matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from expectkit.engine.columns import Place, day_texts, days, keyed, numbers
from expectkit.engine.local import Progress
from expectkit.errors import DataError, nearest
from expectkit.io.case_source import Batch, CaseSource, require_columns
from expectkit.io.config_classes import MOST_CLASSES, class_name
from expectkit.measure.bins import Compare
from expectkit.measure.confusion_matrix import TO_A_PERSON, ConfusionMatrix, decide
from expectkit.measure.histogram import RowCounts

_NUMBERS_AT_ONCE = 1 << 21
_FEWEST_ROWS = 1 << 12
_N_SHOWN = 10

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassColumns:
    """Which column means what, with several classes.

    Attributes
    ----------
    label : str
        Column of the true class.
    scores : mapping of str to str
        Score column of each class, in the order of the classes; empty when the model only names a class.
    predicted, confidence : str or None
        Column of the class the model names, and of its score.
    thresholds : mapping of str to float
        By class; a class that is not named here has the `common_threshold`.
    common_threshold : float or None
        None decides whatever the score is.
    classes : tuple of str
        Stated beforehand, in their order; empty when they are to be found in the cases (`predicted` only).
    time : str or None
    """

    label: str
    scores: Mapping[str, str] = field(default_factory=dict)
    predicted: str | None = None
    confidence: str | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    common_threshold: float | None = None
    classes: tuple[str, ...] = ()
    time: str | None = None

    def score_columns(self) -> tuple[str, ...]:
        """Return the columns that hold scores."""
        confidence = () if self.confidence is None else (self.confidence,)
        return (*self.scores.values(), *confidence)

    def names(self) -> tuple[str, ...]:
        """Return every column that is read, once."""
        optional = [name for name in (self.predicted, self.time) if name is not None]
        return tuple(dict.fromkeys((self.label, *self.score_columns(), *optional)))

    def threshold_of(self, name: str) -> float | None:
        """Return the threshold of a class; None when it has none."""
        return self.thresholds.get(name, self.common_threshold)

    def limit_of(self, name: str) -> float:
        """Return the score from which a class is decided; minus infinity without a threshold."""
        threshold = self.threshold_of(name)
        return -np.inf if threshold is None else threshold


@dataclass(frozen=True, slots=True, eq=False)
class ClassTally:
    """What one pass over cases of several classes counted.

    Attributes
    ----------
    matrix : ConfusionMatrix
    rows : RowCounts
    daily : mapping of str to int
        Cases of each day, by ISO date; empty without a time column.
    score_low, score_high : float or None
        Over all score columns; None when there are none.
    n_ties : int
        Cases whose highest score two classes share; the class that is named first counts.
    rows_by_day : mapping of str to int
        All rows of each day, with those left out: they are traffic all the same.
    """

    matrix: ConfusionMatrix
    rows: RowCounts
    daily: Mapping[str, int]
    score_low: float | None
    score_high: float | None
    n_ties: int
    rows_by_day: Mapping[str, int] = field(default_factory=dict)


def tally_classes(
    source: CaseSource,
    columns: ClassColumns,
    *,
    drop_missing: bool = False,
    compare: Compare = "float64",
    progress: Progress | None = None,
) -> ClassTally:
    """Count for each class how many of its cases are decided for which class, or sent to a person.

    Parameters
    ----------
    source : CaseSource
    columns : ClassColumns
    drop_missing : bool
        Leave out rows without label or with a score missing, and count them, instead of refusing.
    compare : {"float64", "float32"}
        Precision of ``score >= threshold``, and of which score is highest.
    progress : callable of (rows done, rows in all or None), optional

    Returns
    -------
    ClassTally

    Raises
    ------
    DataError
        If a column does not exist, a label is none of the classes, or a value cannot be used; file and row are named.
    """
    require_columns(source, columns.names())
    numeric = source.with_numbers(list(dict.fromkeys(columns.score_columns())))
    counting = _Counting(numeric, columns, np.float32 if compare == "float32" else np.float64)
    for batch in numeric.batches(columns.names()):
        for piece in _pieces(batch, max(len(columns.score_columns()), 1)):
            counting.add(piece)
        if progress is not None:
            progress(counting.n_rows, source.n_rows())
    counting.check(drop_missing)
    return counting.result()


def _pieces(batch: Batch, n_scores: int) -> Iterator[Batch]:
    n_rows = max(_NUMBERS_AT_ONCE // n_scores, _FEWEST_ROWS)
    for start in range(0, batch.n_rows, n_rows):
        columns = {name: array.slice(start, n_rows) for name, array in batch.columns.items()}
        yield Batch(columns, batch.file, batch.first_row + start)


class _Names:
    """Class names in the order in which they were stated or met, and the column they stand in."""

    def __init__(self, stated: Sequence[str]) -> None:
        self.names = list(stated)
        self.is_open = not stated

    def places(self, array: Any, place: Place) -> IntArray:
        """Return the place of each row's class; -1 where it is missing.

        Raises
        ------
        DataError
            If a row holds none of the stated classes, or a column without stated ones holds too many values.
        """
        index, texts = keyed(array)
        place_of = np.full(len(texts), -1, np.int64)
        used = np.flatnonzero(np.bincount(index, minlength=len(texts)))
        for i in used.tolist():
            name = class_name(texts[i])
            if name:
                place_of[i] = self._place_of(name, place, int(np.argmax(index == i)))
        return place_of[index]

    def _place_of(self, name: str, place: Place, row: int) -> int:
        if name in self.names:
            return self.names.index(name)
        if not self.is_open:
            raise DataError(f"{place.row(row)}: column {place.column!r} holds {name!r}, {self._advice(name)}")
        if len(self.names) == MOST_CLASSES:
            raise DataError(
                f"{place.row(row)}: column {place.column!r} holds more than {MOST_CLASSES} different classes. "
                "Check that it is the column of the class."
            )
        self.names.append(name)
        return len(self.names) - 1

    def _advice(self, name: str) -> str:
        near = nearest(name, self.names)
        shown = ", ".join(map(repr, self.names[:_N_SHOWN]))
        more = f" and {len(self.names) - _N_SHOWN} more" if len(self.names) > _N_SHOWN else ""
        meant = f" Did you mean {near!r}?" if near else ""
        return f"which is none of the classes {shown}{more}.{meant} Name its score column, or leave these rows out."


class _Counting:
    """What one pass gathers."""

    def __init__(self, source: CaseSource, columns: ClassColumns, dtype: Any) -> None:
        self._source, self._columns, self._dtype = source, columns, dtype
        self._names = _Names(tuple(columns.scores) or columns.classes)
        self._cells: Counter[tuple[int, int]] = Counter()
        self._daily: Counter[int] = Counter()
        self._rows_of_day: Counter[int] = Counter()
        self._missing = {"score": 0, "label": 0, "infinite": 0}
        self._first: dict[str, tuple[str, str]] = {}
        self._low, self._high = np.inf, -np.inf
        self.n_rows = self.n_kept = self._n_ties = 0

    def add(self, batch: Batch) -> None:
        """Count one batch."""
        if batch.n_rows == 0:
            return
        truth = self._classes(batch, self._columns.label)
        scores = self._scores(batch)
        named = None if self._columns.predicted is None else self._classes(batch, self._columns.predicted)
        keep = self._usable(batch, truth, scores, named)
        self.n_rows += batch.n_rows
        self.n_kept += int(keep.sum())
        truth, scores = truth[keep], scores[keep]
        if scores.size:
            self._low, self._high = min(self._low, float(scores.min())), max(self._high, float(scores.max()))
        decided = self._decide(scores) if named is None else self._decide_named(named[keep], scores)
        pairs, counts = np.unique(np.stack([truth, decided], axis=1), axis=0, return_counts=True)
        for (actual, to), count in zip(pairs.tolist(), counts.tolist(), strict=True):
            self._cells[actual, to] += count
        self._add_days(batch, keep)

    def _classes(self, batch: Batch, column: str) -> IntArray:
        return self._names.places(batch.columns[column], Place(self._source, batch, column))

    def _scores(self, batch: Batch) -> npt.NDArray[Any]:
        """Return the scores of a batch, shape (n_rows, number of score columns)."""
        found = [
            numbers(batch.columns[name], Place(self._source, batch, name)).astype(self._dtype)
            for name in self._columns.score_columns()
        ]
        return np.stack(found, axis=1) if found else np.empty((batch.n_rows, 0), self._dtype)

    def _usable(
        self, batch: Batch, truth: IntArray, scores: npt.NDArray[Any], named: IntArray | None
    ) -> npt.NDArray[np.bool_]:
        """Return which rows can be counted, and remember what was missing first."""
        lacks_score = np.isnan(scores)
        problems = {"label": (truth < 0)[:, None], "score": lacks_score, "infinite": np.isinf(scores)}
        if named is not None:
            problems["score"] = np.concatenate([lacks_score, (named < 0)[:, None]], axis=1)
        names = self._columns.score_columns()
        predicted = () if self._columns.predicted is None else (self._columns.predicted,)
        of_problem = {"label": (self._columns.label,), "score": (*names, *predicted), "infinite": names}
        keep = np.ones(batch.n_rows, dtype=np.bool_)
        for what, is_bad in problems.items():
            rows = is_bad.any(axis=1)
            self._missing[what] += int(rows.sum())
            if rows.any() and what not in self._first:
                row = int(np.argmax(rows))
                column = of_problem[what][int(np.argmax(is_bad[row]))]
                self._first[what] = self._source.place(batch.file, batch.first_row + row), column
            keep &= ~rows
        return keep

    def _decide(self, scores: npt.NDArray[Any]) -> IntArray:
        limits = np.array([self._columns.limit_of(name) for name in self._columns.scores], dtype=self._dtype)
        best = np.where(scores >= limits, scores, -np.inf)
        highest = best.max(axis=1, keepdims=True)
        self._n_ties += int((((best == highest) & np.isfinite(best)).sum(axis=1) > 1).sum())
        return decide(scores, limits) if scores.size else np.empty(0, np.int64)

    def _decide_named(self, named: IntArray, scores: npt.NDArray[Any]) -> IntArray:
        if self._columns.confidence is None:
            return named
        limits = np.array([self._columns.limit_of(name) for name in self._names.names], dtype=self._dtype)
        return np.where(scores[:, 0] >= limits[named], named, TO_A_PERSON)

    def _add_days(self, batch: Batch, keep: npt.NDArray[np.bool_]) -> None:
        name = self._columns.time
        if name is None:
            return
        of_row = days(batch.columns[name], Place(self._source, batch, name))
        for counter, some in ((self._daily, of_row[keep]), (self._rows_of_day, of_row)):
            found, counts = np.unique(some, return_counts=True)
            counter.update(dict(zip(found.tolist(), counts.tolist(), strict=True)))

    def check(self, drop_missing: bool) -> None:
        """Refuse cases that cannot be used, once all of them were seen.

        Raises
        ------
        DataError
        """
        if self._missing["infinite"]:
            place, column = self._first["infinite"]
            raise DataError(
                f"{place}: the score in column {column!r} is infinite ({self._missing['infinite']:,} such rows). "
                "Give finite scores, for example probabilities."
            )
        for what, word in (("score", "score or predicted class"), ("label", "label")):
            if self._missing[what] and not drop_missing:
                place, column = self._first[what]
                raise DataError(
                    f"{place}: the {word} is missing in column {column!r} ({self._missing[what]:,} of "
                    f"{self.n_rows:,} rows lack one). Fill it, or leave these rows out with "
                    "drop_missing=True, or --drop-missing on the command line."
                )
        if self.n_kept == 0:
            raise DataError(
                f"{self._source.name}: none of its {self.n_rows:,} rows has both its scores and a label. "
                "Give scored cases of each class."
            )
        self._check_classes()

    def _check_classes(self) -> None:
        label = self._columns.label
        seen = {actual for actual, _ in self._cells}
        if len(seen) < 2:
            only = self._names.names[next(iter(seen))]
            raise DataError(
                f"{self._source.name}: all {self.n_kept:,} cases are of class {only!r} (column {label!r}). "
                "Give cases of every class."
            )
        for place, name in enumerate(self._names.names):
            if place not in seen:
                raise DataError(
                    f"{self._source.name}: no case is of class {name!r} (column {label!r}). Give cases of every "
                    "class, or leave the class out."
                )

    def result(self) -> ClassTally:
        """Return everything counted."""
        names = self._names.names
        order = (
            sorted(range(len(names)), key=lambda i: _natural(names[i]))
            if self._names.is_open
            else range(len(names))
        )
        place_of = {old: new for new, old in enumerate(order)}
        counts = np.zeros((len(names), len(names) + 1), np.int64)
        for (actual, decided), count in self._cells.items():
            counts[place_of[actual], place_of.get(decided, len(names))] += count
        has_scores = np.isfinite(self._low)
        return ClassTally(
            ConfusionMatrix(tuple(names[i] for i in order), counts),
            RowCounts(self.n_rows, self._missing["score"], self._missing["label"], self.n_kept),
            _by_date(self._daily),
            float(self._low) if has_scores else None,
            float(self._high) if has_scores else None,
            self._n_ties,
            _by_date(self._rows_of_day),
        )


def _by_date(counts: Mapping[int, int]) -> dict[str, int]:
    dates = sorted(counts)
    return {text: counts[day] for text, day in zip(day_texts(dates), dates, strict=True)}


def _natural(name: str) -> tuple[bool, float, str]:
    """Return the order of class names: numbers by their size, before texts."""
    try:
        number = float(name)
    except ValueError:
        number = np.nan
    return (False, number, name) if np.isfinite(number) else (True, 0.0, name)
