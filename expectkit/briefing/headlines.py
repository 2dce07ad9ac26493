"""What the first page says around the expectation: headline, deck, cards, the icon array.

A headline states the finding and rounds to two figures; everything below it is printed as in the statements.
"""

from __future__ import annotations

from expectkit.briefing.axes import nice_step
from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.statements import Outcome, SettingFacts, Statement, counted, outcomes_of
from expectkit.briefing.vocabulary import Noun, Words, sentence_case
from expectkit.briefing.wording import (
    FEWER_THAN_ONE,
    frequency_base,
    frequency_text,
    half_up,
    number_text,
    some_of,
    threshold_text,
)

# fmt: off
_VERBS = {
    "blocked": "block", "caught": "catch", "detected": "detect", "diagnosed": "diagnose", "discovered": "discover",
    "escalated": "escalate", "filtered": "filter", "flagged": "flag", "found": "find", "held": "hold",
    "identified": "identify", "intercepted": "intercept", "marked": "mark", "quarantined": "quarantine",
    "queued": "queue", "recognised": "recognise", "recognized": "recognize", "referred": "refer",
    "rejected": "reject", "reported": "report", "routed": "route", "screened": "screen", "sent": "send",
    "spotted": "spot", "stopped": "stop",
}
# fmt: on


MOST_DOTS = 500
"""Dots of an icon array; with more cases than this one dot stands for several."""


def headline(words: Words, facts: SettingFacts) -> Statement:
    """Write the finding in one line, in the numbers of the sentence.

    Returns
    -------
    Statement
        "headline". Where there were too few cases for a number it says what is known instead.
    """
    wrong, missed, caught = outcomes_of(words, facts)
    catch, flag, rest = headline_verbs(words)
    caught_text, wrong_text = _headline_amount(caught), _headline_amount(wrong)
    values = {
        f"{outcome.name}.mean": outcome.printed.values["mean"]
        for outcome in (caught, wrong)
        if "mean" in outcome.printed.values
    }
    if caught_text and wrong_text:
        periods = caught.printed.period, wrong.printed.period
        if periods[0] == periods[1]:
            text = (
                f"Each {periods[0]} it should {catch} {caught_text}, and {flag} {wrong_text}{rest} by mistake"
            )
        else:
            text = (
                f"It should {catch} {caught_text} a {periods[0]}, "
                f"and {flag} {wrong_text} a {periods[1]}{rest} by mistake"
            )
    elif caught_text:
        text = f"Each {caught.printed.period} it should {catch} {caught_text}"
    elif wrong_text:
        text = f"Each {wrong.printed.period} it should {flag} {wrong_text}{rest} by mistake; {_open_question(missed)}"
    else:
        text = sentence_case(_open_question(missed))
    return Statement("headline", text, values)


def _headline_amount(outcome: Outcome) -> str:
    printed = outcome.printed
    if "mean" in printed.values:
        return f"about {outcome.noun.counted(str(printed.mean))}"
    if printed.mean == FEWER_THAN_ONE:
        return counted(outcome.noun, FEWER_THAN_ONE)
    if printed.level == "range only" and printed.mean_range is not None:
        return f"{printed.mean_range} {outcome.noun.plural}"
    if printed.bound is not None:
        which, bound = printed.bound
        return f"{which} {counted(outcome.noun, bound)}"
    return ""


def _open_question(missed: Outcome) -> str:
    return f"too few {missed.noun.plural} were tested to say how many it would miss"


def _verb(participle: str, default: str, *, last: bool) -> str:
    """Return the verb of a participle such as "correctly caught" (its last word) or "held for review" (first)."""
    parts = participle.lower().split()
    return _VERBS.get(parts[-1 if last else 0], default)


def headline_verbs(words: Words) -> tuple[str, str, str]:
    """Return what a headline says the model does: to positives it catches, and to negatives it flags.

    The third text follows the negatives, with its space: " to a doctor" of "sent to a doctor".
    """
    catch, flagged = _verb(words.caught, "catch", last=True), words.briefly_flagged
    first, _, rest = flagged.partition(" ")
    if first.lower() not in _VERBS:
        return catch, "flag", ""
    return catch, _VERBS[first.lower()], f" {rest}" if rest else ""


