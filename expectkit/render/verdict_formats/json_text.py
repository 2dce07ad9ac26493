"""The verdict as JSON."""

from __future__ import annotations

import json

from expectkit.briefing.plain import to_plain
from expectkit.briefing.verdict_words import GateRecord


def render_json(record: GateRecord) -> str:
    """Return a verdict as JSON: every number raw and as printed, every sentence.

    Parameters
    ----------
    record : GateRecord

    Returns
    -------
    str
        Keys in a fixed order; control characters and lone surrogates escaped.
    """
    return json.dumps(to_plain(record), indent=1, ensure_ascii=True, allow_nan=False) + "\n"
