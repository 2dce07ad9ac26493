"""``expectkit agree``: write down the setting that was chosen, by whom, why, and the terms that go with it."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from expectkit.cli.options import config_argument, config_options, config_path, progress_bar
from expectkit.errors import ConfigError, PromiseError

if TYPE_CHECKING:
    from expectkit.briefing.record import Record
    from expectkit.io.config_tables import Config
    from expectkit.io.promise_file import SealedPromise

LONGEST = 2_000
"""Characters of a reason that are kept."""


@click.command("agree", context_settings={"max_content_width": 110})
@config_argument
@click.option("--decided-by", required=True, metavar="WHO", help="Who decided.")
@click.option("--reason", required=True, metavar="WHY", help="Why this setting.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write. [default: promise.toml beside the config]",
)
@click.option("--replace", is_flag=True, help="Replace an agreed promise; the new one keeps its seal.")
@click.option(
    "--reject",
    multiple=True,
    metavar="T[: WHY]",
    help="A setting that was not chosen, and why. Repeatable. [default: the other settings the config names]",
)
@click.option(
    "--term",
    multiple=True,
    metavar="NAME=LIMIT",
    help='A limit of your own, such as missed_positives_per_day=20 or "false_negative_rate[channel]=8%". Repeatable; '
    '"none" leaves a term out. The others come from the bounds of the briefing.',
)
@click.option("--population", metavar="TEXT", help="Which cases the terms are about. [default: those tested]")
@click.option("--drop-missing", is_flag=True, help="Leave out rows without score or label.")
@config_options()
def command(config: Path | None, out: Path | None, **given: Any) -> None:
    """Agree the setting --threshold and write promise.toml: its terms, conditions, who decided and why.

    CONFIG is an expectkit.toml; without it, the one in this folder is used when there is one. The threshold is
    measured exactly. The terms come from the bounds of the briefing; all can be stated with --term.
    """
    from expectkit.api import brief_from
    from expectkit.briefing.agreement import agreed_promise
    from expectkit.briefing.vocabulary import clean_text
    from expectkit.io.config_agreed import with_choice
    from expectkit.io.promise_file import NAME, write_promise
    from expectkit.io.promise_reader import check_replaceable
    from expectkit.promise.agreement import Decision
    from expectkit.promise.proposal import stated_limit

    own = {name: given.pop(name) for name in _OWN}
    path = config_path(config)
    stated, threshold = _loaded(path, given)
    limits = [stated_limit(text) for text in own["term"]]
    _check_slices(stated, [limit.slice for limit in limits if limit.slice is not None])
    rejected = _rejected(own["reject"], stated, threshold)
    target = out or (path.parent if path is not None else Path()) / NAME
    replaced = check_replaceable(target, may_replace=own["replace"])
    model_sha256 = _model_sha256(stated.model.file)
    chosen = with_choice(
        _dated(stated, given.get("date")),
        threshold,
        beside=rejected,
        states_where_chosen=given.get("chosen_on") is not None,
    )
    with progress_bar("Counting cases") as progress:
        briefing = brief_from(chosen, drop_missing=own["drop_missing"], progress=progress)
    record = briefing.record
    promise = agreed_promise(
        record,
        Decision(
            clean_text(own["decided_by"]),
            datetime.date.fromisoformat(record.provenance.date),
            clean_text(own["reason"], LONGEST),
        ),
        limits=limits,
        rejected=rejected,
        population=None if own["population"] is None else clean_text(own["population"], LONGEST),
        currency=stated.costs.currency,
        model_sha256=model_sha256,
        replaces=replaced.seal if replaced is not None else "",
    )
    _show(record, write_promise(target, promise), target, replaced)
    for warning in briefing.warnings:
        click.echo(f"Note: {warning}", err=True)


_OWN = ("decided_by", "reason", "replace", "reject", "term", "population", "drop_missing")


def _loaded(path: Path | None, given: Mapping[str, Any]) -> tuple[Config, float]:
    """Read the config; the threshold must be stated on the command line, as a number."""
    from expectkit.io.config import load_config

    if given.get("threshold") is None:
        raise ConfigError("--threshold is needed: the setting that was chosen, as a number.")
    stated = load_config(path, given)
    threshold = stated.threshold.operating
    if not isinstance(threshold, float):
        raise ConfigError(
            f'--threshold is the rule "{given["threshold"]}", but people agree on a number. '
            "Run expectkit brief with the rule and take the number from it."
        )
    return stated, threshold


def _dated(config: Config, date: object) -> Config:
    """Let only --date set the day of the decision, not the date that a config gives to its pages."""
    if date is not None:
        return config
    return dataclasses.replace(config, briefing=dataclasses.replace(config.briefing, date=None))


def _check_slices(config: Config, columns: list[str]) -> None:
    """Check that the columns terms are told apart by are in the cases: no gate could judge such a term."""
    if not columns or config.cases.file is None:
        return
    from expectkit.io.case_source import require_columns
    from expectkit.io.open_cases import open_cases

    require_columns(open_cases(list(config.cases.file)), columns)


def _rejected(texts: Iterable[str], config: Config, threshold: float) -> dict[float, str]:
    """Read what was not chosen; without a word, the other settings that the config names."""
    from expectkit.briefing.vocabulary import clean_text

    found: dict[float, str] = {}
    for text in texts:
        number, _, reason = text.partition(":")
        try:
            found[float(number)] = clean_text(reason, LONGEST)
        except ValueError:
            raise PromiseError(
                f'--reject "{text}" does not start with a setting. Write 0.3 or "0.3: why".'
            ) from None
    if not found:
        found = dict.fromkeys(config.threshold.candidates, "")
        found.pop(threshold, None)
    if threshold in found:
        raise PromiseError(
            f"--reject names {threshold:g}, the very setting that is agreed. Drop one of the two."
        )
    return found


def _model_sha256(file: str | None) -> str:
    """Return the fingerprint of the model's file; "" when none is named or it is not there."""
    import hashlib

    if file is None:
        return ""
    path = Path(file)
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        click.echo(
            f"Note: the model's file {path} cannot be read, so the promise does not name it.", err=True
        )
        return ""


def _show(record: Record, made: SealedPromise, target: Path, replaced: SealedPromise | None) -> None:
    from expectkit.briefing.agreement import printed_values
    from expectkit.briefing.promise_words import StandingPromise, promise_record

    promise = made.promise
    shown = promise_record(
        StandingPromise(promise, made.seal),
        record.words,
        model=(promise.model_name, promise.model_version),
        threshold=promise.threshold,
        sha256s=frozenset(promise.evidence.values()),
        printed=printed_values(record),
    )
    click.echo(record.statement("expectation"))
    click.echo(record.statement("expectation.ranges"))
    for term in shown.terms:
        measured = f" (measured: {term.printed_measured})" if term.printed_measured else ""
        note = f" {term.note}" if term.note else ""
        click.echo(f"Promised: {term.words}, {term.printed_limit}{measured}.{note}")
    if replaced is not None and replaced.promise.decision is not None:
        before = replaced.promise.decision
        click.echo(
            f"It replaces what {before.decided_by} agreed on {before.decided_on} at the setting "
            f"{replaced.promise.threshold:g}, sealed {replaced.seal[:16]}.",
            err=True,
        )
    click.echo(
        f"Wrote {target}, sealed {made.seal[:16]}. Show it with: expectkit brief --promise {target}", err=True
    )
