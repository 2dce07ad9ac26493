"""The quantities that cost, a day and at every threshold: in cases, or in money where each case has its amount."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expectkit.errors import InputError
from expectkit.measure.effective_cases import weighted_cases
from expectkit.measure.histogram import ScoreHistogram
from expectkit.measure.intervals import FloatArray, Numbers, Part, local_alpha, log_mover, part_of_rate
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import NEGATIVE, POSITIVE, Sweep, flagged_counts
from expectkit.measure.volume_parts import DaySeries, VolumeParts, volume_parts

CostedName = Literal["missed_positives", "flagged_negatives", "caught_positives"]
COSTED: tuple[CostedName, ...] = ("missed_positives", "flagged_negatives", "caught_positives")


@dataclass(frozen=True, slots=True, eq=False)
class AmountHistogram:
    """Sums of an amount, and of its square, between consecutive thresholds; as `ScoreHistogram.weights`.

    Attributes
    ----------
    thresholds : float64 array, shape (K,)
    sums, squared_sums : float64 array, shape (2, K + 1)
        By label (0 negative, 1 positive) and cell.
    """

    thresholds: FloatArray
    sums: FloatArray
    squared_sums: FloatArray

    def __post_init__(self) -> None:
        shape = (2, self.thresholds.size + 1)
        if self.sums.shape != shape or self.squared_sums.shape != shape:
            raise InputError(f"amounts over {self.thresholds.size} thresholds need arrays of shape {shape}.")
        if self.sums.min() < 0:
            raise InputError("an amount is below 0. Costs of single cases must be at least 0.")

    @classmethod
    def from_histogram(cls, histogram: ScoreHistogram) -> AmountHistogram:
        """Take a histogram that was tallied with the amount as the weight.

        Raises
        ------
        InputError
            If it was tallied without one.
        """
        if histogram.weights is None or histogram.squared_weights is None:
            raise InputError(
                "the cases were tallied without amounts. Tally them with the amount as the weight."
            )
        return cls(histogram.thresholds, histogram.weights, histogram.squared_weights)

    def __add__(self, other: AmountHistogram) -> AmountHistogram:
        """Merge with the amounts of other cases over the same thresholds."""
        if not np.array_equal(self.thresholds, other.thresholds):
            raise InputError("the two amounts have different thresholds and cannot be added.")
        return AmountHistogram(
            self.thresholds, self.sums + other.sums, self.squared_sums + other.squared_sums
        )


@dataclass(frozen=True, slots=True, eq=False)
class CostedQuantity:
    """A quantity that costs: its average a day and range at each threshold, in cases or (with amounts) money.

    `estimate`, `low` and `high` have shape (K,).
    """

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    is_money: bool


@dataclass(frozen=True, slots=True, eq=False)
class CostComponents:
    """The three quantities that cost, at every threshold, and how they move together.

    Attributes
    ----------
    thresholds : float64 array, shape (K,)
    missed_positives, flagged_negatives, caught_positives : CostedQuantity
    correlations : mapping of (name, name) to float64 array, shape (K,)
        From -1 to 1: shared traffic moves two quantities together, the mix moves them apart.
    is_simultaneous : bool
        Whether the ranges hold for every threshold at once.
    """

    thresholds: FloatArray
    missed_positives: CostedQuantity
    flagged_negatives: CostedQuantity
    caught_positives: CostedQuantity
    correlations: Mapping[tuple[CostedName, CostedName], FloatArray]
    is_simultaneous: bool

    def of(self, name: CostedName) -> CostedQuantity:
        """Return one of the three by its name."""
        quantity: CostedQuantity = getattr(self, name)
        return quantity


def cost_components(
    sweep: Sweep,
    day: DayProfile,
    *,
    simultaneous: bool,
    missed_amounts: AmountHistogram | None = None,
    flagged_amounts: AmountHistogram | None = None,
    caught_amounts: AmountHistogram | None = None,
    confidence_level: float = 0.95,
) -> CostComponents:
    """Take what the cost of a day is made of, at every threshold.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    simultaneous : bool
        True when the threshold is chosen by looking at these cases.
    missed_amounts, flagged_amounts, caught_amounts : AmountHistogram or None
        Each case's own amount, over the sweep's thresholds; None for a fixed unit cost.
    confidence_level : {0.90, 0.95}
        0.90 for bounds that hold with 95 % on one side.

    Returns
    -------
    CostComponents

    Raises
    ------
    InputError
        If amounts have other thresholds than the sweep, or cases are weighted as well.

    Notes
    -----
    With amounts the average a day is cases of the class a day x money counted per case of the class. The latter
    is the mean amount of a case (limits ``mean * exp(+- t s / (mean sqrt(n)))``) x the share of the money that
    is missed (or flagged, caught), with Clopper-Pearson limits on the effective number of cases, which weigh as
    their amounts; or, where that is wider, the mean over the class of the amount counted in each case, with
    t limits on the log scale. log-MOVER combines it with traffic and mix. Simulated coverage of the 95 % range is
    0.949 to 0.997 for log-normal amounts up to a coefficient of variation of 1.8, and 0.935 at worst, where 1 %
    of the cases hold 37 % of the money that is missed.
    """
    alphas = _alphas(sweep, simultaneous=simultaneous, confidence_level=confidence_level)
    parts = volume_parts(sweep, day, alpha_positives=alphas[POSITIVE], alpha_negatives=alphas[NEGATIVE])
    amounts = {
        "missed_positives": missed_amounts,
        "flagged_negatives": flagged_amounts,
        "caught_positives": caught_amounts,
    }
    quantities: dict[str, CostedQuantity] = {}
    for name in COSTED:
        alpha = alphas[NEGATIVE if name == "flagged_negatives" else POSITIVE]
        given = amounts[name]
        if given is None:
            quantities[name] = CostedQuantity(parts.mean(name), *parts.limits(name, alpha), is_money=False)
        else:
            quantities[name] = _money(name, sweep, parts, given, alpha)
    return CostComponents(
        sweep.thresholds,
        **quantities,
        correlations=_correlations(parts, alphas),
        is_simultaneous=simultaneous,
    )


def _alphas(sweep: Sweep, *, simultaneous: bool, confidence_level: float) -> tuple[Numbers, Numbers]:
    """Return the alpha of the negatives and of the positives."""
    if not simultaneous:
        return 1 - confidence_level, 1 - confidence_level
    return (
        local_alpha(sweep.effective_negatives, confidence_level),
        local_alpha(sweep.effective_positives, confidence_level),
    )


def _money(
    name: CostedName, sweep: Sweep, parts: VolumeParts, amounts: AmountHistogram, alpha: Numbers
) -> CostedQuantity:
    if not np.array_equal(amounts.thresholds, sweep.thresholds):
        raise InputError(
            "amounts were tallied with other thresholds than the cases. Tally both with the same."
        )
    if sweep.weighted_positives is not None:
        raise InputError("cases have both weights and amounts of their own. Leave out one of the two.")
    label = NEGATIVE if name == "flagged_negatives" else POSITIVE
    n = sweep.n_negatives if label == NEGATIVE else sweep.n_positives
    if n == 0 or amounts.sums[label].sum() == 0:
        nothing = np.zeros(sweep.thresholds.shape)
        return CostedQuantity(
            nothing, nothing, np.full_like(nothing, np.inf if n == 0 else 0.0), is_money=True
        )
    effective = sweep.effective_negatives if label == NEGATIVE else sweep.effective_positives
    counted = _counted_money(amounts, label, n, effective / n, is_missed=name == "missed_positives")
    traffic = Part(parts.day.traffic.mean, *parts.day.traffic.limits(alpha))
    of_class = _share_part(parts, alpha, of_negatives=label == NEGATIVE)
    per_case = counted.per_case(alpha)
    low, high = log_mover([traffic, of_class, per_case])
    estimate = np.asarray(
        traffic.estimate * np.asarray(of_class.estimate) * counted.total * counted.share / n
    )
    return CostedQuantity(estimate, low, high, is_money=True)


@dataclass(frozen=True, slots=True, eq=False)
class _CountedMoney:
    """The money of one class: in all and, at each threshold, the share that is counted."""

    n: int
    total: float
    squares: float
    share: FloatArray
    counted_squares: FloatArray
    effective: FloatArray
    independent: FloatArray

    def per_case(self, alpha: Numbers) -> Part:
        """Give the counted money per case of the class: the wider of two ranges.

        One is the mean amount of a case times the counted share of the money. The other takes the money counted
        in each case as one variable, on the log scale, with as many degrees of freedom as the counted cases
        are worth; it is the wider one where large amounts are counted more often than small ones.
        """
        share = part_of_rate(self.share * self.effective, self.effective, alpha)
        mean = self._mean_amount(alpha)
        low, high = log_mover([mean, share])
        reach = self._reach(alpha)
        middle = self.total / self.n * self.share
        most = np.minimum(middle * np.exp(np.minimum(reach, 700.0)), mean.high)
        return Part(
            mean.estimate * np.asarray(share.estimate),
            np.where(reach > 0, np.minimum(low, middle * np.exp(-reach)), low),
            np.where(reach > 0, np.maximum(high, most), high),
        )

    def _mean_amount(self, alpha: Numbers) -> Part:
        """Give the mean amount of a case and its limits on the log scale, where skewed amounts do less harm."""
        from scipy.special import stdtrit

        mean = self.total / self.n
        if self.n < 2:
            return Part(mean, 0.0, np.inf)
        variance = max(self.squares - self.n * mean**2, 0.0) / (self.n - 1)
        reach = -stdtrit(self.n - 1, np.asarray(alpha) / 2) * math.sqrt(variance / self.n) / mean
        return Part(mean, mean * np.exp(-reach), mean * np.exp(reach))

    def _reach(self, alpha: Numbers) -> FloatArray:
        """Return how far the logarithm of the counted money may be off; 0 where fewer than two cases count."""
        from scipy.special import stdtrit

        sums = self.share * self.total
        some = (sums > 0) & (self.counted_squares > 0)
        worth = np.where(some, sums**2 / np.where(some, self.counted_squares, 1.0), 0.0)
        some = some & (worth > 1 + 1e-9)
        relative = np.maximum(1 / np.where(some, worth, 1.0) - 1 / self.n, 0.0) / self.independent
        quantile = -stdtrit(np.maximum(worth - 1, 1.0), np.asarray(alpha) / 2)
        return np.where(some, quantile * np.sqrt(relative), 0.0)


def _counted_money(
    amounts: AmountHistogram, label: int, n: int, independent: FloatArray, *, is_missed: bool
) -> _CountedMoney:
    total, squares = float(amounts.sums[label].sum()), float(amounts.squared_sums[label].sum())
    flagged = np.clip(flagged_counts(amounts.sums)[label], 0.0, total)
    flagged_squares = np.clip(flagged_counts(amounts.squared_sums)[label], 0.0, squares)
    effective = weighted_cases(flagged, flagged_squares, total, squares, n) * independent
    share, counted_squares = flagged / total, flagged_squares
    if is_missed:
        share, counted_squares = 1 - share, squares - flagged_squares
    return _CountedMoney(n, total, squares, share, counted_squares, effective, independent)


def _share_part(parts: VolumeParts, alpha: Numbers, *, of_negatives: bool) -> Part:
    share = parts.day.prevalence
    low, high = share.limits(alpha)
    return Part(1 - share.value, 1 - high, 1 - low) if of_negatives else Part(share.value, low, high)


def _correlations(
    parts: VolumeParts, alphas: tuple[Numbers, Numbers]
) -> Mapping[tuple[CostedName, CostedName], FloatArray]:
    pairs: list[tuple[CostedName, CostedName]] = [
        (COSTED[0], COSTED[1]),
        (COSTED[0], COSTED[2]),
        (COSTED[1], COSTED[2]),
    ]
    if parts.series is not None:
        return {pair: _between_days(parts.series, *pair) for pair in pairs}
    moves = {name: _moves(parts, name, alphas) for name in COSTED}
    return {(one, other): _correlation(moves[one], moves[other]) for one, other in pairs}


def _between_days(series: DaySeries, one: CostedName, other: CostedName) -> FloatArray:
    first, second = (series.of(name) - series.of(name).mean(axis=0) for name in (one, other))
    spread = np.sqrt((first**2).sum(axis=0) * (second**2).sum(axis=0))
    return np.asarray((first * second).sum(axis=0) / np.where(spread > 0, spread, 1.0))


def _moves(parts: VolumeParts, name: CostedName, alphas: tuple[Numbers, Numbers]) -> list[FloatArray]:
    """Return how far each unknown part can move the logarithm of a quantity.

    The parts are traffic, share of the positives, miss rate and flagged share of the negatives; a part that
    moves the quantity downward has a negative sign. How far is upward; downward where a part is at its top already
    (all positives caught).
    """
    of_negatives = name == "flagged_negatives"
    alpha = alphas[NEGATIVE if of_negatives else POSITIVE]
    counted = {
        "missed_positives": (parts.missed, parts.positives),
        "caught_positives": (parts.positives - parts.missed, parts.positives),
        "flagged_negatives": (parts.alarms, parts.negatives),
    }[name]
    rate = _upward(part_of_rate(*counted, alpha))
    nothing = np.zeros(rate.shape)
    traffic = _upward(Part(parts.day.traffic.mean, *parts.day.traffic.limits(alpha))) + nothing
    share = _upward(_share_part(parts, alpha, of_negatives=of_negatives)) + nothing
    if of_negatives:
        return [traffic, -share, nothing, rate]
    return [traffic, share, rate if name == "missed_positives" else -rate, nothing]


def _upward(part: Part) -> FloatArray:
    with np.errstate(divide="ignore"):
        up = np.log(np.asarray(part.high) / part.estimate)
        down = np.log(np.asarray(part.estimate) / np.maximum(part.low, 1e-300))
    return np.asarray(np.where(up > 0, up, down), dtype=np.float64)


def _correlation(first: list[FloatArray], second: list[FloatArray]) -> FloatArray:
    together = np.sum([a * b for a, b in zip(first, second, strict=True)], axis=0)
    spread = np.sqrt(np.sum(np.square(first), axis=0) * np.sum(np.square(second), axis=0))
    return np.asarray(np.clip(together / np.where(spread > 0, spread, 1.0), -1.0, 1.0))
