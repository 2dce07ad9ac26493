"""The four counts at every candidate threshold, with all that their ranges need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.effective_cases import both, clustered_cases, likely_weights, weighted_cases
from expectkit.measure.intervals import FloatArray, IntArray, Limits, clopper_pearson, local_alpha
from expectkit.measure.rates import Rate

if TYPE_CHECKING:
    from expectkit.measure.histogram import ScoreHistogram, Tally

Cells = TypeVar("Cells", FloatArray, IntArray)
NEGATIVE, POSITIVE = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """How often the model is right and wrong at each candidate threshold.

    A case is flagged when ``y_score >= threshold``.

    Attributes
    ----------
    thresholds : float64 array, shape (K,)
        Ascending.
    n_true_positives, n_false_positives : int64 array, shape (K,)
        Flagged positives and flagged negatives.
    n_positives, n_negatives : int
        Cases of each class.
    effective_positives, effective_negatives : float64 array, shape (K,)
        How many independent, equally weighted cases the class is worth at each threshold; the plain counts
        when cases are neither clustered nor weighted.
    weighted_true_positives, weighted_false_positives : float64 array, shape (K,), or None
        Sums of the weights; None when cases are not weighted.
    weighted_positives, weighted_negatives : float or None
    effective_cases : float or None
        How many independent, equally weighted cases both classes together are worth for the share of positives.
        None: as many as there are.
    is_clustered : bool
        Whether rows come in clusters.
    """

    thresholds: FloatArray
    n_true_positives: IntArray
    n_false_positives: IntArray
    n_positives: int
    n_negatives: int
    effective_positives: FloatArray
    effective_negatives: FloatArray
    weighted_true_positives: FloatArray | None = None
    weighted_false_positives: FloatArray | None = None
    weighted_positives: float | None = None
    weighted_negatives: float | None = None
    effective_cases: float | None = None
    is_clustered: bool = False

    def __post_init__(self) -> None:
        for name in self.__slots__:
            column = getattr(self, name)
            if isinstance(column, np.ndarray):
                if column.shape != self.thresholds.shape:
                    raise InputError(f"{name} has shape {column.shape}, not one value for each threshold.")
                column.flags.writeable = False

    @classmethod
    def from_counts(
        cls,
        thresholds: ArrayLike,
        n_true_positives: ArrayLike,
        n_false_positives: ArrayLike,
        n_positives: int,
        n_negatives: int,
    ) -> Sweep:
        """Build a sweep of unweighted, independent cases from known counts.

        Parameters
        ----------
        thresholds : array-like, shape (K,), ascending
        n_true_positives, n_false_positives : array-like of int, shape (K,)
            Flagged positives and negatives at each threshold; they cannot grow with the threshold.
        n_positives, n_negatives : int

        Raises
        ------
        InputError
            If thresholds do not ascend or counts contradict each other.

        Examples
        --------
        >>> example = Sweep.from_counts([0.3, 0.49], [270, 266], [400, 200], 280, 8000)
        >>> example.counts_at(0.49).n_false_negatives
        14
        """
        levels = np.array(thresholds, dtype=np.float64)
        if levels.ndim != 1 or np.any(np.diff(levels) <= 0):
            raise InputError("thresholds must ascend, each one larger than the one before.")
        caught = np.array(n_true_positives, dtype=np.int64)
        alarms = np.array(n_false_positives, dtype=np.int64)
        for column, n, name in ((caught, n_positives, "positives"), (alarms, n_negatives, "negatives")):
            if np.any(np.diff(column, prepend=n) > 0) or np.any(column < 0):
                raise InputError(
                    f"flagged {name} must lie between 0 and {n} and cannot grow with the threshold."
                )
        ones = np.ones(levels.shape)
        return cls(
            levels, caught, alarms, int(n_positives), int(n_negatives), ones * n_positives, ones * n_negatives
        )

    def index_of(self, threshold: float) -> int:
        """Return the place of a threshold.

        Raises
        ------
        InputError
            If it was not counted: a threshold is never replaced by a near one.
        """
        place = int(np.searchsorted(self.thresholds, threshold))
        if place == self.thresholds.size or self.thresholds[place] != threshold:
            raise InputError(
                f"threshold {threshold!r} was not counted. State it before the cases are tallied, "
                "or choose one of the counted thresholds."
            )
        return place

    def counts_at(self, threshold: float) -> ConfusionCounts:
        """Return the four counts at a threshold that was counted, or raise InputError."""
        place = self.index_of(threshold)
        caught, alarms = int(self.n_true_positives[place]), int(self.n_false_positives[place])
        return ConfusionCounts(caught, alarms, self.n_negatives - alarms, self.n_positives - caught)

    @property
    def false_negative_rates(self) -> FloatArray:
        """Share of positives that are missed, shape (K,); nan when there are no positives."""
        if self.weighted_true_positives is not None and self.weighted_positives is not None:
            missed = self.weighted_positives - self.weighted_true_positives
            return _share(missed, self.weighted_positives, self.n_positives - self.n_true_positives)
        missed_cases = self.n_positives - self.n_true_positives
        return _share(missed_cases, self.n_positives, missed_cases)

    @property
    def false_positive_rates(self) -> FloatArray:
        """Share of negatives that are flagged, shape (K,); nan when there are no negatives."""
        if self.weighted_false_positives is not None and self.weighted_negatives is not None:
            return _share(self.weighted_false_positives, self.weighted_negatives, self.n_false_positives)
        return _share(self.n_false_positives, self.n_negatives, self.n_false_positives)

    def false_negative_rate(self, place: int) -> Rate:
        """Return the share of positives missed at the threshold with this index."""
        missed = self.n_positives - int(self.n_true_positives[place])
        total = self.n_positives if self.weighted_positives is None else self.weighted_positives
        return self._rate(self.false_negative_rates, missed, total, self.effective_positives, place)

    def false_positive_rate(self, place: int) -> Rate:
        """Return the share of negatives flagged at the threshold with this index."""
        alarms = int(self.n_false_positives[place])
        total = self.n_negatives if self.weighted_negatives is None else self.weighted_negatives
        return self._rate(self.false_positive_rates, alarms, total, self.effective_negatives, place)

    def _rate(self, shares: FloatArray, count: int, total: float, effective: FloatArray, place: int) -> Rate:
        if total == 0:
            return Rate(0, 0)
        numerator = count if self.weighted_positives is None else float(shares[place]) * total
        worth = float(effective[place])
        return Rate(numerator, total, None if worth == total else worth)

    def false_negative_rate_band(self, confidence_level: float = 0.95) -> Limits:
        """Return limits of the miss rate that hold at all thresholds at once; two arrays of shape (K,)."""
        return _band(self.false_negative_rates, self.effective_positives, confidence_level)

    def false_positive_rate_band(self, confidence_level: float = 0.95) -> Limits:
        """Return limits of the false positive rate that hold at all thresholds at once."""
        return _band(self.false_positive_rates, self.effective_negatives, confidence_level)


def _share(part: FloatArray | IntArray, total: float, n_part: IntArray) -> FloatArray:
    if total == 0:
        return np.full(part.shape, np.nan)
    return np.where(n_part == 0, 0.0, np.clip(part / total, 0.0, 1.0))


def _band(shares: FloatArray, effective: FloatArray, confidence_level: float) -> Limits:
    alpha = local_alpha(effective, confidence_level)
    return clopper_pearson(np.nan_to_num(shares) * effective, effective, alpha)


def sweep(tally: Tally) -> Sweep:
    """Go from one pass over the cases to the counts at every threshold.

    Parameters
    ----------
    tally : Tally
        Its cells are summed from the highest threshold down, so the counts are exact.

    Returns
    -------
    Sweep
        Over the thresholds of the tally, in its order.

    Raises
    ------
    InputError
        If all weights of a class that has cases are 0.

    References
    ----------
    .. [1] Fawcett, T. (2006). An introduction to ROC analysis. Pattern Recognition Letters, 27(8), 861-874.
    """
    total = tally.total
    _check_weights(total)
    flagged = flagged_counts(total.counts)
    positives, negatives = total.n_positives, total.n_negatives
    weights = None if total.weights is None else flagged_counts(total.weights)
    return Sweep(
        total.thresholds.copy(),
        flagged[POSITIVE].copy(),
        flagged[NEGATIVE].copy(),
        positives,
        negatives,
        _effective(tally, flagged, POSITIVE),
        _effective(tally, flagged, NEGATIVE),
        None if weights is None else weights[POSITIVE].copy(),
        None if weights is None else weights[NEGATIVE].copy(),
        None if total.weights is None else float(total.weights[POSITIVE].sum()),
        None if total.weights is None else float(total.weights[NEGATIVE].sum()),
        _effective_cases(tally),
        tally.clusters is not None,
    )


def _check_weights(total: ScoreHistogram) -> None:
    if total.weights is None:
        return
    for label, name in ((POSITIVE, "positive"), (NEGATIVE, "negative")):
        n_cases = int(total.counts[label].sum())
        if n_cases > 0 and float(total.weights[label].sum()) == 0:
            raise InputError(
                f"all weights of the {n_cases:,} {name} cases are 0, so nothing can be said about them. Give weights "
                "above 0, or name no weight column."
            )


def flagged_counts(cells: Cells) -> Cells:
    """Sum histogram cells from the top: how many cases each threshold flags.

    Parameters
    ----------
    cells : array, shape (..., K + 1)

    Returns
    -------
    array, shape (..., K)
        The cell below the lowest threshold is flagged by none of them.
    """
    return np.cumsum(cells[..., :0:-1], axis=-1)[..., ::-1]


def _effective(tally: Tally, flagged: IntArray, label: int) -> FloatArray:
    n_cases = int(tally.total.counts[label].sum())
    found = both(
        n_cases,
        _clustered(tally, flagged[label], n_cases, label),
        _weighted(tally.total, n_cases, label),
    )
    return np.full(flagged.shape[-1], float(n_cases)) if found is None else np.asarray(found, np.float64)


def _clustered(tally: Tally, flagged: IntArray, n_cases: int, label: int) -> FloatArray | None:
    moments = tally.clusters
    if moments is None:
        return None
    return clustered_cases(
        flagged,
        n_cases,
        sum_squared_flagged=moments.sum_squared_flagged[label],
        sum_flagged_times_size=moments.sum_flagged_times_size[label],
        sum_squared_sizes=moments.sum_squared_sizes[label],
        n_clusters=moments.n_clusters[label],
    )


def _effective_cases(tally: Tally) -> float | None:
    """Return what all cases are worth for the share of positives; None when rows are independent and equal."""
    total = tally.total
    n_cases = total.n_positives + total.n_negatives
    found = both(n_cases, _clustered_share(tally), _weighted_share(total, n_cases))
    return None if found is None else float(found[0])


def _clustered_share(tally: Tally) -> FloatArray | None:
    """Treat the positives of a cluster as what is counted and all its rows as its size."""
    moments = tally.clusters
    if moments is None:
        return None
    negatives, positives = moments.sum_squared_sizes
    mixed = moments.sum_products_of_sizes
    return clustered_cases(
        np.array([tally.total.n_positives]),
        tally.total.n_positives + tally.total.n_negatives,
        sum_squared_flagged=positives,
        sum_flagged_times_size=positives + mixed,
        sum_squared_sizes=positives + negatives + 2 * mixed,
        n_clusters=max(moments.n_clusters),
    )


def _weighted_share(total: ScoreHistogram, n_cases: int) -> FloatArray | None:
    if total.weights is None or total.squared_weights is None:
        return None
    of_class, squares = total.weights.sum(axis=1), total.squared_weights.sum(axis=1)
    return weighted_cases(
        of_class[[POSITIVE]], squares[[POSITIVE]], float(of_class.sum()), float(squares.sum()), n_cases
    )


def _weighted(total: ScoreHistogram, n_cases: int, label: int) -> FloatArray | None:
    if total.weights is None or total.squared_weights is None:
        return None
    counts, other = total.counts.astype(np.float64), 1 - label
    return weighted_cases(
        flagged_counts(total.weights)[label],
        flagged_counts(total.squared_weights)[label],
        float(total.weights[label].sum()),
        float(total.squared_weights[label].sum()),
        n_cases,
        likely_weights=likely_weights(
            (counts[label], total.weights[label]),
            (counts[other], total.weights[other], total.squared_weights[other]),
        ),
    )
