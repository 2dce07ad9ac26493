"""Turn simulated payments and their scores into the tables that ship."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from sample_data.fraud.features import FEATURES, Float32Array
from sample_data.fraud.simulate import CHANNELS, DAY, NEVER, ONLINE, SMALL_EUR, VALID, Payments
from sample_data.fraud.world import CATEGORIES, COUNTRIES, FloatArray, IntArray, World

FIRST_DAY = np.datetime64("2025-11-03", "s")  # day 0, a Monday

# Assumed, not observed: how often people who look at every payment would be wrong.
REVIEWER_MISSES = 0.125
REVIEWER_MISSES_SMALL = 0.375  # of frauds online under 2 EUR, which look like small change
REVIEWER_WRONG_HOLDS = 0.039
REVIEW_MEDIAN_HOURS = 6.0


def times(seconds: IntArray) -> npt.NDArray[np.datetime64]:
    """Return seconds since the start of day 0 as local date and time."""
    return FIRST_DAY + seconds.astype("timedelta64[s]")


def is_fraud(payments: Payments) -> npt.NDArray[np.int8]:
    """Return 1 for thefts that are ever reported, else 0: the label once all reports are in."""
    return (payments.label_time < NEVER).astype(np.int8)


def card_numbers(n: int) -> list[str]:
    """Return n made-up 16-digit card numbers with a right check digit.

    They start with 9999: 9 marks national use and 999 is no country's code, so no card has them.
    """
    return [_with_check_digit(f"9999{number * 7_919 % 10**11:011d}") for number in range(1, n + 1)]


def _with_check_digit(digits: str) -> str:
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[::-2])
    plain = (int(digit) for digit in digits[-2::-2])
    return digits + str(-(sum(doubled) + sum(plain)) % 10)


def reviewer_decisions(payments: Payments, rng: np.random.Generator) -> npt.NDArray[np.int8]:
    """Return the assumed decisions of people: 1 for held as fraud, 0 for let through."""
    small = (payments.channel == ONLINE) & (payments.amount < SMALL_EUR)
    misses = np.where(small, REVIEWER_MISSES_SMALL, REVIEWER_MISSES)
    held = np.where(payments.kind == VALID, REVIEWER_WRONG_HOLDS, 1 - misses)
    return (rng.random(len(payments)) < held).astype(np.int8)


def _words(indices: IntArray, words: tuple[str, ...] | list[str]) -> pa.Array:
    kind = pa.int8() if len(words) < 128 else pa.int16()
    return pa.DictionaryArray.from_arrays(pa.array(indices, kind), pa.array(words))


def _payment_columns(world: World, payments: Payments, first_id: int) -> dict[str, object]:
    names = [f"C{number:04d}" for number in range(1, world.n_customers + 1)]
    return {
        "transaction_id": np.arange(first_id, first_id + len(payments)),
        "time": times(payments.time),
        "customer_id": _words(payments.customer, names),
        "channel": _words(payments.channel, CHANNELS),
        "country": _words(world.terminal_country[payments.terminal], COUNTRIES),
        "merchant_category": _words(world.terminal_category[payments.terminal], CATEGORIES),
        "amount": payments.amount.astype(np.float32),
    }


def scored_cases(
    world: World,
    payments: Payments,
    features: Float32Array,
    distance_km: FloatArray,
    scores: Float32Array,
    rng: np.random.Generator,
) -> pa.Table:
    """Build the table of test cases; all arguments hold the same payments."""
    last_hour = np.expm1(features[:, FEATURES.index("card_payments_1h")].astype(np.float64))
    versus_usual = np.exp(features[:, FEATURES.index("log_amount_vs_card")].astype(np.float64))
    online = payments.channel == ONLINE
    columns = _payment_columns(world, payments, 1_000_001)
    columns["card_number"] = _words(payments.customer, card_numbers(world.n_customers))
    columns["payments_last_hour"] = np.rint(last_hour).astype(np.int16)
    columns["amount_vs_usual"] = np.floor(versus_usual * 100 + 0.5).astype(np.float32) / np.float32(100)
    columns["distance_km"] = pa.array(np.floor(distance_km + 0.5).astype(np.float32), mask=online)
    columns["score"] = scores
    columns["is_fraud"] = is_fraud(payments)
    columns["reviewer_decision"] = reviewer_decisions(payments, rng)
    return pa.table(columns)


def feature_sample(
    payments: Payments, features: Float32Array, scores: Float32Array, n: int, first_id: int, seed: int
) -> pa.Table:
    """Draw n payments at random, in order of time, with the model's raw features, score and label."""
    rows = np.sort(np.random.default_rng(seed).choice(len(payments), n, replace=False))
    columns: dict[str, object] = {"transaction_id": first_id + rows}
    columns |= {name: features[rows, column] for column, name in enumerate(FEATURES)}
    columns["score"] = scores[rows]
    columns["is_fraud"] = is_fraud(payments)[rows]
    return pa.table(columns)


