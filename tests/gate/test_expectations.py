"""A promise as an expectation in Python: arrays, frames, files and models give one verdict."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.linear_model import LogisticRegression

from expectkit.errors import InputError
from expectkit.gate.expectations import Expectations
from expectkit.io.promise_file import write_promise
from expectkit.promise.agreement import Conditions, Promise
from expectkit.promise.terms import Term

Y_TRUE = np.r_[np.ones(280, int), np.zeros(8000, int)]
Y_SCORE = np.r_[np.full(266, 0.9), np.full(14, 0.1), np.full(200, 0.8), np.full(7800, 0.2)]


def expectations(
    folder: Path,
    *terms: Term,
    config: str | None = None,
    words: dict[str, str | tuple[str, str]] | None = None,
) -> Expectations:
    made = Promise(
        "draft", "model", "1", 0.5, terms or (Term("false_negative_rate", at_most=0.09),),
        Conditions(8280.0, 8280.0, 0.0338, 0.0338), True, "", words=words or {},
    )  # fmt: skip
    write_promise(folder / "promise.toml", made)
    if config is not None:
        (folder / "expectkit.toml").write_text(config)
    return Expectations(folder / "promise.toml", None if config is None else folder / "expectkit.toml")


def test_arrays_frames_and_files_give_one_verdict(tmp_path: Path) -> None:
    promise = expectations(tmp_path)
    frame = pd.DataFrame({"s": Y_SCORE, "y": Y_TRUE})
    pq.write_table(pa.table({"s": Y_SCORE, "y": Y_TRUE}), tmp_path / "cases.parquet")
    named = {"score": "s", "label": "y"}
    found = [
        promise.kept_by(Y_TRUE, Y_SCORE),
        promise.kept_by(frame, **named),
        promise.kept_by(tmp_path / "cases.parquet", **named),
    ]
    assert all(found)
    assert len({repr(item.record.terms) for item in found}) == 1


def test_a_config_gives_words_and_costs_but_its_columns_are_not_those_of_arrays(tmp_path: Path) -> None:
    config = (
        'schema_version = 1\n[cases]\nscore = "s"\nlabel = "y"\ntime = "day"\ngroup = "customer"\n'
        '[words]\npositive = "fraud|frauds"\n[traffic]\ncases_per_day = "observed"\nprevalence = "as in cases"\n'
        "[costs]\nminutes_per_review = 3\n"
    )
    promise = expectations(tmp_path, Term("review_minutes_per_day", at_most=2000.0), config=config)
    kept = promise.kept_by(Y_TRUE, Y_SCORE)
    assert kept
    assert kept.record.terms[0].decisive.value == pytest.approx(3 * 466, rel=0.001)


def test_slices_are_handed_over_beside_the_arrays(tmp_path: Path) -> None:
    promise = expectations(tmp_path, Term("false_negative_rate", at_most=0.5, slice="channel"))
    channel = np.where(np.arange(8280) % 2 == 0, "web", "app")
    kept = promise.kept_by(Y_TRUE, Y_SCORE, columns={"channel": channel})
    assert kept
    assert {part.part for part in kept.record.terms[0].parts} == {"web", "app"}
    with pytest.raises(InputError, match="names y_true or y_score"):
        promise.kept_by(Y_TRUE, Y_SCORE, columns={"y_score": channel})


def test_an_undecided_promise_is_not_kept_unless_it_passes(tmp_path: Path) -> None:
    promise = expectations(tmp_path, Term("false_negative_rate", at_most=0.06))
    assert not promise.kept_by(Y_TRUE, Y_SCORE)
    kept = promise.kept_by(Y_TRUE, Y_SCORE, undecided="pass")
    assert kept
    assert repr(kept).startswith("<Undecided: False negative rate, promised at most 6%, measured 5%")
    assert "Rests on" in kept.report


def test_a_fitted_model_scores_the_cases_itself(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    y_true = (rng.uniform(size=4_000) < 0.2).astype(int)
    features = np.c_[y_true * 4 + rng.normal(size=4_000), rng.normal(size=4_000)]
    model = LogisticRegression().fit(features, y_true)
    promise = expectations(tmp_path)
    assert promise.kept_by_model(model, features, y_true)
    assert not promise.kept_by_model(model, features[rng.permutation(4_000)], y_true)


def test_words_are_those_of_the_config_and_where_it_has_none_those_of_the_promise(tmp_path: Path) -> None:
    carried: dict[str, str | tuple[str, str]] = {"positive": ("scam", "scams"), "missed": "let through"}
    term = Term("missed_positives_per_day", at_most=30.0)
    config = 'schema_version = 1\n[words]\npositive = "fraud"\n'
    alone = expectations(tmp_path, term, words=carried).kept_by(Y_TRUE, Y_SCORE)
    with_config = expectations(tmp_path, term, words=carried, config=config).kept_by(Y_TRUE, Y_SCORE)
    assert alone.record.terms[0].words == "Scams let through"
    assert with_config.record.terms[0].words == "Frauds let through"
    assert alone.record.terms[0].decisive.rests_on == "14 of 280 scams"
