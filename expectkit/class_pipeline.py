"""The journey with several classes, on one screen: from scored cases to the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np

import expectkit
from expectkit.briefing.multiclass_record import MixSource, MulticlassRecord
from expectkit.briefing.multiclass_recorder import ClassEvidence, write_class_record
from expectkit.briefing.record import InputRecord, Provenance, Warned
from expectkit.briefing.vocabulary import Noun
from expectkit.cautions import about_days
from expectkit.engine.local import Progress
from expectkit.engine.multiclass import ClassColumns, ClassTally, tally_classes
from expectkit.errors import ConfigError, InputError
from expectkit.io.case_source import CaseSource
from expectkit.io.config import require
from expectkit.io.config_classes import CountedMix
from expectkit.io.config_tables import BaselineTable, ChecklistTable, Config, CostsTable
from expectkit.measure.confusion_matrix import ConfusionMatrix
from expectkit.measure.multiclass import ClassMix, multiclass_volumes
from expectkit.measure.observed_days import missing_days
from expectkit.measure.prevalence import Traffic
from expectkit.stated import audience, model_record


def measure_classes(
    config: Config,
    source: CaseSource,
    *,
    today: date,
    drop_missing: bool = False,
    progress: Progress | None = None,
    classes: tuple[str, ...] = (),
) -> MulticlassRecord:
    """Go from scored cases of several classes to the record of a briefing.

    Parameters
    ----------
    config : Config
        Names `cases.class_scores`, or `cases.predicted`.
    source : CaseSource
    today : date
        Printed on the pages.
    drop_missing : bool
        Leave out rows without label or with a score missing, and say so.
    progress : callable of (rows done, rows in all or None), optional
    classes : tuple of str
        Their names and order where the model only names a class; found in the cases when empty.

    Returns
    -------
    MulticlassRecord

    Raises
    ------
    ConfigError, DataError, InputError
        If what is stated, or the cases, cannot be used; the message says what to do.
    """
    columns, compare = class_columns(config, classes), config.cases.compare or "float64"
    counted = tally_classes(  # 1 one pass over the cases
        source, columns, drop_missing=drop_missing, compare=compare, progress=progress
    )
    traffic = _traffic(config, counted)  # 2 what a day in production is like
    mix, mix_source = class_mix(config, counted.matrix)
    volumes = multiclass_volumes(
        counted.matrix, traffic, mix, hold_together=True
    )  # 3 the same a day, with ranges
    evidence = ClassEvidence(
        model=model_record(config),
        words=config.words_value(),
        audience=audience(config),
        provenance=_provenance(config, source, counted, today),
        nouns=class_words(config),
        matrix=counted.matrix,
        volumes=volumes,
        traffic=traffic,
        mix=mix,
        mix_source=mix_source,
        thresholds={name: columns.threshold_of(name) for name in counted.matrix.classes},
        n_ties=counted.n_ties,
        has_scores=len(columns.scores) > 0,
        chosen_on=config.threshold.chosen_on,
        warnings=_warnings(config, counted),
    )
    return write_class_record(evidence)  # 4 in words, each number rounded once


def class_columns(config: Config, classes: tuple[str, ...] = ()) -> ClassColumns:
    """Return which column means what, with several classes.

    Raises
    ------
    ConfigError
        If the label column is not named, or the setting is a rule: rules are for two classes.
    """
    require(config, "cases.label")
    operating = config.threshold.operating
    if operating is not None and not isinstance(operating, float):
        raise ConfigError(
            f'[threshold] operating = "{operating.name}" is a rule for two classes. State a number for every class, or '
            "one for each under [threshold.classes]."
        )
    cases = config.cases
    return ClassColumns(
        label=cases.label or "",
        scores=cases.class_scores or {},
        predicted=cases.predicted,
        confidence=cases.confidence,
        thresholds=config.threshold.classes or {},
        common_threshold=operating,
        classes=classes,
        time=cases.time,
    )


BALANCED = 1.1
"""A file whose largest class has less than this times the cases of its smallest looks balanced by hand."""


def class_words(config: Config) -> Mapping[str, Noun]:
    """Return the business's own words for a case of a class or label."""
    return {
        name: Noun.of(noun, f"words.classes.{name}") for name, noun in (config.words.classes or {}).items()
    }


