"""People and the process of today beside the model: by decisions on the same cases, by counts, or as assumed."""

from __future__ import annotations

from dataclasses import replace

from expectkit.briefing.people_statements import Mistake, today_facts
from expectkit.briefing.people_writer import TODAY, PeopleEvidence, RaterEvidence
from expectkit.briefing.record import Warned
from expectkit.engine.local import CaseColumns
from expectkit.engine.raters import CountedRaters, count_raters
from expectkit.io.case_source import CaseSource
from expectkit.io.config_tables import Config
from expectkit.measure.comparison import (
    DailyDifference,
    Difference,
    PairedDecisions,
    PairedErrors,
    compare_assumed,
    compare_paired,
    compare_unpaired,
    difference_per_day,
    paired_from_histogram,
)
from expectkit.measure.counts import ConfusionCounts
from expectkit.measure.histogram import Tally
from expectkit.measure.intervals import local_alpha
from expectkit.measure.prevalence import DayProfile
from expectkit.measure.rates import Rate
from expectkit.measure.sweep import Sweep
from expectkit.measure.volumes import DailyVolumes
from expectkit.stated import case_columns, is_flagged_today

_TAKEN_AT_ITS_WORD = 1_000_000  # an assumed rate has no range: it is printed as if so many cases had shown it

Differences = dict[Mistake, tuple[Difference, DailyDifference]]


def todays_process(
    config: Config,
    source: CaseSource,
    counted: Tally,
    counts: Sweep,
    day: DayProfile,
    operating: DailyVolumes,
) -> tuple[PeopleEvidence | None, tuple[Warned, ...]]:
    """Compare the model with what people or another process decide today.

    Parameters
    ----------
    config : Config
        Names a column of decisions, columns of single people, or counts.
    source : CaseSource
        Read again for single people.
    counted : Tally
    counts : Sweep
    day : DayProfile
    operating : DailyVolumes
        The model at the operating threshold.

    Returns
    -------
    tuple of (PeopleEvidence or None, tuple of Warned)
        None when nothing is stated of today, or cannot be compared because cases are weighted.

    Raises
    ------
    ConfigError, DataError
        If decisions cannot be read as flagged and not flagged.
    """
    baseline = config.baseline
    has_counts = baseline.positives is not None or baseline.negatives is not None
    if counted.total.weights is not None and (baseline.decision is not None or baseline.raters):
        return None, (_not_weighted(),)
    raters = _raters(config, source, operating.threshold) if baseline.raters else None
    evidence = None
    if baseline.decision is not None:
        by_decision = counted.by_column[baseline.decision]
        is_flagged = is_flagged_today(config, by_decision.keys)
        flagged = {key for key, yes in zip(by_decision.keys, is_flagged.tolist(), strict=True) if yes}
        paired = paired_from_histogram(by_decision, operating.threshold, flagged)
        evidence = _paired(config, paired, counts, day, operating)
    elif has_counts:
        evidence = _from_counts(config, day, operating)
    elif raters is not None:
        name = config.baseline.name or f"the majority of {len(baseline.raters)} people"
        evidence = replace(_paired(config, raters.majority, counts, day, operating), name=name)
    if evidence is None or raters is None:
        return evidence, ()
    rates = operating.false_negative_rate, operating.false_positive_rate
    return replace(evidence, raters=RaterEvidence(raters.people, *rates)), ()


def _not_weighted() -> Warned:
    return Warned(
        "people_weighted",
        "Cases are weighted, so today's decisions on them are not compared with the model's.",
        "State counts under [baseline] instead.",
    )


def _raters(config: Config, source: CaseSource, threshold: float) -> CountedRaters:
    columns, names = case_columns(config), config.baseline.raters
    return count_raters(
        source,
        CaseColumns(columns.score, columns.label, columns.positive),
        names,
        threshold,
        lambda values: is_flagged_today(config, values, column=", ".join(names)),
        compare=config.cases.compare or "float64",
    )


def _alpha(operating: DailyVolumes, effective: float) -> float:
    return float(local_alpha(effective)) if operating.is_simultaneous else 0.05


