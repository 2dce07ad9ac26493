"""Read the decisions of several people case by case, and count them against the labels and the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from expectkit.engine.columns import MISSING, LabelReader, Place, keyed, numbers
from expectkit.engine.local import CaseColumns
from expectkit.io.case_source import Batch, CaseSource, require_columns
from expectkit.measure.bins import Compare, reaches
from expectkit.measure.comparison import PairedDecisions, PairedErrors, paired_from_arrays
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.people import People, Rater, rate_people

FlaggedOf = Callable[[Sequence[str]], NDArray[np.bool_]]
"""From the values that occur to which of them mean flagged; "" is no decision."""


@dataclass(frozen=True, slots=True)
class CountedRaters:
    """Several people, and their majority paired with the model where somebody decided."""

    people: People
    majority: PairedDecisions


def count_raters(
    source: CaseSource,
    columns: CaseColumns,
    raters: Sequence[str],
    threshold: float,
    flagged_of: FlaggedOf,
    *,
    compare: Compare = "float64",
) -> CountedRaters:
    """Count how each person and their majority decided, in two short passes and constant memory.

    Parameters
    ----------
    source : CaseSource
    columns : CaseColumns
        Of score and label.
    raters : sequence of str
        One column for each person; an empty value is no decision.
    threshold : float
        The model flags from here up.
    flagged_of : callable
        Called once with all values that occur in these columns.
    compare : {"float64", "float32"}
        As in `expectkit.engine.local.tally`.

    Returns
    -------
    CountedRaters
        Rows without score or label are left out.

    Raises
    ------
    DataError
        If a column does not exist.
    """
    require_columns(source, (columns.score, columns.label, *raters))
    values = sorted(
        {text for batch in source.batches(raters) for name in raters for text in _seen(batch, name)}
    )
    meaning = dict(zip(values, flagged_of(values).tolist(), strict=True))
    source = source.with_numbers([columns.score])
    counting = _Counting(source, columns, tuple(raters), meaning, threshold, compare)
    for batch in source.batches((columns.score, columns.label, *raters)):
        counting.add(batch)
    return counting.result()


def _seen(batch: Batch, name: str) -> list[str]:
    index, texts = keyed(batch.columns[name])
    return [texts[place] for place in np.unique(index).tolist()]


class _Counting:
    """What the second pass gathers."""

    def __init__(
        self,
        source: CaseSource,
        columns: CaseColumns,
        raters: tuple[str, ...],
        meaning: dict[str, bool],
        threshold: float,
        compare: Compare,
    ) -> None:
        self._source, self._columns, self._raters, self._meaning = source, columns, raters, meaning
        self._labels = LabelReader(columns.label, columns.positive)
        self._threshold, self._compare = threshold, compare
        self._people: People | None = None
        self._majority: PairedDecisions | None = None

    def add(self, batch: Batch) -> None:
        """Count one batch."""
        if batch.n_rows == 0:
            return
        score_name, label_name = self._columns.score, self._columns.label
        scores = numbers(batch.columns[score_name], Place(self._source, batch, score_name))
        labels = self._labels.codes(batch.columns[label_name], Place(self._source, batch, label_name))
        keep = ~np.isnan(scores) & (labels != MISSING)
        truth = labels[keep] == 1
        flags = reaches(scores[keep], self._threshold, self._compare)
        votes = np.stack([self._votes(batch, name) for name in self._raters])[:, keep]
        people = rate_people(truth, votes, self._raters)
        self._people = people if self._people is None else _together(self._people, people)
        flagged, decided = (votes == 1).sum(axis=0), (votes >= 0).sum(axis=0)
        some = decided > 0
        paired = paired_from_arrays(truth[some], flags[some], (2 * flagged > decided)[some])
        self._majority = paired if self._majority is None else _paired_together(self._majority, paired)

    def _votes(self, batch: Batch, name: str) -> NDArray[np.int8]:
        index, texts = keyed(batch.columns[name])
        codes = [-1 if text == "" else int(self._meaning.get(text, False)) for text in texts]
        votes: NDArray[np.int8] = np.array(codes, np.int8)[index]
        return votes

    def result(self) -> CountedRaters:
        """Return everything counted."""
        people = self._people or People((), ConfusionCounts(0, 0, 0, 0), 0, 0)
        majority = self._majority or PairedDecisions(PairedErrors(0, 0, 0, 0), PairedErrors(0, 0, 0, 0))
        return CountedRaters(
            people, PairedDecisions(majority.positives, majority.negatives, people.n_undecided)
        )


def _together(first: People, second: People) -> People:
    raters = tuple(
        Rater(one.name, one.counts + other.counts)
        for one, other in zip(first.raters, second.raters, strict=True)
    )
    return People(
        raters,
        first.majority + second.majority,
        first.n_ties + second.n_ties,
        first.n_undecided + second.n_undecided,
    )


def _paired_together(first: PairedDecisions, second: PairedDecisions) -> PairedDecisions:
    def both(one: PairedErrors, other: PairedErrors) -> PairedErrors:
        return PairedErrors(
            one.n_only_model + other.n_only_model,
            one.n_only_today + other.n_only_today,
            one.n_both + other.n_both,
            one.n_cases + other.n_cases,
        )

    return PairedDecisions(both(first.positives, second.positives), both(first.negatives, second.negatives))
