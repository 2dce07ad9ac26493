"""Frozen values to JSON data and back, and the schema that describes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectkit.briefing.plain import from_plain, schema_of, to_plain
from expectkit.briefing.record import Record
from expectkit.errors import InputError
from tests.briefing.evidence import record


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf."""

    name: str
    size: float | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of every shape a record may have."""

    kind: Literal["oak", "ash"]
    n_rings: int
    is_alive: bool
    leaves: tuple[Leaf, ...]
    heights: Mapping[str, float]
    note: int | str | None = None


OAK = Tree("oak", 12, True, (Leaf("a", 0.1), Leaf("b")), {"2025": 3.5}, "old")

leaves = st.builds(Leaf, st.text(), st.none() | st.floats(allow_nan=False, allow_infinity=False))
trees = st.builds(
    Tree,
    st.sampled_from(["oak", "ash"]),
    st.integers(),
    st.booleans(),
    st.lists(leaves, max_size=3).map(tuple),
    st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    st.none() | st.integers() | st.text(),
)


@settings(deadline=None)
@given(trees)
def test_what_is_written_reads_back_equal_and_fits_its_schema(tree: Tree) -> None:
    data = json.loads(json.dumps(to_plain(tree), allow_nan=False))
    assert from_plain(Tree, data) == tree
    jsonschema.Draft202012Validator(schema_of(Tree)).validate(data)


def test_a_whole_record_reads_back_equal() -> None:
    found = record(chosen_here=True)
    assert from_plain(Record, json.loads(json.dumps(to_plain(found)))) == found


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the oak's data with the value at a path such as "leaves.0.name" replaced."""
    data = to_plain(OAK)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    place = data
    for step in way:
        place = place[step]
    place[last] = value
    return dict(data)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("kind", "elm", r"record\.kind is 'elm'; expected one of 'oak', 'ash'"),
        ("n_rings", 1.5, r"record\.n_rings holds float; expected int"),
        ("n_rings", True, r"record\.n_rings holds bool; expected int"),
        ("is_alive", 1, r"record\.is_alive holds int; expected bool"),
        ("leaves.1.name", None, r"record\.leaves\[1\]\.name holds NoneType; expected str"),
        ("leaves.0.size", "big", r"record\.leaves\[0\]\.size holds str; expected float"),
        ("leaves.0", [], r"record\.leaves\[0\] holds list; expected an object"),
        ("heights.2025", float("nan"), r"record\.heights\.2025 holds nan; expected a finite number"),
        ("heights.2025", 10**400, r"record\.heights\.2025 holds inf; expected a finite number"),
        ("age", 3, r'record has the unknown key "age"; was it written by a newer expectkit\?'),
    ],
)
def test_a_value_of_another_type_is_named_by_its_path(path: str, value: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        from_plain(Tree, changed(path, value))


def test_a_missing_key_is_named_unless_it_has_a_default() -> None:
    data = to_plain(OAK)
    del data["note"]
    assert from_plain(Tree, data).note is None
    del data["n_rings"]
    with pytest.raises(InputError, match='record lacks the key "n_rings"'):
        from_plain(Tree, data)


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), object(), {1, 2}, b"bytes"])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(InputError, match="a record cannot hold"):
        to_plain({"value": value})


def test_the_schema_refuses_keys_it_does_not_know() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema_of(Tree)).validate(changed("age", 3))
