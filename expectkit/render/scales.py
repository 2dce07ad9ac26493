"""Axes: where the ticks go, what they say, how wide words are."""

from __future__ import annotations

import math
from dataclasses import dataclass

_NARROW = frozenset("ijl.,:;'|!()[] ftrI-")
_WIDE = frozenset("mwMW@%—")


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight mapping from values to places in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Return where `value` lies, also outside the axis."""
        span = self.high - self.low
        share = (value - self.low) / span if span > 0 else 0.0
        return self.start + share * (self.end - self.start)

    def inside(self, value: float) -> float:
        """Return where `value` lies, held at the ends of the axis."""
        return self(min(max(value, self.low), self.high))


def tick_step(low: float, high: float, most: int = 5) -> float:
    """Return the smallest step of the form 1, 2, 2.5 or 5 times a power of ten that gives few ticks.

    Parameters
    ----------
    low, high : float
        The ends of the axis; an axis of no length gets a step of 1.
    most : int
        The most ticks allowed, 2 or more.

    Returns
    -------
    float

    Examples
    --------
    >>> tick_step(0, 400), tick_step(0.4, 0.62), tick_step(0, 8)
    (100.0, 0.05, 2.0)
    """
    if high <= low:
        return 1.0
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0, 50.0):
        step = factor * power if power >= 1 else factor / round(1 / power)
        if len(_multiples(low, high, step)) <= most:
            return step
    return high - low


def ticks(low: float, high: float, most: int = 5) -> tuple[tuple[float, str], ...]:
    """Return the ticks of an axis with what they say.

    Parameters
    ----------
    low, high : float
        The ends of the axis, ``low < high``.
    most : int
        The most ticks allowed.

    Returns
    -------
    tuple of (float, str)

    Examples
    --------
    >>> [text for _, text in ticks(0, 20_000)]
    ['0', '5,000', '10,000', '15,000', '20,000']
    >>> [text for _, text in ticks(0.4, 0.62)]
    ['0.40', '0.45', '0.50', '0.55', '0.60']
    """
    step = tick_step(low, high, most)
    decimals = next(
        (d for d in range(15) if abs(step * 10**d - round(step * 10**d)) < 1e-6 * step * 10**d), 15
    )
    # adding 0.0 turns a negative zero into a plain one
    return tuple((k * step, f"{k * step + 0.0:,.{decimals}f}") for k in _multiples(low, high, step))


def _multiples(low: float, high: float, step: float) -> range:
    return range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)


def text_width(text: str, size: float) -> float:
    """Estimate how wide `text` is set in our sans-serif at `size`, a little on the safe side."""
    return size * sum(_letter_width(letter) for letter in text)


def _letter_width(letter: str) -> float:
    if letter in _NARROW:
        return 0.32
    if letter in _WIDE:
        return 0.86
    if ord(letter) >= 0x2E80:
        return 1.0
    return 0.64 if letter.isupper() else 0.53


def wrap(text: str, size: float, width: float, most: int = 3) -> tuple[str, ...]:
    """Break `text` into at most `most` lines no wider than `width`; what does not fit ends in an ellipsis.

    Parameters
    ----------
    text : str
        A label.
    size, width : float
        Type size and room, in the drawing's units.
    most : int
        The most lines allowed.

    Returns
    -------
    tuple of str

    Examples
    --------
    >>> wrap("Valid payments stopped", 12, 90)
    ('Valid payments', 'stopped')
    """
    lines: list[str] = []
    for word in text.split():
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
        if len(lines) > most:
            lines[most - 1 :] = [f"{lines[most - 1]}…"]
            break
    return tuple(_cut(line, size, width) for line in lines)


def _cut(line: str, size: float, width: float) -> str:
    if text_width(line, size) <= width:
        return line
    room = width - text_width("…", size)
    used, kept = 0.0, ""
    for letter in line:
        used += size * _letter_width(letter)
        if used > room:
            break
        kept += letter
    return f"{kept}…"
