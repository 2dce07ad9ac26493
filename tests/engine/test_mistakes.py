"""The second look at the cases: exact counts, the same whatever reads them, bounded in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from expectkit.engine.local import CaseColumns, tally
from expectkit.engine.mistake_watch import MistakeWatch, find_mistakes
from expectkit.engine.mistakes import MistakeColumns, Mistakes, pooled
from expectkit.engine.second_look import is_drawn, pick_rows
from expectkit.errors import DataError
from expectkit.io.case_source import Batch, CaseSource
from expectkit.io.open_cases import open_cases

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = MistakeColumns(
    CaseColumns("score", "label", positive="bad", slices=("channel",), decision="decision"),
    ("amount", "shop"),
    cost="amount",
)
TODAY = {"yes": True, "no": False}


def frame(n: int = 6_000) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    bad = rng.random(n) < 0.2
    score = np.where(bad, rng.beta(5, 2, n), rng.beta(2, 5, n)).astype(np.float32)
    return pd.DataFrame(
        {
            "id": np.arange(n) * 7,
            "score": score,
            "label": np.where(bad, "bad", "good"),
            "channel": rng.choice(["shop", "online", "phone"], n),
            "shop": rng.choice([f"shop {k}" for k in range(5)], n),
            "amount": np.round(rng.lognormal(3, 1, n), 2),
            "decision": rng.choice(["yes", "no"], n),
            "text": [f"text {k}" for k in range(n)],
        }
    )


def look(source: CaseSource, table: pd.DataFrame, threshold: float = 0.5, **options: object) -> Mistakes:
    n_bad = int((table.label == "bad").sum())
    sizes = (len(table) - n_bad, n_bad)
    return find_mistakes(source, COLUMNS, threshold, n_of_class=sizes, flagged_today=TODAY, **options)


def same(one: Mistakes, other: Mistakes) -> None:
    for kind in ("missed_positives", "flagged_negatives"):
        a, b = getattr(one, kind), getattr(other, kind)
        assert (a.n_cases, a.n_errors, a.n_searched, a.n_wrong_today) == (
            b.n_cases,
            b.n_errors,
            b.n_searched,
            b.n_wrong_today,
        )
        assert a.pool.rows.tolist() == b.pool.rows.tolist()
        assert a.pool.costs.tolist() == b.pool.costs.tolist()
        for name, values in a.pool.columns.items():
            assert values.tolist() == b.pool.columns[name].tolist(), name
        assert a.cells.conditions == b.cells.conditions
        assert a.cells.codes.tolist() == b.cells.codes.tolist()
        assert a.cells.n_cases.tolist() == b.cells.n_cases.tolist()
        assert a.cells.n_errors.tolist() == b.cells.n_errors.tolist()


def test_counts_and_candidates_are_those_of_the_table() -> None:
    table = frame()
    found = look(open_cases(table), table)
    wrong = table[(table.label == "bad") & (table.score < 0.5)]
    missed = found.missed_positives
    assert missed.n_errors == missed.pool.n_seen == len(wrong)
    assert missed.pool.rows.tolist() == wrong.index.tolist()
    assert missed.pool.columns[pooled("amount")].tolist() == wrong.amount.tolist()
    assert missed.pool.columns[pooled("shop")].tolist() == wrong["shop"].tolist()
    assert missed.pool.costs.tolist() == wrong.amount.tolist()
    assert missed.n_wrong_today == (wrong.decision == "no").sum()
    assert found.flagged_negatives.n_errors == ((table.label == "good") & (table.score >= 0.5)).sum()
    cells = missed.cells
    online = cells.where([c for column in cells.conditions for c in column if c.value == "online"])
    bad_online = table[(table.label == "bad") & (table.channel == "online")]
    assert cells.n_cases[online].sum() == len(bad_online)
    assert cells.n_errors[online].sum() == (bad_online.score < 0.5).sum()
    assert len(found.usual["amount"]) == (table.label == "good").sum()


def test_every_source_and_both_readers_of_parquet_give_the_same(tmp_path: Path) -> None:
    table = frame()
    expected = look(open_cases(table), table)
    half = len(table) // 2
    table[:half].to_parquet(tmp_path / "part-1.parquet", row_group_size=700)
    table[half:].to_parquet(tmp_path / "part-2.parquet", row_group_size=700)
    table.to_feather(tmp_path / "cases.feather")
    both = open_cases(str(tmp_path / "part-*.parquet"))
    same(expected, look(both, table))
    same(expected, look(both, table, few_rows=100, most_searched=10_000))
    same(expected, look(open_cases(tmp_path / "cases.feather"), table))
    sampled = look(open_cases(table), table, most_searched=500)
    same(sampled, look(both, table, few_rows=100, most_searched=500))
    assert sampled.missed_positives.n_errors == expected.missed_positives.n_errors
    assert 450 <= sampled.flagged_negatives.n_searched <= 550


def seen_in_the_tally(
    source: CaseSource, known: float | None, threshold: float, **options: object
) -> tuple[Mistakes, bool]:
    """Return what a watch gathered during the tally, and whether it had to look once more."""
    watch = MistakeWatch(source, COLUMNS, known, **options)
    counted = tally(source, COLUMNS.cases, stated=(threshold,), watch=watch)
    looks: list[str] = []
    read_again = source.batches

    def batches(columns: Sequence[str]) -> Iterator[Batch]:
        looks.append("again")
        return read_again(columns)

    source.batches = batches  # type: ignore[method-assign]
    sizes = (counted.total.n_negatives, counted.total.n_positives)
    return watch.result(threshold, sizes, flagged_today=TODAY), bool(looks)


@pytest.mark.parametrize("known", [0.5, None])
def test_mistakes_seen_while_the_cases_are_tallied_are_those_of_a_second_look(
    known: float | None, tmp_path: Path
) -> None:
    table = frame()
    table.to_parquet(tmp_path / "cases.parquet", row_group_size=700)
    table.to_csv(tmp_path / "cases.csv", index=False)
    for open_one in (
        lambda: open_cases(table),
        lambda: open_cases(tmp_path / "cases.parquet"),
        lambda: open_cases(tmp_path / "cases.csv"),
    ):
        found, _ = seen_in_the_tally(open_one(), known, 0.5)
        same(look(open_one(), table), found)


def test_a_watch_does_not_change_what_is_counted() -> None:
    table = frame()
    table.loc[:9, "score"] = np.nan
    source = open_cases(table)
    watched = tally(source, COLUMNS.cases, drop_missing=True, watch=MistakeWatch(source, COLUMNS))
    plain = tally(source, COLUMNS.cases, drop_missing=True)
    assert watched.total.counts.tolist() == plain.total.counts.tolist()
    assert watched.rows == plain.rows


@pytest.mark.parametrize("threshold", [0.02, 0.3, 0.5, 0.7, 0.98])
def test_a_threshold_chosen_afterwards_shows_the_same_mistakes(
    threshold: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("expectkit.engine.kept_rows._SURELY_FEW", 1)
    table = frame(8_000)
    found, looked_again = seen_in_the_tally(open_cases(table), None, threshold, most_searched=100)
    same(look(open_cases(table), table, threshold, most_searched=100), found)
    wrong_negatives = ((table.label == "good") & (table.score >= threshold)).mean()
    wrong_positives = ((table.label == "bad") & (table.score < threshold)).mean()
    if max(wrong_negatives, wrong_positives) > 0.055:  # more than a twentieth: not kept for
        assert looked_again
    if max(wrong_negatives, wrong_positives) < 0.045:
        assert not looked_again


@pytest.mark.parametrize("limit", ["_MOST_PENDING", "MOST_CANDIDATES", "_MOST_TEXTS"])
@pytest.mark.parametrize("known", [0.5, None])
def test_limits_of_memory_change_no_result(
    limit: str, known: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = frame(8_000)
    expected = look(open_cases(table), table, most_searched=100)
    monkeypatch.setattr(f"expectkit.engine.mistakes.{limit}", 3)
    monkeypatch.setattr("expectkit.engine.local._ROWS_AT_ONCE", 500)
    found, looked_again = seen_in_the_tally(open_cases(table), known, 0.5, most_searched=100)
    same(expected, found)
    if known is None:
        assert looked_again == (limit != "_MOST_PENDING")


def test_a_pass_that_is_broken_off_is_not_used() -> None:
    table = frame(1_000)
    source = open_cases(table)
    watch = MistakeWatch(source, COLUMNS, 0.5)
    with pytest.raises(DataError, match="missing"):
        tally(open_cases(table.assign(score=[np.nan, *table.score[1:]])), COLUMNS.cases, watch=watch)
    assert not watch.has_looked
    n_bad = int((table.label == "bad").sum())
    same(look(source, table), watch.result(0.5, (len(table) - n_bad, n_bad), flagged_today=TODAY))


def test_a_watch_keeps_a_bounded_even_sample_whatever_comes_first() -> None:
    table = frame(20_000).sort_values("label", ascending=False)
    watch = MistakeWatch(open_cases(table), COLUMNS, 0.5, most_searched=400)
    counted = tally(open_cases(table), COLUMNS.cases, stated=(0.5,), watch=watch)
    found = watch.result(0.5, (counted.total.n_negatives, counted.total.n_positives))
    assert 350 <= found.missed_positives.n_searched <= 450
    assert 350 <= found.flagged_negatives.n_searched <= 450
    assert found.flagged_negatives.n_errors == ((table.label == "good") & (table.score >= 0.5)).sum()


def test_numbers_in_csv_are_searched_as_numbers(tmp_path: Path) -> None:
    table = frame(2_000)
    table.to_csv(tmp_path / "cases.csv", index=False)
    found = look(open_cases(tmp_path / "cases.csv"), table)
    same(look(open_cases(table.assign(score=table.score.astype(str).astype(float))), table), found)
    amounts = next(c for c in found.missed_positives.cells.conditions if c[0].column == "amount")
    assert amounts[0].high is not None


@pytest.mark.parametrize("compare", ["float64", "float32"])
def test_scores_at_the_threshold_are_compared_as_the_service_does(compare: str, tmp_path: Path) -> None:
    score = np.array([0.7] * 6 + [0.2] * 4, np.float32)  # as float64 a little less than 0.7
    table = pd.DataFrame({"score": score, "label": [1, 0] * 5})
    table.to_parquet(tmp_path / "cases.parquet")
    columns = MistakeColumns(CaseColumns("score", "label"))
    for source in (open_cases(table), open_cases(tmp_path / "cases.parquet")):
        found = find_mistakes(source, columns, 0.7, n_of_class=(5, 5), compare=compare, few_rows=2)
        assert found.flagged_negatives.n_errors == (3 if compare == "float32" else 0)


def test_rows_without_score_or_label_are_left_out() -> None:
    table = frame(500)
    table.loc[:49, "score"] = np.nan
    table.loc[50:99, "label"] = None
    found = look(open_cases(table), table)
    assert found.missed_positives.pool.rows.min(initial=100) >= 100
    assert found.flagged_negatives.pool.rows.min(initial=100) >= 100


def test_a_text_is_a_condition_only_as_it_may_be_shown() -> None:
    table = frame()
    found = look(
        open_cases(table), table, as_shown=lambda text: "[hidden]" if text.startswith("shop") else text
    )
    shown = {c.value for column in found.missed_positives.cells.conditions for c in column}
    assert "[hidden]" in shown
    assert not any(value.startswith("shop") for value in shown if value)


def test_a_column_of_names_is_shown_but_not_searched() -> None:
    table = frame().assign(shop=[f"name {k}" for k in range(6_000)])
    found = look(open_cases(table), table)
    assert {column[0].column for column in found.missed_positives.cells.conditions} == {"amount", "channel"}
    assert found.missed_positives.pool.columns[pooled("shop")][0].startswith("name ")


def test_an_even_sample_is_even_and_grows_with_its_share() -> None:
    rows = np.arange(70_000)
    small, large = is_drawn(rows, 0.1), is_drawn(rows, 0.2)
    assert not np.any(small & ~large)
    by_week = small.reshape(-1, 7).sum(axis=0)
    assert by_week.min() > 990
    assert by_week.max() < 1_010


def test_single_rows_are_picked_from_any_source(tmp_path: Path) -> None:
    table = frame()
    half = len(table) // 2
    table[:half].to_parquet(tmp_path / "a.parquet", row_group_size=700)
    table[half:].to_parquet(tmp_path / "b.parquet", row_group_size=700)
    rows = [0, 1, 2_999, 3_000, 5_999]
    expected = {row: {"text": f"text {row}", "id": row * 7} for row in rows}
    both = open_cases([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    assert pick_rows(both, rows, ("text", "id")) == expected
    assert pick_rows(both, rows, ("text", "id"), few_rows=10) == expected
    assert pick_rows(open_cases(table), rows, ("text", "id")) == expected


def test_columns_with_names_that_sql_would_trip_over_are_read(tmp_path: Path) -> None:
    table = frame().rename(columns={"shop": 'sh"op; DROP TABLE x', "amount": "a m'ount"})
    table.to_parquet(tmp_path / "cases.parquet")
    columns = MistakeColumns(COLUMNS.cases, ('sh"op; DROP TABLE x',), cost="a m'ount")
    n_bad = int((table.label == "bad").sum())
    sizes = (len(table) - n_bad, n_bad)
    source = open_cases(tmp_path / "cases.parquet")
    quick = find_mistakes(source, columns, 0.5, n_of_class=sizes, flagged_today=TODAY, few_rows=10)
    whole = find_mistakes(source, columns, 0.5, n_of_class=sizes, flagged_today=TODAY)
    assert quick.missed_positives.n_errors == whole.missed_positives.n_errors > 0


def test_a_missing_column_is_named() -> None:
    table = frame(100)
    with pytest.raises(DataError, match="no column 'shopp'"):
        find_mistakes(open_cases(table), MistakeColumns(COLUMNS.cases, ("shopp",)), 0.5, n_of_class=(80, 20))


_TEN_MILLION = """
import resource, sys, time
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
from expectkit.engine.local import CaseColumns, tally
from expectkit.engine.mistake_watch import MistakeWatch, find_mistakes
from expectkit.engine.mistakes import MistakeColumns
from expectkit.engine.second_look import pick_rows
from expectkit.io.open_cases import open_cases

