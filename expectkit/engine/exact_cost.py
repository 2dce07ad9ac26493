"""Another short look at the scores between a few thresholds, to find the one setting of lowest cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from expectkit.engine.columns import MISSING, LabelReader, Place, numbers, weights
from expectkit.engine.local import CaseColumns
from expectkit.io.case_source import Batch, CaseSource
from expectkit.measure.bins import Bins, Compare
from expectkit.measure.exact_cost import Gaps, ScoresWithin
from expectkit.measure.intervals import FloatArray

_MOST_PARTS = 64  # batches kept apart before they are added up by score


@dataclass(frozen=True, slots=True)
class Price:
    """What one case of a class counts for: ``factor * (fixed * weight + sum of its own amounts)``."""

    factor: float
    fixed: float
    columns: tuple[str, ...] = ()


def scores_within(
    source: CaseSource,
    columns: CaseColumns,
    gaps: Gaps,
    wanted: npt.NDArray[np.bool_],
    *,
    gain: Price,
    loss: Price,
    compare: Compare,
) -> ScoresWithin:
    """Add up gains and losses at every single score of some gaps, in one pass.

    Parameters
    ----------
    source : CaseSource
    columns : CaseColumns
        Score, label, positive value and weight are used.
    gaps : Gaps
    wanted : bool array, shape (K + 1,)
        Which gaps to look into; memory grows with the distinct scores in them.
    gain, loss : Price
        Of flagging a positive and of flagging a negative.
    compare : {"float64", "float32"}

    Returns
    -------
    ScoresWithin
        Rows without score or label are left out.

    Raises
    ------
    DataError
        If a column holds values that cannot be used.
    """
    extra = (*gain.columns, *loss.columns, *(() if columns.weight is None else (columns.weight,)))
    names = tuple(dict.fromkeys((columns.score, columns.label, *extra)))
    reader = LabelReader(columns.label, columns.positive)
    parts: list[FloatArray] = []
    for batch in source.with_numbers([columns.score, *extra]).batches(names):
        if batch.n_rows:
            look = _Look(source, batch, columns, compare)
            parts.append(look.rows(reader, gaps, wanted, gain=gain, loss=loss))
        if len(parts) > _MOST_PARTS:
            parts = [_by_score(parts)]
    scores, codes, gains, losses = _by_score(parts)
    return ScoresWithin(scores, codes.astype(np.int64), gains, losses)


@dataclass(frozen=True, slots=True)
class _Look:
    source: CaseSource
    batch: Batch
    columns: CaseColumns
    compare: Compare

    def rows(
        self, reader: LabelReader, gaps: Gaps, wanted: npt.NDArray[np.bool_], *, gain: Price, loss: Price
    ) -> FloatArray:
        """Return score, gap, gain and loss of the rows that lie in a wanted gap; shape (4, n)."""
        scores = numbers(self.batch.columns[self.columns.score], self._place(self.columns.score))
        labels = reader.codes(self.batch.columns[self.columns.label], self._place(self.columns.label))
        usable = np.flatnonzero(np.isfinite(scores) & (labels != MISSING))
        kept = scores[usable]
        codes = Bins(gaps.thresholds, dtype=scores.dtype, compare=self.compare).codes(kept)
        inside = wanted[codes]
        rows, is_positive = usable[inside], labels[usable[inside]] == 1
        gains = np.where(is_positive, self._value(gain)[rows], 0.0)
        losses = np.where(is_positive, 0.0, self._value(loss)[rows])
        return np.stack([_reached(kept[inside], self.compare), codes[inside], gains, losses])

    def _value(self, price: Price) -> FloatArray:
        """Return what each row counts for if it is of the class the price is about."""
        total = np.full(self.batch.n_rows, price.fixed)
        if self.columns.weight is not None:
            total = total * self._numbers(self.columns.weight)
        for name in price.columns:
            total = total + self._numbers(name)
        return price.factor * total

    def _numbers(self, name: str) -> FloatArray:
        return weights(self.batch.columns[name], self._place(name))

    def _place(self, name: str) -> Place:
        return Place(self.source, self.batch, name)


def _reached(scores: npt.NDArray[np.floating], compare: Compare) -> FloatArray:
    """Return the highest threshold that each score reaches: itself, or the float32 at or below it."""
    if compare == "float64" or scores.dtype == np.float32:
        return scores.astype(np.float64)
    near = scores.astype(np.float32)
    is_above = near.astype(np.float64) > scores
    near[is_above] = np.nextafter(near[is_above], np.float32(-np.inf))
    return near.astype(np.float64)


def _by_score(parts: list[FloatArray]) -> FloatArray:
    """Add up gains and losses of equal scores."""
    if not parts:
        return np.empty((4, 0))
    scores, codes, gains, losses = np.concatenate(parts, axis=1)
    distinct, first, place = np.unique(scores, return_index=True, return_inverse=True)
    sums = [np.bincount(place, values, distinct.size) for values in (gains, losses)]
    return np.stack([distinct, codes[first], *sums])
