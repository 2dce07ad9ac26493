"""Which digit is it? A briefing on ten classes, from the handwritten digits that come with scikit-learn.

Run it with ``python examples/digits_classes/brief_digits_classes.py``; it writes ``out/digits_classes``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import expectkit as ek
from expectkit.several import ClassesBriefing

TOLERATED = 0.02
CANDIDATES = np.arange(0.5, 1.0, 0.01)


def make_briefing() -> ClassesBriefing:
    """Score each digit by a model that did not see it, choose thresholds on one half and brief on the other."""
    digits = load_digits()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    scores = cross_val_predict(model, digits.data, digits.target, cv=10, method="predict_proba")
    chosen_on, told_on = train_test_split(
        np.arange(digits.target.size), test_size=0.5, random_state=0, stratify=digits.target
    )
    return ek.brief(
        digits.target[told_on],
        scores[told_on],
        classes=digits.target_names,
        thresholds=choose_thresholds(digits.target[chosen_on], scores[chosen_on]),
        chosen_on="other cases",
        cases_per_day=5_000,
        class_mix="as in cases",
        words_classes={str(name): [f"digit {name}", f"digits {name}"] for name in digits.target_names},
        model_name="digit reader",
        case="digit",
        date="2026-03-12",
        banner="An example: half of the 1,797 digits of scikit-learn, a deliberately simple model, an assumed traffic.",
    )


def choose_thresholds(y_true: NDArray[np.int64], scores: NDArray[np.float64]) -> list[float]:
    """Return for each class the lowest threshold at which at most 2 of 100 digits named by it are others."""
    named = scores.argmax(axis=1)
    found = []
    for name in range(scores.shape[1]):
        is_right, confidence = y_true[named == name] == name, scores[named == name, name]
        shares = [np.mean(~is_right[confidence >= t]) if np.any(confidence >= t) else 0.0 for t in CANDIDATES]
        found.append(round(float(CANDIDATES[int(np.argmax(np.array(shares) <= TOLERATED))]), 2))
    return found


if __name__ == "__main__":
    briefing = make_briefing()
    print(briefing.statement)
    briefing.save(Path("out/digits_classes"), formats=("html", "md", "json"))
