"""Run a gate from files: config, promise, cases, and what is compared with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from expectkit.briefing.agreed_words import words_of
from expectkit.briefing.checklist import ChecklistEntry
from expectkit.briefing.verdict_words import About, GateRecord, gate_record
from expectkit.briefing.vocabulary import Words
from expectkit.engine.local import Progress
from expectkit.errors import ConfigError
from expectkit.gate.cases import Beside
from expectkit.gate.judgement import Judgement, judge_cases
from expectkit.gate.reference import ReferenceScores, read_json, read_reference_cells
from expectkit.io.case_source import CaseSource
from expectkit.io.config import load_config, require
from expectkit.io.config_tables import Config
from expectkit.io.open_cases import open_cases
from expectkit.io.promise_file import SealedPromise
from expectkit.io.promise_reader import read_promise
from expectkit.launch import is_stated, launch_checklist
from expectkit.promise.agreement import WORD_KEYS, Promise

RECORD_NAME, EXPORT_NAME = "record.json", "export.json"


@dataclass(frozen=True, slots=True)
class GateOptions:
    """What a gate is told beside config and promise.

    Parameters
    ----------
    reused : int
        Candidates that the cases have judged, this one included.
    drop_missing : bool
    reference_score : str or None
        Column of the last model's scores.
    reference_file : Path or None
        Where they are, when not beside the fresh ones; joined by ``cases.id``.
    reference_threshold : float or None
        The last model's threshold; the promise's when left out.
    record : Path or None
        The ``record.json`` of the promise; the one beside it when left out.
    export : Path or None
        An ``export.json``; the one beside the promise when left out.
    model : Path or None
        A ``.keras`` file that scores the cases first.
    features : tuple of str
        Columns that model takes, in its order.
    """

    reused: int = 1
    drop_missing: bool = False
    reference_score: str | None = None
    reference_file: Path | None = None
    reference_threshold: float | None = None
    record: Path | None = None
    export: Path | None = None
    model: Path | None = None
    features: tuple[str, ...] = ()


def run_gate(
    config: Path | Config | None,
    promise: Path,
    *,
    options: GateOptions | None = None,
    overrides: Mapping[str, object] | None = None,
    source: CaseSource | None = None,
    progress: Progress | None = None,
) -> GateRecord:
    """Judge fresh cases against a promise file.

    Parameters
    ----------
    config : Path or Config or None
        None reads no file: everything is then given in `overrides`.
    promise : Path
    options : GateOptions, optional
    overrides : mapping of str to object, optional
        Keys of the config, as the command line gives them.
    source : CaseSource, optional
        The cases; those of the config when left out.
    progress : callable, optional

    Returns
    -------
    GateRecord

    Raises
    ------
    ConfigError, DataError, InputError, PromiseError
        If something cannot be used; the message says what to do.
    """
    told = options or GateOptions()
    sealed = read_promise(promise)
    read = config if isinstance(config, Config) else load_config(config, overrides)
    needed = {"cases.file": source is None, "cases.score": told.model is None, "cases.label": True}
    require(read, *(key for key, is_needed in needed.items() if is_needed))
    cases = source if source is not None else open_cases(list(read.cases.file or ()))
    with ExitStack() as kept:
        if told.model is not None:
            folder = Path(kept.enter_context(TemporaryDirectory(prefix="expectkit-")))
            read, cases = _scored(read, cases, told.model, told.features, folder)
        judged = judge_cases(
            read,
            sealed.promise,
            cases,
            reused=told.reused,
            beside=_beside(read, promise, sealed.promise, told),
            drop_missing=told.drop_missing,
            progress=progress,
        )
        return record_of(judged, sealed, promise.name)


def _scored(
    config: Config, source: CaseSource, model: Path, features: tuple[str, ...], folder: Path
) -> tuple[Config, CaseSource]:
    """Let a model score the cases; the config then names its score, and its file where none is named."""
    from expectkit.io.model_source import SCORE_COLUMN, score_cases

    cases = score_cases(source, model, features, folder, positive=config.cases.positive)
    named = replace(config.model, file=config.model.file or str(model))
    return replace(config, cases=replace(config.cases, score=SCORE_COLUMN), model=named), cases


def record_of(judged: Judgement, sealed: SealedPromise, name: str) -> GateRecord:
    """Put a judgement into words."""
    cases = judged.cases
    model = cases.config.model
    about = About(
        model=f"{model.name or sealed.promise.model_name} {model.version or ''}".strip(),
        promise_name=name,
        seal=sealed.seal,
        inputs=tuple(f"{item.name} {item.sha256[:12]}" for item in cases.source.inputs()),
        n_positives=cases.counts.n_positives,
        n_negatives=cases.counts.n_negatives,
        reused=cases.risk.reused,
        lines=term_lines(sealed.data.decode("utf-8-sig")),
        remarks=judged.remarks,
        checklist=_checklist(judged),
    )
    return gate_record(judged.verdict, sealed.promise, _words(cases.config, sealed.promise), about)


def _words(config: Config, promise: Promise) -> Words:
    """Take the words of the config; what it leaves out, those that the promise carries."""
    stated = {name: word for name in WORD_KEYS if (word := getattr(config.words, name)) is not None}
    return words_of(promise, stated)


def term_lines(text: str) -> tuple[int, ...]:
    r"""Return the lines of a promise file at which its terms begin, from 1.

    Examples
    --------
    >>> term_lines('status = "draft"\n[[terms]]\nmeasure = "precision"\n[[terms]]\n')
    (2, 4)
    """
    heads = re.compile(r"\[\[terms\]\]|\[terms\.[^\]]+\]")
    return tuple(number for number, line in enumerate(text.splitlines(), 1) if heads.match(line.strip()))


def _checklist(judged: Judgement) -> tuple[ChecklistEntry, ...]:
    cases = judged.cases
    if not is_stated(cases.config):
        return ()
    return launch_checklist(
        cases.config, cases.source, cases.columns, cases.counts, cases.day, cases.promise.threshold
    )


def _beside(config: Config, path: Path, promise: Promise, told: GateOptions) -> Beside:
    """Read what terms compare with; files that lie beside the promise are found by their names."""
    measures = {term.measure for term in promise.terms}
    record = _found(told.record, path, RECORD_NAME) if "score_drift" in measures else None
    has_variants = any(term.variant is not None for term in promise.terms)
    export = _found(told.export, path, EXPORT_NAME) if has_variants else None
    return Beside(
        scores=_reference_scores(config, promise, told),
        cells=None if record is None else read_reference_cells(record, promise),
        export=None if export is None else read_json(export, "export.json"),
    )


def _found(stated: Path | None, promise: Path, name: str) -> Path | None:
    beside = promise.parent / name
    return stated if stated is not None else beside if beside.is_file() else None


def _reference_scores(config: Config, promise: Promise, told: GateOptions) -> ReferenceScores | None:
    if told.reference_score is None and told.reference_file is None:
        return None
    if told.reference_file is not None and config.cases.id is None:
        raise ConfigError(
            "the last scores are in a file of their own, so cases need a name. Give id under [cases] or --id."
        )
    return ReferenceScores(
        column=told.reference_score or config.cases.score or "",
        threshold=promise.threshold if told.reference_threshold is None else told.reference_threshold,
        file=None if told.reference_file is None else str(told.reference_file),
        id=config.cases.id,
    )
