"""Make the files of this example from the simulated fraud sample: the promise's cases, a good and a bad candidate.

The first 14 days of the sample are the cases on which the promise was agreed. The last 14 are fresh: the good candidate
is the same model on them; the bad one is blind to four of ten frauds made online, as after a broken feature.

``python make_candidates.py`` writes ``candidates/``; ``--agree`` writes ``promise.toml`` anew as well.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectkit.io.sample import sample_config

SEED = 20260315
COLUMNS = ["transaction_id", "time", "customer_id", "channel", "score", "is_fraud"]
AGREED = (
    "--threshold=0.49",
    "--chosen-on=other cases",
    "--date=2026-03-16",
    "--decided-by=Head of payments risk (example)",
    "--reason=Reviewers can take 250 false alarms a day, and more misses than 20 a day cost too much.",
    "--term=missed_positives_per_day=20",
    "--term=flagged_negatives_per_day=250",
    "--term=false_negative_rate=7.5%",
    "--term=false_positive_rate=3%",
    "--term=false_negative_rate[channel]=35%",
)


def blind_online(table: pa.Table, share: float) -> pa.Table:
    """Give a share of the frauds made online the score of a valid payment."""
    rng = np.random.default_rng(SEED)
    score = table["score"].to_numpy().copy()
    is_fraud = table["is_fraud"].to_numpy() == 1
    is_online = pc.equal(table["channel"].cast(pa.string()), "online").to_numpy()
    hit = is_fraud & is_online & (rng.uniform(size=score.size) < share)
    score[hit] = rng.choice(score[~is_fraud], size=int(hit.sum()))
    return table.set_column(table.column_names.index("score"), "score", pa.array(score))


def make(folder: Path) -> None:
    """Write the three files of scored cases."""
    cases = pq.read_table(sample_config().parent / "scored_cases.parquet", columns=COLUMNS)
    days = cases["time"].cast(pa.date32())
    middle = pc.add(pc.min(days).cast(pa.int32()), 14)
    is_early = pc.less(days.cast(pa.int32()), middle)
    fresh = cases.filter(pc.invert(is_early))
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(cases.filter(is_early), folder / "agreed_on.parquet")
    pq.write_table(fresh, folder / "good.parquet")
    pq.write_table(blind_online(fresh, 0.4), folder / "bad.parquet")


def agree(here: Path, folder: Path) -> None:
    """Agree the promise on the first 14 days, as a meeting would with ``expectkit agree``."""
    command = [sys.executable, "-m", "expectkit", "agree", str(here / "expectkit.toml"), "--replace", *AGREED]
    subprocess.run([*command, f"--cases-file={folder / 'agreed_on.parquet'}"], check=True)


def main() -> None:
    """Read the command line and write the files."""
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=here / "candidates", help="folder of the scored cases")
    parser.add_argument("--agree", action="store_true", help="write promise.toml anew")
    told = parser.parse_args()
    make(told.out)
    if told.agree:
        agree(here, told.out)


if __name__ == "__main__":
    main()
