"""Text from outside is inert on every page, wherever it may stand."""

from __future__ import annotations

import html.parser
import json
import re
import subprocess
from pathlib import Path

import pandas as pd
import pytest

import expectkit as ek
from tests.end_to_end.conftest import seed_columns

ATTACKS = [
    "</script><script>alert(document.domain)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% for x in y %}",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "| pipe | `tick` **bold** <details>",
    "@everyone #123 owner/repo#4",
    "line\nbreak\r\n# heading\n- item",
    "nul\x00byte \x1b[31m bell\x07",
    "right \u202e to left \u2066 isolate",
    "url(http://evil.example/a.css) } body { display:none } @import 'x'",
    "\ud7ff\U0001f4a9 \u0645\u0631\u062d\u0628\u0627 \u4f60\u597d",
    "a" * 5000,
    '=HYPERLINK("http://evil.example")',
    "]]><!--<!ENTITY x SYSTEM 'file:///etc/passwd'>",
]


class Finder(html.parser.HTMLParser):
    """Collect what a browser could run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "form", "base", "link", "img", "foreignobject"}:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (
                name in {"href", "src", "action"} and not (value or "").startswith("#")
            ):
                self.found.append(f"{tag} {name}={value}")


def hostile_briefing(text: str) -> ek.Briefing:
    columns = seed_columns()
    frame = pd.DataFrame({f"s{text}": columns["score"], f"y{text}": columns["label"]})
    frame[f"y{text}"] = [f"fraud{text}" if value else f"valid{text}" for value in columns["label"]]
    return ek.brief(
        f"y{text}",
        f"s{text}",
        data=frame,
        cases_positive=f"fraud{text}",
        threshold=0.5,
        cases_per_day=8280,
        prevalence="as in cases",
        date="2026-03-12",
        model_name=f"model {text}",
        model_version=f"v {text}",
        case=[f"case {text}", f"cases {text}"],
        words_positive=[f"positive {text}", f"positives {text}"],
        negative=[f"negative {text}", f"negatives {text}"],
        flagged=f"flagged {text}",
        missed=f"missed {text}",
        caught=f"caught {text}",
        team=f"team {text}",
        asks=[f"do {text}"],
        sign_off=[f"role {text}"],
        banner=f"banner {text}",
        baseline_name=f"today {text}",
    )


@pytest.mark.parametrize("text", ATTACKS, ids=range(len(ATTACKS)))
def test_nothing_from_outside_runs_or_loads(text: str) -> None:
    briefing = hostile_briefing(text)
    for page in (briefing.to_html(), briefing._repr_mimebundle_()["text/html"]):
        finder = Finder()
        finder.feed(page)
        assert finder.found == []
        assert not re.search("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\u2066-\u2069]", page)
    shown = briefing.to_markdown()
    assert len(shown) < 60_000
    without_code = re.sub(r"</?(details|summary|sub|br)>", "", shown)
    assert not re.search(r"<(?!br>)[a-z!/]", without_code, re.IGNORECASE)
    outside = re.sub(r"<summary>.*</summary>", "", shown)  # inside a block of HTML no Markdown is read
    assert not re.search(r"(?<!\\)\]\(", outside)
    assert not re.search(r"(?<![\\\w])@\w", shown)


@pytest.mark.pdf
@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 9, 10, 12, 13, 15])
def test_a_pdf_of_hostile_text_holds_no_action_and_keeps_its_pages(number: int, tmp_path: Path) -> None:
    import pikepdf

    path = tmp_path / "briefing.pdf"
    path.write_bytes(hostile_briefing(ATTACKS[number]).to_pdf())
    with pikepdf.open(path) as pdf:
        raw = b"".join(obj.unparse() for obj in pdf.objects if not isinstance(obj, pikepdf.Stream))
        for key in (b"/JavaScript", b"/JS ", b"/Launch", b"/URI", b"/SubmitForm"):
            assert key not in raw
        record = json.loads(pdf.attachments["record.json"].get_file().read_bytes())
    assert record["counts"]["n_true_positives"] == 266
    text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    assert "266" in text


def test_the_record_is_plain_json_whatever_the_text() -> None:
    for text in ATTACKS:
        record = json.loads(hostile_briefing(text).to_json())
        assert record["counts"]["n_false_positives"] == 200
        assert "\u202e" not in json.dumps(record["words"], ensure_ascii=False)
