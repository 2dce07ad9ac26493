"""Is it an 8? A briefing with pictures, from the handwritten digits that come with scikit-learn.

Run it with ``python examples/digits/brief_digits.py``; it writes ``out/digits``.
"""

from __future__ import annotations

from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import expectkit as ek


def make_briefing() -> ek.Briefing:
    """Score each digit by a model that did not see it, and brief on the scores."""
    digits = load_digits()
    is_eight = (digits.target == 8).astype(int)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    scores = cross_val_predict(model, digits.data, is_eight, cv=10, method="predict_proba")[:, 1]
    return ek.brief(
        is_eight,
        scores,
        images=digits.images / 16,
        threshold=0.5,
        cases_per_day=2_000,
        prevalence="as in cases",
        chosen_on="these cases",
        model_name="digit reader",
        case="digit",
        words_positive=["8", "8s"],
        negative="other digit",
        flagged="read as an 8",
        missed="not recognised",
        caught="recognised",
        date="2026-03-12",
        banner="An example: the 1,797 digits of scikit-learn, with a deliberately simple model and an assumed traffic.",
    )


if __name__ == "__main__":
    briefing = make_briefing()
    print(briefing.statement)
    briefing.save(Path("out/digits"), formats=("html", "md", "json"))
