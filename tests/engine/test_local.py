"""One pass over the cases: exact whatever the source, and clear about what cannot be used."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from expectkit.engine import groups
from expectkit.engine.local import CaseColumns, tally
from expectkit.errors import DataError
from expectkit.io import arrow_source, parquet_source
from expectkit.io.open_cases import open_cases
from expectkit.measure.histogram import Tally, tally_arrays

N = 6_000
ALL = CaseColumns(
    "score",
    "label",
    weight="weight",
    time="day",
    group="account",
    slices=("channel", "country"),
    decision="reviewer",
)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(5)
    label = rng.random(N) < 0.1
    return pa.table(
        {
            "score": np.where(
                rng.random(N) < 0.1, np.round(rng.random(N), 1), rng.beta(1 + label, 4 - 2 * label)
            ),
            "label": label.astype(np.int8),
            "weight": rng.integers(1, 9, N) / 4,
            "day": pa.array((20_500 + np.arange(N) // 500).astype(np.int32)).cast(pa.date32()),
            "account": rng.integers(0, 700, N),
            "channel": pa.array([["web", "app", None][i] for i in rng.integers(0, 3, N)]),
            "country": pa.array([f"c{i}" for i in rng.integers(0, 90, N)]),
            "reviewer": rng.random(N) < 0.3,
        }
    )


def counted(cases: object, columns: CaseColumns = ALL, **options: Any) -> Tally:
    return tally(open_cases(cases), columns, **options)


def small(score: list, label: list, **more: list) -> dict:
    return {"score": score, "label": label, **more}


def test_all_parts_of_a_tally_equal_counting_each_part_by_itself(table: pa.Table) -> None:
    result = counted(table, stated=[0.49, 0.1 + 0.2])
    thresholds = result.total.thresholds
    assert {0.49, 0.1 + 0.2} <= set(thresholds.tolist())
    score, label = table["score"].to_numpy(), table["label"].to_numpy()
    alone = tally_arrays(label, score, thresholds, sample_weight=table["weight"].to_numpy())
    assert np.array_equal(result.total.counts, alone.counts)
    assert result.total.weights is not None
    assert alone.weights is not None
    assert np.array_equal(result.total.weights, alone.weights)
    assert np.array_equal(result.total.squared_weights, alone.squared_weights)
    assert (result.score_low, result.score_high) == (score.min(), score.max())
    for name, text in [("channel", "app"), ("channel", ""), ("country", "c17"), ("reviewer", "true")]:
        values = np.array(
            [str(v).lower() if name == "reviewer" else v or "" for v in table[name].to_pylist()]
        )
        of_value = tally_arrays(label[values == text], score[values == text], thresholds)
        assert np.array_equal(result.by_column[name].of(text).counts, of_value.counts)
    assert result.by_day is not None
    first_day = tally_arrays(label[:500], score[:500], thresholds)
    assert result.by_day.keys[0] == str(date(2026, 2, 16))
    assert len(result.by_day.keys) == 12
    assert np.array_equal(result.by_day.of("2026-02-16").counts, first_day.counts)
    for grouped in (result.by_day, *result.by_column.values()):
        assert np.array_equal(grouped.total().counts, result.total.counts)
    assert result.rows.n_rows == result.rows.n_kept == N


def test_cluster_moments_equal_adding_up_cluster_by_cluster(table: pa.Table) -> None:
    result = counted(table, CaseColumns("score", "label", group="account"))
    score, label, account = (table[name].to_numpy() for name in ("score", "label", "account"))
    rows: dict[tuple[int, int], list[float]] = defaultdict(list)
    for s, y, g in zip(score, label, account, strict=True):
        rows[int(y), int(g)].append(float(s))
    moments = result.clusters
    assert moments is not None
    for y in (0, 1):
        clusters = [np.array(scores) for (of, _), scores in rows.items() if of == y]
        assert moments.n_clusters[y] == len(clusters)
        assert moments.sum_squared_sizes[y] == sum(c.size**2 for c in clusters)
        for i in range(0, result.total.thresholds.size, 37):
            flagged = [int((c >= result.total.thresholds[i]).sum()) for c in clusters]
            assert moments.sum_squared_flagged[y, i] == sum(f**2 for f in flagged)
            assert moments.sum_flagged_times_size[y, i] == sum(
                f * c.size for f, c in zip(flagged, clusters, strict=True)
            )


def test_the_two_labels_of_a_cluster_are_multiplied_cluster_by_cluster(table: pa.Table) -> None:
    moments = counted(table, CaseColumns("score", "label", group="account")).clusters
    sizes: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for account, label in zip(table["account"].to_pylist(), table["label"].to_pylist(), strict=True):
        sizes[account][label] += 1
    assert moments is not None
    assert moments.sum_products_of_sizes == sum(zeros * ones for zeros, ones in sizes.values()) > 0


def test_rows_left_out_are_counted_on_their_day(tmp_path: Path) -> None:
    days = ["2026-03-02"] * 6 + ["2026-03-03"] * 4 + ["2026-03-04"] * 2
    label = [0, 1, None, None, 0, 1, 0, 1, 0, None, None, None]
    score = [0.1, 0.9, 0.5, None, 0.2, 0.8, 0.3, None, 0.4, 0.6, 0.7, 0.2]
    pq.write_table(
        pa.table({"score": score, "label": label, "day": days}), tmp_path / "c.parquet", row_group_size=5
    )
    columns = CaseColumns("score", "label", time="day")
    found = counted(tmp_path / "c.parquet", columns, drop_missing=True)
    assert found.rows_by_day == {"2026-03-02": 6, "2026-03-03": 4, "2026-03-04": 2}
    assert found.by_day is not None
    assert found.by_day.keys == ("2026-03-02", "2026-03-03")


def test_nothing_is_said_about_rows_left_out_when_there_are_none(table: pa.Table) -> None:
    assert counted(table).rows_by_day is None


def test_cluster_moments_do_not_depend_on_where_rows_are_cut(
    table: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = CaseColumns("score", "label", group="account")
    whole = counted(table, columns).clusters
    cut = groups._whole_clusters
    monkeypatch.setattr(groups, "_whole_clusters", lambda rows, n_codes: cut(rows, n_codes, 13))
    monkeypatch.setattr(arrow_source, "ROWS_PER_BATCH", 501)
    parts = counted(table, columns).clusters
    assert whole is not None
    assert parts is not None
    assert whole.n_clusters == parts.n_clusters
    assert whole.sum_products_of_sizes == parts.sum_products_of_sizes
    assert np.array_equal(whole.sum_squared_flagged, parts.sum_squared_flagged)
    assert np.array_equal(whole.sum_flagged_times_size, parts.sum_flagged_times_size)


def _same(one: Tally, other: Tally) -> bool:
    pairs = [(one.by_day, other.by_day), *((one.by_column[n], other.by_column[n]) for n in one.by_column)]
    return (
        np.array_equal(one.total.thresholds, other.total.thresholds)
        and np.array_equal(one.total.counts, other.total.counts)
        and all(a.keys == b.keys and np.array_equal(a.counts, b.counts) for a, b in pairs if a and b)
        and (one.score_low, one.score_high, one.rows) == (other.score_low, other.score_high, other.rows)
    )


@pytest.mark.parametrize(
    "kind", ["parquet", "parts", "feather", "csv", "pandas", "polars", "arrays", "small batches"]
)
def test_every_source_gives_identical_cells(
    kind: str, table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = counted(table)
    if kind == "parquet":
        pq.write_table(table, tmp_path / "cases.parquet", row_group_size=1_000)
        cases: object = tmp_path / "cases.parquet"
    elif kind == "parts":
        pq.write_table(table.slice(0, 2_500), tmp_path / "1.parquet")
        pq.write_table(table.slice(2_500), tmp_path / "2.parquet")
        cases = str(tmp_path / "*.parquet")
    elif kind == "feather":
        feather.write_feather(table, str(tmp_path / "cases.feather"), chunksize=999)
        cases = tmp_path / "cases.feather"
    elif kind == "csv":
        frame = table.to_pandas()
        frame["reviewer"] = frame["reviewer"].map({True: "true", False: "false"})
        frame.to_csv(tmp_path / "cases.csv", index=False)
        cases = tmp_path / "cases.csv"
    elif kind == "arrays":
        cases = {name: table[name].combine_chunks() for name in table.column_names}
    else:
        cases = {"pandas": table.to_pandas(), "polars": pl.from_arrow(table), "small batches": table}[kind]
    if kind == "small batches":
        monkeypatch.setattr(arrow_source, "ROWS_PER_BATCH", 77)
    assert _same(expected, counted(cases))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("compare", ["float64", "float32"])
def test_the_outermost_thresholds_flag_every_case_and_none_though_the_sample_missed_them(
    dtype: type, compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_source, "_ALL_ROWS", 1)
    monkeypatch.setattr("expectkit.engine.local._N_SAMPLED", 100)
    monkeypatch.setattr("expectkit.engine.local._FEWEST_POSITIVES", 0)
    rng = np.random.default_rng(2)
    score = rng.uniform(0.3, 0.6, 4_000).astype(dtype)
    score[-1], score[-2] = 0.987654321, 0.0123456789
    label = rng.integers(0, 2, 4_000)
    cases = pa.table({"score": score, "label": label, "who": label, "channel": label.astype(str)})
    pq.write_table(cases, tmp_path / "c.parquet", row_group_size=500)
    columns = CaseColumns("score", "label", group="who", slices=("channel",))
    result = counted(tmp_path / "c.parquet", columns, compare=compare)
    total = result.total
    assert total.counts[:, 0].tolist() == [0, 0]
    assert total.counts[:, -1].tolist() == [0, 0]
    assert total.thresholds[0] <= result.score_low
    assert total.thresholds[-1] > result.score_high
    assert np.array_equal(total.counts, tally_arrays(label, score, total.thresholds, compare=compare).counts)
    assert np.array_equal(result.by_column["channel"].total().counts, total.counts)
    assert result.clusters is not None
    assert result.clusters.sum_squared_flagged[:, 0].tolist() == list(result.clusters.sum_squared_sizes)
    assert result.clusters.sum_squared_flagged[:, -1].tolist() == [0, 0]


def test_rare_positives_are_all_used_to_place_thresholds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_source, "_ALL_ROWS", 1)
    monkeypatch.setattr("expectkit.engine.local._N_SAMPLED", 400)
    rng = np.random.default_rng(2)
    label = np.zeros(20_000, np.int64)
    label[-300:] = 1
    score = np.where(label, rng.uniform(0.8, 0.9, 20_000), rng.beta(1, 30, 20_000))
    pq.write_table(pa.table({"score": score, "label": label}), tmp_path / "c.parquet", row_group_size=2_000)
    thresholds = counted(tmp_path / "c.parquet", CaseColumns("score", "label")).total.thresholds
    assert np.count_nonzero((thresholds > 0.8) & (thresholds < 0.9)) > 150


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        ([0, 1, 1], None),
        ([False, True, True], None),
        (["0", "1", "1"], None),
        (["false", "TRUE", "True"], None),
        ([0.0, 1.0, 1.0], None),
        (["ham", "spam", "spam"], "spam"),
        (["ham", "spam", "spam"], "Spam"),
        ([7, 3, 3], 3),
        ([7, 3, 3], "3"),
        ([1, 0, 0], 0),
        ([True, False, False], False),
        (["0", "1.0", "1"], 1),
    ],
)
def test_the_positive_class_is_found_however_labels_are_written(labels: list, positive: Any) -> None:
    result = counted(small([0.1, 0.2, 0.3], labels), CaseColumns("score", "label", positive=positive))
    assert (result.total.n_negatives, result.total.n_positives) == (1, 2)


def test_rows_without_score_or_label_are_refused_or_dropped_and_counted() -> None:
    cases = pd.DataFrame(
        {"score": [0.1, np.nan, 0.3, 0.4, None], "label": [0, 1, None, 1, None], "channel": list("aabbb")}
    )
    columns = CaseColumns("score", "label", slices=("channel",))
    with pytest.raises(
        DataError, match=r"row 2: the score is missing \(2 of 5 rows in column 'score'\).*--drop-missing"
    ):
        counted(cases, columns)
    with pytest.raises(DataError, match=r"row 2: the label is missing \(1 of 3 rows"):
        counted(cases.iloc[[0, 2, 3]], columns)
    result = counted(cases, columns, drop_missing=True)
    assert (result.rows.n_rows, result.rows.n_kept) == (5, 2)
    assert (result.rows.n_missing_score, result.rows.n_missing_label) == (2, 2)
    assert result.total.counts.sum() == 2
    assert result.by_column["channel"].keys == ("a", "b")
    with pytest.raises(DataError, match="none of its 1 rows has both"):
        counted(cases.iloc[[1]], columns, drop_missing=True)


@pytest.mark.parametrize(
    ("cases", "columns", "message"),
    [
        (small([0.1, 0.2], [0, 1]), CaseColumns("scoer", "label"), "no column 'scoer'. Did you mean 'score'"),
        (
            small(["a", "b"], [0, 1]),
            CaseColumns("score", "label"),
            "row 1: column 'score' holds string values, for exam",
        ),
        (small([0.1, np.inf], [0, 1]), CaseColumns("score", "label"), "row 2: the score is infinite"),
        (
            small([0.1, 0.2, 0.3], [0, 1, 2]),
            CaseColumns("score", "label"),
            "row 3: .* three values, '0', '1' and '2'",
        ),
        (
            small([0.1, 0.2, 0.3], list("abc")),
            CaseColumns("score", "label", "a"),
            "row 3: .* 'a', 'b' and 'c'; 'c' is",
        ),
        (small([0.1, 0.2], [1, 2]), CaseColumns("score", "label"), "row 2: .* holds '2', where 0 and 1"),
        (
            small([0.1, 0.2], ["no", "yes"]),
            CaseColumns("score", "label"),
            "row 1: .* holds 'no', where 0 and 1",
        ),
        (
            small([0.1, 0.2], ["no", "no"]),
            CaseColumns("score", "label", "yes"),
            "'yes' never occurs .* holds 'no'",
        ),
        (small([0.1, 0.2], [0, 0]), CaseColumns("score", "label"), "all 2 cases are negative"),
        (small([0.1, 0.2], [1, 1]), CaseColumns("score", "label"), "all 2 cases are positive"),
        (
            small([0.1, 0.2], [0, 1], weight=[1.0, -2.0]),
            CaseColumns("score", "label", weight="weight"),
            "row 2: column 'weight' has the weight -2 ",
        ),
        (
            small([0.1, 0.2], [0, 1], weight=[np.nan, 1.0]),
            CaseColumns("score", "label", weight="weight"),
            "row 1: column 'weight' has the weight missing",
        ),
        (
            small([0.1, 0.2], [0, 1], day=["2026-03-01", "1.3.2026"]),
            CaseColumns("score", "label", time="day"),
            "row 2: the time column 'day' holds '1.3.2026', which is no date",
        ),
        (
            small([0.1, 0.2], [0, 1], day=["2026-03-01", "2026-02-30"]),
            CaseColumns("score", "label", time="day"),
            "row 2: .* holds '2026-02-30', which is no date",
        ),
        (
            small([0.1, 0.2], [0, 1], day=[20260301, 20260302]),
            CaseColumns("score", "label", time="day"),
            "row 1: the time column 'day' holds int64 values, for example 20260301",
        ),
        (
            small([0.1, 0.2], [0, 1], day=["2026-03-01", None]),
            CaseColumns("score", "label", time="day"),
            "row 2: the time column 'day' is empty",
        ),
        (
            small([0.1, 0.2], [0, 1], account=["a", None]),
            CaseColumns("score", "label", group="account"),
            "the group column 'account' is empty in 1 of the 2 rows",
        ),
    ],
)
def test_what_cannot_be_used_is_named_with_its_row_and_what_to_do(
    cases: dict, columns: CaseColumns, message: str
) -> None:
    with pytest.raises(DataError, match=message) as refused:
        counted(cases, columns)
    assert "\n" not in str(refused.value)
    assert "\N{EM DASH}" not in str(refused.value)


def test_a_slice_column_with_thousands_of_values_is_refused() -> None:
    n = groups.MOST_KEYS + 1
    cases = small([i / n for i in range(n)], [i % 2 for i in range(n)], id=[f"case {i}" for i in range(n)])
    with pytest.raises(DataError, match="column 'id' has more than 2,000 different values"):
        counted(cases, CaseColumns("score", "label", slices=("id",)))


def test_categories_of_every_library_count_like_their_texts() -> None:
    texts = [f"c{i % 128}" if i % 7 else None for i in range(2_000)]
    scores, labels = [i / 2_000 for i in range(2_000)], [i % 3 == 0 for i in range(2_000)]
    columns = CaseColumns("score", "label", slices=("country",))
    expected = counted(small(scores, labels, country=texts), columns).by_column["country"]
    narrow = pa.array(texts).dictionary_encode()
    for country in (
        pa.DictionaryArray.from_arrays(narrow.indices.cast(pa.int8()), narrow.dictionary),
        pa.DictionaryArray.from_arrays(narrow.indices.cast(pa.uint64()), narrow.dictionary),
    ):
        found = counted(pa.table({"score": scores, "label": labels, "country": country}), columns).by_column[
            "country"
        ]
        assert found.keys == expected.keys
        assert np.array_equal(found.counts, expected.counts)
    frame = pd.DataFrame({"score": scores, "label": labels, "country": pd.Categorical(texts)})
    frames = (frame, pl.DataFrame(small(scores, labels, country=texts)).cast({"country": pl.Categorical}))
    for cases in frames:
        assert np.array_equal(counted(cases, columns).by_column["country"].counts, expected.counts)


@pytest.mark.parametrize(
    "times",
    [
        pa.array([date(2026, 3, 1), date(2026, 3, 2)]),
        pa.array(["2026-03-01", "2026-03-02T23:59:59.5+02:00"]),
        pa.array(["2026-03-01 00:00", "2026-03-02"]).dictionary_encode(),
        pa.array([1772323200, 1772495999], pa.timestamp("s")),
        pa.array([1772323200000000001, 1772495999999999999], pa.timestamp("ns")),
        # 23:30 on the day before in UTC is already the next day in Berlin
        pa.array([1772321400, 1772407800], pa.timestamp("s", "Europe/Berlin")),
    ],
)
def test_dates_times_and_texts_fall_on_their_own_day(times: pa.Array) -> None:
    cases = pa.table({"score": [0.1, 0.2], "label": [0, 1], "time": times})
    result = counted(cases, CaseColumns("score", "label", time="time"))
    assert result.by_day is not None
    assert result.by_day.keys == ("2026-03-01", "2026-03-02")


def test_progress_is_told_after_each_batch(table: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_source, "ROWS_PER_BATCH", 2_500)
    told: list[tuple[int, int | None]] = []
    counted(table, progress=lambda done, total: told.append((done, total)))
    assert told == [(2_500, N), (5_000, N), (N, N)]


def test_scores_of_all_number_types_are_counted_as_the_numbers_they_are() -> None:
    from decimal import Decimal

    for scores in (
        pa.array([1, 0, 3, 2]),
        pa.array(np.array([1.0, 0.0, 3.0, 2.0], np.float16)),
        pa.array([Decimal("1.0"), Decimal("0.0"), Decimal("3.0"), Decimal("2.0")]),
        pa.array([1.0, 0.0, 3.0, 2.0], pa.float32()).dictionary_encode(),
    ):
        result = counted(
            pa.table({"score": scores, "label": [0, 0, 1, 1]}), CaseColumns("score", "label"), stated=[1.5]
        )
        i = result.total.thresholds.tolist().index(1.5)
        assert result.total.counts[:, i + 1 :].sum(axis=1).tolist() == [0, 2]


def test_tallying_a_parquet_file_imports_neither_pandas_nor_duckdb(table: pa.Table, tmp_path: Path) -> None:
    pq.write_table(table, tmp_path / "cases.parquet")
    program = (
        "import sys; from expectkit.engine.local import CaseColumns, tally; from expectkit.io.open_cases import "
        f"open_cases; tally(open_cases({str(tmp_path / 'cases.parquet')!r}), CaseColumns('score', 'label', "
        "time='day', slices=('channel',))); print(sorted({'pandas', 'duckdb', 'sklearn', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