def production_log(
    world: World, payments: Payments, scores: Float32Array, threshold: float, rng: np.random.Generator
) -> pa.Table:
    """Build the log of the weeks after launch.

    Scores are logged to five decimals and decided on as logged. A flagged theft becomes known by
    the review or the report, whichever is first. The review asks the customer, so a theft
    that the customer never notices stays unknown to it as well.
    """
    logged = np.round(scores.astype(np.float64), 5).astype(np.float32)
    flagged = logged.astype(np.float64) >= threshold
    reported = payments.label_time < NEVER
    review = rng.lognormal(np.log(REVIEW_MEDIAN_HOURS * 3_600), 0.6, len(payments)).astype(np.int64) + 60
    known = np.where(flagged, np.minimum(payments.time + review, payments.label_time), payments.label_time)
    columns = _payment_columns(world, payments, 2_000_001)
    del columns["customer_id"]
    columns["score"] = logged
    columns["flagged"] = flagged
    columns["is_fraud"] = is_fraud(payments)
    columns["label_time"] = pa.array(times(np.where(reported, known, 0)), mask=~reported)
    return pa.table(columns)


def audit_sheet(
    log: pa.Table, fraud_weight: float, audits_per_day: int, rng: np.random.Generator
) -> pa.Table:
    """Draw the manual audit of payments that were let through, day by day.

    Each payment is drawn on its own with the stated probability: half of the effort follows the score
    (in proportion to ``sqrt(p (1 - p))`` with p the score freed of the training weight), half is spread evenly.
    """
    score = log["score"].to_numpy().astype(np.float64)
    probability = score / (score + fraud_weight * (1 - score))
    spread = np.sqrt(probability * (1 - probability))
    let_through = ~log["flagged"].to_numpy()
    time = log["time"].to_numpy().astype("datetime64[s]")
    day = (time - time[0].astype("datetime64[D]")).astype(np.int64) // DAY
    inclusion = np.zeros(len(score))
    for today in range(int(day.max()) + 1):
        rows = np.flatnonzero(let_through & (day == today))
        share = 0.5 * spread[rows] / spread[rows].sum() + 0.5 / len(rows)
        inclusion[rows] = np.minimum(1.0, audits_per_day * share)
    drawn = np.flatnonzero(rng.random(len(score)) < inclusion)
    done = time[drawn].astype("datetime64[D]") + rng.integers(1, 4, len(drawn)).astype("timedelta64[D]")
    return pa.table(
        {
            "transaction_id": log["transaction_id"].to_numpy()[drawn],
            "time": pa.array(time[drawn]).cast(pa.string()),
            "score": [f"{value:.5f}" for value in score[drawn]],
            "inclusion_probability": [f"{value:.8f}" for value in inclusion[drawn]],
            "audited_on": pa.array(done).cast(pa.string()),
            "outcome": pa.DictionaryArray.from_arrays(
                pa.array(log["is_fraud"].to_numpy()[drawn], pa.int8()), pa.array(["valid", "fraud"])
            ).cast(pa.string()),
        }
    )


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write a table small: strings as dictionaries, numbers in the encoding that packs them best."""
    words, encoding = [], {}
    for field in table.schema:
        if pa.types.is_dictionary(field.type):
            words.append(field.name)
        elif field.name in {"transaction_id", "time"}:
            encoding[field.name] = "DELTA_BINARY_PACKED"
        elif pa.types.is_floating(field.type):
            encoding[field.name] = "BYTE_STREAM_SPLIT"
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=words,
        column_encoding=encoding,
        row_group_size=80_000,
    )