def deck(words: Words, facts: SettingFacts, *, version: str = "", setting: str = "proposed") -> Statement:
    """Write the line under the headline: which model, which setting, what kind of day.

    Parameters
    ----------
    words : Words
    facts : SettingFacts
    version : str
        Of the model; left out when empty.
    setting : str
        What the setting is called, such as "proposed" or "agreed".
    """
    cases, positives = facts.printed.cases, facts.printed.positives
    model = f"version {version} of the {words.model_name}" if version else f"the {words.model_name}"
    place = f"at the {setting} setting of {threshold_text(facts.threshold)}"
    many = counted(words.case, cases.mean) if cases.mean is not None else words.case.plural
    first = f"{sentence_case(model)}, {place}, on an average {cases.period} of {many}."
    verb = "is" if positives.mean == "1" else "are"
    kind = words.positive.with_article if positives.mean == "1" else words.positive.plural
    second = ""
    if positives.mean is not None and positives.period == cases.period:
        second = f" {sentence_case(_about(positives))} of them {verb} {kind}."
    elif positives.mean is not None:
        brings = f"{'about ' if positives.is_about else ''}{counted(words.positive, positives.mean)}"
        second = f" An average {positives.period} brings {brings}."
    values = {
        f"{n}.mean": v.values["mean"]
        for n, v in (("cases", cases), ("positives", positives))
        if "mean" in v.values
    }
    return Statement("deck", first + second, {"threshold": facts.threshold, **values})


def _about(volume: PrintedVolume) -> str:
    return f"{'about ' if volume.is_about else ''}{volume.mean}"


# ----------------------------------------------------------------------------------------------------- cards


def cards(words: Words, facts: SettingFacts) -> tuple[Statement, ...]:
    """Write the texts of the three cards, and what "typically" means on them.

    Returns
    -------
    tuple of Statement
        For each outcome ``card.<name>.title``, ``.sentence`` (goes on from the big number) and ``.range``;
        then "typically".
    """
    outcomes = outcomes_of(words, facts)
    base = frequency_base(_stated_rates(facts))
    statements = []
    for outcome in outcomes:
        values = {f"{outcome.name}.{name}": value for name, value in outcome.printed.values.items()}
        by_mistake = " by mistake" if outcome.name == "flagged_negatives" else ""
        title = sentence_case(
            f"{outcome.noun.plural} {outcome.briefly.removeprefix('correctly ')}{by_mistake}"
        )
        key = f"card.{outcome.name}"
        statements += [
            Statement(f"{key}.title", title),
            Statement(f"{key}.sentence", _card_sentence(outcome, facts, base), values),
            Statement(f"{key}.range", _card_range(outcome.printed), values),
        ]
    return (*statements, Statement("typically", _typically(outcomes)))


def _stated_rates(facts: SettingFacts) -> list[float]:
    values = facts.printed.values
    return [values[name] for name in ("false_negative_rate", "false_positive_rate") if name in values]


def _card_sentence(outcome: Outcome, facts: SettingFacts, base: int) -> str:
    printed = outcome.printed
    if printed.level == "refuse":
        tested = counted(outcome.noun, number_text(outcome.n_tested))
        return f"The test held only {tested}: too few to say."
    if printed.bound is not None:
        which, bound = printed.bound
        seen = some_of(outcome.n_seen, outcome.n_tested)
        return f"{which} {counted(outcome.noun, bound)} a {printed.period}, with 95% certainty. In the test: {seen}."
    if printed.mean is None:
        return f"{sentence_case(printed.mean_range or 'some')} {outcome.noun.plural} a {printed.period} on average."
    return _number_sentence(outcome, facts, base)


def _number_sentence(outcome: Outcome, facts: SettingFacts, base: int) -> str:
    printed, positives = outcome.printed, facts.printed.positives
    period = f"a {printed.period}"
    if outcome.name == "caught_positives":
        if positives.mean is None or positives.period != printed.period:
            return f"{_one_or_more(outcome.noun, printed)} {period} would be {outcome.briefly}."
        return f"of {counted(outcome.noun, positives.mean)} {period} would be {outcome.briefly}."
    name = "false_negative_rate" if outcome.name == "missed_positives" else "false_positive_rate"
    by_mistake = " by mistake" if outcome.name == "flagged_negatives" else ""
    share = f": {frequency_text(facts.printed.values[name], base)}" if name in facts.printed.values else ""
    return f"{_one_or_more(outcome.noun, printed)} {period} would be {outcome.briefly}{by_mistake}{share}."


def _one_or_more(noun: Noun, printed: PrintedVolume) -> str:
    return noun.singular if printed.mean in ("1", FEWER_THAN_ONE) else noun.plural


def _card_range(printed: PrintedVolume) -> str:
    if printed.typical_range is not None:
        lead = "Typically" if printed.typical_kind == "typical day" else "By chance alone"
        return f"{lead} {printed.typical_range}{'' if printed.period == 'day' else ' a day'}"
    if printed.level == "number and range" and printed.mean_range is not None:
        return f"The average could be {printed.mean_range}"
    return ""


