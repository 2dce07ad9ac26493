"""What GitHub Actions reads from a step: annotations on the promise file, and outputs."""

from __future__ import annotations

from expectkit.briefing.verdict_words import GateRecord
from expectkit.render.clean import clean_text

MOST_ANNOTATIONS = 10
"""GitHub shows ten errors and ten warnings of a step."""


def escape_data(text: str) -> str:
    """Escape the message of a workflow command.

    Examples
    --------
    >>> escape_data("5%, and" + chr(10) + "more")
    '5%25, and%0Amore'
    """
    return clean_text(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escape a property of a workflow command.

    Examples
    --------
    >>> escape_property("a:b,c")
    'a%3Ab%2Cc'
    """
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def annotation_lines(record: GateRecord, promise_path: str) -> tuple[str, ...]:
    """Write an annotation for each term that is not kept.

    Parameters
    ----------
    record : GateRecord
    promise_path : str
        Of the promise file, relative to the repository.

    Returns
    -------
    tuple of str
        Workflow commands, each one line: errors for broken terms, warnings for undecided ones.
    """
    found = []
    for level, answer in (("error", "broken"), ("warning", "undecided")):
        terms = [term for term in record.terms if term.answer == answer]
        for term in terms[:MOST_ANNOTATIONS]:
            place = f"file={escape_property(promise_path)},line={term.line}"
            title = escape_property(f"Promise {answer}: {term.words}")
            found.append(f"::{level} {place},title={title}::{escape_data(term.sentence)}")
    return tuple(found)


def outputs(record: GateRecord) -> str:
    """Return the lines for ``$GITHUB_OUTPUT``: the verdict, and how many terms have each answer."""
    counts = {
        answer: sum(term.answer == answer for term in record.terms)
        for answer in ("kept", "broken", "undecided")
    }
    lines = [f"verdict={record.answer}", *(f"{answer}={n}" for answer, n in counts.items())]
    return "\n".join(lines) + "\n"
