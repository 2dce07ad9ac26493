"""Findings on what a score says as a probability: the intercept and slope of Cox's check."""

from __future__ import annotations

import math

import numpy as np

from expectkit.engine.columns import MISSING, LabelReader, Place, numbers
from expectkit.gate.cases import GateCases
from expectkit.measure.calibration import CalibrationCheck, ScoreCells, check_calibration
from expectkit.promise.evidence import Finding
from expectkit.promise.terms import Term

_EDGE = 1e-9  # scores are kept this far from 0 and 1, as in the check itself


def calibration(term: Term, cases: GateCases) -> list[Finding]:
    """Find the intercept or the slope of ``logit(p) = intercept + slope * logit(score)``."""
    if term.slice is not None:
        return [Finding.nothing("It is judged for all cases together only.")]
    cells = _single_scores(cases)
    check = check_calibration(cells)
    if check is None:
        return [Finding.nothing("The scores lie outside 0 to 1, so they are no probabilities.")]
    errors = standard_errors(cells, check)
    worth = min(
        float(cases.counts.effective_positives[cases.place]) / cases.counts.n_positives,
        float(cases.counts.effective_negatives[cases.place]) / cases.counts.n_negatives,
    )
    is_slope = term.measure == "calibration_slope"
    value, error = (check.slope, errors[1]) if is_slope else (check.intercept, errors[0])
    reach = _z(cases.risk.one_sided()) * error / math.sqrt(worth)
    p_value = f"p = {check.p_value:.3f}" if check.p_value >= 0.001 else "p < 0.001"
    reason = f"Cox's check of intercept 0 and slope 1: {p_value}."
    return [Finding(value, value - reach, value + reach, "cases", n=cells.scores.size, reason=reason)]


def _z(alpha: float) -> float:
    from scipy.special import ndtri

    return -float(ndtri(alpha))


def _single_scores(cases: GateCases) -> ScoreCells:
    """Read the scores once more: the check looks at far ends, where cells are too coarse."""
    columns, source = cases.columns, cases.source.with_numbers([cases.columns.score])
    reader = LabelReader(columns.label, columns.positive)
    labels, scores = [], []
    for batch in source.batches((columns.score, columns.label)):
        labels.append(reader.codes(batch.columns[columns.label], Place(source, batch, columns.label)))
        found = numbers(batch.columns[columns.score], Place(source, batch, columns.score))
        scores.append(found.astype(np.float64))
    y_true, y_score = np.concatenate(labels), np.concatenate(scores)
    usable = (y_true != MISSING) & np.isfinite(y_score)
    return ScoreCells.from_arrays(y_true[usable], y_score[usable])


def standard_errors(cells: ScoreCells, check: CalibrationCheck) -> tuple[float, float]:
    """Return the standard errors of intercept and slope, from the Fisher information at the fit.

    Parameters
    ----------
    cells : ScoreCells
    check : CalibrationCheck

    Returns
    -------
    (float, float)
        Infinite where the fit has no curvature.
    """
    unit = np.clip(cells.scores, _EDGE, 1 - _EDGE)
    log_odds = np.log(unit) - np.log1p(-unit)
    share = 1 / (1 + np.exp(-np.clip(check.intercept + check.slope * log_odds, -700, 700)))
    weight = (cells.positives + cells.negatives) * share * (1 - share)
    a, b, c = float(weight.sum()), float((weight * log_odds).sum()), float((weight * log_odds**2).sum())
    determinant = a * c - b * b
    if determinant <= 0:
        return math.inf, math.inf
    return math.sqrt(c / determinant), math.sqrt(a / determinant)
