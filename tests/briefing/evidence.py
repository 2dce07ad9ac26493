"""Measured by hand: the fraud model of the README at nine thresholds, and what a test wants to have otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from expectkit.briefing.record import Audience, InputRecord, ModelRecord, Provenance, Record
from expectkit.briefing.recorder import Evidence, write_record
from expectkit.briefing.vocabulary import Words
from expectkit.measure.histogram import GroupedHistogram
from expectkit.measure.operating_point import ThresholdRule, choose
from expectkit.measure.prevalence import DayProfile, Prevalence, Traffic
from expectkit.measure.settings import settings_beside
from expectkit.measure.simple_baselines import simple_baselines
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import daily_volumes, volume_curves

WORDS = Words.of(
    model_name="fraud detection model",
    case="transaction",
    positive="fraudulent transaction",
    negative="valid transaction",
    flagged="held for review",
)
STATED = DayProfile(Traffic.stated(8280), Prevalence.stated(280 / 8280))
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.49, 0.6, 0.7, 0.8, 0.9)
MISSED = (1, 2, 4, 8, 14, 25, 45, 80, 140)
FLAGGED = (2400, 1200, 700, 400, 200, 110, 60, 20, 4)
PROVENANCE = Provenance(
    inputs=(InputRecord("cases.parquet", "ab" * 32, 8280, 1000),),
    n_rows=8280,
    n_kept=8280,
    n_missing_score=0,
    n_missing_label=0,
    n_days=0,
    first_day="",
    last_day="",
    is_weighted=False,
    n_clusters=None,
    score_low=0.00001,
    score_high=0.9995,
    compare="float64",
    date="2026-03-12",
    expectkit_version="0.1.0",
    banner="",
)


def sweep_of(
    missed: Sequence[int] = MISSED,
    flagged: Sequence[int] = FLAGGED,
    n_positives: int = 280,
    n_negatives: int = 8000,
    thresholds: Sequence[float] = THRESHOLDS,
) -> Sweep:
    return Sweep.from_counts(thresholds, n_positives - np.array(missed), flagged, n_positives, n_negatives)


def evidence(
    *,
    sweep: Sweep | None = None,
    day: DayProfile = STATED,
    rule: ThresholdRule | None = None,
    chosen_here: bool = False,
    words: Words = WORDS,
    current: Any = None,
    **others: Any,
) -> Evidence:
    """Measure a sweep as the pipeline does; `others` are fields of `Evidence`."""
    counts = sweep_of() if sweep is None else sweep
    operating = choose(
        rule or ThresholdRule.at(0.49), counts, day, rng=np.random.default_rng(1), n_resamples=20
    )
    beside = settings_beside(counts, operating.threshold)
    fields: dict[str, Any] = {
        "model": ModelRecord(words.model_name, "3.2"),
        "words": words,
        "audience": Audience("Payments", (), ("Business owner",)),
        "provenance": PROVENANCE,
        "day": day,
        "sweep": counts,
        "curves": volume_curves(counts, day),
        "operating": operating,
        "chosen_on_these_cases": chosen_here,
        "settings": [
            (named, daily_volumes(counts, day, named.threshold, simultaneous=chosen_here)) for named in beside
        ],
        "baselines": simple_baselines(counts, day, operating.threshold, current=current),
        "current_name": "Today's decisions",
        "n_cases_at_threshold": 3,
        "shown_thresholds": range(len(counts.thresholds)),
        "confirmed_on_fresh_cases": False,
    }
    return Evidence(**(fields | others))


def record(**options: Any) -> Record:
    """Write the record of `evidence`."""
    return write_record(evidence(**options))


def whole_days(n_days: int = 28, every: int = 1) -> tuple[Sweep, DayProfile]:
    """Return a sweep over whole days from 2 March 2026, a Monday, on, Fridays busier, and its day profile."""
    busier = [1.2 if day % 7 == 4 else 1.0 for day in range(n_days)]
    negatives = [round(600 * factor) for factor in busier]
    cells = np.array([[[0, n - n // 40, n // 40], [0, 1, 19]] for n in negatives], np.int64) * every
    keys = tuple(str(np.datetime64("2026-03-02") + day) for day in range(n_days))
    by_day = GroupedHistogram(keys, np.array([0.1, 0.49]), cells)
    total = cells.sum(axis=0)
    sweep = Sweep.from_counts(
        [0.1, 0.49],
        [total[1, 1:].sum(), total[1, 2]],
        [total[0, 1:].sum(), total[0, 2]],
        total[1].sum(),
        total[0].sum(),
    )
    traffic = Traffic.observed(cells.sum(axis=(1, 2)).tolist())
    prevalence = Prevalence.as_in_cases(int(total[1].sum()), int(total[0].sum()))
    return sweep, DayProfile(traffic, prevalence, by_day)
