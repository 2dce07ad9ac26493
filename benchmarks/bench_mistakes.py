"""What finding the mistakes adds to the tally of a large Parquet file: time, and memory.

    python -m benchmarks.bench_mistakes             # 10^7 rows
    python -m benchmarks.bench_mistakes 1000000

The tally alone and the tally with the mistakes run in turn on one file of simulated cases (3 % positives, few
mistakes); printed are medians of CPU time over all threads, and the shortest wall time. The setting is either
stated, so that the mistakes are gathered while the cases are tallied, or chosen afterwards by a rule.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.bench_tally import N_VALUES, PLAIN, SLICED, interleaved, peak_kilobytes, write_cases
from expectkit.engine.local import CaseColumns, tally
from expectkit.engine.mistake_watch import MistakeWatch
from expectkit.engine.mistakes import MistakeColumns, Mistakes
from expectkit.io.open_cases import open_cases

THRESHOLD = 0.5
SHOWN = {1: ("amount",), 2: ("amount", "merchant")}
TALLIES = {"score and label": PLAIN, "three slices and the day": SLICED}


def stated(path: Path, cases: CaseColumns, shown: tuple[str, ...]) -> Mistakes:
    """Tally, and look at the mistakes at a threshold known beforehand."""
    return _looked(path, cases, shown, THRESHOLD)


def chosen(path: Path, cases: CaseColumns, shown: tuple[str, ...]) -> Mistakes:
    """Tally, and look at the mistakes at a threshold that a rule would choose from the counts."""
    return _looked(path, cases, shown, None)


def _looked(path: Path, cases: CaseColumns, shown: tuple[str, ...], known: float | None) -> Mistakes:
    source = open_cases(path)
    watch = MistakeWatch(source, MistakeColumns(cases, shown), known)
    counted = tally(source, cases, stated=[THRESHOLD], watch=watch)
    return watch.result(THRESHOLD, (counted.total.n_negatives, counted.total.n_positives))


WAYS = {"stated": stated, "chosen": chosen}


def compare(path: Path, n: int, rounds: int) -> None:
    """Print what the mistakes add to each tally."""
    for title, columns in TALLIES.items():
        jobs = {"tally alone": lambda columns=columns: tally(open_cases(path), columns, stated=[THRESHOLD])}
        for n_shown, shown in SHOWN.items():
            for way, run in WAYS.items():
                jobs[f"{way} setting, {n_shown} shown"] = lambda run=run, shown=shown, columns=columns: run(
                    path, columns, shown
                )
        times = interleaved(jobs, rounds)
        print(f"\n{n:,} rows, tally of {title}")
        print(f"  {'':32}{'CPU ms':>10}{'added':>9}{'wall ms':>10}{'added':>9}")
        cpu_alone, wall_alone = times["tally alone"]
        for name, (cpu, wall) in times.items():
            in_cpu = f"{cpu * 1e3:10.0f}{cpu / cpu_alone - 1:+9.0%}"
            print(f"  {name:32}{in_cpu}{wall * 1e3:10.0f}{wall / wall_alone - 1:+9.0%}")


def peak_memory(path: Path) -> None:
    """Look in processes of their own and print their peak memory."""
    for way in WAYS:
        command = [sys.executable, "-m", "benchmarks.bench_mistakes", "--child", way, "--file", str(path)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        print(f"  {way} setting, two shown columns, slices and day: {done.stdout.strip()}")


def child(way: str, path: Path) -> None:
    """Look once and say how many mistakes there were."""
    found = WAYS[way](path, SLICED, SHOWN[2])
    wrong = found.missed_positives.n_errors, found.flagged_negatives.n_errors
    print(
        f"{wrong[0]:,} missed and {wrong[1]:,} wrongly flagged, peak memory {peak_kilobytes() / 1024:,.0f} MB"
    )


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Time the search for mistakes against the tally.")
    parser.add_argument("sizes", nargs="*", type=int, default=[10**7], help="numbers of rows (default: 10^7)")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of each alternative (default: 7)")
    parser.add_argument("--child", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        child(options.child, options.file)
        return
    for n in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "cases.parquet"
            write_cases(path, n, N_VALUES | {"merchant": 200})
            compare(path, n, options.rounds)
            peak_memory(path)


if __name__ == "__main__":
    main()
