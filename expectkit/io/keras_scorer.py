"""The child process that lets a Keras model score cases: ``python -m expectkit.io.keras_scorer``.

It reads a request as JSON from standard input and answers with JSON on standard output, whatever TensorFlow prints
elsewhere. A crash of the model ends the child, not the gate.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from expectkit.errors import DataError, InputError
from expectkit.io.estimator import scores_from_classifier


def main() -> None:
    """Score what the request names, and answer with ``{}`` or ``{"error": "…"}``."""
    request = json.loads(sys.stdin.read())
    answer: dict[str, str] = {}
    try:
        model, cases, out = (Path(request[name]) for name in ("model", "cases", "out"))
        score_file(model, cases, out, **request["told"])
    except (InputError, OSError, ValueError, TypeError, pa.ArrowException) as error:
        answer = {"error": " ".join(str(error).split())[:400] or type(error).__name__}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


def score_file(
    model: Path, cases: Path, out: Path, *, features: list[str], column: str, is_second: bool
) -> None:
    """Write the cases with one more column, the model's score.

    Parameters
    ----------
    model : Path
        A ``.keras`` file; code in it is not run (Keras' safe mode).
    cases : Path
        An Arrow stream.
    out : Path
        The Parquet file to write.
    features : list of str
        Columns the model takes, in its order.
    column : str
        Name of the score.
    is_second : bool
        Whether the positive class is label 1.

    Raises
    ------
    DataError
        If the model does not take these columns or gives no scores of two classes.
    ValueError
        If Keras cannot or will not load the file.
    """
    import keras

    loaded = keras.saving.load_model(model, compile=False, safe_mode=True)
    _check_inputs(loaded, len(features))
    with pa.ipc.open_stream(cases) as reader, _writer(out, reader.schema, column) as writer:
        for batch in reader:
            rows = np.stack([_numbers(batch.column(name), name) for name in features], axis=1)
            scores = (
                scores_from_classifier(loaded, rows, pos_label=int(is_second)) if len(rows) else rows[:, 0]
            )
            score = pa.array(np.asarray(scores, np.float32))
            writer.write_batch(pa.RecordBatch.from_arrays([*batch.columns, score], schema=writer.schema))


def _writer(out: Path, schema: pa.Schema, column: str) -> pq.ParquetWriter:
    return pq.ParquetWriter(out, schema.append(pa.field(column, pa.float32())))


def _check_inputs(model: Any, n_features: int) -> None:
    inputs = model.inputs
    if len(inputs) != 1:
        raise DataError(f"it takes {len(inputs)} inputs, but one row of numbers is what can be given here.")
    shape = tuple(inputs[0].shape)
    if len(shape) != 2 or shape[1] not in (None, n_features):
        width = shape[1] if len(shape) == 2 else f"arrays of shape {shape[1:]}"
        raise DataError(f"it takes {width} columns, but --features names {n_features}.")


def _numbers(values: pa.Array, name: str) -> NDArray[np.float32]:
    if not (
        pa.types.is_integer(values.type)
        or pa.types.is_floating(values.type)
        or pa.types.is_boolean(values.type)
    ):
        raise DataError(f"the column {name!r} holds {values.type}, but a model takes numbers.")
    return np.asarray(values.cast(pa.float32(), safe=False).to_numpy(zero_copy_only=False), np.float32)


if __name__ == "__main__":
    main()
