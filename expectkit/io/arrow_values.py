"""The memory of an Arrow array as a NumPy array.

pyarrow's own conversion imports pandas wherever it is installed, which takes longer than counting a million cases.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def numpy_of(array: pa.Array, missing: float = float("nan")) -> NDArray[Any]:
    """Return an array of numbers or truth values as NumPy sees it.

    Parameters
    ----------
    array : pyarrow.Array
        Integers, floats, or booleans (which become uint8, 0 or 1).
    missing : float or int
        What takes the place of a missing value; it must fit the type.

    Returns
    -------
    array, same length
        A view of the same memory where nothing has to be replaced.

    Examples
    --------
    >>> numpy_of(pa.array([0.5, None])).tolist()
    [0.5, nan]
    >>> numpy_of(pa.array([True, False])).tolist()
    [1, 0]
    """
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    kind = np.dtype(f"{_letter(array.type)}{array.type.bit_width // 8}")
    if len(array) == 0:
        return np.empty(0, kind)
    values: NDArray[Any] = np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)
    if array.null_count:
        is_there = numpy_of(array.is_valid()).view(np.bool_)
        values = np.where(is_there, values, kind.type(missing))
    return values


def every(step: int, n_rows: int, seen: int = 0) -> pa.Array:
    """Return the places of every `step`-th row of a batch of `n_rows`, after `seen` rows of earlier batches.

    Examples
    --------
    >>> every(3, 5, seen=4).to_pylist()
    [2]
    """
    return places_of(np.arange(-seen % step, n_rows, step))


def places_of(places: NDArray[np.integer]) -> pa.Array:
    """Return places in an array as Arrow's `take` wants them.

    Examples
    --------
    >>> pa.chunked_array([[5, 6, 7]]).take(places_of(np.array([2, 0]))).to_pylist()
    [7, 5]
    """
    numbers = np.ascontiguousarray(places, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), numbers.size, [None, pa.py_buffer(numbers)])


def _letter(kind: Any) -> str:
    if pa.types.is_floating(kind):
        return "f"
    return "i" if pa.types.is_signed_integer(kind) else "u"
