"""What goes wrong at one threshold, gathered in bounded memory while cases stream by.

Of each class a bounded number of mistakes is kept that may be shown, mistakes are counted, and errors are counted in
cells of cases that have their conditions in common. The cells hold all cases of a class up to `MOST_SEARCHED`, beyond
that an even sample of mistakes and others alike, which leaves the search for failure modes exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from expectkit.engine.columns import Place, numbers
from expectkit.engine.described_column import DescribedColumn, Values
from expectkit.engine.kept_rows import (
    MOST_CANDIDATES,
    ROW,
    SCORE,
    KeptRows,
    Rows,
    wanted_places,
)
from expectkit.engine.local import CaseColumns
from expectkit.engine.second_look import around
from expectkit.errors import DataError
from expectkit.io.arrow_values import places_of
from expectkit.io.case_source import Batch, CaseSource
from expectkit.measure.bins import Compare, reaches
from expectkit.measure.candidates import CandidatePool
from expectkit.measure.cluster_design import worth_by_group
from expectkit.measure.conditions import ErrorCells

MOST_SEARCHED: Final = 400_000
"""Cases of one class that are searched for failure modes, an eighth of it where reading them takes long."""

_MOST_USUAL: Final = 50_000
_MOST_PENDING: Final = 250_000  # mistakes that wait for the pool
_MOST_TEXTS: Final = 100_000  # of one column: more are not kept for mistakes that may never be any


def pooled(column: str) -> str:
    """Return the name of a described column in a pool."""
    return f"column {column}"


@dataclass(frozen=True, slots=True)
class MistakeColumns:
    """Which columns a look at mistakes needs.

    Parameters
    ----------
    cases : CaseColumns
        Score, label, weight, cluster and today's decision; its slices are searched value by value.
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
        optional = [cases.weight, cases.group, cases.decision, self.cost]
        named = (name for name in optional if name is not None)
        return tuple(dict.fromkeys((cases.score, cases.label, *named, *self.described())))


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
    worth : mapping of str to mapping of str to float
        Where cases are related: for each slice column and each value as it may be shown, how many independent
        cases a case of this class is worth.
    """

    pool: CandidatePool
    cells: ErrorCells
    n_cases: int
    n_errors: int
    n_searched: int
    n_wrong_today: int | None
    worth: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


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


class GatheredMistakes:
    """What one look gathers of both classes."""

    def __init__(
        self,
        source: CaseSource,
        columns: MistakeColumns,
        compare: Compare,
        threshold: float | None,
        kept: list[KeptRows],
        most_searched: int,
    ) -> None:
        self._source, self._columns, self._compare = source, columns, compare
        self._threshold, self._kept, self._most = threshold, kept, most_searched
        cases = columns.cases
        self._described = [DescribedColumn(name, name in cases.slices) for name in columns.described()]
        self._decision = None if cases.decision is None else DescribedColumn(cases.decision, as_texts=True)
        self._cluster = None if cases.group is None else DescribedColumn(cases.group, as_texts=True)
        self._pools = [CandidatePool.of([], []), CandidatePool.of([], [])]
        self._n_by_decision = [np.zeros(1, np.int64), np.zeros(1, np.int64)]

    def covers(self, threshold: float) -> bool:
        """Tell whether all mistakes at a threshold were kept."""
        low, high = around(threshold)
        return self._threshold == threshold or (
            self._threshold is None and self._kept[0].bound <= low and high <= self._kept[1].bound
        )

    def add(
        self,
        rows: NDArray[np.int64] | range,
        batch: Batch,
        scores: NDArray[Any],
        labels: NDArray[np.uint8],
    ) -> None:
        """Look at some rows, and keep those that are wanted."""
        of_class = wanted_places(self._kept, rows, scores, labels)
        places = np.concatenate(of_class)
        if places.size == 0:
            return
        taken = self._taken(rows, batch, scores, places)
        n_negatives = of_class[0].size
        for kept, part in zip(self._kept, (slice(n_negatives), slice(n_negatives, None)), strict=True):
            if of_class[kept.label].size:
                kept.add({name: values[part] for name, values in taken.items()})
                self._bound_memory(kept)

    def _taken(
        self,
        rows: NDArray[np.int64] | range,
        batch: Batch,
        scores: NDArray[Any],
        places: NDArray[np.intp],
    ) -> Rows:
        """Read all that is kept of some rows."""
        picked = places_of(places)

        def column(name: str) -> Any:
            return batch.columns[name].take(picked)

        taken: Rows = {
            ROW: places + rows.start if isinstance(rows, range) else rows[places],
            SCORE: scores[places],
        }
        for kind, name in (("weight", self._columns.cases.weight), ("cost", self._columns.cost)):
            if name is not None:
                taken[kind] = numbers(column(name), Place(self._source, batch, name)).astype(np.float64)
        as_read = {pooled(described.name): described for described in self._described}
        for kind, described in {"decision": self._decision, "cluster": self._cluster, **as_read}.items():
            if described is not None:
                place = Place(self._source, batch, described.name)
                taken[kind] = described.read(column(described.name), place)
        return taken

    def _bound_memory(self, kept: KeptRows) -> None:
        kept.draw_at_most(4 * self._most)
        if self._threshold is not None:
            if kept.n_candidates > _MOST_PENDING:
                self._pool(kept, self._threshold)
                kept.settle()
            return
        while kept.n_candidates > MOST_CANDIDATES:
            kept.tighten()
        if any(len(column.texts) > _MOST_TEXTS for column in self._described):
            kept.give_up()

    def _is_wrong(self, kept: KeptRows, scores: NDArray[Any], threshold: float) -> NDArray[np.bool_]:
        flagged = reaches(scores, threshold, self._compare)
        return flagged if kept.label == 0 else ~flagged

    def _pool(self, kept: KeptRows, threshold: float) -> None:
        """Put the mistakes that were kept into the pool of their class, and count today's decisions on them."""
        mistakes = kept.candidates(lambda scores: self._is_wrong(kept, scores, threshold))
        if not mistakes:
            return
        score = mistakes[SCORE].astype(np.float64)
        columns = {SCORE: score, "decision": mistakes.get("decision", np.zeros(score.size, np.int32))}
        columns |= {pooled(column.name): mistakes[pooled(column.name)] for column in self._described}
        self._pools[kept.label] = self._pools[kept.label].add(
            mistakes[ROW], np.abs(score - threshold), mistakes.get("cost"), columns
        )
        counts = np.bincount(columns["decision"], minlength=self._n_by_decision[kept.label].size)
        counts[: self._n_by_decision[kept.label].size] += self._n_by_decision[kept.label]
        self._n_by_decision[kept.label] = counts

    def result(
        self,
        threshold: float,
        n_of_class: tuple[int, int],
        as_shown: Callable[[str], str],
        flagged_today: Mapping[str, bool] | None,
    ) -> Mistakes:
        """Return everything gathered."""
        usual: dict[str, Values] = {}
        classes = []
        for kept, n_cases in zip(self._kept, n_of_class, strict=True):
            self._pool(kept, threshold)
            drawn = kept.drawn(min(1.0, self._most / max(n_cases, 1)))
            if "weight" in drawn:
                drawn = {name: values[drawn["weight"] > 0] for name, values in drawn.items()}
            classes.append(self._of_class(kept, drawn, threshold, n_cases, as_shown, flagged_today))
            if kept.label == 0:
                usual = {
                    column.name: column.values(drawn.get(pooled(column.name), np.empty(0))[:_MOST_USUAL])
                    for column in self._described
                }
        return Mistakes(classes[1], classes[0], usual)

    def _of_class(
        self,
        kept: KeptRows,
        drawn: Rows,
        threshold: float,
        n_cases: int,
        as_shown: Callable[[str], str],
        flagged_today: Mapping[str, bool] | None,
    ) -> ClassMistakes:
        pool = self._pools[kept.label]
        if pool.n_seen > n_cases:
            raise DataError(
                f"{self._source.name} changed while it was read: it holds more cases than were counted. Read it again."
            )
        errors = self._is_wrong(kept, drawn.get(SCORE, np.empty(0)), threshold)
        found = []
        if errors.any():
            found = [
                one
                for column in self._described
                for one in column.encoded(drawn[pooled(column.name)], as_shown)
            ]
        return ClassMistakes(
            pool=self._readable(pool, flagged_today),
            cells=ErrorCells.from_rows(found, errors, drawn.get("weight"), drawn.get("cluster")),
            n_cases=n_cases,
            n_errors=pool.n_seen,
            n_searched=int(errors.size),
            n_wrong_today=self._n_wrong_today(kept.label, flagged_today),
            worth=self._worth(drawn, errors, errors.size / max(n_cases, 1), as_shown),
        )

    def _worth(
        self, drawn: Rows, errors: NDArray[np.bool_], share: float, as_shown: Callable[[str], str]
    ) -> dict[str, dict[str, float]]:
        """Return how many independent cases a case is worth, by the values of the slice columns."""
        if "cluster" not in drawn or errors.size == 0:
            return {}
        found = {}
        for column in self._described:
            if column.name in self._columns.cases.slices:
                shown = [as_shown(text) if text else "" for text in column.texts]
                code_of = {name: code for code, name in enumerate(dict.fromkeys(shown))}
                of_row = np.array([code_of[name] for name in shown])[drawn[pooled(column.name)]]
                worth = worth_by_group(of_row, len(code_of), errors, drawn["cluster"], min(1.0, share))
                found[column.name] = dict(zip(code_of, worth.tolist(), strict=True))
        return found

    def _readable(self, pool: CandidatePool, flagged_today: Mapping[str, bool] | None) -> CandidatePool:
        """Return a pool with texts, and with decisions as numbers: 1 flagged, 0 not, nan unknown."""
        if pool.n_seen == 0:
            return pool
        columns = dict(pool.columns)
        for column in self._described:
            columns[pooled(column.name)] = column.values(columns[pooled(column.name)])
        meant = self._meant(flagged_today)
        columns["decision"] = meant[columns["decision"]]
        return replace(pool, columns=columns)

    def _meant(self, flagged_today: Mapping[str, bool] | None) -> NDArray[np.float64]:
        """Return for each decision seen whether it means flagged: 1, 0, or nan where it is missing or not known."""
        texts = [""] if self._decision is None else self._decision.texts
        known = flagged_today or {}
        return np.array([float(known.get(text, False)) if text and known else np.nan for text in texts])

    def _n_wrong_today(self, label: int, flagged_today: Mapping[str, bool] | None) -> int | None:
        if self._decision is None or flagged_today is None:
            return None
        counts = self._n_by_decision[label]
        return int(counts[self._meant(flagged_today)[: counts.size] == float(label == 0)].sum())
