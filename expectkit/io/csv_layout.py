"""How a CSV file is laid out: its column names, delimiter and compression, and the line any row stands on."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from expectkit.errors import DataError

DELIMITERS: Final = (",", ";", "\t", "|")
_FIRST_LOOK: Final = 1 << 20
_GZIP: Final = b"\x1f\x8b"
_NUMBER: Final = re.compile(r"[-+]?[0-9]*[.,]?[0-9]+([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """One CSV file: RFC 4180 quoting, UTF-8, a header line.

    Attributes
    ----------
    path : Path
    columns : tuple of str
        As in the header, distinct.
    delimiter : str
        One of `DELIMITERS`.
    is_gzip : bool
        By the file's first bytes, not its name.
    """

    path: Path
    columns: tuple[str, ...]
    delimiter: str
    is_gzip: bool


def read_layout(path: Path) -> CsvLayout:
    """Look at the first megabyte of a CSV file.

    Raises
    ------
    DataError
        If it cannot be read, is empty, is not UTF-8 text, or has no header of distinct names.
    """
    head, is_gzip = _first_bytes(path)
    text = _decoded(path, head)
    if not text.strip():
        raise DataError(f"{path} is empty. A CSV file starts with a line of column names.")
    if text[0] in "\r\n":
        raise DataError(f"{path}, line 1: the line is blank. A CSV file starts with a line of column names.")
    delimiter = "\t" if ".tsv" in path.suffixes else _likely_delimiter(text)
    with _any_field_size():
        rows = (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row)
        header = next(rows)
    _check_header(path, header)
    return CsvLayout(path, tuple(header), delimiter, is_gzip)


def _first_bytes(path: Path) -> tuple[bytes, bool]:
    try:
        with path.open("rb") as file:
            is_gzip = file.read(2) == _GZIP
        with _opened(path, is_gzip) as file:
            return file.read(_FIRST_LOOK), is_gzip
    except FileNotFoundError:
        raise DataError(f"{path}: there is no such file. Correct the path.") from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is a damaged gzip file ({error}). Write it again.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"{path} cannot be read ({reason}). Give the path of a CSV file.") from None


def _opened(path: Path, is_gzip: bool) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(path, "rb") if is_gzip else path.open("rb")


def _decoded(path: Path, head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{path} is UTF-16 text. Save it as UTF-8.")
    if b"\0" in head:
        line = head[: head.index(b"\0")].count(b"\n") + 1
        raise DataError(
            f"{path}, line {line}: a NUL byte, so this is no plain text. Save it as CSV in UTF-8."
        )
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(head) == _FIRST_LOOK and len(head) - error.start < 4:
            return head[: error.start].decode("utf-8-sig")
        raise not_utf8(path, head[: error.start].count(b"\n") + 1, head[error.start]) from None


def not_utf8(path: Path, line: int, byte: int) -> DataError:
    """Return the error for a byte that is not UTF-8 text."""
    return DataError(
        f"{path}, line {line}: byte 0x{byte:02x} is not UTF-8 text; the file may be Latin-1. "
        "Save it as UTF-8, for example with: iconv -f LATIN1 -t UTF-8"
    )


def _likely_delimiter(text: str) -> str:
    """Choose the delimiter that splits the first rows into equally many fields, and into the most of them."""

    def evidence(delimiter: str) -> tuple[bool, int]:
        with _any_field_size():
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            widths = [len(row) for row, _ in zip(reader, range(200), strict=False) if row]
        if len(text) >= _FIRST_LOOK // 4 and len(widths) > 1:
            widths.pop()
        return len(set(widths)) == 1 and widths[0] > 1, widths[0]

    return max(DELIMITERS, key=evidence)


def _check_header(path: Path, header: list[str]) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise DataError(f'{path}: its header names column "{twice[0]}" twice. Give each column its own name.')
    if all(_NUMBER.fullmatch(name.strip()) for name in header):
        shown = ", ".join(header[:4])
        raise DataError(
            f"{path}: its first line ({shown}) holds numbers. Add a line of column names above it."
        )


# --- where a row stands -------------------------------------------------------------------------------------


@contextmanager
def _any_field_size() -> Iterator[None]:
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _rows(layout: CsvLayout) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the line each row starts on and its fields; None for fields that break the quoting rules."""
    with _any_field_size(), _opened(layout.path, layout.is_gzip) as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")
        reader = csv.reader(text, delimiter=layout.delimiter, strict=True)
        line = 1
        while True:
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield line, None
                return
            if fields:
                yield line, fields
            line = reader.line_num + 1


def line_of_row(layout: CsvLayout, row: int) -> int | None:
    """Find the line that a data row starts on; None when there is no such row.

    Parameters
    ----------
    layout : CsvLayout
    row : int
        1 is the first row below the header. Blank lines are no rows; a quoted field may span lines.
    """
    for number, (line, _) in enumerate(_rows(layout)):
        if number == row:
            return line
    return None


def line_of_value(layout: CsvLayout, column: str, value: str) -> int | None:
    """Find the line of the first data row that has this text in this column."""
    index = layout.columns.index(column)
    for number, (line, fields) in enumerate(_rows(layout)):
        if number > 0 and fields is not None and index < len(fields) and fields[index] == value:
            return line
    return None


def broken_row(layout: CsvLayout) -> DataError | None:
    """Find the first row that breaks the layout and return the error that says how; None if there is none."""
    width = len(layout.columns)
    for line, fields in _rows(layout):
        if fields is None:
            return DataError(
                f"{layout.path}, line {line}: a quoted field is not closed or text follows its end. "
                'Write a quote inside a field twice ("").'
            )
        if len(fields) != width:
            noun = "field" if len(fields) == 1 else "fields"
            return DataError(
                f"{layout.path}, line {line}: the row has {len(fields)} {noun} where the header has {width}. "
                f"Correct the row; a field that holds {_delimiter_word(layout.delimiter)} stands in quotes."
            )
    return None


def _delimiter_word(delimiter: str) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab"}.get(delimiter, "a vertical bar")


def undecodable_line(layout: CsvLayout) -> DataError | None:
    """Find the first line that is not UTF-8, and return the error that says so; None if there is none."""
    with _opened(layout.path, layout.is_gzip) as raw:
        for line, text in enumerate(raw, 1):
            try:
                text.decode()
            except UnicodeDecodeError as error:
                return not_utf8(layout.path, line, text[error.start])
    return None


def has_mixed_line_ends(layout: CsvLayout) -> bool:
    r"""Tell whether some lines end in ``\r\n`` and others in ``\n`` alone."""
    with _opened(layout.path, layout.is_gzip) as raw:
        ends = {line.endswith(b"\r\n") for line in raw if line.endswith(b"\n")}
    return len(ends) > 1
