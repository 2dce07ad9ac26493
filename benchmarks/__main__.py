"""``python -m benchmarks``, which is ``make bench``."""

from benchmarks.bench_tally import main

main()
