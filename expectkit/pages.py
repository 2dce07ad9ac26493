"""What every kind of briefing can do: say its sentences, show itself, and be saved as a bundle of pages."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from expectkit.briefing.document import Document
from expectkit.briefing.plain import to_plain
from expectkit.errors import ConfigError

if TYPE_CHECKING:
    from expectkit.briefing.record import Warned
    from expectkit.briefing.statements import Statement
    from expectkit.render.pdf import Attachment

FORMATS = ("html", "pdf", "md", "review", "json")
"""What a bundle can hold, as ``--format`` names it."""

PAGES = ("briefing.html", "briefing.pdf", "briefing.md", "review.html", "record.json")
"""The files of these formats."""


class SentencesOfRecord(Protocol):
    """What all kinds of records have in common."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every sentence."""
        ...

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """What a reader must know."""
        ...

    def statement(self, statement_id: str) -> str:
        """Return the text of one statement, or ""."""
        ...


class Pages:
    """A record and the pages that are drawn from it.

    Parameters
    ----------
    record : Record, MulticlassRecord or LabelsRecord
        Every number and sentence.
    """

    record: SentencesOfRecord

    def __init__(self, record: SentencesOfRecord) -> None:
        self.record = record
        self.page_warnings: tuple[str, ...] = ()

    @property
    def statement(self) -> str:
        """The expectation, in the business's words."""
        return self.record.statement("expectation")

    @property
    def ranges(self) -> str:
        """How far averages and single days may lie from the expectation."""
        return self.record.statement("expectation.ranges")

    @property
    def statements(self) -> dict[str, str]:
        """All sentences of the briefing by their id."""
        return {statement.id: statement.text for statement in self.record.statements}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know before relying on the numbers, and what the pages could not show."""
        return (*(f"{item.text} {item.hint}".strip() for item in self.record.warnings), *self.page_warnings)

    @functools.cached_property
    def document(self) -> Document:
        """The briefing in reading order, ready to be drawn."""
        return self._composed()

    def _composed(self) -> Document:
        raise NotImplementedError

    def to_json(self) -> str:
        """Return ``record.json``: the record as JSON, keys in a fixed order, one line per value."""
        return json.dumps(to_plain(self.record), indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_html(self) -> str:
        """Return the briefing as one HTML file that loads nothing."""
        from expectkit.render.html import render_html

        return render_html(self.document)

    def to_markdown(self) -> str:
        """Return the briefing as Markdown short enough for a pull-request comment."""
        from expectkit.render.markdown import render_markdown

        return render_markdown(self.document)

    def to_pdf(self) -> bytes:
        """Return the briefing as PDF/UA-1, with its record attached.

        Raises
        ------
        MissingExtraError
            If WeasyPrint or its system libraries are not installed.
        """
        from expectkit.render.pdf import Attachment, render_pdf

        record, remarks = self.to_json().encode(), list[str]()
        attached = (
            Attachment("record.json", record, "All numbers of this briefing"),
            *self._further_attachments(),
        )
        pdf = render_pdf(
            self.document, attached, identifier=hashlib.sha256(record).digest()[:16], warnings=remarks
        )
        self.page_warnings = tuple(remarks)
        return pdf

    def _further_attachments(self) -> tuple[Attachment, ...]:
        """Return what the PDF carries beside its record."""
        return ()

    def save(self, folder: str | Path, *, formats: Sequence[str] = FORMATS) -> tuple[Path, ...]:
        """Write the bundle: all of it, or nothing.

        Parameters
        ----------
        folder : path
            Made when missing. Files of the same names are replaced; an agreed ``promise.toml`` is kept.
        formats : sequence of str
            Of `FORMATS`.

        Returns
        -------
        tuple of Path
            The files written.

        Raises
        ------
        ConfigError
            If a format is unknown.
        MissingExtraError
            If PDF is asked for and cannot be made.
        OutputError
            If the folder cannot be written; what was there before is intact.
        """
        from expectkit.io.bundle import write_bundle

        target = Path(folder)
        files: dict[str, bytes] = {}
        for name in formats:
            files |= self._page(name)
        return write_bundle(target, files | self._further_files(target))

    def _further_files(self, target: Path) -> dict[str, bytes]:
        """Return what stands in every bundle, whatever the formats."""
        return {}

    def _page(self, name: str) -> dict[str, bytes]:
        if name == "html":
            return {"briefing.html": self.to_html().encode()}
        if name == "pdf":
            return {"briefing.pdf": self.to_pdf()}
        if name == "md":
            return {"briefing.md": self.to_markdown().encode()}
        if name == "json":
            return {"record.json": self.to_json().encode()}
        raise ConfigError(f'there is no format "{name}". Known: {", ".join(FORMATS)}.')

    def __repr__(self) -> str:
        """Return the expectation and its ranges as text."""
        return f"{self.statement}\n{self.ranges}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Show the briefing in a notebook: HTML, Markdown or plain text, as the notebook prefers."""
        from expectkit.render.notebook import mimebundle

        return mimebundle(self.document, f"{self.statement} {self.ranges}")
