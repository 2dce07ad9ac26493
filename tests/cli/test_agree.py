"""`expectkit agree`, and what `expectkit brief` shows of an agreement."""

from __future__ import annotations

import datetime
import hashlib
import json
from pathlib import Path

import pytest
from scipy.stats import beta

from expectkit.io.promise_reader import read_promise
from expectkit.measure.intervals import local_alpha
from expectkit.promise.agreement import Promise
from expectkit.promise.proposal import round_up
from tests.cli.conftest import Agree, Brief, RunCommand, write_cases


def agreed(project: Path) -> Promise:
    return read_promise(project / "promise.toml").promise


def record_of(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / "record.json").read_text("utf-8"))
    return found


# ---------------------------------------------------------------------------------------- what is written


def test_the_agreement_holds_who_when_why_what_and_on_what(agree: Agree, project: Path) -> None:
    done = agree()
    assert (done.code, done.err.splitlines()[-1][:6]) == (0, "Wrote ")
    promise = agreed(project)
    assert promise.decision is not None
    assert promise.decision.decided_by == "Risk committee"
    assert promise.decision.decided_on == datetime.date(2026, 3, 12)
    assert promise.decision.reason == "Few enough reviews"
    assert (promise.model_name, promise.model_version) == ("fraud detection model", "3.1")
    assert promise.model_sha256 == hashlib.sha256(b"weights").hexdigest()
    cases = hashlib.sha256((project / "cases.parquet").read_bytes()).hexdigest()
    assert promise.evidence == {"cases.parquet": cases}
    assert promise.threshold == 0.5
    assert promise.sentence in done.out
    assert not promise.confirmed_on_fresh_cases
    assert promise.conditions.population == "transactions like the 8,280 tested"


def test_the_terms_are_the_bounds_the_meeting_saw_rounded_outward(
    agree: Agree, project: Path, brief: Brief
) -> None:
    agree()
    record = record_of(brief("json"))
    per_day, rates = record["per_day"], record["rates"]
    bounds = {
        "missed_positives_per_day": per_day["missed_positives"],  # type: ignore[index]
        "flagged_negatives_per_day": per_day["flagged_negatives"],  # type: ignore[index]
        "false_negative_rate": rates["false_negative_rate"],  # type: ignore[index]
        "false_positive_rate": rates["false_positive_rate"],  # type: ignore[index]
    }
    terms = {term.name: term for term in agreed(project).terms}
    assert set(terms) == set(bounds)
    for name, entry in bounds.items():
        limit, bound = terms[name].at_most, entry["upper_bound"]
        assert limit is not None
        assert bound <= limit < bound * 1.1
        low, high = entry.get("mean_low", entry.get("low")), entry.get("mean_high", entry.get("high"))
        assert low < terms[name].measured < bound < high


def test_a_setting_chosen_from_these_cases_is_promised_with_the_wider_bounds(
    agree: Agree, project: Path
) -> None:
    agree()
    wide = agreed(project).term("false_negative_rate")
    agree("--replace", "--chosen-on", "other cases")
    plain = agreed(project).term("false_negative_rate")
    assert wide is not None
    assert plain is not None
    n_positives, n_missed = 280, 14
    one_sided = float(local_alpha(n_positives, 0.90)) / 2
    assert wide.at_most == round_up(beta.isf(one_sided, n_missed + 1, n_positives - n_missed))
    assert plain.at_most == round_up(beta.isf(0.05, n_missed + 1, n_positives - n_missed)) == 0.078
    assert agreed(project).confirmed_on_fresh_cases


def test_settings_the_config_names_count_as_rejected_unless_others_are_named(
    agree: Agree, project: Path
) -> None:
    agree()
    (rejected,) = agreed(project).rejected
    assert (rejected.threshold, rejected.reason) == (0.4, "")
    agree("--replace", "--reject=0.3: too many reviews", "--reject=0.7")
    low, high = agreed(project).rejected
    assert (low.threshold, low.reason, high.threshold) == (0.3, "too many reviews", 0.7)
    assert low.sentence.startswith("With these settings, ")
    assert low.would_give["flagged_negatives_per_day"] > high.would_give["flagged_negatives_per_day"]


