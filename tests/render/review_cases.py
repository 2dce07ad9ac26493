"""Briefings for the tests of the review page: small sets of cases that reach every level of statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from expectkit.api import Briefing, brief
from expectkit.briefing.recorder import Evidence
from expectkit.briefing.review_inputs import ReviewInputs
from expectkit.briefing.vocabulary import Words

COSTS = {"missed_positive": 120.0, "flagged_negative": 4.0, "currency": "EUR"}
REVIEWS = {"minutes_per_review": 4.0, "review_capacity_per_day": 500.0}
STATED = {"cases_per_day": 8280.0, "prevalence": 280 / 8280}


@dataclass(frozen=True)
class Scored:
    """Labels and scores, and what goes with each case."""

    labels: np.ndarray
    scores: np.ndarray
    columns: Mapping[str, np.ndarray]


def scored(
    n_positives: int, n_negatives: int, *, apart: float = 3.4, seed: int = 5, digits: int = 3
) -> Scored:
    rng = np.random.default_rng(seed)
    logits = np.r_[rng.normal(apart / 2, 1.0, n_positives), rng.normal(-apart / 2, 1.0, n_negatives)]
    scores = np.round(1 / (1 + np.exp(-logits)), digits)
    labels = np.r_[np.ones(n_positives, np.int64), np.zeros(n_negatives, np.int64)]
    order = rng.permutation(labels.size)
    days = np.array([f"2026-03-{day:02d}" for day in rng.integers(1, 15, labels.size)])
    groups = rng.integers(0, 900, labels.size)
    return Scored(labels[order], scores[order], {"time": days[order], "group": groups[order]})


def words() -> Words:
    return Words.of(
        model_name="fraud detection model",
        case="transaction",
        positive="fraudulent transaction",
        negative="valid transaction",
        flagged="flagged as fraudulent and sent for manual review",
    )


def _brief(cases: Scored, **options: Any) -> Briefing:
    given = {"words": words(), "threshold": 0.5, "candidates": (0.3, 0.7), "date": "2026-03-12"} | options
    return brief(cases.labels, cases.scores, **given)


def _observed() -> Briefing:
    cases = scored(420, 9_000)
    return _brief(
        cases,
        **cases.columns,
        cases_per_day="observed",
        prevalence="as in cases",
        chosen_on="these cases",
        caught_positive=10.0,
        **COSTS,
        **REVIEWS,
    )


def _two_scores_only() -> Briefing:
    cases = Scored(np.r_[np.ones(200, int), np.zeros(2_000, int)], np.full(2_200, 0.5), {})
    return _brief(cases, **STATED, **COSTS, candidates=())


CASES: Mapping[str, Callable[[], Briefing]] = {
    "stated": lambda: _brief(scored(400, 9_000), **STATED, **COSTS, **REVIEWS, chosen_on="these cases"),
    "fixed beforehand": lambda: _brief(scored(400, 9_000), **STATED, **COSTS, chosen_on="other cases"),
    "whole days": _observed,
    "a range of traffic": lambda: _brief(
        scored(400, 6_000, digits=2),
        cases_per_day=(8_000.0, 9_000.0),
        prevalence=(0.03, 0.04),
        day_to_day_variation=0.2,
        **COSTS,
        chosen_on="these cases",
    ),
    "few errors": lambda: _brief(
        scored(300, 2_000, apart=7.0), cases_per_day=900.0, prevalence=0.02, **COSTS
    ),
    "29 positives": lambda: _brief(scored(29, 3_000), **STATED, **COSTS),
    "five scores": lambda: _brief(scored(300, 3_000, apart=2.0, digits=1), **STATED, **COSTS, candidates=()),
    "one score": _two_scores_only,
    "no costs": lambda: _brief(scored(400, 4_000), **STATED),
    "a small sample": lambda: _brief(
        scored(400, 6_000), cases_per_day=8_280.0, prevalence={"positives": 6, "of": 300}, **COSTS
    ),
    "rare": lambda: _brief(scored(200, 5_000), cases_per_day=40.0, prevalence=0.004, **COSTS),
}


@cache
def briefing(name: str) -> Briefing:
    """Return one of the briefings, made once."""
    return CASES[name]()


@cache
def inputs(name: str) -> ReviewInputs:
    """Return its inputs for the review page, made once."""
    review = briefing(name)._review
    assert review is not None
    return review()


@cache
def evidence(name: str) -> Evidence:
    """Return what was measured for one of the briefings."""
    review = briefing(name)._review
    assert review is not None
    kept: list[Evidence] = next(
        cell.cell_contents for cell in review.__closure__ or () if isinstance(cell.cell_contents, list)
    )
    return kept[0]


def small_briefing(cases: Scored, text: str) -> Briefing:
    """Return a briefing whose every word is `text`."""
    hostile = Words.of(
        model_name=text,
        case=[text, text],
        positive=[text, text],
        negative=[text, text],
        flagged=text,
        missed=text,
    )
    options = STATED | COSTS | {"model_version": text, "banner": text, "team": text}
    return brief(cases.labels, cases.scores, words=hostile, threshold=0.5, date="2026-03-12", **options)
