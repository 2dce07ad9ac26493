"""The dry run finds what production does differently, and nothing where it does not."""

from __future__ import annotations

from typing import Any

import numpy as np

from expectkit.engine.dry_run import dry_run
from expectkit.engine.local import CaseColumns, tally
from expectkit.io.open_cases import open_cases
from expectkit.measure.sweep import sweep
from expectkit.promise.dry_run import DryRun

N = 4_000


def cases(rng: np.random.Generator, shift: float = 0.0) -> dict[str, Any]:
    channel = rng.choice(["web", "app"], N).astype(object)
    return {
        "score": 1 / (1 + np.exp(-(rng.normal(-2, 1, N) + shift))),
        "amount": rng.gamma(2, 30, N),
        "channel": channel,
        "count": rng.integers(0, 9, N),
    }


def run(production: dict[str, Any], seed: int = 1) -> DryRun:
    rng = np.random.default_rng(seed)
    labelled = {**cases(rng), "label": (rng.uniform(size=N) < 0.05).astype(np.int64)}
    source, columns = open_cases(labelled), CaseColumns("score", "label")
    counts = sweep(tally(source, columns, stated=(0.5,)))
    share = float((np.asarray(labelled["score"]) >= 0.5).mean())
    return dry_run(
        source,
        open_cases(production),
        columns,
        counts,
        threshold=0.5,
        expected=(share * 0.8, share * 1.2),
    )


def test_cases_like_the_labelled_ones_pass_every_check() -> None:
    found = run(cases(np.random.default_rng(2)))
    assert found.is_good
    assert (found.n_cases, found.n_scored) == (N, N)


def test_production_needs_no_label_but_every_other_column() -> None:
    production = cases(np.random.default_rng(2))
    del production["amount"]
    found = run(production)
    assert found.missing_columns == ("amount",)
    assert not found.has_the_schema


def test_a_column_of_another_kind_is_named() -> None:
    production = {**cases(np.random.default_rng(2)), "count": np.array(["1"] * N)}
    assert run(production).changed_kinds == (("count", "number", "text"),)


def test_values_that_go_missing_are_counted_nan_included() -> None:
    production = cases(np.random.default_rng(2))
    production["amount"] = np.where(np.arange(N) < N // 5, np.nan, production["amount"])
    (missing,) = run(production).missing_values
    assert (missing.column, missing.among_labelled, missing.in_production) == ("amount", 0.0, 0.2)


def test_a_new_value_is_named_with_its_cases() -> None:
    production = cases(np.random.default_rng(2))
    production["channel"][:7] = "fax"
    (unseen,) = run(production).unseen_values
    assert (unseen.column, unseen.values, unseen.n_cases) == ("channel", ("fax",), 7)


def test_a_column_that_names_single_cases_is_not_held_against_production() -> None:
    production = {**cases(np.random.default_rng(2)), "channel": np.array([f"id{i}" for i in range(N)])}
    assert run(production).unseen_values == ()


def test_scores_that_moved_change_the_flagged_share_too() -> None:
    found = run(cases(np.random.default_rng(2), shift=1.0))
    assert not found.scores_as_before
    assert not found.flags_as_expected
    assert found.n_flagged / found.n_scored > 2 * found.expected_high / 1.2


def test_production_without_scores_is_no_dry_run_of_the_model() -> None:
    production = cases(np.random.default_rng(2))
    del production["score"]
    found = run(production)
    assert (found.n_scored, found.scores, found.is_good) == (0, None, False)
