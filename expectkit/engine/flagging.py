"""Which scores reach a threshold, compared as the service compares them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from expectkit.measure.bins import Compare


def flagged_cases(scores: NDArray[Any], threshold: float, compare: Compare) -> NDArray[np.bool_]:
    """Tell which cases are flagged.

    Parameters
    ----------
    scores : float32 or float64 array, shape (n,)
    threshold : float
    compare : {"float64", "float32"}
        Precision of ``score >= threshold``.

    Returns
    -------
    bool array, shape (n,)

    Examples
    --------
    >>> flagged_cases(np.array([0.7], np.float32), 0.7, "float64"), float(np.float32(0.7)) < 0.7
    (array([False]), True)
    """
    if scores.dtype != np.float32 and compare == "float64":
        return np.asarray(scores.astype(np.float64, copy=False) >= threshold)
    nearest = np.float32(threshold)
    if compare == "float64" and float(nearest) < threshold:
        nearest = np.nextafter(nearest, np.float32(np.inf))  # the smallest float32 that is flagged
    return np.asarray(scores.astype(np.float32, copy=False) >= nearest)
