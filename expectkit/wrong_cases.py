"""From a second look at the cases to what the briefing shows of them: failure modes, galleries, groups."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from expectkit.briefing.captions import ColumnWords
from expectkit.briefing.failure_record import ErrorKind, GalleryRecord, PictureRecord, ShownFor
from expectkit.briefing.failure_writer import FailureEvidence, SearchedMistakes
from expectkit.briefing.galleries import galleries_of
from expectkit.briefing.gallery import (
    CardWords,
    NamedGroup,
    ShownCase,
    score_text,
    tag_text,
    usual_values,
)
from expectkit.briefing.record import Warned
from expectkit.briefing.redaction import Redactor
from expectkit.briefing.vocabulary import sentence_case
from expectkit.engine.mistake_watch import MistakeWatch
from expectkit.engine.mistakes import ClassMistakes, MistakeColumns, Mistakes, pooled
from expectkit.engine.second_look import pick_rows
from expectkit.engine.weighted_groups import weigh_groups
from expectkit.errors import DataError
from expectkit.io.case_source import CaseSource, require_columns
from expectkit.io.config_tables import Config
from expectkit.io.config_values import CostColumn
from expectkit.measure.conditions import REST, ErrorCells
from expectkit.measure.examples import choose_borderline, choose_examples, standardise
from expectkit.measure.failures import FailureMode, find_failures
from expectkit.measure.histogram import GroupedHistogram, Tally
from expectkit.measure.slices import GroupWeights, RateKind, SliceRates, slice_rates
from expectkit.render.images import thumbnail
from expectkit.stated import case_columns, is_flagged_today

N_CARDS = 6
N_PICTURES = 10
N_BORDERLINE = 3
N_PEOPLE = 3
MOST_MODES = 3
LONGEST_READ = 2_000

_KINDS: tuple[ErrorKind, ...] = ("missed_positives", "flagged_negatives")


@dataclass(frozen=True, slots=True)
class _Chosen:
    """One mistake that will be shown: its place in the pool of its kind, and why."""

    kind: ErrorKind
    position: int
    reason: ShownFor
    share: float | None = None


def look_at_mistakes(
    config: Config,
    source: CaseSource,
    counted: Tally,
    threshold: float,
    *,
    rng: np.random.Generator,
    images: Sequence[object] | None = None,
    watch: MistakeWatch | None = None,
) -> tuple[FailureEvidence, tuple[Warned, ...]]:
    """Find out where it goes wrong at a threshold, and choose the mistakes to show.

    Parameters
    ----------
    config : Config
        Says which columns may be shown, and which never.
    source : CaseSource
    counted : Tally
        Of the same cases.
    threshold : float
        One of the tallied thresholds.
    rng : numpy.random.Generator
        Deals errors anew in the search for failure modes.
    images : sequence, optional
        A picture for each case, in the order of the cases, as `expectkit.render.images.thumbnail` takes it.
    watch : MistakeWatch, optional
        One that saw the cases while they were tallied (`watched`); without it they are looked at once more.

    Returns
    -------
    tuple of (FailureEvidence, tuple of Warned)

    Raises
    ------
    DataError
        If a column that is named does not exist or cannot be used.
    """
    redactor, known = redactor_of(config), known_columns(config)
    sensitive, has_clusters = frozenset(config.cases.sensitive), counted.clusters is not None
    if not _has_something_to_show(config, images):
        return FailureEvidence(sensitive=sensitive, known=known, has_clusters=has_clusters), ()
    if watch is None:
        watch = MistakeWatch(source, _columns(config), compare=config.cases.compare or "float64")
    mistakes = watch.result(
        threshold,
        (counted.total.n_negatives, counted.total.n_positives),
        flagged_today=_flagged_today(config, counted),
        as_shown=lambda text: redactor.text(text).text,
    )
    columns, compare = case_columns(config), config.cases.compare or "float64"
    weights = {} if columns.weight is None else weigh_groups(source, columns, threshold, compare=compare)
    groups = {
        column: _rates_by_group(
            column, counted.by_column[column], threshold, redactor, mistakes, weights.get(column)
        )
        for column in columns.slices
    }
    searches = {kind: _searched(getattr(mistakes, kind), case_columns(config).slices, rng) for kind in _KINDS}
    searches = {kind: one for kind, one in searches.items() if one.search.n_slices > 0 and one.n_errors > 0}
    galleries: tuple[GalleryRecord, ...] = ()
    warnings: tuple[Warned, ...] = ()
    if config.briefing.examples is not False:
        modes = {
            kind: [NamedGroup(mode.conditions, mode.share_of_errors) for mode in one.search.modes]
            for kind, one in searches.items()
        }
        galleries, warnings = _galleries(config, source, mistakes, modes, redactor, known, images)
    found = FailureEvidence(searches, galleries, groups, sensitive, known, has_clusters=has_clusters)
    return found, warnings


def watched(config: Config, source: CaseSource, images: Sequence[object] | None) -> MistakeWatch | None:
    """Return what gathers mistakes while the cases are tallied; None where nothing of a case may be shown.

    Raises
    ------
    DataError
        If a column that is named does not exist.
    """
    if not _has_something_to_show(config, images):
        return None
    stated = config.threshold.operating
    threshold = stated if isinstance(stated, float) else None
    return MistakeWatch(source, _columns(config), threshold, compare=config.cases.compare or "float64")


def redactor_of(config: Config) -> Redactor:
    """Return the rules for what may be shown of a case."""
    salt = (config.cases.id_salt or "").encode()
    return Redactor(
        columns=frozenset(config.cases.redact),
        id_column=config.cases.id if salt else None,
        salt=salt,
        max_length=LONGEST_READ,
    )


def known_columns(config: Config) -> dict[str, ColumnWords]:
    """Return labels and units that the config implies: an amount is money."""
    amount, currency = config.cases.amount, config.costs.currency
    if amount is None or currency is None:
        return {}
    unit = {"EUR": "€", "USD": "$", "GBP": "£"}.get(currency, currency)
    return {amount: ColumnWords(ColumnWords.of(amount).label, unit)}


def _has_something_to_show(config: Config, images: Sequence[object] | None) -> bool:
    cases = config.cases
    columns = (*cases.show, *case_columns(config).slices)
    return bool(columns) or cases.text is not None or cases.image is not None or images is not None


def _columns(config: Config) -> MistakeColumns:
    cases = config.cases
    own = {cases.score, cases.label, cases.id, cases.text, cases.image}
    return MistakeColumns(
        case_columns(config), tuple(name for name in cases.show if name not in own), _cost_column(config)
    )


def _cost_column(config: Config) -> str | None:
    """Return the column of what a mistake costs, or of the money at stake when costs are stated at all."""
    costs = config.costs
    stated = (costs.missed_positive, costs.flagged_negative)
    for cost in stated:
        if isinstance(cost, CostColumn):
            return cost.column
    return config.cases.amount if any(cost is not None for cost in stated) else None


def _costed(config: Config) -> frozenset[ErrorKind]:
    """Return the kinds of mistake whose own cost stands in the column of costs."""
    costs, column = config.costs, _cost_column(config)
    stated: dict[ErrorKind, object] = {
        "missed_positives": costs.missed_positive,
        "flagged_negatives": costs.flagged_negative,
    }
    return frozenset(
        kind for kind, cost in stated.items() if isinstance(cost, CostColumn) and cost.column == column
    )


def _flagged_today(config: Config, counted: Tally) -> dict[str, bool] | None:
    column = config.baseline.decision
    if column is None:
        return None
    keys = counted.by_column[column].keys
    return dict(zip(keys, is_flagged_today(config, keys).tolist(), strict=True))


def _searched(found: ClassMistakes, slices: Sequence[str], rng: np.random.Generator) -> SearchedMistakes:
    search = find_failures(found.cells, rng=rng, most_modes=MOST_MODES)
    modes = tuple(_with_what_it_implies(mode, found.cells, slices) for mode in search.modes)
    return SearchedMistakes(replace(search, modes=modes), found.n_cases, found.n_errors)


def _with_what_it_implies(mode: FailureMode, cells: ErrorCells, slices: Sequence[str]) -> FailureMode:
    """Name beside a single condition the value of a slice column that all of its cases share.

    That all payments under 2 € are online says more than that they are small, and it is the same group.
    """
    if len(mode.conditions) > 1:
        return mode
    codes = cells.codes[cells.where(mode.conditions)]
    for place, conditions in enumerate(cells.conditions):
        shared = np.unique(codes[:, place])
        if conditions and conditions[0].column in slices and shared.size == 1 and shared[0] != REST:
            implied = conditions[int(shared[0])]
            if implied.column != mode.conditions[0].column and not implied.is_missing:
                return replace(mode, conditions=(*mode.conditions, implied))
    return mode


# ------------------------------------------------------------------------------- groups


def _rates_by_group(
    column: str,
    counted: GroupedHistogram,
    threshold: float,
    redactor: Redactor,
    mistakes: Mistakes,
    weights: Mapping[str, GroupWeights] | None,
) -> dict[RateKind, SliceRates]:
    shown = _with_shown_keys(counted, redactor)
    weighed: dict[str, GroupWeights] | None = None if weights is None else {}
    for key, of_key in (weights or {}).items():
        name = _shown_key(key, redactor)
        weighed = {**(weighed or {}), name: of_key + (weighed or {}).get(name, 0.0)}
    positives = mistakes.missed_positives.worth.get(column, {})
    negatives = mistakes.flagged_negatives.worth.get(column, {})
    worth: dict[RateKind, Mapping[str, float]] = {
        "false_negative_rate": positives,
        "false_positive_rate": negatives,
        "selection_rate": {
            key: min(positives.get(key, 1.0), negatives.get(key, 1.0)) for key in {*positives, *negatives}
        },
    }
    return {
        kind: slice_rates(
            column, shown, threshold, kind=kind, pool_small=False, worth=of_kind, weights=weighed
        )
        for kind, of_kind in worth.items()
    }


def _shown_key(key: str, redactor: Redactor) -> str:
    return redactor.text(key).text if key else ""


def _with_shown_keys(counted: GroupedHistogram, redactor: Redactor) -> GroupedHistogram:
    """Return the groups under the names that may be shown; groups whose names then look alike are one."""
    names = [_shown_key(key, redactor) for key in counted.keys]
    kept = sorted(set(names))
    counts = np.zeros((len(kept), *counted.counts.shape[1:]), counted.counts.dtype)
    for name, of_group in zip(names, counted.counts, strict=True):
        counts[kept.index(name)] += of_group
    return GroupedHistogram(tuple(kept), counted.thresholds, counts)


# ------------------------------------------------------------------------------- galleries


def _galleries(
    config: Config,
    source: CaseSource,
    mistakes: Mistakes,
    modes: Mapping[ErrorKind, Sequence[NamedGroup]],
    redactor: Redactor,
    known: Mapping[str, ColumnWords],
    images: Sequence[object] | None,
) -> tuple[tuple[GalleryRecord, ...], tuple[Warned, ...]]:
    words, cases = config.words_value(), config.cases
    has_pictures = cases.image is not None or images is not None
    chosen = [one for kind in _KINDS for one in _choose(getattr(mistakes, kind), kind, has_pictures)]
    rows = [_row(mistakes, one) for one in chosen]
    own = tuple(dict.fromkeys(c for c in (cases.id, cases.text, cases.image, *cases.redact) if c is not None))
    require_columns(source, own)
    raw = pick_rows(source, rows, own)
    card = CardWords(
        words,
        known,
        usual_values(words, mistakes.usual, redactor),
        redactor,
        modes,
        id_column=None if cases.id in cases.redact else cases.id,
        text_column=cases.text,
        today=config.baseline.name or "today's decision",
        today_is_assumed=config.baseline.assumed is True,
        cost_column=_cost_column(config),
        costed=_costed(config),
        currency=config.costs.currency,
    )
    problems: list[str] = []
    shown = []
    for one, row in zip(chosen, rows, strict=True):
        case = _shown_case(mistakes, one, raw[row], config)
        if has_pictures:
            given = images[row] if images is not None else raw[row].get(cases.image or "")
            case = _with_picture(case, given, config, problems)
        shown.append(case)
    galleries = []
    for kind in _KINDS:
        of_kind = [case for case in shown if case.kind == kind]
        found: ClassMistakes = getattr(mistakes, kind)
        galleries += galleries_of(
            kind, of_kind, card, n_errors=found.n_errors, n_wrong_today=found.n_wrong_today
        )
    return tuple(galleries), _picture_warning(problems, len(chosen))


def _row(mistakes: Mistakes, one: _Chosen) -> int:
    pool = getattr(mistakes, one.kind).pool
    return int(pool.rows[one.position])


def _choose(found: ClassMistakes, kind: ErrorKind, has_pictures: bool) -> list[_Chosen]:
    """Choose the mistakes of one kind to show: typical ones, borderline ones, and ones that people make too."""
    pool = found.pool
    if pool.n_seen == 0:
        return []
    features = _features(found)
    has_costs = bool(np.any(pool.costs > 0))
    examples = choose_examples(
        features,
        pool.confidence,
        costs=pool.costs if has_costs else None,
        counts_as=pool.is_drawn.astype(np.float64),
        n_shown=N_PICTURES if has_pictures else N_CARDS,
    )
    chosen = [_Chosen(kind, one.position, one.reason, one.share) for one in examples]
    chosen.sort(key=lambda one: -(one.share or 0.0))
    taken = [one.position for one in chosen]
    if found.n_wrong_today is not None:
        wrongly = pool.columns["decision"] == (0 if kind == "missed_positives" else 1)
        people = np.setdiff1d(np.flatnonzero(wrongly), taken)
        if people.size:
            also = choose_examples(features[people], pool.confidence[people], n_shown=N_PEOPLE, n_confident=0)
            chosen += [_Chosen(kind, int(people[one.position]), "people too") for one in also]
    taken = [one.position for one in chosen]
    borderline = choose_borderline(pool.confidence, taken, n_shown=5 if has_pictures else N_BORDERLINE)
    return chosen + [_Chosen(kind, position, "borderline") for position in borderline]


def _features(found: ClassMistakes) -> NDArray[np.float64]:
    numbers, codes = [found.pool.columns["score"]], []
    for name, values in found.pool.columns.items():
        if name in ("score", "decision"):
            continue
        if values.dtype == object:
            distinct, code = np.unique(values.astype(str), return_inverse=True)
            if distinct.size <= 50:
                codes.append(code)
        else:
            numbers.append(values)
    return standardise(numbers, codes)


def _shown_case(mistakes: Mistakes, one: _Chosen, raw: Mapping[str, Any], config: Config) -> ShownCase:
    pool = getattr(mistakes, one.kind).pool
    columns, cost = pool.columns, float(pool.costs[one.position])
    values: dict[str, float | str | None] = {}
    for name in (name for name in _columns(config).described()):
        value = columns[pooled(name)][one.position]
        values[name] = str(value) if isinstance(value, str) else float(value)
    decision = float(columns["decision"][one.position])
    picture = config.cases.image
    return ShownCase(
        kind=one.kind,
        reason=one.reason,
        share=one.share,
        score=float(columns["score"][one.position]),
        values=values,
        raw={name: value for name, value in raw.items() if name != picture},
        flagged_today=None if np.isnan(decision) else decision == 1,
        cost=None if np.isnan(cost) else cost,
    )


def _with_picture(case: ShownCase, given: object, config: Config, problems: list[str]) -> ShownCase:
    tag = sentence_case(tag_text(config.words_value(), case.kind))
    try:
        made = thumbnail(given, folder=config.base_dir)
    except DataError as error:
        problems.append(str(error))
        return replace(case, picture_note="This picture cannot be shown.")
    text = f"{tag}: picture of the case, score {score_text(case.score)}"
    encoded = base64.b64encode(made.data).decode()
    return replace(case, picture=PictureRecord(encoded, made.width, made.height, text))


def _picture_warning(problems: list[str], n_shown: int) -> tuple[Warned, ...]:
    if not problems:
        return ()
    reasons = "; ".join(dict.fromkeys(problems))
    text = f"{len(problems)} of {n_shown} pictures cannot be shown: {reasons}."
    return (Warned("pictures", text),)