def test_own_limits_replace_the_proposed_ones_and_a_strict_one_says_so(agree: Agree, project: Path) -> None:
    done = agree(
        "--term=missed_positives_per_day=15", "--term=precision=50%", "--term=false_positive_rate=none"
    )
    promise = agreed(project)
    assert [term.name for term in promise.terms] == [
        "missed_positives_per_day",
        "flagged_negatives_per_day",
        "false_negative_rate",
        "precision",
    ]
    assert promise.terms[0].at_most == 15.0
    assert "Stricter than these cases bear out" in promise.terms[0].note
    assert promise.terms[0].note in done.out
    assert promise.terms[3].at_least == 0.5


def test_too_few_positives_leave_their_terms_out_and_too_few_cases_leave_nothing_to_promise(
    agree: Agree, project: Path
) -> None:
    write_cases(project / "cases.parquet", every=12)
    agree()
    assert [term.name for term in agreed(project).terms] == [
        "flagged_negatives_per_day",
        "false_positive_rate",
    ]
    (project / "promise.toml").unlink()
    write_cases(project / "cases.parquet", every=400)
    done = agree()
    assert done.code == 2
    assert "a promise needs a term, and the cases are too few to propose one." in done.err
    assert agree("--term=false_negative_rate=10%").code == 0
    assert [term.measured for term in agreed(project).terms] == [None]


def test_hostile_words_are_written_and_shown_inert(agree: Agree, project: Path, brief: Brief) -> None:
    done = agree(
        "--decided-by",
        'Ann" \u202e<script>alert(1)</script>\n[seal]',
        "--reason",
        "a\x00b\n# c '''",
        "--replace",
    )
    assert done.code == 0
    decision = agreed(project).decision
    assert decision is not None
    assert decision.decided_by == 'Ann" <script>alert(1)</script> [seal]'
    page = (brief("html") / "briefing.html").read_text("utf-8")
    assert "<script" not in page
    assert "Ann&#34; &lt;script&gt;" in page


# ---------------------------------------------------------------------------------------------- replacing it


def test_an_agreement_is_replaced_only_on_request_and_its_seal_is_kept(agree: Agree, project: Path) -> None:
    agree()
    first = read_promise(project / "promise.toml")
    refused = agree(threshold="0.4")
    assert refused.code == 2
    assert "was agreed by Risk committee on 2026-03-12, at the setting 0.5. Pass --replace" in refused.err
    assert read_promise(project / "promise.toml") == first
    done = agree("--replace", threshold="0.4")
    assert (
        f"It replaces what Risk committee agreed on 2026-03-12 at the setting 0.5, sealed {first.seal[:16]}"
        in (done.err)
    )
    assert agreed(project).replaces == first.seal
    assert agreed(project).threshold == 0.4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--threshold=lowest cost"], '--threshold is the rule "lowest cost", but people agree on a number.'),
        (["--term=zebra=1"], 'there is no term "zebra".'),
        (["--term=flagged_per_day=-1"], "at_most is -1; give a number of 0 or more."),
        (["--reject=high"], '--reject "high" does not start with a setting. Write 0.3 or "0.3: why".'),
        (["--reject=0.5"], "--reject names 0.5, the very setting that is agreed."),
        (["--decided-by= "], "decision: decided_by is empty."),
        (["--date=today"], "--date: found"),
    ],
)
def test_what_cannot_be_agreed_says_why_and_writes_nothing(
    agree: Agree, project: Path, arguments: list[str], message: str
) -> None:
    costs = ["--missed-positive=100", "--flagged-negative=4"]
    done = agree(*costs, *arguments)
    assert (done.code, message in done.err) == (2, True), done.err
    assert not (project / "promise.toml").exists()


def test_the_setting_must_be_named(run: RunCommand, project: Path) -> None:
    done = run("agree", project / "expectkit.toml", "--decided-by=Ann", "--reason=Because")
    assert (done.code, done.err.strip()) == (
        2,
        "expectkit: --threshold is needed: the setting that was chosen, as a number.",
    )


def test_a_model_file_that_is_not_there_is_said_and_left_out(agree: Agree, project: Path) -> None:
    (project / "model.bin").unlink()
    assert "cannot be read, so the promise does not name it" in agree().err
    assert agreed(project).model_sha256 == ""


# ------------------------------------------------------------------------------------ what the briefing shows


