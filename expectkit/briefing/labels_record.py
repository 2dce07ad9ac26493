"""The record of a briefing on several labels: for each label the record of a question with two answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from expectkit.briefing.record import Audience, ModelRecord, Provenance, Record, TrafficRecord, Warned
from expectkit.briefing.statements import Statement
from expectkit.briefing.vocabulary import Words


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """One label: its name, and everything that is said of it."""

    name: str
    record: Record


@dataclass(frozen=True, slots=True)
class LabelsRecord:
    """All numbers and sentences of a briefing on several labels; ``kind`` tells its file from other records."""

    kind: Literal["labels"]
    schema_version: int
    model: ModelRecord
    words: Words
    audience: Audience
    provenance: Provenance
    traffic: TrafficRecord
    labels: tuple[LabelRecord, ...]
    statements: tuple[Statement, ...]
    warnings: tuple[Warned, ...]

    def statement(self, statement_id: str) -> str:
        """Return the text of one statement, or "" when this record does not make it."""
        return next((item.text for item in self.statements if item.id == statement_id), "")
