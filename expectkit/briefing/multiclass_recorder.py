"""Write the record of a briefing on several classes: round each number once, and put it into words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from expectkit.briefing.amount_record import AmountRecord, amount_record
from expectkit.briefing.class_reasons import class_certainty, class_remarks
from expectkit.briefing.class_statements import (
    ClassFacts,
    class_cards,
    class_expectation,
    class_facts,
    class_headlines,
    unseen_statement,
)
from expectkit.briefing.multiclass_record import (
    ClassRecord,
    FlowRecord,
    MixSource,
    MulticlassRecord,
    ShareRecord,
)
from expectkit.briefing.multiclass_statements import (
    class_nouns,
    class_statement,
    flow_statement,
    overall_statement,
)
from expectkit.briefing.record import SCHEMA_VERSION, Audience, ModelRecord, Provenance, TrafficRecord, Warned
from expectkit.briefing.remarks import SOURCES, cases_per_day_text
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Noun, Words, clean_text
from expectkit.briefing.wording import percent_text, threshold_text

if TYPE_CHECKING:
    from expectkit.measure.confusion_matrix import ConfusionMatrix
    from expectkit.measure.intervals import Interval
    from expectkit.measure.multiclass import ClassMix, ClassVolumes, Flow, MulticlassVolumes
    from expectkit.measure.prevalence import Traffic

LONGEST_NAME = 60
"""Characters of a class name that pages show."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassEvidence:
    """Everything that was measured on several classes, before it is rounded and put into words.

    Parameters
    ----------
    model, words, audience, provenance
        What the record takes over as it is.
    nouns : mapping of str to Noun
        The business's own words for a case of a class; classes that are not named get theirs from their name.
    matrix : ConfusionMatrix
    volumes : MulticlassVolumes
    traffic : Traffic
    mix : ClassMix
    mix_source : {"stated", "sample", "as in cases"}
    thresholds : mapping of str to float or None
        Of every class.
    n_ties : int
        Cases whose highest score two classes share.
    has_scores : bool
        Whether every class has a score of its own.
    chosen_on : str or None
        Where the thresholds were chosen, as stated.
    warnings : sequence of Warned
    """

    model: ModelRecord
    words: Words
    audience: Audience
    provenance: Provenance
    nouns: Mapping[str, Noun]
    matrix: ConfusionMatrix
    volumes: MulticlassVolumes
    traffic: Traffic
    mix: ClassMix
    mix_source: MixSource
    thresholds: Mapping[str, float | None]
    n_ties: int
    has_scores: bool
    chosen_on: str | None
    warnings: Sequence[Warned] = field(default=())

    @property
    def has_thresholds(self) -> bool:
        """Whether any class has a threshold."""
        return any(threshold is not None for threshold in self.thresholds.values())


def write_class_record(evidence: ClassEvidence) -> MulticlassRecord:
    """Round every number once and write every sentence.

    Parameters
    ----------
    evidence : ClassEvidence

    Returns
    -------
    MulticlassRecord
        What all pages are drawn from.
    """
    volumes, words = evidence.volumes, evidence.words
    facts = class_facts(evidence.matrix, volumes, evidence.traffic)
    nouns = class_nouns(words, evidence.matrix.classes, evidence.nouns)
    statements = {one.name: class_statement(nouns, one) for one in volumes.classes}
    return MulticlassRecord(
        kind="classes",
        schema_version=SCHEMA_VERSION,
        model=evidence.model,
        words=words,
        audience=evidence.audience,
        provenance=evidence.provenance,
        traffic=traffic_record(evidence.traffic),
        mix_source=evidence.mix_source,
        has_thresholds=evidence.has_thresholds,
        confirmed_on_fresh_cases=evidence.chosen_on == "other cases",
        n_ties=evidence.n_ties,
        classes=tuple(
            _class_record(evidence, place, nouns[one.name], statements[one.name].values)
            for place, one in enumerate(volumes.classes)
        ),
        counts=tuple(tuple(row) for row in evidence.matrix.counts.tolist()),
        flows=tuple(_flow_record(nouns, flow) for flow in volumes.flows if flow.n_seen > 0),
        n_flows_not_seen=sum(flow.n_seen == 0 for flow in volumes.flows),
        flows_hold_together=volumes.flows_hold_together,
        per_day={name: _total(facts, name) for name in ("right", "wrong", "to_a_person")},
        right_share=_share(volumes.right_share_value, volumes.right_share),
        macro_recall=_share(volumes.macro_recall_value, volumes.macro_recall),
        statements=_statements(evidence, facts, nouns, statements.values()),
        warnings=tuple(evidence.warnings),
    )


