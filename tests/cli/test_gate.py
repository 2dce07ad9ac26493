"""`expectkit gate`: exit codes, reports, and that the promise's own threshold is what counts."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectkit.render.verdict_formats.markdown import MOST_CHARACTERS
from tests.cli.conftest import Agree, Run, RunCommand, write_cases

TERMS = (
    "--term=missed_positives_per_day=25",
    "--term=flagged_negatives_per_day=250",
    "--term=false_positive_rate=3%",
)
Gate = Callable[..., Run]


def fresh_cases(
    path: Path, n_missed: int = 14, n_flagged: int = 200, times: int = 1, **columns: object
) -> Path:
    """280 positives and 8,000 negatives, as often as asked, with so many missed and flagged at 0.5."""
    label = np.r_[np.ones(280, np.int64), np.zeros(8000, np.int64)]
    score = np.r_[
        np.full(280 - n_missed, 0.9),
        np.full(n_missed, 0.1),
        np.full(n_flagged, 0.6),
        np.full(8000 - n_flagged, 0.2),
    ]
    table = {"score": np.tile(score, times), "label": np.tile(label, times), **columns}
    pq.write_table(pa.table(table), path)
    return path


@pytest.fixture
def gate(run: RunCommand, agree: Agree, project: Path, monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Return a function that judges fresh cases against the promise agreed in the project."""
    done = agree(*TERMS, "--term=false_negative_rate=9%")
    assert done.code == 0, done.err
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)

    def call(cases: Path, *more: str | Path) -> Run:
        return run("gate", project / "expectkit.toml", f"--cases-file={cases}", *more)

    return call


def test_a_good_candidate_ends_with_0_and_a_bad_one_with_1(gate: Gate, tmp_path: Path) -> None:
    good = gate(fresh_cases(tmp_path / "good.parquet"))
    bad = gate(fresh_cases(tmp_path / "bad.parquet", n_missed=60))
    assert (good.code, bad.code) == (0, 1)
    assert "The promise is kept: all 4 terms are." in good.out
    assert bad.out.splitlines()[-1] == (
        "Broken: Fraudulent transactions missed, promised at most 25 a day, measured 60 a day, range 45 to 75 a day, "
        "from 60 of 280 fraudulent transactions."
    )


def test_few_cases_end_with_3_and_say_how_many_more_would_do(gate: Gate, tmp_path: Path) -> None:
    few = fresh_cases(tmp_path / "few.parquet", n_missed=20)
    done = gate(few, "--prevalence=280/8280")
    assert done.code == 3
    last = done.out.splitlines()[-1]
    assert last.startswith("Undecided: ")
    assert "further fraudulent transactions (" in last
    assert last.endswith("would settle it 8 times of 10, if what was measured holds.")


@pytest.mark.parametrize(("choice", "code"), [("fail", 1), ("pass", 0)])
def test_undecided_ends_as_told(gate: Gate, tmp_path: Path, choice: str, code: int) -> None:
    assert gate(fresh_cases(tmp_path / "few.parquet", n_missed=20), f"--undecided={choice}").code == code


def test_a_broken_promise_ends_with_1_even_when_undecided_passes(gate: Gate, tmp_path: Path) -> None:
    assert gate(fresh_cases(tmp_path / "bad.parquet", n_missed=60), "--undecided=pass").code == 1


def test_the_threshold_of_the_config_is_not_looked_at(gate: Gate, tmp_path: Path) -> None:
    cases = fresh_cases(tmp_path / "good.parquet")
    assert gate(cases, "--threshold=0.95").out == gate(cases).out


def test_more_candidates_through_one_gate_make_it_stricter(gate: Gate, tmp_path: Path) -> None:
    cases = fresh_cases(tmp_path / "good.parquet", n_missed=16)
    assert gate(cases).code == 0
    assert gate(cases, "--reused=200").code == 3
    assert gate(cases, "--reused=0").code == 2


