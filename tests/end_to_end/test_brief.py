"""The main job as a user runs it: one command, one bundle, the sentence to the letter."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import jsonschema
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import expectkit as ek
from expectkit.briefing.plain import from_plain, schema_of, to_plain
from expectkit.briefing.record import Record
from tests.end_to_end.conftest import SEED_OPTIONS, Run, seed_columns

SENTENCE = (
    "With these settings, the fraud detection model would have a 5% false negative rate and a 2.5% false positive "
    "rate. Every day, an average of 200 valid transactions would be flagged as fraudulent and sent for manual "
    "review, and an average of 14 fraudulent transactions would be missed. An average of 266 fraudulent "
    "transactions would be correctly caught."
)


def test_the_command_prints_the_promised_sentence_to_the_letter(
    run: Callable[..., Run], seed_arguments: list[str], tmp_path: Path
) -> None:
    done = run(*seed_arguments, "--out", tmp_path / "out", "--format=html,md,json")
    first, ranges = done.out.splitlines()
    assert (done.code, first) == (0, SENTENCE)
    assert "could be between" in ranges
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"briefing.html", "briefing.md", "record.json", "promise.toml"}


@pytest.mark.pdf
def test_every_page_of_the_bundle_carries_the_sentence_and_the_same_numbers(
    run: Callable[..., Run], seed_arguments: list[str], tmp_path: Path
) -> None:
    run(*seed_arguments, "--out", tmp_path)
    pdf = tmp_path / "briefing.pdf"
    text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pages = {
        "html": (tmp_path / "briefing.html").read_text("utf-8"),
        "md": (tmp_path / "briefing.md").read_text("utf-8"),
        "pdf": text,
    }
    for name, page in pages.items():
        assert SENTENCE in " ".join(page.split()), name
        assert "170 to 230" in " ".join(page.split()), name


def test_the_record_fits_the_shipped_schema_and_reads_back(tmp_path: Path, seed_file: Path) -> None:
    briefing = brief_seed()
    briefing.save(tmp_path, formats=["json"])
    plain = json.loads((tmp_path / "record.json").read_text("utf-8"))
    schema = json.loads((resources.files("expectkit") / "schemas" / "record.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(plain)
    assert schema == schema_of(Record), "run: python scripts/write_schema.py"
    assert to_plain(from_plain(Record, plain)) == plain


def test_the_record_keeps_the_counts_and_the_golden_ranges() -> None:
    record = brief_seed().record
    counts = record.counts
    assert (counts.n_true_positives, counts.n_false_positives) == (266, 200)
    assert (counts.n_true_negatives, counts.n_false_negatives) == (7800, 14)
    rate = record.rates["false_negative_rate"]
    assert (rate.value, rate.numerator, rate.denominator) == (0.05, 14, 280)
    assert (rate.low, rate.high) == pytest.approx((0.02760, 0.08247), abs=5e-6)
    missed = record.per_day["missed_positives"]
    assert missed.mean == pytest.approx(14.0)
    assert (missed.mean_low, missed.mean_high) == pytest.approx((7.83, 22.96), rel=0.02)


def test_the_draft_promise_states_the_bounds_and_their_conditions() -> None:
    promise = tomllib.loads(brief_seed().promise_toml().decode())
    assert promise["status"] == "draft"
    assert promise["threshold"] == 0.5
    assert promise["sentence"] == SENTENCE
    (term,) = [term for term in promise["terms"] if term["measure"] == "false_negative_rate"]
    assert term["measured"] == 0.05
    assert term["at_most"] == 0.078  # upper end of one-sided 95 %, 0.0773, rounded up
    assert promise["conditions"]["cases_per_day"] == [8280.0, 8280.0]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = brief_seed(), brief_seed()
    assert first.to_html() == second.to_html()
    assert first.to_json() == second.to_json()
    assert first.to_markdown() == second.to_markdown()


@pytest.mark.parametrize("kind", ["numpy", "lists", "pandas", "polars", "pyarrow"])
def test_every_kind_of_table_gives_the_same_numbers(kind: str) -> None:
    columns = seed_columns()
    options = options_of_seed()
    if kind == "numpy":
        briefing = ek.brief(columns["label"], columns["score"], **options)
    elif kind == "lists":
        briefing = ek.brief(columns["label"].tolist(), columns["score"].tolist(), **options)
    else:
        make = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}[kind]
        briefing = ek.brief("label", "score", data=make(columns), **options)
    assert briefing.statement == SENTENCE
    assert briefing.per_day == brief_seed().per_day


@pytest.mark.parametrize("suffix", ["csv", "feather", "parquet"])
def test_every_kind_of_file_gives_the_same_numbers(suffix: str, tmp_path: Path) -> None:
    frame = pd.DataFrame(seed_columns())
    path = tmp_path / f"cases.{suffix}"
    if suffix == "csv":
        frame.to_csv(path, index=False)
    else:
        getattr(frame, f"to_{suffix}")(path)
    options = options_of_seed() | {"cases_file": str(path), "score": "score", "label": "label"}
    assert ek.brief_from(None, **options).per_day == brief_seed().per_day


def test_a_fitted_classifier_is_scored_and_briefed() -> None:
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features, label = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features[:300], label[:300])
    briefing = ek.brief_model(
        model, features[300:], label[300:], threshold=0.5, cases_per_day=100, prevalence="as in cases"
    )
    flagged = model.predict_proba(features[300:])[:, 1] >= 0.5
    counts = briefing.record.counts
    assert counts.n_true_positives == int((flagged & (label[300:] == 1)).sum())
    assert counts.n_false_positives == int((flagged & (label[300:] == 0)).sum())


def test_a_threshold_is_counted_exactly_and_its_ties_are_told() -> None:
    label, score = [0, 1] * 200, [0.1 + 0.2, 0.3] * 200
    briefing = ek.brief(label, score, threshold=0.3, cases_per_day=10, prevalence="as in cases")
    assert briefing.record.counts.n_true_positives == 200
    assert briefing.record.counts.n_false_positives == 200  # 0.1 + 0.2 is above 0.3
    assert briefing.record.threshold_choice.n_cases_at_threshold == 200
    assert 0.30000000000000004 not in {setting.threshold for setting in briefing.settings}


def test_a_rule_chooses_on_the_cases_and_says_so() -> None:
    columns = seed_columns()
    options = {**options_of_seed(), "threshold": {"at_most_false_negative_rate": 0.05}}
    del options["chosen_on"]
    briefing = ek.brief(columns["label"], columns["score"], **options)
    choice = briefing.record.threshold_choice
    assert choice.chosen_on_these_cases
    assert choice.is_simultaneous
    assert not choice.confirmed_on_fresh_cases
    assert {item.measure for item in choice.optimism} == {"false_negative_rate", "false_positive_rate"}
    assert briefing.document.badge == "Not yet confirmed"
    assert "certainty.choice.false_negative_rate" in briefing.statements


def test_the_notebook_shows_the_sentence_in_every_form() -> None:
    bundle = brief_seed()._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/markdown", "text/plain"}
    assert all("266" in shown for shown in bundle.values())
    assert len(bundle["text/html"]) <= 15_000
    assert "<script" not in bundle["text/html"]


def test_thirty_positives_are_the_fewest_of_which_anything_is_said() -> None:
    few = ek.brief(
        [1] * 12 + [0] * 900, [0.9] * 12 + [0.1] * 900, threshold=0.5, cases_per_day=1000, prevalence=0.01
    )
    assert few.per_day["missed_positives"].level == "refuse"
    assert few.per_day["missed_positives"].mean is None
    assert "too few" in few.statement
    assert "positive case missed" not in few.statement
    assert few.to_html().count("–") >= 1


def test_nothing_seen_is_never_called_zero() -> None:
    briefing = ek.brief(
        [1] * 300 + [0] * 900, [0.9] * 300 + [0.1] * 900, threshold=0.5, cases_per_day=1000, prevalence=0.1
    )
    assert briefing.per_day["missed_positives"].level == "bound only"
    assert "at most" in briefing.statement
    for text in (briefing.statement, briefing.ranges):
        assert " 0 " not in text
        assert "zero" not in text.lower()


def test_dropped_rows_are_counted_and_told(run: Callable[..., Run], tmp_path: Path) -> None:
    columns = seed_columns()
    columns["score"][:3] = np.nan
    path = tmp_path / "gaps.parquet"
    pd.DataFrame(columns).to_parquet(path)
    arguments = ["brief", f"--cases-file={path}", *SEED_OPTIONS, "--out", tmp_path / "o", "--format=md,json"]
    refused = run(*arguments)
    assert refused.code == 2
    assert "3 of 8,280 rows" in refused.err
    assert not (tmp_path / "o").exists()
    done = run(*arguments, "--drop-missing")
    assert done.code == 0
    assert "3 of 8,280 rows" in (tmp_path / "o" / "briefing.md").read_text("utf-8")


def test_an_agreed_promise_is_never_replaced_by_a_draft(tmp_path: Path) -> None:
    agreed = 'status = "agreed"\n'
    (tmp_path / "promise.toml").write_text(agreed)
    brief_seed().save(tmp_path, formats=["json"])
    assert (tmp_path / "promise.toml").read_text() == agreed


def test_help_starts_within_its_budget_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv=['expectkit','--help'];\n"
        "from expectkit.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy','pandas','pyarrow','plotly','jinja2','weasyprint','scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def options_of_seed() -> dict[str, object]:
    words = ek.Words.of(
        case="transaction",
        positive="fraudulent transaction",
        negative="valid transaction",
        flagged="flagged as fraudulent and sent for manual review",
        model_name="fraud detection model",
    )
    return {
        "threshold": 0.5,
        "cases_per_day": 8280,
        "prevalence": 280 / 8280,
        "chosen_on": "other cases",
        "date": "2026-03-12",
        **_word_options(words),
    }


def _word_options(words: ek.Words) -> dict[str, object]:
    return {
        "case": words.case.singular,
        "words_positive": words.positive.singular,
        "negative": words.negative.singular,
        "flagged": words.flagged,
        "model_name": words.model_name,
    }


def brief_seed() -> ek.Briefing:
    columns = seed_columns()
    return ek.brief(columns["label"], columns["score"], **options_of_seed())
