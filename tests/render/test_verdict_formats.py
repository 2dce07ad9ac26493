"""Every format of a verdict is well formed, says the same, and survives text from outside."""

from __future__ import annotations

import datetime
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from lxml import etree
from rich.console import Console

from expectkit.briefing.checklist import ChecklistEntry
from expectkit.briefing.plain import from_plain, to_plain
from expectkit.briefing.verdict_words import About, GateRecord, gate_record
from expectkit.briefing.vocabulary import Words
from expectkit.measure.rates import Rate
from expectkit.promise.agreement import Conditions, Promise
from expectkit.promise.evidence import Finding, Risk
from expectkit.promise.terms import Term
from expectkit.promise.verdict import Verdict, judge
from expectkit.render.verdict_formats.github import annotation_lines, outputs
from expectkit.render.verdict_formats.gitlab import render_code_quality, render_metrics
from expectkit.render.verdict_formats.json_text import render_json
from expectkit.render.verdict_formats.junit import render_junit
from expectkit.render.verdict_formats.markdown import MOST_CHARACTERS, render_verdict_markdown
from expectkit.render.verdict_formats.terminal import print_verdict
from tests.render.hostile import ATTACKS

WHEN = datetime.datetime(2026, 3, 12, 9, 30, tzinfo=datetime.UTC)
WORDS = Words.of(case="transaction", positive="fraudulent transaction", negative="valid transaction")

