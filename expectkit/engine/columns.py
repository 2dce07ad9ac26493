"""From Arrow columns to the numbers that are counted: scores, labels, weights, days, keys.

Each reader checks the values it turns into numbers. What is missing comes back as NaN, or as a mask; what cannot
be used raises a `DataError` that names column, file and row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from expectkit.errors import DataError
from expectkit.io.arrow_values import numpy_of, places_of
from expectkit.io.case_source import Batch, CaseSource

MISSING = 2  # what `LabelReader.codes` gives for a row without a label
_N_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where the values of one column of one batch stand, for messages."""

    source: CaseSource
    batch: Batch
    column: str

    def row(self, index: int) -> str:
        """Say where the batch's row `index` (from 0) stands."""
        return self.source.place(self.batch.file, self.batch.first_row + index)


def plain(array: Any) -> pa.Array:
    """Return one array without dictionary, from an array or a column in several pieces."""
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
        if isinstance(array, pa.ChunkedArray):
            array = pa.concat_arrays(array.chunks)
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def numbers(array: Any, place: Place) -> NDArray[Any]:
    """Return a numeric column as float32 or float64, with NaN where it is missing.

    Parameters
    ----------
    array : pyarrow.Array
    place : Place

    Returns
    -------
    float32 or float64 array
        A view of the column's memory when it is of one of these types and nothing is missing.

    Raises
    ------
    DataError
        If the column holds no numbers.
    """
    array = plain(array)
    kind = array.type
    if pa.types.is_null(kind):
        return np.full(len(array), np.nan)
    if pa.types.is_float16(kind):
        array = array.cast(pa.float32())
    elif pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        array = array.cast(pa.int8()) if pa.types.is_boolean(kind) else array
        array = array.cast(pa.float64(), safe=False)
    elif not pa.types.is_floating(kind):
        shown = next(
            (repr(value) for value in array.slice(0, 1_000).to_pylist() if value is not None), "nothing"
        )
        raise DataError(
            f"{place.row(0)}: column {place.column!r} holds {kind} values, for example {shown}, where numbers are "
            "needed. Name another column, or write it as numbers."
        )
    return numpy_of(array)


class LabelReader:
    """Turns a label column into 0, 1 and `MISSING`, and watches that it holds two values.

    Parameters
    ----------
    column : str
        Its name, for messages.
    positive : str, int, float, bool or None
        The value that means the positive class. With None the column must hold 0 and 1, or false and true. Numbers
        are compared as numbers (``1`` is ``1.0`` and ``"1"``), texts without regard to case.
    """

    def __init__(self, column: str, positive: str | float | bool | None) -> None:
        self._column = column
        self._positive = "1" if positive is None else _normal(positive)
        self._is_stated = positive is not None
        self._seen: dict[str, str] = {}  # normal form: as it was written

    @property
    def is_positive_seen(self) -> bool:
        """Whether the positive value occurred so far."""
        return self._positive in self._seen

    def values_seen(self) -> str:
        """Return the values seen so far, for messages."""
        return _enumerated(list(self._seen.values()))

    def codes(self, array: Any, place: Place) -> NDArray[np.uint8]:
        """Return 0 (negative), 1 (positive) or `MISSING` for each row.

        Raises
        ------
        DataError
            If a third value turns up, or `positive` is not stated and a value is neither 0 nor 1.
        """
        fast = self._zeros_and_ones(array)
        if fast is not None:
            return fast
        encoded = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(plain(array))
        texts = encoded.dictionary.to_pylist()
        normals = [_normal(text) for text in texts]
        code_of = np.array([MISSING if not n else n == self._positive for n in normals] + [MISSING], np.uint8)
        index = _indices(encoded)
        for i in _in_order_of_first_use(index, len(texts)):
            if normals[i]:
                self._check(normals[i], str(texts[i]), place, index, i)
        codes: NDArray[np.uint8] = code_of[index]
        return codes

    def _zeros_and_ones(self, array: Any) -> NDArray[np.uint8] | None:
        """Return the column as it is when it already holds 0 and 1 only and 1 is positive."""
        if array.null_count or len(array) == 0 or self._positive != "1":
            return None
        if not (pa.types.is_boolean(array.type) or pa.types.is_integer(array.type)):
            return None
        values = numpy_of(array)
        low, high = int(values.min()), int(values.max())
        if low < 0 or high > 1:
            return None
        for value in {low, high}:
            self._seen.setdefault(str(value), str(value))
        if len(self._seen) > 2:
            return None
        kept: NDArray[np.uint8] = values.view(np.uint8) if values.itemsize == 1 else values.astype(np.uint8)
        return kept

    def _check(self, normal: str, text: str, place: Place, index: NDArray[Any], i: int) -> None:
        self._seen.setdefault(normal, text)
        others = [value for value in self._seen if value != self._positive]
        if len(self._seen) <= 2 and len(others) <= 1 and (self._is_stated or normal in ("0", "1")):
            return
        first = int(np.argmax(index == i))
        if len(self._seen) > 2 or len(others) > 1:
            n_values = len(self._seen)
            if n_values == 2:
                raise DataError(
                    f"{place.row(first)}: the label column {self._column!r} holds {self.values_seen()}, and none of "
                    f"them is the positive value {self._positive!r}. Name the one that marks a positive case."
                )
            raise DataError(
                f"{place.row(first)}: the label column {self._column!r} holds {'three' if n_values == 3 else n_values} "
                f"values, {self.values_seen()}{self._unseen_positive()}; {text!r} is the first that is one too many. "
                "Name the positive value and leave out or merge the others."
            )
        raise DataError(
            f"{place.row(first)}: the label column {self._column!r} holds {text!r}, where 0 and 1 (or false and true) "
            "are expected. Say which value marks a positive case: positive under [cases], --cases-positive, "
            "or pos_label in Python."
        )

    def _unseen_positive(self) -> str:
        return "" if self.is_positive_seen or not self._is_stated else f" (none so far is {self._positive!r})"


