"""What not to say of a model: abstract statements, why they mislead here, and what to say instead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from expectkit.briefing.printed import PrintedVolume
from expectkit.briefing.statements import SettingFacts, counted, mistake_sentences, outcomes_of
from expectkit.briefing.vocabulary import Words, sentence_case
from expectkit.briefing.wording import DAYS, exact, number_text, threshold_text


@dataclass(frozen=True, slots=True)
class Instead:
    """An abstract statement, why to avoid it, and its concrete replacement.

    Parameters
    ----------
    say_not, why, say : str
        Plain text; numbers in it are those of this model at this setting.
    """

    say_not: str
    why: str
    say: str


def instead(
    words: Words,
    facts: SettingFacts,
    *,
    accuracies: tuple[str, str] | None = None,
    has_current_process: bool = False,
) -> tuple[Instead, ...]:
    """List abstract statements with their concrete replacements.

    Parameters
    ----------
    words : Words
    facts : SettingFacts
        Of the operating setting.
    accuracies : (str, str) or None
        Share of right decisions of the model and of flagging nothing, as printed elsewhere; None without them.
    has_current_process : bool
        Whether the process of today stands beside the model on these pages.

    Returns
    -------
    tuple of Instead
        For accuracy, recall, the area under the curve, "understands", "state of the art" and "rarely wrong".
    """
    return (
        _accuracy(words, facts, accuracies),
        _recall(words, facts),
        _area(words, facts),
        _understands(words, facts),
        _state_of_the_art(words, facts, has_current_process),
        _rarely_wrong(words, facts),
    )


# ------------------------------------------------------------------------------------------ what a day brings


def _mistakes(words: Words, facts: SettingFacts) -> str:
    """Say both kinds of mistake with their numbers, each at its level."""
    return " ".join(mistake_sentences(outcomes_of(words, facts)[:2]))


def _per_day(volume: PrintedVolume) -> Decimal | None:
    if "mean" not in volume.values:
        return None
    return exact(volume.values["mean"]) / DAYS[volume.period]


# ----------------------------------------------------------------------------------------------- the entries


def _accuracy(words: Words, facts: SettingFacts, accuracies: tuple[str, str] | None) -> Instead:
    name = "“Highly accurate”"
    both = f"{words.positive.plural} {words.missed} and {words.negative.plural} {words.briefly_flagged}"
    why = f"It mixes two kinds of mistake that weigh differently: {both}."
    if accuracies is not None:
        of_model, of_nothing = accuracies
        name = f"“{of_model} accurate”"
        why = (
            f"It mixes two kinds of mistake. Flagging nothing at all would be {of_nothing} accurate "
            f"and catch none of the {words.positive.plural}."
        )
    return Instead(name, why, _mistakes(words, facts))


def _recall(words: Words, facts: SettingFacts) -> Instead:
    printed = facts.printed
    name = "“High recall”"
    caught, positives, missed = printed.caught_positives, printed.positives, printed.missed_positives
    if any("mean" not in volume.values for volume in (caught, positives, missed)):
        say = _about_positives(words, facts)
    else:
        share = 1 - exact(printed.values["false_negative_rate"])
        name = f"“{number_text(share * 100)}% recall”"
        say = (
            f"Of {counted(words.positive, str(positives.mean))} a {positives.period}, "
            f"{caught.mean} would be {words.caught} "
            f"and {missed.mean} would be {words.missed}."
        )
    why = f"Few readers know the word, and it says nothing of the {words.negative.plural} {words.briefly_flagged}."
    return Instead(name, why, say)


def _about_positives(words: Words, facts: SettingFacts) -> str:
    _, missed, _ = outcomes_of(words, facts)
    return " ".join(mistake_sentences([missed]))


def _area(words: Words, facts: SettingFacts) -> Instead:
    why = "It blends all settings, also ones nobody would use. A day is worked at one setting."
    say = f"Say what one setting brings, such as {threshold_text(facts.threshold)}. {_mistakes(words, facts)}"
    return Instead("“A high AUC”", why, say)


def _understands(words: Words, facts: SettingFacts) -> Instead:
    printed = facts.printed
    say = (
        f"It gives each {words.case.singular} a score. From {threshold_text(facts.threshold)} up, "
        f"{words.case.with_article} is {words.briefly_flagged}."
    )
    if printed.precision is not None and printed.flagged.mean is not None:
        share = printed.precision.removesuffix("%")
        say += f" Of every 100 {words.briefly_flagged}, about {share} would be {words.positive.plural}."
    why = f"It compares numbers with past {words.case.plural}. It does not know what {words.positive.with_article} is."
    return Instead("“The model understands” or “knows”", why, say)


def _state_of_the_art(words: Words, facts: SettingFacts, has_current_process: bool) -> Instead:
    printed = facts.printed
    rest = "what is done today" if has_current_process else "none"
    why = f"It compares with models nobody here uses, on other data. The choice is between this model and {rest}."
    caught, wrong = printed.caught_positives, printed.flagged_negatives
    if "mean" in caught.values and "mean" in wrong.values:
        say = (
            f"Beside flagging nothing, it would catch {counted(words.positive, caught.mean or '')} "
            f"a {caught.period} more. "
            f"The price is {counted(words.negative, wrong.mean or '')} a {wrong.period} {words.briefly_flagged} "
            "by mistake."
        )
    else:
        say = _mistakes(words, facts)
    return Instead("“State of the art”", why, say)


def _rarely_wrong(words: Words, facts: SettingFacts) -> Instead:
    printed = facts.printed
    missed, wrong, cases = printed.missed_positives, printed.flagged_negatives, printed.cases
    why = "Rare in per cent can be many in a day."
    both = _per_day(missed), _per_day(wrong)
    if both[0] is None or both[1] is None or missed.period != wrong.period:
        return Instead("“Rarely wrong”", why, _mistakes(words, facts))
    total = number_text((both[0] + both[1]) * DAYS[missed.period])
    if cases.mean is not None and cases.period == missed.period:
        why = (
            f"Rare in per cent can be many a {cases.period} when there are {counted(words.case, cases.mean)}."
        )
    say = (
        f"It would be wrong about {total} times a {missed.period}: {missed.mean} {words.missed} "
        f"and {wrong.mean} {words.briefly_flagged} by mistake."
    )
    return Instead("“Rarely wrong”", why, sentence_case(say))
