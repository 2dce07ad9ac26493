"""What changed between two records or promises: inputs, numbers as printed, sentences, and the input to blame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from expectkit.briefing.sides import Side
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import plain_list
from expectkit.errors import InputError

INPUTS: Final[Mapping[str, str]] = {
    "model": "the model",
    "data": "the test cases",
    "setting": "the setting",
    "choice": "how the setting was chosen",
    "traffic": "the traffic",
    "prevalence": "the share of positives",
    "words": "the words",
    "decision": "the decision",
    "program": "the version of expectkit",
}
"""What a sentence or number can depend on, and how a reason names it."""

_SOURCES: Final = ("model", "data", "setting", "choice", "traffic", "prevalence", "words", "program")
DEPENDS: Final[Mapping[str, tuple[str, ...]]] = {
    "deck": (*_SOURCES, "decision"),
    "certainty.traffic": ("traffic", "data", "words", "program"),
    "certainty.prevalence": ("prevalence", "data", "words", "program"),
    "certainty.clusters": ("data", "words", "program"),
    "certainty.fresh": ("choice", "words", "program"),
    "certainty.settings": ("choice", "words", "program"),
    "settings.deck": ("words", "program"),
    "settings.bands": ("words", "program"),
    "basis.scores": ("model", "data", "words", "program"),
    "basis.clusters": ("data", "words", "program"),
    "basis.assumption": ("words", "program"),
    "certainty.cases": ("model", "data", "setting", "words", "program"),
    "basis.ties": ("model", "data", "setting", "words", "program"),
}
"""Statements that do not depend on everything, by their id."""

_RESTATES: Final = ("card.", "dots.", "chart.")
"""Statements that say once more, under a picture, what others say."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same before and after; "" where it was or is absent.

    `name` is how a reader sees it; `key` is how a program finds it, where that is not the same.
    """

    name: str
    before: str
    after: str
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides, and what differs between them.

    Parameters
    ----------
    before, after : Side
    inputs : tuple of Difference
        The inputs that differ.
    numbers : tuple of Difference
        Every number either side prints; those with ``before != after`` changed.
    sentences : tuple of Difference
        The sentences that changed, each with its reason.
    n_sentences : int
        Sentences either side makes, captions left out.
    n_captions_changed : int
        Captions and labels that changed with them.
    is_scored_anew : bool
        The files differ, but hold as many cases of each kind on the same days: another model scored them.
    setting_alone : str
        What was expected before at the setting of after, when more than the setting changed; "" when not known.
    """

    before: Side
    after: Side
    inputs: tuple[Difference, ...]
    numbers: tuple[Difference, ...]
    sentences: tuple[Difference, ...]
    n_sentences: int
    n_captions_changed: int
    is_scored_anew: bool = False
    setting_alone: str = ""

    @property
    def changed_numbers(self) -> tuple[Difference, ...]:
        """The numbers that are not printed the same."""
        return tuple(number for number in self.numbers if number.before != number.after)


def compare_sides(before: Side, after: Side) -> Comparison:
    """Compare two records or two promises.

    Parameters
    ----------
    before, after : Side
        Of one kind.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If one is a record and the other a promise.
    """
    if before.kind != after.kind:
        raise InputError(
            f"a {before.kind} and a {after.kind} cannot be compared. Give two of a kind; expectkit verify tells "
            "whether a record and a promise match."
        )
    differing, is_scored_anew = _differing(before, after)
    changed = _changes(before.sentences, after.sentences, differing)
    stated = [change for change in changed if not change.name.startswith(_RESTATES)]
    names = {name for name in (*before.sentences, *after.sentences) if not name.startswith(_RESTATES)}
    alone = before.settings.get(after.inputs["setting"].shown, "")
    return Comparison(
        before=before,
        after=after,
        inputs=tuple(
            Difference(name, before.inputs[name].shown, after.inputs[name].shown) for name in differing
        ),
        numbers=tuple(
            Difference(
                after.labels.get(name, before.labels.get(name, name)),
                before.numbers.get(name, ""),
                after.numbers.get(name, ""),
                key=name,
            )
            for name in dict.fromkeys((*before.numbers, *after.numbers))
        ),
        sentences=tuple(stated),
        n_sentences=len(names),
        n_captions_changed=len(changed) - len(stated),
        is_scored_anew=is_scored_anew,
        setting_alone=alone if "setting" in differing and len(differing) > 1 else "",
    )


def _differing(before: Side, after: Side) -> tuple[tuple[str, ...], bool]:
    """Name the inputs that differ; cases that another model scored anew are the same cases."""
    shared = [name for name in INPUTS if name in before.inputs and name in after.inputs]
    found = [name for name in shared if not before.inputs[name].is_same(after.inputs[name])]
    same_cases = before.cases is not None and before.cases == after.cases
    is_scored_anew = "model" in found and "data" in found and same_cases
    if is_scored_anew:
        found.remove("data")
    return tuple(found), is_scored_anew


def _changes(
    before: Mapping[str, str], after: Mapping[str, str], differing: Iterable[str]
) -> list[Difference]:
    differing = tuple(differing)
    return [
        Difference(name, before.get(name, ""), after.get(name, ""), reason_for(name, differing))
        for name in dict.fromkeys((*before, *after))
        if before.get(name, "") != after.get(name, "")
    ]


def reasons_of(statement_id: str, differing: Iterable[str]) -> tuple[str, ...]:
    """Return the inputs that differ and that a statement depends on.

    Examples
    --------
    >>> reasons_of("certainty.traffic", ["setting", "traffic"]), reasons_of("expectation", ["setting", "traffic"])
    (('traffic',), ('setting', 'traffic'))
    """
    depends = DEPENDS.get(statement_id, _SOURCES)
    return tuple(name for name in differing if name in depends)


def reason_for(statement_id: str, differing: Iterable[str]) -> str:
    """Say why a statement changed, as far as two records can tell.

    Examples
    --------
    >>> reason_for("expectation", ["setting"])
    'Because the setting changed; nothing else did.'
    """
    differing = tuple(differing)
    reasons = reasons_of(statement_id, differing)
    if not reasons:
        return "None of the inputs that are recorded changed."
    named = plain_list(INPUTS[name] for name in reasons)
    if len(reasons) > 1:
        return f"{sentence_case(named)} changed together; two records cannot tell their shares apart."
    alone = {*differing} <= {*reasons, "decision"}
    rest = "nothing else did" if alone else "of what it depends on, nothing else did"
    return f"Because {named} changed; {rest}."