def weights(array: Any, place: Place) -> NDArray[np.float64]:
    """Return a weight column.

    Raises
    ------
    DataError
        If a weight is missing, negative, infinite or no number.
    """
    values = numbers(array, place).astype(np.float64)
    is_bad = ~(np.isfinite(values) & (values >= 0))
    if is_bad.any():
        first = int(np.argmax(is_bad))
        what = "missing" if np.isnan(values[first]) else f"{values[first]:g}"
        raise DataError(
            f"{place.row(first)}: column {place.column!r} has the weight {what} ({int(is_bad.sum())} such rows in a "
            f"batch of {values.size}). Weights must be numbers >= 0."
        )
    return values


def days(array: Any, place: Place) -> NDArray[np.int32]:
    """Return a time column as days since 1970-01-01.

    A timestamp with a time zone counts on its day in that zone, a text on the day it is written with.

    Parameters
    ----------
    array : pyarrow.Array
        Dates, timestamps, or text starting with an ISO date ("2026-03-01", "2026-03-01T10:30:00+02:00").
    place : Place

    Raises
    ------
    DataError
        If a time is missing or the column holds none.
    """
    if pa.types.is_dictionary(array.type):
        array = pc.cast(array, array.type.value_type)
    kind = array.type
    if array.null_count:
        first = int(np.argmax(numpy_of(array.is_null())))
        raise DataError(
            f"{place.row(first)}: the time column {place.column!r} is empty ({array.null_count} such rows "
            f"in a batch of {len(array)}). Fill it, or leave these rows out."
        )
    if pa.types.is_timestamp(kind):
        array = pc.local_timestamp(array) if kind.tz is not None else array
        array = array.cast(pa.timestamp("s"), safe=False) if kind.unit == "ns" else array
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _days_of_texts(array, place)
    elif not pa.types.is_date(kind):
        shown = array[0].as_py() if len(array) else "nothing"
        raise DataError(
            f"{place.row(0)}: the time column {place.column!r} holds {kind} values, for example {shown!r}. "
            "Give dates, timestamps or ISO dates as text (2026-03-01)."
        )
    result: NDArray[np.int32] = numpy_of(array.cast(pa.date32(), safe=False).cast(pa.int32()))
    return result


