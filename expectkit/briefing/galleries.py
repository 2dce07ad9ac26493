"""Which galleries the shown mistakes make, with the title and the words above each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectkit.briefing.failure_record import ErrorKind, GalleryRecord, ShownFor
from expectkit.briefing.gallery import CardWords, ShownCase, case_records, mark_text
from expectkit.briefing.vocabulary import sentence_case
from expectkit.briefing.wording import number_text


def galleries_of(
    kind: ErrorKind, cases: Sequence[ShownCase], card: CardWords, *, n_errors: int, n_wrong_today: int | None
) -> list[GalleryRecord]:
    """Put the shown mistakes of one kind into galleries: typical ones, those of today too, borderline ones.

    Parameters
    ----------
    kind : ErrorKind
    cases : sequence of ShownCase
        Of this kind, in the order they are shown.
    card : CardWords
    n_errors : int
        All mistakes of this kind in the test.
    n_wrong_today : int or None
        Of these, those that today's decision got wrong as well; None where it is not known.
    """
    words = card.words
    noun, did = (
        (words.positive, words.missed) if kind == "missed_positives" else (words.negative, "wrongly flagged")
    )
    number = number_text(n_errors)
    all_of_them = f"{number} {noun.for_count(number)} {did} in the test"
    typical = [case for case in cases if case.reason not in ("borderline", "people too")]
    people = [case for case in cases if case.reason == "people too"]
    borderline = [case for case in cases if case.reason == "borderline"]
    galleries = []
    if typical:
        deck = _typical_deck(len(typical), n_errors, all_of_them)
        galleries.append(
            GalleryRecord(
                f"{kind}.typical",
                f"{sentence_case(noun.plural)} {did}",
                " ".join((deck, *_marked(typical, card))),
                case_records(typical, card),
                _TYPICAL_NOTE,
            )
        )
    if people and n_wrong_today is not None:
        title, deck = _people_texts(kind, all_of_them, number_text(n_wrong_today), card)
        galleries.append(GalleryRecord(f"{kind}.people", title, deck, case_records(people, card), ""))
    if borderline:
        galleries.append(
            GalleryRecord(
                f"{kind}.borderline",
                f"Nearly right: {noun.plural} {did} by a hair",
                "Their scores are the closest to the setting. A small change of the setting decides these.",
                case_records(borderline, card),
                "",
            )
        )
    return galleries


_TYPICAL_NOTE = (
    "A mistake is put with the shown one it is most like, by its score and its columns. A named group is made by "
    "its columns alone, so its part is another one. Values stand under the names their columns have in the file."
)


def _typical_deck(n_shown: int, n_errors: int, all_of_them: str) -> str:
    """Say how many of the mistakes are shown, and in which order."""
    if n_shown == n_errors:
        return f"{'The' if n_errors == 1 else 'All'} {all_of_them}."
    return f"{number_text(n_shown)} of the {all_of_them}, the most common kind first."


def _marked(cases: Sequence[ShownCase], card: CardWords) -> Iterator[str]:
    """Say how many cases carry which mark."""
    reasons: tuple[ShownFor, ...] = ("most confident", "costliest")
    for reason in reasons:
        n_marked = sum(case.reason == reason for case in cases)
        if n_marked:
            mark = mark_text(reason, cases[0].kind, card)
            number = {1: "One is", 2: "Two are"}.get(n_marked, f"{number_text(n_marked)} are")
            yield f"{number} {mark[:1].lower()}{mark[1:]}."


def _people_texts(kind: ErrorKind, all_of_them: str, also: str, card: CardWords) -> tuple[str, str]:
    """Return title and deck of the mistakes that today's decision makes too; what is assumed is said to be."""
    do = "miss" if kind == "missed_positives" else "flag"
    if card.today_is_assumed:
        return (
            f"A person is assumed to {do} this too",
            f"Of the {all_of_them}, {card.today} is assumed to get {also} wrong as well.",
        )
    return f"A person would also {do} this", f"Of the {all_of_them}, {card.today} got {also} wrong as well."
