"""The model against today's process: on the same cases, on other cases, or against a stated assumption.

Differences are model minus today, so below 0 is fewer mistakes with the model. "fewer" and "more" are only said
when the whole 95 % range lies on one side of 0.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.intervals import (
    Limits,
    Part,
    clopper_pearson,
    log_mover,
    mover_difference_paired,
    mover_difference_unpaired,
)
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import NEGATIVE, POSITIVE, flagged_counts

Basis = Literal["same cases", "other cases", "assumed"]
Verdict = Literal["fewer", "more", "cannot tell"]


@dataclass(frozen=True, slots=True)
class PairedErrors:
    """Who was wrong on cases of one class that both decided.

    Parameters
    ----------
    n_only_model, n_only_today, n_both : int
        Cases only the model, only today's process, and both got wrong.
    n_cases : int
    """

    n_only_model: int
    n_only_today: int
    n_both: int
    n_cases: int

    def __post_init__(self) -> None:
        wrong = (self.n_only_model, self.n_only_today, self.n_both)
        if min(wrong) < 0 or sum(wrong) > self.n_cases:
            raise InputError(f"{wrong} wrong decisions in {self.n_cases} cases contradict each other.")

    @property
    def model(self) -> Rate:
        """The model's error rate on these cases."""
        return Rate(self.n_only_model + self.n_both, self.n_cases)

    @property
    def today(self) -> Rate:
        """The error rate of today's process on these cases."""
        return Rate(self.n_only_today + self.n_both, self.n_cases)


@dataclass(frozen=True, slots=True)
class PairedDecisions:
    """Both classes of the cases that model and today's process decided; `n_undecided` had no decision."""

    positives: PairedErrors
    negatives: PairedErrors
    n_undecided: int = 0

    @property
    def today(self) -> ConfusionCounts:
        """The four counts of today's process."""
        missed, alarms = (side.n_only_today + side.n_both for side in (self.positives, self.negatives))
        return ConfusionCounts(
            self.positives.n_cases - missed, alarms, self.negatives.n_cases - alarms, missed
        )


def paired_from_histogram(
    by_decision: GroupedHistogram, threshold: float, flagged: Collection[str]
) -> PairedDecisions:
    """Compare decisions with the model's, from the histogram tallied by the decision column.

    Parameters
    ----------
    by_decision : GroupedHistogram
        One histogram for each value of the column.
    threshold : float
        One of its thresholds.
    flagged : collection of str
        The values that mean flagged; every other one but a missing one means not flagged.

    Returns
    -------
    PairedDecisions

    Raises
    ------
    InputError
        If the threshold was not tallied or no value of the column means flagged.
    """
    places = np.flatnonzero(by_decision.thresholds == threshold)
    if places.size == 0:
        raise InputError(f"threshold {threshold!r} was not counted. State it before the cases are tallied.")
    if not set(flagged) & set(by_decision.keys):
        seen = ", ".join(repr(key) for key in by_decision.keys[:10])
        raise InputError(f"no decision is one of {sorted(flagged)}. The values seen are: {seen}.")
    is_flagged = np.array([key in flagged for key in by_decision.keys])
    is_decided = np.array([key != "" for key in by_decision.keys])
    by_model = flagged_counts(by_decision.counts)[..., places[0]]
    totals = by_decision.counts.sum(axis=2)

    def errors(label: int) -> PairedErrors:
        model_says, cases = by_model[:, label], totals[:, label]
        wrong = cases - model_says if label == POSITIVE else model_says
        today_wrong = is_decided & (is_flagged == (label == NEGATIVE))
        return PairedErrors(
            int(wrong[is_decided & ~today_wrong].sum()),
            int((cases - wrong)[today_wrong].sum()),
            int(wrong[today_wrong].sum()),
            int(cases[is_decided].sum()),
        )

    return PairedDecisions(errors(POSITIVE), errors(NEGATIVE), int(totals[~is_decided].sum()))


def paired_from_arrays(y_true: ArrayLike, by_model: ArrayLike, today: ArrayLike) -> PairedDecisions:
    """Compare decisions with the model's, case by case.

    Parameters
    ----------
    y_true, by_model, today : array-like of bool or 0/1, length n_cases
        The truth, what the model flags, what today's process flags.

    Returns
    -------
    PairedDecisions

    Examples
    --------
    >>> both = paired_from_arrays([1, 1, 1, 0, 0], [1, 0, 0, 1, 0], [0, 1, 0, 0, 0])
    >>> both.positives, both.negatives.n_only_model
    (PairedErrors(n_only_model=1, n_only_today=1, n_both=1, n_cases=3), 1)
    """
    truth, model, people = (np.asarray(column, dtype=np.bool_) for column in (y_true, by_model, today))
    if not truth.shape == model.shape == people.shape:
        raise InputError(
            "labels and the two columns of decisions differ in length. Give one of each per case."
        )

    def errors(label: bool) -> PairedErrors:
        wrong, today_wrong = (column[truth == label] != label for column in (model, people))
        return PairedErrors(
            int((wrong & ~today_wrong).sum()),
            int((today_wrong & ~wrong).sum()),
            int((wrong & today_wrong).sum()),
            wrong.size,
        )

    return PairedDecisions(errors(True), errors(False))