def _days_of_texts(texts: Any, place: Place) -> NDArray[np.int32]:
    dates = pc.utf8_slice_codeunits(texts, 0, 10)
    is_iso = pc.match_substring_regex(texts, r"^\d{4}-\d{2}-\d{2}([T ]\d{2}(:\d{2}(:\d{2}([.,]\d+)?)?)?.*)?$")
    try:
        if not pc.all(is_iso).as_py():
            raise pa.ArrowInvalid("not an ISO date")
        result: NDArray[np.int32] = numpy_of(dates.cast(pa.date32()).cast(pa.int32()))
    except pa.ArrowInvalid:
        first = next(
            i for i, text in enumerate(dates.to_pylist()) if not (is_iso[i].as_py() and _is_date(text))
        )
        raise DataError(
            f"{place.row(first)}: the time column {place.column!r} holds {texts[first].as_py()!r}, which is no date. "
            "Write dates as 2026-03-01 or timestamps as 2026-03-01T10:30:00."
        ) from None
    return result


def _is_date(text: str) -> bool:
    try:
        pa.array([text]).cast(pa.date32())
    except pa.ArrowInvalid:
        return False
    return True


def day_texts(numbers_of_days: Sequence[int]) -> tuple[str, ...]:
    """Return ISO dates for days since 1970-01-01."""
    return tuple(str(np.datetime64(day, "D")) for day in numbers_of_days)


def keyed(array: Any) -> tuple[NDArray[np.int32], list[str]]:
    """Return a column as places in a list of texts; a missing value has the text ``""``.

    Parameters
    ----------
    array : pyarrow.Array
        Of any plain type.

    Returns
    -------
    int32 array, list of str
        The list may hold texts that no row has.
    """
    encoded = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(array)
    return _indices(encoded), [*_texts(encoded.dictionary), ""]


def keyed_as_used(array: Any) -> tuple[NDArray[np.int32], list[str]]:
    """Return what `keyed` does for a few rows of a large column: only texts that some row has, and a missing one."""
    encoded = array if pa.types.is_dictionary(array.type) else pc.dictionary_encode(array)
    n_texts, index = len(encoded.dictionary), _indices(encoded)
    if n_texts <= index.size:
        return index, [*_texts(encoded.dictionary), ""]
    used, of_row = np.unique(index, return_inverse=True)
    used = used[used < n_texts]  # the place after the last is that of a missing value, and remains the last
    return of_row.astype(np.int32), [*_texts(encoded.dictionary.take(places_of(used))), ""]


def _indices(encoded: Any) -> NDArray[np.int32]:
    """Return dictionary places; that of a missing value is the dictionary's length."""
    places = encoded.indices
    if places.type != pa.int32():  # libraries choose other types for their categories
        places = places.cast(pa.int32())
    return numpy_of(places, missing=len(encoded.dictionary))


def _texts(values: Any) -> list[str]:
    if pa.types.is_floating(values.type):
        return ["" if v is None or v != v else f"{v:.15g}" for v in values.to_pylist()]
    return ["" if text is None else text for text in values.cast(pa.string()).to_pylist()]


def _in_order_of_first_use(index: NDArray[np.int32], n_texts: int) -> list[int]:
    """Return the places that occur, those in the first rows first."""
    used = np.flatnonzero(np.bincount(index, minlength=n_texts + 1)[:n_texts])
    if used.size <= 1:
        return used.tolist()
    return sorted(used[:50].tolist(), key=lambda i: int(np.argmax(index == i)))


def _normal(value: object) -> str:
    """Return one spelling for values that mean the same: true, 1, 1.0 and "1"; "" when missing."""
    text = "" if value is None else str(value).strip().casefold()
    if text in ("true", "false"):
        return "1" if text == "true" else "0"
    try:
        number = float(text)
    except ValueError:
        return text
    if np.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


def _enumerated(texts: Sequence[str]) -> str:
    shown = [repr(text) for text in texts[:_N_SHOWN]]
    if len(texts) > _N_SHOWN:
        return ", ".join(shown) + f" and {len(texts) - _N_SHOWN} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)