path, rng, writer = sys.argv[1], np.random.default_rng(0), None
for part in range(10):
    n = 1_000_000
    label = (rng.random(n) < 0.01).astype(np.int8)
    score = np.where(label == 1, rng.random(n) ** 0.02, rng.random(n) ** 12).astype(np.float32)
    text = pa.array([f"remark {k} of part {part}" for k in range(n)])
    days = np.repeat(np.datetime64("2026-03-01") + np.arange(part * 3, part * 3 + 3), n // 3 + 1)[:n]
    named = lambda k: pa.DictionaryArray.from_arrays(rng.integers(0, k, n).astype(np.int8), [f"v{i}" for i in range(k)])
    table = pa.table({"score": score, "label": label, "day": days, "channel": named(4), "country": named(8),
                      "amount": rng.lognormal(3, 1, n).astype(np.float32), "text": text})
    writer = writer or pq.ParquetWriter(path, table.schema)
    writer.write_table(table)
writer.close()
del table, text, score, label, days
pa.default_memory_pool().release_unused()
source = open_cases(path)
cases = CaseColumns("score", "label", time="day", slices=("channel", "country"))
watch = MistakeWatch(source, MistakeColumns(cases, ("amount",)), 0.9)
counted = tally(source, cases, stated=(0.9,), watch=watch)
sizes = counted.total.n_negatives, counted.total.n_positives
seen = watch.result(0.9, sizes)
found = find_mistakes(source, MistakeColumns(cases, ("amount",)), 0.9, n_of_class=sizes)
assert seen.missed_positives.pool.rows.tolist() == found.missed_positives.pool.rows.tolist()
rows = [*found.missed_positives.pool.rows[:15].tolist(), *found.flagged_negatives.pool.rows[:15].tolist()]
picked = pick_rows(source, rows, ("text",))
assert picked[rows[3]]["text"] == f"remark {rows[3] % 1_000_000} of part {rows[3] // 1_000_000}"
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


@pytest.mark.slow
def test_ten_million_cases_stay_under_a_gigabyte(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TEN_MILLION, tmp_path / "cases.parquet"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout) < 1_000
