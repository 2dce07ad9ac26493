"""What goes wrong at one threshold, gathered in one more pass over the cases in bounded memory.

Of each class the pass keeps a bounded number of mistakes that may be shown, counts how many mistakes there are,
and counts errors in cells of cases that have their conditions in common. The cells hold all cases of a class up to
`MOST_SEARCHED`, beyond that an even sample of mistakes and others alike, which leaves the search for failure modes
exact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from expectkit.engine.columns import MISSING, LabelReader, Place, keyed, numbers, plain
from expectkit.engine.described_column import DescribedColumn, Values
from expectkit.engine.local import CaseColumns
from expectkit.engine.second_look import FEW_ROWS, is_drawn, wanted_rows
from expectkit.errors import DataError
from expectkit.io.case_source import Batch, CaseSource, InputFile, require_columns
from expectkit.measure.bins import Compare
from expectkit.measure.candidates import CandidatePool
from expectkit.measure.conditions import (
    ErrorCells,
)

MOST_SEARCHED: Final = 400_000
"""Cases of one class that are searched for failure modes, an eighth of it where reading them takes long."""

_MOST_USUAL: Final = 50_000


def pooled(column: str) -> str:
    """Return the name of a described column in a pool."""
    return f"column {column}"


@dataclass(frozen=True, slots=True)
class MistakeColumns:
    """Which columns a look at mistakes needs.

    Parameters
    ----------
    cases : CaseColumns
        Score, label, weight and today's decision; its slices are searched value by value.
    shown : tuple of str
        Further columns that may be shown and searched, numbers by ranges.
    cost : str or None
        Column of what a mistake costs.
    """

    cases: CaseColumns
    shown: tuple[str, ...] = ()
    cost: str | None = None

    def described(self) -> tuple[str, ...]:
        """Return the columns that say what a mistake has in common with others."""
        return tuple(dict.fromkeys((*self.shown, *self.cases.slices)))

    def names(self) -> tuple[str, ...]:
        """Return every column that is read, once."""
        cases = self.cases
        optional = [name for name in (cases.weight, cases.decision, self.cost) if name is not None]
        return tuple(dict.fromkeys((cases.score, cases.label, *optional, *self.described())))


@dataclass(frozen=True, slots=True, eq=False)
class ClassMistakes:
    """The mistakes among the cases of one class.

    Parameters
    ----------
    pool : CandidatePool
        Mistakes to choose from. Its columns: "score", "decision" (1 when flagged today, nan when not known) and
        the described columns (`pooled`), numbers as float64 and others as text.
    cells : ErrorCells
        For `expectkit.measure.failures.find_failures`.
    n_cases, n_errors : int
        Of the class in all the cases.
    n_searched : int
        Cases that the cells hold.
    n_wrong_today : int or None
        Mistakes that today's decision got wrong as well; None without a decision column.
    """

    pool: CandidatePool
    cells: ErrorCells
    n_cases: int
    n_errors: int
    n_searched: int
    n_wrong_today: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Mistakes:
    """Misses, false alarms, and what is usual.

    Parameters
    ----------
    missed_positives, flagged_negatives : ClassMistakes
    usual : mapping of str to ndarray
        For each described column its values in an even sample of the negatives.
    """

    missed_positives: ClassMistakes
    flagged_negatives: ClassMistakes
    usual: Mapping[str, Values]


def find_mistakes(
    source: CaseSource,
    columns: MistakeColumns,
    threshold: float,
    *,
    n_of_class: tuple[int, int],
    compare: Compare = "float64",
    flagged_today: Mapping[str, bool] | None = None,
    as_shown: Callable[[str], str] = str,
    few_rows: int = FEW_ROWS,
    most_searched: int | None = None,
) -> Mistakes:
    """Look at the mistakes at a threshold, and at an even sample of all cases.

    Parameters
    ----------
    source : CaseSource
    columns : MistakeColumns
    threshold : float
        A case is flagged when ``score >= threshold``.
    n_of_class : tuple of int
        How many usable negatives and positives there are, as they were tallied.
    compare : {"float64", "float32"}
        Precision of the comparison.
    flagged_today : mapping of str to bool, optional
        Which values of the decision column mean flagged; needed with a decision column.
    as_shown : callable
        What may be shown of a text; conditions on texts use its result only.
    few_rows, most_searched : int
        Limits from which on DuckDB reads, and samples are searched (`MOST_SEARCHED`).

    Returns
    -------
    Mistakes

    Raises
    ------
    DataError
        If a column does not exist or holds values that cannot be used.
    """
    watch = MistakeWatch(
        source,
        columns,
        threshold,
        compare=compare,
        flagged_today=flagged_today,
        few_rows=few_rows,
        most_searched=most_searched,
    )
    watch.look(n_of_class)
    return watch.result(n_of_class, as_shown)


class MistakeWatch:
    """Gathers mistakes at a threshold, while the cases are tallied or in a look of its own.

    Hand `source` to `expectkit.engine.local.tally` in place of the source it was made from: each batch then passes
    by here first. Without that, call `look`. Then ask for the `result`.

    Parameters
    ----------
    source, columns, threshold, compare, flagged_today, few_rows, most_searched
        As in `find_mistakes`.
    """

    def __init__(
        self,
        source: CaseSource,
        columns: MistakeColumns,
        threshold: float,
        *,
        compare: Compare = "float64",
        flagged_today: Mapping[str, bool] | None = None,
        few_rows: int = FEW_ROWS,
        most_searched: int | None = None,
    ) -> None:
        require_columns(source, columns.names())
        self._columns, self._threshold, self._compare = columns, threshold, compare
        self._few_rows = few_rows
        self._numeric = [columns.cases.score, *_numbers_as_text(source, columns)]
        self._numeric += [name for name in (columns.cases.weight, columns.cost) if name is not None]
        self._source = source.with_numbers(self._numeric)
        is_small = (source.n_rows() or 0) <= few_rows
        self._most = most_searched or (MOST_SEARCHED if is_small else MOST_SEARCHED // 8)
        self._flagged_today = flagged_today
        self._looking = self._new_look()
        self.has_looked = False

    def _new_look(self, shares: tuple[float, float] | None = None) -> _Looking:
        return _Looking(
            self._source,
            self._columns,
            self._threshold,
            self._compare,
            shares,
            self._most,
            LabelReader(self._columns.cases.label, self._columns.cases.positive),
        )

    @property
    def source(self) -> CaseSource:
        """The cases; whoever reads all columns that the tally needs lets this watch see them."""
        return _Watched(self._source, self)

    def seen(self, source: CaseSource, columns: Sequence[str]) -> Iterator[Batch]:
        """Hand out batches of `source`, and look at each; a pass that is broken off does not count."""
        self._looking, self.has_looked = self._new_look(), False
        first = 0
        for batch in source.batches(tuple(dict.fromkeys((*columns, *self._columns.names())))):
            self._looking.add(range(first, first + batch.n_rows), batch)
            first += batch.n_rows
            yield batch
        self.has_looked = True

    def is_whole(self, columns: Sequence[str]) -> bool:
        """Tell whether these are the columns of the tally."""
        return set(columns) == set(self._columns.cases.names())

    def look(self, n_of_class: tuple[int, int]) -> None:
        """Look at the mistakes, and at an even sample of all cases."""
        shares = tuple(min(1.0, self._most / max(n, 1)) for n in n_of_class)
        cases = self._columns.cases
        self._looking = self._new_look((shares[0], shares[1]))
        for rows, batch in wanted_rows(
            self._source,
            self._columns.names(),
            LabelReader(cases.label, cases.positive),
            score_and_label=(cases.score, cases.label),
            threshold=self._threshold,
            shares=(shares[0], shares[1]),
            few_rows=self._few_rows,
        ):
            self._looking.add(rows, batch)
        self.has_looked = True

    def result(
        self,
        n_of_class: tuple[int, int],
        as_shown: Callable[[str], str] = str,
        flagged_today: Mapping[str, bool] | None = None,
    ) -> Mistakes:
        """Return everything gathered; the other arguments are those of `find_mistakes`."""
        return self._looking.result(n_of_class, as_shown, flagged_today or self._flagged_today)


class _Watched:
    """A source whose whole passes are seen by a `MistakeWatch`."""

    def __init__(self, source: CaseSource, watch: MistakeWatch) -> None:
        self._source, self._watch = source, watch
        self.name = source.name

    def column_names(self) -> tuple[str, ...]:
        return self._source.column_names()

    def n_rows(self) -> int | None:
        return self._source.n_rows()

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        if self._watch.is_whole(columns):
            return self._watch.seen(self._source, columns)
        return self._source.batches(columns)

    def sample(self, columns: Sequence[str], n: int) -> pa.Table:
        return self._source.sample(columns, n)

    def with_numbers(self, columns: Sequence[str]) -> CaseSource:
        return _Watched(self._source.with_numbers(columns), self._watch)

    def place(self, file: str, row: int) -> str:
        return self._source.place(file, row)

    def inputs(self) -> tuple[InputFile, ...]:
        return self._source.inputs()


def _numbers_as_text(source: CaseSource, columns: MistakeColumns) -> list[str]:
    """Return the shown columns that hold numbers written as text (in CSV everything is)."""
    wanted = [name for name in columns.shown if name not in columns.cases.slices]
    if not wanted or source.with_numbers(()) is source:  # its columns have types
        return []
    sample = source.sample((columns.cases.score, *wanted), 20_000)
    return [name for name in wanted if _holds_numbers(plain(sample.column(name)))]


def _holds_numbers(array: Any) -> bool:
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        return False
    texts = {text.strip() for text in array.unique().to_pylist() if text and text.strip()}
    return bool(texts) and all(_is_number(text) for text in texts)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


class _Looking:
    """What one look at the mistakes gathers."""

    def __init__(
        self,
        source: CaseSource,
        columns: MistakeColumns,
        threshold: float,
        compare: Compare,
        shares: tuple[float, float] | None,
        most: int,
        label: LabelReader,
    ) -> None:
        self._source, self._columns, self._label = source, columns, label
        self._threshold, self._compare = threshold, compare
        self._shares = None if shares is None else list(shares)
        self._most = most
        self._rows: tuple[list[NDArray[Any]], list[NDArray[Any]]] = ([], [])
        self._described = [
            DescribedColumn(name, name in columns.cases.slices) for name in columns.described()
        ]
        self._pools = [CandidatePool.of([], []), CandidatePool.of([], [])]
        self._errors: tuple[list[NDArray[Any]], list[NDArray[Any]]] = ([], [])
        self._weights: tuple[list[NDArray[Any]], list[NDArray[Any]]] = ([], [])
        self._n_errors = [0, 0]
        self._decided: tuple[Counter[str], Counter[str]] = (Counter(), Counter())

    def add(self, rows: NDArray[np.int64] | range, batch: Batch) -> None:
        """Take in some rows."""
        if len(rows) == 0:
            return
        scores, labels = self._scores(batch), self._labels(batch)
        if self._shares is None:
            self._shares = self._first_shares(labels)
        usable = self._usable(scores, labels)
        flagged = self._flagged(scores)
        for of_class in (0, 1):
            in_class = labels == of_class
            if usable is not None:
                in_class &= usable
            wrong = in_class & (flagged if of_class == 0 else ~flagged)
            share = self._shares[of_class]
            drawn = in_class if share >= 1 else in_class & is_drawn(rows, share)
            self._take(of_class, rows, batch, scores, wrong, drawn)
            self._thin(of_class)

    def _first_shares(self, labels: NDArray[np.uint8]) -> list[float]:
        """Choose from the first batch how much of each class to draw: about twice what is needed."""
        n_rows = self._source.n_rows()
        if n_rows is None:
            return [1.0, 1.0]
        expected = [np.mean(labels == of_class) * n_rows for of_class in (0, 1)]
        return [min(1.0, 2 * self._most / max(float(n), 1.0)) for n in expected]

    def _thin(self, of_class: int) -> None:
        """Draw only half of a class from here on, and of what was drawn, when it turns out to be too much."""
        shares = self._shares or [1.0, 1.0]
        while sum(part.size for part in self._rows[of_class]) > 4 * self._most:
            shares[of_class] /= 2
            self._keep(of_class, shares[of_class])

    def _keep(self, of_class: int, share: float) -> None:
        """Keep of what was drawn of a class only a smaller share."""
        if not self._rows[of_class]:
            return
        kept = is_drawn(np.concatenate(self._rows[of_class]), share)
        lists = [self._rows, self._errors, self._weights, *(column.kept for column in self._described)]
        for one in lists:
            if one[of_class]:
                one[of_class][:] = [np.concatenate(one[of_class])[kept]]

    @staticmethod
    def _usable(scores: NDArray[Any], labels: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
        """Return which rows have a score and a label; None when all have."""
        if labels.max() != MISSING and not np.isnan(scores.min()):
            return None
        return np.asarray(~np.isnan(scores) & (labels != MISSING))

    def _place(self, batch: Batch, column: str) -> Place:
        return Place(self._source, batch, column)

    def _scores(self, batch: Batch) -> NDArray[Any]:
        name = self._columns.cases.score
        return numbers(batch.columns[name], self._place(batch, name))

    def _labels(self, batch: Batch) -> NDArray[np.uint8]:
        name = self._columns.cases.label
        return self._label.codes(batch.columns[name], self._place(batch, name))

    def _flagged(self, scores: NDArray[Any]) -> NDArray[np.bool_]:
        if scores.dtype != np.float32 and self._compare == "float64":
            return np.asarray(scores.astype(np.float64, copy=False) >= self._threshold)
        nearest = np.float32(self._threshold)
        if self._compare == "float64" and float(nearest) < self._threshold:
            nearest = np.nextafter(nearest, np.float32(np.inf))  # the smallest float32 that is flagged
        return np.asarray(scores.astype(np.float32, copy=False) >= nearest)

    def _take(
        self,
        of_class: int,
        rows: NDArray[np.int64] | range,
        batch: Batch,
        scores: NDArray[Any],
        wrong: NDArray[np.bool_],
        drawn: NDArray[np.bool_],
    ) -> None:
        """Read the described columns where they are needed, fill the pool and keep what is searched."""
        places = np.flatnonzero(wrong | drawn)
        if places.size == 0:
            return
        picked = pa.array(places)
        read = {
            column.name: column.read(batch.columns[column.name].take(picked), self._place(batch, column.name))
            for column in self._described
        }
        here = np.flatnonzero(wrong[places])
        at = places + rows.start if isinstance(rows, range) else rows[places]
        self._pool(of_class, at[here], batch, scores, places[here], read, here)
        searched = np.flatnonzero(drawn[places])
        weight = self._weight(batch, places)
        if weight is not None:
            searched = searched[weight[searched] > 0]
            self._weights[of_class].append(weight[searched])
        self._rows[of_class].append(at[searched])
        self._errors[of_class].append(wrong[places[searched]])
        for column in self._described:
            column.kept[of_class].append(read[column.name][searched])

    def _pool(
        self,
        of_class: int,
        rows: NDArray[np.int64],
        batch: Batch,
        scores: NDArray[Any],
        places: NDArray[np.intp],
        read: Mapping[str, NDArray[Any]],
        here: NDArray[np.intp],
    ) -> None:
        if rows.size == 0:
            return
        score = scores[places].astype(np.float64)
        values: dict[str, NDArray[Any]] = {"score": score}
        values["decision"] = self._decisions(of_class, batch, places)
        values |= {pooled(column.name): column.values(read[column.name][here]) for column in self._described}
        self._pools[of_class] = self._pools[of_class].add(
            rows, np.abs(score - self._threshold), self._costs(batch, places), values
        )
        self._n_errors[of_class] += rows.size

    def _costs(self, batch: Batch, places: NDArray[np.intp]) -> NDArray[np.float64] | None:
        name = self._columns.cost
        if name is None:
            return None
        taken = batch.columns[name].take(pa.array(places))
        return numbers(taken, self._place(batch, name)).astype(np.float64)

    def _decisions(self, of_class: int, batch: Batch, places: NDArray[np.intp]) -> NDArray[np.object_]:
        """Return today's decisions on some mistakes as they stand in the file, and count them."""
        name = self._columns.cases.decision
        if name is None:
            return np.full(places.size, "", dtype=object)
        index, keys = keyed(batch.columns[name].take(pa.array(places)))
        texts = [keys[i] for i in index.tolist()]
        self._decided[of_class].update(texts)
        return np.array(texts, dtype=object)

    def _weight(self, batch: Batch, places: NDArray[np.intp]) -> NDArray[np.float64] | None:
        name = self._columns.cases.weight
        if name is None:
            return None
        taken = batch.columns[name].take(pa.array(places))
        return numbers(taken, self._place(batch, name)).astype(np.float64)

    def result(
        self,
        n_of_class: tuple[int, int],
        as_shown: Callable[[str], str],
        flagged_today: Mapping[str, bool] | None,
    ) -> Mistakes:
        """Return everything gathered."""
        for label in (0, 1):
            share = min(1.0, self._most / max(n_of_class[label], 1), (self._shares or [1.0, 1.0])[label])
            self._keep(label, share)
        usual = {column.name: column.values(column.of_class(0)[:_MOST_USUAL]) for column in self._described}
        classes = [self._of_class(label, n_of_class[label], as_shown, flagged_today) for label in (0, 1)]
        return Mistakes(classes[1], classes[0], usual)

    def _of_class(
        self,
        label: int,
        n_cases: int,
        as_shown: Callable[[str], str],
        flagged_today: Mapping[str, bool] | None,
    ) -> ClassMistakes:
        errors = np.concatenate(self._errors[label]) if self._errors[label] else np.empty(0, np.bool_)
        found = []
        if errors.any():
            found = [one for column in self._described for one in column.encoded(label, as_shown)]
        weights = np.concatenate(self._weights[label]) if self._weights[label] else None
        if self._n_errors[label] > n_cases:
            raise DataError(
                f"{self._source.name} changed while it was read: it holds more cases than were counted. Read it again."
            )
        return ClassMistakes(
            pool=_with_decisions(self._pools[label], flagged_today),
            cells=ErrorCells.from_rows(found, errors, weights),
            n_cases=n_cases,
            n_errors=self._n_errors[label],
            n_searched=int(errors.size),
            n_wrong_today=self._n_wrong_today(label, flagged_today),
        )

    def _n_wrong_today(self, label: int, flagged_today: Mapping[str, bool] | None) -> int | None:
        if self._columns.cases.decision is None or flagged_today is None:
            return None
        wrong = label == 0
        counts = self._decided[label].items()
        return sum(n for text, n in counts if text and flagged_today.get(text, False) == wrong)


def _with_decisions(pool: CandidatePool, flagged_today: Mapping[str, bool] | None) -> CandidatePool:
    """Return a pool whose decisions are numbers: 1 flagged, 0 not, nan unknown."""
    if pool.n_seen == 0:
        return pool
    known = flagged_today or {}
    texts = pool.columns["decision"].tolist()
    meant = [float(known.get(text, False)) if text and known else np.nan for text in texts]
    return replace(pool, columns={**pool.columns, "decision": np.array(meant)})
