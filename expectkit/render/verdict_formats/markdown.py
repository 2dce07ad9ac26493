"""The verdict as Markdown: a comment on a change, or the summary of a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from expectkit.briefing.verdict_words import FindingRecord, GateRecord, TermResult
from expectkit.render.markdown_text import escape_markdown, summary_filter

MOST_CHARACTERS: Final = 60_000
"""A comment on a change holds about 65,000."""

_MARK: Final = {"kept": "✅ kept", "broken": "❌ broken", "undecided": "❓ undecided"}
_STATE: Final = {"done": "✅ done", "failed": "❌ failed", "open": "❓ open"}
_LONGEST_CELL: Final = 400


def render_verdict_markdown(record: GateRecord) -> str:
    """Write a verdict as GitHub-flavoured Markdown.

    Parameters
    ----------
    record : GateRecord

    Returns
    -------
    str
        At most `MOST_CHARACTERS`: where there are more terms or values of slices, a line says how many are left out.
        Text from outside can neither format, link nor ping.
    """
    head = [
        f"## {_MARK[record.answer]}: {_cell(record.promise_model)}",
        "",
        f"{_cell(record.headline)} Setting {_cell(record.printed_threshold)}; {record.n_cases:,} cases, "
        f"{record.n_positives:,} of them positive.",
        "",
    ]
    tail = ["", *_notes(record), *_checklist(record), f"**{_cell(record.last_line, longest=2_000)}**", ""]
    room = MOST_CHARACTERS - sum(len(line) + 1 for line in (*head, *tail)) - 500
    body = _cut(list(_terms(record)), room // 2 if any(term.parts for term in record.terms) else room)
    slices = _cut(list(_slices(record)), room - sum(len(line) + 1 for line in body))
    return "\n".join([*head, *body, "", *slices, *tail])


def _cell(text: str, longest: int = _LONGEST_CELL) -> str:
    shown = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return escape_markdown(shown) or "–"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _terms(record: GateRecord) -> Iterable[str]:
    yield "| Verdict | Term | Promised | Measured | Range | Rests on |"
    yield "|---|---|--:|--:|--:|---|"
    for term in record.terms:
        yield _row([_MARK[term.answer], _cell(term.words), _cell(term.promised), *_numbers(term)])


def _numbers(term: TermResult) -> list[str]:
    found = term.decisive
    where = f"{term.decisive.part}: " if term.parts else ""
    rests = found.rests_on or found.reason
    if term.answer == "undecided" and found.needed:
        rests = f"{rests}. {found.needed}" if rests else found.needed
    return [_cell(f"{where}{found.printed_value or '–'}"), _cell(found.printed_range), _cell(rests)]


def _slices(record: GateRecord) -> Iterable[str]:
    for term in record.terms:
        if len(term.parts) > 1:
            yield f"<details><summary>{summary_filter(term.words[:_LONGEST_CELL])}</summary>"
            yield ""
            yield "| Verdict | Value | Measured | Range | Rests on |"
            yield "|---|---|--:|--:|---|"
            yield from (_part(part) for part in term.parts)
            yield ""
            yield "</details>"
            yield ""


def _part(part: FindingRecord) -> str:
    texts = (part.part, part.printed_value, part.printed_range, part.rests_on or part.reason)
    return _row([_MARK[part.answer], *(_cell(text) for text in texts)])


def _cut(lines: list[str], room: int) -> list[str]:
    """Keep as many lines as there is room for; an opened <details> is closed."""
    used = 0
    for i, line in enumerate(lines):
        used += len(line) + 1
        if used > room:
            kept = lines[:i]
            is_open = sum(text.startswith("<details>") for text in kept) > kept.count("</details>")
            rows = sum(text.startswith("|") for text in lines[i:])
            close = ["", "</details>"] if is_open else []
            return [
                *kept,
                *close,
                "",
                f"{rows:,} more rows are left out here; the JSON format has them all.",
                "",
            ]
    return lines


def _notes(record: GateRecord) -> Iterable[str]:
    for remark in record.remarks[:20]:
        yield f"> {_cell(remark)}"
        yield ">"
    if record.remarks:
        yield ""


def _checklist(record: GateRecord) -> Iterable[str]:
    if not record.checklist:
        return
    yield "| Before launch | | |"
    yield "|---|---|---|"
    for entry in record.checklist:
        yield _row([_cell(entry.title), _STATE[entry.state], _cell(entry.detail)])
    yield ""
