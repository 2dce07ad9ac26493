"""Scored cases already in Arrow's form or in memory: Feather and Arrow files, data frames, arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from expectkit.errors import DataError
from expectkit.io.arrow_values import every, numpy_of
from expectkit.io.case_source import (
    ROWS_PER_BATCH,
    Batch,
    CaseSource,
    InputFile,
    file_input,
    require_columns,
    require_same_columns,
)


class ArrowFileSource:
    """Cases in one or several Feather (version 2) or Arrow files with the same columns, memory-mapped.

    Parameters
    ----------
    paths : sequence of Path

    Raises
    ------
    DataError
        If a file is no Arrow file, holds no row, or the files differ in their columns.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = tuple(paths)
        names = [str(path) for path in self._paths]
        self.name = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
        opened = [_open(path) for path in self._paths]
        self._columns = tuple(tuple(reader.schema.names) for reader in opened)
        require_same_columns(names, self._columns)
        self._counts = [_count(path, reader) for path, reader in zip(self._paths, opened, strict=True)]
        if self.n_rows() == 0:
            raise DataError(f"{self.name}: the file has columns but no row. Write the scored cases again.")

    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        return self._columns[0]

    def n_rows(self) -> int | None:
        """Return the number of rows."""
        return sum(self._counts)

    def with_numbers(self, columns: Sequence[str]) -> CaseSource:
        """Return the source itself: Arrow columns have types."""
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
        wanted = list(dict.fromkeys(columns))
        for path in self._paths:
            row = 1
            try:
                for rows in _record_batches(_open(path, wanted)):
                    for part in _cut(rows):
                        yield Batch({name: part.column(name) for name in wanted}, str(path), row)
                        row += part.num_rows
            except (pa.ArrowException, OSError) as error:
                raise _damaged(path, error) from None

    def sample(self, columns: Sequence[str], n: int) -> pa.Table:
        """Return every k-th row, at most about `n`."""
        step, seen, kept = max(1, -(-(self.n_rows() or 0) // n)), 0, []
        for batch in self.batches(columns):
            rows = pa.RecordBatch.from_pydict(dict(batch.columns))
            kept.append(rows.take(every(step, rows.num_rows, seen)))
            seen += rows.num_rows
        return pa.Table.from_batches(kept)

    def inputs(self) -> tuple[InputFile, ...]:
        """Return name, SHA-256, rows and bytes of each file."""
        return tuple(file_input(path, n) for path, n in zip(self._paths, self._counts, strict=True))


class _TableSource:
    """Cases in memory; what frames and arrays share."""

    name: str

    def __init__(self) -> None:
        self._used: list[str] = []

    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        raise NotImplementedError

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Return these columns as Arrow."""
        raise NotImplementedError

    def with_numbers(self, columns: Sequence[str]) -> CaseSource:
        """Return the source itself: columns in memory have types."""
        return self

    def n_rows(self) -> int | None:
        """Return the number of rows."""
        first = self.column_names()[:1]
        return self.table(first).num_rows if first else 0

    def place(self, file: str, row: int) -> str:
        """Say where a row stands."""
        return f"{file}, row {row}"

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Hand out the rows once, in order.

        Raises
        ------
        DataError
            If a column does not exist or holds values of several kinds.
        """
        require_columns(self, columns)
        wanted = list(dict.fromkeys(columns))
        self._used += [name for name in wanted if name not in self._used]
        row = 1
        for rows in self.table(wanted).to_batches(max_chunksize=ROWS_PER_BATCH):
            if rows.num_rows:
                yield Batch({name: rows.column(i) for i, name in enumerate(wanted)}, self.name, row)
                row += rows.num_rows

    def sample(self, columns: Sequence[str], n: int) -> pa.Table:
        """Return every k-th row, at most about `n`."""
        require_columns(self, columns)
        table = self.table(list(dict.fromkeys(columns)))
        step = max(1, -(-table.num_rows // n))
        return table if step == 1 else table.take(every(step, table.num_rows))

    def inputs(self) -> tuple[InputFile, ...]:
        """Return one entry; its hash covers the columns read so far (all columns before anything was read).

        The hash is of each column's name and values, so the same values in another library's frame of the same
        types have the same hash.
        """
        digest, n_bytes, n_rows = hashlib.sha256(), 0, 0
        for name in sorted(self._used or self.column_names()):
            column = self.table([name]).column(0)
            n_rows = len(column)
            digest.update(name.encode())
            for part in _bytes_of(column):
                digest.update(part)
                n_bytes += len(part)
        return (InputFile(self.name, digest.hexdigest(), n_rows, n_bytes),)


class FrameSource(_TableSource):
    """Cases in a data frame that speaks the Arrow C stream interface: pandas, polars, pyarrow and others.

    Parameters
    ----------
    frame : object with ``__arrow_c_stream__``

    Raises
    ------
    DataError
        If the frame has no row, or two columns of the same name.
    """

    def __init__(self, frame: Any) -> None:
        super().__init__()
        self._frame = frame
        self.name = f"the {_library(frame)} table"
        # a bare stream can be read only once: keep what it holds
        self._is_selectable = hasattr(frame, "columns") and not isinstance(frame, pa.Table | pa.RecordBatch)
        self._table = None if self._is_selectable else _arrow(self.name, frame)
        names = frame.columns if self._table is None else self._table.column_names
        self._names = tuple(str(name) for name in names)
        self._keys = dict(zip(self._names, names, strict=True))
        if len(self._keys) < len(self._names):
            twice = next(name for name in self._names if self._names.count(name) > 1)
            raise DataError(f"{self.name}: two columns are called {twice!r}. Rename one of them.")
        self._n_rows = len(frame) if self._table is None else self._table.num_rows
        if self._n_rows == 0:
            raise DataError(f"{self.name} has no row. Give at least one scored case of each class.")

    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        return self._names

    def n_rows(self) -> int | None:
        """Return the number of rows."""
        return self._n_rows

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Return these columns as Arrow."""
        if self._table is not None:
            return self._table.select(list(columns))
        selected = self._frame[[self._keys[name] for name in columns]]
        return _arrow(self.name, selected).select(range(len(columns))).rename_columns(list(columns))


class ArraysSource(_TableSource):
    """Cases in arrays, one for each column.

    Parameters
    ----------
    arrays : mapping of str to one-dimensional array or sequence
        All of the same length.

    Raises
    ------
    DataError
        If there is no row, lengths differ or an array is not one-dimensional.
    """

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        super().__init__()
        self.name = "the arrays"
        self._arrays = {str(name): _array(str(name), values) for name, values in arrays.items()}
        lengths = {name: len(values) for name, values in self._arrays.items()}
        if len(set(lengths.values())) > 1:
            shown = ", ".join(f"{name} {n}" for name, n in lengths.items())
            raise DataError(
                f"the arrays differ in length ({shown}). Give one value per case in each of them."
            )
        if not any(lengths.values()):
            raise DataError("the arrays hold no case. Give at least one scored case of each class.")

    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        return tuple(self._arrays)

    def table(self, columns: Sequence[str]) -> pa.Table:
        """Return these columns as Arrow."""
        return pa.table({name: self._arrays[name] for name in columns})


def _array(name: str, values: Any) -> Any:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values
    if hasattr(values, "__arrow_c_stream__") and not isinstance(values, np.ndarray):
        return pa.chunked_array(values)
    if isinstance(values, np.ndarray) and values.ndim != 1:
        raise DataError(
            f"{name} has shape {values.shape}, but one value per case is needed. "
            "For two columns of probabilities give the column of the positive class, for example scores[:, 1]."
        )
    try:
        return pa.array(values)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"{name}: its values are of several kinds ({_first_line(error)}). Give one kind."
        ) from None


def _arrow(name: str, frame: Any) -> pa.Table:
    try:
        return frame if isinstance(frame, pa.Table) else pa.table(frame)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(
            f"{name}: a column holds values of several kinds ({_first_line(error)}). Give each column one type."
        ) from None


def _library(frame: Any) -> str:
    return type(frame).__module__.split(".", maxsplit=1)[0]


def _bytes_of(column: pa.ChunkedArray) -> Iterator[bytes]:
    """Yield a column's values as bytes that do not depend on how it is cut into chunks."""
    for start in range(0, len(column), ROWS_PER_BATCH):
        part = column.slice(start, ROWS_PER_BATCH).combine_chunks()
        if isinstance(part, pa.ChunkedArray):
            part = pa.concat_arrays(part.chunks)
        if pa.types.is_binary(part.type) or pa.types.is_large_binary(part.type):
            for data in part.to_pylist():
                yield b"\x00" if data is None else b"\x01" + len(data).to_bytes(8, "big") + data
            continue
        if not (
            pa.types.is_floating(part.type)
            or pa.types.is_integer(part.type)
            or pa.types.is_boolean(part.type)
        ):
            for text in part.cast(pa.string()).to_pylist():
                yield b"\x00" if text is None else b"\x01" + text.encode() + b"\x00"
            continue
        yield np.packbits(numpy_of(part.is_valid())).tobytes()
        values = numpy_of(part, missing=0)
        yield values.tobytes()


def _cut(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    for start in range(0, rows.num_rows, ROWS_PER_BATCH):
        yield rows.slice(start, ROWS_PER_BATCH)


def _open(path: Path, columns: Sequence[str] | None = None) -> Any:
    try:
        mapped = pa.memory_map(str(path))
        if columns is None:
            return pa.ipc.open_file(mapped)
        names = pa.ipc.open_file(mapped).schema.names
        options = pa.ipc.IpcReadOptions(
            included_fields=[names.index(name) for name in columns], use_threads=False
        )
        return pa.ipc.open_file(mapped, options=options)
    except pa.ArrowInvalid:
        return _open_stream(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def _open_stream(path: Path) -> Any:
    try:
        return pa.ipc.open_stream(pa.memory_map(str(path)))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def _record_batches(reader: Any) -> Iterator[pa.RecordBatch]:
    if hasattr(reader, "num_record_batches"):
        return (reader.get_batch(i) for i in range(reader.num_record_batches))
    return iter(reader)


def _count(path: Path, reader: Any) -> int:
    try:
        if hasattr(reader, "count_rows"):
            return int(reader.count_rows())
        return sum(rows.num_rows for rows in _record_batches(reader))
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> Exception:
    if isinstance(error, MemoryError):
        return error
    return DataError(
        f"{path}: this cannot be read as an Arrow or Feather file ({_first_line(error)}). Write the file again."
    )


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
