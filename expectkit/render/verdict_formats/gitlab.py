"""What GitLab reads as an artifact: a code-quality report, or a metrics report."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Final

from expectkit.briefing.verdict_words import FindingRecord, GateRecord, TermResult
from expectkit.render.clean import clean_text

_SEVERITY: Final = {"broken": "critical", "undecided": "minor"}


def render_code_quality(record: GateRecord, promise_path: str) -> str:
    """Write the terms that are not kept as a code-quality report (``artifacts:reports:codequality``).

    Parameters
    ----------
    record : GateRecord
    promise_path : str
        Of the promise file, relative to the repository.

    Returns
    -------
    str
        A JSON list; the fingerprint of a finding stays the same as long as term and verdict do.
    """
    found = [
        {
            "description": clean_text(term.sentence),
            "check_name": f"expectkit/{term.answer}",
            "fingerprint": hashlib.sha256(_identity(term)).hexdigest(),
            "severity": _SEVERITY[term.answer],
            "location": {"path": clean_text(promise_path), "lines": {"begin": term.line}},
        }
        for term in record.terms
        if term.answer != "kept"
    ]
    return json.dumps(found, indent=1) + "\n"


def _identity(term: TermResult) -> bytes:
    return f"{term.name}\0{term.answer}".encode(errors="backslashreplace")


def render_metrics(record: GateRecord) -> str:
    """Write measured values and bounds as an OpenMetrics text (``artifacts:reports:metrics``).

    Parameters
    ----------
    record : GateRecord

    Returns
    -------
    str
        One line a number, labels escaped.
    """
    lines = []
    for term in record.terms:
        for found in term.parts or (term.decisive,):
            lines += _metric_lines(term, found)
    lines.append(f'expectkit_promise{{answer="{record.answer}"}} {_ANSWERS[record.answer]}')
    return "\n".join([*lines, "# EOF", ""])


_ANSWERS: Final = {"kept": 1, "undecided": 0, "broken": -1}


def _metric_lines(term: TermResult, found: FindingRecord) -> list[str]:
    labels = {"term": term.name, **({"part": found.part} if term.parts else {})}
    numbers = {"measured": found.value, "lower_bound": found.lower, "upper_bound": found.upper}
    lines = [
        f"expectkit_{name}{_labels(labels)} {value!r}" for name, value in numbers.items() if value is not None
    ]
    return [*lines, f"expectkit_verdict{_labels(labels)} {_ANSWERS[found.answer]}"]


def _labels(labels: dict[str, str]) -> str:
    inside = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    return f"{{{inside}}}"


def _escaped(text: str) -> str:
    clean = re.sub(r"\s+", " ", clean_text(text))
    return clean.replace("\\", "\\\\").replace('"', '\\"')
