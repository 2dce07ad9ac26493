"""More than two classes: who is taken for whom a day, class by class, with ranges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.amounts import Amount
from expectkit.measure.confusion_matrix import ConfusionMatrix
from expectkit.measure.intervals import (
    FloatArray,
    IntArray,
    Interval,
    Limits,
    Numbers,
    Part,
    clopper_pearson,
    log_mover,
    mover_sum,
    part_of_rate,
)
from expectkit.measure.levels import Level, level_of_rate
from expectkit.measure.prevalence import Traffic
from expectkit.measure.rates import Rate


@dataclass(frozen=True, slots=True, eq=False)
class ClassMix:
    """The share of each class in production, and how well it is known.

    Attributes
    ----------
    shares : float64 array, shape (C,)
        They sum to 1.
    n_sampled : int64 array, shape (C,), or None
        Cases of each class in the random sample the shares were counted in; None when they were stated.
    """

    shares: FloatArray
    n_sampled: IntArray | None = None

    @classmethod
    def stated(cls, shares: ArrayLike) -> ClassMix:
        """Take shares that are known.

        Raises
        ------
        InputError
            If they are not above 0 or do not sum to 1.
        """
        values = np.asarray(shares, dtype=np.float64)
        if values.min() <= 0 or abs(values.sum() - 1) > 1e-6:
            raise InputError(
                f"the shares of the classes sum to {values.sum():g}. They must be above 0 and sum to 1."
            )
        return cls(values)

    @classmethod
    def as_in_cases(cls, matrix: ConfusionMatrix) -> ClassMix:
        """Take the shares of the cases: they are a fair sample of production.

        Raises
        ------
        InputError
            If a class has no cases.
        """
        n = matrix.n_of_class
        if n.min() == 0:
            missing = matrix.classes[int(n.argmin())]
            raise InputError(f'the cases hold none of class "{missing}". State the shares of the classes.')
        return cls(n / n.sum(), n)

    def part(self, alpha: Numbers) -> Part:
        """Return all shares with their limits, arrays of shape (C,)."""
        if self.n_sampled is None:
            return Part(self.shares, self.shares, self.shares)
        return Part(self.shares, *clopper_pearson(self.n_sampled, self.n_sampled.sum(), alpha))


@dataclass(frozen=True, slots=True)
class Flow:
    """Cases of one class that are decided for another, or sent to a person, on an average day.

    Parameters
    ----------
    actual : str
    decided : str or None
        None is sent to a person.
    n_seen, n_of : int
        So many of so many test cases of the class.
    per_day : Amount
    """

    actual: str
    decided: str | None
    n_seen: int
    n_of: int
    per_day: Amount


@dataclass(frozen=True, slots=True)
class ClassVolumes:
    """One class on an average day.

    Parameters
    ----------
    name : str
    cases, right, wrong, to_a_person : Amount
        Cases of the class; how many are decided for it, for another class, or sent to a person.
    taken_for_it : Amount
        Cases of other classes that are decided for this one.
    decided_for_it : Amount
        All cases decided for this class, rightly or wrongly.
    recall : Rate
        Share of the class that is decided for it.
    """

    name: str
    cases: Amount
    right: Amount
    wrong: Amount
    to_a_person: Amount
    taken_for_it: Amount
    decided_for_it: Amount
    recall: Rate


@dataclass(frozen=True, slots=True)
class MulticlassVolumes:
    """A day with several classes.

    Parameters
    ----------
    classes : tuple of ClassVolumes
    flows : tuple of Flow
        From every class to every other one, and to a person where any case was sent; the largest first.
    right_share : Interval
        Share of a day's cases decided for their own class, in production's mix.
    right_share_value, macro_recall_value : float
    macro_recall : Interval
        The average of the classes' recalls, each class counting the same.
    flows_hold_together : bool
        Whether the ranges of the flows all hold at once (95 %), or each on its own.
    right, wrong, to_a_person : Amount
        All classes together: decided for their own class, for another one, or sent to a person.
    """

    classes: tuple[ClassVolumes, ...]
    flows: tuple[Flow, ...]
    right_share: Interval
    right_share_value: float
    macro_recall: Interval
    macro_recall_value: float
    flows_hold_together: bool
    right: Amount
    wrong: Amount
    to_a_person: Amount


def multiclass_volumes(
    matrix: ConfusionMatrix, traffic: Traffic, mix: ClassMix, *, hold_together: bool = False
) -> MulticlassVolumes:
    """Turn a confusion matrix into cases a day.

    Parameters
    ----------
    matrix : ConfusionMatrix
        Every class needs cases.
    traffic : Traffic
    mix : ClassMix
    hold_together : bool
        Whether the ranges of all flows shall be true at once: each is then taken at 0.05 / (their number).

    Returns
    -------
    MulticlassVolumes

    Raises
    ------
    InputError
        If a class has no cases.

    References
    ----------
    .. [1] Goodman, L. (1965). On simultaneous confidence intervals for multinomial proportions.
       Technometrics, 7(2), 247-254.
    """
    if matrix.n_of_class.min() == 0:
        missing = matrix.classes[int(matrix.n_of_class.argmin())]
        raise InputError(f'the cases hold none of class "{missing}". Add some, or leave the class out.')
    day = _Day(matrix, traffic, mix)
    n = len(matrix.classes)
    persons = n if matrix.counts[:, n].any() else 0
    shrunk = 1 / (n * (n - 1) + persons) if hold_together else 1.0
    flows = [
        Flow(
            matrix.classes[i],
            matrix.classes[j] if j < n else None,
            int(matrix.counts[i, j]),
            int(matrix.n_of_class[i]),
            day.of_row(i, int(matrix.counts[i, j]), shrunk),
        )
        for i in range(n)
        for j in range(n + 1 if persons else n)
        if j != i
    ]
    flows.sort(key=lambda flow: -flow.per_day.estimate)
    recalls = clopper_pearson(matrix.right, matrix.n_of_class, 0.05)
    recall_parts = [
        Part(matrix.right[i] / matrix.n_of_class[i], recalls[0][i], recalls[1][i]) for i in range(n)
    ]
    everyone, to_a_person = np.arange(n), np.asarray(matrix.counts[:, n], dtype=np.int64)
    right_share, right_limits = day.share_of(matrix.right, everyone, 0.05)
    return MulticlassVolumes(
        tuple(_class_volumes(day, place) for place in range(n)),
        tuple(flows),
        _interval(right_limits),
        right_share,
        _interval(mover_sum(recall_parts, [1 / n] * n)),
        float(np.mean(matrix.right / matrix.n_of_class)),
        hold_together,
        day.of_column(matrix.right, everyone),
        day.of_column(matrix.n_of_class - matrix.right - to_a_person, everyone),
        day.of_column(to_a_person, everyone),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """A matrix with production's traffic and mix."""

    matrix: ConfusionMatrix
    traffic: Traffic
    mix: ClassMix

    def of_row(self, row: int, n_seen: int, shrunk: float = 1.0) -> Amount:
        """Return the average a day of `n_seen` of the test cases of a class."""
        n_of = int(self.matrix.n_of_class[row])

        def limits(alpha: float) -> Limits:
            share = self.mix.part(alpha * shrunk)
            ends = (np.asarray(end)[row] for end in (share.estimate, share.low, share.high))
            return log_mover(
                [self._traffic(alpha * shrunk), Part(*ends), part_of_rate(n_seen, n_of, alpha * shrunk)]
            )

        estimate = self.traffic.mean * float(self.mix.shares[row]) * n_seen / n_of
        return _amount(estimate, limits, level_of_rate(Rate(n_seen, n_of)))

    def cases_of(self, row: int) -> Amount:
        """Return the cases of a class on an average day."""

        def limits(alpha: float) -> Limits:
            share = self.mix.part(alpha)
            ends = (np.asarray(end)[row] for end in (share.estimate, share.low, share.high))
            return log_mover([self._traffic(alpha), Part(*ends)])

        estimate = self.traffic.mean * float(self.mix.shares[row])
        if self.mix.n_sampled is None:
            return _amount(estimate, limits, "number and range")
        counted = Rate(int(self.mix.n_sampled[row]), int(self.mix.n_sampled.sum()))
        return _amount(estimate, limits, level_of_rate(counted))

    def of_column(self, counts: IntArray, rows: IntArray) -> Amount:
        """Return the average a day of `counts` of the test cases of each class, over the classes `rows`."""

        def limits(alpha: float) -> Limits:
            share, (low, high) = self.share_of(counts, rows, alpha)
            stand_in = share if share > 0 else float(high) / 2
            return log_mover([self._traffic(alpha), Part(stand_in, low, high)])

        share, _ = self.share_of(counts, rows, 0.05)
        seen = Rate(int(counts[rows].sum()), int(self.matrix.n_of_class[rows].sum()))
        return _amount(self.traffic.mean * share, limits, level_of_rate(seen))

    def share_of(self, counts: IntArray, rows: IntArray, alpha: float) -> tuple[float, Limits]:
        """Return the share of a day's cases that `counts` of the classes `rows` stand for, and its limits.

        Clopper-Pearson on all cases when they are a fair sample of production, else MOVER over the classes, and over
        their shares where those were counted in a sample. Shares add up to 1, so a rate that all classes have does
        not move with them: only what a class has above the lowest rate does. Taking the shares as independent then
        errs on the wide side, for a rise of one share lowers the others.
        """
        n_of_class = self.matrix.n_of_class
        if self.mix.n_sampled is not None and np.array_equal(self.mix.n_sampled, n_of_class):
            x, n = int(counts[rows].sum()), int(n_of_class.sum())
            return x / n, clopper_pearson(x, n, alpha)
        low, high = clopper_pearson(counts, n_of_class, alpha)
        parts = [Part(counts[i] / n_of_class[i], low[i], high[i]) for i in rows.tolist()]
        weights = self.mix.shares[rows].tolist()
        if self.mix.n_sampled is not None:
            known, rates = self.mix.part(alpha), (counts / n_of_class)[rows]
            down, up = (np.asarray(end)[rows] - self.mix.shares[rows] for end in (known.low, known.high))
            parts += [Part(0.0, *ends) for ends in zip(down.tolist(), up.tolist(), strict=True)]
            lowest = float(rates.min()) if rows.size == n_of_class.size else 0.0
            weights += (rates - lowest).tolist()
        least, most = mover_sum(parts, weights)
        share = float(sum(counts[i] / n_of_class[i] * self.mix.shares[i] for i in rows.tolist()))
        return share, (np.maximum(least, 0.0), np.minimum(most, 1.0))

    def _traffic(self, alpha: float) -> Part:
        return Part(self.traffic.mean, *self.traffic.limits(alpha))


def _amount(estimate: float, limits: Callable[[float], Limits], level: Level) -> Amount:
    (low, high), (least, most) = limits(0.05), limits(0.10)
    return Amount(estimate, float(low), float(high), float(least), float(most), level)


def _interval(limits: Limits) -> Interval:
    return Interval(float(limits[0]), float(limits[1]), 0.95, "MOVER of Clopper-Pearson")


def _class_volumes(day: _Day, place: int) -> ClassVolumes:
    matrix = day.matrix
    right, person = int(matrix.right[place]), int(matrix.counts[place, -1])
    n_of = int(matrix.n_of_class[place])
    column = matrix.counts[:, place]
    everyone = np.arange(len(matrix.classes))
    others = np.delete(everyone, place)
    return ClassVolumes(
        matrix.classes[place],
        day.cases_of(place),
        day.of_row(place, right),
        day.of_row(place, n_of - right - person),
        day.of_row(place, person),
        day.of_column(column, others),
        day.of_column(column, everyone),
        Rate(right, n_of),
    )
