"""How fast scored cases become counts, next to what else does it and to the limits of the machine.

    python -m benchmarks.bench_tally                  # 10^6 and 10^7 rows
    python -m benchmarks.bench_tally 1000000 --all    # 10^6 and 10^8

One run times the alternatives in turn, several rounds, and reports medians of CPU time (all threads), so that
ratios hold on a busy machine too. Peak memory is that of a process that does nothing else. Data are simulated:
3 % positives, skewed float32 scores, 5 % of them rounded to two decimals. Files are written piece by piece into a
temporary directory.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from expectkit.engine.local import CaseColumns, tally
from expectkit.io.open_cases import open_cases
from expectkit.measure.histogram import ScoreHistogram, tally_arrays
from expectkit.measure.thresholds import candidate_thresholds

PIECE = 1_000_000
PLAIN = CaseColumns("score", "label")
SLICED = CaseColumns("score", "label", time="day", slices=("channel", "country", "device"))
N_VALUES = {"channel": 5, "country": 20, "device": 8}
MOST_FOR_SKLEARN = 10_000_000


def cases(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    label = (rng.random(n, np.float32) < 0.03).astype(np.uint8)
    negative, positive = rng.beta(0.5, 8, n), rng.beta(4, 2, n)
    score = np.where(label, positive, negative).astype(np.float32)
    is_round = rng.random(n, np.float32) < 0.05
    score[is_round] = np.round(score[is_round], 2)
    return label, score


def write_cases(path: Path, n: int, texts: Mapping[str, int] = N_VALUES) -> None:
    """Write a Parquet file in pieces of a million rows: text columns with so many values, a day and an amount."""
    writer = None
    for start in range(0, n, PIECE):
        size = min(PIECE, n - start)
        label, score = cases(size, start)
        rng = np.random.default_rng(start + 1)
        columns = {"score": pa.array(score), "label": pa.array(label)}
        for name, count in texts.items():
            values = pa.array([f"{name} {i}" for i in range(count)])
            columns[name] = pa.DictionaryArray.from_arrays(rng.integers(0, count, size, np.int32), values)
        columns["day"] = pa.array(rng.integers(20_500, 20_530, size, np.int32)).cast(pa.date32())
        columns["amount"] = pa.array(np.round(rng.lognormal(3, 1.2, size), 2))
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=PIECE)
    if writer is not None:
        writer.close()


def interleaved(jobs: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median CPU and the shortest wall time of each job, in seconds."""
    cpu: dict[str, list[float]] = {name: [] for name in jobs}
    wall: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            before, start = time.process_time(), time.perf_counter()
            job()
            cpu[name].append(time.process_time() - before)
            wall[name].append(time.perf_counter() - start)
    return {name: (statistics.median(cpu[name]), min(wall[name])) for name in jobs}


def show(title: str, times: dict[str, tuple[float, float]], n: int, reference: str) -> None:
    print(f"\n{title}")
    print(f"  {'':44}{'CPU ns/row':>12}{'wall ms':>10}{'CPU ratio':>11}")
    for name, (cpu, wall) in times.items():
        print(f"  {name:44}{cpu / n * 1e9:12.2f}{wall * 1e3:10.0f}{cpu / times[reference][0]:11.2f}")


def in_memory(n: int, rounds: int) -> None:
    """Compare with scikit-learn and with reading the arrays once."""
    from sklearn.metrics import confusion_matrix_at_thresholds

    pieces = [cases(min(PIECE, n - start), start) for start in range(0, n, PIECE)]
    label, score = (np.concatenate([piece[i] for piece in pieces]) for i in (0, 1))
    del pieces
    first = slice(0, 100_000)
    placed = candidate_thresholds(score[first][label[first] == 0], score[first][label[first] == 1])
    grid = np.linspace(0, 1, 1_001)
    found: list[ScoreHistogram] = []
    jobs: dict[str, Callable[[], object]] = {
        "tally, even grid of 1,001": lambda: found.append(tally_arrays(label, score, grid)),
        f"tally, {placed.size} thresholds as we place them": lambda: tally_arrays(label, score, placed),
        "numpy: score.sum(), count_nonzero(label)": lambda: (score.sum(), np.count_nonzero(label)),
    }
    if n <= MOST_FOR_SKLEARN:
        jobs["scikit-learn confusion_matrix_at_thresholds"] = lambda: confusion_matrix_at_thresholds(
            label, score
        )
    times = interleaved(jobs, rounds)
    show(f"In memory, {n:,} rows (float32 score, uint8 label)", times, n, "tally, even grid of 1,001")
    if n <= MOST_FOR_SKLEARN:
        check_against_sklearn(label, score, found[-1])
    else:
        print(f"  (scikit-learn is not run beyond {MOST_FOR_SKLEARN:,} rows)")


