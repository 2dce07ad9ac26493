"""One column that says what mistakes have in common: read batch by batch, then turned into conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from expectkit.engine.columns import Place, keyed_as_used, numbers
from expectkit.measure.conditions import (
    REST,
    Condition,
    EncodedColumn,
    FloatArray,
    numeric_column,
    round_edges,
    text_column,
)

MOST_TEXTS: Final = 5_000
"""A column with more different texts says nothing that many cases have in common: it is shown, not searched."""

_FEW_NUMBERS: Final = 5  # so many whole numbers or fewer are taken one by one

Values = FloatArray | NDArray[np.object_]


class DescribedColumn:
    """Reads one described column: numbers as they are, all else as places in a list of texts."""

    def __init__(self, name: str, as_texts: bool) -> None:
        self.name, self._as_texts = name, as_texts
        self.place: dict[str, int] = {"": 0}
        self.texts = [""]
        self.is_number = False

    def read(self, array: Any, place: Place) -> NDArray[Any]:
        """Return the values of some rows."""
        kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        if is_number and not self._as_texts:
            self.is_number = True
            return numbers(array, place).astype(np.float64)
        index, texts = keyed_as_used(_castable(array))
        return np.array([self._number(text) for text in texts], np.int32)[index]

    def _number(self, text: str) -> int:
        if text not in self.place:
            self.place[text] = len(self.texts)
            self.texts.append(text)
        return self.place[text]

    def values(self, read: NDArray[Any]) -> Values:
        """Return numbers as they are and places as texts."""
        if self.is_number:
            return read
        return np.array(self.texts, dtype=object)[read.astype(np.int64)]

    def encoded(self, read: NDArray[Any], as_shown: Callable[[str], str]) -> list[EncodedColumn]:
        """Return the conditions of the cases of a class; none where they have nothing in common."""
        if self.is_number:
            return _encoded_numbers(self.name, read)
        if len(self.texts) > MOST_TEXTS:
            return []
        return [_masked(self.name, text_column(self.name, read, self.texts), as_shown)]


def _encoded_numbers(name: str, values: NDArray[Any]) -> list[EncodedColumn]:
    """Return five bins of about equal size, their outermost twentieths apart; few numbers one by one."""
    ordered = np.sort(values[np.isfinite(values)])
    distinct = ordered[np.append(True, ordered[1:] != ordered[:-1])] if ordered.size else ordered
    if distinct.size <= 1:
        return []
    if distinct.size <= _FEW_NUMBERS and np.all(distinct % 1 == 0):
        texts = ["", *(f"{value:g}" for value in distinct)]
        place = np.where(np.isfinite(values), np.searchsorted(distinct, values) + 1, 0)
        return [text_column(name, np.minimum(place, len(texts) - 1), texts)]
    tails = round_edges(ordered, n_bins=20, tolerance=0.02)
    edges = np.unique(np.concatenate([round_edges(ordered), tails[:1], tails[-1:]]))
    return [numeric_column(name, values, edges)] if edges.size else []


def _castable(array: Any) -> Any:
    """Return values of any type as something whose distinct values can be written as text."""
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.array(
            [None if value is None else str(value)[:200] for value in array.to_pylist()], pa.string()
        )
    return array


def _masked(name: str, column: EncodedColumn, as_shown: Callable[[str], str]) -> EncodedColumn:
    """Write the values of conditions as they may be shown; values that then look alike become one condition."""
    texts = [as_shown(condition.value or "") for condition in column.conditions]
    kept = list(dict.fromkeys(texts))
    lookup = np.array([*(kept.index(text) for text in texts), REST], dtype=np.int64)
    conditions = tuple(Condition(name, value=text) for text in kept)
    return EncodedColumn(conditions, lookup[column.codes])
