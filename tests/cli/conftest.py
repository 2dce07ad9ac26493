"""A small project in a folder, and a run of the command as a user sees it, in this process."""

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

CONFIG = """\
schema_version = 1
[model]
name = "fraud detection model"
version = "3.1"
file = "model.bin"
[cases]
file = "cases.parquet"
score = "score"
label = "label"
[words]
case = "transaction"
positive = "fraudulent transaction"
negative = "valid transaction"
flagged = "flagged as fraudulent and sent for manual review"
[traffic]
cases_per_day = 8280
prevalence = { positives = 280, of = 8280 }
[threshold]
operating = 0.5
candidates = [0.4]
chosen_on = "these cases"
[costs]
currency = "EUR"
[briefing]
owner = "Payments risk"
date = 2026-03-01
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the command left behind."""

    code: int
    out: str
    err: str


RunCommand = Callable[..., Run]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    def call(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["expectkit", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        printed = capsys.readouterr()
        return Run(int(stopped.value.code or 0), printed.out, printed.err)

    return call


def write_cases(path: Path, seed: int = 1, n_flagged: int = 200, every: int = 1) -> None:
    """280 positives, 266 of them at 0.5 or more, 8,000 negatives, `n_flagged` of them; or `every` so many."""
    rng = np.random.default_rng(seed)
    label = np.r_[np.ones(280, np.int64), np.zeros(8000, np.int64)]
    parts = [(0.5, 1, 266), (0, 0.49, 14), (0.5, 1, n_flagged), (0, 0.49, 8000 - n_flagged)]
    score = np.concatenate([rng.uniform(*part) for part in parts])
    pq.write_table(pa.table({"score": score[::every], "label": label[::every]}), path)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config, cases and a model file; no date in the environment."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    write_cases(tmp_path / "cases.parquet")
    (tmp_path / "model.bin").write_bytes(b"weights")
    (tmp_path / "expectkit.toml").write_text(CONFIG, "utf-8")
    return tmp_path


Agree = Callable[..., Run]


@pytest.fixture
def agree(run: RunCommand, project: Path) -> Agree:
    """Return a function that agrees the setting 0.5 in the project; more arguments are handed on."""

    def call(*more: str | Path, threshold: str = "0.5") -> Run:
        who = ["--decided-by", "Risk committee", "--reason", "Few enough reviews", "--date", "2026-03-12"]
        return run("agree", project / "expectkit.toml", f"--threshold={threshold}", *who, *more)

    return call


Brief = Callable[..., Path]


@pytest.fixture
def brief(run: RunCommand, project: Path) -> Brief:
    """Return a function that briefs the project in some formats and returns the folder."""

    def call(formats: str, *more: str | Path) -> Path:
        out = project / "out"
        done = run("brief", project / "expectkit.toml", "--out", out, f"--format={formats}", *more)
        assert done.code == 0, done.err
        return out

    return call
