"""`expectkit verify`: whole or not, matching or not, and exit codes that a script can trust."""

from __future__ import annotations

import builtins
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Agree, Brief, RunCommand, write_cases


@pytest.fixture
def briefed(agree: Agree, brief: Brief) -> Path:
    """Return the folder of a briefing at an agreed setting."""
    agree()
    return brief("json")


def edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    record = json.loads(path.read_text("utf-8"))
    change(record)
    path.write_text(json.dumps(record), "utf-8")


# -------------------------------------------------------------------------------------------------- whole


def test_a_briefing_and_its_promise_hold_up(run: RunCommand, briefed: Path) -> None:
    done = run("verify", briefed)
    assert done.code == 0, done.out
    assert "DIFFERS" not in done.out
    assert done.out.splitlines()[-1] == f"{briefed} is whole, and record and promise match."


def test_a_promise_alone_is_whole_or_changed(run: RunCommand, briefed: Path) -> None:
    path = briefed / "promise.toml"
    done = run("verify", path)
    assert (done.code, done.out.splitlines()[-1]) == (0, f"{path} is whole.")
    path.write_bytes(path.read_bytes().replace(b"Risk committee", b"Risk bommittee"))
    done = run("verify", path)
    assert done.code == 1
    assert f"DIFFERS  Promise: {path}: the seal does not fit what the file says" in done.out


@pytest.mark.pdf
def test_a_pdf_gives_back_the_record_and_the_promise_it_was_made_from(
    run: RunCommand, agree: Agree, brief: Brief
) -> None:
    agree()
    out = brief("pdf")
    done = run("verify", out / "briefing.pdf")
    assert done.code == 0, done.out
    assert "ok       Pages: the PDF carries the fingerprint of this record." in done.out
    assert "ok       Sentence: both say the same, to the letter." in done.out


