"""A second look at the cases: only at mistakes, and at an even sample of all of them.

Large Parquet files are read by DuckDB, which decodes the columns of a case only where the case is wanted; what it
hands out may hold more cases than needed, never fewer. Every other source is read in batches.
"""

from __future__ import annotations

import functools
import glob
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from expectkit.engine.columns import LabelReader, Place, plain
from expectkit.io.arrow_values import places_of
from expectkit.io.case_source import ROWS_PER_BATCH, Batch, CaseSource
from expectkit.io.parquet_source import ParquetSource
from expectkit.measure.histogram import IntArray

if TYPE_CHECKING:
    import duckdb

FEW_ROWS = 2_000_000
"""Up to here whole columns are read in batches; DuckDB pays off beyond."""

_ROWS_PER_BATCH: Final = 1 << 18
_MOST_AT_ONCE: Final = (
    12_000_000  # of a larger file the rows come as a stream: slower, bounded whatever is wrong
)
_SPREAD: Final = 2_654_435_761  # 2^32 over the golden ratio: consecutive rows are spread evenly (Knuth, 6.4)
_SPAN: Final = 1 << 32
_PERIOD: Final = 1 << 31  # keeps the product below 2^63
_NO_NETWORK: Final[dict[str, str | bool | int | float | list[str]]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_directory": "",
}


def is_drawn(rows: IntArray | range, share: float) -> NDArray[np.bool_]:
    """Tell which rows belong to an even sample.

    Parameters
    ----------
    rows : ndarray of int64, or range
        Row numbers over the whole source, from 0.
    share : float, from 0 to 1
        Part of the rows to draw; the same rows each time, and those of a smaller share are among them.

    Examples
    --------
    >>> int(is_drawn(range(1000), 0.1).sum())
    100
    """
    if share >= 1:
        return np.ones(len(rows), dtype=np.bool_)
    if isinstance(rows, range) and rows.stop <= _PERIOD:
        spread = _steps(len(rows))[: len(rows)] + np.uint32(rows.start * _SPREAD % _SPAN)  # modulo 2^32
    else:
        spread = (np.asarray(rows, np.int64) & (_PERIOD - 1)).astype(np.uint32) * np.uint32(_SPREAD)
    return np.asarray(spread < np.uint32(int(share * _SPAN)), dtype=np.bool_)


@functools.lru_cache(maxsize=1)
def _all_steps() -> NDArray[np.uint32]:
    return np.arange(ROWS_PER_BATCH, dtype=np.uint32) * np.uint32(_SPREAD)


def _steps(n: int) -> NDArray[np.uint32]:
    """Return the places of rows 0 to n - 1 on the circle of 2^32."""
    if n <= ROWS_PER_BATCH:
        return _all_steps()
    return np.arange(n, dtype=np.uint32) * np.uint32(_SPREAD)


def wanted_rows(
    source: CaseSource,
    columns: Sequence[str],
    label: LabelReader,
    *,
    score_and_label: tuple[str, str],
    threshold: float,
    shares: tuple[float, float],
    few_rows: int = FEW_ROWS,
) -> Iterator[tuple[IntArray | range, Batch]]:
    """Read the mistakes at a threshold and an even sample of each class; possibly other cases too.

    Parameters
    ----------
    source : CaseSource
    columns : sequence of str
        Columns to read, score and label among them.
    label : LabelReader
        Knows the positive value.
    score_and_label : tuple of str
        Their column names.
    threshold : float
        ``score >= threshold`` flags, in float64 and in float32.
    shares : tuple of float
        Part of the negatives and of the positives that is drawn (`is_drawn`).
    few_rows : int
        Sources with at most as many rows are read whole.

    Yields
    ------
    tuple of (ndarray of int64 or range, Batch)
        Row numbers over the whole source, from 0, and the columns of these rows.
    """
    n_rows = source.n_rows()
    score, label_name = score_and_label
    if isinstance(source, ParquetSource) and (n_rows or 0) > few_rows and _is_readable(source, score):
        yield from _filtered(source, columns, label, (score, label_name), threshold, shares)
        return
    first = 0
    for batch in source.batches(columns):
        yield range(first, first + batch.n_rows), batch
        first += batch.n_rows


def pick_rows(
    source: CaseSource, rows: Sequence[int], columns: Sequence[str], *, few_rows: int = FEW_ROWS
) -> dict[int, dict[str, Any]]:
    """Read a handful of rows.

    Parameters
    ----------
    source : CaseSource
    rows : sequence of int
        Row numbers over the whole source, from 0.
    columns : sequence of str
    few_rows : int
        Sources with at most as many rows are read whole.

    Returns
    -------
    dict of int to dict of str to object
        The values of each row.
    """
    wanted = np.unique(np.asarray(rows, dtype=np.int64))
    if wanted.size == 0 or not columns:
        return {int(row): {} for row in wanted}
    found: dict[int, dict[str, Any]] = {}
    large = (source.n_rows() or 0) > few_rows
    if isinstance(source, ParquetSource) and large and _is_readable(source, columns[0]):
        for numbers, batch in _selected(source, columns, _in_rows(wanted)):
            found |= _by_row(numbers, batch, columns)
        return found
    first = 0
    for batch in source.batches(columns):
        inside = wanted[(wanted >= first) & (wanted < first + batch.n_rows)]
        if inside.size:
            places = places_of(inside - first)
            taken = {name: plain(batch.columns[name].take(places)) for name in columns}
            found |= _by_row(inside, Batch(taken, batch.file, 1), columns)
        first += batch.n_rows
    return found


