"""What the record holds of the launch: the problem on one page, and the parameters that are still to be decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FrameEntry:
    """One part of the problem frame: what was stated of it, what was counted, and what to ask while it is open."""

    key: str
    title: str
    stated: tuple[str, ...]
    counted: str
    question: str

    @property
    def is_open(self) -> bool:
        """Whether nobody stated it."""
        return not self.stated


@dataclass(frozen=True, slots=True)
class OptionRecord:
    """One option of a launch parameter, and what it moves, in the printed numbers of the briefing."""

    text: str
    volumes: str
    money: str
    is_proposed: bool
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParameterRecord:
    """A launch parameter: its options, who decides, and what is still open."""

    key: str
    title: str
    options: tuple[OptionRecord, ...]
    decided_by: str
    question: str