def class_mix(config: Config, matrix: ConfusionMatrix) -> tuple[ClassMix, MixSource]:
    """Return the share of each class in production, and where it comes from.

    Raises
    ------
    ConfigError
        If the stated mix does not name the classes of the cases.
    InputError
        If nothing was stated and the largest class is less than `BALANCED` times the smallest: then the file was
        probably balanced by hand.
    """
    stated = config.traffic.class_mix
    if stated is None or stated == "as in cases":
        n_of_class = matrix.n_of_class
        least, most = int(n_of_class.min()), int(n_of_class.max())
        if stated is None and (most - least <= 1 or (least > 0 and most / least < BALANCED)):
            size = f"{most:,}" if least == most else f"{least:,} to {most:,}"
            raise InputError(
                f"each class has {size} cases, so the file looks rebalanced, and production's own "
                'mix is not stated. Give class_mix under [traffic]; or write "as in cases" if production really looks '
                "like this file."
            )
        return ClassMix.as_in_cases(matrix), "as in cases"
    values = stated.counts if isinstance(stated, CountedMix) else stated
    unknown = [
        name for name in (*values, *matrix.classes) if name not in values or name not in matrix.classes
    ]
    if unknown:
        raise ConfigError(
            f'[traffic] class_mix and the cases disagree about the class "{unknown[0]}": only one of the two has it. '
            "Name exactly the classes of the cases."
        )
    if isinstance(stated, CountedMix):
        counts = np.array([stated.counts[name] for name in matrix.classes], dtype=np.int64)
        return ClassMix(counts / counts.sum(), counts), "sample"
    return ClassMix.stated([stated[name] for name in matrix.classes]), "stated"


def _traffic(config: Config, counted: ClassTally) -> Traffic:
    require(config, "traffic.cases_per_day")
    stated, variation = config.traffic.cases_per_day, config.traffic.day_to_day_variation
    if isinstance(stated, tuple):
        return Traffic.ranged(*stated, variation=variation)
    if isinstance(stated, float):
        return Traffic.stated(stated, variation=variation)
    gaps = missing_days(counted.rows_by_day)
    return Traffic.observed(counted.rows_by_day.values(), 0 if gaps is None else gaps.n_missing)


def _provenance(config: Config, source: CaseSource, counted: ClassTally, today: date) -> Provenance:
    rows, dates = counted.rows, sorted(counted.daily)
    return Provenance(
        inputs=tuple(
            InputRecord(item.name, item.sha256, item.n_rows, item.n_bytes) for item in source.inputs()
        ),
        n_rows=rows.n_rows,
        n_kept=rows.n_kept,
        n_missing_score=rows.n_missing_score,
        n_missing_label=rows.n_missing_label,
        n_days=len(dates),
        first_day=dates[0] if dates else "",
        last_day=dates[-1] if dates else "",
        is_weighted=False,
        n_clusters=None,
        score_low=counted.score_low,
        score_high=counted.score_high,
        compare=config.cases.compare or "float64",
        date=today.isoformat(),
        expectkit_version=expectkit.__version__,
        banner=config.briefing.banner or "",
    )


def _warnings(config: Config, counted: ClassTally) -> list[Warned]:
    observed = config.traffic.cases_per_day == "observed"
    found = list(about_days(counted.rows_by_day)) if observed else []
    missing = counted.rows.n_rows - counted.rows.n_kept
    if missing > 0:
        found.append(
            Warned(
                "rows_dropped",
                f"{missing:,} of {counted.rows.n_rows:,} rows had no score or no label and were left out.",
            )
        )
    if config.traffic.class_mix is None:
        found.append(
            Warned(
                "mix_assumed",
                "Nobody stated the share of each class in production; it is taken to be as in the test cases.",
            )
        )
    return [*found, *unused_keys(config)]


def unused_keys(config: Config) -> list[Warned]:
    """Say which parts of the config are for two classes only and were left aside; nothing when there are none."""
    unused = {
        "slices under [cases]": len(config.cases.slices) > 0,
        "[costs]": config.costs != CostsTable(),
        "[baseline]": config.baseline != BaselineTable(),
        "[[goals]]": len(config.goals) > 0,
        "[checklist]": config.checklist != ChecklistTable(),
    }
    names = [name for name, is_given in unused.items() if is_given]
    if not names:
        return []
    return [Warned("keys_unused", f"Not used with several classes: {', '.join(names)}.")]
