"""Where scored cases come from: one Protocol, and what its readers share.

A source hands out its rows in batches of Arrow arrays, only the columns asked for, in a fixed order, as often as
asked. Readers: `expectkit.io.parquet_source` (Parquet), `expectkit.io.arrow_source` (Feather and Arrow files, data
frames, arrays) and `expectkit.io.csv_source` (CSV); `expectkit.io.open_cases` picks the one that fits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

from expectkit.errors import DataError, nearest

ROWS_PER_BATCH = 1 << 20


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
