"""The pytest plugin, in a pytest of its own: the fixture, terms as tests, and no weight when unused."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectkit.io.promise_file import write_promise
from expectkit.promise.agreement import Conditions, Promise
from expectkit.promise.terms import Term

ROOT = Path(__file__).resolve().parent.parent
PROMISE = Promise(
    status="draft",
    model_name="model",
    model_version="1",
    threshold=0.5,
    terms=(Term("false_negative_rate", at_most=0.09), Term("missed_positives_per_day", at_most=25.0)),
    conditions=Conditions(8280.0, 8280.0, 0.033, 0.034),
    confirmed_on_fresh_cases=True,
    sentence="",
)
TESTS = """
import numpy as np

def cases(n_missed):
    y_true = np.r_[np.ones(280, int), np.zeros(8000, int)]
    y_score = np.r_[np.full(280 - n_missed, 0.9), np.full(n_missed, 0.1), np.full(8000, 0.2)]
    return y_true, y_score

def test_good(expectations):
    assert expectations.kept_by(*cases(14))

def test_bad(expectations):
    assert expectations.kept_by(*cases(80))

def test_undecided(expectations):
    assert expectations.kept_by(*cases(20), undecided="pass")
    assert not expectations.kept_by(*cases(20))

def test_frame(expectations):
    y_true, y_score = cases(14)
    assert expectations.kept_by({"s": y_score, "y": y_true}, score="s", label="y")
"""


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    installed = any(point.name == "expectkit" for point in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "expectkit.pytest_plugin"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *plugin,
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        *arguments,
    ]
    # with CI set pytest prints each failure a second time, in full, in its summary
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "BUILD_NUMBER"}}
    environment = {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_promise(tmp_path / "promise.toml", PROMISE)
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    return tmp_path


def write_config(folder: Path, n_missed: int) -> None:
    label = np.r_[np.ones(280, np.int64), np.zeros(8000, np.int64)]
    score = np.r_[np.full(280 - n_missed, 0.9), np.full(n_missed, 0.1), np.full(8000, 0.2)]
    pq.write_table(pa.table({"score": score, "label": label}), folder / "cases.parquet")
    text = 'schema_version = 1\n[cases]\nfile = "cases.parquet"\nscore = "score"\nlabel = "label"\n'
    (folder / "expectkit.toml").write_text(f"{text}[traffic]\nprevalence = 0.0338\ncases_per_day = 8280\n")


def test_the_fixture_passes_what_is_kept_and_explains_what_is_not(folder: Path) -> None:
    (folder / "test_model.py").write_text(TESTS)
    done = run_pytest(folder, "-q")
    assert "1 failed, 3 passed" in done.stdout, done.stdout + done.stderr
    assert "assert <Broken: False negative rate, promised at most 9%, measured 29%" in done.stdout
    assert "expectkit: the promise" in done.stdout
    assert "The promise is broken: 2 of 2 terms broken." in done.stdout


@pytest.mark.parametrize(
    ("n_missed", "more", "summary"),
    [
        (14, (), "2 passed"),
        (80, (), "2 failed"),
        (20, (), "2 failed"),
        (20, ("--expectkit-undecided=skip",), "2 skipped"),
        (80, ("-k", "missed_positives"), "1 failed, 1 deselected"),
    ],
)
def test_each_term_of_a_promise_is_a_test(
    folder: Path, n_missed: int, more: tuple[str, ...], summary: str
) -> None:
    write_config(folder, n_missed)
    done = run_pytest(folder, "--expectkit-promise=promise.toml", *more)
    assert summary in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("Rests on") == (1 if "failed" in summary else 0)


def test_a_promise_that_was_changed_by_hand_stops_the_run(folder: Path) -> None:
    path = folder / "promise.toml"
    path.write_text(path.read_text("utf-8").replace("0.09", "0.5"), "utf-8")
    done = run_pytest(folder, "--expectkit-promise=promise.toml")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "changed after it was sealed" in done.stderr


def test_cases_that_cannot_be_read_fail_with_our_sentence_and_no_traceback(folder: Path) -> None:
    write_config(folder, 14)
    (folder / "cases.parquet").unlink()
    done = run_pytest(folder, "--expectkit-promise=promise.toml")
    assert "expectkit could not run: " in done.stdout
    assert "Traceback" not in done.stdout


def test_the_plugin_loads_nothing_heavy_until_it_is_used(folder: Path) -> None:
    (folder / "test_plain.py").write_text(
        "import sys\n\ndef test_nothing_heavy():\n"
        "    assert not {'numpy', 'pyarrow', 'scipy', 'rich', 'expectkit.gate'} & set(sys.modules)\n"
    )
    done = run_pytest(folder, "-q", "-p", "no:hypothesispytest", "-p", "no:xdist", "-p", "no:syrupy")
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_the_plugin_is_registered_with_pytest() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"expectkit": "expectkit.pytest_plugin"}
