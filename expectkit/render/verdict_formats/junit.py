"""The verdict as JUnit XML: one test case a term."""

from __future__ import annotations

import datetime
from typing import Literal
from xml.etree import ElementTree

from expectkit.briefing.verdict_words import FindingRecord, GateRecord, TermResult
from expectkit.render.clean import clean_text


def render_junit(
    record: GateRecord,
    *,
    when: datetime.datetime,
    seconds: float = 0.0,
    undecided: Literal["fail", "pass"] = "fail",
) -> bytes:
    """Write a verdict as JUnit XML.

    Parameters
    ----------
    record : GateRecord
    when : datetime
        Start of the gate.
    seconds : float
        What it took.
    undecided : {"fail", "pass"}
        Whether an undecided term counts as failed or as skipped.

    Returns
    -------
    bytes
        UTF-8. A broken term is a failure of type "broken", an undecided one of type "undecided" or skipped.
    """
    broken = sum(term.answer == "broken" for term in record.terms)
    open_ = sum(term.answer == "undecided" for term in record.terms)
    totals = {
        "tests": str(len(record.terms)),
        "failures": str(broken + open_ if undecided == "fail" else broken),
        "errors": "0",
        "skipped": str(0 if undecided == "fail" else open_),
        "time": f"{seconds:.3f}",
    }
    root = ElementTree.Element("testsuites", {"name": "expectkit gate", **totals})
    suite = ElementTree.SubElement(
        root,
        "testsuite",
        {
            "name": _text(record.promise_name),
            **totals,
            "timestamp": when.replace(microsecond=0, tzinfo=None).isoformat(),
            "hostname": "localhost",
        },
    )
    _properties(suite, record)
    for term in record.terms:
        _case(suite, term, record, undecided)
    ElementTree.SubElement(suite, "system-out").text = _text(
        "\n".join([record.headline, *(term.sentence for term in record.terms), *record.remarks])
    )
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _text(text: str) -> str:
    return clean_text(text).strip()


def _properties(suite: ElementTree.Element, record: GateRecord) -> None:
    found = ElementTree.SubElement(suite, "properties")
    values = {
        "model": record.model,
        "threshold": record.printed_threshold,
        "seal": record.seal,
        "cases": str(record.n_cases),
        "inputs": ", ".join(record.inputs),
    }
    for name, value in values.items():
        ElementTree.SubElement(found, "property", {"name": name, "value": _text(value)})


def _case(suite: ElementTree.Element, term: TermResult, record: GateRecord, undecided: str) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        {"classname": _text(record.promise_name), "name": _text(term.name), "time": "0.000"},
    )
    message = {"message": _text(term.sentence)}
    if term.answer == "kept":
        return
    if term.answer == "undecided" and undecided == "pass":
        ElementTree.SubElement(case, "skipped", message)
        return
    failure = ElementTree.SubElement(case, "failure", {**message, "type": term.answer})
    failure.text = _text("\n".join([term.sentence, *(_part(part) for part in term.parts)]))


def _part(part: FindingRecord) -> str:
    said = [part.printed_value, part.printed_range, part.rests_on]
    return f"{part.answer}: {part.part}: {', '.join(text for text in said if text) or part.reason}"