def test_the_briefing_shows_the_agreed_setting_and_its_terms(
    agree: Agree, project: Path, brief: Brief
) -> None:
    agree("--term=flagged_per_day=600", threshold="0.4")
    out = brief("json,md")
    record = record_of(out)
    assert record["operating_threshold"] == 0.4
    (operating,) = [s for s in record["settings"] if s["is_operating"]]  # type: ignore[attr-defined]
    assert operating["name"] == "Agreed"
    page = (out / "briefing.md").read_text("utf-8")
    assert "**Agreed, not yet confirmed**" in page
    assert "at the agreed setting of 0.4" in page
    assert "It is 0.4, agreed by Risk committee on 12 March 2026." in page
    assert "What was agreed: the setting 0.4" in page
    assert "| at most 600 a day |" in page
    assert "Owner: Payments risk." in page
    assert (out / "promise.toml").read_bytes() == (project / "promise.toml").read_bytes()


def test_numbers_of_the_promise_are_printed_as_on_the_first_page(
    agree: Agree, project: Path, brief: Brief
) -> None:
    agree()
    record = record_of(brief("json"))
    shown = {term["name"]: term["printed_measured"] for term in record["promise"]["terms"]}  # type: ignore[index]
    sentence = next(s["text"] for s in record["statements"] if s["id"] == "expectation")  # type: ignore[attr-defined]
    assert f"a {shown['false_negative_rate']} false negative rate" in sentence
    assert f"an average of {shown['missed_positives_per_day'].removesuffix(' a day')} fraudulent" in sentence


def test_another_threshold_on_the_command_line_stands_beside_the_agreed_one(
    agree: Agree, project: Path, brief: Brief
) -> None:
    agree(threshold="0.4")
    out = brief("json,md", "--threshold=0.6")
    record, page = record_of(out), (out / "briefing.md").read_text("utf-8")
    names = {s["threshold"]: s["name"] for s in record["settings"]}  # type: ignore[attr-defined]
    assert (names[0.4], names[0.6]) == ("Agreed", "Proposed")
    assert (
        "This briefing proposes 0.6 instead. The promise does not cover that until it is agreed anew." in page
    )
    assert "**Not yet confirmed**" in page
    assert read_promise(out / "promise.toml").promise.status == "draft"


def test_an_agreement_for_another_version_is_shown_but_changes_nothing(
    agree: Agree, project: Path, brief: Brief
) -> None:
    agree(threshold="0.4")
    out = brief("json,md", "--model-version=4")
    assert record_of(out)["operating_threshold"] == 0.5
    page = (out / "briefing.md").read_text("utf-8")
    assert "does not cover fraud detection model 4." in page
    assert "Agreed, not yet" not in page


def test_a_confirmed_agreement_is_badged_as_such(agree: Agree, project: Path, brief: Brief) -> None:
    agree("--chosen-on", "other cases")
    out = brief("md", "--chosen-on=other cases")
    assert "**Agreed**\n" in (out / "briefing.md").read_text("utf-8")


def test_a_briefing_never_overwrites_an_agreement_but_follows_its_replacement(
    agree: Agree, project: Path, brief: Brief
) -> None:
    out = project / "out"
    agree("--out", out / "promise.toml")
    before = (out / "promise.toml").read_bytes()
    brief("md", "--threshold=0.6")
    assert (out / "promise.toml").read_bytes() == before
    agree("--replace", "--out", out / "promise.toml", threshold="0.4")
    (project / "promise.toml").write_bytes((out / "promise.toml").read_bytes())
    (out / "promise.toml").write_bytes(before)
    brief("md")
    assert read_promise(out / "promise.toml").promise.threshold == 0.4


def test_a_damaged_agreement_stops_the_briefing_instead_of_being_passed_over(
    agree: Agree, run: RunCommand, project: Path
) -> None:
    agree()
    path = project / "promise.toml"
    path.write_bytes(path.read_bytes().replace(b"threshold = 0.5", b"threshold = 0.6"))
    done = run("brief", project / "expectkit.toml", "--out", project / "out", "--format=md")
    assert (done.code, "promise.toml: the seal does not fit" in done.err) == (2, True)


def test_a_draft_cannot_be_shown_as_agreed(run: RunCommand, project: Path, brief: Brief) -> None:
    out = brief("json")
    done = run("brief", project / "expectkit.toml", "--out", out, "--promise", out / "promise.toml")
    assert (done.code, "is a draft, which binds nobody" in done.err) == (2, True)


def test_a_term_for_each_value_of_a_column_that_is_not_there_is_refused(agree: Agree, project: Path) -> None:
    done = agree("--term=false_negative_rate[lable]=8%")
    assert (done.code, done.out) == (2, "")
    assert "there is no column 'lable'. Did you mean 'label'?" in done.err
    assert not (project / "promise.toml").exists()
