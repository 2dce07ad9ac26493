"""The checklist before launch, from what a project states and from a dry run on production's own cases."""

from __future__ import annotations

from expectkit.briefing.checklist import TITLES, ChecklistEntry, Statement, checklist
from expectkit.engine.dry_run import dry_run
from expectkit.engine.local import CaseColumns
from expectkit.io.case_source import CaseSource
from expectkit.io.config_tables import Config
from expectkit.io.open_cases import open_cases
from expectkit.measure.prevalence import DayProfile, Traffic
from expectkit.measure.sweep import Sweep
from expectkit.measure.volume_parts import volume_parts
from expectkit.promise.dry_run import DryRun


def launch_checklist(
    config: Config,
    labelled: CaseSource,
    columns: CaseColumns,
    counts: Sweep,
    day: DayProfile,
    threshold: float,
) -> tuple[ChecklistEntry, ...]:
    """Write the checklist before launch.

    Parameters
    ----------
    config : Config
        ``[checklist]`` holds what was stated, and names production's cases for the dry run.
    labelled : CaseSource
        The labelled cases the numbers rest on.
    columns : CaseColumns
    counts : Sweep
        Of the labelled cases.
    day : DayProfile
    threshold : float
        One of the sweep's thresholds.

    Returns
    -------
    tuple of ChecklistEntry

    Raises
    ------
    DataError
        If production's cases cannot be read.
    """
    stated = {
        key: None if said is None else Statement(said.name, said.date, said.text)
        for key in TITLES
        for said in (getattr(config.checklist, key),)
    }
    found = _dry_run(config, labelled, columns, counts, day, threshold)
    return checklist(found, stated, config.words_value())


def is_stated(config: Config) -> bool:
    """Return whether a project uses the checklist at all."""
    table = config.checklist
    return table.production_cases is not None or any(getattr(table, key) is not None for key in TITLES)


def _dry_run(
    config: Config,
    labelled: CaseSource,
    columns: CaseColumns,
    counts: Sweep,
    day: DayProfile,
    threshold: float,
) -> DryRun | None:
    files = config.checklist.production_cases
    if files is None:
        return None
    cases = config.cases
    return dry_run(
        labelled,
        open_cases(list(files)),
        columns,
        counts,
        threshold=threshold,
        expected=expected_share(counts, day, threshold),
        compare=cases.compare or "float64",
        but=[name for name in (config.baseline.decision, cases.group, cases.id, *cases.redact) if name],
    )


def expected_share(counts: Sweep, day: DayProfile, threshold: float) -> tuple[float, float]:
    """Return the 95 % range of the share of production's cases that would be flagged."""
    alone = DayProfile(Traffic.stated(1.0), day.prevalence)
    parts = volume_parts(counts, alone, counts.index_of(threshold))
    low, high = (float(end) for end in parts.limits("flagged", 0.05))
    return max(low, 0.0), min(high, 1.0)
