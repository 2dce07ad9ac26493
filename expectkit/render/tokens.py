"""The colours and typefaces of every page, read from ``templates/styles/tokens.css``, the one place that sets them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from expectkit.render.templates import read_style

_ROOT = re.compile(r":root\s*\{(.*?)\}", re.DOTALL)
_PROPERTY = re.compile(r"--([a-z0-9-]+)\s*:\s*([^;]+);")


@cache
def light_tokens() -> Mapping[str, str]:
    """Return the design tokens of the light page.

    Returns
    -------
    mapping of str to str
        ``"caught"`` to ``"#0b5c8a"`` and so on; names as in the style sheet without the leading dashes.
    """
    return MappingProxyType(_tokens(0))


@cache
def dark_tokens() -> Mapping[str, str]:
    """Return the design tokens of the dark page: the light ones with the dark colours set over them.

    Returns
    -------
    mapping of str to str
    """
    return MappingProxyType({**_tokens(0), **_tokens(1)})


def _tokens(block: int) -> dict[str, str]:
    root = _ROOT.findall(read_style("tokens"))[block]
    return {name: value.strip() for name, value in _PROPERTY.findall(root)}
