"""The example repository runs its gate on a good and on a bad candidate; the action's steps run as shell."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from expectkit.briefing.plain import schema_of
from expectkit.briefing.verdict_words import GateRecord
from expectkit.io.promise_reader import read_agreed
from expectkit.promise.agreement import Promise

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "ci"


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "CI_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "140", "NO_COLOR": "1", **more}


def run(*command: str | Path, cwd: Path = EXAMPLE, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment(**more), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("candidates")
    done = run(sys.executable, EXAMPLE / "make_candidates.py", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_good_candidate_is_let_through(candidates: Path) -> None:
    done = run(sys.executable, "-m", "expectkit", "gate", f"--cases-file={candidates / 'good.parquet'}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The promise is kept: all 5 terms are." in done.stdout


def test_the_bad_candidate_is_stopped_and_the_last_line_says_why(candidates: Path) -> None:
    done = run(sys.executable, "-m", "expectkit", "gate", f"--cases-file={candidates / 'bad.parquet'}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.fullmatch(
        r"Broken: Fraudulent transactions missed, promised at most 20 a day, measured \d+ a day, "
        r"range \d+ to \d+ a day, from \d+ of 3,\d+ fraudulent transactions.*\.",
        done.stdout.splitlines()[-1],
    )
    worst = next(line for line in done.stdout.splitlines() if line.startswith("broken") and "online" in line)
    assert "45%" in worst


@pytest.mark.parametrize(("candidate", "answer", "code"), [("good", "kept", 0), ("bad", "broken", 1)])
def test_json_of_the_gate_fits_the_shipped_schema(
    candidates: Path, candidate: str, answer: str, code: int
) -> None:
    command = [sys.executable, "-m", "expectkit", "gate", EXAMPLE / "expectkit.toml", "--format=json"]
    done = run(
        *command, f"--promise={EXAMPLE / 'promise.toml'}", f"--cases-file={candidates / candidate}.parquet"
    )
    assert done.returncode == code, done.stderr
    plain = json.loads(done.stdout)
    schema = json.loads((resources.files("expectkit") / "schemas" / "gate.schema.json").read_text("utf-8"))
    assert schema == schema_of(GateRecord), "run: python scripts/write_schema.py"
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(plain)
    assert plain["answer"] == answer
    assert len(plain["terms"]) == 5
    assert not validator.is_valid({**plain, "answer": "perhaps"})
    assert not validator.is_valid({key: value for key, value in plain.items() if key != "last_line"})


def test_the_example_promise_is_the_one_its_script_agrees(candidates: Path, tmp_path: Path) -> None:
    sys.path.insert(0, str(EXAMPLE))
    try:
        from make_candidates import AGREED  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(EXAMPLE))
    made = tmp_path / "promise.toml"
    done = run(
        sys.executable, "-m", "expectkit", "agree", EXAMPLE / "expectkit.toml", *AGREED, f"--out={made}",
        f"--cases-file={candidates / 'agreed_on.parquet'}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ours, theirs = read_agreed(made).promise, read_agreed(EXAMPLE / "promise.toml").promise
    # SciPy's versions differ in the twelfth digit
    found, agreed = (dataclasses.asdict(one.conditions) for one in (ours, theirs))
    assert found.pop("population") == agreed.pop("population")
    assert found == pytest.approx(agreed, rel=1e-9)
    same = dataclasses.replace(ours, conditions=theirs.conditions)
    assert _comparable(same) == _comparable(theirs)


def _comparable(promise: Promise) -> tuple[object, ...]:
    """Leave out what the writer of Parquet files may change: the fingerprint."""
    return promise.threshold, promise.terms, promise.conditions, promise.decision, promise.sentence


# -------------------------------------------------------------------------------------------------- the action


def steps() -> list[tuple[dict[str, str], str]]:
    """Return environment and shell text of the action's steps, read by their indentation."""
    text = (ROOT / "action.yml").read_text("utf-8").partition("  steps:\n")[2]
    found = []
    for step in re.split(r"(?m)^    - ", text)[1:]:
        names = dict(re.findall(r"(?m)^        (\w+): \$\{\{ inputs\.(\w+) \}\}$", step))
        script = textwrap.dedent(re.split(r"(?m)^      run: \|\n", step)[1])
        found.append((names, script))
    return found


def defaults() -> dict[str, str]:
    text = (ROOT / "action.yml").read_text("utf-8").partition("inputs:\n")[2].partition("outputs:\n")[0]
    return dict(re.findall(r'(?m)^  (\w+):\n    description: .*\n    default: "?([^"\n]*)"?$', text))


