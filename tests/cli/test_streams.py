"""Standard output never changes what a command ends with: a pipe closed early, a full disk, few characters, none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Agree, RunCommand, write_cases

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")


@pytest.fixture
def gate(agree: Agree, project: Path) -> list[str]:
    """Return the command that judges a candidate that breaks the agreed promise."""
    assert agree("--term=false_negative_rate=9%").code == 0
    write_cases(project / "fresh.parquet", n_flagged=900)
    return [
        sys.executable, "-m", "expectkit", "gate", str(project / "expectkit.toml"),
        f"--cases-file={project / 'fresh.parquet'}",
    ]  # fmt: skip


def in_shell(command: list[str], tail: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command with something behind it, and end with the command's own exit code."""
    script = f'"$@" {tail}; exit "${{PIPESTATUS[0]}}"'
    return subprocess.run(
        ["bash", "-c", script, "bash", *command],
        env={**ENVIRONMENT, **more}, capture_output=True, text=True, encoding="latin-1", check=False,
    )  # fmt: skip


@pytest.mark.parametrize("shape", ["table", "json", "md"])
@pytest.mark.parametrize("reader", ["| true", "| head -1", ">&-", ">&- 2>&-"])
def test_a_reader_who_leaves_does_not_change_the_verdict(gate: list[str], shape: str, reader: str) -> None:
    done = in_shell([*gate, f"--format={shape}"], reader)
    assert done.returncode == 1
    assert done.stderr == ""


def test_a_kept_promise_stays_kept_when_nobody_reads_on(gate: list[str], project: Path) -> None:
    write_cases(project / "fresh.parquet", n_flagged=190)
    assert in_shell([*gate, "--undecided=pass"], "| true").returncode == 0


@NEEDS_FULL
@pytest.mark.parametrize("shape", ["table", "json"])
def test_a_result_that_cannot_be_printed_could_not_run(gate: list[str], shape: str) -> None:
    done = in_shell([*gate, f"--format={shape}"], "> /dev/full")
    assert done.returncode == 2
    assert done.stderr == (
        "expectkit: the result cannot be printed: No space left on device. Print it elsewhere.\n"
    )


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_characters_that_the_output_lacks_are_written_as_numbers(gate: list[str], encoding: str) -> None:
    done = in_shell([*gate, "--format=md"], "", PYTHONIOENCODING=encoding)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("## \\u274c broken")


def test_output_for_the_reader_is_what_it_would_be_without_a_pipe(gate: list[str], run: RunCommand) -> None:
    done = in_shell([*gate, "--format=json"], "", PYTHONIOENCODING="utf-8")
    assert done.stdout == run(*gate[3:], "--format=json").out


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_control_c_says_so_and_leaves_nothing_half_written(project: Path) -> None:
    write_cases(project / "cases.parquet")
    command = [
        sys.executable, "-c",
        "import expectkit.api, os, signal, sys\n"
        "expectkit.api.brief_from = lambda *a, **k: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['expectkit', *sys.argv[1:]]\n"
        "from expectkit.cli.main import main; main()",
        "brief", str(project / "expectkit.toml"), f"--out={project / 'out'}",
    ]  # fmt: skip
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert done.returncode == 130
    assert done.stderr.strip() == "expectkit: stopped; no file is half-written."
    assert not (project / "out").exists()