def test_json_holds_every_number_and_nothing_else_is_on_stdout(gate: Gate, tmp_path: Path) -> None:
    done = gate(fresh_cases(tmp_path / "bad.parquet", n_missed=60), "--format=json", "--github")
    found = json.loads(done.out)
    assert found["answer"] == "broken"
    missed = found["terms"][0]["decisive"]
    assert (missed["seen"], missed["n"], missed["value"]) == (60, 280, pytest.approx(60.0))
    assert found["seal"] == tomllib.loads((tmp_path / "promise.toml").read_text("utf-8"))["seal"]["sha256"]
    assert "::error" in done.err


def test_junit_has_one_case_a_term(gate: Gate, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "gate.xml"
    gate(fresh_cases(tmp_path / "bad.parquet", n_missed=60), f"--junit={report}")
    suite = ElementTree.parse(report).getroot()[0]
    names = [case.get("name") for case in suite.iter("testcase")]
    assert names == [
        "missed_positives_per_day",
        "flagged_negatives_per_day",
        "false_negative_rate",
        "false_positive_rate",
    ]
    failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
    assert failed == ["missed_positives_per_day", "false_negative_rate"]
    assert (suite.get("tests"), suite.get("failures")) == ("4", "2")


def test_github_gets_annotations_a_summary_and_outputs(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary, outputs = tmp_path / "summary.md", tmp_path / "outputs"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    monkeypatch.setenv("GITHUB_OUTPUT", str(outputs))
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    done = gate(fresh_cases(tmp_path / "bad.parquet", n_missed=60), "--github")
    errors = [line for line in done.out.splitlines() if line.startswith("::error ")]
    assert len(errors) == 2
    line = (tmp_path / "promise.toml").read_text("utf-8").splitlines().index("[[terms]]") + 1
    assert errors[0].startswith(f"::error file=promise.toml,line={line},title=Promise broken%3A Fraudulent")
    assert summary.read_text("utf-8").startswith("before\n## ❌ broken: fraud detection model 3.1")
    assert outputs.read_text("utf-8").splitlines() == ["verdict=broken", "kept=2", "broken=2", "undecided=0"]
    assert done.out.splitlines()[-1].startswith("Broken: ")


def test_gitlab_gets_a_code_quality_report_or_metrics_by_the_files_ending(gate: Gate, tmp_path: Path) -> None:
    bad = fresh_cases(tmp_path / "bad.parquet", n_missed=60)
    gate(bad, f"--gitlab={tmp_path / 'quality.json'}")
    gate(bad, f"--gitlab={tmp_path / 'metrics.txt'}")
    quality = json.loads((tmp_path / "quality.json").read_text("utf-8"))
    assert [item["severity"] for item in quality] == ["critical", "critical"]
    assert len({item["fingerprint"] for item in quality}) == 2
    metrics = (tmp_path / "metrics.txt").read_text("utf-8").splitlines()
    assert 'expectkit_verdict{term="missed_positives_per_day"} -1' in metrics
    assert metrics[-1] == "# EOF"


def test_markdown_is_printed_or_written_and_fits_a_comment(gate: Gate, tmp_path: Path) -> None:
    good = fresh_cases(tmp_path / "good.parquet")
    printed = gate(good, "--format=md", f"--markdown={tmp_path / 'gate.md'}").out
    assert printed == (tmp_path / "gate.md").read_text("utf-8")
    assert "| ✅ kept | False negative rate | at most 9% | 5% |" in printed
    assert len(printed) < MOST_CHARACTERS


def test_a_promise_that_was_changed_by_hand_cannot_be_run(gate: Gate, tmp_path: Path) -> None:
    path = tmp_path / "promise.toml"
    path.write_text(path.read_text("utf-8").replace("at_most = 25.0", "at_most = 250.0"), "utf-8")
    done = gate(fresh_cases(tmp_path / "good.parquet"))
    assert done.code == 2
    assert "changed after it was sealed" in done.err


def test_a_missing_promise_says_how_to_make_one(run: RunCommand, project: Path) -> None:
    done = run("gate", project / "expectkit.toml")
    assert done.code == 2
    assert "expectkit agree" in done.err


def test_a_draft_is_judged_and_said_to_be_one(run: RunCommand, project: Path) -> None:
    run("brief", project / "expectkit.toml", "--format=json", "--out", project / "out")
    fresh = fresh_cases(project / "fresh.parquet")
    done = run(
        "gate",
        project / "expectkit.toml",
        f"--cases-file={fresh}",
        f"--promise={project / 'out' / 'promise.toml'}",
    )
    assert "The promise is a draft" in done.out


def test_the_cases_of_the_promise_are_recognised(gate: Gate, project: Path) -> None:
    assert "made on these very cases" in gate(project / "cases.parquet").out


def test_a_regression_term_reads_the_last_scores(run: RunCommand, agree: Agree, project: Path) -> None:
    agree("--term=false_negative_rate_increase=2%".replace("2%", "0.02"))
    last = np.r_[np.full(280, 0.9), np.full(8000, 0.2)]
    fresh = fresh_cases(project / "fresh.parquet", n_missed=40, last=last)
    done = run(
        "gate", project / "expectkit.toml", f"--cases-file={fresh}", "--reference-score=last", "--format=json"
    )
    term = next(
        term for term in json.loads(done.out)["terms"] if term["name"] == "false_negative_rate_increase"
    )
    assert term["answer"] == "broken"
    assert term["decisive"]["value"] == pytest.approx(40 / 280)


def test_drift_is_judged_against_the_record_beside_the_promise(
    run: RunCommand, agree: Agree, project: Path
) -> None:
    agree("--term=score_drift=0.1")
    run(
        "brief",
        project / "expectkit.toml",
        "--format=json",
        "--out",
        project,
        "--promise",
        project / "promise.toml",
    )
    assert (project / "record.json").exists()
    calm = project / "calm.parquet"
    write_cases(calm, seed=2)
    moved = fresh_cases(project / "moved.parquet")  # the same counts at 0.5, all scores elsewhere
    answers = []
    for cases in (calm, moved):
        done = run("gate", project / "expectkit.toml", f"--cases-file={cases}", "--format=json")
        terms = {term["name"]: term["answer"] for term in json.loads(done.out)["terms"]}
        answers.append(terms["score_drift"])
    assert answers == ["kept", "broken"]


def test_the_checklist_is_shown_and_can_be_required(gate: Gate, tmp_path: Path) -> None:
    good = fresh_cases(tmp_path / "good.parquet")
    pq.write_table(pa.table({"score": np.full(100, 0.2)}), tmp_path / "production.parquet")
    stated = [
        f"--production-cases={tmp_path / 'production.parquet'}",
        "--unit-tests=Ada Lovelace, 2026-03-01, 214 tests",
    ]
    shown = gate(good, *stated)
    assert shown.code == 0
    assert "Stated by Ada Lovelace on 1 March 2026." in " ".join(shown.out.split())
    required = gate(good, *stated, "--require-checklist")
    assert required.code == 1
    assert "Somebody answers for the launch" in required.err
    assert gate(good, "--require-checklist").code == 1


@pytest.mark.parametrize("said", ["Ada", "Ada, soon", ", 2026-03-01"])
def test_a_statement_without_name_or_date_is_refused(gate: Gate, tmp_path: Path, said: str) -> None:
    done = gate(fresh_cases(tmp_path / "good.parquet"), f"--unit-tests={said}")
    assert done.code == 2
    assert "--unit-tests" in done.err


def test_a_report_that_cannot_be_written_ends_with_2(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "is_a_folder").mkdir()
    assert gate(fresh_cases(tmp_path / "good.parquet"), f"--junit={tmp_path / 'is_a_folder'}").code == 2


# ---------------------------------------------------------------------------------------- slips of the user


@pytest.mark.parametrize("option", ["--record", "--export", "--reference-file"])
def test_a_file_to_compare_with_that_is_not_there_is_refused_though_no_term_needs_it(
    gate: Gate, tmp_path: Path, option: str
) -> None:
    done = gate(fresh_cases(tmp_path / "good.parquet"), f"{option}={tmp_path / 'none.json'}")
    assert (done.code, done.out) == (2, "")
    assert "none.json' does not exist" in done.err


def test_an_option_that_no_term_asks_for_is_said_to_be_unused(gate: Gate, tmp_path: Path) -> None:
    good = fresh_cases(tmp_path / "good.parquet")
    done = gate(good, "--reference-score=old", f"--record={good}", "--format=json")
    assert done.code == 0
    assert json.loads(done.out)["answer"] == "kept"
    assert done.err.splitlines() == [
        "Note: no term compares with the last model, so --reference-score is not looked at.",
        "Note: no term is about drift of the scores, so --record is not looked at.",
    ]
    assert gate(good).err == ""


@pytest.mark.parametrize("name", ["promise.toml", "expectkit.toml"])
def test_a_report_never_replaces_what_the_gate_reads(
    gate: Gate, project: Path, tmp_path: Path, name: str
) -> None:
    before = (project / name).read_bytes()
    done = gate(fresh_cases(tmp_path / "good.parquet"), f"--junit={project / name}")
    assert (done.code, "is what the gate reads. Name another file." in done.err) == (2, True)
    assert (project / name).read_bytes() == before


def test_a_report_never_replaces_cases_nor_lies_among_them(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "fresh").mkdir()
    good = fresh_cases(tmp_path / "fresh" / "good.parquet")
    before = good.read_bytes()
    for named, target in (
        (good, good),
        (tmp_path / "fresh" / "*.parquet", good),
        (tmp_path / "fresh", tmp_path / "fresh" / "metrics.txt"),
    ):
        done = gate(named, f"--gitlab={target}")
        assert (done.code, "is what the gate reads cases from. Name another file." in done.err) == (2, True)
    assert good.read_bytes() == before
    assert gate(tmp_path / "fresh", f"--junit={tmp_path / 'fresh' / 'gate.xml'}").code == 0


def test_one_morning_with_traffic_to_be_observed_is_judged_and_reported(
    run: RunCommand, agree: Agree, project: Path
) -> None:
    assert agree(*TERMS, "--term=false_negative_rate=9%").code == 0
    few = {"score": [0.9] * 3 + [0.2] * 97, "label": [1] * 3 + [0] * 97, "day": ["2026-03-20"] * 100}
    pq.write_table(pa.table(few), project / "morning.parquet")
    done = run(
        "gate", project / "expectkit.toml", f"--cases-file={project / 'morning.parquet'}", "--time=day",
        "--cases-per-day=observed", f"--junit={project / 'gate.xml'}",
    )  # fmt: skip
    assert (done.code, done.err) == (3, "")
    assert "These cases hold 1 complete day; traffic can be observed from 2 on." in " ".join(done.out.split())
    assert "none seen" in done.out
    suite = ElementTree.parse(project / "gate.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("4", "3")  # 0 of 97 false alarms are enough


def test_two_reports_in_one_file_are_refused(gate: Gate, tmp_path: Path) -> None:
    target = tmp_path / "report"
    done = gate(fresh_cases(tmp_path / "good.parquet"), f"--junit={target}", f"--gitlab={target}")
    assert (done.code, "is the file of --junit. Name another file." in done.err) == (2, True)
    assert not target.exists()


def test_a_config_given_as_the_promise_and_a_promise_given_as_the_config_are_named(
    gate: Gate, run: RunCommand, project: Path, tmp_path: Path
) -> None:
    done = gate(fresh_cases(tmp_path / "good.parquet"), f"--promise={project / 'expectkit.toml'}")
    assert (done.code, "holds no terms and no seal, so it is no promise." in done.err) == (2, True)
    done = run("gate", project / "promise.toml")
    assert (done.code, "is a promise, not a config." in done.err) == (2, True)


@pytest.mark.parametrize("option", ["--features=amount", "--model=model.keras"])
def test_a_model_and_its_columns_go_together(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.keras").touch()
    done = gate(fresh_cases(tmp_path / "good.parquet"), option)
    assert (done.code, done.out) == (2, "")
    assert "--model and --features go together" in done.err


def test_a_pickled_estimator_is_never_opened(gate: Gate, tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"cos\nsystem\n(S'touch owned'\ntR.")
    done = gate(
        fresh_cases(tmp_path / "good.parquet"), f"--model={tmp_path / 'model.pkl'}", "--features=score"
    )
    assert (done.code, done.out) == (2, "")
    assert "opening a pickled estimator runs whatever code is in it" in done.err
