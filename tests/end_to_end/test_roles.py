"""Columns and files in the wrong role: refused before anything is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import expectkit as ek
from tests.end_to_end.conftest import SEED_OPTIONS, Run, seed_columns


def refused(done: Run, *parts: str) -> None:
    assert done.code == 2
    assert "Traceback" not in done.err
    assert all(part in done.err for part in parts), done.err


def test_one_column_cannot_be_score_and_label(run: Callable[..., Run], seed_arguments: list[str]) -> None:
    refused(run(*seed_arguments, "--score=label", "--label=label"), "score and label", "label")


@pytest.mark.parametrize("option", ["--show", "--amount", "--id", "--redact", "--slices"])
def test_a_named_column_that_does_not_exist_is_an_error(
    option: str, run: Callable[..., Run], seed_arguments: list[str]
) -> None:
    refused(run(*seed_arguments, f"{option}=scroe"), "scroe", "Did you mean 'score'")


def test_the_same_file_twice_is_not_counted_twice(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        pd.DataFrame(seed_columns()).to_parquet(tmp_path / name)
    with pytest.raises(ek.InputError, match="counted twice"):
        ek.brief_from(
            None,
            cases_file=str(tmp_path / "*.parquet"),
            score="score",
            label="label",
            threshold=0.5,
            cases_per_day=8280,
            prevalence=0.03,
        )


def test_files_may_hold_their_numbers_in_different_widths(tmp_path: Path) -> None:
    frame = pd.DataFrame(seed_columns())
    frame.iloc[::2].astype({"score": "float32", "label": "int8"}).to_parquet(tmp_path / "a.parquet")
    frame.iloc[1::2].to_parquet(tmp_path / "b.parquet")
    briefing = ek.brief_from(
        None,
        cases_file=str(tmp_path / "*.parquet"),
        score="score",
        label="label",
        threshold=0.5,
        cases_per_day=8280,
        prevalence=0.03,
    )
    assert briefing.record.provenance.n_kept == 8280


def test_a_path_too_long_for_the_system_is_one_line(
    run: Callable[..., Run], seed_arguments: list[str]
) -> None:
    refused(run(*seed_arguments, "--format=json", "--out", "x" * 300), "expectkit:")


def test_none_means_not_given_and_arrays_are_lists() -> None:
    columns = seed_columns()
    briefing = ek.brief(
        columns["label"],
        columns["score"],
        sample_weight=None,
        group=None,
        time=None,
        threshold=0.5,
        candidates=np.array([0.3, 0.7]),
        cases_per_day=np.int64(8280),
        prevalence=np.array([0.03, 0.04]),
    )
    assert {0.3, 0.7} <= {setting.threshold for setting in briefing.settings}


def test_words_must_be_words() -> None:
    with pytest.raises(ek.InputError, match=r"Words\.of"):
        ek.brief([0, 1], [0.1, 0.9], words="fraud", threshold=0.5, cases_per_day=1, prevalence=0.1)


@pytest.mark.parametrize("name", ["pos_label", "positive", "cases_positive"])
def test_the_positive_class_of_a_model_may_be_named_in_three_ways(name: str) -> None:
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features, label = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, label)
    briefing = ek.brief_model(
        model, features, label, threshold=0.5, cases_per_day=10, prevalence="as in cases", **{name: 0}
    )
    counts = briefing.record.counts
    assert counts.n_true_positives == int(((model.predict_proba(features)[:, 0] >= 0.5) & (label == 0)).sum())


def test_a_regression_is_no_classifier() -> None:
    from sklearn.linear_model import LinearRegression

    features, label = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
    with pytest.raises(ek.InputError, match="no classifier"):
        ek.brief_model(
            LinearRegression().fit(features, label),
            features,
            label,
            threshold=0.5,
            cases_per_day=1,
            prevalence=0.1,
        )


def test_the_seed_options_still_make_the_sentence(
    run: Callable[..., Run], seed_file: Path, tmp_path: Path
) -> None:
    done = run("brief", f"--cases-file={seed_file}", *SEED_OPTIONS, "--format=json", "--out", tmp_path / "o")
    assert done.code == 0
    assert "266 fraudulent transactions" in done.out
