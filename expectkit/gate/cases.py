"""The fresh cases of a gate, counted once, with everything that single terms ask of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from expectkit.engine.local import CaseColumns, Progress, tally
from expectkit.gate.conditions import Production, days_under, everywhere, production_of
from expectkit.gate.reference import ReferenceCells, ReferenceScores
from expectkit.io.case_source import CaseSource
from expectkit.io.config_tables import Config
from expectkit.measure.histogram import Tally
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.sweep import Sweep, sweep
from expectkit.measure.volume_parts import VolumeParts, volume_parts
from expectkit.promise.agreement import Promise
from expectkit.promise.evidence import Finding, Risk
from expectkit.stated import case_columns


@dataclass(frozen=True, slots=True)
class Beside:
    """What a gate may look at beside the fresh cases.

    Parameters
    ----------
    scores : ReferenceScores or None
        The last model's scores of the same cases.
    cells : ReferenceCells or None
        How the scores lay among the cases of the promise.
    export : mapping or None
        The content of an ``export.json``.
    """

    scores: ReferenceScores | None = None
    cells: ReferenceCells | None = None
    export: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class GateCases:
    """Fresh cases, counted at the promise's threshold.

    Parameters
    ----------
    config : Config
    promise : Promise
    source : CaseSource
    columns : CaseColumns
    counted : Tally
    counts : Sweep
    day : DayProfile
        What volumes are judged under.
    risk : Risk
    beside : Beside
    production : Production
        Where that day comes from.
    """

    config: Config
    promise: Promise
    source: CaseSource
    columns: CaseColumns
    counted: Tally
    counts: Sweep
    day: DayProfile
    risk: Risk
    beside: Beside
    production: Production

    @property
    def place(self) -> int:
        """Where the promise's threshold stands; it was counted exactly."""
        return self.counts.index_of(self.promise.threshold)

    def alphas(self, n_parts: int = 1) -> tuple[float, float]:
        """Return the two-sided alphas of the positives and of the negatives, whose ends are the bounds."""
        place, risk = self.place, self.risk
        return (
            risk.two_sided(float(self.counts.effective_positives[place]), n_parts),
            risk.two_sided(float(self.counts.effective_negatives[place]), n_parts),
        )

    def parts(self) -> VolumeParts:
        """Return what volumes and rates at the promise's threshold are made of."""
        positives, negatives = self.alphas()
        return volume_parts(
            self.counts, self.day, self.place, alpha_positives=positives, alpha_negatives=negatives
        )

    def everywhere(self, find: Callable[[GateCases], Finding]) -> Finding:
        """Find something under all conditions that it is to hold under."""
        return everywhere([find(replace(self, day=day)) for day in days_under(self.day)])


def count_cases(
    config: Config,
    promise: Promise,
    source: CaseSource,
    *,
    risk: Risk,
    beside: Beside,
    drop_missing: bool = False,
    progress: Progress | None = None,
) -> GateCases:
    """Count fresh cases at the promise's threshold, and wherever a term needs it.

    Parameters
    ----------
    config : Config
    promise : Promise
    source : CaseSource
    risk : Risk
    beside : Beside
    drop_missing : bool
        Leave out rows without score or label.
    progress : callable, optional

    Returns
    -------
    GateCases

    Raises
    ------
    ConfigError, DataError, InputError
        If what is stated, or the cases, cannot be used.
    """
    slices = tuple(dict.fromkeys(term.slice for term in promise.terms if term.slice is not None))
    columns = replace(case_columns(config), slices=slices, decision=None)
    edges = () if beside.cells is None else beside.cells.edges()
    counted = tally(
        source,
        columns,
        stated=(promise.threshold, *edges),
        drop_missing=drop_missing,
        compare=config.cases.compare or "float64",
        progress=progress,
    )
    counts = sweep(counted)
    production = production_of(config, promise.conditions, counts, counted)
    return GateCases(
        config, promise, source, columns, counted, counts, production.day, risk, beside, production
    )


def model_size(config: Config) -> int | None:
    """Return the size of the model's own file in bytes, None when none is named or it is a folder."""
    if config.model.file is None or not Path(config.model.file).is_file():
        return None
    return Path(config.model.file).stat().st_size