def traffic_record(traffic: Traffic) -> TrafficRecord:
    """Return how many cases a day there are, and how that is known."""
    low, high = (float(limit) for limit in traffic.limits(0.05))
    return TrafficRecord(
        traffic.mean,
        low,
        high,
        traffic.source,
        len(traffic.daily),
        traffic.variation,
        cases_per_day_text(traffic),
    )


def _total(facts: ClassFacts, name: str) -> AmountRecord:
    shown = facts.shown.get(name)
    return amount_record(
        getattr(facts.volumes, name), shown=None if shown is None else float(shown), is_rest=name == "right"
    )


def _share(value: float, limits: Interval) -> ShareRecord:
    return ShareRecord(value, limits.low, limits.high, limits.confidence_level)


def _class_record(
    evidence: ClassEvidence, place: int, noun: Noun, printed: Mapping[str, float]
) -> ClassRecord:
    """Record a class; `printed` holds the numbers of its sentence, which the table repeats to the digit."""
    one: ClassVolumes = evidence.volumes.classes[place]
    row = evidence.matrix.counts[place]
    threshold = evidence.thresholds[one.name]
    share = float(evidence.mix.shares[place])

    def amount(name: str) -> AmountRecord:
        shown = printed.get(name) if "cases" in printed else None
        return amount_record(getattr(one, name), shown=shown, is_rest=name == "right")

    return ClassRecord(
        name=clean_text(one.name, LONGEST_NAME),
        noun=noun,
        threshold=threshold,
        printed_threshold="" if threshold is None else threshold_text(threshold),
        n_cases=int(row.sum()),
        n_right=int(row[place]),
        n_wrong=int(row[:-1].sum() - row[place]),
        n_to_a_person=int(row[-1]),
        share=share,
        printed_share=f"{percent_text(share)}, {SOURCES[evidence.mix_source]}",
        **{name: amount(name) for name in _AMOUNTS},
    )


_AMOUNTS = ("cases", "right", "wrong", "to_a_person", "taken_for_it", "decided_for_it")


def _flow_record(nouns: Mapping[str, Noun], flow: Flow) -> FlowRecord:
    target = "sent to a person" if flow.decided is None else f"taken for {nouns[flow.decided].plural}"
    return FlowRecord(
        clean_text(flow.actual, LONGEST_NAME),
        None if flow.decided is None else clean_text(flow.decided, LONGEST_NAME),
        f"{nouns[flow.actual].plural} {target}",
        flow.n_seen,
        flow.n_of,
        amount_record(flow.per_day, by_day=False),
    )


def _statements(
    evidence: ClassEvidence, facts: ClassFacts, nouns: Mapping[str, Noun], of_classes: Iterable[Statement]
) -> tuple[Statement, ...]:
    words, volumes = evidence.words, evidence.volumes
    unseen = unseen_statement(words, volumes.flows, len(volumes.flows))
    found = (
        *class_expectation(words, facts, nouns),
        *class_headlines(
            words, facts, version=evidence.model.version, has_thresholds=evidence.has_thresholds
        ),
        *class_cards(words, facts),
        overall_statement(words, volumes, whole=facts.whole, right=facts.right),
        *of_classes,
        *(flow_statement(nouns, flow) for flow in volumes.flows if flow.n_seen > 0),
        *([unseen] if unseen is not None else []),
        *class_certainty(
            words,
            facts,
            mix_source=evidence.mix_source,
            chosen_on=evidence.chosen_on,
            has_thresholds=evidence.has_thresholds,
        ),
        *class_remarks(words, n_ties=evidence.n_ties, has_scores=evidence.has_scores),
    )
    return tuple(Statement(clean_text(item.id), item.text, item.values) for item in found)
