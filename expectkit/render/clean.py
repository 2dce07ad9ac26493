"""The last line of defence against text from outside: characters that no page may carry.

Control characters, because they break XML and terminals; bidirectional overrides, because they make text read
differently from what it says; lone surrogates, because they cannot be written as UTF-8.
"""

from __future__ import annotations

_REMOVED = [
    *(code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    0xFFFE,
    0xFFFF,
]
_TABLE: dict[int, str | None] = dict.fromkeys(_REMOVED)
_TABLE.update(dict.fromkeys((0x0D, 0x2028, 0x2029, 0x0085), " "))
_TABLE.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def clean_text(text: str) -> str:
    r"""Return `text` without control characters, bidirectional overrides and lone surrogates.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same text; tabs and line feeds stay.

    Examples
    --------
    >>> clean_text("a\x00b\u202ec")
    'abc'
    """
    return text.translate(_TABLE)
