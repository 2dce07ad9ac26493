"""Looks at mistakes while the cases are tallied, or in a pass of its own.

Where mistakes are few, the tally's one pass is enough, also with a threshold that a rule will choose from the counts:
the rows that would be mistakes at any likely threshold are kept for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from expectkit.engine.columns import MISSING, LabelReader, Place, numbers, plain
from expectkit.engine.kept_rows import KeptRows, widest_bounds
from expectkit.engine.mistakes import MOST_SEARCHED, GatheredMistakes, MistakeColumns, Mistakes
from expectkit.engine.second_look import FEW_ROWS, around, wanted_rows
from expectkit.io.case_source import Batch, CaseSource, require_columns
from expectkit.measure.bins import Compare


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
        source, columns, threshold, compare=compare, few_rows=few_rows, most_searched=most_searched
    )
    return watch.result(threshold, n_of_class, flagged_today=flagged_today, as_shown=as_shown)


class MistakeWatch:
    """Gathers mistakes while the cases are tallied, or in a look of its own.

    Give it to `expectkit.engine.local.tally`, then ask for the `result`; what the tally did not show it is read then.

    Parameters
    ----------
    source : CaseSource
    columns : MistakeColumns
    threshold : float or None
        Where it is known before the cases are tallied.
    compare, few_rows, most_searched
        As in `find_mistakes`.
    """

    def __init__(
        self,
        source: CaseSource,
        columns: MistakeColumns,
        threshold: float | None = None,
        *,
        compare: Compare = "float64",
        few_rows: int = FEW_ROWS,
        most_searched: int | None = None,
    ) -> None:
        require_columns(source, columns.names())
        self._columns, self._threshold, self._compare = columns, threshold, compare
        self._few_rows = few_rows
        optional = [name for name in (columns.cases.weight, columns.cost) if name is not None]
        self.numeric = (columns.cases.score, *_numbers_as_text(source, columns), *optional)
        self._source = source.with_numbers(self.numeric)
        is_small = (source.n_rows() or 0) <= few_rows
        self._most = most_searched or (MOST_SEARCHED if is_small else MOST_SEARCHED // 8)
        self._gathered: GatheredMistakes | None = None
        self.has_looked = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are looked at."""
        return self._columns.names()

    def start(
        self, negatives: NDArray[np.float64], positives: NDArray[np.float64], n_rows: int | None
    ) -> None:
        """Get ready to see all cases; the scores of a sample tell what to expect."""
        n_sampled = max(negatives.size + positives.size, 1)
        expected = [(n_rows or 0) * scores.size / n_sampled for scores in (negatives, positives)]
        shares = [min(1.0, 1.5 * self._most / max(n, 1.0)) for n in expected]
        self._gathered = self._new(shares, self._threshold, widest_bounds(negatives, positives, n_rows))
        self.has_looked = False

    def see(self, rows: range, batch: Batch, scores: NDArray[Any], labels: NDArray[np.uint8]) -> None:
        """Look at some rows."""
        if self._gathered is not None:
            self._gathered.add(rows, batch, scores, labels)

    def end(self) -> None:
        """All cases were seen; a pass that is broken off before does not count."""
        self.has_looked = self._gathered is not None

    def _new(
        self, shares: list[float], threshold: float | None, bounds: tuple[float, float] | None = None
    ) -> GatheredMistakes:
        if threshold is not None:
            bounds = around(
                threshold
            )  # float32 and float64 may disagree in between: that is decided at the end
        kept = [KeptRows(label, (bounds or (-np.inf, np.inf))[label], shares[label]) for label in (0, 1)]
        return GatheredMistakes(self._source, self._columns, self._compare, threshold, kept, self._most)

    def _look(self, threshold: float, n_of_class: tuple[int, int]) -> None:
        """Look at the mistakes, and at an even sample of all cases."""
        shares = [min(1.0, self._most / max(n, 1)) for n in n_of_class]
        gathered = self._new(shares, threshold)
        cases = self._columns.cases
        label = LabelReader(cases.label, cases.positive)
        for rows, batch in wanted_rows(
            self._source,
            self.columns,
            LabelReader(cases.label, cases.positive),
            score_and_label=(cases.score, cases.label),
            threshold=threshold,
            shares=(shares[0], shares[1]),
            few_rows=self._few_rows,
        ):
            if len(rows) > 0:
                scores = numbers(batch.columns[cases.score], Place(self._source, batch, cases.score))
                labels = label.codes(batch.columns[cases.label], Place(self._source, batch, cases.label))
                gathered.add(rows, batch, scores, np.where(np.isnan(scores), np.uint8(MISSING), labels))
        self._gathered = gathered

    def result(
        self,
        threshold: float,
        n_of_class: tuple[int, int],
        *,
        flagged_today: Mapping[str, bool] | None = None,
        as_shown: Callable[[str], str] = str,
    ) -> Mistakes:
        """Return what goes wrong at a threshold; the arguments are those of `find_mistakes`."""
        if self._gathered is None or not self.has_looked or not self._gathered.covers(threshold):
            self._look(threshold, n_of_class)
        assert self._gathered is not None
        found = self._gathered.result(threshold, n_of_class, as_shown, flagged_today)
        self._gathered, self.has_looked = None, False
        return found


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
