"""What a briefing on several classes says around its numbers: how sure they are, notes on pictures, terms."""

from __future__ import annotations

from expectkit.briefing.certainty import about_traffic
from expectkit.briefing.class_statements import ClassFacts
from expectkit.briefing.glossary import Entry, glossary
from expectkit.briefing.statements import Statement, counted
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import number_text, some_of


def class_certainty(
    words: Words, facts: ClassFacts, *, mix_source: str, chosen_on: str | None, has_thresholds: bool
) -> tuple[Statement, ...]:
    """Write what the ranges rest on, one short paragraph a reason.

    Parameters
    ----------
    words : Words
    facts : ClassFacts
    mix_source : {"stated", "sample", "as in cases"}
    chosen_on : {"these cases", "other cases"} or None
        Where the thresholds were chosen; None when nobody said.
    has_thresholds : bool

    Returns
    -------
    tuple of Statement
        Ids "certainty.cases", ".traffic", ".mix", ".days", ".settings", ".fresh", ".together" and ".each".
    """
    cases = words.case.plural
    n_right, n = int(facts.matrix.right.sum()), int(facts.matrix.n_of_class.sum())
    found = [
        Statement(
            "certainty.cases",
            f"In the test, {some_of(n_right, n)} {cases} were decided right. Other test cases would have given "
            "somewhat other counts, and the ranges of the averages allow for that.",
            {"n_right": n_right, "n_cases": n},
        ),
        about_traffic(words, facts.traffic),
        Statement("certainty.mix", _mix_text(cases, mix_source)),
        Statement(
            "certainty.days",
            "All numbers are averages. Single days bring more or fewer, and no range for single days is given here.",
        ),
    ]
    if has_thresholds and chosen_on != "other cases":
        reason = (
            "were chosen by looking at"
            if chosen_on == "these cases"
            else "may have been chosen by looking at"
        )
        found.append(
            Statement(
                "certainty.settings",
                f"The settings {reason} these test cases, and the ranges do not allow for that.",
            )
        )
    fresh = "confirmed" if chosen_on == "other cases" else "not yet confirmed"
    found.append(
        Statement(
            "certainty.fresh", f"These numbers were {fresh} on cases that played no part in the choice."
        )
    )
    found.append(
        Statement(
            "certainty.together",
            "The ranges of who is taken for whom hold all together, with 95% certainty. "
            "So the largest of them may be picked out.",
        )
    )
    found.append(
        Statement(
            "certainty.each",
            "Every other range holds on its own with 95% certainty. "
            "That all of them hold at the same time is less certain.",
            {"confidence_level": 0.95},
        )
    )
    return tuple(found)


def _mix_text(cases: str, source: str) -> str:
    if source == "stated":
        first = "The share of each class in daily work was stated and taken at its word."
    elif source == "sample":
        first = "The share of each class was counted in a random sample. The ranges allow for the size of that sample."
    else:
        first = (
            "The share of each class in daily work is taken to be as in the test. "
            "The ranges allow for the size of that sample."
        )
    return f"{first} Within a class, {cases} are taken to look the same as in the test."


def class_remarks(words: Words, *, n_ties: int, has_scores: bool) -> tuple[Statement, ...]:
    """Write the lines that explain pictures and tables.

    Parameters
    ----------
    words : Words
    n_ties : int
        Cases whose highest score two classes share.
    has_scores : bool
        Whether every class has a score of its own.

    Returns
    -------
    tuple of Statement
        "flows.deck", "flows.note", "classes.deck", "classes.note", "sure.deck", "basis.assumption" and "basis.ties".
    """
    cases = words.case.plural
    found = [
        Statement(
            "flows.deck", f"Each mistake takes a {words.case.singular} of one class for one of another."
        ),
        Statement(
            "flows.note",
            "Counts of the test: a row for what was true, a column for what was decided. The stronger the tint, the "
            "larger its share of the row.",
        ),
        Statement("classes.deck", "The same day, class by class."),
        Statement(
            "classes.note",
            f"Average {cases} a day. Small print: where the average could lie, each on its own.",
        ),
        Statement("sure.deck", "A test shows only some cases. The ranges allow for that."),
        Statement(
            "basis.assumption",
            f"The numbers hold if {cases} in daily work look like those in the test, class by class. "
            "Where production differs, they have to be measured again.",
        ),
    ]
    if has_scores and n_ties > 0:
        found.append(
            Statement(
                "basis.ties",
                f"{counted(words.case, number_text(n_ties))} had the highest score for two classes; "
                "the class named first counts.",
                {"n_ties": n_ties},
            )
        )
    return tuple(found)


SHARED_TERMS = ("Average", "Range of the average", "With 95% certainty", "Test cases", "Fresh cases")
"""What means the same as in a briefing on two classes."""


def class_glossary(words: Words, *, has_thresholds: bool) -> tuple[Entry, ...]:
    """Explain the terms of a briefing on several classes, in the order in which a reader meets them."""
    case = words.case.with_article
    found = [
        Entry("Class", f"One of the kinds that the model tells apart. {sentence_case(case)} belongs to one of them."),
        Entry("Decided right", f"The model named the class that {case} truly belongs to."),
        Entry("Taken for", "The model named another class. This is a mistake of two classes: of one it missed, and of "
              "one it named wrongly."),
    ]  # fmt: skip
    if has_thresholds:
        found += [
            Entry("Score", "The number the model gives a class. A higher score looks more like that class."),
            Entry(
                "Setting (threshold)",
                "The score from which the model may name a class. Of the classes that reach theirs, it names the one "
                "with the highest score.",
            ),
            Entry("Sent to a person", "No class reached its setting, so the model does not decide."),
        ]
    shared = [entry for entry in glossary(words) if entry.term in SHARED_TERMS]
    return (*found, *shared)
