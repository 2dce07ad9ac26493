"""`expectkit compare`: what changed, before and after as printed, and the reason where there is one."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Agree, Brief, RunCommand, write_cases


@pytest.fixture
def before(brief: Brief, tmp_path: Path) -> Path:
    """Return a record of the project as it stands."""
    return Path(shutil.copy(brief("json") / "record.json", tmp_path / "before.json"))


def compared(run: RunCommand, before: Path, after: Path) -> str:
    done = run("compare", before, after)
    assert (done.code, done.err) == (0, "")
    return done.out


def missed_in(record: Path) -> str:
    printed = json.loads(record.read_text("utf-8"))["per_day"]["missed_positives"]["printed"]
    return f"{'about ' if printed['is_about'] else ''}{printed['mean']} a {printed['period']}"


@pytest.mark.parametrize(
    ("option", "reason", "row"),
    [
        ("--threshold=0.6", "the setting", "| The setting | 0.5 | 0.6 |"),
        ("--cases-per-day=9000", "the traffic", "| The traffic | 8,280, as stated | 9,000, as stated |"),
        ("--prevalence=0.05", "the share of positives", "| The share of positives | "),
        ("--case=payment", "the words", "| The words | transaction, fraudulent transaction,"),
        (
            "--model-version=4",
            "the model",
            "| The model | fraud detection model 3.1 | fraud detection model 4 |",
        ),
        (
            "--chosen-on=other cases",
            "how the setting was chosen",
            "| How the setting was chosen | by looking at",
        ),
    ],
)
def test_the_one_input_that_changed_is_the_reason(
    run: RunCommand, before: Path, brief: Brief, option: str, reason: str, row: str
) -> None:
    page = compared(run, before, brief("json", option))
    title = re.search(r"^# (.*)$", page, re.MULTILINE)
    assert title is not None
    assert title[1].endswith(f"sentences changed, because {reason} did")
    assert "## One thing was changed" in page
    assert row in page
    reasons = set(re.findall(r"<sub>(Because .*?)</sub>", page))
    assert reasons == {f"Because {reason} changed; nothing else did."}


def test_other_cases_are_the_reason_when_only_they_changed(
    run: RunCommand, before: Path, brief: Brief, project: Path
) -> None:
    write_cases(project / "cases.parquet", seed=2, n_flagged=150)
    page = compared(run, before, brief("json"))
    assert "sentences changed, because the test cases did" in page


def test_numbers_stand_before_and_after_as_both_briefings_print_them(
    run: RunCommand, before: Path, brief: Brief
) -> None:
    after = brief("json", "--cases-per-day=9000")
    page = compared(run, before, after)
    first, second = (missed_in(path) for path in (before, after / "record.json"))
    assert first != second
    assert f"| Fraudulent transactions missed | {first} | {second} |" in page
    assert re.search(r"\| False negative rate \| 5% \(.*\) \| unchanged \|", page)
    assert "**Before:** With these settings, the fraud detection model would have a 5%" in page


def test_a_model_that_scored_the_same_cases_anew_is_the_reason_and_not_the_file(
    run: RunCommand, before: Path, brief: Brief, project: Path
) -> None:
    write_cases(project / "cases.parquet", seed=2)
    page = compared(run, before, brief("json", "--model-version=4"))
    assert "because the model did" in page
    assert "The files differ because the model's scores are in them." in page


def test_two_inputs_share_the_blame_and_the_setting_alone_is_told_where_it_was_measured(
    run: RunCommand, before: Path, brief: Brief
) -> None:
    page = compared(run, before, brief("json", "--threshold=0.4", "--cases-per-day=9000"))
    assert "The setting and the traffic changed together; two records cannot tell their shares apart." in page
    assert "With the setting alone moved to 0.4, the earlier one said: With these settings, " in page
    assert "Because the traffic changed; of what it depends on, nothing else did." in page


def test_a_record_compared_with_itself_shows_nothing(run: RunCommand, before: Path) -> None:
    page = compared(run, before, before)
    assert "# No sentence changed\n" in page
    assert "## Nothing that is recorded was changed" in page
    assert "<summary>The other sentences" not in page


def test_two_promises_are_compared_by_their_terms(
    run: RunCommand, agree: Agree, project: Path, tmp_path: Path
) -> None:
    agree()
    first = Path(shutil.copy(project / "promise.toml", tmp_path / "first.toml"))
    agree("--replace", "--term=missed_positives_per_day=30", "--term=flagged_per_day=600")
    page = compared(run, first, project / "promise.toml")
    assert "# No sentence changed, but 2 numbers did" in page
    assert re.search(r"\| Positive cases missed \| at most 2\d a day \| at most 30 a day \|", page)
    assert "| Cases flagged | – | at most 600 a day |" in page


def test_a_record_and_a_promise_cannot_be_compared(
    run: RunCommand, before: Path, agree: Agree, project: Path
) -> None:
    agree()
    done = run("compare", before, project / "promise.toml")
    assert done.code == 2
    assert "a record and a promise cannot be compared. Give two of a kind; expectkit verify" in done.err


def test_the_page_is_one_file_that_loads_nothing_and_markup_in_words_is_inert(
    run: RunCommand, before: Path, brief: Brief, tmp_path: Path
) -> None:
    after = brief("json", "--case=<img src=x onerror=alert(1)>|<imgs>")
    out = tmp_path / "diff"
    done = run("compare", before, after, "--format=html,md", "--out", out)
    assert done.code == 0
    page = (out / "comparison.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert "<img" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert "<img" not in (out / "comparison.md").read_text("utf-8")


def test_html_asks_for_a_folder(run: RunCommand, before: Path) -> None:
    done = run("compare", before, before, "--format=html")
    assert (done.code, "--format html needs a folder. Name it with --out." in done.err) == (2, True)
