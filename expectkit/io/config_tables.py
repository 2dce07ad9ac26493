"""The tables of ``expectkit.toml`` as frozen values: one class per table, one field per key.

A key without a value is None, a list without a value is empty. Each field carries its `Kind` and its help
line, so that the file's reader, the command-line options and the tests all go by this one place.
"""

# ruff: noqa: RUF009  (`key` only wraps `dataclasses.field`)

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from expectkit.io import config_values as kinds
from expectkit.io.config_classes import (
    CLASS_MIX,
    CLASS_SCORES,
    CLASS_THRESHOLDS,
    CLASS_WORDS,
    LABELS,
    ClassMixSetting,
    LabelSetting,
)
from expectkit.io.config_launch import (
    CAPACITIES,
    DATES,
    DAYS,
    DECIDES,
    FALLBACKS,
    REVIEWERS,
    ReviewersSetting,
)
from expectkit.io.config_stated import STATED_BY, StatedBy
from expectkit.io.config_values import (
    CasesPerDay,
    Cost,
    Kind,
    LabelValue,
    NounSetting,
    PrevalenceSetting,
    ThresholdSetting,
)

if TYPE_CHECKING:
    from expectkit.briefing.vocabulary import Words

MEASURES: Final[tuple[str, ...]] = (
    "false_negative_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "precision",
    "selection_rate",
    "flagged_per_day",
    "flagged_negatives_per_day",
    "missed_positives_per_day",
    "caught_positives_per_day",
    "cost_per_day",
    "review_minutes_per_day",
)
"""What a goal can be tied to; the names ending in ``_rate`` and ``precision`` are fractions from 0 to 1."""


def key(kind: Kind, help_line: str, *, default: object = None) -> Any:
    """Declare a key of a table: what it may be and what it is for."""
    return field(default=default, metadata={"kind": kind, "help": help_line})


@dataclass(frozen=True, slots=True)
class ModelTable:
    """``[model]``: what is briefed about."""

    name: str | None = key(kinds.TEXT, "What people call the model.")
    version: str | None = key(kinds.TEXT, "Version of the model.")
    file: str | None = key(kinds.PATH, "The model's own file; export needs it.")


@dataclass(frozen=True, slots=True)
class CasesTable:
    """``[cases]``: the scored, labelled test cases and what their columns hold."""

    file: tuple[str, ...] | None = key(
        kinds.FILES, "Scored cases: CSV, Parquet or Feather, a path or a glob."
    )
    score: str | None = key(kinds.TEXT, "Column of the model's score.")
    label: str | None = key(kinds.TEXT, "Column of the true label.")
    positive: LabelValue | None = key(kinds.LABEL, "Label value of the positive class.")
    id: str | None = key(kinds.TEXT, "Column that names a case.")
    weight: str | None = key(kinds.TEXT, "Column that says how many production cases a row stands for.")
    time: str | None = key(kinds.TEXT, "Column of the day or time of a case.")
    group: str | None = key(kinds.TEXT, "Column whose equal values are not independent cases (a customer).")
    amount: str | None = key(kinds.TEXT, "Column of the money at stake.")
    slices: tuple[str, ...] = key(kinds.TEXTS, "Columns by which results are told apart.", default=())
    show: tuple[str, ...] = key(kinds.TEXTS, "Columns that a shown case may show.", default=())
    text: str | None = key(kinds.TEXT, "Column of a case's text.")
    image: str | None = key(kinds.TEXT, "Column of a case's image: the path of a file, or its bytes.")
    redact: tuple[str, ...] = key(kinds.TEXTS, "Columns that are never shown.", default=())
    id_salt: str | None = key(kinds.TEXT, "Secret that turns shown ids into hashes.")
    sensitive: tuple[str, ...] = key(kinds.TEXTS, "Columns of protected attributes.", default=())
    compare: Literal["float64", "float32"] | None = key(
        kinds.choice(("float64", "float32")), "Precision in which the service compares score and threshold."
    )
    class_scores: Mapping[str, str] | None = key(
        CLASS_SCORES, "Several classes: the score column of each, cat=score_cat,dog=score_dog."
    )
    predicted: str | None = key(kinds.TEXT, "Several classes: column of the class the model names.")
    confidence: str | None = key(kinds.TEXT, "Several classes: column of the named class's score.")
    labels: Mapping[str, LabelSetting] | None = key(
        LABELS, "Several labels a case may carry: score, label and threshold of each, as a table."
    )


@dataclass(frozen=True, slots=True)
class WordsTable:
    """``[words]``: the business's own words."""

    case: NounSetting | None = key(kinds.NOUN, 'One case: "transaction", or "person|people" with its plural.')
    positive: NounSetting | None = key(kinds.NOUN, 'A positive case: "fraudulent transaction".')
    negative: NounSetting | None = key(kinds.NOUN, 'A negative case: "valid transaction".')
    flagged: str | None = key(kinds.TEXT, "What happens to a case above the threshold.")
    missed: str | None = key(kinds.TEXT, "What a positive below the threshold is called.")
    caught: str | None = key(kinds.TEXT, "What a positive above the threshold is called.")
    language: str | None = key(kinds.TEXT, "Language of the briefing.")
    classes: Mapping[str, NounSetting] | None = key(
        CLASS_WORDS, "A case of each class or label: cat=cat,person=person|people."
    )


