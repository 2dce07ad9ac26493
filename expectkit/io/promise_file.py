"""Promise files: TOML a team keeps in git, with a checksum over what it says.

Version 1 held a draft with one table a measure. Version 2 is the agreement: a list of terms, the decision and what
else was looked at. Both are read; version 2 is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from expectkit.errors import PromiseError
from expectkit.promise.agreement import WORD_KEYS, Promise, RejectedSetting
from expectkit.promise.terms import Term

SCHEMA_VERSION: Final = 2
"""Version of the promise file this release writes."""

NAME: Final = "promise.toml"


def promise_text(promise: Promise) -> bytes:
    """Write a promise as TOML.

    Parameters
    ----------
    promise : Promise

    Returns
    -------
    bytes
        UTF-8. The last table holds the sha256 of all the rest in canonical JSON, so that a change by hand shows.

    Raises
    ------
    PromiseError
        If a text cannot be written as UTF-8.
    """
    import tomli_w

    body = promise_body(promise)
    head = f"# {promise.status.capitalize()} promise, written by expectkit. {_REMARK[promise.status]}\n"
    try:
        return (head + tomli_w.dumps({**body, "seal": {"sha256": seal_of(body)}})).encode()
    except UnicodeEncodeError as error:
        found = error.object[error.start : error.end].encode("unicode_escape").decode()
        raise PromiseError(f"a text holds {found}, half a character. Write the text anew.") from None


_REMARK: Final = {
    "draft": "It binds nobody until it is agreed.",
    "agreed": "Change it by agreeing anew, not by hand: the seal would no longer fit.",
}


def promise_body(promise: Promise) -> dict[str, Any]:
    """Return a promise as plain tables, without its seal; what is empty is left out."""
    conditions, decision = promise.conditions, promise.decision
    body = {
        "schema_version": SCHEMA_VERSION,
        "status": promise.status,
        "sentence": promise.sentence,
        "ranges": promise.ranges,
        "threshold": float(promise.threshold),
        "confirmed_on_fresh_cases": promise.confirmed_on_fresh_cases,
        "replaces": promise.replaces,
        "model": _filled(
            {"name": promise.model_name, "version": promise.model_version, "sha256": promise.model_sha256}
        ),
        "conditions": _filled(
            {
                "cases_per_day": [float(conditions.cases_per_day_low), float(conditions.cases_per_day_high)],
                "prevalence": [float(conditions.prevalence_low), float(conditions.prevalence_high)],
                "population": conditions.population,
            }
        ),
        **({"words": _word_table(promise.words)} if promise.words else {}),
        "terms": [_term_table(term) for term in promise.terms],
        "evidence": dict(promise.evidence),
    }
    if decision is not None:
        body["decision"] = {
            "decided_by": decision.decided_by,
            "decided_on": decision.decided_on,
            "reason": decision.reason,
        }
    if promise.rejected:
        body["rejected"] = [_rejected_table(setting) for setting in promise.rejected]
    return _filled(body)


def _word_table(words: Mapping[str, str | tuple[str, str]]) -> dict[str, Any]:
    return {
        key: words[key] if isinstance(words[key], str) else [*words[key]] for key in WORD_KEYS if key in words
    }


def _term_table(term: Term) -> dict[str, Any]:
    numbers = {"at_most": term.at_most, "at_least": term.at_least, "measured": term.measured}
    return _filled(
        {
            "measure": term.measure,
            "slice": term.slice,
            "slice_value": term.slice_value,
            "variant": term.variant,
            **{key: None if value is None else float(value) for key, value in numbers.items()},
            "unit": term.unit,
            "note": term.note,
        },
        but=("slice_value",),
    )


def _rejected_table(setting: RejectedSetting) -> dict[str, Any]:
    return _filled(
        {
            "threshold": float(setting.threshold),
            "sentence": setting.sentence,
            "reason": setting.reason,
            "would_give": {name: float(value) for name, value in setting.would_give.items()},
        }
    )


def _filled(table: Mapping[str, Any], but: tuple[str, ...] = ()) -> dict[str, Any]:
    """Leave out what says nothing: None, and empty texts except of the keys in `but`."""
    return {
        key: value
        for key, value in table.items()
        if value is not None and (value != "" or key in but or key in _KEPT_EMPTY)
    }


_KEPT_EMPTY: Final = ("sentence", "name", "version")


def seal_of(body: Mapping[str, Any]) -> str:
    """Return the sha256 of a promise's tables in canonical JSON, as 64 hexadecimal digits; dates as ISO 8601."""
    canonical = json.dumps(
        body,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
        allow_nan=False,
        default=lambda date: date.isoformat(),
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SealedPromise:
    """A promise as it was read.

    Parameters
    ----------
    promise : Promise
    seal : str
        sha256 of what it says.
    schema_version : int
        Of the file.
    data : bytes
        The file itself.
    """

    promise: Promise
    seal: str
    schema_version: int
    data: bytes


def sealed(promise: Promise) -> SealedPromise:
    """Return a promise as it will be read once written."""
    return SealedPromise(promise, seal_of(promise_body(promise)), SCHEMA_VERSION, promise_text(promise))


def write_promise(path: Path, promise: Promise) -> SealedPromise:
    """Write a promise in one step: a reader sees the old file or the new one, never half of one.

    Parameters
    ----------
    path : Path
    promise : Promise

    Returns
    -------
    SealedPromise

    Raises
    ------
    OutputError
        If it cannot be written; what was there before is unchanged.
    PromiseError
        If a text cannot be written as UTF-8.
    """
    from expectkit.io.bundle import write_bundle

    made = sealed(promise)
    write_bundle(path.parent, {path.name: made.data})
    return made
