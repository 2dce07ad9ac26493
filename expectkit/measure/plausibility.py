"""Signs that something is wrong with the scores, the labels, the threshold or the mix; plain yes or no."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from expectkit.measure.intervals import clopper_pearson
from expectkit.measure.prevalence import DayProfile, Prevalence
from expectkit.measure.sweep import Sweep

MISMATCH_ALPHA = 0.01
_ONE_SIDED = 1.645


def ranking_share(sweep: Sweep) -> float:
    """Return how often a random positive scores above a random negative, ties counted half (the area under ROC).

    Parameters
    ----------
    sweep : Sweep
        Cases of one gap between thresholds count as ties.

    Returns
    -------
    float, 0 to 1
        nan when a class has no cases.

    References
    ----------
    .. [1] Hanley, J. & McNeil, B. (1982). The meaning and use of the area under a ROC curve. Radiology, 143,
       29-36.
    """
    caught = np.concatenate([[1.0], 1 - sweep.false_negative_rates, [0.0]])
    alarms = np.concatenate([[1.0], sweep.false_positive_rates, [0.0]])
    return float(np.sum((caught[:-1] + caught[1:]) / 2 * -np.diff(alarms)))


def scores_look_reversed(sweep: Sweep) -> bool:
    """Return whether positives score lower than negatives by more than chance (one-sided, 5 %).

    The standard deviation of the ranking share without any skill is ``sqrt((n1 + n0 + 1) / (12 n1 n0))``, with
    the smallest effective numbers of cases.
    """
    share = ranking_share(sweep)
    if math.isnan(share):
        return False
    n1, n0 = float(sweep.effective_positives.min()), float(sweep.effective_negatives.min())
    return share + _ONE_SIDED * math.sqrt((n1 + n0 + 1) / (12 * n1 * n0)) < 0.5


def is_no_better_than_random(sweep: Sweep, day: DayProfile, threshold: float) -> bool:
    """Return whether the threshold makes more mistakes a day than flagging nothing, and catches too little.

    Too little: a smaller share of the positives than of all cases, so flagging as many at random would catch more.

    Parameters
    ----------
    sweep : Sweep
    day : DayProfile
    threshold : float
        One of the sweep's thresholds.
    """
    place, share = sweep.index_of(threshold), day.prevalence.value
    caught = 1 - float(sweep.false_negative_rates[place])
    alarms = float(sweep.false_positive_rates[place])
    return (1 - share) * alarms > share * caught and caught < alarms


def flags_all_or_nothing(sweep: Sweep, threshold: float) -> Literal["all", "nothing"] | None:
    """Return whether the threshold lies outside all scores, so that it flags every case or none."""
    counts = sweep.counts_at(threshold)
    if counts.n_flagged == 0:
        return "nothing"
    return "all" if counts.n_flagged == counts.n_cases else None


def mix_excludes_the_file(sweep: Sweep, prevalence: Prevalence) -> bool:
    """Return whether the stated share of positives, or that of a sample, cannot be the file's own.

    That is, their 99 % ranges do not overlap. The file then does not hold all cases of its days. Shares taken from
    the file itself never do.

    Parameters
    ----------
    sweep : Sweep
    prevalence : Prevalence
    """
    n_cases = sweep.n_positives + sweep.n_negatives
    if prevalence.source in ("as in cases", "kept negatives") or n_cases == 0:
        return False
    worth = n_cases if sweep.effective_cases is None else sweep.effective_cases
    own_low, own_high = clopper_pearson(sweep.n_positives / n_cases * worth, worth, MISMATCH_ALPHA)
    low, high = prevalence.limits(MISMATCH_ALPHA)
    return bool(high < own_low or low > own_high)
