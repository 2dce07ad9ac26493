"""The text of a first ``expectkit.toml``: what was found in the columns, and the keys left to fill in.

A line that starts with ``# `` is a key with an example for its answer: without the mark it is valid as it stands. A
line that starts with ``## `` is said to the reader.
"""

from __future__ import annotations

from typing import Any, Final


def toml_value(value: Any) -> str:
    r"""Write a value as TOML; text as a basic string with every character that TOML forbids escaped.

    Examples
    --------
    >>> toml_value(True), toml_value('say "hi"')
    ('true', '"say \\"hi\\""')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return '"' + "".join(map(_escaped, str(value))) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    code = ord(character)
    if code < 32 or 127 <= code < 160 or character in "\u2028\u2029" or _turns_direction(code):
        return f"\\u{code:04x}"
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else character


def _turns_direction(code: int) -> bool:
    return code in (0x061C, 0x200E, 0x200F, 0xFEFF) or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069


def _line(key: str, value: object, comment: str, *, is_known: bool = True) -> str:
    text = f"{key} = {toml_value(value)}"
    return f"{text if is_known else '# ' + text}  # {comment}"


def draft_config(
    file: str,
    score: str,
    label: str,
    positive: object,
    roles: dict[str, str | None],
    slices: tuple[str, ...],
) -> str:
    """Write a commented ``expectkit.toml`` around the columns that were found.

    Parameters
    ----------
    file, score, label : str
        The file of scored cases and its two needed columns.
    positive : object
        The label value of the positive class.
    roles : dict of str to str or None
        Column by key: time, weight, amount, id, group, decision. A key without a column is written as a comment.
    slices : tuple of str
        Columns by which results are told apart.

    Returns
    -------
    str
        Text that `load_config` reads.
    """
    comments = {
        "time": "day or time of the case; lets the spread between days be seen",
        "weight": "sample weight",
        "amount": "money at stake",
        "id": "names a case",
        "group": "rows of one group are not independent cases",
    }
    lines = [
        "## Written by expectkit init from a look at the columns. Check each line, then fill in [words] and [traffic].",
        "## A line with one # waits for your answer: put it in the place of the example and take the # away.",
        "schema_version = 1",
        "",
        "[model]",
        _line("name", "model", "what people call it, such as fraud detection model"),
        "",
        "[cases]",
        _line("file", file, "the scored, labelled test cases"),
        _line("score", score, "the model's score; a case is flagged when it is at or above the threshold"),
        _line("label", label, "the true class"),
        _line("positive", positive, "the label value of the cases the model looks for"),
        *(
            _line(key, roles[key] or key, comment, is_known=roles[key] is not None)
            for key, comment in comments.items()
        ),
        _line("slices", slices or ("channel",), "results are told apart by these", is_known=bool(slices)),
        *_REST,
    ]
    if (decision := roles["decision"]) is not None:
        lines += ["", "[baseline]", _line("decision", decision, "what people decided", is_known=False)]
    return "\n".join(lines) + "\n"


_FRAME: Final = (
    "[frame]  # TO FILL IN: the problem on one page; a question without an answer is shown as open",
    "## What does the model decide, for whom, and what happens before and after it?",
    '# context = "Reviewers cannot look at every payment; the model is to choose which ones they see."',
    "## What does the business want in the end?",
    '# end_goal = "Less money lost to fraud, and few customers whose payment is held up without need"',
    "## What must hold, whatever is decided?",
    '# constraints = ["A payment is held for at most 20 minutes", "A person looks before a payment is refused"]',
    "## By which number will success be seen, and when?",
    '# measure_of_success = "Money lost to fraud a month, three months after launch"',
    "## How were the test cases chosen? How many there are, and of which days, is added.",
    '# evaluation = "Every payment of four weeks, scored by the model as trained before them"',
    "## Where are the data from, and who set the labels?",
    '# data_are = "Payments of all customers, labelled by what they and the reviewers reported"',
    "## Who and what is not in the data?",
    '# data_are_not = "Fraud that nobody reported; it counts as valid"',
)

_LAUNCH: Final = (
    "[launch]  # TO FILL IN: what is decided before launch; the first of several options is the proposed one",
    "## How many cases a day could people review, beside review_capacity_per_day under [costs]?",
    "# capacities = [400, 600]",
    "## Who could review what is flagged, how long does one case take them, and what does their hour cost?",
    '# who_reviews = { "Fraud analysts" = { minutes_per_review = 4, cost_per_hour = 45 } }',
    "## After how many days is it known whether a case was positive?",
    "# label_delay_days = [5, 30]",
    """## What is done while the model does not answer: "pass all", "flag all" or "today's process"?""",
    '# fallback = "pass all"',
    "## When may the model be trained anew?",
    "# retraining = [2027-01-01, 2027-07-01]",
    "## Who decides? threshold, review_capacity, who_reviews, label_delay, fallback and retraining can be named.",
    '# decides = { threshold = "Head of payments", review_capacity = "Head of operations" }',
)

_REST: Final = (
    "",
    "[words]  # your own words; [singular, plural] where the plural is not regular",
    '# case = "transaction"',
    '# positive = "fraudulent transaction"',
    '# negative = "valid transaction"',
    '# flagged = "flagged as fraudulent and sent for manual review"',
    '# missed = "missed"',
    '# caught = "correctly caught"',
    "",
    "[traffic]  # two facts about production; the briefing needs both",
    '# cases_per_day = 8280  # a number, [low, high] or "observed" (from the time column)',
    '# prevalence = 0.0338  # a fraction, [low, high], { positives = 338, of = 10000 } or "as in cases"',
    "",
    "[threshold]",
    '# operating = 0.5  # a number, "lowest cost" or a limit such as { at_most_flagged_per_day = 500 }',
    "",
    "[costs]",
    '# currency = "EUR"',
    "# missed_positive = 120.0",
    "# flagged_negative = 4.0",
    "# minutes_per_review = 4",
    "# review_capacity_per_day = 500",
    "",
    *_FRAME,
    "",
    *_LAUNCH,
)
