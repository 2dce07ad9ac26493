"""A first ``expectkit.toml`` from a look at the columns of a file of scored cases, and why each guess was made."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from expectkit.errors import DataError, OutputError
from expectkit.io.bundle import write_bundle
from expectkit.io.config_draft import draft_config, toml_value

if TYPE_CHECKING:
    from expectkit.io.case_source import CaseSource

_SAMPLE_ROWS: Final = 20_000
_MOST_SLICE_VALUES: Final = 30
_MOST_SLICES: Final = 4
_SCORE_WORDS: Final = (
    "score",
    "prob",
    "proba",
    "probability",
    "pred",
    "prediction",
    "risk",
    "y_score",
    "y_prob",
)
_LABEL_WORDS: Final = ("label", "target", "y_true", "y", "class", "truth", "is_fraud", "fraud", "outcome")
_GROUP_WORDS: Final = (
    "customer",
    "user",
    "patient",
    "client",
    "account",
    "card",
    "group",
    "person",
    "member",
)
_ID_WORDS: Final = ("id", "uuid", "key", "transaction", "case", "row")
_WEIGHT_WORDS: Final = ("weight", "weights", "sample_weight")
_AMOUNT_WORDS: Final = ("amount", "price", "value", "sum", "total", "loss", "eur", "usd")
_DECISION_WORDS: Final = ("decision", "decided", "reviewer", "rater", "review")
_POSITIVE_VALUES: Final = (
    "1",
    "1.0",
    "true",
    "yes",
    "y",
    "t",
    "positive",
    "pos",
    "fraud",
    "fraudulent",
    "spam",
    "bad",
)


@dataclass(frozen=True, slots=True)
class GuessedConfig:
    """A config text and what it rests on.

    Attributes
    ----------
    text : str
        A commented ``expectkit.toml`` that `load_config` reads.
    reasons : tuple of str
        One line per guess: what was guessed and why, or what could not be.
    """

    text: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """What a sample shows of a column; `texts` are its distinct values, the most frequent first."""

    name: str
    kind: str  # "number", "text", "time", "bool" or "empty"
    numbers: tuple[float, ...]
    texts: tuple[str, ...]
    counts: tuple[int, ...]
    raw: tuple[object, ...]

    @property
    def n_rows(self) -> int:
        return sum(self.counts)

    @property
    def has_decimal_commas(self) -> bool:
        """Whether all values are numbers, some of them written as 0,93."""
        is_number = re.compile(r"\s*-?[0-9]+(,[0-9]+)?\s*").fullmatch
        return (
            self.kind == "text"
            and any("," in text for text in self.texts)
            and all(is_number(text) for text in self.texts)
        )

    @property
    def has_days_with_dots(self) -> bool:
        """Whether all values start with a day written as 31.12.2026."""
        is_day = re.compile(r"\s*[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}(\s.*)?").fullmatch
        return self.kind == "text" and all(is_day(text) for text in self.texts)

    def is_called(self, words: Iterable[str]) -> bool:
        """Tell whether the name is one of the words or has one as a part."""
        parts = _name_parts(self.name)
        return any(word in parts or word == self.name.casefold() for word in words)


def guess_config(source: CaseSource, file: str) -> GuessedConfig:
    """Look at the columns of a source and write a first config.

    Parameters
    ----------
    source : CaseSource
        The scored cases; a sample of about 20,000 rows is read.
    file : str
        What the config shall name as its file, relative to where the config will lie.

    Returns
    -------
    GuessedConfig

    Raises
    ------
    DataError
        If the source has no column that can be a score or none that can be a label.
    """
    names = source.column_names()
    table = source.sample(names, _SAMPLE_ROWS)
    columns = [_look_at(name, table.column(index)) for index, name in enumerate(names) if name.strip()]
    return _Guess(columns, source.name).write(file)


def check_replaceable(path: Path, *, may_replace: bool) -> None:
    """Raise OutputError if there is a file already and it may not be replaced."""
    if path.exists() and not may_replace:
        raise OutputError(f"{path} exists already. Pass --force to replace it, or --out for another name.")


def write_config(path: Path, text: str, *, may_replace: bool) -> None:
    """Write a config file.

    Parameters
    ----------
    path : Path
    text : str
    may_replace : bool
        Whether a file that is there may be replaced.

    Raises
    ------
    OutputError
        If there is a file already and it may not be replaced, or it cannot be written.
    """
    check_replaceable(path, may_replace=may_replace)
    write_bundle(path.parent, {path.name: text.encode()})


# --- looking at columns -------------------------------------------------------------------------------------


def _name_parts(name: str) -> frozenset[str]:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return frozenset(part for part in re.split(r"[^0-9a-z]+", spaced.casefold()) if part)


def _look_at(name: str, values: pa.ChunkedArray) -> _Column:
    counted: dict[str, int] = {}
    raw: dict[str, object] = {}
    for value in values.to_pylist():
        if value is None or value == "" or (isinstance(value, float) and math.isnan(value)):
            continue
        text = str(value)
        counted[text] = counted.get(text, 0) + 1
        raw.setdefault(text, value)
    texts = sorted(counted, key=lambda text: (-counted[text], text))
    numbers = tuple(number for text in texts if (number := _as_number(raw[text])) is not None)
    kind = _kind_of(values.type, texts, len(numbers))
    return _Column(
        name=name,
        kind=kind,
        numbers=numbers if kind in ("number", "bool") else (),
        texts=tuple(texts),
        counts=tuple(counted[text] for text in texts),
        raw=tuple(raw[text] for text in texts),
    )


def _as_number(value: object) -> float | None:
    try:
        number = float(value) if isinstance(value, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and "_" not in str(value) else None


def _kind_of(type_: pa.DataType, texts: Sequence[str], n_numbers: int) -> str:
    if not texts:
        return "empty"
    if pa.types.is_boolean(type_):
        return "bool"
    if pa.types.is_temporal(type_) or all(_looks_like_a_day(text) for text in texts):
        return "time"
    return "number" if n_numbers == len(texts) else "text"


def _looks_like_a_day(text: str) -> bool:
    return re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}($|[T ])", text) is not None


# --- guessing -----------------------------------------------------------------------------------------------


class _Guess:
    """Goes through the keys one by one; a column that has got a role is not offered for another."""

    def __init__(self, columns: Sequence[_Column], source_name: str) -> None:
        self._commas = [column for column in columns if column.has_decimal_commas]
        self._dots = [column for column in columns if column.has_days_with_dots]
        unread = {column.name for column in (*self._commas, *self._dots)}
        self._free = [column for column in columns if column.name not in unread]
        self._source_name = source_name
        self.reasons: list[str] = []

    def write(self, file: str) -> GuessedConfig:
        label = self._label()
        score = self._score()
        positive = self._positive(label)
        roles = {
            "time": self._role("time", lambda c: c.kind == "time", "it holds dates"),
            "weight": self._role("weight", _is_weight, "by its name, and it holds numbers from 0"),
            "amount": self._role("amount", _is_amount, "by its name, and it holds numbers"),
            "id": self._role("id", _is_id, "by its name, and its values differ in every row"),
            "group": self._role("group", _is_group, "by its name, and its values repeat"),
            "decision": self._role("decision", _is_decision, "by its name, and it has two values; left out"),
        }
        slices = self._slices()
        self._name_unread()
        text = draft_config(file, score.name, label.name, positive, roles, slices)
        return GuessedConfig(text, tuple(self.reasons))

    def _name_unread(self) -> None:
        """Name the columns that would be read if they were written in another way."""
        for column in self._dots:
            year, month, day = reversed(column.texts[0].split()[0].split("."))
            self.reasons.append(
                f"Left out {toml_value(column.name)}: it holds dates like {column.texts[0]}. Write them like "
                f"{year}-{month:0>2}-{day:0>2} to name it as time."
            )
        for column in self._commas:
            self.reasons.append(
                f"Left out {toml_value(column.name)}: it holds numbers like {_with_comma(column)}. Write numbers "
                "with a decimal point."
            )

    def _take(self, column: _Column, key: str, why: str) -> _Column:
        self._free.remove(column)
        self.reasons.append(f"{key} = {toml_value(column.name)}: {why}.")
        return column

    def _label(self) -> _Column:
        two = [column for column in self._free if len(column.texts) == 2]
        named = [column for column in two if column.is_called(_LABEL_WORDS)]
        plain = [
            column for column in two if {t.casefold() for t in column.texts} <= set(_POSITIVE_VALUES) | _NO
        ]
        if named:
            return self._take(named[0], "label", "it has two values and is called like a label")
        if plain:
            return self._take(plain[0], "label", f"it has the two values {' and '.join(plain[0].texts)}")
        if two:
            return self._take(two[0], "label", "it is the first column with two values; please check")
        raise DataError(
            f"{self._source_name}: no column has exactly two values, so none can be the true label. "
            "Add a column with the true class of each case."
        )

    def _score(self) -> _Column:
        numeric = [column for column in self._free if column.kind == "number"]
        named = [column for column in numeric if column.is_called(_SCORE_WORDS)]
        unit = [column for column in numeric if _is_in_unit_range(column)]
        both = [column for column in named if column in unit]
        if both:
            return self._take(both[0], "score", "it is called like a score and lies between 0 and 1")
        unread = [column for column in self._commas if column.is_called(_SCORE_WORDS)]
        if unread or (self._commas and not named and not unit):
            column = (unread or self._commas)[0]
            raise DataError(
                f"{self._source_name}, column {column.name}: '{_with_comma(column)}' is not a number. "
                "Write numbers with a decimal point."
            )
        if named:
            return self._take(named[0], "score", "it is called like a score and holds numbers")
        if unit:
            widest = max(unit, key=lambda column: len(column.texts))
            return self._take(widest, "score", "it lies between 0 and 1 and has the most different values")
        raise DataError(
            f"{self._source_name}: no free column holds numbers between 0 and 1 or is called score, so none can be "
            "the model's score. Add a column with the score of each case."
        )

    def _positive(self, label: _Column) -> object:
        for text, raw in zip(label.texts, label.raw, strict=True):
            if text.casefold() in _POSITIVE_VALUES and not _both_positive(label.texts):
                self.reasons.append(f"positive = {toml_value(raw)}: by its name.")
                return raw
        self.reasons.append(
            f"positive = {toml_value(label.raw[1])}: it is the rarer of the two values; please check."
        )
        return label.raw[1]

    def _role(self, key: str, is_fit: Callable[[_Column], bool], why: str) -> str | None:
        fits = [column for column in self._free if is_fit(column)]
        return self._take(fits[0], key, why).name if fits else None

    def _slices(self) -> tuple[str, ...]:
        fits = [
            column
            for column in self._free
            if column.kind in ("text", "bool") and 2 <= len(column.texts) <= _MOST_SLICE_VALUES
        ][:_MOST_SLICES]
        for column in fits:
            self._take(column, "slices", f"it has {len(column.texts)} different values")
        return tuple(column.name for column in fits)


_NO: Final = {"0", "0.0", "false", "no", "n", "f", "negative", "neg", "valid", "legit", "ham", "good"}


def _with_comma(column: _Column) -> str:
    return next(text for text in column.texts if "," in text)


def _both_positive(texts: Sequence[str]) -> bool:
    return all(text.casefold() in _POSITIVE_VALUES for text in texts)


def _is_in_unit_range(column: _Column) -> bool:
    return len(column.numbers) > 2 and min(column.numbers) >= 0 and max(column.numbers) <= 1


def _is_weight(column: _Column) -> bool:
    return column.kind == "number" and column.is_called(_WEIGHT_WORDS) and min(column.numbers) >= 0


def _is_amount(column: _Column) -> bool:
    return column.kind == "number" and column.is_called(_AMOUNT_WORDS)


def _is_id(column: _Column) -> bool:
    return (
        column.kind in ("number", "text")
        and column.is_called(_ID_WORDS)
        and max(column.counts, default=0) == 1
    )


def _is_decision(column: _Column) -> bool:
    return len(column.texts) == 2 and column.is_called(_DECISION_WORDS)


def _is_group(column: _Column) -> bool:
    is_repeated = _MOST_SLICE_VALUES < len(column.texts) < column.n_rows
    return column.kind in ("number", "text") and column.is_called(_GROUP_WORDS) and is_repeated
