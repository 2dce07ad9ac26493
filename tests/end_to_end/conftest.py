"""Run the command as a user does, in this process, and make small files of scored cases."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectkit.cli.main import main

SEED_OPTIONS = [
    "--score=score",
    "--label=label",
    "--threshold=0.5",
    "--cases-per-day=8280",
    "--prevalence=280/8280",
    "--chosen-on=other cases",
    "--model-name=fraud detection model",
    "--case=transaction",
    "--words-positive=fraudulent transaction",
    "--negative=valid transaction",
    "--flagged=flagged as fraudulent and sent for manual review",
    "--date=2026-03-12",
]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    def call(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["expectkit", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return Run(int(stopped.value.code or 0), printed.out, printed.err)

    return call


def seed_columns() -> dict[str, np.ndarray]:
    """The README's counts: 280 positives of which 266 flagged at 0.5, 8,000 negatives of which 200 flagged."""
    rng = np.random.default_rng(1)
    label = np.r_[np.ones(280, np.int64), np.zeros(8000, np.int64)]
    score = np.r_[
        rng.uniform(0.5, 1, 266),
        rng.uniform(0, 0.49, 14),
        rng.uniform(0.5, 1, 200),
        rng.uniform(0, 0.49, 7800),
    ]
    return {"score": score, "label": label}


@pytest.fixture
def seed_file(tmp_path: Path) -> Path:
    path = tmp_path / "seed.parquet"
    pq.write_table(pa.table(seed_columns()), path)
    return path


@pytest.fixture
def seed_arguments(seed_file: Path) -> list[str]:
    return ["brief", f"--cases-file={seed_file}", *SEED_OPTIONS]
