"""Which settings to put side by side: the operating one, its neighbours on either side, and the stated ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from expectkit.measure.sweep import Sweep

SettingName = Literal["catch more", "proposed", "lowest cost", "flag fewer", "also asked for"]


@dataclass(frozen=True, slots=True)
class NamedSetting:
    """A threshold and why it is on the page."""

    name: SettingName
    threshold: float


def settings_beside(
    sweep: Sweep,
    operating: float,
    *,
    candidates: Sequence[float] = (),
    lowest_cost: float | None = None,
    n_most: int = 7,
) -> tuple[NamedSetting, ...]:
    """Choose the settings to compare.

    Parameters
    ----------
    sweep : Sweep
        Counts at every candidate threshold.
    operating : float
        The proposed threshold; one of ``sweep.thresholds``.
    candidates : sequence of float
        Thresholds the user asked for; each one of ``sweep.thresholds``.
    lowest_cost : float or None
        The threshold of lowest cost, when costs are known.
    n_most : int
        At most so many settings; those the user asked for are never left out.

    Returns
    -------
    tuple of NamedSetting
        Ascending by threshold, each threshold once. "catch more" misses about half as many positives as the
        operating threshold, "flag fewer" flags about half as many negatives; either is left out when no
        threshold does so.

    Examples
    --------
    >>> sweep = Sweep.from_counts([0.2, 0.4, 0.6], [10, 8, 5], [9, 4, 2], 10, 20)
    >>> [(setting.name, setting.threshold) for setting in settings_beside(sweep, 0.4)]
    [('catch more', 0.2), ('proposed', 0.4), ('flag fewer', 0.6)]
    """
    chosen: dict[float, SettingName] = {operating: "proposed"}
    for threshold in candidates:
        chosen.setdefault(threshold, "also asked for")
    if lowest_cost is not None:
        chosen.setdefault(lowest_cost, "lowest cost")
    if len(chosen) + 2 <= n_most:
        more = _catch_more(sweep, sweep.index_of(operating))
        fewer = _flag_fewer(sweep, sweep.index_of(operating))
        if more is not None:
            chosen.setdefault(more, "catch more")
        if fewer is not None:
            chosen.setdefault(fewer, "flag fewer")
    return tuple(NamedSetting(chosen[threshold], threshold) for threshold in sorted(chosen))


def _catch_more(sweep: Sweep, at: int) -> float | None:
    missed = sweep.n_positives - sweep.n_true_positives
    enough = np.flatnonzero(missed[:at] * 2 <= missed[at])
    if missed[at] == 0 or enough.size == 0:
        return None
    return _tidiest(sweep, np.flatnonzero(_same_side(missed[:at], missed[enough[-1]])))


def _flag_fewer(sweep: Sweep, at: int) -> float | None:
    flagged = sweep.n_false_positives
    enough = np.flatnonzero(flagged[at + 1 :] * 2 <= flagged[at]) + at + 1
    if flagged[at] == 0 or enough.size == 0 or sweep.n_true_positives[enough[0]] == 0:
        return None
    near = enough[flagged[enough] * 2.2 >= flagged[enough[0]] * 2]
    return _tidiest(sweep, near)


def _same_side(values: np.ndarray, wanted: np.int64) -> np.ndarray:
    return (values <= wanted) & (values * 1.1 >= wanted)


def _tidiest(sweep: Sweep, places: np.ndarray) -> float:
    """Return the threshold among near-equals that is shortest to say."""
    thresholds = [float(sweep.thresholds[place]) for place in places]
    return min(thresholds, key=lambda threshold: (len(repr(threshold)), threshold))
