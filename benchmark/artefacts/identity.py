"""Artefacts, and the hash that identifies them.

An artefact is a frozen, keyword-only dataclass. Its identity hashes the name that its class
declares, the version of the class, and its fields, which may be artefacts or data sets themselves.
The name is declared and not taken from the module, so that moving or renaming a class does not
change identities:

    @recipe_name("HardNegatives")
    @dataclass(frozen=True, kw_only=True)
    class HardNegatives(Artefact): ...
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, runtime_checkable

from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store

INCIDENTAL = MappingProxyType({"identity": False})
"""Metadata of a dataclass field that does not change the result, such as a path."""

C = TypeVar("C", bound=type)

_NAME = "__recipe_name__"
_named: dict[str, str] = {}
"""Declared name -> the class that declared it, as module and qualified name."""


def recipe_name(name: str) -> Callable[[C], C]:
    """Decorator of a class: declare its name in recipes.

    Every class whose values enter recipes needs a name of its own; subclasses do not inherit it.
    Raises InputError if another class has this name, or if it cannot name a folder.
    """
    if not re.fullmatch(r"\w[\w-]{0,79}", name):
        raise InputError(
            f"recipe name '{name}' is not a valid name",
            mend="use letters, digits, hyphens and underscores, 80 at most",
        )

    def declare(cls: C) -> C:
        if _named.setdefault(name, _place(cls)) != _place(cls):
            raise InputError(
                f"{_place(cls)} and {_named[name]} both declare the recipe name '{name}'",
                mend="rename one of them",
            )
        setattr(cls, _NAME, name)
        return cls

    return declare


def name_retriever(cls: type, name: str) -> None:
    """Use the name under which a class is registered as a retriever as its name in recipes.

    Registered names are unique; declared names never have the same form.
    """
    if _NAME not in vars(cls):
        setattr(cls, _NAME, f"retriever/{name}")


def name_of(cls: type) -> str:
    """The declared name of a class. Raises InputError if it has none."""
    name: str | None = vars(cls).get(_NAME)
    if name is None:
        raise InputError(
            f"{_place(cls)} has no recipe name of its own",
            mend=f'put @recipe_name("{cls.__name__}") above the class',
        )
    return name


class Artefact:
    """Base of the artefacts: subclasses are frozen dataclasses that implement ``build``."""

    version: ClassVar[str] = "1"
    """The version of the recipe: increase it if the same fields give another result."""

    resumable: ClassVar[bool] = False
    """Whether ``build`` can continue from what an interrupted build left in its folder."""

    def build(self, folder: Path, store: Store) -> None:
        """Make the artefact's files in ``folder``, using other artefacts from ``store``."""
        raise NotImplementedError

    def further_dependencies(self) -> tuple[Artefact, ...]:
        """The artefacts that ``build`` uses, besides those among the fields."""
        return ()


@runtime_checkable
class Fingerprinted(Protocol):
    """Data that are identified by a hash of their content, such as a data set."""

    @property
    def fingerprint(self) -> str: ...


def recipe(value: object) -> Any:
    """``value`` as JSON data; values that mean something else have other data.

    A dataclass becomes its declared name, its version and its fields; a data set becomes its
    fingerprint. Raises InputError for a class without a declared name, TypeError for values of
    other kinds.
    """
    match value:
        case None | bool() | int() | float() | str():
            return value
        case tuple() | list() | range():
            return [recipe(item) for item in value]
        case Fingerprinted():
            return {"data": name_of(type(value)), "fingerprint": value.fingerprint}
        case Mapping() if all(isinstance(key, str) for key in value):
            return {"mapping": {key: recipe(value[key]) for key in sorted(value)}}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        cls = type(value)
        fields = {
            field.name: recipe(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.metadata.get("identity", True)
        }
        version = None if "version" in fields else getattr(cls, "version", None)
        return {"kind": name_of(cls), "version": version, "fields": fields}
    raise TypeError(f"{type(value).__name__} cannot be part of an artefact's identity")


def recipe_fields(made: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields in a dataclass's recipe; in manifests of format 1 they are beside the name."""
    if "fields" in made:
        fields: Mapping[str, Any] = made["fields"]
        return fields
    return {name: value for name, value in made.items() if name not in ("kind", "version")}


def identity(value: object) -> str:
    """The SHA-256 of a value's recipe, in hexadecimal digits."""
    return digest(recipe(value))


def dependencies(value: object) -> Iterator[Artefact]:
    """The artefacts that ``value`` is made from, and itself, each after its dependencies."""
    seen: set[str] = set()

    def walk(item: object) -> Iterator[Artefact]:
        if isinstance(item, (tuple, list)):
            for element in item:
                yield from walk(element)
        elif dataclasses.is_dataclass(item) and not isinstance(item, type):
            for field in dataclasses.fields(item):
                yield from walk(getattr(item, field.name))
            if isinstance(item, Artefact):
                yield from walk(item.further_dependencies())
            if isinstance(item, Artefact) and (key := identity(item)) not in seen:
                seen.add(key)
                yield item

    return walk(value)


def digest(made: Any) -> str:
    """The SHA-256 of JSON data, independent of the order of keys, in hexadecimal digits."""
    text = json.dumps(made, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _place(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"
