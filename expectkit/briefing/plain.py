"""Frozen values to plain JSON data and back, and the JSON Schema that describes them.

Only the shapes our records use: frozen dataclasses, tuples of one type, mappings with text keys, optional values,
literals, and plain numbers, text and truth values. The schema is derived from the same types, so it cannot drift.
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union

from expectkit.errors import InputError

T = TypeVar("T")


def to_plain(value: object) -> Any:
    """Turn a frozen value into dictionaries, lists, numbers and text.

    Parameters
    ----------
    value : object
        A dataclass, tuple, mapping, number, text, truth value or None.

    Returns
    -------
    object
        What `json.dumps` writes without help.

    Raises
    ------
    InputError
        If a number is not finite: JSON has no word for it, and a record states such cases with a reason instead.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"a record cannot hold the number {value}; state it as None with a reason.")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise InputError(f"a record cannot hold a {type(value).__name__}.")


def from_plain(kind: type[T], data: object, where: str = "record") -> T:
    """Rebuild a frozen value from what `to_plain` made of it.

    Parameters
    ----------
    kind : type
        The dataclass to build.
    data : object
        Plain data, as read from JSON.
    where : str
        Path of the value, for messages.

    Returns
    -------
    object
        Of the type asked for, and equal to what `to_plain` was given.

    Raises
    ------
    InputError
        If a key is unknown or missing, a value has another type, or a number is not finite; the message gives
        its path.
    """
    return typing.cast("T", _build(kind, data, where))


def _build(kind: Any, data: object, where: str) -> object:
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _build_dataclass(kind, data, where)
    if origin in (Union, types.UnionType):
        return _build_union(kind, data, where)
    if origin is Literal:
        if data in typing.get_args(kind):
            return data
        raise InputError(
            f"{where} is {data!r}; expected one of {', '.join(map(repr, typing.get_args(kind)))}."
        )
    if origin is tuple and isinstance(data, list):
        inner = typing.get_args(kind)[0]
        return tuple(_build(inner, item, f"{where}[{i}]") for i, item in enumerate(data))
    if origin is not None and issubclass(origin, Mapping) and isinstance(data, dict):
        inner = typing.get_args(kind)[1]
        return {key: _build(inner, item, f"{where}.{key}") for key, item in data.items()}
    if kind is float and isinstance(data, int | float) and not isinstance(data, bool):
        return _finite(data, where)
    if kind in (int, str, bool) and type(data) is kind:
        return data
    raise InputError(f"{where} holds {type(data).__name__}; expected {_name(kind)}.")


def _finite(number: int | float, where: str) -> float:
    """Return a number as float; Python's reader of JSON also takes NaN, Infinity and integers of any size."""
    try:
        value = float(number)
    except OverflowError:
        value = math.inf
    if math.isfinite(value):
        return value
    raise InputError(f"{where} holds {value}; expected a finite number.")


def _build_dataclass(kind: Any, data: object, where: str) -> object:
    if not isinstance(data, dict):
        raise InputError(f"{where} holds {type(data).__name__}; expected an object.")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key in data:
        if key not in fields:
            raise InputError(f'{where} has the unknown key "{key}"; was it written by a newer expectkit?')
    missing = [
        name
        for name, field in fields.items()
        if name not in data
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise InputError(f'{where} lacks the key "{missing[0]}".')
    return kind(**{key: _build(hints[key], item, f"{where}.{key}") for key, item in data.items()})


def _build_union(kind: Any, data: object, where: str) -> object:
    options = typing.get_args(kind)
    if data is None and type(None) in options:
        return None
    rest = [option for option in options if option is not type(None)]
    for option in rest[:-1]:
        try:
            return _build(option, data, where)
        except InputError:
            continue
    return _build(rest[-1], data, where)


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


def schema_of(kind: type) -> dict[str, Any]:
    """Describe a record type as JSON Schema (draft 2020-12).

    Parameters
    ----------
    kind : type
        A dataclass made of the shapes `to_plain` knows.

    Returns
    -------
    dict
        The schema; nested dataclasses are under ``$defs`` by class name.
    """
    definitions: dict[str, Any] = {}
    top = _schema(kind, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": kind.__name__,
        **top,
        "$defs": dict(sorted(definitions.items())),
    }


def _schema(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin = typing.get_origin(kind)
    if dataclasses.is_dataclass(kind):
        return _schema_of_dataclass(kind, definitions)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(option, definitions) for option in typing.get_args(kind)]}
    if origin is Literal:
        return {"enum": list(typing.get_args(kind))}
    if origin is tuple:
        return {"type": "array", "items": _schema(typing.get_args(kind)[0], definitions)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(typing.get_args(kind)[1], definitions)}
    return {
        "type": {int: "integer", float: "number", str: "string", bool: "boolean", type(None): "null"}[kind]
    }


def _schema_of_dataclass(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}  # placed first, so that a type may hold itself
        hints = typing.get_type_hints(kind)
        fields = dataclasses.fields(kind)
        definitions[name] = {
            "type": "object",
            "description": (kind.__doc__ or "").strip().split("\n")[0],
            "properties": {field.name: _schema(hints[field.name], definitions) for field in fields},
            "required": [field.name for field in fields],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