def _typically(outcomes: tuple[Outcome, ...]) -> str:
    kinds = {o.printed.typical_kind for o in outcomes if o.printed.typical_range is not None}
    if not kinds:
        return ""
    if "typical day" in kinds:
        return (
            "“Typically” means on 8 days of 10. One day in ten brings fewer, one day in ten brings more. "
            "Plan a day with this range."
        )
    return "“By chance alone” means on 8 days of 10 if only chance made days differ. Real days differ more."


# ----------------------------------------------------------------------------------------------------- icons


def dots(words: Words, facts: SettingFacts) -> tuple[Statement, ...]:
    """Write the labels and the caption of the icon array; empty when an outcome has no printed average.

    Returns
    -------
    tuple of Statement
        ``dots.<name>.label`` and ``.remark``, ``.of_dots`` where one dot stands for less, "dots.caption", whose values
        hold "cases_per_dot", and "dots.in_words", for where no dots can be drawn.
    """
    outcomes = outcomes_of(words, facts)
    if any("mean" not in outcome.printed.values for outcome in outcomes):
        return ()
    size = cases_per_dot(sum(outcome.printed.values["mean"] for outcome in outcomes))
    statements = []
    for outcome in outcomes:
        number = outcome.printed.mean or ""
        label = f"{counted(outcome.noun, number)} {outcome.briefly}."
        values = {f"{outcome.name}.mean": outcome.printed.values["mean"]}
        statements += [
            Statement(f"dots.{outcome.name}.label", label, values),
            Statement(f"dots.{outcome.name}.remark", _remark(words, outcome)),
        ]
        if is_part_of_dot(outcome.printed.values["mean"], size):
            text = part_of_dot_text(size)
            statements.append(Statement(f"dots.{outcome.name}.of_dots", text, {"cases_per_dot": float(size)}))
    return (*statements, *_captions(words, facts, outcomes, size))


def cases_per_dot(n_cases: float) -> int:
    """Return how many cases one dot stands for: 1, 2, 5, 10, 20 and so on, for at most 500 dots.

    Examples
    --------
    >>> cases_per_dot(500), cases_per_dot(501), cases_per_dot(12_000)
    (1, 2, 50)
    """
    return 1 if n_cases <= MOST_DOTS else round(nice_step(n_cases / MOST_DOTS))


def is_part_of_dot(n_cases: float, size: int) -> bool:
    """Return whether there are some cases, but so few that they round to no dot."""
    return n_cases > 0 and half_up(n_cases / size, 1) == 0


def part_of_dot_text(size: int) -> str:
    """Say what the hollow dot of too few cases for a whole one is.

    Examples
    --------
    >>> part_of_dot_text(50), part_of_dot_text(1)
    ('The one hollow dot stands for fewer than 50.', 'The one hollow dot stands for fewer than 1.')
    """
    return f"The one hollow dot stands for fewer than {number_text(size)}."


def _remark(words: Words, outcome: Outcome) -> str:
    return {
        "caught_positives": "What the model is for.",
        "flagged_negatives": f"A mistake: they are not {words.positive.plural}.",
        "missed_positives": f"A mistake: they are not {words.briefly_flagged}.",
    }[outcome.name]


def _captions(
    words: Words, facts: SettingFacts, outcomes: tuple[Outcome, ...], size: int
) -> tuple[Statement, Statement]:
    """Say what one dot is, and what the labels are about where no dots are drawn."""
    period, negatives = outcomes[0].printed.period, facts.printed.negatives
    flagged = f"{words.negative.singular} {words.briefly_flagged}"
    text = f"One dot is one {words.positive.singular}, or one {flagged}, on an average {period}."
    if size > 1:
        number = number_text(size)
        many = f"{words.negative.plural} {words.briefly_flagged}"
        text = f"One dot is {number} {words.positive.plural}, or {number} {many}, on an average {period}."
    values = {"cases_per_dot": float(size)}
    in_words, others_values = f"What an average {period} brings", {}
    is_comparable = {outcome.printed.period for outcome in outcomes} == {negatives.period}
    if is_comparable and "mean" in negatives.values:
        others = half_up(negatives.values["mean"] - outcomes[0].printed.values["mean"], 1)
        if others >= 1:
            verb = "is" if others == 1 else "are"
            counted_others = words.negative.counted(number_text(others))
            text += f" The other {counted_others} {verb} not {words.briefly_flagged}."
            in_words += f"; the other {counted_others} {verb} not {words.briefly_flagged}"
            others_values = {"others": float(others)}
    return (
        Statement("dots.caption", text, values | others_values),
        Statement("dots.in_words", f"{in_words}:", others_values),
    )
