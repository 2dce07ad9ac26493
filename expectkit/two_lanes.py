"""Two thresholds in the journey: what the config states of them, and what is measured of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from expectkit.briefing.lanes_writer import LaneEvidence
from expectkit.briefing.record import Warned
from expectkit.errors import InputError
from expectkit.io.config_tables import Config
from expectkit.measure.automation import Automation, automate, split_in_half
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep
from expectkit.measure.two_thresholds import Lanes, lane_volumes

TOLERANCES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)
"""Shares of errors that are shown when none was stated."""
AROUND = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Multiples of the stated one that are shown beside it."""
N_ON_CURVE = 24


def with_two_thresholds(config: Config) -> Config:
    """Let the lower of two thresholds be the operating one, and measure the upper one beside it.

    Parameters
    ----------
    config : Config

    Returns
    -------
    Config
        Unchanged when two thresholds are not stated. A case counts as flagged when it is not cleared.
    """
    table = config.threshold
    if table.clear_below is None or table.block_from is None:
        return config
    operating = table.clear_below if table.operating is None else table.operating
    others = {table.clear_below: None, table.block_from: None} | dict.fromkeys(table.candidates)
    candidates = tuple(threshold for threshold in others if threshold != operating)
    return replace(config, threshold=replace(table, operating=operating, candidates=candidates))


def look_at_lanes(
    config: Config, counts: Sweep, day: DayProfile, *, chosen_here: bool, rng: np.random.Generator
) -> LaneEvidence | None:
    """Measure the lanes of two thresholds, and how much needs no person at a tolerated share of errors.

    Parameters
    ----------
    config : Config
    counts : Sweep
        With both thresholds among its own.
    day : DayProfile
    chosen_here : bool
        Whether the thresholds were chosen by looking at these cases.
    rng : numpy Generator
        Deals the cases into two halves.

    Returns
    -------
    LaneEvidence or None
        None when the config asks for neither.
    """
    table = config.threshold
    if table.clear_below is None and table.at_most_automated_error is None:
        return None
    volumes = None
    if table.clear_below is not None and table.block_from is not None:
        lanes = Lanes(table.clear_below, table.block_from)
        volumes = lane_volumes(counts, day, lanes, simultaneous=chosen_here)
    stated = table.at_most_automated_error
    shown = (
        TOLERANCES if stated is None else tuple(stated * factor for factor in AROUND if stated * factor < 0.5)
    )
    try:
        halves = split_in_half(counts, rng)
        automation = _different([automate(*halves, day, error) for error in shown], stated)
        many = np.geomspace(shown[0], shown[-1], N_ON_CURVE)
        curve = _different([automate(*halves, day, float(error)) for error in many])
    except InputError as error:
        text = f"What can be decided without a person was not looked at: {error}"
        return LaneEvidence(volumes, (), (), stated, (Warned("lanes_not_split", text),))
    return LaneEvidence(volumes, automation, curve, stated, ())


def _different(found: list[Automation | None], stated: float | None = None) -> tuple[Automation, ...]:
    """Leave out what decides nothing, and of equal pairs of thresholds all but one; the stated tolerance stays.

    Once one threshold decides every case, a larger tolerance brings nothing more.
    """
    kept: dict[Lanes, Automation] = {}
    decides_all = False
    for one in found:
        if one is None or one.automated_share == 0:
            continue
        is_stated = one.at_most_error == stated
        if is_stated or not (decides_all or one.lanes in kept):
            kept[one.lanes] = one
        decides_all = decides_all or one.lanes.clear_below == one.lanes.block_from
    return tuple(sorted(kept.values(), key=lambda one: one.at_most_error))
