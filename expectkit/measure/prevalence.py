"""What a day in production brings: how many cases, and which share of them is positive."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.intervals import FloatArray, Limits, Numbers, clopper_pearson

if TYPE_CHECKING:
    from expectkit.measure.histogram import GroupedHistogram

PrevalenceSource = Literal["stated", "stated range", "sample", "as in cases", "kept negatives"]
TrafficSource = Literal["stated", "stated range", "observed"]


@dataclass(frozen=True, slots=True)
class Prevalence:
    """The share of positives in production, and how well it is known.

    Build it with one of the constructors.

    Parameters
    ----------
    value : float, 0 to 1
        The best single number: the stated one, the middle of a stated range, or the observed share.
    source : str
        Where it comes from.
    low, high : float
        The stated range; equal to `value` for other sources.
    n_positives, n_cases : float
        The sample it was counted in; 0 and 0 when it was stated.
    kept_share : float, 0 to 1
        The share of the negatives that was kept in the sample (1: all).
    effective_cases : float or None
        How many independent, equally weighted cases the sample is worth. None: as many as it counts.
    """

    value: float
    source: PrevalenceSource
    low: float
    high: float
    n_positives: float = 0.0
    n_cases: float = 0.0
    kept_share: float = 1.0
    effective_cases: float | None = None

    @classmethod
    def stated(cls, value: float) -> Prevalence:
        """Take a share that is known; it adds no uncertainty.

        Raises
        ------
        InputError
            If it does not lie strictly between 0 and 1 (3.4 is meant as per cent).
        """
        _check_share(value)
        return cls(value, "stated", value, value)

    @classmethod
    def ranged(cls, low: float, high: float) -> Prevalence:
        """Take a share known to lie between two numbers; the best single number is their middle.

        Raises
        ------
        InputError
            If an end is no share, or the ends are swapped.
        """
        for share in (low, high):
            _check_share(share)
        if low > high:
            raise InputError(
                f"prevalence range [{low}, {high}] runs backwards. Give the smaller number first."
            )
        return cls((low + high) / 2, "stated range", low, high)

    @classmethod
    def sampled(cls, n_positives: float, n_cases: float) -> Prevalence:
        """Take the share from a random sample of production: `n_positives` of `n_cases`.

        Raises
        ------
        InputError
            If the counts are impossible or hold no positive.
        """
        return cls._counted("sample", n_positives, n_cases)

    @classmethod
    def as_in_cases(
        cls, n_positives: float, n_negatives: float, *, effective_cases: float | None = None
    ) -> Prevalence:
        """Take the share from the scored cases themselves: they are a fair sample of production.

        Parameters
        ----------
        n_positives, n_negatives : float
            Cases in the file, or the sums of their weights.
        effective_cases : float, optional
            What clustered or weighted cases are worth, see `Sweep.effective_cases`.

        Raises
        ------
        InputError
            If one of the classes is empty.
        """
        n_cases = n_positives + n_negatives
        return cls._counted("as in cases", n_positives, n_cases, effective_cases=effective_cases)

    @classmethod
    def kept_negatives(
        cls,
        n_positives: float,
        n_negatives: float,
        kept_share: float,
        *,
        effective_cases: float | None = None,
    ) -> Prevalence:
        """Take the share from cases of which all positives but only a part of the negatives was kept.

        Parameters
        ----------
        n_positives, n_negatives : float
            Cases in the file.
        kept_share : float, 0 to 1
            The share of production's negatives that was kept.
        effective_cases : float, optional
            As for `as_in_cases`.

        Raises
        ------
        InputError
            If `kept_share` is not above 0 and at most 1, or a class is empty.
        """
        if not 0 < kept_share <= 1:
            raise InputError(
                f"kept share of negatives is {kept_share}. It must be above 0 and at most 1: "
                "0.1 means that one in ten negatives was kept."
            )
        n_cases = n_positives + n_negatives
        return cls._counted("kept negatives", n_positives, n_cases, kept_share, effective_cases)

    @classmethod
    def _counted(
        cls,
        source: PrevalenceSource,
        n_positives: float,
        n_cases: float,
        kept_share: float = 1.0,
        effective_cases: float | None = None,
    ) -> Prevalence:
        if not 0 < n_positives < n_cases:
            raise InputError(
                f"prevalence cannot be counted from {n_positives:g} positives in {n_cases:g} cases: "
                "it needs at least one case of each class. State it as a number instead."
            )
        value = float(_undo_sampling(np.asarray(n_positives / n_cases), kept_share))
        return cls(value, source, value, value, n_positives, n_cases, kept_share, effective_cases)

    @property
    def _worth(self) -> tuple[float, float]:
        """Positives and cases on the scale of independent, equally weighted cases."""
        if self.effective_cases is None:
            return self.n_positives, self.n_cases
        return self.n_positives / self.n_cases * self.effective_cases, self.effective_cases

    def limits(self, alpha: Numbers) -> Limits:
        """Return the range at any `alpha` (array or number).

        A stated value or range is taken at its word. Counted shares have Clopper-Pearson limits; with kept
        negatives these are taken inside the file, where they are exact, and carried over to production.
        """
        if self.n_cases == 0:
            ones = np.ones(np.shape(alpha))
            return self.low * ones, self.high * ones
        low, high = clopper_pearson(*self._worth, alpha)
        return _undo_sampling(low, self.kept_share), _undo_sampling(high, self.kept_share)

    def quantiles(self, levels: FloatArray) -> FloatArray:
        """Return the share at given levels (0 to 1) of what is known about it.

        Counted shares follow Jeffreys' posterior; a stated one is the same at every level, and so is a stated
        range, for which the caller looks at both ends.
        """
        if self.n_cases == 0:
            return np.full(levels.shape, self.value)
        from scipy.special import betaincinv

        positives, cases = self._worth
        inside = betaincinv(positives + 0.5, cases - positives + 0.5, levels)
        return _undo_sampling(np.asarray(inside, dtype=np.float64), self.kept_share)


def _undo_sampling(share: FloatArray, kept_share: float) -> FloatArray:
    if kept_share == 1:
        return share
    with np.errstate(divide="ignore"):
        odds = share / (1 - share) * kept_share
    return np.where(share >= 1, 1.0, odds / (1 + np.where(share >= 1, 0.0, odds)))


def _check_share(value: float) -> None:
    if not 0 < value < 1:
        hint = f" If {value:g} per cent is meant, write {value / 100:g}." if 1 <= value <= 100 else ""
        raise InputError(f"prevalence is {value:g}. It must lie between 0 and 1.{hint}")


@dataclass(frozen=True, slots=True)
class Traffic:
    """How many cases a day production brings, and how well that is known.

    Build it with one of the constructors.

    Parameters
    ----------
    mean : float, > 0
        Cases on an average day.
    source : str
        Where it comes from.
    low, high : float
        The stated range of the mean; equal to `mean` for other sources.
    daily : tuple of int
        The observed days, in order; empty when traffic was stated.
    variation : float or None
        Stated day-to-day variation: standard deviation of the daily number as a share of its mean. None when
        nobody said.
    n_days_without : int
        Calendar days between the first and the last observed one that brought no case. They are not among `daily`:
        an average day is one with cases.
    """

    mean: float
    source: TrafficSource
    low: float
    high: float
    daily: tuple[int, ...] = ()
    variation: float | None = None
    n_days_without: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.mean) and self.mean > 0 and self.low > 0):
            raise InputError(f"cases a day is {self.low:g}. It must be a number above 0.")
        if self.variation is not None and not 0 < self.variation < 5:
            raise InputError(
                f"day-to-day variation is {self.variation:g}. It is the standard deviation of the daily "
                "number as a share of its mean: 0.2 means a swing of about 20 per cent."
            )

    @classmethod
    def stated(cls, mean: float, variation: float | None = None) -> Traffic:
        """Take the mean as known; it adds no uncertainty to the mean of any volume."""
        return cls(mean, "stated", mean, mean, variation=variation)

    @classmethod
    def ranged(cls, low: float, high: float, variation: float | None = None) -> Traffic:
        """Take a mean known to lie between two numbers; the best single number is their middle.

        Raises
        ------
        InputError
            If the ends are swapped or not above 0.
        """
        if low > high:
            raise InputError(
                f"cases a day [{low:g}, {high:g}] runs backwards. Give the smaller number first."
            )
        return cls((low + high) / 2, "stated range", low, high, variation=variation)

    @classmethod
    def observed(cls, daily_counts: Iterable[int], n_days_without: int = 0) -> Traffic:
        """Take the mean from complete days that were counted.

        Parameters
        ----------
        daily_counts : iterable of int
            Of the days that brought cases.
        n_days_without : int
            Days in between that brought none.

        Raises
        ------
        InputError
            With fewer than two days, which do not show how days differ.
        """
        daily = tuple(int(count) for count in daily_counts)
        if len(daily) < 2:
            days = "1 complete day of cases does" if daily else "0 complete days of cases do"
            raise InputError(
                f"{days} not show how days differ. Give at least two complete days, or state the number of "
                "cases a day."
            )
        mean = sum(daily) / len(daily)
        return cls(mean, "observed", mean, mean, daily, n_days_without=n_days_without)

    def limits(self, alpha: Numbers) -> Limits:
        """Return the range of the mean at any `alpha` (array or number).

        Observed: ``exp(ln mean +- t s / (mean sqrt(days)))`` with days - 1 degrees of freedom; beyond 20 times the
        mean, which takes two or three very different days, the upper end goes on along a straight line. A stated
        value or range is taken at its word.
        """
        if not self.daily:
            ones = np.ones(np.shape(alpha))
            return self.low * ones, self.high * ones
        from scipy.special import stdtrit

        series = np.asarray(self.daily, dtype=np.float64)
        quantile = np.asarray(-stdtrit(series.size - 1, np.asarray(alpha) / 2))
        spread = quantile * series.std(ddof=1) / (self.mean * math.sqrt(series.size))
        upward = np.exp(np.minimum(spread, 3.0)) * (1 + np.maximum(spread - 3.0, 0.0))
        return self.mean * np.exp(-np.minimum(spread, 500.0)), self.mean * upward


@dataclass(frozen=True, slots=True, eq=False)
class DayProfile:
    """A day in production: its traffic, its mix, and the observed days where there are any.

    Parameters
    ----------
    traffic : Traffic
    prevalence : Prevalence
    by_day : GroupedHistogram or None
        The scored cases day by day, over the thresholds of the sweep.
    n_left_out : int
        Rows of these days that are traffic but no scored cases, for want of a score or a label.
    """

    traffic: Traffic
    prevalence: Prevalence
    by_day: GroupedHistogram | None = None
    n_left_out: int = 0

    @property
    def holds_whole_days(self) -> bool:
        """Whether the scored cases are all cases of each of at least two days.

        Then every volume has its own daily series. It takes observed traffic, the prevalence of the cases, a
        day for every case, and that no row was left out.
        """
        return (
            self.by_day is not None
            and self.traffic.source == "observed"
            and self.prevalence.source == "as in cases"
            and "" not in self.by_day.keys
            and len(self.by_day.keys) >= 2
            and self.n_left_out == 0
        )


def daily_totals(
    by_day: GroupedHistogram,
    *,
    kept_share: float = 1.0,
    rows_by_day: Mapping[str, int] | None = None,
) -> tuple[int, ...]:
    """Return the cases each day brought, in order of the dates; cases without a day are left out.

    A day without any case is a day that was not recorded, not a day of no traffic.

    Parameters
    ----------
    by_day : GroupedHistogram
        The scored cases, day by day.
    kept_share : float, 0 to 1
        The share of the negatives that was kept in the file: each day brought its positives and ``1 /
        kept_share`` times its negatives.
    rows_by_day : mapping of str to int, optional
        All rows of each day, with those left out for want of a score or a label: they are traffic too, and of
        the same mix as the other rows of their day (of all days, where a day has no scored case).

    Returns
    -------
    tuple of int
        Rounded half up.
    """
    return tuple(total for _, total in sorted(totals_of_days(by_day, kept_share, rows_by_day).items()))


def totals_of_days(
    by_day: GroupedHistogram, kept_share: float = 1.0, rows_by_day: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Return the cases each day brought by its ISO date; parameters as for `daily_totals`."""
    by_class = by_day.counts.sum(axis=2)  # (days, labels)
    scored = dict(zip(by_day.keys, by_class.sum(axis=1).tolist(), strict=True))
    brought = dict(zip(by_day.keys, (by_class @ [1 / kept_share, 1.0]).tolist(), strict=True))
    usual = sum(brought.values()) / max(sum(scored.values()), 1)
    rows = scored if rows_by_day is None else rows_by_day
    found = {}
    for day, n_rows in rows.items():
        factor = brought[day] / scored[day] if scored.get(day, 0) > 0 else usual
        if day != "":
            found[day] = math.floor(n_rows * factor + 0.5)
    return found


def check_prevalence_is_known(n_positives: float, n_negatives: float, prevalence: Prevalence | None) -> None:
    """Refuse to go on when cases look rebalanced and nobody said what production's mix is.

    Parameters
    ----------
    n_positives, n_negatives : float
        Cases in the file.
    prevalence : Prevalence or None
        None when nothing was stated.

    Raises
    ------
    InputError
        If between 30 and 70 per cent of the cases are positive and `prevalence` is None: volumes and
        precision would be those of the file, not of production.
    """
    share = n_positives / (n_positives + n_negatives) if n_positives + n_negatives > 0 else 0.0
    if prevalence is None and 0.3 <= share <= 0.7:
        raise InputError(
            f"{100 * share:.0f}% of the cases are positive, so the file looks rebalanced, and production's "
            "own share is not stated. Give the prevalence in production as a number, a range, or positives "
            'of a random sample; or write "as in cases" if production really looks like this file.'
        )