def _paired(
    config: Config, paired: PairedDecisions, counts: Sweep, day: DayProfile, operating: DailyVolumes
) -> PeopleEvidence:
    """Compare on the same cases; related cases count as fewer, as they do for the model."""
    place = counts.index_of(operating.threshold)
    sides: tuple[tuple[Mistake, PairedErrors, float], ...] = (
        ("missed_positives", paired.positives, _worth(counts.effective_positives[place], counts.n_positives)),
        (
            "flagged_negatives",
            paired.negatives,
            _worth(counts.effective_negatives[place], counts.n_negatives),
        ),
    )
    differences: Differences = {}
    for mistake, errors, share in sides:
        if errors.n_cases == 0:
            continue
        worth = share * errors.n_cases
        found = compare_paired(errors, alpha=_alpha(operating, worth), worth=None if share == 1 else worth)
        differences[mistake] = found, _per_day(found, day, mistake)
    worth_of = (sides[0][2] * paired.positives.n_cases, sides[1][2] * paired.negatives.n_cases)
    has_both = len(differences) == len(sides)
    return PeopleEvidence(
        name=config.baseline.name or TODAY,
        basis="assumed" if config.baseline.assumed else "same cases",
        n_cases=paired.positives.n_cases + paired.negatives.n_cases,
        n_undecided=paired.n_undecided,
        counts=paired.today,
        today=today_facts(paired.today, day, worth=worth_of) if has_both else None,
        differences=differences,
    )


def _worth(effective: float, n_cases: int) -> float:
    """Return how many independent cases one case is worth."""
    return min(float(effective) / n_cases, 1.0) if n_cases > 0 else 1.0


def _per_day(found: Difference, day: DayProfile, mistake: Mistake) -> DailyDifference:
    return difference_per_day(found, day, of_negatives=mistake == "flagged_negatives")


def _from_counts(config: Config, day: DayProfile, operating: DailyVolumes) -> PeopleEvidence:
    """Compare with rates from other cases, or with stated ones."""
    baseline, is_assumed = config.baseline, config.baseline.assumed is True
    stated: tuple[tuple[Mistake, int | None, int | None, Rate], ...] = (
        ("missed_positives", baseline.false_negatives, baseline.positives, operating.false_negative_rate),
        ("flagged_negatives", baseline.false_positives, baseline.negatives, operating.false_positive_rate),
    )
    differences: Differences = {}
    for mistake, wrong, of, model in stated:
        if wrong is None or of is None or not model.is_defined:
            continue
        alpha = _alpha(operating, model.n_effective)
        compare = compare_assumed if is_assumed else compare_unpaired
        found = compare(model, Rate(wrong, of), alpha=alpha)
        differences[mistake] = found, _per_day(found, day, mistake)
    counts = _counts(config)
    printed = None if counts is None else _as_printed(counts) if is_assumed else counts
    return PeopleEvidence(
        name=baseline.name or TODAY,
        basis="assumed" if is_assumed else "other cases",
        n_cases=0,
        n_undecided=0,
        counts=counts,
        today=None if printed is None else today_facts(printed, day),
        differences=differences,
    )


def _counts(config: Config) -> ConfusionCounts | None:
    """Return the four counts, or None where one class is not stated."""
    stated = config.baseline
    missed, positives, alarms, negatives = (
        stated.false_negatives,
        stated.positives,
        stated.false_positives,
        stated.negatives,
    )
    if missed is None or positives is None or alarms is None or negatives is None:
        return None
    return ConfusionCounts(positives - missed, alarms, negatives - alarms, missed)


def _as_printed(counts: ConfusionCounts) -> ConfusionCounts:
    """Return counts of the same rates that rest on so many cases that their range is nothing."""
    return ConfusionCounts(
        counts.n_true_positives * _TAKEN_AT_ITS_WORD,
        counts.n_false_positives * _TAKEN_AT_ITS_WORD,
        counts.n_true_negatives * _TAKEN_AT_ITS_WORD,
        counts.n_false_negatives * _TAKEN_AT_ITS_WORD,
    )
