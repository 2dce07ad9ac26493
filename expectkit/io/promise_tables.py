"""The tables of a promise file, checked key by key and turned into a promise."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Collection, Mapping
from typing import Any, Final, cast

from expectkit.briefing.vocabulary import clean_text
from expectkit.errors import PromiseError, nearest
from expectkit.io.config_place import shown
from expectkit.promise.agreement import (
    NOUN_KEYS,
    WORD_KEYS,
    Conditions,
    Decision,
    Promise,
    RejectedSetting,
    Status,
)
from expectkit.promise.terms import MEASURES, Term

_TOP: Final[Mapping[int, tuple[str, ...]]] = {
    1: (
        "schema_version",
        "status",
        "sentence",
        "threshold",
        "confirmed_on_fresh_cases",
        "model",
        "conditions",
        "terms",
        "evidence",
        "seal",
    ),
}
_KEYS: Final = {
    "top": (*_TOP[1], "ranges", "replaces", "words", "decision", "rejected"),
    "model": ("name", "version", "sha256"),
    "conditions": ("cases_per_day", "prevalence", "population"),
    "words": WORD_KEYS,
    "terms": (
        "measure",
        "slice",
        "slice_value",
        "variant",
        "at_most",
        "at_least",
        "measured",
        "unit",
        "note",
    ),
    "decision": ("decided_by", "decided_on", "reason"),
    "rejected": ("threshold", "sentence", "reason", "would_give"),
    "seal": ("sha256",),
}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
BY_HAND: Final = "Restore the file from where you keep it, or agree anew with: expectkit agree."


class PromiseTables:
    """Turns tables into a promise; every error names the file and the key."""

    def __init__(self, source: str, version: int) -> None:
        self.source = source
        self.version = version

    def promise(self, tables: Mapping[str, Any]) -> Promise:
        """Build the promise."""
        self.check_keys(tables, _TOP.get(self.version, _KEYS["top"]), "")
        status = self.text(tables, "status")
        if status not in ("draft", "agreed"):
            raise self.error("status", f'found {shown(status)}, expected "draft" or "agreed". {BY_HAND}')
        self.check_seal(tables)
        model = self.table(tables, "model")
        return Promise(
            status=cast("Status", status),
            model_name=self.text(model, "name", "[model] "),
            model_version=self.text(model, "version", "[model] ", default=""),
            model_sha256=self.sha256(model, "sha256", "[model] ", default=""),
            threshold=self.number(tables, "threshold"),
            terms=self.terms(tables),
            conditions=self.conditions(self.table(tables, "conditions")),
            confirmed_on_fresh_cases=self.truth(tables, "confirmed_on_fresh_cases"),
            sentence=self.text(tables, "sentence", default=""),
            ranges=self.text(tables, "ranges", default=""),
            evidence=self.evidence(tables),
            decision=self.decision(tables),
            rejected=self.rejected(tables),
            replaces=self.sha256(tables, "replaces", default=""),
            words=self.words(tables),
        )

    def terms(self, tables: Mapping[str, Any]) -> tuple[Term, ...]:
        """Read the terms: a list of tables, or in version 1 one table a measure."""
        if self.version == 1:
            named = self.table(tables, "terms", keys=MEASURES)
            entries: list[tuple[Mapping[str, Any], str]] = [
                ({"measure": name, **self.entry(value, f"[terms.{name}]")}, f"[terms.{name}] ")
                for name, value in named.items()
            ]
        else:
            entries = self.entries(tables, "terms")
        found = []
        for entry, place in entries:
            self.check_keys(entry, _KEYS["terms"], place)
            found.append(self.term(entry, place))
        return tuple(found)

    def term(self, entry: Mapping[str, Any], place: str) -> Term:
        """Read one term."""
        try:
            return Term(
                measure=self.text(entry, "measure", place),
                at_most=self.optional_number(entry, "at_most", place),
                at_least=self.optional_number(entry, "at_least", place),
                measured=self.optional_number(entry, "measured", place),
                unit=self.text(entry, "unit", place, default=""),
                slice=self.optional_text(entry, "slice", place),
                slice_value=self.optional_text(entry, "slice_value", place),
                variant=self.optional_text(entry, "variant", place),
                note=self.text(entry, "note", place, default=""),
            )
        except PromiseError as error:
            text = str(error)
            if text.startswith((f"{self.source}:", f"{self.source},")):
                raise
            raise PromiseError(f"{self.source}, {_bare(place)}: {text}") from None

    def conditions(self, table: Mapping[str, Any]) -> Conditions:
        """Read the conditions."""
        traffic, mix = self.pair(table, "cases_per_day"), self.pair(table, "prevalence")
        return Conditions(*traffic, *mix, self.text(table, "population", "[conditions] ", default=""))

    def pair(self, table: Mapping[str, Any], key: str) -> tuple[float, float]:
        """Read ``[low, high]``."""
        found = table.get(key)
        if not isinstance(found, list) or len(found) != 2:
            raise self.error(f"[conditions] {key}", f"found {shown(found)}, expected [low, high]. {BY_HAND}")
        low, high = ({key: end} for end in found)
        return self.number(low, key, "[conditions] "), self.number(high, key, "[conditions] ")

    def evidence(self, tables: Mapping[str, Any]) -> dict[str, str]:
        """Read which files the promise rests on."""
        table = self.entry(tables.get("evidence", {}), "[evidence]")
        return {name: self.sha256(table, name, "[evidence] ") for name in table}

    def words(self, tables: Mapping[str, Any]) -> dict[str, str | tuple[str, str]]:
        """Read what the business calls its cases; a file without words carries none."""
        if "words" not in tables:
            return {}
        table = self.table(tables, "words")
        return {key: self.noun(table, key) if key in NOUN_KEYS else self.word(table, key) for key in table}

    def noun(self, table: Mapping[str, Any], key: str) -> tuple[str, str]:
        """Read ``[singular, plural]``."""
        found = table[key]
        if not isinstance(found, list) or len(found) != 2:
            raise self.error(
                f"[words] {key}", f"found {shown(found)}, expected [singular, plural]. {BY_HAND}"
            )
        singular, plural = (self.word({key: form}, key) for form in found)
        return singular, plural

    def word(self, table: Mapping[str, Any], key: str) -> str:
        """Read a text that holds something printable."""
        text = self.text(table, key, "[words] ")
        if not clean_text(text):
            raise self.error(f"[words] {key}", f"holds no printable character. {BY_HAND}")
        return text

    def decision(self, tables: Mapping[str, Any]) -> Decision | None:
        """Read who decided, when and why."""
        if "decision" not in tables:
            return None
        table, place = self.table(tables, "decision"), "[decision] "
        day = table.get("decided_on")
        if not isinstance(day, datetime.date) or isinstance(day, datetime.datetime):
            raise self.error(
                f"{place}decided_on", f"found {shown(day)}, expected a date such as 2026-03-12. {BY_HAND}"
            )
        return Decision(self.text(table, "decided_by", place), day, self.text(table, "reason", place))

    def rejected(self, tables: Mapping[str, Any]) -> tuple[RejectedSetting, ...]:
        """Read the settings that were not chosen."""
        found = []
        for entry, place in self.entries(tables, "rejected"):
            self.check_keys(entry, _KEYS["rejected"], place)
            given = self.entry(entry.get("would_give", {}), f"{place}would_give")
            self.check_keys(given, MEASURES, f"{place}would_give ")
            found.append(
                RejectedSetting(
                    self.number(entry, "threshold", place),
                    self.text(entry, "sentence", place, default=""),
                    {name: self.number(given, name, f"{place}would_give ") for name in given},
                    self.text(entry, "reason", place, default=""),
                )
            )
        return tuple(found)

    def check_seal(self, tables: Mapping[str, Any]) -> None:
        """Check that there is a seal to compare with."""
        if "seal" not in tables:
            raise self.error("[seal]", f"is missing, so nobody can tell whether the file is whole. {BY_HAND}")
        self.sha256(self.table(tables, "seal"), "sha256", "[seal] ")

    # ------------------------------------------------------------------------------------------ single values

    def error(self, key: str, text: str) -> PromiseError:
        """Return the error about a key."""
        return PromiseError(f"{self.source}: {_bare(key)}: {text}")

    def check_keys(self, table: Mapping[str, Any], known: Collection[str], place: str) -> None:
        """Refuse keys nobody knows, with the nearest one that is known."""
        for key in table:
            if key in known:
                continue
            near = nearest(key, known)
            advice = f'Did you mean "{near}"?' if near else f"Known here: {', '.join(known)}."
            where = f"{self.source}, {_bare(place)}" if place else self.source
            raise PromiseError(f"{where}: unknown key {shown(key)}. {advice}")

    def entry(self, value: object, place: str) -> Mapping[str, Any]:
        """Read a table."""
        if not isinstance(value, Mapping):
            raise self.error(place, f"found {shown(value)}, expected a table. {BY_HAND}")
        return value

    def table(
        self, tables: Mapping[str, Any], name: str, keys: Collection[str] | None = None
    ) -> Mapping[str, Any]:
        """Read a table of known keys."""
        if name not in tables:
            raise self.error(f"[{name}]", f"is missing. {BY_HAND}")
        table = self.entry(tables[name], f"[{name}]")
        self.check_keys(table, _KEYS[name] if keys is None else keys, f"[{name}] ")
        return table

    def entries(self, tables: Mapping[str, Any], name: str) -> list[tuple[Mapping[str, Any], str]]:
        """Read a list of tables, each with its place."""
        found = tables.get(name, [])
        if not isinstance(found, list):
            raise self.error(
                name, f"found {shown(found)}, expected tables that start with [[{name}]]. {BY_HAND}"
            )
        places = [f"[[{name}]] number {number}, " for number in range(1, len(found) + 1)]
        return [(self.entry(value, place), place) for value, place in zip(found, places, strict=True)]

    def text(self, table: Mapping[str, Any], key: str, place: str = "", default: str | None = None) -> str:
        """Read a text."""
        value = table.get(key, default)
        if not isinstance(value, str):
            found = "is missing" if value is None else f"found {shown(value)}"
            raise self.error(f"{place}{key}", f"{found}, expected a text. {BY_HAND}")
        return value

    def optional_text(self, table: Mapping[str, Any], key: str, place: str) -> str | None:
        """Read a text that may be left out."""
        return self.text(table, key, place) if key in table else None

    def number(self, table: Mapping[str, Any], key: str, place: str = "") -> float:
        """Read a finite number."""
        value = table.get(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not _is_finite(value):
            found = "is missing" if value is None else f"found {shown(value)}"
            raise self.error(f"{place}{key}", f"{found}, expected a number. {BY_HAND}")
        return float(cast("float", value))

    def optional_number(self, table: Mapping[str, Any], key: str, place: str) -> float | None:
        """Read a number that may be left out."""
        return self.number(table, key, place) if key in table else None

    def truth(self, table: Mapping[str, Any], key: str) -> bool:
        """Read true or false."""
        value = table.get(key)
        if not isinstance(value, bool):
            found = "is missing" if value is None else f"found {shown(value)}"
            raise self.error(key, f"{found}, expected true or false. {BY_HAND}")
        return value

    def sha256(self, table: Mapping[str, Any], key: str, place: str = "", default: str | None = None) -> str:
        """Read a fingerprint."""
        value = self.text(table, key, place, default)
        if value != default and _SHA256.fullmatch(value) is None:
            raise self.error(
                f"{place}{key}", f"found {shown(value)}, expected 64 hexadecimal digits. {BY_HAND}"
            )
        return value


def _bare(place: str) -> str:
    return place.rstrip(", ")


def _is_finite(value: object) -> bool:
    try:
        return math.isfinite(cast("float", value))
    except OverflowError:
        return False