# What common readers of JUnit XML agree on, written down by us: order of the parts, required attributes, no others.
SCHEMA = etree.XMLSchema(
    etree.fromstring(
        b"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:attributeGroup name="totals">
    <xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="skipped" type="xs:nonNegativeInteger"/>
    <xs:attribute name="time" type="xs:decimal" use="required"/>
    <xs:attribute name="name" type="xs:string" use="required"/>
  </xs:attributeGroup>
  <xs:complexType name="problem"><xs:simpleContent><xs:extension base="xs:string">
    <xs:attribute name="message" type="xs:string"/><xs:attribute name="type" type="xs:string" use="required"/>
  </xs:extension></xs:simpleContent></xs:complexType>
  <xs:element name="testsuites"><xs:complexType><xs:sequence>
    <xs:element name="testsuite" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="properties"><xs:complexType><xs:sequence>
        <xs:element name="property" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
          <xs:attribute name="name" use="required"/><xs:attribute name="value" use="required"/>
        </xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
      <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:choice minOccurs="0">
        <xs:element name="skipped"><xs:complexType><xs:attribute name="message"/></xs:complexType></xs:element>
        <xs:element name="error" type="problem"/><xs:element name="failure" type="problem"/>
      </xs:choice>
        <xs:attribute name="name" use="required"/><xs:attribute name="classname" use="required"/>
        <xs:attribute name="time" type="xs:decimal" use="required"/>
      </xs:complexType></xs:element>
      <xs:element name="system-out" type="xs:string" minOccurs="0"/>
      <xs:element name="system-err" type="xs:string" minOccurs="0"/>
    </xs:sequence>
      <xs:attributeGroup ref="totals"/>
      <xs:attribute name="timestamp" type="xs:dateTime" use="required"/>
      <xs:attribute name="hostname" type="xs:token" use="required"/>
    </xs:complexType></xs:element>
  </xs:sequence><xs:attributeGroup ref="totals"/></xs:complexType></xs:element>
</xs:schema>"""
    )
)


def record(parts: dict[str, Rate] | None = None, **about: Any) -> GateRecord:
    """One kept, one broken and one undecided term, the last for each value of a slice."""
    parts = parts or {"web": Rate(0, 500), "app": Rate(2, 40)}
    terms = (
        Term("false_positive_rate", at_most=0.05),
        Term("false_negative_rate", at_most=0.05),
        Term("true_positive_rate", at_least=0.9, slice="channel"),
    )
    findings = (
        [Finding.of_rate(Rate(200, 8000), "negatives", 0.1)],
        [Finding.of_rate(Rate(25, 300), "positives", 0.1)],
        [
            Finding.of_rate(rate.complement(), "positives", 0.1 / len(parts), part=key)
            for key, rate in parts.items()
        ],
    )
    verdict = Verdict(tuple(judge(term, found, Risk()) for term, found in zip(terms, findings, strict=True)))
    promise = Promise(
        "draft", "fraud model", "3", 0.49, terms, Conditions(1.0, 2.0, 0.1, 0.2), True, "sentence"
    )
    given: dict[str, Any] = {
        "model": "fraud model 3",
        "promise_name": "promise.toml",
        "seal": "ab" * 32,
        "inputs": ("cases.parquet 0123",),
        "n_positives": 300,
        "n_negatives": 8000,
        "reused": 1,
        "lines": (10, 16, 22),
        "remarks": ("A remark.",),
        "checklist": (ChecklistEntry("logging", "Every answer is logged", "open", "nobody said", "Nobody."),),
        **about,
    }
    return gate_record(verdict, promise, WORDS, About(**given))


def hostile(attack: str) -> GateRecord:
    """The attack in every text that comes from outside."""
    made = record(
        {attack: Rate(300, 300), "b" + attack: Rate(2, 40)},
        model=attack,
        promise_name=attack,
        inputs=(attack,),
        remarks=(attack,),
        checklist=(ChecklistEntry("logging", attack, "open", "nobody said", attack),),
    )
    terms = tuple(replace(term, words=attack, name=attack, sentence=attack) for term in made.terms)
    return replace(made, terms=terms, promise_model=attack, headline=attack, last_line=attack)


def terminal(made: GateRecord, width: int = 120) -> str:
    out = io.StringIO()
    print_verdict(
        made, Console(file=out, width=width, highlight=False, markup=False, emoji=False, color_system=None)
    )
    return out.getvalue()


# ------------------------------------------------------------------------------------------------- what it says


def test_the_sentence_names_term_promise_measure_range_and_cases() -> None:
    assert record().last_line == (
        "Broken: False negative rate, promised at most 5%, measured 8.3%, range 5.5% to 11.5%, from 25 of 300 "
        "fraudulent transactions."
    )
    assert (
        record()
        .terms[2]
        .sentence.startswith(
            "Undecided: True positive rate, for each channel (channel “app”), promised at least 90%, measured 38 of "
            "40 fraudulent transactions, range "
        )
    )


def test_print_and_limit_never_contradict_the_verdict() -> None:
    for x in range(0, 40):
        for n in (59, 300):
            term = Term("false_negative_rate", at_most=0.05)
            verdict = judge(term, [Finding.of_rate(Rate(min(x, n), n), "positives", 0.1)], Risk())
            made = gate_record(
                Verdict((verdict,)),
                Promise("draft", "m", "1", 0.5, (term,), Conditions(1, 1, 0, 0), True, ""),
                WORDS,
                About("m", "p", "", (), n, 0, 1),
            )
            found = made.terms[0].decisive
            *above, high = (float(end) for end in re.findall(r"([\d.]+)%", found.printed_range))
            low = above[0] if above else 0.0
            if "%" in found.printed_value:
                assert low <= float(found.printed_value.strip("%")) <= high
            else:
                assert found.printed_value == (f"{x} of {n}" if x else "none seen")
            assert {"kept": high <= 5, "broken": low > 5, "undecided": low <= 5 < high}[made.answer]


def test_a_record_goes_through_json_and_back() -> None:
    made = record()
    assert from_plain(GateRecord, json.loads(render_json(made)), "gate") == made
    assert to_plain(made)["terms"][1]["decisive"]["further_cases"] is None


def test_every_format_holds_the_deciding_sentence() -> None:
    made = record()
    assert terminal(made).splitlines()[-1] == made.last_line
    assert made.last_line in render_junit(made, when=WHEN).decode()
    assert made.last_line in render_verdict_markdown(made).replace("\\", "")
    assert made.last_line in render_code_quality(made, "promise.toml")
    assert made.last_line.replace("%", "%25") in "\n".join(annotation_lines(made, "promise.toml"))


# ------------------------------------------------------------------------------------------------------- junit


@pytest.mark.parametrize("undecided", ["fail", "pass"])
def test_junit_is_valid_and_its_totals_are_those_of_its_cases(undecided: Any) -> None:
    root = etree.fromstring(render_junit(record(), when=WHEN, seconds=1.5, undecided=undecided))
    SCHEMA.assertValid(root)
    for element in (root, root[0]):
        assert element.get("tests") == str(len(root.findall(".//testcase")))
        assert element.get("failures") == str(len(root.findall(".//failure")))
        assert element.get("skipped") == str(len(root.findall(".//skipped")))
    assert len(root.findall(".//failure")) == (2 if undecided == "fail" else 1)


def test_junit_is_read_by_pythons_own_parser_and_names_each_slice() -> None:
    import xml.etree.ElementTree as ElementTree

    root = ElementTree.fromstring(render_junit(record(), when=WHEN))
    failure = root.find(".//testcase[@name='true_positive_rate[channel]']/failure")
    assert failure is not None
    assert failure.get("type") == "undecided"
    assert "app" in (failure.text or "")


# --------------------------------------------------------------------------------------------- github and gitlab


def test_annotations_stand_at_the_line_of_their_term() -> None:
    broken, undecided = annotation_lines(record(), "folder/promise.toml")
    assert broken.startswith(
        "::error file=folder/promise.toml,line=16,title=Promise broken%3A False negative rate::"
    )
    assert undecided.startswith("::warning file=folder/promise.toml,line=22,")
    assert outputs(record()) == "verdict=broken\nkept=1\nbroken=1\nundecided=1\n"


def test_code_quality_has_what_gitlab_asks_for() -> None:
    for item in json.loads(render_code_quality(record(), "promise.toml")):
        assert set(item) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert item["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert item["location"]["lines"]["begin"] > 1


def test_metrics_are_one_number_a_line_with_labels() -> None:
    lines = render_metrics(record()).splitlines()
    pattern = re.compile(r'expectkit_\w+\{\w+="(?:[^"\\]|\\.)*"(?:,\w+="(?:[^"\\]|\\.)*")*\} -?[\d.e-]+')
    assert all(pattern.fullmatch(line) for line in lines[:-1])
    assert 'expectkit_verdict{term="true_positive_rate[channel]",part="app"} 0' in lines


# ------------------------------------------------------------------------------------------------ hostile text


class Tags(HTMLParser):
    """Collect the tags a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_text_from_outside_is_inert_in_every_format(attack: str) -> None:
    made = hostile(attack)
    root = etree.fromstring(render_junit(made, when=WHEN))
    SCHEMA.assertValid(root)
    assert {element.tag for element in root.iter()} <= {
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "system-out",
    }
    for line in annotation_lines(made, attack):
        assert len(line.splitlines()) == 1
        assert line.count("::") >= 2
        assert re.match(r"::(error|warning) file=[^:,\n]*,line=\d+,title=[^:,\n]*::", line)
    json.loads(render_code_quality(made, attack))
    render_metrics(made).encode()
    assert json.loads(render_json(made))["model"] == attack
    shown = render_verdict_markdown(made)
    tags = Tags()
    tags.feed(shown)
    assert tags.seen <= {"details", "summary"}
    outside_html = re.sub(r"<summary>.*?</summary>", "", shown)  # in there Markdown means nothing
    assert not re.search(r"(?<![\w\\])@octocat|(?<!\\)!\[|(?<!\\)\]\(http", outside_html)
    assert not re.search(r"https?://203", shown)
    assert len(shown) <= MOST_CHARACTERS
    text = terminal(made)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert not re.search(r"(?m)^\s*::", text)


def test_a_workflow_command_in_a_slice_value_is_no_command() -> None:
    made = record({"::error::owned\n::set-output name=x::y": Rate(300, 300), "b": Rate(2, 40)})
    assert "::" not in terminal(made, 40)
    for line in annotation_lines(made, "p"):
        assert line.splitlines() == [line]
        assert line.startswith(("::error file=", "::warning file="))


# ------------------------------------------------------------------------------------------------------- length


@pytest.mark.parametrize("n", [500, 5_000])
def test_a_comment_stays_short_with_thousands_of_slice_values(n: int) -> None:
    shown = render_verdict_markdown(record({f"merchant {i} " + "x" * 40: Rate(5, 40) for i in range(n)}))
    assert len(shown) <= MOST_CHARACTERS
    assert shown.count("<details>") == shown.count("</details>")
    assert "more rows are left out here" in shown
    assert "Broken: False negative rate" in shown


def test_a_terminal_shows_the_ten_worst_values_of_a_slice() -> None:
    shown = terminal(record({f"m{i}": Rate(i % 30, 40) for i in range(100)}))
    assert "and 90 more" in shown
