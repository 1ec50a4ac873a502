"""Identities: values of different classes, or with different fields, never hash alike."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from benchmark.artefacts.identity import identity, recipe, recipe_name
from benchmark.errors import InputError


@recipe_name("test_identity-Plain")
@dataclass(frozen=True)
class Plain:
    kind: Any = None
    version: Any = None
    fields: Any = None


@recipe_name("test_identity-Other")
@dataclass(frozen=True)
class Other:
    kind: Any = None
    version: Any = None
    fields: Any = None


@recipe_name("test_identity-Data")
@dataclass(frozen=True)
class Data:
    fingerprint: str


@recipe_name("test_identity-Documents")
@dataclass(frozen=True)
class Documents:
    fingerprint: str


WORDS = st.sampled_from(["", "1", "kind", "test_identity-Plain", "fingerprint"])
LEAVES = (
    st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.floats(0, 2, width=16), WORDS)
    | st.builds(Data, WORDS)
    | st.builds(Documents, WORDS)
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(WORDS | st.sampled_from(["data", "version", "fields"]), inner, max_size=3),
        st.builds(Plain, inner, inner, inner),
        st.builds(Other, inner, inner, inner),
    ),
    max_leaves=6,
)


def told_apart(value: Any) -> Any:
    """A value as nested tuples that compare equal for the same class and fields alone."""
    if is_dataclass(value) and not isinstance(value, type):
        inner = tuple(told_apart(getattr(value, field.name)) for field in fields(value))
        return type(value).__name__, inner
    if isinstance(value, Mapping):
        return "mapping", tuple((key, told_apart(value[key])) for key in sorted(value))
    if isinstance(value, tuple):
        return "sequence", tuple(map(told_apart, value))
    return type(value).__name__, repr(value)


@given(VALUES, VALUES)
@example(Plain(kind="a"), Other(kind="a"))
@example(Plain("test_identity-Other", None, None), Other())
@example(Data("a"), Documents("a"))
@example(1, True)
@example(1, 1.0)
def test_only_the_same_value_has_the_same_identity(first: Any, second: Any) -> None:
    assert (identity(first) == identity(second)) == (told_apart(first) == told_apart(second))


@given(VALUES)
def test_no_value_hashes_like_its_own_recipe(value: Any) -> None:
    made = recipe(value)
    assume(isinstance(made, dict))
    assert identity(value) != identity(made)


def test_a_class_that_moves_keeps_its_identity() -> None:
    moved = recipe_name("test_identity-Moved")(
        dataclass(frozen=True)(type("Elsewhere", (), {"__annotations__": {"text": str}}))
    )
    assert recipe(moved("a")) == {
        "kind": "test_identity-Moved",
        "version": None,
        "fields": {"text": "a"},
    }


def test_a_name_is_declared_once_by_each_class() -> None:
    @dataclass(frozen=True)
    class Nameless(Plain):
        """Its base has a name; it has none."""

    with pytest.raises(InputError, match=r"Nameless has no recipe name of its own; put @recipe"):
        identity(Nameless())
    with pytest.raises(InputError, match=r"Nameless and .*Plain both declare .*'test_identity-Pl"):
        recipe_name("test_identity-Plain")(Nameless)
    with pytest.raises(InputError, match=r"'a/b' is not a valid name"):
        recipe_name("a/b")
    with pytest.raises(TypeError):
        identity({1: "a"})
