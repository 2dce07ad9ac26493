"""Where scored cases come from: one Protocol, and the function that picks the reader.

A source hands out its rows in batches of Arrow arrays, only the columns asked for, in a fixed order, as often as
asked. Readers: `expectkit.io.parquet_source` (Parquet), `expectkit.io.arrow_source` (Feather and Arrow files, data
frames, arrays) and `expectkit.io.csv_source` (CSV).
"""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

from expectkit.errors import DataError, nearest

ROWS_PER_BATCH = 1 << 20

_CSV = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_PARQUET = (".parquet", ".pq")
_ARROW = (".feather", ".arrow", ".ipc")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Some consecutive rows of one file.

    Attributes
    ----------
    columns : mapping of str to pyarrow.Array
        The columns asked for, all of the same length.
    file : str
        What messages call the file (or frame).
    first_row : int
        1-based number of the batch's first row among the data rows of that file.
    """

    columns: Mapping[str, pa.Array]
    file: str
    first_row: int

    @property
    def n_rows(self) -> int:
        """Number of rows in the batch."""
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True, slots=True)
class InputFile:
    """What the provenance of a briefing says about one input.

    Attributes
    ----------
    name : str
        File name without its folders, or what kind of object it was.
    sha256 : str
        64 hexadecimal digits: of the file's bytes, or of the columns used when the cases were in memory.
    n_rows : int
    n_bytes : int
    """

    name: str
    sha256: str
    n_rows: int
    n_bytes: int


@runtime_checkable
class CaseSource(Protocol):
    """Scored cases that can be read column by column, several times, in the same order."""

    name: str

    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns."""
        ...

    def n_rows(self) -> int | None:
        """Return the number of rows, or None when only reading would tell."""
        ...

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Read the rows once, in order, with these columns only."""
        ...

    def sample(self, columns: Sequence[str], n: int) -> pa.Table:
        """Return at most about `n` rows spread over the source, the same ones each time."""
        ...

    def with_numbers(self, columns: Sequence[str]) -> CaseSource:
        """Return a source that hands out these columns as numbers (matters only where all is text, in CSV)."""
        ...

    def place(self, file: str, row: int) -> str:
        """Say where data row `row` (1-based) of `file` stands, as messages name it."""
        ...

    def inputs(self) -> tuple[InputFile, ...]:
        """Return name, hash, rows and bytes of each file."""
        ...


def open_cases(cases: object) -> CaseSource:
    """Make a source of scored cases from whatever holds them.

    Parameters
    ----------
    cases : path, glob, list of paths, data frame, mapping of arrays, or CaseSource
        Files: ``.parquet``, ``.pq``, ``.feather``, ``.arrow``, ``.csv``, ``.tsv``, ``.txt`` (the latter three also
        with ``.gz``). Several files are read in the order of their names and must have the same columns. Frames:
        anything with the Arrow C stream interface (pandas, polars, pyarrow). Mappings: column name to array.

    Returns
    -------
    CaseSource

    Raises
    ------
    DataError
        If a file is missing, empty, unreadable or of an unknown kind, or files disagree in their columns.
    """
    if isinstance(cases, str | Path):
        return _open_files(_files_of(cases))
    if isinstance(cases, list | tuple) and all(isinstance(one, str | Path) for one in cases):
        return _open_files([path for one in cases for path in _files_of(one)])
    if isinstance(cases, CaseSource):
        return cases
    from expectkit.io.arrow_source import ArraysSource, FrameSource

    if isinstance(cases, Mapping):
        return ArraysSource(cases)
    if hasattr(cases, "__arrow_c_stream__"):
        return FrameSource(cases)
    raise DataError(
        f"scored cases cannot be read from {type(cases).__name__}. Give a path, a list of paths, a pandas, polars or "
        "pyarrow table, or a mapping of column names to arrays."
    )


def require_columns(source: CaseSource, wanted: Sequence[str]) -> None:
    """Check that a source has these columns.

    Raises
    ------
    DataError
        Naming the missing column, the nearest one and all there are.
    """
    known = source.column_names()
    for column in wanted:
        if column not in known:
            near = nearest(column, known)
            hint = f" Did you mean {near!r}?" if near else ""
            shown = ", ".join(known[:30]) + (", …" if len(known) > 30 else "")
            raise DataError(f"{source.name}: there is no column {column!r}.{hint} The columns are: {shown}.")


def require_same_columns(names: Sequence[str], columns: Sequence[tuple[str, ...]]) -> None:
    """Check that files to be read one after the other have the same columns, in any order.

    Raises
    ------
    DataError
        Naming the first file that differs, and how.
    """
    for name, found in zip(names[1:], columns[1:], strict=True):
        missing = sorted(set(columns[0]) - set(found))
        extra = sorted(set(found) - set(columns[0]))
        if missing or extra:
            what = f"lacks the column {missing[0]!r}" if missing else f"has one more column, {extra[0]!r}"
            raise DataError(
                f"{name}: it {what}, compared with {names[0]}. Files read together must have the same columns."
            )


def file_input(path: Path, n_rows: int) -> InputFile:
    """Hash a file for the provenance of a briefing."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return InputFile(path.name, digest, n_rows, path.stat().st_size)


def _files_of(pattern: str | Path) -> list[Path]:
    """Return the files a path or glob stands for, sorted."""
    path = Path(pattern)
    if path.is_file():
        return [path]
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if _ending(file) is not None)
        if found:
            return found
        raise DataError(f"{path} is a folder without CSV, Parquet or Arrow files. Give the files themselves.")
    found = sorted(Path(file) for file in glob.glob(str(pattern), recursive=True) if Path(file).is_file())  # noqa: PTH207
    if found:
        return found
    what = "no file matches this pattern" if glob.has_magic(str(pattern)) else "there is no such file"
    raise DataError(f"{pattern}: {what}. Check the path; it is relative to {_where(path)}.")


def _where(path: Path) -> str:
    return "the root of the disk" if path.is_absolute() else "the folder the command runs in"


def _ending(path: Path) -> tuple[str, ...] | None:
    name = path.name.casefold()
    return next((kind for kind in (_CSV, _PARQUET, _ARROW) if name.endswith(kind)), None)


def _open_files(paths: Sequence[Path]) -> CaseSource:
    if not paths:
        raise DataError("the list of files is empty. Give one file of scored cases or more.")
    endings = [_ending(path) for path in paths]
    for path, ending in zip(paths, endings, strict=True):
        if ending is None:
            raise DataError(f"{path}: files ending in {path.suffix or 'nothing'!r} are not known. {_known()}")
        if ending != endings[0]:
            raise DataError(
                f"{path}: it is of another kind than {paths[0]}. Give files of one kind at a time."
            )
        if path.stat().st_size == 0:
            raise DataError(f"{path}: the file is empty (0 bytes). Write the scored cases again.")
    return _reader(endings[0])(paths)


def _reader(ending: tuple[str, ...] | None) -> Callable[[Sequence[Path]], CaseSource]:
    if ending == _CSV:
        from expectkit.io.csv_source import CsvSource

        return CsvSource
    if ending == _PARQUET:
        from expectkit.io.parquet_source import ParquetSource

        return ParquetSource
    from expectkit.io.arrow_source import ArrowFileSource

    return ArrowFileSource


def _known() -> str:
    return "Give .parquet, .feather, .arrow, .csv or .tsv (CSV also with .gz)."
