"""Open scored cases: pick the reader that fits a path, a glob, a data frame or arrays."""

from __future__ import annotations

import glob
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from expectkit.errors import DataError
from expectkit.io.arrow_source import ArraysSource, ArrowFileSource, FrameSource
from expectkit.io.case_source import CaseSource
from expectkit.io.parquet_source import ParquetSource

_CSV = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_PARQUET = (".parquet", ".pq")
_ARROW = (".feather", ".arrow", ".ipc")


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
    if isinstance(cases, Mapping):
        return ArraysSource(cases)
    if hasattr(cases, "__arrow_c_stream__"):
        return FrameSource(cases)
    raise DataError(
        f"scored cases cannot be read from {type(cases).__name__}. Give a path, a list of paths, a pandas, polars or "
        "pyarrow table, or a mapping of column names to arrays."
    )


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
        # a third of a second, most of it pandas, that other files need not pay
        from expectkit.io.csv_source import CsvSource

        return CsvSource
    return ParquetSource if ending == _PARQUET else ArrowFileSource


def _known() -> str:
    return "Give .parquet, .feather, .arrow, .csv or .tsv (CSV also with .gz)."
