"""How many independent, equally weighted cases a class is worth.

Rows of one account resemble each other and rows with large weights crowd out the others; either way a class
of n cases says less than n independent ones would. Clopper-Pearson on the effective number says so.
"""

from __future__ import annotations

import numpy as np

from expectkit.measure.intervals import FloatArray, IntArray, Numbers


def clustered_cases(
    flagged: Numbers,
    n_cases: Numbers,
    *,
    sum_squared_flagged: Numbers,
    sum_flagged_times_size: Numbers,
    sum_squared_sizes: Numbers,
    n_clusters: Numbers,
    alpha: Numbers = 0.05,
) -> FloatArray:
    """Give the effective number of cases for the share of flagged ones when cases come in clusters.

    The variance of the share p is taken between clusters (ratio estimator), and
    ``n_eff = p (1 - p) / variance * (t_{n-1} / t_{clusters-1}) ** 2``, at most `n_cases`. The share of
    cases that are not flagged has the same effective number.

    Parameters
    ----------
    flagged : float or array
        Cases counted (flagged), summed over clusters.
    n_cases : float or array
        All cases of the class.
    sum_squared_flagged, sum_flagged_times_size, sum_squared_sizes : float or array
        Sums over clusters of f_g ** 2, f_g n_g and n_g ** 2 with f_g of n_g cases counted in cluster g.
    n_clusters : float or array
    alpha : float or array
        One minus the confidence level the number will be used at; it enters through the t quantiles.

    Returns
    -------
    array
        The number of clusters where none or all are counted; 1 where there is a single cluster.

    References
    ----------
    .. [1] Korn, E. & Graubard, B. (1998). Confidence intervals for proportions with small expected number
       of positive counts estimated from survey data. Survey Methodology, 24(2), 193-201.
    """
    n, clusters = np.asarray(n_cases, dtype=np.float64), np.asarray(n_clusters, dtype=np.float64)
    share = np.asarray(flagged, dtype=np.float64) / np.maximum(n, 1.0)
    squares = (
        np.asarray(sum_squared_flagged, dtype=np.float64)
        - 2 * share * sum_flagged_times_size
        + share**2 * np.asarray(sum_squared_sizes, dtype=np.float64)
    )
    degrees = np.maximum(clusters - 1, 1.0)
    variance = np.maximum(squares, 0.0) * clusters / degrees / np.maximum(n, 1.0) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = share * (1 - share) / variance * _squared_t_ratio(n, degrees, alpha)
    effective = np.where(variance > 0, np.minimum(effective, n), n)
    effective = np.where((share > 0) & (share < 1), effective, np.minimum(clusters, n))
    return np.where(clusters > 1, effective, np.minimum(1.0, n))


def _squared_t_ratio(n: FloatArray, degrees: FloatArray, alpha: Numbers) -> FloatArray:
    from scipy.special import stdtrit

    tail = 1 - np.asarray(alpha, dtype=np.float64) / 2
    wide, narrow = stdtrit(degrees, tail), stdtrit(np.maximum(n - 1, 1.0), tail)
    return np.asarray((narrow / wide) ** 2, dtype=np.float64)


def weighted_cases(
    flagged_weight: FloatArray,
    flagged_squared_weight: FloatArray,
    weight: float,
    squared_weight: float,
    n_cases: int,
) -> FloatArray:
    """Give the effective number of cases for a weighted share: the smaller of Kish's and the linearised one.

    Parameters
    ----------
    flagged_weight, flagged_squared_weight : float64 array
        Sums of the weights, and of their squares, over the flagged cases.
    weight, squared_weight : float
        The same over the whole class.
    n_cases : int
        Cases of the class.

    Returns
    -------
    array
        Kish's number where none or all are flagged. At most `n_cases`.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley.
    .. [2] Dean, N. & Pagano, M. (2015). Evaluating confidence interval methods for binomial proportions in
       clustered surveys. Journal of Survey Statistics and Methodology, 3(4), 484-503.
    """
    if weight <= 0:
        return np.zeros_like(flagged_weight)
    kish = min(weight**2 / squared_weight, float(n_cases))
    share = flagged_weight / weight
    squares = flagged_squared_weight * (1 - share) ** 2 + (squared_weight - flagged_squared_weight) * share**2
    variance = squares / weight**2 * n_cases / max(n_cases - 1, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        linearised = share * (1 - share) / variance
    usable = (share > 0) & (share < 1) & (variance > 0)
    return np.where(usable, np.minimum(linearised, kish), kish)


def both(
    n_cases: int, clustered: FloatArray | None, weighted: FloatArray | None
) -> FloatArray | IntArray | None:
    """Combine the two reductions of a class of `n_cases`: their factors multiply. None when there is none."""
    if clustered is None or weighted is None:
        return weighted if clustered is None else clustered
    return clustered * weighted / max(n_cases, 1)
