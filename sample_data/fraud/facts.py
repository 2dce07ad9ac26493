"""Measure the shipped files and write the result into the sample's README."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

THRESHOLD = 0.49
START, END = "<!-- measured: start -->", "<!-- measured: end -->"
FILES = (
    "scored_cases.parquet",
    "test_features.parquet",
    "tuning_features.parquet",
    "production_log.parquet",
    "audit_sheet.csv",
    "model.keras",
)


def describe(folder: Path) -> str:
    """Return the measured facts of the files in `folder` as Markdown."""
    cases = pq.read_table(folder / "scored_cases.parquet")
    log = pq.read_table(folder / "production_log.parquet")
    sheet = pa_csv.read_csv(folder / "audit_sheet.csv")
    parts = (_test_days(cases), _slices(cases), _people(cases), _weeks(log), _labels(log), _audit(log, sheet))
    return "\n\n".join((*parts, _sizes(folder)))


def write_facts(folder: Path, readme: Path) -> None:
    """Put the measured facts between the two markers of the README."""
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(START)
    after = rest.split(END)[1]
    readme.write_text(f"{before}{START}\n{describe(folder)}\n{END}{after}", encoding="utf-8")


def _numbers(table: pa.Table, name: str) -> npt.NDArray[np.float64]:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)


def _days(table: pa.Table) -> npt.NDArray[np.int64]:
    day = table["time"].to_numpy().astype("datetime64[D]")
    return np.asarray((day - day.min()).astype(np.int64))


def _rate(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({100 * part / whole:.2f} %)"


def _test_days(cases: pa.Table) -> str:
    fraud, flagged = _numbers(cases, "is_fraud") == 1, _numbers(cases, "score") >= THRESHOLD
    day = _days(cases)
    n_days = int(day.max()) + 1
    per_day = np.bincount(day)
    weekday = [int(per_day[k::7].mean() + 0.5) for k in range(7)]
    rows = (
        ("valid transactions", ~fraud),
        ("fraudulent transactions", fraud),
        ("valid, flagged", ~fraud & flagged),
        ("fraudulent, missed", fraud & ~flagged),
        ("fraudulent, caught", fraud & flagged),
    )
    lines = [f"| {name} | {int(who.sum()):,} | {who.sum() / n_days:,.1f} |" for name, who in rows]
    missed, wrong = int((fraud & ~flagged).sum()), int((~fraud & flagged).sum())
    return "\n".join(
        (
            f"Test days, threshold {THRESHOLD} (a score at or above it is flagged), {n_days} days:",
            "",
            "| | in all | a day |",
            "|---|---|---|",
            *lines,
            "",
            f"- False negative rate {_rate(missed, int(fraud.sum()))}; "
            f"false positive rate {_rate(wrong, int((~fraud).sum()))}.",
            f"- {per_day.min():,} to {per_day.max():,} transactions a day; "
            f"means from Monday to Sunday: {', '.join(f'{n:,}' for n in weekday)}.",
        )
    )


def _slices(cases: pa.Table) -> str:
    fraud, flagged = _numbers(cases, "is_fraud") == 1, _numbers(cases, "score") >= THRESHOLD
    channel = np.asarray(cases["channel"].to_pylist())
    tiny = (channel == "online") & (_numbers(cases, "amount") < 2)
    lines = [
        f"| {name} | {_rate(int((fraud & who & ~flagged).sum()), int((fraud & who).sum()))} "
        f"| {_rate(int((~fraud & who & flagged).sum()), int((~fraud & who).sum()))} |"
        for name, who in (
            ("online, under 2 EUR", tiny),
            ("all others", ~tiny),
            *((f"channel {name}", channel == name) for name in sorted(set(channel))),
        )
    ]
    return "\n".join(
        ("Where it goes wrong:", "", "| test days | frauds missed | valid flagged |", "|---|---|---|", *lines)
    )


def _people(cases: pa.Table) -> str:
    fraud, held = _numbers(cases, "is_fraud") == 1, _numbers(cases, "reviewer_decision") == 1
    missed, wrong = int((fraud & ~held).sum()), int((~fraud & held).sum())
    return (
        f"Assumed reviewers on the same cases: missed {_rate(missed, int(fraud.sum()))}, "
        f"wrongly held {_rate(wrong, int((~fraud).sum()))}."
    )


def _weeks(log: pa.Table) -> str:
    fraud, flagged = _numbers(log, "is_fraud") == 1, log["flagged"].to_numpy()
    week = _days(log) // 7
    lines = []
    for number in range(int(week.max()) + 1):
        who = week == number
        frauds, valid = int((fraud & who).sum()), int((~fraud & who).sum())
        lines.append(
            f"| {number + 1} | {(flagged & who).sum() / 7:,.0f} "
            f"| {_rate(int((fraud & who & ~flagged).sum()), frauds)} "
            f"| {_rate(int((~fraud & who & flagged).sum()), valid)} |"
        )
    head = ("| week | flagged a day | frauds missed | valid flagged |", "|---|---|---|---|")
    return "\n".join(("Production, once all labels are in (switch A from week 5):", "", *head, *lines))


def _labels(log: pa.Table) -> str:
    missed = log.filter(pa.array((_numbers(log, "is_fraud") == 1) & ~log["flagged"].to_numpy()))
    delay = (missed["label_time"].to_numpy() - missed["time"].to_numpy()).astype("timedelta64[s]")
    days = delay.astype(np.float64) / 86_400
    middle, most, nearly = np.quantile(days, (0.5, 0.9, 0.97))
    return (
        f"Reports of missed frauds in the log arrive after {middle:.1f} days (median); 9 of 10 within "
        f"{most:.1f} days, 97 of 100 within {nearly:.1f} days."
    )


def _audit(log: pa.Table, sheet: pa.Table) -> str:
    first, second = (_audit_half(log, sheet, weeks) for weeks in ((0, 4), (4, 8)))
    return (
        f"Audit sheet: {sheet.num_rows:,} payments, largest weight "
        f"{1 / _numbers(sheet, 'inclusion_probability').min():.0f}. Weighted estimate of the missed share: "
        f"{first} in weeks 1 to 4, {second} in weeks 5 to 8."
    )


def _audit_half(log: pa.Table, sheet: pa.Table, weeks: tuple[int, int]) -> str:
    day = _days(log)
    inside = (7 * weeks[0] <= day) & (day < 7 * weeks[1])
    caught = int((log["flagged"].to_numpy() & (_numbers(log, "is_fraud") == 1) & inside).sum())
    chosen = np.isin(sheet["transaction_id"].to_numpy(), log["transaction_id"].to_numpy()[inside])
    is_fraud = np.asarray(sheet["outcome"].to_pylist()) == "fraud"
    found = chosen & is_fraud
    missed = (1 / _numbers(sheet, "inclusion_probability")[found]).sum()
    return f"{100 * missed / (missed + caught):.1f} % ({int(found.sum())} missed frauds found)"


def _sizes(folder: Path) -> str:
    sizes = [(name, (folder / name).stat().st_size / 1e6) for name in FILES]
    each = ", ".join(f"`{name}` {size:.2f}" for name, size in sizes)
    return f"Sizes in MB: {each}; together {sum(size for _, size in sizes):.2f}."
