"""The journey with several labels: each label is a question with two answers, and goes the way of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from expectkit.briefing.labels_record import LabelsRecord
from expectkit.briefing.labels_recorder import write_labels_record
from expectkit.briefing.record import Record, Warned
from expectkit.class_pipeline import class_words, unused_keys
from expectkit.engine.local import Progress
from expectkit.errors import ConfigError, InputError
from expectkit.io.case_source import CaseSource
from expectkit.io.config_classes import LabelSetting
from expectkit.io.config_tables import BaselineTable, ChecklistTable, Config, CostsTable
from expectkit.pipeline import measure_and_write


def measure_labels(
    config: Config,
    source: CaseSource,
    *,
    today: date,
    drop_missing: bool = False,
    progress: Progress | None = None,
) -> LabelsRecord:
    """Go from cases with several labels to the record of a briefing.

    Parameters
    ----------
    config : Config
        Names `cases.labels`.
    source : CaseSource
    today : date
        Printed on the pages.
    drop_missing : bool
        For each label, leave out rows without its score or its truth, and say so.
    progress : callable of (rows done, rows in all or None), optional

    Returns
    -------
    LabelsRecord

    Raises
    ------
    ConfigError, DataError, InputError
        If what is stated, or the cases, cannot be used; the message names the label.
    """
    labels = _labels(config)
    records: list[tuple[str, Record]] = []
    for name, setting in labels.items():
        of_label = config_of_label(config, name, setting)
        try:
            record = measure_and_write(
                of_label, source, today=today, drop_missing=drop_missing, progress=progress
            )
        except InputError as error:
            raise type(error)(f'Label "{name}": {error}') from error
        records.append((name, _with_name_in_warnings(record, name)))
    return write_labels_record(config.words_value(), records, unused_keys(config))


def _labels(config: Config) -> Mapping[str, LabelSetting]:
    if config.cases.labels is None:
        raise ConfigError(
            "[cases] labels is needed and not given. Name score, label and threshold of each label."
        )
    return config.cases.labels


def config_of_label(config: Config, name: str, setting: LabelSetting) -> Config:
    """Return the config of one label: its columns, its threshold, its words; nothing that is about all cases."""
    words = config.words
    noun, case = class_words(config).get(name), config.words_value().case
    positive = (f"{case.singular} labelled {name}", f"{case.plural} labelled {name}")
    if noun is not None:
        positive = noun.singular, noun.plural
    return replace(
        config,
        cases=replace(
            config.cases,
            labels=None,
            score=setting.score,
            label=setting.label,
            positive=setting.positive,
            slices=(),
            sensitive=(),
            show=(),
            text=None,
            image=None,
        ),
        words=replace(
            words,
            positive=positive,
            negative=(f"other {case.singular}", f"other {case.plural}"),
            flagged=words.flagged or f"flagged as {name}",
            classes=None,
        ),
        traffic=replace(config.traffic, prevalence=setting.prevalence or config.traffic.prevalence),
        threshold=replace(config.threshold, operating=setting.threshold),
        costs=CostsTable(),
        baseline=BaselineTable(),
        goals=(),
        checklist=ChecklistTable(),
        briefing=replace(config.briefing, examples=False),
    )


def _with_name_in_warnings(record: Record, name: str) -> Record:
    """Say of each warning which label it is about, but for those that are about the setting of all of them."""
    named = tuple(
        warned if warned.code == "choice_unknown" else Warned(warned.code, f"{name}: {warned.text}")
        for warned in record.warnings
    )
    return replace(record, warnings=named)
