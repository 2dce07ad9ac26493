"""Rebuild the whole fraud sample from a seed: ``python -m sample_data.fraud.build``.

Needs expectkit's tensorflow extra. Run it in the folder that holds ``sample_data``.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv

from sample_data.fraud import tables
from sample_data.fraud.facts import write_facts
from sample_data.fraud.features import Float32Array, build_features, distances_km
from sample_data.fraud.simulate import DAY, Payments, Settings, simulate
from sample_data.fraud.train import FRAUD_WEIGHT, Examples, score, train
from sample_data.fraud.world import BoolArray, World

# Whole days, the last one not included. Windows fill during the 28 days before training; the
# three weeks after validation and after the test days are for reports to come in.
TRAINING = (28, 84)
VALIDATION = (84, 98)
TRAINED_ON_DAY = 119  # what is reported later is not known to the training
TEST = (119, 147)
PRODUCTION = (168, 224)
SWITCH_A_DAY = 196  # first day of week 5 of production
THRESHOLD = 0.49
N_TEST_FEATURES = 5_000
N_TUNING_FEATURES = 5_000
AUDITS_PER_DAY = 100


@dataclass(frozen=True, slots=True, eq=False)
class Simulated:
    """The payments with their features, and the days they fall on."""

    world: World
    payments: Payments
    features: Float32Array

    def on(self, days: tuple[int, int]) -> BoolArray:
        """Say which payments fall on these whole days."""
        day = self.payments.time // DAY
        return np.asarray((days[0] <= day) & (day < days[1]))

    def examples(self, days: tuple[int, int]) -> Examples:
        """Return features and the labels known on the day of training."""
        rows = self.on(days)
        known = self.payments.label_time[rows] < TRAINED_ON_DAY * DAY
        return Examples(self.features[rows], known.astype(np.float32))


def build(out: Path, settings: Settings, say: bool = True) -> None:
    """Simulate, train, score and write every file of the sample into `out`."""
    clock = _Clock(say)
    world, payments = simulate(settings)
    data = Simulated(world, payments, build_features(world, payments))
    clock.done(f"simulated {len(payments):,} payments")
    model = train(data.examples(TRAINING), data.examples(VALIDATION), seed=settings.seed)
    out.mkdir(parents=True, exist_ok=True)
    model.save(out / "model.keras")
    clock.done("trained the model")
    scores = {days: score(model, data.features[data.on(days)]) for days in (VALIDATION, TEST, PRODUCTION)}
    clock.done("scored validation, test and production days")
    _write_test(out, data, scores[TEST], settings.seed)
    _write_tuning(out, data, scores[VALIDATION], settings.seed)
    _write_production(out, data, scores[PRODUCTION], settings.seed)
    clock.done("wrote the files")


def _write_test(out: Path, data: Simulated, scores: Float32Array, seed: int) -> None:
    rows = data.on(TEST)
    payments, features = data.payments.take(rows), data.features[rows]
    distance = distances_km(data.world, payments)
    rng = np.random.default_rng((seed, 1))
    cases = tables.scored_cases(data.world, payments, features, distance, scores, rng)
    tables.write_parquet(cases, out / "scored_cases.parquet")
    sample = tables.feature_sample(payments, features, scores, N_TEST_FEATURES, 1_000_001, seed)
    tables.write_parquet(sample, out / "test_features.parquet")


def _write_tuning(out: Path, data: Simulated, scores: Float32Array, seed: int) -> None:
    rows = data.on(VALIDATION)
    sample = tables.feature_sample(
        data.payments.take(rows), data.features[rows], scores, N_TUNING_FEATURES, 1, seed
    )
    tables.write_parquet(sample, out / "tuning_features.parquet")


def _write_production(out: Path, data: Simulated, scores: Float32Array, seed: int) -> None:
    payments = data.payments.take(data.on(PRODUCTION))
    log = tables.production_log(data.world, payments, scores, THRESHOLD, np.random.default_rng((seed, 2)))
    tables.write_parquet(log, out / "production_log.parquet")
    rng = np.random.default_rng((seed, 3))
    sheet = tables.audit_sheet(log, FRAUD_WEIGHT, AUDITS_PER_DAY, rng)
    pa_csv.write_csv(sheet, out / "audit_sheet.csv", pa_csv.WriteOptions(quoting_style="none"))


class _Clock:
    """Say on stderr what is done and how long it took."""

    def __init__(self, say: bool) -> None:
        self._say, self._last = say, time.perf_counter()

    def done(self, what: str) -> None:
        """Report one finished step."""
        now = time.perf_counter()
        if self._say:
            print(f"{what}: {now - self._last:.0f} s", file=sys.stderr)
        self._last = now


def main() -> None:
    """Read the options and build."""
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description="Rebuild the simulated fraud sample.")
    parser.add_argument(
        "--out", type=Path, default=here, help="folder to write (default: beside this script)"
    )
    parser.add_argument("--seed", type=int, default=Settings().seed, help="seed of everything (%(default)s)")
    parser.add_argument("--no-switch-a", action="store_true", help="thieves do not change in week 5")
    parser.add_argument("--switch-b", action="store_true", help="customers travel more from week 5 on")
    options = parser.parse_args()
    settings = Settings(
        seed=options.seed,
        imitate_from_day=None if options.no_switch_a else SWITCH_A_DAY,
        season_from_day=SWITCH_A_DAY if options.switch_b else None,
    )
    build(options.out, settings)
    if options.out == here:
        write_facts(here, here.parent / "README.md")


if __name__ == "__main__":
    main()
