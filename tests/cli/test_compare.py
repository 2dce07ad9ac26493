"""`expectkit compare`: what changed, before and after as printed, and the reason where there is one."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from expectkit.briefing.comparison_record import ComparisonRecord
from expectkit.briefing.plain import schema_of
from expectkit.io.promise_file import write_promise
from expectkit.promise.terms import Term
from tests.cli.conftest import Agree, Brief, RunCommand, write_cases
from tests.promise.promises import AGREED


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
    assert "# 2 of 5 terms changed\n" in page
    assert re.search(r"\| Fraudulent transactions missed \| at most 2\d a day \| at most 30 a day \|", page)
    assert "| Transactions flagged | – | at most 600 a day |" in page
    assert "ositive case" not in page
    assert page.index("## The terms, as agreed") < page.index("<details>")


def test_a_promise_is_compared_with_itself_without_a_change(
    run: RunCommand, agree: Agree, project: Path
) -> None:
    agree()
    page = compared(run, project / "promise.toml", project / "promise.toml")
    assert "# No term changed\n" in page


def test_a_promise_without_words_is_read_in_those_of_the_other(tmp_path: Path, run: RunCommand) -> None:
    plain = dataclasses.replace(AGREED, words={}, terms=(Term("missed_positives_per_day", at_most=30.0),))
    for name, promise in (("with", AGREED), ("without", plain)):
        write_promise(tmp_path / f"{name}.toml", promise)
    for first, second in (("with", "without"), ("without", "with")):
        page = compared(run, tmp_path / f"{first}.toml", tmp_path / f"{second}.toml")
        assert "| Cases of fraud let through | at most" in page
        assert "The words" not in page
    neither = compared(run, tmp_path / "without.toml", tmp_path / "without.toml")
    assert "| Positive cases missed | at most 30 a day | unchanged |" in neither


def test_new_words_are_an_input_and_not_another_term(tmp_path: Path, run: RunCommand) -> None:
    renamed = dataclasses.replace(AGREED, words={"positive": ("scam", "scams"), "missed": "let through"})
    write_promise(tmp_path / "before.toml", AGREED)
    write_promise(tmp_path / "after.toml", renamed)
    page = compared(run, tmp_path / "before.toml", tmp_path / "after.toml")
    assert "# No term changed, but the words did\n" in page
    assert "| Scams let through | at most 23 a day | unchanged |" in page


def test_json_names_each_term_as_the_page_does_and_fits_its_schema(
    run: RunCommand, agree: Agree, project: Path, tmp_path: Path
) -> None:
    agree()
    first = Path(shutil.copy(project / "promise.toml", tmp_path / "first.toml"))
    agree("--replace", "--term=missed_positives_per_day=30", "--term=flagged_per_day=600")
    done = run("compare", first, project / "promise.toml", "--format=json")
    plain = json.loads(done.out)
    jsonschema.Draft202012Validator(comparison_schema()).validate(plain)
    terms = {term["name"]: term for term in plain["terms"]}
    missed, added = terms["missed_positives_per_day"], terms["flagged_per_day"]
    assert missed["words"] == "Fraudulent transactions missed"
    assert (missed["after"]["at_most"], missed["after"]["printed"]) == (30.0, "at most 30 a day")
    assert (missed["before"]["measured"], missed["in_production"]) == (missed["after"]["measured"], "weekly")
    assert (added["words"], added["before"], added["is_changed"]) == ("Transactions flagged", None, True)
    assert not terms["false_positive_rate"]["is_changed"]
    assert plain["numbers"] == []


def test_json_of_two_records_fits_the_schema_and_holds_what_the_page_says(
    run: RunCommand, before: Path, brief: Brief
) -> None:
    after = brief("json", "--threshold=0.6")
    plain = json.loads(run("compare", before, after, "--format=json").out)
    jsonschema.Draft202012Validator(comparison_schema()).validate(plain)
    page = compared(run, before, after)
    assert f"# {plain['headline']}\n" in page
    assert plain["inputs"][0]["words"] == "the setting"
    changed = [number for number in plain["numbers"] if number["is_changed"]]
    assert all(
        f"| {one['words']} | {one['before'] or '–'} | {one['after'] or '–'} |" in page for one in changed
    )
    assert plain["terms"] == []


def comparison_schema() -> object:
    schema = json.loads(
        (resources.files("expectkit") / "schemas" / "comparison.schema.json").read_text("utf-8")
    )
    assert schema == schema_of(ComparisonRecord), "run: python scripts/write_schema.py"
    return schema


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
    done = run("compare", before, before, "--format=md,json")
    assert (done.code, "--format md,json needs a folder. Name it with --out." in done.err) == (2, True)
