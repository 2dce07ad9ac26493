"""Promise files: read back as written, whatever the text; refused with what to do when anything is off."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings

from expectkit.errors import OutputError, PromiseError
from expectkit.io.promise_file import promise_text, seal_of, sealed, write_promise
from expectkit.io.promise_reader import (
    check_replaceable,
    find_agreed,
    may_be_agreed,
    parse_promise,
    read_agreed,
    read_promise,
)
from expectkit.promise.agreement import Promise
from expectkit.promise.terms import Term
from tests.promise.promises import AGREED, DRAFT, promises

VERSION_1 = {
    "schema_version": 1,
    "status": "draft",
    "sentence": "With these settings, …",
    "threshold": 0.49,
    "confirmed_on_fresh_cases": False,
    "model": {"name": "fraud detection model", "version": "3.2"},
    "conditions": {"cases_per_day": [8000.0, 8500.0], "prevalence": [0.033, 0.035]},
    "terms": {"false_negative_rate": {"at_most": 0.078, "measured": 0.05}},
    "evidence": {"scored_cases.parquet": "a" * 64},
}


def resealed(body: dict[str, Any]) -> bytes:
    """Write tables as a promise file whose seal fits, as somebody who knows how it is made could."""
    return tomli_w.dumps({**body, "seal": {"sha256": seal_of(body)}}).encode()


def body_of(promise: Promise) -> dict[str, Any]:
    """Return the tables of a promise as they are read back, without the seal."""
    return {
        key: value for key, value in tomllib.loads(promise_text(promise).decode()).items() if key != "seal"
    }


# ------------------------------------------------------------------------------------------------ round trips


@given(promises())
def test_a_promise_is_read_back_as_it_was_written_whatever_the_text(promise: Promise) -> None:
    found = parse_promise(promise_text(promise))
    assert found.promise == promise
    assert found.schema_version == 2
    assert found.seal == sealed(promise).seal


@given(promises())
@settings(max_examples=30)
def test_writing_what_was_read_gives_the_same_bytes(promise: Promise) -> None:
    data = promise_text(promise)
    assert promise_text(parse_promise(data).promise) == data


def test_the_file_may_change_its_line_ends_and_its_comments() -> None:
    data = promise_text(AGREED)
    moved = b"\xef\xbb\xbf# ours\r\n" + data.replace(b"\n", b"\r\n")
    assert parse_promise(moved).promise == AGREED


def test_a_file_of_the_previous_version_is_read() -> None:
    found = parse_promise(resealed(VERSION_1))
    assert found.schema_version == 1
    assert found.promise.terms == (Term("false_negative_rate", at_most=0.078, measured=0.05),)
    assert parse_promise(promise_text(found.promise)).schema_version == 2


def test_half_a_character_cannot_be_written() -> None:
    with pytest.raises(PromiseError, match=r"a text holds \\udc80, half a character"):
        promise_text(dataclasses.replace(DRAFT, sentence="broken \udc80"))


# -------------------------------------------------------------------------------------------------- tampering


def test_no_change_of_one_byte_passes_unless_the_file_still_says_the_same() -> None:
    data = promise_text(AGREED)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            found = parse_promise(changed)
        except PromiseError:
            continue
        assert found.promise == AGREED, f"byte {place}: {data[place - 20 : place + 20]!r}"


@pytest.mark.parametrize(
    ("line", "by_hand"),
    [
        ("threshold = 0.49", "threshold = 0.48"),
        ("at_most = 23.0", "at_most = 230.0"),
        ('decided_by = "Risk committee"', 'decided_by = "Nobody"'),
        ("confirmed_on_fresh_cases = false", "confirmed_on_fresh_cases = true"),
    ],
)
def test_a_change_by_hand_breaks_the_seal(line: str, by_hand: str) -> None:
    text = promise_text(AGREED).decode()
    assert line in text
    with pytest.raises(PromiseError) as caught:
        parse_promise(text.replace(line, by_hand, 1).encode(), "promise.toml")
    assert str(caught.value) == (
        "promise.toml: the seal does not fit what the file says, so it was changed after it was sealed, by hand or on "
        "its way. Restore the file from where you keep it, or agree anew with: expectkit agree."
    )


# --------------------------------------------------------------------------------------------- every message


def changed(**top: Any) -> dict[str, Any]:
    """Return the tables of the agreed promise with some replaced; None takes one out."""
    body = body_of(AGREED) | top
    return {key: value for key, value in body.items() if value is not None}


def with_term(**keys: Any) -> dict[str, Any]:
    body = body_of(AGREED)
    body["terms"][0] = {k: v for k, v in (body["terms"][0] | keys).items() if v is not None}
    return body


MESSAGES: list[tuple[dict[str, Any], str]] = [
    (changed(schema_version=None), "p.toml: schema_version is missing. A promise file starts with it"),
    (changed(schema_version="2"), 'p.toml: schema_version is "2".'),
    (
        changed(schema_version=3),
        "p.toml: schema_version is 3, but this expectkit reads 1 and 2. Update expectkit to read this file.",
    ),
    (
        changed(schema_version=0),
        "schema_version is 0, but this expectkit reads 1 and 2. Agree anew with: expectkit agree.",
    ),
    (changed(treshold=0.5), 'p.toml: unknown key "treshold". Did you mean "threshold"?'),
    (changed(zebra=1), 'p.toml: unknown key "zebra". Known here: schema_version, '),
    (VERSION_1 | {"decision": {}}, 'p.toml: unknown key "decision".'),
    (changed(status="maybe"), 'p.toml: status: found "maybe", expected "draft" or "agreed".'),
    (changed(status="draft"), "p.toml: the promise is a draft, yet it has a decision."),
    (changed(decision=None), "p.toml: the promise is agreed, but nobody decided it."),
    (changed(threshold="high"), 'p.toml: threshold: found "high", expected a number.'),
    (changed(threshold=True), "p.toml: threshold: found true, expected a number."),
    (changed(threshold=float("inf")), "p.toml: threshold: found inf, expected a number."),
    (changed(threshold=None), "p.toml: threshold: is missing, expected a number."),
    (changed(sentence=1), "p.toml: sentence: found 1, expected a text."),
    (changed(confirmed_on_fresh_cases=0), "confirmed_on_fresh_cases: found 0, expected true or false."),
    (changed(model=None), "p.toml: [model]: is missing."),
    (changed(model="m"), 'p.toml: [model]: found "m", expected a table.'),
    (changed(model={"version": "1"}), "p.toml: [model] name: is missing, expected a text."),
    (changed(model={"name": "m", "sha": "1"}), 'p.toml, [model]: unknown key "sha".'),
    (
        changed(model={"name": "m", "sha256": "1"}),
        '[model] sha256: found "1", expected 64 hexadecimal digits.',
    ),
    (changed(replaces="x"), 'p.toml: replaces: found "x", expected 64 hexadecimal digits.'),
    (changed(words={"positiv": "fraud"}), 'p.toml, [words]: unknown key "positiv". Did you mean "positive"?'),
    (
        changed(words={"positive": "fraud"}),
        'p.toml: [words] positive: found "fraud", expected [singular, plural].',
    ),
    (changed(words={"positive": ["fraud", 1]}), "p.toml: [words] positive: found 1, expected a text."),
    (changed(words={"missed": " "}), "p.toml: [words] missed: holds no printable character."),
    (VERSION_1 | {"words": {}}, 'p.toml: unknown key "words".'),
    (changed(evidence={"f": "x"}), 'p.toml: [evidence] f: found "x", expected 64 hexadecimal digits.'),
    (
        changed(conditions={"cases_per_day": 5, "prevalence": [0.1, 0.2]}),
        "p.toml: [conditions] cases_per_day: found 5, expected [low, high].",
    ),
    (
        changed(conditions={"cases_per_day": [5, 4], "prevalence": [0.1, 0.2]}),
        "p.toml: conditions: cases_per_day is [5, 4]; give [low, high]",
    ),
    (
        changed(conditions={"cases_per_day": [4, "5"], "prevalence": [0.1, 0.2]}),
        '[conditions] cases_per_day: found "5", expected a number.',
    ),
    (changed(terms={}), "p.toml: terms: found an empty table, expected tables that start with [[terms]]."),
    (changed(terms=[5]), "p.toml: [[terms]] number 1: found 5, expected a table."),
    (
        with_term(at_least=30.0),
        'p.toml, [[terms]] number 1: term "missed_positives_per_day": at_most is 23 but',
    ),
    (with_term(at_mots=30.0), 'p.toml, [[terms]] number 1: unknown key "at_mots". Did you mean "at_most"?'),
    (with_term(at_most="x"), '[[terms]] number 1, at_most: found "x", expected a number.'),
    (with_term(at_most=None), '[[terms]] number 1: term "missed_positives_per_day" has no limit.'),
    (with_term(measure="precison"), 'term "precison" is not one we can check. Did you mean "precision"?'),
    (
        VERSION_1 | {"terms": {"precison": {"at_most": 1.0}}},
        'unknown key "precison". Did you mean "precision"?',
    ),
    (VERSION_1 | {"terms": {"precision": 1}}, "p.toml: [terms.precision]: found 1, expected a table."),
    (
        changed(decision={"decided_by": "Ann", "decided_on": "today", "reason": "x"}),
        '[decision] decided_on: found "today", expected a date such as 2026-03-12.',
    ),
    (
        changed(decision={"decided_by": " ", "decided_on": AGREED.decision.decided_on, "reason": "x"}),  # type: ignore[union-attr]
        "p.toml: decision: decided_by is empty. Say who decided, and why.",
    ),
    (changed(rejected=[{"threshold": 0.49}]), "p.toml: the setting 0.49 is agreed and rejected."),
    (changed(rejected=[{"treshold": 0.3}]), 'p.toml, [[rejected]] number 1: unknown key "treshold".'),
    (
        changed(rejected=[{"threshold": 0.3, "would_give": {"zebra": 1.0}}]),
        'p.toml, [[rejected]] number 1, would_give: unknown key "zebra".',
    ),
]


@pytest.mark.parametrize(("body", "message"), MESSAGES, ids=[message[:50] for _, message in MESSAGES])
def test_what_is_wrong_is_named_with_file_and_key_even_when_the_seal_fits(
    body: dict[str, Any], message: str
) -> None:
    try:
        data = resealed(body)
    except ValueError:  # not a number of JSON: no seal can fit
        data = tomli_w.dumps({**body, "seal": {"sha256": "0" * 64}}).encode()
    with pytest.raises(PromiseError) as caught:
        parse_promise(data, "p.toml")
    assert message in str(caught.value)
    assert str(caught.value).count("p.toml") == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff", "p.toml: byte 1 is not UTF-8 text."),
        (b"a = ", "p.toml: is not TOML ("),
        (b"a = " + b"[" * 5_000, "p.toml: is not TOML ("),
        (b"", "p.toml: schema_version is missing."),
    ],
)
def test_what_is_no_promise_at_all_says_so(data: bytes, message: str) -> None:
    with pytest.raises(PromiseError) as caught:
        parse_promise(data, "p.toml")
    assert message in str(caught.value)


def test_a_promise_without_a_seal_is_refused() -> None:
    with pytest.raises(PromiseError, match=re.escape("p.toml: [seal]: is missing, so nobody can tell")):
        parse_promise(tomli_w.dumps(body_of(AGREED)).encode(), "p.toml")


def test_a_path_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        PromiseError, match=r"nope\.toml: there is no such file\. Write one with: expectkit agree"
    ):
        read_promise(tmp_path / "nope.toml")
    with pytest.raises(PromiseError, match="cannot be read"):
        read_promise(tmp_path)


# ------------------------------------------------------------------------------------- files that are in place


def test_an_agreed_promise_is_only_replaced_on_request(tmp_path: Path) -> None:
    path = tmp_path / "promise.toml"
    assert check_replaceable(path, may_replace=False) is None
    write_promise(path, DRAFT)
    assert check_replaceable(path, may_replace=False) is None
    made = write_promise(path, AGREED)
    with pytest.raises(PromiseError) as caught:
        check_replaceable(path, may_replace=False)
    assert "was agreed by Risk committee on 2026-03-12, at the setting 0.49. Pass --replace" in str(
        caught.value
    )
    replaced = check_replaceable(path, may_replace=True)
    assert replaced is not None
    assert replaced.seal == made.seal


@pytest.mark.parametrize("may_replace", [True, False])
def test_a_damaged_file_is_never_replaced(tmp_path: Path, may_replace: bool) -> None:
    path = tmp_path / "promise.toml"
    path.write_bytes(promise_text(AGREED).replace(b"0.49", b"0.50"))
    with pytest.raises(PromiseError, match="the seal does not fit"):
        check_replaceable(path, may_replace=may_replace)
    path.write_bytes(promise_text(AGREED)[:200])
    with pytest.raises(PromiseError, match=r"is not TOML|missing"):
        check_replaceable(path, may_replace=may_replace)


def test_the_first_agreement_is_found_and_drafts_are_passed_over(tmp_path: Path) -> None:
    draft, agreed = tmp_path / "draft", tmp_path / "agreed"
    for folder, promise in ((draft, DRAFT), (agreed, AGREED)):
        folder.mkdir()
        write_promise(folder / "promise.toml", promise)
    assert find_agreed([tmp_path, draft, agreed]) == agreed / "promise.toml"
    assert find_agreed([tmp_path, draft]) is None
    assert not may_be_agreed(draft / "promise.toml")


def test_a_draft_cannot_stand_for_an_agreement(tmp_path: Path) -> None:
    path = tmp_path / "promise.toml"
    write_promise(path, DRAFT)
    with pytest.raises(
        PromiseError, match=r"is a draft, which binds nobody\. Agree it with: expectkit agree"
    ):
        read_agreed(path)


def test_a_promise_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "promise.toml"
    before = write_promise(path, AGREED).data
    with pytest.raises(PromiseError, match="half a character"):
        write_promise(path, dataclasses.replace(DRAFT, sentence="\ud800"))
    assert path.read_bytes() == before
    with pytest.raises(OutputError):
        write_promise(path / "below.toml", AGREED)
    assert path.read_bytes() == before