@pytest.mark.pdf
def test_a_record_exchanged_inside_a_pdf_is_noticed(run: RunCommand, agree: Agree, brief: Brief) -> None:
    import pikepdf

    agree()
    path = brief("pdf") / "briefing.pdf"
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        record = pdf.attachments["record.json"].get_file().read_bytes()
        del pdf.attachments["record.json"]
        changed = record.replace(b"would be missed", b"may be missed")
        pdf.attachments["record.json"] = changed
        pdf.save(path)
    done = run("verify", path)
    assert done.code == 1
    assert "DIFFERS  Pages: the PDF was made from another record than it carries." in done.out
    assert "DIFFERS  Sentence: the promise quotes another sentence than the record's." in done.out


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda r: r["counts"].update(n_false_negatives=13), "the four outcomes add up to 8,279 cases"),
        (lambda r: r["rates"]["false_negative_rate"].update(numerator=10), "is taken over 10 of 280, but"),
        (
            lambda r: r["rates"]["false_positive_rate"].update(value=0.01),
            "is 0.01, but its counts give 0.025.",
        ),
        (lambda r: r["settings"][0].update(is_operating=True), "marks 2 settings as the operating one"),
        (lambda r: r.update(operating_threshold=0.4), "the threshold at the top are not those"),
        (
            lambda r: r["per_day"]["missed_positives"]["printed"].update(mean="9"),
            "missed_positives is printed as 9, but stands for 14.",
        ),
        (
            lambda r: r["statements"][0].update(
                text=r["statements"][0]["text"].replace("14 fraud", "4 fraud")
            ),
            "the sentence does not hold 14, the number it was written from",
        ),
        (lambda r: r.update(conts={}), 'has the unknown key "conts"'),
        (lambda r: r.pop("counts"), 'lacks the key "counts"'),
        (lambda r: r["counts"].update(n_false_negatives="13"), "record.counts.n_false_negatives holds str"),
    ],
)
def test_a_record_changed_by_hand_is_noticed(
    run: RunCommand, briefed: Path, change: Callable[[dict[str, Any]], None], message: str
) -> None:
    edit(briefed / "record.json", change)
    done = run("verify", briefed / "record.json")
    assert done.code == 1
    assert message in done.out


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{", "is not JSON"),
        (b"\xff", "is not JSON"),
        (b"[]", "has no schema_version, so it is no record"),
        (b'{"schema_version": NaN}', "NaN, which is no JSON number"),
        (b"[" * 100_000, "is not JSON"),
    ],
)
def test_a_damaged_record_says_so(run: RunCommand, tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(data)
    done = run("verify", path)
    assert (done.code, message in done.out) == (1, True), done.out


# ----------------------------------------------------------------------------------------------- matching


def test_a_promise_about_another_setting_does_not_match(
    run: RunCommand, agree: Agree, briefed: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.toml"
    agree("--out", other, threshold="0.4")
    done = run("verify", briefed / "record.json", "--promise", other)
    assert done.code == 1
    assert "DIFFERS  Setting: the record has 0.5, the promise 0.4." in done.out
    assert "DIFFERS  Seal: the record shows a promise sealed" in done.out


def test_fresh_cases_are_other_cases_and_a_broken_term_is_named(
    run: RunCommand, brief: Brief, agree: Agree, project: Path
) -> None:
    agree("--term=flagged_per_day=466", "--term=flagged_negatives_per_day=150")
    write_cases(project / "cases.parquet", seed=2)
    done = run("verify", brief("json") / "record.json", "--promise", project / "promise.toml")
    assert done.code == 1
    assert "DIFFERS  Cases: the record rests on other files than the promise, by their SHA-256." in done.out
    assert (
        "DIFFERS  Term flagged_negatives_per_day: 200 measured, but at most 150 a day promised." in done.out
    )
    assert "ok       Term flagged_per_day: 466 measured, at most 466 a day promised." in done.out
    assert "Sentence" not in done.out


def test_traffic_beyond_the_promise_is_named(
    run: RunCommand, brief: Brief, agree: Agree, project: Path
) -> None:
    agree()
    out = brief("json", "--cases-per-day=9000")
    done = run("verify", out / "record.json", "--promise", project / "promise.toml")
    assert "DIFFERS  Traffic: 9,000 a day, outside the promised 8,280 to 8,280 a day." in done.out
    assert re.search(
        r"DIFFERS  Term missed_positives_per_day: the record measured 15\.2\d+, the promise says 14\.",
        done.out,
    )


def test_a_promise_that_was_replaced_is_recognised(
    run: RunCommand, agree: Agree, briefed: Path, project: Path
) -> None:
    agree("--replace", threshold="0.4")
    done = run("verify", briefed / "promise.toml", "--promise", project / "promise.toml")
    assert (done.code, "the given promise has replaced the one here." in done.out) == (1, True)


# ------------------------------------------------------------------------------------------ could not run


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("nope.pdf", None, "there is no such file. Correct the path."),
        ("briefing.html", b"<html>", "An HTML page carries no record. Give one of these."),
        ("briefing.docx", b"", "is no briefing.pdf, record.json or promise.toml. Give one of these."),
        ("briefing.pdf", b"%PDF-1.7 broken", "is no PDF that can be read (unable to find trailer dictionary"),
        ("folder", b"", "is no briefing.pdf, record.json or promise.toml."),
    ],
)
def test_what_cannot_be_read_exits_with_2(
    run: RunCommand, tmp_path: Path, name: str, data: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    done = run("verify", path)
    assert (done.code, done.out, message in done.err) == (2, "", True), done.err


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("record.json", '{"schema_version": 7}', "schema_version is 7, but this expectkit reads 1. Update"),
        (
            "promise.toml",
            "schema_version = 9\n[seal]\n",
            "schema_version is 9, but this expectkit reads 1 and 2.",
        ),
        (
            "expectkit.toml",
            "schema_version = 1\n[cases]\n",
            "holds no terms and no seal, so it is no promise.",
        ),
    ],
)
def test_a_file_of_another_version_or_kind_is_not_called_damaged(
    run: RunCommand, tmp_path: Path, name: str, text: str, message: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    done = run("verify", tmp_path / name)
    assert (done.code, done.out, message in done.err) == (2, "", True), done.err


def test_the_promise_of_a_folder_is_the_one_in_it(run: RunCommand, briefed: Path) -> None:
    done = run("verify", briefed / "record.json", "--promise", briefed)
    assert done.code == 0, done.out + done.err
    assert "and record and promise match" in done.out
    (briefed / "promise.toml").unlink()
    done = run("verify", briefed / "record.json", "--promise", briefed)
    assert (done.code, "promise.toml: there is no such file." in done.err) == (2, True)


def test_a_folder_without_a_record_and_a_pdf_without_one_exit_with_2(run: RunCommand, tmp_path: Path) -> None:
    import pikepdf

    path = tmp_path / "empty.pdf"
    pikepdf.new().save(path)
    assert "carries no record.json. Give a PDF that expectkit brief wrote." in run("verify", path).err
    done = run("verify", tmp_path)
    assert (done.code, "this folder holds no record.json" in done.err) == (2, True)


def test_without_pikepdf_the_message_names_the_extra(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "briefing.pdf"
    buffer = io.BytesIO(b"%PDF-1.7")
    path.write_bytes(buffer.getvalue())
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pikepdf":
            raise ModuleNotFoundError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    done = run("verify", path)
    assert done.code == 2
    assert "Run pip install 'expectkit[pdf]', or give the record.json that lies beside the PDF." in done.err
