"""`expectkit init`: a look at the columns, and a config that brief can use."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import RunCommand, write_cases


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "scored.parquet"
    path.parent.mkdir()
    write_cases(path)
    return path


def test_the_config_names_the_file_from_where_it_lies_and_says_what_was_guessed(
    run: RunCommand, scores: Path, tmp_path: Path
) -> None:
    out = tmp_path / "project" / "expectkit.toml"
    out.parent.mkdir()
    done = run("init", scores, "--out", out)
    assert done.code == 0, done.err
    written = tomllib.loads(out.read_text("utf-8"))["cases"]
    assert written["file"] == "../data/scored.parquet"
    assert (written["score"], written["label"]) == ("score", "label")
    assert "score" in done.out
    assert f"expectkit brief {out}" in done.err


def test_what_init_writes_brief_reads(run: RunCommand, scores: Path, tmp_path: Path) -> None:
    config, out = tmp_path / "expectkit.toml", tmp_path / "out"
    assert run("init", scores, "--out", config).code == 0
    done = run("brief", config, "--threshold=0.5", "--cases-per-day=8280", "--format=json", "--out", out)
    assert done.code == 0, done.err
    assert "5% false negative rate" in done.out
    assert (out / "record.json").is_file()


def test_a_config_that_is_there_is_replaced_only_when_asked(
    run: RunCommand, scores: Path, tmp_path: Path
) -> None:
    config = tmp_path / "expectkit.toml"
    config.write_text("# mine\n", "utf-8")
    done = run("init", scores, "--out", config)
    assert (done.code, done.out) == (2, "")
    assert "exists already. Pass --force" in done.err
    assert config.read_text("utf-8") == "# mine\n"
    assert run("init", scores, "--out", config, "--force").code == 0
    assert "[cases]" in config.read_text("utf-8")


def test_a_glob_stays_a_glob(run: RunCommand, scores: Path, tmp_path: Path) -> None:
    write_cases(scores.with_name("scored-2.parquet"), seed=2)
    config = tmp_path / "expectkit.toml"
    assert run("init", scores.parent / "scored*.parquet", "--out", config).code == 0
    assert tomllib.loads(config.read_text("utf-8"))["cases"]["file"] == "data/scored*.parquet"


def test_scores_that_are_not_there_leave_nothing_behind(run: RunCommand, tmp_path: Path) -> None:
    done = run("init", tmp_path / "none.parquet", "--out", tmp_path / "expectkit.toml")
    assert done.code == 2
    assert "there is no such file" in done.err
    assert list(tmp_path.iterdir()) == []


def test_answers_to_the_frame_and_the_launch_make_their_sections_appear(
    run: RunCommand, scores: Path, tmp_path: Path
) -> None:
    config, out = tmp_path / "expectkit.toml", tmp_path / "out"
    assert run("init", scores, "--out", config).code == 0
    drafted = config.read_text("utf-8")
    pages = []
    head, mark, answers = drafted.partition("[frame]")
    for text in (drafted, head + mark + re.sub(r"(?m)^# ", "", answers)):
        config.write_text(text, "utf-8")
        done = run("brief", config, "--threshold=0.5", "--cases-per-day=8280", "--format=md", "--out", out)
        assert done.code == 0, done.err
        pages.append((out / "briefing.md").read_text("utf-8"))
    before, after = pages
    sections = ("The problem on one page", "What is to be decided before launch")
    assert [title for title in sections if title in before] == []
    assert [title for title in sections if title not in after] == []
    for answer in ("Reviewers cannot look at every payment", "A payment is held for at most 20 minutes"):
        assert answer in after
    for answer in ("Fraud analysts", "Head of operations", "600"):
        assert answer in after[after.index(sections[1]) :]
    assert "question is still open" not in after


def test_the_file_of_cases_is_never_replaced_by_its_config(run: RunCommand, scores: Path) -> None:
    before = scores.read_bytes()
    done = run("init", scores, "--out", scores, "--force")
    assert (done.code, "is the file of cases itself. Name another file." in done.err) == (2, True)
    assert scores.read_bytes() == before


def test_a_folder_is_no_file_to_write(run: RunCommand, scores: Path, tmp_path: Path) -> None:
    done = run("init", scores, "--out", tmp_path, "--force")
    assert (done.code, "is a directory" in done.err) == (2, True)
