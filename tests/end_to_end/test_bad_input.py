"""What a user can get wrong: each a one-line message that says what to do, exit 2, nothing written."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import expectkit as ek
from expectkit.errors import DataError, InputError
from tests.end_to_end.conftest import SEED_OPTIONS, Run, seed_columns


def _frame(**changes: object) -> pd.DataFrame:
    return pd.DataFrame({**seed_columns(), **changes})


def _text_scores() -> pd.DataFrame:
    frame = _frame()
    frame["score"] = frame["score"].astype(str)
    frame.loc[4, "score"] = "high"
    return frame


def _three_labels() -> pd.DataFrame:
    frame = _frame()
    frame.loc[9, "label"] = 2
    return frame


BAD_CASES: dict[str, tuple[Callable[[], pd.DataFrame], list[str], list[str]]] = {
    "missing column": (_frame, ["--score=scroe"], ["scroe", "Did you mean 'score'"]),
    "scores that are text": (_text_scores, [], ["row 1", "score", "numbers are needed"]),
    "three labels": (_three_labels, [], ["label", "2"]),
    "positive value never seen": (_frame, ["--cases-positive=9"], ["9", "label"]),
    "one class only": (lambda: _frame(label=np.zeros(8280, int)), [], ["all 8,280 cases are negative"]),
    "no rows": (lambda: _frame().iloc[:0], [], ["seed.parquet"]),
    "negative weights": (
        lambda: _frame(w=np.r_[-1.0, np.ones(8279)]),
        ["--weight=w"],
        ["weight", "-1"],
    ),
    "prevalence meant as per cent": (_frame, ["--prevalence=3.4"], ["3.4", "0.034"]),
    "unknown rule": (_frame, ["--threshold=lowest cots"], ["--threshold"]),
    "missing scores": (
        lambda: _frame(score=np.r_[np.nan, seed_columns()["score"][1:]]),
        [],
        ["--drop-missing"],
    ),
    "infinite scores": (lambda: _frame(score=np.r_[np.inf, seed_columns()["score"][1:]]), [], ["infinite"]),
    "no cases a day": (_frame, ["--cases-per-day=0"], ["--cases-per-day", "found 0"]),
}


@pytest.mark.parametrize("name", BAD_CASES)
def test_bad_cases_get_one_line_that_says_what_to_do(
    name: str, run: Callable[..., Run], tmp_path: Path
) -> None:
    make, options, expected = BAD_CASES[name]
    path = tmp_path / "seed.parquet"
    make().to_parquet(path)
    done = run("brief", f"--cases-file={path}", *SEED_OPTIONS, *options, "--out", tmp_path / "out")
    assert_refused(done, expected)
    assert not (tmp_path / "out").exists()


def test_a_balanced_file_without_a_stated_mix_is_refused(run: Callable[..., Run], tmp_path: Path) -> None:
    path = tmp_path / "seed.parquet"
    _frame().iloc[:560].to_parquet(path)
    options = [option for option in SEED_OPTIONS if not option.startswith("--prevalence")]
    done = run("brief", f"--cases-file={path}", *options, "--out", tmp_path / "out")
    assert_refused(done, ["rebalanced", "prevalence"])


def test_a_broken_csv_row_is_named_with_file_line_and_column(run: Callable[..., Run], tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("score,label\n0.9,1\n0.2,0\nabc,0\n0.4,0\n")
    done = run("brief", f"--cases-file={path}", *SEED_OPTIONS, "--out", tmp_path / "out")
    assert_refused(done, ["scores.csv", "line 4", "score", "abc"])


def test_a_row_with_too_many_fields_is_named(run: Callable[..., Run], tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("score,label\n0.9,1\n0.2,0,7,8\n")
    done = run("brief", f"--cases-file={path}", *SEED_OPTIONS, "--out", tmp_path / "out")
    assert_refused(done, ["scores.csv", "line 3"])


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"PAR1 not really PAR1", "broken.parquet"), (b"", "empty.csv"), (b"", "empty.parquet")],
)
def test_files_that_cannot_be_read_are_named(
    content: bytes, name: str, run: Callable[..., Run], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert_refused(run("brief", f"--cases-file={path}", *SEED_OPTIONS, "--out", tmp_path / "out"), [name])


def test_a_missing_file_is_named(run: Callable[..., Run], tmp_path: Path) -> None:
    done = run("brief", f"--cases-file={tmp_path / 'nowhere.parquet'}", *SEED_OPTIONS)
    assert_refused(done, ["nowhere.parquet"])


def test_an_unknown_config_key_is_named_with_the_nearest(run: Callable[..., Run], tmp_path: Path) -> None:
    config = tmp_path / "expectkit.toml"
    config.write_text('[cases]\nfile = "a.csv"\nscroe = "s"\n')
    assert_refused(run("brief", config), ["expectkit.toml", "scroe", '"score"'])


def test_an_unknown_option_and_an_unknown_format_are_refused(
    run: Callable[..., Run], seed_arguments: list[str]
) -> None:
    assert run(*seed_arguments, "--treshold=0.5").code == 2
    assert_refused(run(*seed_arguments, "--format=docx"), ["docx", "html"])


def test_an_unwritable_folder_leaves_the_old_bundle_whole(
    run: Callable[..., Run], seed_arguments: list[str], tmp_path: Path
) -> None:
    out = tmp_path / "file-not-folder"
    out.write_text("mine")
    done = run(*seed_arguments, "--out", out, "--format=json")
    assert_refused(done, ["file-not-folder"])
    assert out.read_text() == "mine"


@pytest.mark.slow
@pytest.mark.pdf
def test_a_kill_at_any_moment_leaves_a_whole_bundle(seed_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "expectkit",
        "brief",
        f"--cases-file={seed_file}",
        *SEED_OPTIONS,
        "--out",
        str(out),
    ]
    subprocess.run(command, check=True, capture_output=True)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    for seconds in (0.5, 1.2, 1.8, 2.4):
        process = subprocess.Popen(
            [*command, "--threshold=0.7"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if process.returncode == 0:
            break
        now = {
            path.name: path.read_bytes() for path in out.iterdir() if path.is_file() and path.name[0] != "."
        }
        assert set(now) == set(before)
        assert all(content for content in now.values())
    subprocess.run(command, check=True, capture_output=True)
    assert {path.name for path in out.iterdir()} == set(before)


def assert_refused(done: Run, expected: list[str]) -> None:
    assert done.code == 2
    assert done.out == ""
    lines = done.err.strip().splitlines()
    assert len(lines) == 1, done.err
    assert lines[0].startswith("expectkit: ")
    assert "Traceback" not in done.err
    for part in expected:
        assert part in lines[0], lines[0]


def test_series_in_different_orders_are_refused_and_not_paired_by_position() -> None:
    y = pd.Series([0, 1] * 50)
    s = pd.Series(np.linspace(0, 1, 100))
    options: dict[str, object] = {"threshold": 0.5, "cases_per_day": 10, "prevalence": "as in cases"}
    shuffled = y.sample(frac=1, random_state=1)
    with pytest.raises(InputError, match=r"y_true and y_score have different indexes.*loc\[y_true\.index\]"):
        ek.brief(shuffled, s, **options)
    with pytest.raises(InputError, match="different indexes"):
        ek.brief(y, s, sample_weight=s.sort_values(ascending=False) + 1, **options)
    in_order = ek.brief(shuffled, s.loc[shuffled.index], **options).record
    assert in_order.settings == ek.brief(y, s, **options).record.settings
    assert ek.brief(shuffled.to_numpy(), s, **options).record.settings != in_order.settings


def test_a_positive_value_that_no_row_holds_is_told_as_that() -> None:
    with pytest.raises(DataError, match="holds '0' and '1', and none of them is the positive value '2'"):
        ek.brief(
            [0, 1] * 20, [0.5] * 40, pos_label=2, threshold=0.5, cases_per_day=1, prevalence="as in cases"
        )
