"""Promise files: TOML a team keeps in git, with a checksum over what it says."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from expectkit.promise.terms import Promise


def promise_text(promise: Promise) -> bytes:
    """Write a promise as TOML.

    Parameters
    ----------
    promise : Promise

    Returns
    -------
    bytes
        UTF-8. The last table holds the sha256 of all the rest in canonical JSON, so that a change by hand shows.
    """
    import tomli_w

    body = promise_body(promise)
    head = f"# {promise.status.capitalize()} promise, written by expectkit. {_REMARK[promise.status]}\n"
    return (head + tomli_w.dumps({**body, "seal": {"sha256": seal_of(body)}})).encode()


_REMARK = {
    "draft": "It binds nobody until it is agreed.",
    "agreed": "Change it by agreeing anew, not by hand: the seal would no longer fit.",
}


def promise_body(promise: Promise) -> dict[str, Any]:
    """Return a promise as plain tables, without its seal."""
    return {
        "schema_version": promise.schema_version,
        "status": promise.status,
        "sentence": promise.sentence,
        "threshold": promise.threshold,
        "confirmed_on_fresh_cases": promise.confirmed_on_fresh_cases,
        "model": {"name": promise.model_name, "version": promise.model_version},
        "conditions": {
            "cases_per_day": [promise.conditions.cases_per_day_low, promise.conditions.cases_per_day_high],
            "prevalence": [promise.conditions.prevalence_low, promise.conditions.prevalence_high],
        },
        "terms": {
            term.measure: {"at_most": term.at_most, "measured": term.measured} for term in promise.terms
        },
        "evidence": dict(promise.evidence),
    }


def seal_of(body: dict[str, Any]) -> str:
    """Return the sha256 of a promise's tables in canonical JSON, as 64 hexadecimal digits."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