def _by_row(rows: IntArray, batch: Batch, columns: Sequence[str]) -> dict[int, dict[str, Any]]:
    values = {name: plain(batch.columns[name]).to_pylist() for name in columns}
    return {row: {name: values[name][i] for name in columns} for i, row in enumerate(rows.tolist())}


# ------------------------------------------------------------------------------- Parquet


def _is_readable(source: ParquetSource, score: str) -> bool:
    """Tell whether DuckDB and Arrow agree on the columns' names and on what the score is."""
    names = [name.casefold() for name in source.column_names()]
    if len(set(names)) < len(names) or {"file_row_number", "row"} & set(names):
        return False
    kinds = [pq.read_schema(path).field(score).type for path in source.paths]
    return not any(pa.types.is_float16(kind) or pa.types.is_decimal(kind) for kind in kinds)


def _filtered(
    source: ParquetSource,
    columns: Sequence[str],
    label: LabelReader,
    score_and_label: tuple[str, str],
    threshold: float,
    shares: tuple[float, float],
) -> Iterator[tuple[IntArray, Batch]]:
    score, name = (_quoted(column) for column in score_and_label)
    positives = ", ".join(_positive_values(source, label, score_and_label[1])) or "NULL"
    is_positive = f"{name} IN ({positives})"
    spread = f"(((row & {_PERIOD - 1}) * {_SPREAD}) & {_SPAN - 1})"
    drawn = [f"{spread} < {int(share * _SPAN)}" for share in shares]
    # near the threshold float32 and float64 may disagree: the caller decides there
    low, high = around(threshold)
    flagged, passed = f"{score} >= {low!r}::FLOAT", f"{score} <= {high!r}::FLOAT"
    of_positives = is_positive if shares[1] == 1 else f"({is_positive} AND ({passed} OR {drawn[1]}))"
    of_all = "true" if shares[0] == 1 else drawn[0]
    yield from _selected(source, columns, f"{of_positives} OR {flagged} OR {of_all}")


def around(threshold: float) -> tuple[float, float]:
    """Return float32 numbers below and above a threshold: beyond them float32 and float64 agree on what is flagged."""
    single = np.float32(threshold)
    below, above = np.nextafter(single, np.float32(-np.inf)), np.nextafter(single, np.float32(np.inf))
    return float(below), float(above)


def _positive_values(source: ParquetSource, label: LabelReader, column: str) -> list[str]:
    """Return the values of the label column that mean positive, as they stand in the files, as SQL."""
    import duckdb

    if all(_holds_0_and_1(path, column) for path in source.paths):
        return ["1"] if label.codes(pa.array([1]), _nowhere(source, column))[0] == 1 else ["0"]
    connection = duckdb.connect(":memory:", config=_NO_NETWORK)
    found: set[str] = set()
    try:
        for path in source.paths:
            query = f"SELECT DISTINCT {_quoted(column)} FROM read_parquet($path)"
            values = connection.sql(query, params={"path": _literal_path(path)}).to_arrow_table().column(0)
            array = plain(values)
            codes = label.codes(array, _nowhere(source, column))
            found |= {
                _sql_literal(value)
                for value, code in zip(array.to_pylist(), codes.tolist(), strict=True)
                if code == 1
            }
    finally:
        connection.close()
    return sorted(found)


def _nowhere(source: CaseSource, column: str) -> Place:
    """Return a place for values that were all read before without complaint."""
    return Place(source, Batch({}, source.name, 1), column)


def _holds_0_and_1(path: Any, column: str) -> bool:
    """Tell from the statistics whether a column holds whole numbers from 0 to 1."""
    metadata = pq.read_metadata(path)
    if column not in metadata.schema.names:
        return False
    place = metadata.schema.names.index(column)
    for group in range(metadata.num_row_groups):
        found = metadata.row_group(group).column(place).statistics
        if found is None or not found.has_min_max or type(found.min) is not int:
            return False
        if found.min < 0 or found.max > 1:
            return False
    return True


def _selected(
    source: ParquetSource, columns: Sequence[str], condition: str
) -> Iterator[tuple[IntArray, Batch]]:
    """Read the rows of all files that meet a condition on their columns and on `row`, in order."""
    import duckdb

    names = ", ".join(_quoted(name) for name in columns)
    connection = duckdb.connect(":memory:", config=_NO_NETWORK)
    first = 0
    try:
        for path in source.paths:
            query = (
                f"SELECT row, {names} FROM (SELECT file_row_number + {first} AS row, {names} "
                f"FROM read_parquet($path, file_row_number=true, hive_partitioning=false)) WHERE {condition}"
            )
            yield from _batches(connection, query, path, columns)
            first += int(pq.read_metadata(path).num_rows)
    finally:
        connection.close()


def _batches(
    connection: duckdb.DuckDBPyConnection, query: str, path: Any, columns: Sequence[str]
) -> Iterator[tuple[IntArray, Batch]]:
    found = connection.sql(query, params={"path": _literal_path(path)})
    if pq.read_metadata(path).num_rows <= _MOST_AT_ONCE:
        reader = iter(found.to_arrow_table().to_batches(_ROWS_PER_BATCH))
    else:
        reader = found.to_arrow_reader(_ROWS_PER_BATCH)
    for rows in reader:
        numbers = np.asarray(rows.column(0).to_numpy(zero_copy_only=False), dtype=np.int64)
        arrays = dict(zip(columns, rows.columns[1:], strict=True))
        yield numbers, Batch(arrays, str(path), 1)


def _in_rows(rows: IntArray) -> str:
    return f"row IN ({', '.join(str(row) for row in rows.tolist())})"


def _literal_path(path: Any) -> str:
    return glob.escape(str(path.resolve()))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _sql_literal(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + str(value).replace("'", "''") + "'"
