"""What the model sees of a payment: only what is known the moment before it is made.

Windows of 1 hour, 1 day, 7 days and 28 days per card and per terminal count earlier
payments only. A report of theft counts from the moment it arrives, not from the theft.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sample_data.fraud.simulate import (
    CONTACTLESS,
    DAY,
    NEVER,
    ONLINE,
    SMALL_EUR,
    VALID,
    WALLET,
    Payments,
)
from sample_data.fraud.world import FloatArray, IntArray, World

HOUR = 3_600
WINDOWS = {"1h": HOUR, "1d": DAY, "7d": 7 * DAY, "28d": 28 * DAY}
LONGEST = 28 * DAY
Float32Array = npt.NDArray[np.float32]

FEATURES = (
    "log_amount",
    "log_amount_vs_card",
    "log_amount_vs_terminal",
    *(f"card_payments_{w}" for w in WINDOWS),
    *(f"card_spend_{w}" for w in WINDOWS),
    *(f"terminal_payments_{w}" for w in WINDOWS),
    "terminal_small_payments_1h",
    "terminal_reports_7d",
    "terminal_reports_28d",
    "card_unusual_places_1d",
    "card_unusual_places_7d",
    "days_since_same_terminal",
    "log_minutes_since_card",
    "log_distance_km",
    "is_abroad",
    "is_online",
    "is_contactless",
    "is_mobile_wallet",
    "hour_sin",
    "hour_cos",
)


class _Windows:
    """Earlier rows of the same key (card or terminal), counted and summed over windows of time."""

    def __init__(self, key: IntArray, time: IntArray) -> None:
        self._span = int(time.max()) + 2 * LONGEST
        self._order = np.lexsort((np.arange(len(key)), time, key))
        self._place = key[self._order] * self._span + time[self._order]
        self._first = {
            name: np.searchsorted(self._place, self._place - seconds, side="left")
            for name, seconds in WINDOWS.items()
        }

    def sum(self, values: IntArray, window: str) -> IntArray:
        """Sum whole `values` over rows of the same key before each row, at most `window` old.

        Whole numbers (cents, flags) keep the sums exact, so no later row can move them.
        """
        running = np.concatenate(([0], np.cumsum(values[self._order])))
        here = np.arange(len(values))
        result = np.empty(len(values), dtype=np.int64)
        result[self._order] = running[here] - running[self._first[window]]
        return result

    def count(self, window: str) -> IntArray:
        """Count rows of the same key before each row, at most `window` old."""
        result = np.empty(len(self._order), dtype=np.int64)
        result[self._order] = np.arange(len(self._order)) - self._first[window]
        return result


def _seconds_since_same(keys: tuple[IntArray, ...], time: IntArray) -> FloatArray:
    """Seconds since the previous row with the same keys, at most 28 days (also when there is none)."""
    order = np.lexsort((np.arange(len(time)), time, *keys))
    gap = np.full(len(time), float(LONGEST))
    same = np.logical_and.reduce([key[order][1:] == key[order][:-1] for key in keys])
    gap[1:][same] = np.diff(time[order])[same]
    result = np.empty(len(time))
    result[order] = np.minimum(gap, LONGEST)
    return result


def _reports(payments: Payments, seconds: int) -> FloatArray:
    """Count reports on the same terminal that arrived before each payment, at most `seconds` old."""
    reported = (payments.kind != VALID) & (payments.label_time < NEVER)
    span = int(payments.time.max()) + 2 * LONGEST
    arrived = np.minimum(payments.label_time[reported], span - LONGEST - 1)
    arrivals = np.sort(payments.terminal[reported] * span + arrived)
    now = payments.terminal * span + payments.time
    return (np.searchsorted(arrivals, now, "left") - np.searchsorted(arrivals, now - seconds, "left")).astype(
        np.float64
    )


def distances_km(world: World, payments: Payments) -> FloatArray:
    """Return the distance from the card owner's home to the shop in km; 0 for payments online."""
    gap = world.customer_km[payments.customer] - world.terminal_km[payments.terminal]
    return np.where(payments.channel == ONLINE, 0.0, np.hypot(gap[:, 0], gap[:, 1]))


def usual_amounts(payments: Payments) -> FloatArray:
    """Return each card's mean amount over the 28 days before, pulled towards 40 EUR by one payment."""
    return _mean_amounts(_Windows(payments.customer, payments.time), payments)


def _mean_amounts(windows: _Windows, payments: Payments) -> FloatArray:
    cents = windows.sum(_cents(payments), "28d")
    return np.asarray((cents / 100 + 40.0) / (windows.count("28d") + 1.0))


def _cents(payments: Payments) -> IntArray:
    return np.rint(payments.amount * 100).astype(np.int64)


def build_features(world: World, payments: Payments) -> Float32Array:
    """Compute the model's raw features.

    Parameters
    ----------
    world : World
    payments : Payments
        In order of time, from the first day of the simulation: windows before it are empty.

    Returns
    -------
    Float32Array, shape (n_payments, len(FEATURES))
        Columns in the order of `FEATURES`. Row i depends on rows before i, on row i itself
        without its label, and on reports that arrived before ``time[i]``.
    """
    amount, time = payments.amount, payments.time
    card = _Windows(payments.customer, time)
    terminal = _Windows(payments.terminal, time)
    cents = _cents(payments)
    since_here = _seconds_since_same((payments.terminal, payments.customer), time)
    unusual = (since_here >= LONGEST).astype(np.int64)
    hour = 2 * np.pi * (time % DAY) / DAY
    country = world.customer_country[payments.customer] != world.terminal_country[payments.terminal]
    columns = (
        np.log(amount),
        np.log(amount / _mean_amounts(card, payments)),
        np.log(amount / _mean_amounts(terminal, payments)),
        *(np.log1p(card.count(w)) for w in WINDOWS),
        *(np.log1p(card.sum(cents, w) / 100) for w in WINDOWS),
        *(np.log1p(terminal.count(w)) for w in WINDOWS),
        np.log1p(terminal.sum((amount < SMALL_EUR).astype(np.int64), "1h")),
        np.log1p(_reports(payments, WINDOWS["7d"])),
        np.log1p(_reports(payments, WINDOWS["28d"])),
        np.log1p(card.sum(unusual, "1d")),
        np.log1p(card.sum(unusual, "7d")),
        since_here / DAY,
        np.log1p(_seconds_since_same((payments.customer,), time) / 60),
        np.log1p(distances_km(world, payments)),
        country,
        payments.channel == ONLINE,
        payments.channel == CONTACTLESS,
        payments.channel == WALLET,
        np.sin(hour),
        np.cos(hour),
    )
    return np.stack([np.asarray(column, dtype=np.float32) for column in columns], axis=1)
