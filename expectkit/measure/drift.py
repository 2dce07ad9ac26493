"""Whether scores lie as they did: the population stability index, with bounds from its own distribution.

Ten bins that each held a tenth of the reference cases, half a case added to every cell. With nothing changed,
``PSI / (1/n + 1/m)`` follows a chi-squared distribution with 9 degrees of freedom; after a change a non-central one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from expectkit.errors import InputError
from expectkit.measure.intervals import FloatArray, IntArray

N_BINS = 10


@dataclass(frozen=True, slots=True)
class Stability:
    """How far two sets of cases lie apart.

    Parameters
    ----------
    index : float, >= 0
        Population stability index as computed.
    by_chance : float
        What it is on average when nothing changed.
    p_value : float
        Of "nothing changed".
    n_reference, n_fresh : int
    n_bins : int
    """

    index: float
    by_chance: float
    p_value: float
    n_reference: int
    n_fresh: int
    n_bins: int

    @property
    def excess(self) -> float:
        """The index above what chance brings, at least 0."""
        return max(self.index - self.by_chance, 0.0)

    def limits(self, alpha: float) -> tuple[float, float]:
        """Return one-sided bounds of the true index, each at `alpha`.

        The lower one is 0 while the index is within its calibrated cut for `alpha`.
        """
        from scipy.special import chndtr, chndtrinc

        noise, degrees = 1 / self.n_reference + 1 / self.n_fresh, self.n_bins - 1
        if degrees < 1:
            return 0.0, 0.0
        seen = self.index / noise
        low = high = 0.0
        if float(chndtr(seen, degrees, 0.0)) > 1 - alpha:
            low = float(chndtrinc(seen, degrees, 1 - alpha))
        if float(chndtr(seen, degrees, 0.0)) > alpha:
            high = float(chndtrinc(seen, degrees, alpha))
        if np.isnan(low) or np.isnan(high):  # far out: the normal approximation of the same distribution
            low, high = _normal_limits(seen, degrees, alpha)
        return low * noise, high * noise

    def cut(self, alpha: float) -> float:
        """Return the calibrated cut: with nothing changed the index exceeds it with probability `alpha`."""
        from scipy.special import chdtri

        return float(chdtri(max(self.n_bins - 1, 1), alpha)) * (1 / self.n_reference + 1 / self.n_fresh)


def _normal_limits(seen: float, degrees: int, alpha: float) -> tuple[float, float]:
    from scipy.special import ndtri

    centre = max(seen - degrees, 0.0)
    reach = -float(ndtri(alpha)) * float(np.sqrt(2 * (degrees + 2 * centre)))
    return max(centre - reach, 0.0), centre + reach


def reference_edges(thresholds: ArrayLike, n_at_or_above: ArrayLike, n_cases: int) -> FloatArray:
    """Choose the inner edges of ten bins with about equally many reference cases.

    Parameters
    ----------
    thresholds : array-like, shape (K,), ascending
    n_at_or_above : array-like of int, shape (K,)
        Reference cases with a score at or above each.
    n_cases : int
        Reference cases.

    Returns
    -------
    float64 array
        At most 9 of the thresholds, ascending; fewer where many scores are equal.
    """
    levels, above = np.asarray(thresholds, np.float64), np.asarray(n_at_or_above, np.int64)
    wanted = n_cases * np.arange(1, N_BINS) / N_BINS
    places = {int(np.argmin(np.abs(n_cases - above - want))) for want in wanted}
    inner = [place for place in sorted(places) if 0 < above[place] < n_cases]
    distinct = [place for i, place in enumerate(inner) if i == 0 or above[place] < above[inner[i - 1]]]
    return levels[distinct]


def stability(reference: ArrayLike, fresh: ArrayLike) -> Stability:
    """Compare two sets of cases, counted over the same bins.

    Parameters
    ----------
    reference, fresh : array-like of int, shape (B,)
        Cases in each bin.

    Returns
    -------
    Stability

    Raises
    ------
    InputError
        If the bins differ or one of the two has no cases.

    References
    ----------
    .. [1] Yurdakul, B. (2018). Statistical properties of population stability index. Dissertation, Western Michigan
       University.

    Examples
    --------
    >>> found = stability([1000] * 10, [100] * 10)
    >>> found.index, f"{found.by_chance:.4f}"
    (0.0, '0.0099')
    """
    from scipy.special import chdtrc

    first, second = np.asarray(reference, np.float64), np.asarray(fresh, np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise InputError(f"the bins differ: {first.shape} and {second.shape}. Count both over the same ones.")
    n, m, n_bins = int(first.sum()), int(second.sum()), int(first.size)
    if n == 0 or m == 0:
        raise InputError("drift needs cases on both sides. One of them has none.")
    p, q = (first + 0.5) / (n + 0.5 * n_bins), (second + 0.5) / (m + 0.5 * n_bins)
    index, noise = float(((q - p) * np.log(q / p)).sum()), 1 / n + 1 / m
    p_value = float(chdtrc(n_bins - 1, index / noise)) if n_bins > 1 else 1.0
    return Stability(index, (n_bins - 1) * noise, p_value, n, m, n_bins)


def bin_counts(n_at_or_above: ArrayLike, n_cases: int) -> IntArray:
    """Turn counts at or above ascending edges into counts between them.

    Examples
    --------
    >>> bin_counts([70, 20], 100).tolist()
    [30, 50, 20]
    """
    above = np.concatenate([[n_cases], np.asarray(n_at_or_above, np.int64), [0]])
    return np.asarray(above[:-1] - above[1:], dtype=np.int64)
