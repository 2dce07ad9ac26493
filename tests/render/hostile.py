"""The attack list, and a briefing with one attack in every place that takes text."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

Value = TypeVar("Value")

NOT_FREE_TEXT = frozenset({"tone", "badge_tone", "style", "align", "id", "language", "date"})
"""Fields our own code fills from fixed lists."""

ATTACKS = {
    "script": "<script>alert(1)</script>",
    "handler": '"><img src=x onerror=alert(1)><svg/onload=alert(1)>',
    "single quotes": "' onmouseover='alert(1)' x='",
    "closing tags": "</title></style></svg></table></details></main></body><script>alert(1)</script>",
    "javascript link": "javascript:alert(1) [go](javascript:alert(1)) <a href='javascript:alert(1)'>go</a>",
    "comment": "<!-- --><!--> ]]> <![CDATA[x]]> <?xml version='1.0'?>",
    "entity": "&lt;script&gt; &#60;script&#62; &colon; &amp;",
    "css": "} body { display: none } @import url(http://203.0.113.9/x.css); /* \\3c style",
    "style end": "</style><link rel=stylesheet href=http://203.0.113.9/x.css>",
    "template": "{{ 7 * 7 }} {% raw %} {# gone #} ${7*7} #{7*7}",
    "bidi": "safe \u202egnp.exe\u202c \u2066x\u2069",
    "controls": "a\x00b\x01c\x08d\x0be\x1bf\x7fg\x9bh\ufffe",
    "surrogate": "broken \ud800 half",
    "lines": "one\n\n# two\r\n---\u2028- three\n```\n| a | b |\n",
    "pings": "@octocat @org/team #123 GH-7 owner/repo#9 mail@example.org http://203.0.113.9/ www.example.org :bomb:",
    "markdown": "**b** _i_ ~~s~~ `code` ``` ![x](http://203.0.113.9/x.png) [l](http://203.0.113.9) | cell | $a^2$ <br>",
    "table break": "| --- | --- |\n| x | y |",
    "long word": "W" * 10_000,
    "resource": "<iframe src=file:///etc/passwd></iframe><object data=x><embed src=x><base href=http://203.0.113.9/>",
    "svg": "</text></svg><svg><use href='http://203.0.113.9/#x'/><image href='file:///etc/passwd'/><text>",
    "pdf": ")>> /OpenAction << /S /JavaScript /JS (app.alert(1)) >> endobj (",
}


def with_text(value: Value, text: str) -> Value:
    """Return `value` with `text` in every field of free text, at any depth."""
    result: Any = value
    if isinstance(value, tuple):
        result = tuple(text if isinstance(part, str) else with_text(part, text) for part in value)
    elif is_dataclass(value) and not isinstance(value, type):
        changes = {}
        for field in fields(value):
            inside = getattr(value, field.name)
            if isinstance(inside, str):
                changes[field.name] = inside if field.name in NOT_FREE_TEXT else text
            else:
                changes[field.name] = with_text(inside, text)
        result = replace(value, **changes)
    return result  # type: ignore[no-any-return]
