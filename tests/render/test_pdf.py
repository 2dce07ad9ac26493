"""The PDF: accessible, self-contained, the same bytes twice, and clear about what is missing."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from expectkit.briefing.document import Document, Paragraph, Span
from expectkit.errors import InputError, MissingExtraError, OutputError
from expectkit.render.html import render_html
from expectkit.render.pdf import Attachment, render_pdf
from tests.render.hostile import ATTACKS, with_text

pytestmark = pytest.mark.pdf
ROOT = Path(__file__).parent.parent.parent
FILES = (
    Attachment("record.json", b'{"schema_version": 1}', "The record this briefing was made from"),
    Attachment("promise.toml", b"schema_version = 1\n", "The draft of the promise"),
)


@pytest.fixture(scope="module")
def made() -> bytes:
    from tests.render.conftest import sample_document

    remarks: list[str] = []
    data = render_pdf(sample_document(), FILES, identifier=b"7f3c91ae", warnings=remarks)
    assert remarks == []
    return data


@pytest.fixture
def opened(made: bytes) -> Iterator[Any]:
    import pikepdf

    with pikepdf.open(io.BytesIO(made)) as pdf:
        yield pdf


def elements(pdf: Any) -> list[Any]:
    import pikepdf

    found, waiting = [], [pdf.Root.StructTreeRoot.K[0]]
    while waiting:
        element = waiting.pop()
        found.append(element)
        kids = element.get("/K", [])
        kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
        waiting += [kid for kid in reversed(kids) if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return found


def text_of(data: bytes, tmp_path: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = tmp_path / "briefing.pdf"
    path.write_bytes(data)
    return subprocess.run(
        ["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True, text=True
    ).stdout


def test_the_file_says_its_language_its_title_and_that_it_is_tagged(opened: Any, document: Document) -> None:
    root = opened.Root
    assert str(root.Lang) == "en"
    assert bool(root.ViewerPreferences.DisplayDocTitle)
    assert bool(root.MarkInfo.Marked)
    assert str(opened.docinfo["/Title"]) == document.title
    assert str(opened.docinfo["/CreationDate"]).startswith("D:20260312")
    with opened.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def test_every_figure_has_its_text_and_every_table_header_its_scope(opened: Any, document: Document) -> None:
    found = elements(opened)
    figures = [str(element.Alt) for element in found if element.S == "/Figure"]
    assert "The cost is lowest near 0.52 and within 10% of that between 0.49 and 0.55." in figures
    assert len(figures) == 10
    assert "Fraudulent transaction, missed: picture of the case, score 0.48" in figures
    scopes = [str(element.A.Scope) for element in found if element.S == "/TH"]
    in_page = re.findall(r'<th[^>]* scope="(col|row)"|<th scope="(col|row)"', render_html(document))
    wanted = [{"col": "/Column", "row": "/Row"}[first or second] for first, second in in_page]
    assert len(wanted) >= 14
    assert scopes == wanted


def test_headings_step_down_one_level_at_a_time_in_reading_order(opened: Any) -> None:
    roles = [str(element.S) for element in elements(opened)]
    levels = [int(role[2]) for role in roles if role in ("/H1", "/H2", "/H3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_bookmarks_are_the_title_and_the_sections(opened: Any, document: Document) -> None:
    with opened.open_outline() as outline:
        (top,) = outline.root
    assert top.title == document.title
    assert [item.title for item in top.children] == [s.title for s in document.sections if s.shows_title]


def test_the_record_travels_inside_with_its_relationship(opened: Any) -> None:
    assert {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()} == {
        file.name: file.data for file in FILES
    }
    assert [str(spec.AFRelationship) for spec in opened.Root.AF] == ["/Source", "/Source"]
    assert [str(spec.Desc) for spec in opened.Root.AF] == [file.description for file in FILES]


def test_the_checker_for_pdf_ua_finds_nothing(made: bytes, tmp_path: Path) -> None:
    import pdfua

    path = tmp_path / "briefing.pdf"
    path.write_bytes(made)
    report = pdfua.validate(str(path))
    assert [finding.message for finding in report.findings] == []
    # that rule reads an array as a dictionary and gives up; headings are checked above
    assert [outcome.rule_id for outcome in report.outcomes if outcome.skipped_reason] == ["UA-14-001"]


def test_pages_carry_footer_page_number_and_from_the_second_on_a_header(
    made: bytes, tmp_path: Path, document: Document
) -> None:
    pages = text_of(made, tmp_path).split("\f")[:-1]
    assert len(pages) == 4
    for number, page in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in page
        assert document.footer in page
        assert document.banner in page
        assert (f"{document.kind} · {document.subject}" in page) is (number > 1)


def test_the_text_layer_holds_the_expectation_in_reading_order(made: bytes, tmp_path: Path) -> None:
    words = " ".join(text_of(made, tmp_path).split())
    assert (
        "an average of 200 valid transactions would be flagged as fraudulent and sent for manual review"
        in words
    )
    assert words.index("Typically¹ between 243 and 289") < words.index(
        "Of 10 flagged transactions, 6 are fraud"
    )


def test_two_processes_with_different_hash_seeds_write_the_same_bytes(made: bytes) -> None:
    program = (
        "import hashlib\n"
        "from tests.render.conftest import sample_document\n"
        "from tests.render.test_pdf import FILES\n"
        "from expectkit.render.pdf import render_pdf\n"
        "print(hashlib.sha256(render_pdf(sample_document(), FILES, identifier=b'7f3c91ae')).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            text=True,
            env={**environment, "PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "20260312")
    }
    assert digests == {hashlib.sha256(made).hexdigest()}


def test_another_record_gives_another_file(made: bytes, document: Document) -> None:
    assert render_pdf(document, FILES, identifier=b"another") != made


def test_hostile_text_is_printed_and_does_nothing(tmp_path: Path, document: Document) -> None:
    """All attacks in one file, a section each; the longest word last, since it fills pages."""
    import pikepdf

    sections = tuple(
        replace(document.sections[4], id=f"s{k}", title=text[:300], blocks=(Paragraph((Span(text[:300]),)),))
        for k, text in enumerate(ATTACKS.values())
    )
    hostile = with_text(replace(document, sections=document.sections[:3]), ATTACKS["handler"])
    data = render_pdf(
        replace(hostile, sections=hostile.sections + sections, footer=ATTACKS["css"]),
        (Attachment("../../<x>\x00.json", b"{}", ATTACKS["pdf"]),),
        identifier=b"x",
    )
    words = "".join(text_of(data, tmp_path).split())
    assert "<script>alert(1)</script>" in words
    assert "{{7*7}}" in words
    assert "/OpenAction<</S/JavaScript" in words
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert not {"/OpenAction", "/AA", "/AcroForm"} & set(pdf.Root.keys())
        assert "/JavaScript" not in pdf.Root.Names
        assert all("/Annots" not in page for page in pdf.pages)


def test_a_page_that_reaches_outside_is_refused(monkeypatch: pytest.MonkeyPatch, document: Document) -> None:
    from expectkit.render import pdf

    for address in ("file:///etc/passwd", "http://203.0.113.9/x.css", "expectkit-font:../../x"):
        monkeypatch.setattr(pdf, "print_faces", lambda scheme, address=address: f'@import url("{address}");')
        with pytest.raises(OutputError, match="may only use what is inside it"):
            render_pdf(document, identifier=b"x")


def test_letters_no_typeface_has_are_reported(document: Document) -> None:
    remarks: list[str] = []
    render_pdf(replace(document, sections=(), deck="\U0001018c\U0001018d"), identifier=b"x", warnings=remarks)
    assert len(remarks) == 1
    assert "2 of the letters" in remarks[0]
    assert "\U0001018c \U0001018d" in remarks[0]


def test_a_date_that_is_none_is_refused_by_name(document: Document) -> None:
    with pytest.raises(InputError, match=r'date: "12 March" is not an ISO 8601 date'):
        render_pdf(replace(document, date="12 March"), identifier=b"x")


def test_without_weasyprint_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, document: Document
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'expectkit\[pdf\]'"):
        render_pdf(document, identifier=b"x")


def test_without_pango_the_message_has_the_line_for_apt_and_for_brew(
    monkeypatch: pytest.MonkeyPatch, document: Document
) -> None:
    from expectkit.render import pdf

    def fail() -> None:
        raise OSError("cannot load library 'libpango-1.0-0'\nand a long explanation")

    monkeypatch.setattr(pdf, "_import_quietly", fail)
    with pytest.raises(
        MissingExtraError, match=r"apt install libpangoft2-1\.0-0 libharfbuzz-subset0"
    ) as caught:
        render_pdf(document, identifier=b"x")
    assert "brew install pango" in str(caught.value)
    assert "\n" not in str(caught.value)
