"""Every source hands out the same cells, and says what is wrong with a file in one line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest

from expectkit.errors import DataError
from expectkit.io import case_source, parquet_source
from expectkit.io.case_source import CaseSource
from expectkit.io.open_cases import open_cases

N = 5_000


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rng = np.random.default_rng(11)
    return pa.table(
        {
            "score": np.round(rng.random(N), 3),
            "label": (rng.random(N) < 0.2).astype(np.int64),
            "channel": pa.array([["web", "app", None][i] for i in rng.integers(0, 3, N)]),
            "day": pa.array((20_000 + np.arange(N) // 700).astype(np.int32)).cast(pa.date32()),
        }
    )


def _parquet(table: pa.Table, folder: Path) -> Any:
    pq.write_table(table, folder / "cases.parquet", row_group_size=900)
    return folder / "cases.parquet"


def _parquet_parts(table: pa.Table, folder: Path) -> Any:
    pq.write_table(table.slice(2_000), folder / "part-2.parquet")
    pq.write_table(table.slice(0, 2_000).select([3, 2, 1, 0]), folder / "part-1.parquet")
    return str(folder / "part-*.parquet")


def _feather(table: pa.Table, folder: Path) -> Any:
    feather.write_feather(table, str(folder / "cases.feather"), chunksize=777)
    return str(folder / "cases.feather")


def _stream(table: pa.Table, folder: Path) -> Any:
    with (
        pa.OSFile(str(folder / "cases.arrow"), "wb") as file,
        pa.ipc.new_stream(file, table.schema) as writer,
    ):
        writer.write_table(table, max_chunksize=1_111)
    return [folder / "cases.arrow"]


def _arrays(table: pa.Table, folder: Path) -> Any:
    return {
        "score": table["score"].to_numpy(),
        "label": table["label"].to_numpy(),
        "channel": table["channel"].to_pylist(),
        "day": table["day"].to_numpy(),
    }


def _csv(table: pa.Table, folder: Path) -> Any:
    table.to_pandas().to_csv(folder / "cases.csv", index=False)
    return folder / "cases.csv"


MAKERS: dict[str, Callable[[pa.Table, Path], Any]] = {
    "parquet": _parquet,
    "parquet parts": _parquet_parts,
    "feather": _feather,
    "arrow stream": _stream,
    "pyarrow": lambda table, folder: table,
    "pandas": lambda table, folder: table.to_pandas(),
    "polars": lambda table, folder: pl.from_arrow(table),
    "arrays": _arrays,
    "csv": _csv,
}


def rows_of(source: CaseSource, columns: list[str]) -> list[tuple]:
    rows: list[tuple] = []
    for batch in source.batches(columns):
        assert list(batch.columns) == columns
        parts = [batch.columns[name].to_pylist() for name in columns]
        rows += zip(*parts, strict=True)
    return rows


@pytest.mark.parametrize("kind", MAKERS)
def test_every_source_hands_out_the_same_rows_in_the_same_order(
    kind: str, table: pa.Table, tmp_path: Path
) -> None:
    source = open_cases(MAKERS[kind](table, tmp_path)).with_numbers(["score"])
    assert isinstance(source, CaseSource)
    rows = rows_of(source, ["score", "channel"])
    assert [score for score, _ in rows] == table["score"].to_pylist()
    expected = table["channel"].to_pylist()
    assert [None if text != text else text for _, text in rows] == expected
    assert source.n_rows() == N


@pytest.mark.parametrize("kind", MAKERS)
def test_samples_are_the_same_each_time_and_as_small_as_asked(
    kind: str, table: pa.Table, tmp_path: Path
) -> None:
    source = open_cases(MAKERS[kind](table, tmp_path)).with_numbers(["score"])
    first, second = source.sample(["score", "label"], 500), source.sample(["score", "label"], 500)
    assert first.equals(second)
    assert 200 <= first.num_rows <= 510
    kept = np.asarray(first["score"]).mean()
    assert abs(kept - table["score"].to_numpy().mean()) < 0.06


@pytest.mark.parametrize("kind", MAKERS)
def test_inputs_name_each_file_with_its_hash_and_rows(kind: str, table: pa.Table, tmp_path: Path) -> None:
    source = open_cases(MAKERS[kind](table, tmp_path))
    rows_of(source, ["score", "label"])
    inputs = source.inputs()
    assert sum(one.n_rows for one in inputs) == N
    assert all(len(one.sha256) == 64 and one.n_bytes > 0 for one in inputs)
    assert inputs == source.inputs()


def test_the_hash_of_cases_in_memory_changes_with_one_score_and_not_with_the_library(table: pa.Table) -> None:
    def digest(frame: object) -> str:
        source = open_cases(frame)
        rows_of(source, ["score", "label"])
        return source.inputs()[0].sha256

    frame = table.to_pandas()
    first = digest(frame)
    assert (
        first == digest(pl.from_arrow(table)) == digest(pa.concat_tables([table.slice(0, 7), table.slice(7)]))
    )
    frame.loc[4_000, "score"] += 1e-9
    assert digest(frame) != first


def test_a_large_parquet_file_is_sampled_from_several_row_groups(
    table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_source, "_ALL_ROWS", 100)
    source = open_cases(_parquet(table, tmp_path))
    sample = source.sample(["score", "day"], 600)
    assert sample.num_rows <= 600
    assert len(set(sample["day"].to_pylist())) >= 5


def test_a_large_parquet_file_sorted_by_score_is_sampled_all_over(
    table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_source, "_ALL_ROWS", 100)
    pq.write_table(table.sort_by("score"), tmp_path / "sorted.parquet", row_group_size=500)
    sample = open_cases(tmp_path / "sorted.parquet").sample(["score", "label"], 500)["score"].to_numpy()
    assert np.diff(sample).max() < 0.01


def test_rows_are_numbered_from_1_in_each_file(
    table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_source, "ROWS_PER_BATCH", 900)
    starts = [
        (Path(b.file).name, b.first_row)
        for b in open_cases(_parquet_parts(table, tmp_path)).batches(["score"])
    ]
    assert starts[:4] == [
        ("part-1.parquet", 1),
        ("part-1.parquet", 901),
        ("part-1.parquet", 1801),
        ("part-2.parquet", 1),
    ]


def test_giving_up_in_the_middle_leaves_no_thread_behind(
    table: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_source, "ROWS_PER_BATCH", 300)
    batches = open_cases(_parquet(table, tmp_path)).batches(["score"])
    next(batches)
    batches.close()  # type: ignore[attr-defined]
    assert not [thread for thread in threading.enumerate() if thread.name == "expectkit-decode"]


def _written(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("broken.parquet", b"PAR1 this is not parquet", "cannot be read as a Parquet file"),
        ("broken.feather", b"ARROW1 no", "cannot be read as an Arrow or Feather file"),
        ("empty.parquet", b"", "the file is empty"),
        ("empty.csv", b"", "the file is empty"),
        ("scores.xlsx", b"x", "files ending in '.xlsx' are not known"),
        ("scores", b"x", "files ending in 'nothing' are not known"),
    ],
)
def test_an_unusable_file_is_named_in_one_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message) as refused:
        open_cases(_written(tmp_path, name, content))
    assert name in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_parquet_file_damaged_inside_is_named_when_it_is_read(table: pa.Table, tmp_path: Path) -> None:
    path = _parquet(table, tmp_path)
    content = bytearray(path.read_bytes())
    content[4:3_000] = bytes(2_996)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"cases\.parquet: this cannot be read"):
        rows_of(open_cases(path), ["score"])


def test_a_missing_file_pattern_or_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        open_cases(tmp_path / "nothing.parquet")
    with pytest.raises(DataError, match="no file matches this pattern"):
        open_cases(str(tmp_path / "*.parquet"))
    with pytest.raises(DataError, match="is a folder without"):
        open_cases(tmp_path)
    with pytest.raises(DataError, match="list of files is empty"):
        open_cases([])


def test_files_without_rows_or_with_other_columns_are_refused(table: pa.Table, tmp_path: Path) -> None:
    pq.write_table(table.slice(0, 0), tmp_path / "none.parquet")
    with pytest.raises(DataError, match="no row"):
        open_cases(tmp_path / "none.parquet")
    feather.write_feather(table.slice(0, 0), str(tmp_path / "none.feather"))
    with pytest.raises(DataError, match="no row"):
        open_cases(tmp_path / "none.feather")
    pq.write_table(table, tmp_path / "a.parquet")
    pq.write_table(table.drop_columns(["day"]), tmp_path / "b.parquet")
    with pytest.raises(DataError, match=r"b\.parquet: it lacks the column 'day'"):
        open_cases([tmp_path / "a.parquet", tmp_path / "b.parquet"])
    feather.write_feather(table, str(tmp_path / "c.feather"))
    with pytest.raises(DataError, match="of another kind"):
        open_cases([tmp_path / "a.parquet", tmp_path / "c.feather"])


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind != "csv"])
def test_a_missing_column_is_answered_with_the_nearest_one(
    kind: str, table: pa.Table, tmp_path: Path
) -> None:
    source = open_cases(MAKERS[kind](table, tmp_path))
    with pytest.raises(DataError, match=r"no column 'scoer'. Did you mean 'score'\? The columns are: "):
        rows_of(source, ["scoer"])


def test_frames_and_arrays_that_cannot_be_cases_are_refused() -> None:
    with pytest.raises(DataError, match="has no row"):
        open_cases(pd.DataFrame({"score": []}))
    with pytest.raises(DataError, match="two columns are called 'a'"):
        open_cases(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(DataError, match=r"differ in length \(score 2, label 3\)"):
        open_cases({"score": [0.1, 0.2], "label": [0, 1, 1]})
    with pytest.raises(DataError, match="hold no case"):
        open_cases({"score": [], "label": []})
    with pytest.raises(DataError, match=r"score has shape \(1, 2\)"):
        open_cases({"score": np.array([[0.1, 0.9]]), "label": [1]})
    with pytest.raises(DataError, match="cannot be read from int"):
        open_cases(3)
    with pytest.raises(DataError, match="several kinds"):
        rows_of(open_cases(pd.DataFrame({"a": [1, "x", {}]})), ["a"])


def test_a_frame_index_or_another_column_is_never_touched() -> None:
    frame = pd.DataFrame({"score": [0.1, 0.2], "note": [object(), 3]}, index=[5, 5])
    assert rows_of(open_cases(frame), ["score"]) == [(0.1,), (0.2,)]


def test_reading_a_large_table_in_memory_makes_batches_of_bounded_size(
    table: pa.Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    from expectkit.io import arrow_source

    monkeypatch.setattr(arrow_source, "ROWS_PER_BATCH", 1_000)
    sizes = [batch.n_rows for batch in open_cases(table).batches(["score"])]
    assert sizes == [1_000] * 5
    assert case_source.ROWS_PER_BATCH <= 1 << 20
