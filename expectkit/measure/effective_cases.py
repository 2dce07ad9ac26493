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
    every_cluster_counts: bool = False,
) -> FloatArray:
    """Give the effective number of cases for the share of flagged ones when cases come in clusters.

    The variance of the share p is taken between clusters (ratio estimator), and
    ``n_eff = p (1 - p) / variance * (t_{n-1} / t_{clusters-1}) ** 2``, at most `n_cases`. How much larger it is than
    that of independent cases shows only in clusters that hold counted cases; when these are few, what it is larger
    by is widened by their t quantile, ``n_eff <= n / (1 + (n / n_eff - 1) * (t_m / t_{n-1}) ** 2)`` with
    ``m = (sum of f_g) ** 2 / sum of f_g ** 2``. The share of cases that are not flagged has the same effective
    number.

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
    every_cluster_counts : bool
        Whether few large clusters are expected to hold counted cases each, as days do; the degrees of freedom are
        then those of all clusters.

    Returns
    -------
    array
        Where none or all are counted, the number of clusters of equal size that these are worth; 1 where there is
        a single cluster.

    References
    ----------
    .. [1] Korn, E. & Graubard, B. (1998). Confidence intervals for proportions with small expected number
       of positive counts estimated from survey data. Survey Methodology, 24(2), 193-201.
    .. [2] Kish, L. (1965). Survey Sampling. Wiley (clusters of different size).
    """
    n, clusters = np.asarray(n_cases, dtype=np.float64), np.asarray(n_clusters, dtype=np.float64)
    squares, products, sizes = (
        np.asarray(sums, dtype=np.float64)
        for sums in (sum_squared_flagged, sum_flagged_times_size, sum_squared_sizes)
    )
    counted = np.asarray(flagged, dtype=np.float64)
    share = counted / np.maximum(n, 1.0)
    spread = np.maximum(squares - 2 * share * products + share**2 * sizes, 0.0)
    degrees = np.maximum(clusters - 1, 1.0)
    variance = spread * clusters / degrees / np.maximum(n, 1.0) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        plain = share * (1 - share) / variance
    effective = plain * _squared_t_ratio(n, degrees, alpha)
    if not every_cluster_counts:
        worth = np.minimum(_worth(counted, squares), _worth(n - counted, sizes - 2 * products + squares))
        alone = n * degrees / np.maximum(clusters, 1.0)  # what clusters of one case each are worth
        excess = np.maximum(alone / np.where(plain > 0, plain, 1.0) - 1, 0.0)
        excess = np.where(excess > 1e-9, excess, 0.0)
        effective = np.minimum(effective, n / (1 + excess / _squared_t_ratio(n, worth, alpha)))
    has_groups = (variance > 0) & (sizes > n)  # clusters of one case each are no clusters
    effective = np.where(has_groups, np.minimum(effective, n), n)
    alike = np.minimum(clusters, np.maximum(n, 1.0) ** 2 / np.maximum(sizes, 1.0))
    effective = np.where((share > 0) & (share < 1), effective, np.minimum(alike, n))
    return np.asarray(np.where(clusters > 1, effective, np.minimum(1.0, n)), dtype=np.float64)


def _worth(counted: FloatArray, squares: FloatArray) -> FloatArray:
    """Return how many equally large clusters the counted cases come from."""
    return np.maximum(counted**2 / np.where(squares > 0, squares, 1.0), 1.0)


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
    *,
    likely_weights: tuple[Numbers, Numbers] = (0.0, 0.0),
) -> FloatArray:
    """Give the effective number of cases for a weighted share: the smallest of Kish's and the linearised ones.

    A heavy case that happens not to be in the file is missing from its variance too. So the linearised number is
    taken with one more case on either side of the threshold, as heavy as the cases there are (or, where the
    other class shows that heavier ones belong there, as heavy as those).

    Parameters
    ----------
    flagged_weight, flagged_squared_weight : float64 array
        Sums of the weights, and of their squares, over the flagged cases.
    weight, squared_weight : float
        The same over the whole class.
    n_cases : int
        Cases of the class.
    likely_weights : (float or array, float or array)
        How heavy a flagged case, and one that is not, is likely to be, as far as others than the cases of the class
        tell; see `likely_weights`.

    Returns
    -------
    array
        At most Kish's number, and at most `n_cases`; exactly that where all weights are equal.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley.
    .. [2] Dean, N. & Pagano, M. (2015). Evaluating confidence interval methods for binomial proportions in
       clustered surveys. Journal of Survey Statistics and Methodology, 3(4), 484-503.
    .. [3] Fay, M. & Feuer, E. (1997). Confidence intervals for directly standardized rates: a method based on the
       gamma distribution. Statistics in Medicine, 16(7), 791-801 (one more case, of the largest weight).
    .. [4] Tiwari, R., Clegg, L. & Zou, Z. (2006). Efficient interval estimation for age-adjusted cancer rates.
       Statistical Methods in Medical Research, 15(6), 547-569 (of a typical weight instead).
    """
    if weight <= 0:
        return np.zeros_like(flagged_weight)
    kish = min(weight**2 / squared_weight, float(n_cases))
    flagged = _without_dust(flagged_weight, flagged_squared_weight, weight)
    others = _without_dust(weight - flagged_weight, squared_weight - flagged_squared_weight, weight)
    of_flagged, of_others = _typical_weight(*flagged), _typical_weight(*others)
    one_more = np.maximum(np.where(of_flagged > 0, of_flagged, of_others), likely_weights[0])
    another = np.maximum(np.where(of_others > 0, of_others, of_flagged), likely_weights[1])
    found = [
        _with_one_more(*flagged, one_more, *others, n_cases),
        _with_one_more(*others, another, *flagged, n_cases),
    ]
    return np.asarray(np.minimum(np.minimum(*found), kish), dtype=np.float64)


