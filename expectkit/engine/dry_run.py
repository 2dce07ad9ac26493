"""Run production's unlabelled cases past what the labelled ones look like: schema, gaps, values, scores."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectkit.engine.columns import Place, numbers, plain
from expectkit.engine.local import CaseColumns
from expectkit.io.case_source import CaseSource
from expectkit.measure.bins import Compare
from expectkit.measure.drift import N_BINS, bin_counts, reference_edges, stability
from expectkit.measure.intervals import FloatArray, IntArray
from expectkit.measure.sweep import Sweep
from expectkit.promise.dry_run import MORE_MISSING, DryRun, MissingValues, UnseenValues

_MOST_VALUES = 1_000  # a column with more values than this names single cases


def dry_run(
    labelled: CaseSource,
    production: CaseSource,
    columns: CaseColumns,
    counts: Sweep,
    *,
    threshold: float,
    expected: tuple[float, float],
    compare: Compare = "float64",
    but: Iterable[str] = (),
) -> DryRun:
    """Compare production's cases with the labelled ones.

    Parameters
    ----------
    labelled, production : CaseSource
    columns : CaseColumns
        Of the labelled cases; production needs no label.
    counts : Sweep
        Of the labelled cases.
    threshold : float
    expected : (float, float)
        Range of the flagged share to expect.
    compare : {"float64", "float32"}
        Precision in which scores are compared.
    but : iterable of str
        Columns that need not be there, beside label, decision and weight.

    Returns
    -------
    DryRun

    Raises
    ------
    DataError
        If a file cannot be read, or the score column holds no numbers.
    """
    left_out = {columns.label, columns.decision, columns.weight, *but}
    wanted = tuple(name for name in labelled.column_names() if name not in left_out)
    there = set(production.column_names())
    shared = tuple(name for name in wanted if name in there)
    numeric = [columns.score] if columns.score in shared else []
    known, seen = (
        _look(labelled.with_numbers(numeric), shared),
        _look(production.with_numbers(numeric), shared),
    )
    edges = reference_edges(
        counts.thresholds, counts.n_true_positives + counts.n_false_positives, _n_cases(counts)
    )
    scored = _scores(production, columns.score, edges, threshold, compare) if numeric else None
    return DryRun(
        n_cases=seen.n_rows,
        missing_columns=tuple(name for name in wanted if name not in there),
        changed_kinds=tuple(
            (name, known.kinds[name], seen.kinds[name])
            for name in shared
            if name in known.kinds and name in seen.kinds and known.kinds[name] != seen.kinds[name]
        ),
        missing_values=tuple(_more_missing(known, seen, shared)),
        unseen_values=tuple(_unseen(known, seen, shared)),
        n_scored=0 if scored is None else scored.n,
        n_flagged=0 if scored is None else scored.n_flagged,
        expected_low=expected[0],
        expected_high=expected[1],
        scores=None if scored is None or scored.n == 0 else stability(_reference(counts, edges), scored.bins),
    )


def _n_cases(counts: Sweep) -> int:
    return counts.n_positives + counts.n_negatives


def _reference(counts: Sweep, edges: FloatArray) -> IntArray:
    places = np.searchsorted(counts.thresholds, edges)
    return bin_counts((counts.n_true_positives + counts.n_false_positives)[places], _n_cases(counts))


@dataclass(slots=True)
class _Look:
    """What one pass over some columns has seen."""

    n_rows: int = 0
    n_missing: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, int] | None] = field(default_factory=dict)


def _look(source: CaseSource, names: tuple[str, ...]) -> _Look:
    found = _Look()
    if not names:
        found.n_rows = source.n_rows() or 0
        return found
    for batch in source.batches(names):
        found.n_rows += batch.n_rows
        for name in names:
            array = plain(batch.columns[name])
            kind = _kind(array.type)
            if kind != "nothing":
                found.kinds.setdefault(name, kind)
            missing = array.null_count
            if pa.types.is_floating(array.type):
                missing += int(pc.sum(pc.is_nan(array).fill_null(False)).as_py() or 0)
            found.n_missing[name] = found.n_missing.get(name, 0) + missing
            if kind == "text":
                _add_values(found.values, name, array)
    return found


def _kind(kind: Any) -> str:
    tests = (
        ("nothing", pa.types.is_null),
        ("truth", pa.types.is_boolean),
        ("number", lambda t: pa.types.is_integer(t) or pa.types.is_floating(t) or pa.types.is_decimal(t)),
        ("date or time", pa.types.is_temporal),
    )
    return next((name for name, fits in tests if fits(kind)), "text")


def _add_values(values: dict[str, dict[str, int] | None], name: str, array: pa.Array) -> None:
    """Count the values of a column, and give up on one that names single cases."""
    so_far = values.setdefault(name, {})
    if so_far is None or not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        values[name] = None
        return
    for item in pc.value_counts(array.drop_null()).to_pylist():
        so_far[item["values"]] = so_far.get(item["values"], 0) + item["counts"]
    if len(so_far) > _MOST_VALUES:
        values[name] = None


def _more_missing(known: _Look, seen: _Look, names: tuple[str, ...]) -> list[MissingValues]:
    shares = [
        MissingValues(
            name,
            known.n_missing.get(name, 0) / max(known.n_rows, 1),
            seen.n_missing.get(name, 0) / max(seen.n_rows, 1),
        )
        for name in names
    ]
    return [share for share in shares if share.in_production > share.among_labelled + MORE_MISSING]


def _unseen(known: _Look, seen: _Look, names: tuple[str, ...]) -> list[UnseenValues]:
    found = []
    for name in names:
        before, now = known.values.get(name), seen.values.get(name)
        if before is None or now is None:
            continue
        new = {value: n for value, n in now.items() if value not in before}
        if new:
            most = sorted(new, key=lambda value: (-new[value], value))[:5]
            found.append(UnseenValues(name, tuple(most), sum(new.values())))
    return found


@dataclass(slots=True)
class _Scored:
    n: int
    n_flagged: int
    bins: IntArray


def _scores(source: CaseSource, score: str, edges: FloatArray, threshold: float, compare: Compare) -> _Scored:
    source = source.with_numbers([score])
    dtype: Any = np.float32 if compare == "float32" else np.float64
    ends, limit = edges.astype(dtype), dtype(threshold)
    found = _Scored(0, 0, np.zeros(min(ends.size + 1, N_BINS), np.int64))
    for batch in source.batches([score]):
        values = numbers(batch.columns[score], Place(source, batch, score)).astype(dtype)
        values = values[np.isfinite(values)]
        found.n += values.size
        found.n_flagged += int((values >= limit).sum())
        found.bins += np.bincount(np.searchsorted(ends, values, side="right"), minlength=ends.size + 1)
    return found
