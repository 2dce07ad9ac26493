"""Scored cases in Parquet files, decoded in a helper thread while the caller counts."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectkit.errors import DataError
from expectkit.io.arrow_values import every
from expectkit.io.case_source import (
    ROWS_PER_BATCH,
    Batch,
    CaseSource,
    InputFile,
    file_input,
    require_columns,
    require_same_columns,
)

_N_SAMPLED_GROUPS = 5
_FEW_BYTES = 1 << 18  # read at a time where only the start of a column is wanted
_ALL_ROWS = 1_000_000  # up to here a sample is drawn from all rows, beyond from the start of some row groups


class ParquetSource:
    """Cases in one or several Parquet files with the same columns.

    Text columns are read as their dictionaries. At most three batches of `ROWS_PER_BATCH` rows are in memory.

    Parameters
    ----------
    paths : sequence of Path

    Raises
    ------
    DataError
        If a file is no Parquet file, holds no row, or the files differ in their columns.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        self._metadata = tuple(_metadata(path) for path in self._paths)
        names = [str(path) for path in self._paths]
        self.name = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        self._columns = tuple(tuple(meta.schema.to_arrow_schema().names) for meta in self._metadata)
        require_same_columns(names, self._columns)
        if self.n_rows() == 0:
            raise DataError(f"{self.name}: the file has columns but no row. Write the scored cases again.")

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files, in the order they are read."""
        return self._paths

    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        return self._columns[0]

    def n_rows(self) -> int | None:
        """Return the number of rows."""
        return sum(int(meta.num_rows) for meta in self._metadata)

    def with_numbers(self, columns: Sequence[str]) -> CaseSource:
        """Return the source itself: Parquet columns have types."""
        return self

    def place(self, file: str, row: int) -> str:
        """Say where a data row stands."""
        return f"{file}, row {row}"

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Read the files once, in order.

        Raises
        ------
        DataError
            If a column does not exist or a file is damaged.
        """
        require_columns(self, columns)
        return _ahead(lambda: self._decoded(columns))

    def sample(self, columns: Sequence[str], n: int) -> pa.Table:
        """Return at most about `n` rows spread over the files.

        All rows are looked at when there are few, or when the row groups are sorted by the first column; else the
        first rows of some row groups.
        """
        require_columns(self, columns)
        groups = [(i, group) for i, meta in enumerate(self._metadata) for group in range(meta.num_row_groups)]
        n_rows = self.n_rows() or 0
        if n_rows <= max(n, _ALL_ROWS) or len(groups) < 4 or self._is_sorted(columns[0], groups):
            return _every(self._decoded(columns), max(1, -(-n_rows // n)))
        step = len(groups) / min(_N_SAMPLED_GROUPS, len(groups))
        chosen = [groups[int(step * k)] for k in range(min(_N_SAMPLED_GROUPS, len(groups)))]
        starts = [self._start_of_group(file, group, columns, n // len(chosen)) for file, group in chosen]
        return pa.concat_tables(start.cast(starts[0].schema) for start in starts)

    def inputs(self) -> tuple[InputFile, ...]:
        """Return name, SHA-256, rows and bytes of each file."""
        return tuple(
            file_input(path, meta.num_rows) for path, meta in zip(self._paths, self._metadata, strict=True)
        )

    def _file(self, index: int, columns: Sequence[str]) -> pq.ParquetFile:
        schema = self._metadata[index].schema.to_arrow_schema()
        texts = [name for name in columns if _is_text(schema.field(name).type)]
        return pq.ParquetFile(
            self._paths[index], read_dictionary=texts or None, metadata=self._metadata[index]
        )

    def _decoded(self, columns: Sequence[str]) -> Iterator[Batch]:
        wanted = list(dict.fromkeys(columns))
        for index, path in enumerate(self._paths):
            row = 1
            try:
                with self._file(index, wanted) as file:
                    for groups in _runs(self._metadata[index]):
                        for rows in file.iter_batches(ROWS_PER_BATCH, groups, wanted, use_threads=False):
                            yield Batch(
                                dict(zip(rows.schema.names, rows.columns, strict=True)), str(path), row
                            )
                            row += rows.num_rows
            except (pa.ArrowException, OSError) as error:
                raise _damaged(path, error) from None

    def _start_of_group(self, index: int, group: int, columns: Sequence[str], n: int) -> pa.Table:
        try:
            with pq.ParquetFile(
                self._paths[index], metadata=self._metadata[index], pre_buffer=False, buffer_size=_FEW_BYTES
            ) as file:
                batches = file.iter_batches(n, row_groups=[group], columns=list(columns), use_threads=False)
                return pa.Table.from_batches([rows for rows, _ in zip(batches, range(1), strict=False)])
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self._paths[index], error) from None

    def _is_sorted(self, column: str, groups: Sequence[tuple[int, int]]) -> bool:
        """Tell from the statistics whether row groups hardly overlap in this column."""
        ranges = []
        for index, group in groups:
            leaf = (
                self._metadata[index].schema.names.index(column)
                if column in self._metadata[index].schema.names
                else 0
            )
            statistics = self._metadata[index].row_group(group).column(leaf).statistics
            if statistics is None or not statistics.has_min_max or isinstance(statistics.min, str | bytes):
                return False
            ranges.append((float(statistics.min), float(statistics.max)))
        whole = max(high for _, high in ranges) - min(low for low, _ in ranges)
        return sum(high - low for low, high in ranges) <= 2 * whole


def _metadata(path: Path) -> Any:
    try:
        return pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def _runs(metadata: Any) -> list[list[int]]:
    """Put row groups together that make one batch; batches that end with a row group are decoded faster."""
    runs: list[list[int]] = []
    n_rows = ROWS_PER_BATCH
    for group in range(metadata.num_row_groups):
        n_in_group = metadata.row_group(group).num_rows
        if n_rows + n_in_group > ROWS_PER_BATCH:
            runs.append([])
            n_rows = 0
        runs[-1].append(group)
        n_rows += n_in_group
    return runs


def _damaged(path: Path, error: Exception) -> Exception:
    if isinstance(error, MemoryError):
        return error
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return DataError(f"{path}: this cannot be read as a Parquet file ({reason}). Write the file again.")


def _is_text(kind: Any) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_binary(kind))


def _every(batches: Iterable[Batch], step: int) -> pa.Table:
    """Return every `step`-th row of all batches."""
    kept, seen = [], 0
    for batch in batches:
        rows = pa.table(dict(batch.columns))
        kept.append(rows.take(every(step, rows.num_rows, seen)) if step > 1 else rows)
        seen += rows.num_rows
    return pa.concat_tables(kept, promote_options="permissive")


def _ahead(make: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """Iterate in a helper thread, one batch ahead: Arrow decodes while NumPy counts."""
    waiting: queue.Queue[Batch | BaseException | None] = queue.Queue(maxsize=1)
    stop = threading.Event()

    def put(item: Batch | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def work() -> None:
        try:
            for batch in make():
                if not put(batch):
                    return
            put(None)
        except BaseException as error:  # handed to the caller's thread
            put(error)

    thread = threading.Thread(target=work, name="expectkit-decode", daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()
