"""Several classes, several labels and two thresholds as a user runs them: command, Python, files, bundle."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import expectkit as ek
from expectkit.briefing.labels_record import LabelsRecord
from expectkit.briefing.multiclass_record import MulticlassRecord
from expectkit.briefing.plain import from_plain, schema_of, to_plain
from expectkit.several import ClassesBriefing, LabelsBriefing
from tests.end_to_end.conftest import Run, seed_columns
from tests.end_to_end.test_bad_input import assert_refused
from tests.end_to_end.test_hostile_text import ATTACKS, Finder

NAMES = ("cat", "dog", "owl")
COUNTS = [[900, 60, 0, 40], [25, 460, 0, 15], [0, 12, 288, 0]]
CONFIG = """
schema_version = 1
[model]
name = "animal model"
[cases]
file = "animals.{ending}"
label = "animal"
class_scores = {{ cat = "score_cat", dog = "score_dog", owl = "score_owl" }}
[words]
case = "picture"
[words.classes]
cat = ["cat", "cats"]
dog = ["dog", "dogs"]
owl = ["owl", "owls"]
[threshold]
operating = 0.5
chosen_on = "other cases"
[traffic]
cases_per_day = 1000
class_mix = {{ cat = 0.5, dog = 0.3, owl = 0.2 }}
[briefing]
date = 2026-03-12
"""


def animals() -> pd.DataFrame:
    """Return cases that are decided as `COUNTS` says: 0.8 for the decided class, or 0.4 at most for a person."""
    rows = []
    for i, of_class in enumerate(COUNTS):
        for j, count in enumerate(of_class):
            scores = [0.1, 0.1, 0.1] if j < 3 else [0.4, 0.3, 0.3]
            if j < 3:
                scores[j] = 0.8
            rows += [(NAMES[i], *scores)] * count
    return pd.DataFrame(rows, columns=["animal", *(f"score_{name}" for name in NAMES)])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    animals().to_csv(tmp_path / "animals.csv", index=False)
    (tmp_path / "expectkit.toml").write_text(CONFIG.format(ending="csv"), "utf-8")
    return tmp_path


def scores_of(frame: pd.DataFrame) -> np.ndarray:
    return frame[[f"score_{name}" for name in NAMES]].to_numpy()


def brief_animals(**options: Any) -> ClassesBriefing:
    frame = animals()
    given = {
        "threshold": 0.5,
        "cases_per_day": 1000,
        "date": "2026-03-12",
        "class_mix": "as in cases",
    } | options
    return ek.brief(frame["animal"].to_numpy(), scores_of(frame), classes=NAMES, **given)


# ---- several classes


def test_the_command_decides_every_case_as_counted_by_hand(run: Callable[..., Run], project: Path) -> None:
    done = run("brief", project / "expectkit.toml", "--out", project / "out", "--format=html,md,json")
    assert done.code == 0, done.err
    record = json.loads((project / "out" / "record.json").read_text("utf-8"))
    assert record["counts"] == COUNTS
    assert record["kind"] == "classes"
    # 1000 x (.5 x 60/1000 + .3 x 25/500 + .2 x 12/300) = 53 wrong; 1000 x (.5 x 40/1000 + .3 x 15/500) = 29 to a person
    assert record["per_day"]["wrong"]["mean"] == pytest.approx(53)
    assert record["per_day"]["to_a_person"]["mean"] == pytest.approx(29)
    assert "of 1,000 pictures a day right" in done.out
    assert "The most common mistake: an average of 30 cats a day would be taken for dogs." in done.out
    assert {path.name for path in (project / "out").iterdir()} == {
        "briefing.html",
        "briefing.md",
        "record.json",
    }


def test_the_printed_totals_and_classes_add_up(project: Path) -> None:
    record = ek.brief_from(project / "expectkit.toml").record
    totals = {name: amount.printed.values["mean"] for name, amount in record.per_day.items()}
    assert sum(totals.values()) == 1000
    for one in record.classes:
        if "mean" in one.right.printed.values:
            parts = [one.right, one.wrong, one.to_a_person]
            assert (
                sum(part.printed.values.get("mean", 0) for part in parts) == one.cases.printed.values["mean"]
            )
        sentence = record.statement(f"class.{one.name}")
        assert (one.right.printed.mean or f"{one.n_right:,}") in sentence


def test_every_page_says_the_same(project: Path, tmp_path: Path) -> None:
    briefing = ek.brief_from(project / "expectkit.toml")
    for page in (briefing.to_html(), briefing.to_markdown(), briefing._repr_mimebundle_()["text/plain"]):
        assert briefing.statement in " ".join(page.split())
    assert (
        '<td class="flow-matrix__cell flow-matrix__cell--wrong flow-matrix__cell--wrong-2">60</td>'
        in briefing.to_html()
    )
    assert "| **cat** | **900** | 60 | 0 | 40 | 1,000 |" in briefing.to_markdown()


@pytest.mark.pdf
def test_the_pdf_holds_the_sentence_the_matrix_and_the_record(project: Path) -> None:
    import pikepdf

    briefing = ek.brief_from(project / "expectkit.toml")
    briefing.save(project / "out", formats=("pdf",))
    path = project / "out" / "briefing.pdf"
    text = subprocess.run(
        ["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"cat\s+900\s+60\s+0\s+40\s+1,000", text)
    assert "taken for dogs" in text
    with pikepdf.open(path) as pdf:
        assert json.loads(pdf.attachments["record.json"].get_file().read_bytes())["counts"] == COUNTS


def test_the_record_fits_its_shipped_schema_and_reads_back() -> None:
    plain = json.loads(brief_animals().to_json())
    schema = json.loads((resources.files("expectkit") / "schemas" / "classes.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(plain)
    assert schema == schema_of(MulticlassRecord), "run: python scripts/write_schema.py"
    assert to_plain(from_plain(MulticlassRecord, plain)) == plain


def test_arrays_frames_and_a_named_class_give_the_same_matrix() -> None:
    frame = animals()
    columns = [f"score_{name}" for name in NAMES]
    options: dict[str, Any] = {"threshold": 0.5, "cases_per_day": 1000, "class_mix": "as in cases"}
    by_column = ek.brief("animal", columns, data=frame, classes=NAMES, **options)
    named = frame.assign(named=np.array(NAMES)[scores_of(frame).argmax(1)], sure=scores_of(frame).max(1))
    by_name = ek.brief("animal", "sure", data=named, predicted="named", **options)
    arrays = ek.brief(frame["animal"], named["sure"], predicted=named["named"], classes=NAMES, **options)
    for briefing in (by_column, by_name, arrays):
        assert isinstance(briefing, ClassesBriefing)
        assert briefing.matrix.counts.tolist() == COUNTS
        assert briefing.statement == brief_animals().statement


def test_predictions_alone_need_no_score() -> None:
    frame = animals()
    named = np.array(NAMES)[scores_of(frame).argmax(1)]
    briefing = ek.brief(frame["animal"], None, predicted=named, cases_per_day=1000)
    assert not briefing.record.has_person
    assert briefing.record.provenance.score_low is None
    assert "person" not in briefing.statement


def test_thresholds_may_be_listed_in_the_order_of_the_classes_or_named() -> None:
    listed = brief_animals(threshold=None, thresholds=[0.9, 0.5, 0.5])
    named = brief_animals(thresholds={"cat": 0.9})
    assert listed.matrix.counts[:, 0].tolist() == [0, 0, 0]
    assert listed.to_json() == named.to_json()


def test_a_fitted_classifier_of_three_classes_is_briefed_by_its_own_names() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 900)
    features = rng.normal(size=(900, 2)) + 3 * np.c_[y == 1, y == 2]
    model = LogisticRegression().fit(features[:300], y[:300])
    briefing = ek.brief_model(model, features[300:], y[300:], cases_per_day=100, class_mix="as in cases")
    assert isinstance(briefing, ClassesBriefing)
    right = int((model.predict(features[300:]) == y[300:]).sum())
    assert int(briefing.matrix.right.sum()) == right


def test_observed_days_are_the_traffic() -> None:
    frame = animals()
    days = np.where(np.arange(len(frame)) % 3 == 0, "2026-03-01", "2026-03-02")
    record = brief_animals(time=days, cases_per_day="observed").record
    assert (record.traffic.source, record.traffic.mean, record.provenance.n_days) == ("observed", 900, 2)


def test_same_input_gives_the_same_bytes() -> None:
    assert brief_animals().to_html() == brief_animals().to_html()
    assert brief_animals().to_json() == brief_animals().to_json()


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_hostile_class_names_are_inert_on_every_page(text: str) -> None:
    frame = animals()
    names = (f"cat{text}", f"dog{text}", "owl")
    truth = frame["animal"].map(dict(zip(NAMES, names, strict=True)))
    briefing = ek.brief(
        truth.to_numpy(),
        scores_of(frame),
        classes=names,
        threshold=0.5,
        cases_per_day=1000,
        words=ek.Words.of(case=[f"case{text}", f"cases{text}"]),
    )
    assert briefing.matrix.counts.tolist() == COUNTS
    for page in (briefing.to_html(), briefing._repr_mimebundle_()["text/html"]):
        finder = Finder()
        finder.feed(page)
        assert finder.found == []
        assert not re.search("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]", page)
    shown = briefing.to_markdown()
    assert len(shown) < 60_000
    assert not re.search(
        r"<(?!br>)[a-z!/]", re.sub(r"</?(details|summary|sub|br)>", "", shown), re.IGNORECASE
    )
    assert not re.search(r"(?<!\\)\]\(", re.sub(r"<summary>.*</summary>", "", shown))
    assert not re.search(r"(?<![\\\w])@\w", shown)


def test_many_classes_are_listed_without_a_matrix() -> None:
    names = [f"class {i}" for i in range(40)]
    truth = np.repeat(names, 40)
    named = np.where(np.arange(truth.size) % 7 == 0, np.roll(truth, 41), truth)
    briefing = ek.brief(truth, None, predicted=named, cases_per_day=1000, class_mix="as in cases")
    html = briefing.to_html()
    assert '<table class="flow-matrix' not in html
    assert len(briefing.to_markdown()) < 60_000


BAD = {
    "missing class column": ({"score_owl": "skore"}, [], ["score_owl", "skore", "Did you mean"]),
    "unknown label": (
        {},
        ["--class-scores=cat=score_cat,dog=score_dog", "--class-mix=as in cases", "--words-classes=cat=cat"],
        ["line 1502", "'owl'", "none of the classes"],
    ),
    "mix of other classes": ({}, ["--class-mix=cat=0.5,dog=0.5"], ["class_mix lacks", "owl"]),
    "a rule as threshold": ({}, ["--threshold=lowest cost"], ["lowest cost", "missed_positive"]),
    "a limit as threshold": ({}, ["--threshold=at_most_flagged_per_day=5"], ["a rule for two classes"]),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_line_and_writes_nothing(
    name: str, run: Callable[..., Run], project: Path
) -> None:
    renamed, options, expected = BAD[name]
    animals().rename(columns=renamed).to_csv(project / "animals.csv", index=False)
    assert_refused(run("brief", project / "expectkit.toml", *options, "--out", project / "out"), expected)
    assert not (project / "out").exists()


def test_missing_scores_are_refused_or_left_out_and_said(run: Callable[..., Run], project: Path) -> None:
    frame = animals()
    frame.loc[3, "score_dog"] = np.nan
    frame.to_csv(project / "animals.csv", index=False)
    done = run("brief", project / "expectkit.toml", "--out", project / "out")
    assert_refused(done, ["line 5", "score_dog", "--drop-missing"])
    done = run(
        "brief", project / "expectkit.toml", "--out", project / "out", "--format=json", "--drop-missing"
    )
    assert done.code == 0
    assert "1 of 1,800 rows had no score or no label and were left out." in done.err


def test_a_balanced_file_without_a_stated_mix_is_refused() -> None:
    with pytest.raises(ek.InputError, match="looks rebalanced"):
        ek.brief(np.repeat(NAMES, 100), None, predicted=np.repeat(NAMES, 100), cases_per_day=10)


def test_nearly_equal_classes_are_taken_for_rebalanced_and_clearly_unequal_ones_are_not() -> None:
    nearly, unequal = np.repeat(NAMES, (100, 105, 109)), np.repeat(NAMES, (100, 105, 110))
    with pytest.raises(ek.InputError, match="each class has 100 to 109 cases, so the file looks rebalanced"):
        ek.brief(nearly, None, predicted=nearly, cases_per_day=10)
    ek.brief(unequal, None, predicted=unequal, cases_per_day=10)


def test_the_review_page_alone_is_refused_for_several_classes(tmp_path: Path) -> None:
    with pytest.raises(ek.InputError, match="the review page is for models of two classes"):
        brief_animals().save(tmp_path / "out", formats=["review"])
    assert not (tmp_path / "out").exists()


def test_two_dimensional_scores_without_names_say_what_to_pass() -> None:
    with pytest.raises(ek.InputError, match="pass their names as classes"):
        ek.brief(animals()["animal"], scores_of(animals()), threshold=0.5, cases_per_day=10)


@pytest.mark.parametrize("command", ["agree", "gate"])
def test_a_promise_is_refused_for_several_classes(
    command: str, run: Callable[..., Run], project: Path
) -> None:
    options = {
        "agree": [
            "--threshold=0.5",
            "--decided-by=Ada",
            "--reason=because",
            "--out",
            project / "promise.toml",
        ],
        "gate": ["--promise", project / "promise.toml"],
    }[command]
    done = run(command, project / "expectkit.toml", *options)
    assert done.code == 2, done.err
    assert "Traceback" not in done.err
    assert not (project / "promise.toml").exists()


def test_a_record_of_several_classes_is_no_record_of_two(run: Callable[..., Run], project: Path) -> None:
    brief_animals().save(project / "out", formats=("json",))
    path = project / "out" / "record.json"
    assert_refused(run("compare", path, path), ["a briefing on several classes"])


# ---- several labels


def labelled() -> tuple[np.ndarray, np.ndarray]:
    columns, rng = seed_columns(), np.random.default_rng(2)
    other = (rng.random(8280) < 0.1).astype(int)
    scores = np.where(other == 1, rng.uniform(0.4, 1, 8280), rng.uniform(0, 0.6, 8280))
    return np.c_[columns["label"], other], np.c_[columns["score"], scores]


def brief_labels(**options: Any) -> LabelsBriefing:
    truth, scores = labelled()
    given: dict[str, Any] = {"cases_per_day": 8280, "thresholds": [0.5, 0.55], "date": "2026-03-12"}
    return ek.brief(truth, scores, labels=["urgent", "refund"], **given | options)


def test_each_label_is_a_briefing_of_its_own(tmp_path: Path) -> None:
    briefing = brief_labels(case="ticket", words_classes={"urgent": ["urgent ticket", "urgent tickets"]})
    truth, scores = labelled()
    alone = ek.brief(truth[:, 0], scores[:, 0], threshold=0.5, cases_per_day=8280, date="2026-03-12")
    first, second = (label.record for label in briefing.record.labels)
    assert to_plain(first.counts) == to_plain(alone.record.counts)
    assert to_plain(first.rates) == to_plain(alone.record.rates)
    assert "14 urgent tickets would be missed" in briefing.statement
    assert (second.counts.n_true_positives + second.counts.n_false_negatives) == int(truth[:, 1].sum())
    titles = [section.title for section in briefing.document.sections]
    assert [title.split(":")[0] for title in titles[2:4]] == ["Urgent", "Refund"]
    page = briefing.to_html()
    assert first.statement("expectation") in page
    assert second.statement("expectation") in page
    written = briefing.save(tmp_path, formats=("md", "json"))
    assert {path.name for path in written} == {"briefing.md", "record.json"}


def test_the_labels_record_fits_its_schema_and_reads_back() -> None:
    plain = json.loads(brief_labels().to_json())
    schema = json.loads((resources.files("expectkit") / "schemas" / "labels.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(plain)
    assert schema == schema_of(LabelsRecord), "run: python scripts/write_schema.py"
    assert to_plain(from_plain(LabelsRecord, plain)) == plain


def test_labels_work_from_a_file(run: Callable[..., Run], tmp_path: Path) -> None:
    truth, scores = labelled()
    frame = pd.DataFrame(np.c_[truth, scores], columns=["is_urgent", "is_refund", "s_urgent", "s_refund"])
    frame.to_parquet(tmp_path / "tickets.parquet")
    (tmp_path / "expectkit.toml").write_text(
        '[cases]\nfile = "tickets.parquet"\n[cases.labels]\n'
        'urgent = { score = "s_urgent", label = "is_urgent", threshold = 0.5, prevalence = 0.02 }\n'
        'refund = { score = "s_refund", label = "is_refund", threshold = 0.55 }\n'
        '[words]\ncase = "ticket"\n[traffic]\ncases_per_day = 5000\n[costs]\nmissed_positive = 3\n',
        "utf-8",
    )
    done = run("brief", tmp_path / "expectkit.toml", "--out", tmp_path / "out", "--format=json")
    assert done.code == 0, done.err
    assert done.out.startswith("Urgent: With these settings")
    assert "Not used with several classes: [costs]." in done.err
    record = json.loads((tmp_path / "out" / "record.json").read_text("utf-8"))
    assert record["labels"][0]["record"]["per_day"]["positives"]["mean"] == pytest.approx(100)


def test_a_problem_of_one_label_names_it() -> None:
    truth, scores = labelled()
    scores[3, 1] = np.nan
    with pytest.raises(ek.InputError, match=r'Label "refund": .*score is missing'):
        ek.brief(truth, scores, labels=["urgent", "refund"], threshold=0.5, cases_per_day=10)
    with pytest.raises(ek.InputError, match="labels need thresholds"):
        ek.brief(truth, scores, labels=["urgent", "refund"], cases_per_day=10)
    with pytest.raises(ek.InputError, match="Give one column for each name"):
        ek.brief(truth, scores, labels=["urgent", "refund", "spam"], threshold=0.5, cases_per_day=10)


@pytest.mark.parametrize("number", [0, 4, 6, 10, 13])
def test_hostile_label_names_are_inert(number: int) -> None:
    truth, scores = labelled()
    briefing = ek.brief(truth, scores, labels=[f"a{ATTACKS[number]}", "b"], threshold=0.5, cases_per_day=100)
    finder = Finder()
    finder.feed(briefing.to_html())
    assert finder.found == []
    assert len(briefing.to_markdown()) < 60_000


# ---- two thresholds


def brief_lanes(**options: Any) -> ek.Briefing:
    columns = seed_columns()
    given: dict[str, Any] = {
        "cases_per_day": 8280,
        "prevalence": 280 / 8280,
        "clear_below": 0.49,
        "block_from": 0.75,
        "chosen_on": "other cases",
        "date": "2026-03-12",
    }
    return ek.brief(columns["label"], columns["score"], **given | options)


def test_the_lanes_are_counted_by_hand_and_agree_with_the_first_page() -> None:
    briefing, columns = brief_lanes(), seed_columns()
    record = briefing.record
    assert record.lanes is not None
    cleared, human, blocked = record.lanes.lanes
    label, score = columns["label"], columns["score"]
    is_blocked = score >= 0.75
    assert record.operating_threshold == 0.49
    assert cleared.positives.printed == record.per_day["missed_positives"].printed
    assert blocked.negatives.mean == pytest.approx(int((is_blocked & (label == 0)).sum()))
    seen = int(((score >= 0.49) & ~is_blocked).sum())
    assert human.all_cases.mean == pytest.approx(seen)
    totals = [lane.all_cases.printed.values["mean"] for lane in (cleared, human, blocked)]
    assert sum(totals) == 8280
    for lane in (cleared, human, blocked):
        parts = [lane.positives.printed.values.get("mean"), lane.negatives.printed.values.get("mean")]
        assert None in parts or sum(parts) == lane.all_cases.printed.values["mean"]
    text = briefing.statements["lanes"]
    assert f"A person would see the {human.all_cases.printed.mean} between." in text
    assert text in briefing.to_html()


def test_lanes_chosen_on_these_cases_are_wider() -> None:
    fixed, chosen = brief_lanes().record.lanes, brief_lanes(chosen_on="these cases").record.lanes
    assert fixed is not None
    assert chosen is not None
    assert chosen.is_simultaneous
    assert not fixed.is_simultaneous
    for one, other in zip(fixed.lanes, chosen.lanes, strict=True):
        assert other.all_cases.high > one.all_cases.high  # type: ignore[operator]


def test_the_automated_share_is_told_by_the_other_half() -> None:
    record = brief_lanes(at_most_automated_error=0.005).record
    assert record.lanes is not None
    stated = [row for row in record.lanes.automation if row.is_stated]
    assert len(stated) == 1
    assert stated[0].n_confirming == 4140
    assert stated[0].error_low <= stated[0].error_share <= stated[0].error_high
    assert "these numbers come from the other half" in record.statement("lanes.automated")
    assert stated[0].is_kept == (stated[0].error_upper_bound <= 0.005)


def test_an_automated_share_may_be_asked_for_without_lanes() -> None:
    briefing = brief_lanes(clear_below=None, block_from=None, threshold=0.5, at_most_automated_error=0.005)
    lanes = briefing.record.lanes
    assert lanes is not None
    assert lanes.lanes == ()
    assert "How much needs no person" in [section.title for section in briefing.document.sections]


def test_weighted_cases_are_not_split_and_the_briefing_says_so() -> None:
    briefing = brief_lanes(sample_weight=np.ones(8280) * 2.0, at_most_automated_error=0.01)
    assert any("cannot be split" in text for text in briefing.warnings)
    assert briefing.record.lanes is not None
    assert briefing.record.lanes.automation == ()


def test_lanes_are_briefed_by_the_command(run: Callable[..., Run], seed_file: Path, tmp_path: Path) -> None:
    options = ["--score=score", "--label=label", "--cases-per-day=8280", "--prevalence=280/8280"]
    lanes = ["--clear-below=0.49", "--block-from=0.75", "--at-most-automated-error=0.5%"]
    done = run(
        "brief", f"--cases-file={seed_file}", *options, *lanes, "--out", tmp_path, "--format=html,md,json"
    )
    assert done.code == 0, done.err
    assert "Three ways: cleared, sent to a person, blocked" in (tmp_path / "briefing.html").read_text("utf-8")
    record = json.loads((tmp_path / "record.json").read_text("utf-8"))
    assert [lane["name"] for lane in record["lanes"]["lanes"]] == ["cleared", "human", "blocked"]


def test_without_two_thresholds_nothing_is_said_of_lanes() -> None:
    briefing = brief_lanes(clear_below=None, block_from=None, threshold=0.5)
    assert briefing.record.lanes is None
    assert "lanes" not in [section.id for section in briefing.document.sections]
