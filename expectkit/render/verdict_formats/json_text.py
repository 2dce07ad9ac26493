"""A verdict or a comparison as JSON."""

from __future__ import annotations

import json

from expectkit.briefing.comparison_record import ComparisonRecord
from expectkit.briefing.plain import to_plain
from expectkit.briefing.verdict_words import GateRecord


def render_json(record: GateRecord | ComparisonRecord) -> str:
    """Return a verdict or a comparison as JSON: every number raw and as printed, every sentence.

    Its JSON Schema is ``expectkit/schemas/gate.schema.json`` or ``comparison.schema.json``.

    Parameters
    ----------
    record : GateRecord or ComparisonRecord

    Returns
    -------
    str
        Keys in a fixed order; control characters and lone surrogates escaped.
    """
    return json.dumps(to_plain(record), indent=1, ensure_ascii=True, allow_nan=False) + "\n"