def _without_dust(weight: FloatArray, squared: FloatArray, in_all: float) -> tuple[FloatArray, FloatArray]:
    """Set sums to 0 that only rounding kept from being 0."""
    some = (weight > 1e-12 * in_all) & (squared > 0)
    return np.where(some, weight, 0.0), np.where(some, squared, 0.0)


def _typical_weight(weight: FloatArray, squared_weight: FloatArray) -> FloatArray:
    """Return the mean weight of a unit of weight; 0 where there is none."""
    return np.where(weight > 0, squared_weight / np.where(weight > 0, weight, 1.0), 0.0)


def _with_one_more(
    weight: FloatArray,
    squared: FloatArray,
    one_more: FloatArray,
    other: FloatArray,
    other_squared: FloatArray,
    n_cases: int,
) -> FloatArray:
    """Linearise with one more case on the side that is counted; with equal weights n_cases come out.

    Clopper-Pearson adds a case of the mean weight to the effective ones. Where the one more is heavier, the number is
    made as much smaller as it takes to reach as far as a gamma distribution with its weight would.
    """
    more, more_squared = weight + one_more, squared + one_more**2
    total = more + other
    share = more / total
    variance = (
        (more_squared * (1 - share) ** 2 + other_squared * share**2) / total**2 * (n_cases + 1) / n_cases
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        number = np.where(variance > 0, share * (1 - share) / variance, np.inf)
    reach = one_more + _REACH * np.sqrt(more_squared)  # above `weight`
    slope = _REACH**2 * weight + 2 * reach
    curve = 4 * (_REACH**2 - 1) * reach**2
    unit = (np.sqrt(slope**2 + curve) - slope) / (
        2 * (_REACH**2 - 1)
    )  # unit + z sqrt(unit (weight + unit)) = reach
    return number * np.minimum(more_squared / more / unit, 1.0)


_REACH = 1.96


def likely_weights(
    mine: tuple[FloatArray, FloatArray], others: tuple[FloatArray, FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Say how heavy the flagged cases of a class, and the others, are likely to be at each threshold.

    Where rows were sampled by their score, cases of both classes weigh alike at the same score (or one class some
    factor more). A class with few cases may then show no heavy one where the other class shows many, and what it
    lacks is seen there. Where the class has its own weights (all positives kept, negatives sampled by score), its own
    cases count alone.

    Parameters
    ----------
    mine : (float64 array, float64 array), each of shape (K + 1,)
        Number and summed weight of the cases of the class between consecutive thresholds.
    others : three of the same
        Number, summed weight and summed squared weight of the cases of the other class.

    Returns
    -------
    (float64 array, float64 array), each of shape (K,)
        0 where nothing can be seen.
    """
    shared = (mine[0] > 0) & (others[0] > 0)
    n, own = np.where(shared, mine[0], 0.0), np.where(shared, mine[1], 0.0)
    like_others = np.where(shared, mine[0] * others[1] / np.maximum(others[0], 1.0), 0.0)
    if not like_others.any() or _weigh_on_their_own(n, own, like_others):
        return np.zeros(n.size - 1), np.zeros(n.size - 1)
    factor = float(own.sum() / like_others.sum())
    weight, squared = (_suffix_sums(cells) for cells in others[1:])
    in_all = float(others[1].sum()), float(others[2].sum())
    flagged = _typical_weight(*_without_dust(weight, squared, in_all[0]))
    rest = _typical_weight(*_without_dust(in_all[0] - weight, in_all[1] - squared, in_all[0]))
    return factor * flagged, factor * rest


_FEWEST_TO_TELL = 5
_UNLIKE = 3.0


def _weigh_on_their_own(n: FloatArray, own: FloatArray, like_others: FloatArray) -> bool:
    """Compare both classes at the same scores, whether weights rise and fall together along them."""
    above = [_suffix_sums(cells) for cells in (n, own, like_others)]
    below = [cells.sum() - part for cells, part in zip((n, own, like_others), above, strict=True)]
    enough = np.minimum(above[0], below[0]) >= _FEWEST_TO_TELL
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (above[1] / below[1]) / (above[2] / below[2])
    return bool(np.any(enough & ((ratio > _UNLIKE) | (ratio < 1 / _UNLIKE))))


def _suffix_sums(cells: FloatArray) -> FloatArray:
    return np.asarray(np.cumsum(cells[:0:-1])[::-1], dtype=np.float64)


def both(
    n_cases: int, clustered: FloatArray | None, weighted: FloatArray | None
) -> FloatArray | IntArray | None:
    """Combine the two reductions of a class of `n_cases`: their factors multiply. None when there is none."""
    if clustered is None or weighted is None:
        return weighted if clustered is None else clustered
    return clustered * weighted / max(n_cases, 1)
