"""What fresh cases show about each kind of term: right numbers, honest bounds, a reason where nothing can be said."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectkit.errors import ConfigError, DataError, InputError
from expectkit.gate.business import overload_limits
from expectkit.gate.calibrated import standard_errors
from expectkit.gate.cases import Beside
from expectkit.gate.comparisons import percentile_limits
from expectkit.gate.judgement import FINDERS, Judgement, judge_cases
from expectkit.gate.reference import ReferenceCells, ReferenceScores, read_reference_cells
from expectkit.io.config import read_config
from expectkit.io.open_cases import open_cases
from expectkit.measure.calibration import ScoreCells, check_calibration
from expectkit.measure.comparison import PairedErrors, compare_paired
from expectkit.measure.drift import stability
from expectkit.measure.rates import Rate
from expectkit.promise.agreement import Conditions, Promise
from expectkit.promise.evidence import Finding
from expectkit.promise.terms import MEASURES, Term
from expectkit.promise.verdict import TermVerdict

N_POSITIVES, N_NEGATIVES = 280, 8000
TABLES: dict[str, dict[str, Any]] = {
    "cases": {"score": "score", "label": "label"},
    "traffic": {"cases_per_day": 8280, "prevalence": 280 / 8280},
}


def seed_columns() -> dict[str, Any]:
    """The counts of the README at 0.5: 14 of 280 missed, 200 of 8,000 flagged."""
    label = np.r_[np.ones(N_POSITIVES, np.int64), np.zeros(N_NEGATIVES, np.int64)]
    score = np.r_[np.full(266, 0.9), np.full(14, 0.1), np.full(200, 0.8), np.full(7800, 0.2)]
    channel = np.where(np.arange(label.size) % 2 == 0, "web", "app")
    return {"score": score, "label": label, "channel": channel}


def promise(*terms: Term, **changes: Any) -> Promise:
    given: dict[str, Any] = {
        "status": "draft",
        "model_name": "model",
        "model_version": "1",
        "threshold": 0.5,
        "terms": terms,
        "conditions": Conditions(8000.0, 9000.0, 0.03, 0.04),
        "confirmed_on_fresh_cases": True,
        "sentence": "",
        **changes,
    }
    return Promise(**given)


def judged(
    *terms: Term,
    columns: Mapping[str, Any] | None = None,
    tables: Mapping[str, Mapping[str, Any]] | None = None,
    **options: Any,
) -> Judgement:
    config = read_config({**TABLES, **(tables or {})})
    return judge_cases(config, promise(*terms), open_cases(columns or seed_columns()), **options)


def only(found: Judgement) -> TermVerdict:
    (verdict,) = found.verdict.terms
    return verdict


def one(term: Term, **options: Any) -> Finding:
    return only(judged(term, **options)).decisive.finding


def test_every_measure_of_a_promise_can_be_judged() -> None:
    assert set(FINDERS) == set(MEASURES)


# ------------------------------------------------------------------------------------------- rates and volumes


@pytest.mark.parametrize(
    ("measure", "x", "n"),
    [
        ("false_negative_rate", 14, 280),
        ("true_positive_rate", 266, 280),
        ("false_positive_rate", 200, 8000),
        ("true_negative_rate", 7800, 8000),
    ],
)
def test_a_rate_has_one_sided_95_per_cent_bounds(measure: str, x: int, n: int) -> None:
    found = one(Term(measure, at_most=0.5))
    assert (found.seen, found.n) == (x, n)
    assert (found.lower, found.upper) == pytest.approx((Rate(x, n).lower_bound(), Rate(x, n).upper_bound()))


def test_the_threshold_is_the_promises_own_and_counted_exactly() -> None:
    columns = {"score": [0.3, 0.29999999999999993, 0.1, 0.3], "label": [1, 1, 0, 0]}
    config = read_config({**TABLES, "threshold": {"operating": 0.9}})
    found = judge_cases(
        config, promise(Term("false_negative_rate", at_most=0.9), threshold=0.3), open_cases(columns)
    )
    assert only(found).decisive.finding.seen == 1


def test_a_volume_with_stated_traffic_is_its_rate_times_the_cases_of_the_class() -> None:
    found = one(Term("missed_positives_per_day", at_most=30))
    assert found.value == pytest.approx(14.0)
    assert found.upper == pytest.approx(280 * Rate(14, 280).upper_bound())


def test_a_range_of_traffic_widens_a_volume_and_cases_cannot_narrow_it() -> None:
    ranged = {"traffic": {"cases_per_day": [6000, 12000], "prevalence": 280 / 8280}}
    verdict = only(judged(Term("missed_positives_per_day", at_most=17), tables=ranged))
    assert verdict.decisive.finding.upper > 280 * Rate(14, 280).upper_bound()
    assert verdict.answer == "undecided"
    assert verdict.decisive.needed is None


def test_traffic_that_nobody_states_is_that_of_the_promise() -> None:
    tables = {"traffic": {}}
    found = judged(Term("flagged_negatives_per_day", at_most=300), tables=tables)
    traffic = found.cases.day.traffic
    assert (traffic.low, traffic.high) == (8000, 9000)
    assert only(found).answer == "kept"


def test_precision_and_selection_rate_are_those_of_productions_mix() -> None:
    half = {**seed_columns()}
    keep = np.r_[np.arange(280), np.arange(280, 560)]
    columns = {name: np.asarray(values)[keep] for name, values in half.items()}
    # 280 positives beside 280 negatives, 200 of which are flagged: production's share is stated
    found = one(Term("precision", at_least=0.01), columns=columns)
    expected = 0.95 * 280 / (0.95 * 280 + 8000 * 200 / 280)
    assert found.value == pytest.approx(expected)
    selected = one(Term("selection_rate", at_most=0.9))
    assert selected.value == pytest.approx(466 / 8280)
    assert 0 < selected.lower < 466 / 8280 < selected.upper < 1


def test_every_value_of_a_slice_is_judged_at_its_share_of_the_risk() -> None:
    columns = seed_columns()
    columns["channel"] = np.where(np.arange(8280) < 5, None, columns["channel"])
    verdict = only(judged(Term("false_negative_rate", at_most=0.2, slice="channel"), columns=columns))
    parts = {item.finding.part: item for item in verdict.judged}
    assert set(parts) == {"web", "app", ""}
    assert sum(item.finding.n or 0 for item in verdict.judged) == 280
    assert parts[""].answer == "undecided"
    web = parts["web"].finding
    assert web.upper == pytest.approx(Rate(web.seen or 0, web.n or 0).upper_bound(1 - 0.05 / 3))


def test_a_slice_value_nobody_has_is_undecided_with_a_reason() -> None:
    term = Term("false_negative_rate", at_most=0.2, slice="channel", slice_value="fax")
    assert "No case" in one(term).reason


def test_clusters_weigh_in_a_slice_as_they_do_among_all() -> None:
    columns = seed_columns()
    columns["group"] = (np.arange(8280) // 14).astype(str)
    tables = {"cases": {**TABLES["cases"], "group": "group"}}
    found = one(
        Term("false_negative_rate", at_most=0.9, slice="channel"), columns=columns, tables=tables
    ).rate
    assert found is not None
    assert found.n_effective < found.denominator / 2


def test_reused_cases_widen_every_bound() -> None:
    once = one(Term("false_negative_rate", at_most=0.1))
    often = one(Term("false_negative_rate", at_most=0.1), reused=20)
    assert often.upper == pytest.approx(Rate(14, 280).upper_bound(1 - 0.05 / 20))
    assert often.upper > once.upper


def test_the_cases_of_the_promise_are_known_again_and_judged_at_all_settings_at_once() -> None:
    source = open_cases(seed_columns())
    evidence = {item.name: item.sha256 for item in source.inputs()}
    made_here = promise(
        Term("false_negative_rate", at_most=0.1), evidence=evidence, confirmed_on_fresh_cases=False
    )
    found = judge_cases(read_config(TABLES), made_here, source)
    assert found.cases.risk.simultaneous
    assert only(found).decisive.finding.upper > Rate(14, 280).upper_bound(0.995)
    assert any("these very cases" in remark for remark in found.remarks)


def test_traffic_outside_the_conditions_is_said() -> None:
    tables = {"traffic": {"cases_per_day": 20_000, "prevalence": 0.2}}
    remarks = judged(Term("false_negative_rate", at_most=0.1), tables=tables).remarks
    assert any("Traffic is now 20,000 cases a day" in remark for remark in remarks)
    assert any("share of positives is now 20%" in remark for remark in remarks)


# ---------------------------------------------------------------------------------- costs, reviews, calibration


def test_the_cost_of_a_day_is_that_of_its_mistakes() -> None:
    costs = {"costs": {"currency": "EUR", "missed_positive": 120, "flagged_negative": 4}}
    found = one(Term("cost_per_day", at_most=3000, unit="EUR a day"), tables=costs)
    assert found.value == pytest.approx(14 * 120 + 200 * 4)
    assert found.lower < 2480 < found.upper


def test_the_cost_of_amounts_in_a_column_adds_them_up() -> None:
    columns = {**seed_columns(), "amount": np.full(8280, 120.0)}
    costs = {"costs": {"missed_positive": {"column": "amount"}, "flagged_negative": 4}}
    found = one(Term("cost_per_day", at_most=3000, unit="EUR a day"), columns=columns, tables=costs)
    assert found.value == pytest.approx(14 * 120 + 200 * 4)


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        (Term("cost_per_day", at_most=1, unit="EUR a day"), "What a mistake costs"),
        (Term("review_minutes_per_day", at_most=1), "How long a review takes"),
        (Term("overloaded_days_share", at_most=0.1), "How many reviews a day"),
        (Term("false_negative_rate_increase", at_most=0.02), "--reference-score"),
        (Term("score_drift", at_most=0.1), "--record"),
        (Term("size_bytes", at_most=1, variant="int8"), "no export.json"),
        (Term("latency_p95_ms", at_most=1), "names none"),
        (Term("missed_positives_per_day", at_most=1, slice="channel"), "all cases together"),
    ],
)
def test_a_term_whose_needs_are_not_met_is_undecided_and_says_what_to_state(term: Term, reason: str) -> None:
    verdict = only(judged(term))
    assert verdict.answer == "undecided"
    assert reason in verdict.decisive.finding.reason


def test_reviews_take_their_minutes_times_what_is_flagged() -> None:
    found = one(Term("review_minutes_per_day", at_most=1), tables={"costs": {"minutes_per_review": 3}})
    assert found.value == pytest.approx(3 * 466)


def test_overload_without_a_word_on_how_days_differ_is_undecided() -> None:
    found = one(
        Term("overloaded_days_share", at_most=0.1), tables={"costs": {"review_capacity_per_day": 500}}
    )
    assert "How days differ is not known" in found.reason


def test_overload_bounds_err_at_most_1_time_in_20_each() -> None:
    rng = np.random.default_rng(7)
    centre, spread, capacity = 21.0, 0.9, 500  # of square roots of daily counts
    truth = float(1 - _normal_cdf((math.sqrt(capacity + 0.875) - centre) / spread))
    days = np.round(rng.normal(centre, spread, (2_000, 14)) ** 2 - 0.375).astype(int)
    limits = np.array([overload_limits(row, capacity, 0.05) for row in days])
    # 2,000 runs: 1.96 standard errors are 0.0096
    assert float((limits[:, 0] > truth).mean()) <= 0.062
    assert float((limits[:, 1] < truth).mean()) <= 0.062


def _normal_cdf(z: float) -> float:
    return 0.5 * (1 + math.erf(z / math.sqrt(2)))


def test_whole_days_give_a_share_of_overloaded_days_with_bounds() -> None:
    columns = {name: np.tile(values, 6) for name, values in seed_columns().items()}
    columns["day"] = np.repeat([f"2026-03-0{i}" for i in range(1, 7)], 8280)
    tables = {
        "cases": {**TABLES["cases"], "time": "day"},
        "traffic": {"cases_per_day": "observed", "prevalence": "as in cases"},
        "costs": {"review_capacity_per_day": 480},
    }
    found = one(Term("overloaded_days_share", at_most=0.5), columns=columns, tables=tables)
    assert found.value is not None
    assert found.lower < found.value < found.upper
    assert (found.unit, found.n) == ("days", 6)


def calibrated_cases(rng: np.random.Generator, n: int, shift: float = 0.0) -> dict[str, Any]:
    log_odds = rng.normal(-2, 1.5, n)
    label = (rng.uniform(size=n) < 1 / (1 + np.exp(-log_odds - shift))).astype(np.int64)
    return {"score": 1 / (1 + np.exp(-log_odds)), "label": label}


def test_calibrated_scores_keep_a_calibration_term_and_shifted_ones_break_it() -> None:
    term = Term("calibration_intercept", at_least=-0.3, at_most=0.3)
    rng = np.random.default_rng(3)
    assert only(judged(term, columns=calibrated_cases(rng, 20_000))).answer == "kept"
    assert only(judged(term, columns=calibrated_cases(rng, 20_000, shift=1.0))).answer == "broken"


def test_calibration_bounds_err_about_1_time_in_20_each() -> None:
    rng, misses = np.random.default_rng(5), np.zeros(4)
    for _ in range(400):
        cases = calibrated_cases(rng, 1_000)
        cells = ScoreCells.from_arrays(cases["label"], cases["score"])
        check = check_calibration(cells)
        assert check is not None
        errors = standard_errors(cells, check)
        intercept, slope = (check.intercept - 0) / errors[0], (check.slope - 1) / errors[1]
        misses += [intercept > 1.645, intercept < -1.645, slope > 1.645, slope < -1.645]
    assert float(misses.max()) / 400 <= 0.05 + 1.96 * math.sqrt(0.05 * 0.95 / 400) + 0.01


# -------------------------------------------------------------------------------------------------- comparisons


def with_last_score() -> dict[str, Any]:
    """The last model missed 10 others and 4 of the same positives, and flagged the same negatives."""
    columns = seed_columns()
    last = columns["score"].copy()
    last[:10], last[266:276] = 0.1, 0.9
    return {**columns, "last": last, "id": np.arange(8280)}


def test_a_regression_is_paired_on_the_same_cases() -> None:
    reference = Beside(scores=ReferenceScores("last", 0.5))
    term = Term("false_negative_rate_increase", at_most=0.05)
    found = one(term, columns=with_last_score(), beside=reference)
    expected = compare_paired(PairedErrors(10, 10, 4, 280), alpha=0.10)
    assert (found.value, found.lower, found.upper) == pytest.approx((0.0, expected.low, expected.high))
    assert found.reason == "10 only the fresh model got wrong, 10 only the last one."


def test_scores_in_a_file_of_their_own_are_joined_by_id_in_any_order(tmp_path: Path) -> None:
    columns = with_last_score()
    order = np.random.default_rng(1).permutation(8280)
    path = tmp_path / "last.parquet"
    pq.write_table(pa.table({"id": columns["id"][order].astype(str), "last": columns["last"][order]}), path)
    term = Term("false_negative_rate_increase", at_most=0.05)
    beside_it = one(term, columns=columns, beside=Beside(scores=ReferenceScores("last", 0.5)))
    joined = one(term, columns=columns, beside=Beside(scores=ReferenceScores("last", 0.5, str(path), "id")))
    assert joined == beside_it


def test_ids_that_name_a_case_twice_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "last.parquet"
    pq.write_table(pa.table({"id": [1, 1], "last": [0.1, 0.2]}), path)
    reference = Beside(scores=ReferenceScores("last", 0.5, str(path), "id"))
    with pytest.raises(DataError, match="names a case twice"):
        judged(
            Term("false_negative_rate_increase", at_most=0.05), columns=with_last_score(), beside=reference
        )


def test_a_file_of_last_scores_needs_ids() -> None:
    reference = Beside(scores=ReferenceScores("last", 0.5, "last.parquet"))
    with pytest.raises(ConfigError, match="cases need a name"):
        judged(Term("false_negative_rate_increase", at_most=0.05), beside=reference)


def cells_of(scores: np.ndarray) -> ReferenceCells:
    thresholds = np.linspace(0, 1, 101)
    return ReferenceCells(
        thresholds, (scores[:, None] >= thresholds).sum(axis=0).astype(np.int64), scores.size, "record.json"
    )


def test_unchanged_scores_keep_a_drift_term_and_moved_ones_break_it() -> None:
    rng = np.random.default_rng(11)
    cells = cells_of(rng.beta(1, 5, 20_000))
    label = np.r_[np.ones(500, np.int64), np.zeros(9_500, np.int64)]
    term = Term("score_drift", at_most=0.05)
    same = judged(term, columns={"score": rng.beta(1, 5, 10_000), "label": label}, beside=Beside(cells=cells))
    moved = judged(
        term, columns={"score": rng.beta(2, 5, 10_000), "label": label}, beside=Beside(cells=cells)
    )
    assert (only(same).answer, only(moved).answer) == ("kept", "broken")


def test_drift_bounds_and_the_calibrated_cut_err_about_1_time_in_20() -> None:
    rng, runs = np.random.default_rng(13), 2_000
    even = np.full(10, 0.1)
    moved = even + np.array([0.03, *[0.0] * 8, -0.03])
    truth = float(((moved - even) * np.log(moved / even)).sum())
    above, low, high = 0, 0, 0
    for _ in range(runs):
        reference = rng.multinomial(10_000, even)
        calm = stability(reference, rng.multinomial(8_000, even))
        above += calm.index > calm.cut(0.05)
        found = stability(reference, rng.multinomial(8_000, moved)).limits(0.05)
        low, high = low + (found[0] > truth), high + (found[1] < truth)
    # 2,000 runs: 1.96 standard errors are 0.0096
    for share in (above / runs, low / runs, high / runs):
        assert 0.03 <= share <= 0.065


def test_a_record_of_other_cases_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    record = {
        "provenance": {"inputs": [{"sha256": "a" * 64}]},
        "thresholds": {"threshold": [0.5], "n_true_positives": [1], "n_false_positives": [1]},
        "counts": dict.fromkeys(
            ("n_true_positives", "n_false_positives", "n_true_negatives", "n_false_negatives"), 1
        ),
    }
    path.write_text(json.dumps(record))
    made = promise(Term("score_drift", at_most=0.1), evidence={"cases": "b" * 64})
    with pytest.raises(InputError, match="rests on other cases"):
        read_reference_cells(path, made)
    assert read_reference_cells(path, promise(evidence={"cases": "a" * 64})).n_cases == 4


@pytest.mark.parametrize("text", ["{}", "[]", "no json", '{"provenance": 3}'])
def test_what_is_no_record_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"record\.json"):
        read_reference_cells(path, promise())


EXPORT = {
    "variants": [
        {
            "name": "int8",
            "size_bytes": 65_900,
            "latency_ms": {"values": [1.0 + i / 1000 for i in range(400)]},
            "counts": {
                "n_true_positives": 260,
                "n_false_negatives": 20,
                "n_false_positives": 210,
                "n_true_negatives": 7790,
            },
            "positives": {"n": 280, "only_variant_wrong": 6, "only_source_wrong": 0},
            "negatives": {"n": 8000, "only_variant_wrong": 10, "only_source_wrong": 0},
        }
    ]
}


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("size_bytes", 65_900.0),
        ("decisions_changed_per_day", 16.0),
        ("extra_missed_positives_per_day", 6.0),
        ("false_negative_rate", 20 / 280),
        ("latency_p95_ms", 1.379),
    ],
)
def test_a_variant_is_judged_by_what_its_export_counted(measure: str, value: float) -> None:
    found = one(Term(measure, at_most=1, variant="int8"), beside=Beside(export=EXPORT))
    assert found.value == pytest.approx(value, rel=1e-3)
    assert found.lower <= value <= found.upper


@pytest.mark.parametrize(
    "export",
    [
        {},
        {"variants": []},
        {"variants": [{"name": "int8"}]},
        {"variants": [{"name": "int8", "positives": 3}]},
    ],
)
def test_an_export_that_says_too_little_leaves_the_term_undecided(export: dict[str, Any]) -> None:
    term = Term("extra_missed_positives_per_day", at_most=1, variant="int8")
    verdict = only(judged(term, beside=Beside(export=export)))
    assert verdict.answer == "undecided"
    assert "export.json" in verdict.decisive.finding.reason


def test_percentile_bounds_err_at_most_1_time_in_20_each() -> None:
    rng = np.random.default_rng(17)
    limits = np.array([percentile_limits(np.sort(rng.uniform(size=200)), 0.95, 0.05) for _ in range(4_000)])
    assert float((limits[:, 0] > 0.95).mean()) <= 0.057
    assert float((limits[:, 1] < 0.95).mean()) <= 0.057
    assert percentile_limits(np.arange(10.0), 0.95, 0.05)[1] == math.inf


def test_the_size_of_the_model_itself_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"x" * 1234)
    tables = {"model": {"name": "model", "file": str(tmp_path / "model.bin")}}
    verdict = only(judged(Term("size_bytes", at_most=2000), tables=tables))
    assert (verdict.decisive.finding.value, verdict.answer) == (1234.0, "kept")