def run_action(folder: Path, inputs: Mapping[str, str]) -> tuple[int, str, Path]:
    """Run the steps as GitHub does: `bash -e`, inputs in the environment, a python that records pip."""
    tools = folder / "bin"
    tools.mkdir(exist_ok=True)
    python = tools / "python"
    python.write_text(
        f'#!/bin/bash\nif [ "$2" = pip ]; then echo "$@" >> {folder / "pip.txt"}; exit 0; fi\n'
        f'exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    values = {**defaults(), **inputs}
    output, code = "", 0
    for names, script in steps():
        given = {variable: values[name] for variable, name in names.items()}
        done = run(
            "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script, cwd=folder,
            PATH=f"{tools}:{os.environ['PATH']}", GITHUB_ACTION_PATH=str(ROOT),
            GITHUB_STEP_SUMMARY=str(folder / "summary.md"), GITHUB_OUTPUT=str(folder / "output.txt"),
            GITHUB_WORKSPACE=str(folder), **given,
        )  # fmt: skip
        output, code = output + done.stdout + done.stderr, done.returncode
        if code:
            break
    return code, output, folder


@pytest.fixture
def repository(tmp_path: Path, candidates: Path) -> Path:
    for name in ("expectkit.toml", "promise.toml"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    (tmp_path / "candidates").symlink_to(candidates)
    return tmp_path


def test_every_input_of_the_action_reaches_a_step_and_none_is_pasted_into_the_shell() -> None:
    used = {name for names, _ in steps() for name in names.values()}
    assert used == set(defaults())
    assert all("${{" not in script for _, script in steps())


def test_the_action_lets_the_good_candidate_through(repository: Path) -> None:
    code, output, folder = run_action(
        repository, {"cases": "candidates/good.parquet", "junit": "gate.xml", "undecided": "fail"}
    )
    assert code == 0, output
    assert (folder / "output.txt").read_text().splitlines()[0] == "verdict=kept"
    assert (folder / "gate.xml").exists()
    assert (folder / "pip.txt").read_text().split() == ["-m", "pip", "install", "--quiet", str(ROOT)]


def test_the_action_stops_the_bad_candidate_with_an_annotation_on_the_promise(repository: Path) -> None:
    code, output, folder = run_action(repository, {"cases": "candidates/bad.parquet", "package": "none"})
    assert code == 1, output
    assert "\n::error file=promise.toml,line=" in f"\n{output}"
    assert (folder / "summary.md").read_text("utf-8").startswith("## ❌ broken")
    assert not (folder / "pip.txt").exists()


def test_the_action_cannot_be_made_to_run_what_an_input_says(repository: Path) -> None:
    attack = '$(touch owned); `touch owned`"; touch owned #'
    code, _, folder = run_action(repository, {"cases": attack, "package": "none", "config": attack})
    assert code == 2
    assert not (folder / "owned").exists()


def test_the_action_hands_a_model_and_its_columns_on(repository: Path) -> None:
    code, output, _ = run_action(
        repository, {"model": "model.pkl", "features": "amount,hour", "package": "none"}
    )
    assert (code, "model.pkl' does not exist" in output) == (2, True)
    (repository / "model.pkl").touch()
    code, output, _ = run_action(
        repository,
        {
            "cases": "candidates/good.parquet",
            "model": "model.pkl",
            "features": "amount,hour",
            "package": "none",
        },
    )
    assert (code, "opening a pickled estimator" in output) == (2, True)
    attack = "$(touch owned)`touch owned`; touch owned"
    code, _, folder = run_action(repository, {"model": "model.pkl", "features": attack, "package": "none"})
    assert code == 2
    assert not (folder / "owned").exists()


def test_the_gitlab_job_of_the_example_writes_both_reports(candidates: Path, tmp_path: Path) -> None:
    text = (EXAMPLE / ".gitlab-ci.yml").read_text("utf-8")
    command = next(line for line in text.splitlines() if "expectkit gate" in line).partition("expectkit ")[2]
    arguments = command.replace("candidates/good.parquet", str(candidates / "bad.parquet")).split()
    for name in ("expectkit.toml", "promise.toml"):
        (tmp_path / name).write_bytes((EXAMPLE / name).read_bytes())
    done = run(sys.executable, "-m", "expectkit", *arguments, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert len(json.loads((tmp_path / "gate.json").read_text("utf-8"))) == 3
    assert (tmp_path / "gate.xml").exists()