@dataclass(frozen=True, slots=True)
class TrafficTable:
    """``[traffic]``: production, as the business states it."""

    cases_per_day: CasesPerDay | None = key(
        kinds.CASES_PER_DAY, 'Cases a day in production: 8280, 8000..9000 or "observed".'
    )
    prevalence: PrevalenceSetting | None = key(
        kinds.PREVALENCE,
        "Share of positives in production: 0.0338, 3.38%, 0.03..0.04, 338/10000, kept_negatives=0.1 "
        'or "as in cases".',
    )
    day_to_day_variation: float | None = key(
        kinds.NOT_NEGATIVE, "Standard deviation of the cases a day over their mean."
    )
    class_mix: ClassMixSetting | None = key(
        CLASS_MIX,
        "Several classes: the share of each in production, cat=0.4,dog=0.6; cases counted in a random sample, "
        'cat=400,dog=600; or "as in cases".',
    )


@dataclass(frozen=True, slots=True)
class ThresholdTable:
    """``[threshold]``: the setting; a case is flagged when its score is at or above it."""

    operating: ThresholdSetting | None = key(
        kinds.OPERATING,
        'The threshold, or a rule: 0.49, "lowest cost", "capacity", at_most_flagged_per_day=500.',
    )
    candidates: tuple[float, ...] = key(kinds.CANDIDATES, "Other settings to show: 0.3,0.5,0.7.", default=())
    chosen_on: Literal["these cases", "other cases"] | None = key(
        kinds.choice(("these cases", "other cases")), "The cases on which the threshold was chosen."
    )
    classes: Mapping[str, float] | None = key(
        CLASS_THRESHOLDS,
        "Several classes: the threshold of each, cat=0.6,dog=0.7; below it a person decides.",
    )
    clear_below: float | None = key(kinds.FINITE, "Two thresholds: below this a case is cleared.")
    block_from: float | None = key(
        kinds.FINITE, "Two thresholds: from this up a case is blocked; a person decides between them."
    )
    at_most_automated_error: float | None = key(
        kinds.FRACTION, "Two thresholds: tolerated share of errors among cases no person sees."
    )


@dataclass(frozen=True, slots=True)
class CostsTable:
    """``[costs]``: what an outcome costs and how much can be reviewed."""

    currency: str | None = key(kinds.TEXT, "Currency of all costs: EUR.")
    missed_positive: Cost | None = key(kinds.COST, "Cost of a missed positive: 120 or column=amount.")
    flagged_negative: Cost | None = key(kinds.COST, "Cost of a false alarm: 4 or column=amount.")
    caught_positive: Cost | None = key(kinds.COST, "Value of a caught positive: 120 or column=amount.")
    minutes_per_review: float | None = key(kinds.POSITIVE, "Minutes one review takes.")
    review_capacity_per_day: float | None = key(kinds.POSITIVE, "Reviews that can be done in a day.")
    reviewers: float | None = key(kinds.POSITIVE, "People who review.")


@dataclass(frozen=True, slots=True)
class BaselineTable:
    """``[baseline]``: people or the process of today, as a column of decisions, as counts or as raters."""

    name: str | None = key(kinds.TEXT, "What the process of today is called.")
    decision: str | None = key(kinds.TEXT, "Column of its decisions.")
    false_negatives: int | None = key(kinds.COUNT, "Positives it missed, out of the positives it saw.")
    positives: int | None = key(kinds.POSITIVE_COUNT, "Positives it saw.")
    false_positives: int | None = key(kinds.COUNT, "Negatives it flagged, out of the negatives it saw.")
    negatives: int | None = key(kinds.POSITIVE_COUNT, "Negatives it saw.")
    assumed: bool | None = key(kinds.BOOL, "true when these counts are assumed, not observed.")
    raters: tuple[str, ...] = key(kinds.TEXTS, "Columns of single people's decisions.", default=())


@dataclass(frozen=True, slots=True)
class GoalTable:
    """One ``[[goals]]`` entry: what the business wants, in its words, tied to a measure and a limit.

    The limits of a rate are fractions from 0 to 1.
    """

    words: str
    measure: str
    at_most: float | None = None
    at_least: float | None = None


@dataclass(frozen=True, slots=True)
class BriefingTable:
    """``[briefing]``: for whom it is written and what it asks of them."""

    team: str | None = key(kinds.TEXT, "The team that writes the briefing.")
    audience: str | None = key(kinds.TEXT, "For whom it is written.")
    owner: str | None = key(kinds.TEXT, "Who answers questions.")
    date: datetime.date | None = key(kinds.DATE, "Date on the briefing: 2026-03-01.")
    banner: str | None = key(kinds.TEXT, "A line on every page, such as that the data are simulated.")
    asks: tuple[str, ...] = key(kinds.TEXTS, "What the readers are asked to do.", default=())
    sign_off: tuple[str, ...] = key(kinds.TEXTS, "Roles that sign.", default=())
    examples: bool | None = key(kinds.BOOL, "false shows no single case, only counts.")


