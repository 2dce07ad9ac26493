"""What a score means as a probability, and the threshold that follows from the costs.

Beta calibration is a logistic regression with two features of the score, ``ln s`` and ``-ln(1 - s)``. It takes
cells with counts as well as single scores, so it can be fitted on a histogram. The rates at a threshold it
proposes are stated as counted, never as calibrated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.costs import UnitCosts
from expectkit.measure.histogram import ScoreHistogram
from expectkit.measure.intervals import FloatArray
from expectkit.measure.prevalence import Prevalence

PENALTY = 1e-3
"""Weight of the squared slopes in the fit: nothing beside real cases, but finite when scores separate classes."""

_EDGE = 1e-9  # scores are kept this far from 0 and 1 before their logarithm is taken
_MAX_STEPS = 100


@dataclass(frozen=True, slots=True)
class UnitScale:
    """Brings scores onto 0 to 1: as they are, or by a logistic curve where they lie outside.

    Parameters
    ----------
    centre, width : float or None
        Of the logistic curve; None when scores already lie between 0 and 1.
    """

    centre: float | None = None
    width: float | None = None

    @classmethod
    def of(cls, scores: FloatArray, weights: FloatArray) -> UnitScale:
        """Choose the scale: the curve's centre and width are weighted quartiles of the scores."""
        if scores.size == 0 or (scores.min() >= 0 and scores.max() <= 1):
            return cls()
        order = np.argsort(scores)
        below = np.cumsum(weights[order]) / weights.sum()
        first, middle, last = (float(scores[order][np.searchsorted(below, q)]) for q in (0.25, 0.5, 0.75))
        return cls(middle, (last - first) or float(np.ptp(scores)) or 1.0)

    def apply(self, scores: FloatArray) -> FloatArray:
        """Return the scores between 0 and 1, kept off both ends."""
        unit = scores
        if self.centre is not None and self.width is not None:
            unit = 1 / (1 + np.exp(-np.clip((scores - self.centre) / self.width, -20, 20)))
        return np.clip(np.asarray(unit, dtype=np.float64), _EDGE, 1 - _EDGE)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The probability of a positive among cases with a score, in the mix of the cases it was learned from.

    ``logit(p) = intercept + rise * ln(s) - fall * ln(1 - s)`` with `rise` and `fall` >= 0, so p never falls as
    the score grows.

    Parameters
    ----------
    rise, fall, intercept : float
    scale : UnitScale
    prevalence : float, 0 to 1
        Share of positives in the cases it was learned from.
    n_positives, n_negatives : float
    """

    rise: float
    fall: float
    intercept: float
    scale: UnitScale
    prevalence: float
    n_positives: float
    n_negatives: float

    def log_odds(self, scores: ArrayLike, prevalence: float | None = None) -> FloatArray:
        """Return the log odds of a positive at each score.

        Parameters
        ----------
        scores : array-like
        prevalence : float, optional
            Share of positives where they are to hold; that of the cases by default.

        References
        ----------
        .. [1] Elkan, C. (2001). The foundations of cost-sensitive learning. IJCAI, 973-978.
        """
        unit = self.scale.apply(np.asarray(scores, dtype=np.float64))
        shift = 0.0 if prevalence is None else _logit(prevalence) - _logit(self.prevalence)
        return np.asarray(
            self.intercept + self.rise * np.log(unit) - self.fall * np.log1p(-unit) + shift, np.float64
        )

    def probability(self, scores: ArrayLike, prevalence: float | None = None) -> FloatArray:
        """Return the probability of a positive at each score; as `log_odds`."""
        return np.asarray(1 / (1 + np.exp(-self.log_odds(scores, prevalence))), dtype=np.float64)


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCells:
    """Scores with the number of negatives and positives at each; three arrays of one length."""

    scores: FloatArray
    negatives: FloatArray
    positives: FloatArray

    @classmethod
    def from_arrays(cls, y_true: ArrayLike, y_score: ArrayLike) -> ScoreCells:
        """Take single cases."""
        truth = np.asarray(y_true, dtype=np.float64)
        return cls(np.asarray(y_score, dtype=np.float64), 1 - truth, truth)

    @classmethod
    def from_histogram(cls, histogram: ScoreHistogram, score_low: float, score_high: float) -> ScoreCells:
        """Take a histogram: each cell stands at the middle between its two thresholds.

        Parameters
        ----------
        histogram : ScoreHistogram
        score_low, score_high : float
            The smallest and the largest score seen; they end the outermost cells.
        """
        ends = np.clip(histogram.thresholds, score_low, score_high)
        edges = np.concatenate([[score_low], ends, [score_high]])
        middles = (edges[:-1] + edges[1:]) / 2
        some = histogram.counts.sum(axis=0) > 0
        counts = histogram.counts[:, some].astype(np.float64)
        return cls(middles[some], counts[0], counts[1])


def calibrate(cells: ScoreCells) -> Calibration:
    """Fit beta calibration.

    Parameters
    ----------
    cells : ScoreCells

    Returns
    -------
    Calibration

    Raises
    ------
    InputError
        If a class has no cases.

    References
    ----------
    .. [1] Kull, M., Silva Filho, T. & Flach, P. (2017). Beta calibration: a well-founded and easily
       implemented improvement on logistic calibration for binary classifiers. AISTATS, 623-631.
    """
    positives, negatives = float(cells.positives.sum()), float(cells.negatives.sum())
    _check_classes(positives, negatives)
    scale = UnitScale.of(cells.scores, cells.positives + cells.negatives)
    unit = scale.apply(cells.scores)
    features = np.column_stack([np.ones_like(unit), np.log(unit), -np.log1p(-unit)])
    used = [0, 1, 2]
    weights = _fit(features, cells)
    if min(weights[1:]) < 0:  # a falling branch: leave that feature out, and both if need be
        used = [0, 2] if weights[1] < weights[2] else [0, 1]
        weights = _fit(features[:, used], cells)
        if weights[1] < 0:
            used = [0]
            weights = _fit(features[:, used], cells)
    found = dict(zip(used, (float(weight) for weight in weights), strict=True))
    return Calibration(
        found.get(1, 0.0),
        found.get(2, 0.0),
        found[0],
        scale,
        positives / (positives + negatives),
        positives,
        negatives,
    )


def _check_classes(positives: float, negatives: float) -> None:
    if not (positives > 0 and negatives > 0):
        raise InputError("calibration needs cases of both classes. One of the classes has none.")


def _fit(features: FloatArray, cells: ScoreCells, penalty: float = PENALTY) -> FloatArray:
    """Maximise the penalised binomial likelihood by Newton steps, halved until they improve."""
    counts = cells.positives + cells.negatives
    ridge = np.full(features.shape[1], penalty)
    ridge[0] = 0.0
    weights = np.zeros(features.shape[1])
    loss = _loss(features @ weights, cells) + 0.5 * float(ridge @ weights**2)
    for _ in range(_MAX_STEPS):
        shares = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (counts * shares - cells.positives) + ridge * weights
        curvature = counts * shares * (1 - shares)
        hessian = features.T @ (features * curvature[:, None]) + np.diag(np.maximum(ridge, 1e-12))
        step = np.linalg.solve(hessian, gradient)
        size = 1.0
        while size > 1e-10:
            moved = weights - size * step
            new_loss = _loss(features @ moved, cells) + 0.5 * float(ridge @ moved**2)
            if new_loss <= loss:
                break
            size /= 2
        else:
            break
        weights, gain, loss = moved, loss - new_loss, new_loss
        if gain <= 1e-12 * (1 + abs(loss)) and np.abs(size * step).max() < 1e-9:
            break
    return np.asarray(weights, dtype=np.float64)


def _loss(log_odds: FloatArray, cells: ScoreCells) -> float:
    """Return minus the log likelihood."""
    of_positives = float(cells.positives @ np.logaddexp(0, -log_odds))
    return of_positives + float(cells.negatives @ np.logaddexp(0, log_odds))


# --------------------------------------------------------------------------------------- is it a probability?


@dataclass(frozen=True, slots=True)
class CalibrationCheck:
    """Whether scores can be read as probabilities of a positive.

    ``logit(p) = intercept + slope * logit(score)``; 0 and 1 when the score is such a probability.

    Parameters
    ----------
    intercept, slope : float
        A slope below 1: scores are too extreme.
    statistic : float
        Likelihood-ratio statistic of "intercept 0 and slope 1", 2 degrees of freedom.
    p_value : float
    """

    intercept: float
    slope: float
    statistic: float
    p_value: float

    @property
    def is_contradicted(self) -> bool:
        """Whether the cases contradict that the score is a probability (p < 0.05)."""
        return self.p_value < 0.05


def check_calibration(cells: ScoreCells) -> CalibrationCheck | None:
    """Test whether the score is a probability of a positive, in the mix of these cases.

    Parameters
    ----------
    cells : ScoreCells

    Returns
    -------
    CalibrationCheck or None
        None when scores lie outside 0 to 1: then they are no probabilities.

    Raises
    ------
    InputError
        If a class has no cases.

    References
    ----------
    .. [1] Cox, D. R. (1958). Two further applications of a model for binary regression. Biometrika, 45,
       562-565.
    """
    from scipy.special import chdtrc

    _check_classes(float(cells.positives.sum()), float(cells.negatives.sum()))
    if cells.scores.min() < 0 or cells.scores.max() > 1:
        return None
    unit = np.clip(cells.scores, _EDGE, 1 - _EDGE)
    log_odds = np.log(unit) - np.log1p(-unit)
    features = np.column_stack([np.ones_like(unit), log_odds])
    intercept, slope = _fit(features, cells, penalty=1e-9)
    gain = _loss(log_odds, cells) - _loss(intercept + slope * log_odds, cells)
    statistic = max(2 * gain, 0.0)
    return CalibrationCheck(float(intercept), float(slope), statistic, float(chdtrc(2, statistic)))


# -------------------------------------------------------------------------------------------- what costs propose


@dataclass(frozen=True, slots=True)
class ProposedThreshold:
    """The threshold the costs ask for, by calibrated scores.

    Parameters
    ----------
    probability : float, 0 to 1
        Flag when a positive is at least this likely in production.
    score : float or None
        The score at which it is; None when no score that was seen reaches it (flag nothing).
    threshold : float or None
        The lowest counted threshold from there up; None with `score`, or without thresholds to choose from.
    """

    probability: float
    score: float | None
    threshold: float | None


def propose_threshold(
    calibration: Calibration,
    costs: UnitCosts,
    prevalence: Prevalence,
    *,
    score_low: float,
    score_high: float,
    thresholds: npt.NDArray[np.float64] | None = None,
) -> ProposedThreshold:
    """Turn costs into a threshold: flag when the loss of a miss outweighs that of a false alarm.

    Parameters
    ----------
    calibration : Calibration
    costs : UnitCosts
        Flagged when ``p > flagged_negative / (flagged_negative + missed_positive + caught_positive)``.
    prevalence : Prevalence
        In production; the calibrated odds are corrected for it.
    score_low, score_high : float
        The smallest and the largest score seen.
    thresholds : float64 array, optional
        Counted thresholds, ascending.

    Returns
    -------
    ProposedThreshold
        State its rates as counted there, with the ranges that hold for all thresholds at once.

    References
    ----------
    .. [1] Zadrozny, B. & Elkan, C. (2002). Transforming classifier scores into accurate multiclass
       probability estimates. KDD, 694-699.
    """
    total = costs.flagged_negative + costs.of_a_miss
    probability = costs.flagged_negative / total

    def reaches(score: float) -> bool:
        return float(calibration.probability(score, prevalence.value)) >= probability

    if not reaches(score_high):
        return ProposedThreshold(probability, None, None)
    low, high = score_low, score_high
    if reaches(low):
        high = low
    for _ in range(200):
        middle = low + (high - low) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if reaches(middle) else (middle, high)
    counted = None
    if thresholds is not None:
        at = int(np.searchsorted(thresholds, high))
        counted = float(thresholds[at]) if at < thresholds.size else None
    return ProposedThreshold(probability, high, counted)
