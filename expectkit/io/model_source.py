"""Cases that a Keras model scores first: the file with one more column, written to a temporary folder."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from expectkit.errors import DataError, MissingExtraError
from expectkit.io.case_source import Batch, CaseSource, InputFile, file_input, require_columns
from expectkit.io.parquet_source import ParquetSource

SCORE_COLUMN: Final = "score of the model"
_PICKLES: Final = (".pkl", ".pickle", ".joblib", ".sav", ".skops")


class ScoredByModel:
    """A source of cases with a score beside them; its inputs are the cases' own files and the model.

    Attributes
    ----------
    name : str
        Of the cases.
    """

    def __init__(self, name: str, scored: ParquetSource, inputs: tuple[InputFile, ...]) -> None:
        self.name = name
        self._scored = scored
        self._inputs = inputs

    def column_names(self) -> tuple[str, ...]:
        """Return the names of all columns, the score's among them."""
        return self._scored.column_names()

    def n_rows(self) -> int | None:
        """Return the number of rows."""
        return self._scored.n_rows()

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Read the rows once, in order."""
        return self._scored.batches(columns)

    def sample(self, columns: Sequence[str], n: int) -> pa.Table:
        """Return some rows, the same ones each time."""
        return self._scored.sample(columns, n)

    def with_numbers(self, columns: Sequence[str]) -> CaseSource:
        """Return the source: its columns have their types."""
        return self

    def place(self, file: str, row: int) -> str:
        """Say where a row stands."""
        return f"{self.name}, scored by the model, row {row}"

    def inputs(self) -> tuple[InputFile, ...]:
        """Return name, hash, rows and bytes of the cases' files and of the model's."""
        return self._inputs


def score_cases(
    source: CaseSource, model: Path, features: Sequence[str], folder: Path, *, positive: object = None
) -> ScoredByModel:
    """Let a Keras model score cases.

    Parameters
    ----------
    source : CaseSource
        Parquet, Arrow or in memory.
    model : Path
        A ``.keras`` file. It is loaded in a process of its own and in Keras' safe mode, which runs no code of the
        file.
    features : sequence of str
        Columns the model takes, in its order.
    folder : Path
        Where the scored cases are written; they are needed as long as the source is read.
    positive : object, optional
        The label of the positive class; a model with one output scores label 1.

    Returns
    -------
    ScoredByModel
        With the score in the column `SCORE_COLUMN`.

    Raises
    ------
    DataError
        If the file is no Keras model, or the columns are not there or not what it takes.
    MissingExtraError
        If Keras is not installed.
    """
    _check_model(model)
    if not features:
        raise DataError("the model's columns are not named. Give --features with them, in the model's order.")
    require_columns(source, features)
    if source.with_numbers(features) is not source:
        raise DataError(
            f"{source.name}: in CSV everything is text. Give the cases as Parquet for a model to score."
        )
    stream, out = folder / "cases.arrows", folder / "scored.parquet"
    n_rows = _write_stream(source, stream)
    told = {"features": list(features), "column": SCORE_COLUMN, "is_second": positive not in (0, "0", False)}
    _run({"model": str(model), "cases": str(stream), "out": str(out), "told": told}, model)
    stream.unlink()
    scored = ParquetSource([out])
    return ScoredByModel(source.name, scored, (*source.inputs(), file_input(model, n_rows)))


def _check_model(model: Path) -> None:
    if not model.is_file():
        raise DataError(f"{model}: there is no such file. Correct the path of the model.")
    ending = model.suffix.casefold()
    if ending in _PICKLES:
        raise DataError(
            f"{model}: opening a pickled estimator runs whatever code is in it, so this command does not. Write its "
            "scores to a file, or judge it in Python with kept_by_model."
        )
    if ending != ".keras":
        raise DataError(
            f"{model}: only .keras files can be loaded without running code from them. Save the model as .keras."
        )
    if importlib.util.find_spec("keras") is None:
        raise MissingExtraError(
            "A Keras model needs TensorFlow, which is not installed. Run pip install 'expectkit[tensorflow]', or give "
            "a file with the scores."
        )


def _write_stream(source: CaseSource, path: Path) -> int:
    names = source.column_names()
    if SCORE_COLUMN in names:
        raise DataError(f'{source.name}: has a column "{SCORE_COLUMN}", which is kept for scores. Rename it.')
    n_rows, writer, schema = 0, None, None
    try:
        for batch in source.batches(names):
            record = pa.RecordBatch.from_pydict({name: batch.columns[name] for name in names})
            if writer is None:
                schema = record.schema
                writer = pa.ipc.new_stream(path, schema)
            writer.write_batch(record.cast(schema))
            n_rows += record.num_rows
    finally:
        if writer is not None:
            writer.close()
    if n_rows == 0:
        raise DataError(f"{source.name} has no rows. Give a file with cases.")
    return n_rows


def _run(request: dict[str, Any], model: Path) -> None:
    """Score in a child process; what it prints besides its answer is shown only when it dies."""
    root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        **os.environ,
        "PYTHONPATH": path,
    }
    done = subprocess.run(
        [sys.executable, "-m", "expectkit.io.keras_scorer"],
        input=json.dumps(request),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode != 0 or not lines:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise DataError(f"{model}: the model could not score the cases ({last[:300]}).")
    error = json.loads(lines[-1]).get("error")
    if error is not None:
        raise DataError(f"{model}: {error}")