@dataclass(frozen=True, slots=True)
class ChecklistTable:
    """``[checklist]``: what must be in place before launch; each line "name, 2026-03-01, what was done"."""

    production_cases: tuple[str, ...] | None = key(
        kinds.FILES, "Scored cases from production, without labels, for a dry run."
    )
    unit_tests: StatedBy | None = key(STATED_BY, "Who says that the code has unit tests, when, and which.")
    logging: StatedBy | None = key(STATED_BY, "Who says that every answer is logged, when, and where.")
    status_monitoring: StatedBy | None = key(
        STATED_BY, "Who says that the service's status is watched, when, and by what."
    )
    rollback: StatedBy | None = key(STATED_BY, "Who says how the launch is undone, and when it was tried.")
    launch_owner: StatedBy | None = key(STATED_BY, "Who answers for the launch, and since when.")


@dataclass(frozen=True, slots=True)
class FrameTable:
    """``[frame]``: the problem on one page; what is left out is shown as an open question."""

    context: str | None = key(kinds.TEXT, "The broader context: what the model is a part of.")
    end_goal: str | None = key(kinds.TEXT, "What the business wants in the end.")
    constraints: tuple[str, ...] = key(kinds.TEXTS, "What must hold whatever is decided.", default=())
    measure_of_success: str | None = key(kinds.TEXT, "By what success will be seen.")
    evaluation: str | None = key(kinds.TEXT, "How the test was done; its numbers are added.")
    data_are: str | None = key(kinds.TEXT, "What the data are: where from, labelled by whom.")
    data_are_not: str | None = key(kinds.TEXT, "What the data are not: who and what is missing.")


@dataclass(frozen=True, slots=True)
class LaunchTable:
    """``[launch]``: what is decided before launch; the first of several options is the proposed one."""

    capacities: tuple[float, ...] = key(
        CAPACITIES, "Other review capacities a day to weigh: 400,600.", default=()
    )
    who_reviews: Mapping[str, ReviewersSetting] | None = key(
        REVIEWERS,
        "Who could review: names, or in a file a table of them with minutes_per_review and cost_per_hour.",
    )
    label_delay_days: tuple[float, ...] = key(
        DAYS, "Days until it is known whether a case was positive: 5,30.", default=()
    )
    fallback: Literal["pass all", "flag all", "today's process"] | None = key(
        kinds.choice(FALLBACKS), "What is done while the model does not answer."
    )
    retraining: tuple[datetime.date, ...] = key(
        DATES, "When the model may be trained anew: 2026-07-01,2026-10-01.", default=()
    )
    decides: Mapping[str, str] | None = key(
        DECIDES,
        "Who decides each: threshold, review_capacity, who_reviews, label_delay, fallback, retraining.",
    )


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a project states in its ``expectkit.toml``.

    Attributes
    ----------
    goals : tuple of GoalTable
        In the order of the file.
    base_dir : Path
        The folder of the file; `cases.file` and `model.file` are already joined to it.
    source : str
        What messages call the file.
    """

    model: ModelTable = ModelTable()
    cases: CasesTable = CasesTable()
    words: WordsTable = WordsTable()
    traffic: TrafficTable = TrafficTable()
    threshold: ThresholdTable = ThresholdTable()
    costs: CostsTable = CostsTable()
    baseline: BaselineTable = BaselineTable()
    goals: tuple[GoalTable, ...] = ()
    briefing: BriefingTable = BriefingTable()
    checklist: ChecklistTable = ChecklistTable()
    frame: FrameTable = FrameTable()
    launch: LaunchTable = LaunchTable()
    base_dir: Path = Path()
    source: str = "the command line"

    def words_value(self) -> Words:
        """Return the vocabulary; a word that is not stated keeps the vocabulary's own default."""
        from expectkit.briefing.vocabulary import Words

        given = {name: word for name in _WORDS if (word := getattr(self.words, name)) is not None}
        if self.model.name is not None:
            given["model_name"] = self.model.name
        return Words.of(**given)


_WORDS: Final = ("case", "positive", "negative", "flagged", "missed", "caught", "language")

TABLES: Final[dict[str, type[Any]]] = {
    "model": ModelTable,
    "cases": CasesTable,
    "words": WordsTable,
    "traffic": TrafficTable,
    "threshold": ThresholdTable,
    "costs": CostsTable,
    "baseline": BaselineTable,
    "briefing": BriefingTable,
    "checklist": ChecklistTable,
    "frame": FrameTable,
    "launch": LaunchTable,
}
"""Every plain table by its name in the file; ``[[goals]]`` is a list and read on its own."""
