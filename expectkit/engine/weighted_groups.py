"""Weights by group at one threshold, in a pass of their own: the tally counts groups case by case."""

from __future__ import annotations

from typing import Final

import numpy as np

from expectkit.engine.columns import MISSING, LabelReader, Place, keyed, numbers, weights
from expectkit.engine.local import CaseColumns
from expectkit.io.case_source import CaseSource
from expectkit.measure.bins import Compare, reaches
from expectkit.measure.slices import GroupWeights

_N_SUMS: Final = 4


def weigh_groups(
    source: CaseSource, columns: CaseColumns, threshold: float, *, compare: Compare = "float64"
) -> dict[str, dict[str, GroupWeights]]:
    """Add up the weights of each value of each slice column.

    Parameters
    ----------
    source : CaseSource
    columns : CaseColumns
        With a weight column.
    threshold : float
        A case is flagged when ``score >= threshold``.
    compare : {"float64", "float32"}

    Returns
    -------
    dict of str to dict of str to GroupWeights
        For each slice column its values; rows without score or label are left out.

    Raises
    ------
    DataError
        If the cases cannot be used.
    """
    assert columns.weight is not None
    source = source.with_numbers((columns.score, columns.weight))
    labels = LabelReader(columns.label, columns.positive)
    found: dict[str, dict[str, GroupWeights]] = {name: {} for name in columns.slices}
    names = tuple(dict.fromkeys((columns.score, columns.label, columns.weight, *columns.slices)))
    for batch in source.batches(names):
        scores = numbers(batch.columns[columns.score], Place(source, batch, columns.score))
        label = labels.codes(batch.columns[columns.label], Place(source, batch, columns.label))
        weight = weights(batch.columns[columns.weight], Place(source, batch, columns.weight))
        usable = np.flatnonzero((label != MISSING) & ~np.isnan(scores))
        label, weight = label[usable].astype(np.int64), weight[usable]
        flagged = weight * reaches(scores[usable], threshold, compare)
        for name, groups in found.items():
            index, keys = keyed(batch.columns[name])
            cell = index[usable].astype(np.int64) * 2 + label
            sums = [
                np.bincount(cell, values, 2 * len(keys)).reshape(-1, 2)
                for values in (weight, weight**2, flagged, flagged * weight)
            ]
            for key, of_key in zip(keys, np.stack(sums, axis=1), strict=True):
                groups[key] = groups.get(key, np.zeros((_N_SUMS, 2))) + of_key
    return found
