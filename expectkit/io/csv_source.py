"""Scored cases in CSV files, read by DuckDB in one thread-parallel pass with bounded memory.

Every field is read as text and an empty field as missing. Numbers are made here, so that a field that is none
is named with file, line and column. DuckDB only parses: it loads no extension and fetches nothing.
"""

from __future__ import annotations

import glob
import re
import zlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from expectkit.errors import DataError
from expectkit.io.arrow_values import every
from expectkit.io.case_source import Batch, InputFile, file_input, require_columns, require_same_columns
from expectkit.io.csv_layout import (
    CsvLayout,
    broken_row,
    has_mixed_line_ends,
    line_of_row,
    line_of_value,
    read_layout,
    undecodable_line,
)

if TYPE_CHECKING:
    import duckdb

_ROWS_PER_BATCH: Final = 1 << 17
_MISSING_WORDS: Final = ("", "na", "n/a", "nan", "null", "none")
_NO_NETWORK: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
}


class CsvSource:
    """Cases in one or several CSV files with the same columns.

    Parameters
    ----------
    paths : sequence of Path
        Plain or gzip, UTF-8, with a header line; divided by a comma, semicolon, tab or vertical bar.
    numbers : sequence of str
        Columns to hand out as float64; all others are text.

    Raises
    ------
    DataError
        If a file cannot be read, is empty, is not UTF-8 or has no usable header.
    """

    def __init__(self, paths: Sequence[Path], *, numbers: Sequence[str] = ()) -> None:
        self._layouts = tuple(read_layout(Path(path)) for path in paths)
        require_same_columns(
            [str(layout.path) for layout in self._layouts], [x.columns for x in self._layouts]
        )
        self._numbers = frozenset(numbers)
        self._row_counts: dict[Path, int] = {}
        first = str(self._layouts[0].path)
        self.name = first if len(self._layouts) == 1 else f"{first} and {len(self._layouts) - 1} more"

    def with_numbers(self, columns: Sequence[str]) -> CsvSource:
        """Return the same source, handing out these columns as float64 instead of text."""
        other = object.__new__(CsvSource)
        other._layouts, other._row_counts, other.name = self._layouts, self._row_counts, self.name
        other._numbers = self._numbers | frozenset(columns)
        return other

    def column_names(self) -> tuple[str, ...]:
        """Return the names in the header of the first file."""
        return self._layouts[0].columns

    def n_rows(self) -> int | None:
        """Return the number of data rows, or None before the files were read once."""
        counts = [self._row_counts.get(layout.path) for layout in self._layouts]
        return None if None in counts else sum(count for count in counts if count is not None)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Read the files once, in their order.

        Parameters
        ----------
        columns : sequence of str

        Returns
        -------
        iterator of Batch
            At most about 130,000 rows; text, or float64 for the number columns. Missing fields are null.

        Raises
        ------
        DataError
            If a column does not exist, a row is broken or a number is none. File, line and column are named.
        """
        wanted = tuple(dict.fromkeys(columns))
        require_columns(self, wanted)
        return self._all(wanted)

    def _all(self, wanted: tuple[str, ...]) -> Iterator[Batch]:
        for layout in self._layouts:
            yield from self._read(layout, wanted)
        if self.n_rows() == 0:
            raise DataError(f"{self.name} has a header but no rows. Give a file with scored cases.")

    def sample(self, columns: Sequence[str], n: int) -> pa.Table:
        """Take every k-th row so that half of `n` to `n` rows are left; all rows when they fit.

        Parameters
        ----------
        columns : sequence of str
        n : int
            Most rows to take, at least 1.

        Returns
        -------
        pyarrow.Table
            The same rows each time, spread evenly over the files.
        """
        step, seen = 1, 0
        kept: list[pa.RecordBatch] = []
        n_kept = 0
        for batch in self.batches(columns):
            rows = pa.RecordBatch.from_pydict(dict(batch.columns))
            picked = rows if step == 1 else rows.take(every(step, len(rows), seen))
            seen += len(rows)
            kept.append(picked)
            n_kept += len(picked)
            while n_kept > n:
                kept = [_every_second(pa.Table.from_batches(kept))]
                n_kept, step = len(kept[0]), step * 2
        return pa.Table.from_batches(kept)

    def inputs(self) -> tuple[InputFile, ...]:
        """Return name, SHA-256, rows and bytes of each file."""
        return tuple(self._input(layout) for layout in self._layouts)

    def place(self, file: str, row: int) -> str:
        """Say where a data row stands, as messages name it.

        Parameters
        ----------
        file : str
            As in `Batch.file`.
        row : int
            1 is the first row below the header.

        Returns
        -------
        str
            Such as "scores.csv, line 17". Blank lines and line breaks inside quotes are counted.
        """
        layout = next(layout for layout in self._layouts if str(layout.path) == file)
        line = line_of_row(layout, row)
        return f"{file}, row {row}" if line is None else f"{file}, line {line}"

    def _read(self, layout: CsvLayout, wanted: tuple[str, ...]) -> Iterator[Batch]:
        import duckdb

        indices = [layout.columns.index(name) for name in wanted] or [0]
        connection = duckdb.connect(":memory:", config=_NO_NETWORK)
        n_rows = 0
        try:
            for rows in _scan(connection, layout, indices).to_arrow_reader(_ROWS_PER_BATCH):
                arrays = zip(wanted, rows.columns, strict=False)
                columns = {name: self._typed(layout, name, array) for name, array in arrays}
                yield Batch(columns=columns, file=str(layout.path), first_row=n_rows + 1)
                n_rows += rows.num_rows
        except (duckdb.Error, pa.ArrowException, OSError, zlib.error) as error:
            raise _explained(layout, error) from None
        finally:
            connection.close()
        self._row_counts[layout.path] = n_rows

    def _typed(self, layout: CsvLayout, name: str, texts: pa.Array) -> pa.Array:
        if name not in self._numbers:
            return texts
        try:
            return pc.cast(texts, pa.float64())
        except pa.ArrowInvalid:
            return _numbers_with_gaps(layout, name, texts)

    def _input(self, layout: CsvLayout) -> InputFile:
        if layout.path not in self._row_counts:
            for _ in self._read(layout, layout.columns[:1]):
                pass
        return file_input(layout.path, self._row_counts[layout.path])


def _scan(
    connection: duckdb.DuckDBPyConnection, layout: CsvLayout, indices: Sequence[int]
) -> duckdb.DuckDBPyRelation:
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(layout.columns)))
    query = (
        f"SELECT {', '.join(f'c{index}' for index in indices)} FROM read_csv($path, columns={{{types}}}, "
        "auto_detect=false, header=true, delim=$delimiter, quote='\"', escape='\"', strict_mode=true, "
        "null_padding=false, hive_partitioning=false, compression=$compression)"
    )
    params = {
        "path": glob.escape(str(layout.path.resolve())),
        "delimiter": layout.delimiter,
        "compression": "gzip" if layout.is_gzip else "none",
    }
    return connection.sql(query, params=params)


def _every_second(table: pa.Table) -> pa.RecordBatch:
    picked = table.take(every(2, table.num_rows)).combine_chunks()
    return picked.to_batches()[0]


def _numbers_with_gaps(layout: CsvLayout, name: str, texts: pa.Array) -> pa.Array:
    """Make numbers of texts that may carry spaces or a word for "missing"."""
    trimmed = pc.utf8_trim_whitespace(texts)
    is_gap = pc.is_in(pc.utf8_lower(trimmed), value_set=pa.array(_MISSING_WORDS))
    trimmed = pc.if_else(is_gap, pa.scalar(None, trimmed.type), trimmed)
    try:
        return pc.cast(trimmed, pa.float64())
    except pa.ArrowInvalid:
        raise _no_number(layout, name, texts, trimmed) from None


def _no_number(layout: CsvLayout, name: str, texts: pa.Array, trimmed: pa.Array) -> DataError:
    index = next(index for index, text in enumerate(trimmed.to_pylist()) if not _is_number(text))
    found = texts[index].as_py()
    line = line_of_value(layout, name, found)
    place = str(layout.path) if line is None else f"{layout.path}, line {line}"
    shown = repr(found if len(found) <= 40 else found[:37] + "...")
    advice = "Correct it, or leave the field empty when there is no value."
    if re.fullmatch(r"-?[0-9]+,[0-9]+", found.strip()):
        advice = "Write numbers with a decimal point."
    elif (percent := re.fullmatch(r"(-?[0-9]+)[.,]?([0-9]*)\s*%", found.strip())) is not None:
        share = Decimal(f"{percent[1]}.{percent[2]}0") / 100
        advice = f"Write {format(share.normalize(), 'f')}, without the per cent sign."
    return DataError(f"{place}, column {name}: {shown} is not a number. {advice}")


def _is_number(text: str | None) -> bool:
    try:
        pc.cast(pa.array([text], pa.string()), pa.float64())
    except pa.ArrowInvalid:
        return False
    return True


def _explained(layout: CsvLayout, error: Any) -> DataError:
    """Turn a parser's complaint into file, line and advice, by reading the file again with our own eyes."""
    try:
        found = undecodable_line(layout) or broken_row(layout)
        if found is not None:
            return found
        if has_mixed_line_ends(layout):
            return DataError(
                f"{layout.path}: some lines end in \\r\\n and others in \\n. Save it with one kind of end."
            )
    except (OSError, EOFError, zlib.error) as damage:
        return DataError(f"{layout.path} is damaged ({damage}). Write it again.")
    return DataError(f"{layout.path} cannot be read as CSV: {str(error).splitlines()[0]}")
