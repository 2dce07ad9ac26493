"""The text of a command-line option, turned into what ``expectkit.toml`` would have held."""

from __future__ import annotations

import csv
import math
import re
from typing import Final

from expectkit.io.config_place import Where

_THOUSANDS: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
_RANGE: Final = re.compile(r"(?P<low>[^,]+?)\s*(?:,|\.\.|\bto\b)\s*(?P<high>[^,]+)")
_OF: Final = re.compile(r"([0-9]{1,18})\s*(?:/|\bof\b)\s*([0-9]{1,18})")
_DOTTED: Final = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+")
_COMMA: Final = re.compile(r"(?P<whole>[-+]?[0-9]+),(?P<rest>[0-9]+)(?P<unit>\s*%?)")
_NUMBER: Final = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")


def number_or_text(text: str) -> object:
    """Turn "12" into 12, "0.5" and "50 %" into 0.5, and leave any other text as it is.

    Examples
    --------
    >>> number_or_text("12"), number_or_text("3.38%"), number_or_text("observed")
    (12, 0.0338, 'observed')
    """
    stripped = text.strip()
    digits = stripped.removesuffix("%").rstrip()
    if _NUMBER.fullmatch(digits) is None:
        return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}.get(stripped.casefold(), stripped)
    if digits != stripped:
        return float(digits) / 100 if "e" in digits.casefold() else float(digits + "e-2")
    return int(digits) if digits.lstrip("+-").isdigit() and len(digits) <= 18 else float(digits)


def same(text: str, where: Where) -> object:
    """Leave the text as it is."""
    return text


def number_from_text(text: str, where: Where) -> object:
    """Read one number; any other text is left for the check to refuse.

    Raises
    ------
    ConfigError
        If the text has a decimal comma.
    """
    _refuse_comma(text.strip(), where)
    return number_or_text(text)


def count_from_text(text: str, where: Where) -> object:
    """Read one number of cases, minutes, people or money.

    Raises
    ------
    ConfigError
        If the text is like ``1.000``, which is a thousand to some readers and one to others, or has a decimal comma.
    """
    _refuse_dots(text.strip(), where)
    return number_from_text(text, where)


def counts_from_text(text: str, where: Where) -> object:
    """Read a number or a range of cases, or a word.

    Raises
    ------
    ConfigError
        As `count_from_text` and `value_from_text`.
    """
    whole = text.strip()
    found = _RANGE.fullmatch(whole)
    for part in (whole,) if found is None else found.group("low", "high"):
        _refuse_dots(part.strip(), where)
    if whole.startswith("0,"):
        _refuse_comma(whole, where)
    return value_from_text(text, where)


def single_from_text(text: str, where: Where) -> object:
    """Read what `value_from_text` reads, where two whole numbers divided by a comma can be no range.

    Raises
    ------
    ConfigError
        If the text has a decimal comma, or is like ``8,900``.
    """
    whole = text.strip()
    if whole.startswith("0,") or _THOUSANDS.fullmatch(whole) is None:
        _refuse_comma(whole, where)
    return value_from_text(text, where)


def cost_from_text(text: str, where: Where) -> object:
    """Read an amount of money or ``column=amount``.

    Raises
    ------
    ConfigError
        As `count_from_text` and `single_from_text`.
    """
    _refuse_dots(text.strip(), where)
    return single_from_text(text, where)


def _refuse_comma(whole: str, where: Where) -> None:
    """Refuse ``0,4``; the message writes it with a decimal point."""
    if (found := _COMMA.fullmatch(whole)) is not None:
        better = f"{found['whole']}.{found['rest']}{found['unit']}"
        raise where.error(f'found "{whole}". Write numbers with a decimal point: {better}.')


def _refuse_dots(whole: str, where: Where) -> None:
    """Refuse ``1.000``; the message writes the thousand and the one."""
    if _DOTTED.fullmatch(whole) is None:
        return
    plain = whole.replace(".", "")
    one = f" or {float(whole)}" if whole.count(".") == 1 else ""
    raise where.error(f'"{whole}" can be read in two ways. Write {plain}{one}.')


def value_from_text(text: str, where: Where) -> object:
    """Read a number, ``low..high`` or ``low,high``, ``338/10000``, ``key=value`` or a word.

    Raises
    ------
    ConfigError
        If the text is like ``8,900``, which is a number to some readers and a range to others.
    """
    whole = text.strip()
    if _THOUSANDS.fullmatch(whole):
        plain, parts = whole.replace(",", ""), whole.split(",")
        range_text = f", or {parts[0]}..{parts[1]} for a range" if len(parts) == 2 else ""
        raise where.error(f'"{whole}" can be read in two ways. Write {plain} for the number{range_text}.')
    if "=" in whole:
        pairs = [pair.partition("=") for pair in whole.strip("{} ").split(",")]
        for name, _, value in pairs:
            if name.strip().endswith("_per_day"):
                _refuse_dots(value.strip(), where)
        return {name.strip(): number_or_text(value.strip().strip("\"'")) for name, _, value in pairs}
    if (counted := _OF.fullmatch(whole)) is not None:
        return {"positives": int(counted[1]), "of": int(counted[2])}
    if (found := _RANGE.fullmatch(whole)) is not None:
        return [number_or_text(found["low"]), number_or_text(found["high"])]
    return number_or_text(whole)


def numbers_from_text(text: str, where: Where) -> object:
    """Read numbers divided by commas."""
    return [number_or_text(item) for item in text.split(",") if item.strip()]


def list_from_text(text: str, where: Where) -> object:
    """Read texts divided by commas; a text that holds a comma stands in double quotes."""
    try:
        items = next(csv.reader([text], skipinitialspace=True), [])
    except csv.Error:
        raise where.error("found a line break, expected names divided by commas.") from None
    return [item for item in items if item.strip()]


def files_from_text(text: str, where: Where) -> object:
    """Read one path or glob."""
    return [text]


def noun_from_text(text: str, where: Where) -> object:
    """Read a noun, or its singular and plural divided by ``|``."""
    return [part.strip() for part in text.split("|")] if "|" in text else text


def label_from_text(text: str, where: Where) -> object:
    """Read ``true``, ``false`` and whole numbers as such and leave any other text as it is."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"0|-?[1-9][0-9]{0,17}", text) else text


def bool_from_text(text: str, where: Where) -> object:
    """Read true, yes, false or no."""
    return {"true": True, "yes": True, "false": False, "no": False}.get(text.strip().casefold(), text)