@dataclass(frozen=True, slots=True)
class Difference:
    """How an error rate changes when the model takes over, model minus today.

    Parameters
    ----------
    basis : str
        How it was learned.
    model, today : Rate
        Of which `today` was stated, not measured, when the basis is "assumed".
    value, low, high : float, -1 to 1
        The difference and its range.
    confidence_level : float
    p_value : float or None
        Mid-p McNemar; only with the same cases.
    """

    basis: Basis
    model: Rate
    today: Rate
    value: float
    low: float
    high: float
    confidence_level: float
    p_value: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Whether the model makes fewer or more mistakes of this kind; only what the range bears out."""
        if self.high < 0:
            return "fewer"
        return "more" if self.low > 0 else "cannot tell"


def compare_paired(errors: PairedErrors, *, alpha: float = 0.05, worth: float | None = None) -> Difference:
    """Compare on the same cases.

    Parameters
    ----------
    errors : PairedErrors
    alpha : float
        0.05, or the local alpha of the class when the threshold was chosen by looking at these cases.
    worth : float or None
        How many independent cases they are worth, where cases are related; all of them by default. There is
        no p-value then.

    Raises
    ------
    InputError
        If there are no cases.

    References
    ----------
    .. [1] Newcombe, R. (1998). Statistics in Medicine, 17, 2635-2650.
    .. [2] Fagerland, M., Lydersen, S. & Laake, P. (2013). The McNemar test for binary matched-pairs data:
       mid-p and asymptotic are better than exact conditional. BMC Medical Research Methodology, 13, 91.

    Examples
    --------
    >>> seen = compare_paired(PairedErrors(8, 20, 5, 300))
    >>> print(f"{seen.low:.5f} {seen.high:.5f} {seen.p_value:.5f} {seen.verdict}")
    -0.07758 -0.00417 0.02412 fewer
    """
    b, c, n = errors.n_only_model, errors.n_only_today, errors.n_cases
    _check_cases(n)
    if worth is None or worth == n:
        limits = mover_difference_paired(b, c, n, alpha)
        return _difference("same cases", errors.model, errors.today, limits, alpha, mid_p_mcnemar(b, c))
    limits = mover_difference_paired(b * worth / n, c * worth / n, worth, alpha)
    return _difference("same cases", errors.model, errors.today, limits, alpha)


def compare_unpaired(model: Rate, today: Rate, *, alpha: float = 0.05) -> Difference:
    """Compare with rates that today's process had on other cases."""
    _check_cases(min(model.denominator, today.denominator))
    limits = mover_difference_unpaired(
        model.x_effective, model.n_effective, today.x_effective, today.n_effective, alpha
    )
    return _difference("other cases", model, today, limits, alpha)


def compare_assumed(model: Rate, today: Rate, *, alpha: float = 0.05) -> Difference:
    """Compare with a rate that somebody stated for today: taken at its word, so only the model's range counts."""
    _check_cases(min(model.denominator, today.denominator))
    low, high = clopper_pearson(model.x_effective, model.n_effective, alpha)
    return _difference("assumed", model, today, (low - today.value, high - today.value), alpha)


def _check_cases(n: float) -> None:
    if not n > 0:
        raise InputError("a comparison needs labelled cases of both classes. One of the classes has none.")


def _difference(
    basis: Basis, model: Rate, today: Rate, limits: Limits, alpha: float, p_value: float | None = None
) -> Difference:
    low, high = (float(end) for end in limits)
    return Difference(basis, model, today, model.value - today.value, low, high, 1 - alpha, p_value)


def mid_p_mcnemar(n_only_first: int, n_only_second: int) -> float:
    """Give the mid-p value of McNemar's test that both are wrong equally often.

    Examples
    --------
    >>> print(f"{mid_p_mcnemar(8, 20):.5f}")
    0.02412
    """
    from scipy.special import bdtr

    smaller, total = min(n_only_first, n_only_second), n_only_first + n_only_second
    if total == 0:
        return 1.0
    up_to = float(bdtr(smaller, total, 0.5))
    below = float(bdtr(smaller - 1, total, 0.5)) if smaller > 0 else 0.0
    return min(up_to + below, 1.0)


# -------------------------------------------------------------------------------------------------- cases a day


@dataclass(frozen=True, slots=True)
class DailyDifference:
    """The change in mistakes of one kind on an average day, model minus today, with its 95 % range."""

    mean: float
    low: float
    high: float
    verdict: Verdict


def difference_per_day(difference: Difference, day: DayProfile, *, of_negatives: bool) -> DailyDifference:
    """Turn a difference of rates into cases a day.

    Parameters
    ----------
    difference : Difference
    day : DayProfile
    of_negatives : bool
        Whether the rate is over negatives (flagged by mistake) or positives (missed).

    Returns
    -------
    DailyDifference
        Its range lies on one side of 0 exactly when that of the rates does: traffic and mix cannot change who
        is better.
    """
    alpha = 1 - difference.confidence_level
    share, (low, high) = day.prevalence.value, day.prevalence.limits(alpha)
    share_part = Part(1 - share, 1 - high, 1 - low) if of_negatives else Part(share, low, high)
    traffic = Part(day.traffic.mean, *day.traffic.limits(alpha))
    cases = Part(float(traffic.estimate) * float(share_part.estimate), *log_mover([traffic, share_part]))
    first, last = _scaled(difference, cases)
    return DailyDifference(difference.value * float(cases.estimate), first, last, difference.verdict)


def _scaled(difference: Difference, cases: Part) -> tuple[float, float]:
    """Give the range of difference x cases: log-MOVER on one side of 0, MOVER across it."""
    value, low, high = difference.value, difference.low, difference.high
    if high < 0:
        ends = log_mover([Part(-value, -high, -low), cases])
        return -float(ends[1]), -float(ends[0])
    if low > 0:
        ends = log_mover([Part(value, low, high), cases])
        return float(ends[0]), float(ends[1])
    mean, fewest, most = (float(end) for end in (cases.estimate, cases.low, cases.high))
    moved = value * fewest - value * mean, value * most - value * mean
    below = np.hypot(mean * (value - low), min(*moved, 0.0))
    above = np.hypot(mean * (high - value), max(*moved, 0.0))
    return value * mean - float(below), value * mean + float(above)