def check_against_sklearn(label: np.ndarray, score: np.ndarray, histogram: ScoreHistogram) -> None:
    """Stop if a count differs at any threshold."""
    from sklearn.metrics import confusion_matrix_at_thresholds

    _, fp, _, tp, distinct = confusion_matrix_at_thresholds(label, score)
    # scikit-learn lists distinct scores downward: the last one that is still >= a threshold tells its counts
    at = np.searchsorted(-distinct.astype(np.float64), -histogram.thresholds, side="right") - 1
    flagged = histogram.counts[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
    for ours, theirs in ((flagged[1], tp), (flagged[0], fp)):
        if not np.array_equal(ours, np.where(at >= 0, theirs[np.maximum(at, 0)], 0)):
            raise SystemExit("counts differ from scikit-learn's")
    print("  counts equal scikit-learn's at every threshold of the grid")


def scan(path: Path, columns: CaseColumns) -> None:
    """Decode the columns, row group by row group, and do nothing with them."""
    with pq.ParquetFile(path, read_dictionary=[name for name in N_VALUES if name in columns.slices]) as file:
        for group in range(file.num_row_groups):
            file.read_row_group(group, columns=list(columns.names()), use_threads=False)


def scan_with_threads(path: Path, columns: CaseColumns) -> None:
    """Decode with Arrow's own threads."""
    with pq.ParquetFile(path, read_dictionary=[name for name in N_VALUES if name in columns.slices]) as file:
        for group in range(file.num_row_groups):
            file.read_row_group(group, columns=list(columns.names()), use_threads=True)


def from_parquet(path: Path, n: int, rounds: int) -> None:
    """Compare with decoding the same columns."""
    for title, columns in (("score and label", PLAIN), ("and three slice columns and the day", SLICED)):
        times = interleaved(
            {
                "bare scan, 1 thread": lambda columns=columns: scan(path, columns),
                "bare scan, Arrow's threads": lambda columns=columns: scan_with_threads(path, columns),
                "tally, placing thresholds included": lambda columns=columns: tally(
                    open_cases(path), columns
                ),
            },
            rounds,
        )
        show(f"From Parquet, {n:,} rows, {title}", times, n, "bare scan, Arrow's threads")
    hashing = interleaved({"SHA-256 of the file (provenance)": lambda: open_cases(path).inputs()}, 1)
    for name, (cpu, _) in hashing.items():
        print(f"  {name:44}{cpu / n * 1e9:12.2f}   ({path.stat().st_size / 1e6:,.0f} MB)")


def peak_memory(path: Path) -> None:
    """Tally in a process of its own and print its peak memory."""
    for title, kind in (("nothing but imports", "none"), ("score and label", "plain"), ("sliced", "sliced")):
        command = [sys.executable, "-m", "benchmarks.bench_tally", "--child", kind, "--file", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"  peak memory, {title:31}{done.stdout.strip():>12} MB")


def child(kind: str, path: Path) -> None:
    if kind != "none":
        tally(open_cases(path), PLAIN if kind == "plain" else SLICED)
    print(round(peak_kilobytes() / 1024))


def peak_kilobytes() -> float:
    """Return this process's own peak; ``getrusage`` would start from the size of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return float(
            next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform == "darwin" else peak


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description="Time the tally against scikit-learn, NumPy and bare Parquet decoding."
    )
    parser.add_argument(
        "sizes", nargs="*", type=int, default=[10**6, 10**7], help="numbers of rows (default: 10^6 10^7)"
    )
    parser.add_argument("--all", action="store_true", help="also 10^8 rows (needs about 1 GB of disk)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each alternative (default: 5)")
    parser.add_argument("--child", choices=["none", "plain", "sliced"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        child(options.child, options.file)
        return
    for n in [*options.sizes, *([10**8] if options.all else [])]:
        rounds = options.rounds if n <= 10**7 else 2
        in_memory(n, rounds)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cases.parquet"
            write_cases(path, n)
            from_parquet(path, n, rounds)
            peak_memory(path)


if __name__ == "__main__":
    main()
