"""What fresh cases are compared with: the last model's scores of the same cases, and how scores once lay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectkit.engine.columns import MISSING, LabelReader, Place, numbers, plain
from expectkit.engine.local import CaseColumns
from expectkit.errors import ConfigError, DataError, InputError
from expectkit.io.case_source import CaseSource, require_columns
from expectkit.io.open_cases import open_cases
from expectkit.measure.comparison import PairedDecisions, paired_from_arrays
from expectkit.measure.drift import bin_counts, reference_edges
from expectkit.measure.intervals import FloatArray, IntArray
from expectkit.promise.agreement import Promise


@dataclass(frozen=True, slots=True)
class ReferenceScores:
    """Where the last model's scores of the same cases are.

    Parameters
    ----------
    column : str
        Of its scores.
    threshold : float
        It flagged at or above this score.
    file : str or None
        A file of its own, joined by `id`; None when the column stands beside the fresh scores.
    id : str or None
        The column that names a case in both files.
    """

    column: str
    threshold: float
    file: str | None = None
    id: str | None = None


def paired_decisions(
    source: CaseSource, columns: CaseColumns, threshold: float, reference: ReferenceScores
) -> PairedDecisions:
    """Let the fresh and the last model decide on the same cases.

    Parameters
    ----------
    source : CaseSource
    columns : CaseColumns
    threshold : float
        Of the fresh model.
    reference : ReferenceScores

    Returns
    -------
    PairedDecisions
        Over cases that have a label and both scores; `n_undecided` are the others.

    Raises
    ------
    ConfigError, DataError
        If a column is missing, or the two files name no case in common.
    """
    names = [columns.score, columns.label]
    if reference.file is None:
        names.append(reference.column)
    elif reference.id is not None:
        names.append(reference.id)
    else:
        raise ConfigError(
            "the last scores are in a file of their own, so cases need a name. Give id under [cases] or --id."
        )
    require_columns(source, names)
    own = source.with_numbers([columns.score, *([] if reference.file else [reference.column])])
    labels, fresh, last = [], [], []
    reader = LabelReader(columns.label, columns.positive)
    known = None if reference.file is None else _by_id(reference)
    for batch in own.batches(names):
        labels.append(reader.codes(batch.columns[columns.label], Place(own, batch, columns.label)))
        fresh.append(
            numbers(batch.columns[columns.score], Place(own, batch, columns.score)).astype(np.float64)
        )
        if known is None:
            old = numbers(batch.columns[reference.column], Place(own, batch, reference.column))
        else:
            old = _looked_up(batch.columns[reference.id or ""], known)
        last.append(old.astype(np.float64))
    y_true, now, before = (np.concatenate(part) for part in (labels, fresh, last))
    usable = (y_true != MISSING) & np.isfinite(now) & np.isfinite(before)
    if not usable.any():
        raise DataError(f"{source.name}: no case has a label and both scores, so the two cannot be compared.")
    found = paired_from_arrays(
        y_true[usable] == 1, now[usable] >= threshold, before[usable] >= reference.threshold
    )
    return PairedDecisions(found.positives, found.negatives, int((~usable).sum()))


def _by_id(reference: ReferenceScores) -> tuple[pa.Array, FloatArray]:
    assert reference.id is not None
    source = open_cases(reference.file)
    require_columns(source, [reference.id, reference.column])
    source = source.with_numbers([reference.column])
    names, scores = [], []
    for batch in source.batches([reference.id, reference.column]):
        names.append(_as_text(batch.columns[reference.id]))
        scores.append(numbers(batch.columns[reference.column], Place(source, batch, reference.column)))
    ids = pa.concat_arrays(names)
    if pc.count_distinct(ids).as_py() < len(ids):
        raise DataError(
            f"{source.name}: the column {reference.id!r} names a case twice. Keep one row a case."
        )
    return ids, np.concatenate(scores).astype(np.float64)


def _as_text(array: Any) -> pa.Array:
    return plain(array).cast(pa.string())


def _looked_up(ids: Any, known: tuple[pa.Array, FloatArray]) -> FloatArray:
    places = pc.index_in(_as_text(ids), value_set=known[0])
    found = places.fill_null(-1).to_numpy(zero_copy_only=False)
    return np.where(found >= 0, known[1][np.maximum(found, 0)], np.nan)


# ------------------------------------------------------------------------------------------ how scores once lay


@dataclass(frozen=True, slots=True, eq=False)
class ReferenceCells:
    """How many cases of a promise lay at or above each threshold.

    Parameters
    ----------
    thresholds : float64 array, shape (K,)
    n_at_or_above : int64 array, shape (K,)
    n_cases : int
    name : str
        What messages call the record.
    """

    thresholds: FloatArray
    n_at_or_above: IntArray
    n_cases: int
    name: str

    def edges(self) -> tuple[float, ...]:
        """Return the inner edges of ten bins with about equally many of these cases."""
        return tuple(reference_edges(self.thresholds, self.n_at_or_above, self.n_cases).tolist())

    def bins(self) -> IntArray:
        """Return these cases, counted between the edges."""
        places = np.searchsorted(self.thresholds, self.edges())
        return bin_counts(self.n_at_or_above[places], self.n_cases)


def read_reference_cells(path: Path, promise: Promise) -> ReferenceCells:
    """Read from a ``record.json`` how the scores lay among the cases of a promise.

    Parameters
    ----------
    path : Path
    promise : Promise
        Its evidence must be the inputs of the record.

    Returns
    -------
    ReferenceCells

    Raises
    ------
    InputError
        If the file is no record, or rests on other cases than the promise.
    """
    record = read_json(path, "record")
    try:
        hashes = {item["sha256"] for item in record["provenance"]["inputs"]}
        columns, counts = record["thresholds"], record["counts"]
        above = np.asarray(columns["n_true_positives"], np.int64) + np.asarray(
            columns["n_false_positives"], np.int64
        )
        thresholds = np.asarray(columns["threshold"], np.float64)
        n_cases = sum(int(counts[name]) for name in _COUNTS)
    except (KeyError, TypeError, ValueError):
        raise InputError(
            f"{path}: is no record of a briefing. Give the record.json that expectkit brief wrote."
        ) from None
    if hashes != set(promise.evidence.values()):
        raise InputError(
            f"{path}: rests on other cases than the promise does. Give the record.json that was written with it."
        )
    return ReferenceCells(thresholds, above, n_cases, path.name)


_COUNTS = ("n_true_positives", "n_false_positives", "n_true_negatives", "n_false_negatives")


def read_json(path: Path, what: str) -> Mapping[str, Any]:
    """Read a JSON object.

    Raises
    ------
    InputError
        If the file is missing or holds none; the message names `what` was wanted.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file. Give the path of the {what}.") from None
    except (OSError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: the {what} cannot be read ({reason}). Write it again.") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: the {what} must be a JSON object. Write it again.")
    return found
