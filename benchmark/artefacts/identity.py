"""What an artefact is, and the hash that tells it apart from every other value.

An artefact is a frozen, keyword-only dataclass. Its identity hashes its class, the version that the
class carries, and its fields, of which some are artefacts or data sets themselves.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store

INCIDENTAL = MappingProxyType({"identity": False})
"""Metadata of a dataclass field that doesn't change the result (a path, say)."""


class Artefact:
    """Base of the artefacts: subclasses are frozen dataclasses that implement ``build``."""

    version: ClassVar[str] = "1"
    """Raise it when the same fields come to mean another result."""

    resumable: ClassVar[bool] = False
    """Whether ``build`` can go on from what a cut-off build left in its folder."""

    def build(self, folder: Path, store: Store) -> None:
        """Make the artefact's files in ``folder``; what it needs it asks of ``store``."""
        raise NotImplementedError

    def further_dependencies(self) -> tuple[Artefact, ...]:
        """The artefacts that ``build`` asks for beside those among the fields."""
        return ()


@runtime_checkable
class Fingerprinted(Protocol):
    """Data that is known by a hash of its content, such as a data set."""

    @property
    def fingerprint(self) -> str: ...


def recipe(value: object) -> Any:
    """``value`` as JSON data that tells it apart from every value that means something else."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case tuple() | list() | range():
            return [recipe(item) for item in value]
        case Fingerprinted():
            return {"fingerprint": value.fingerprint}
        case Mapping():
            return {str(key): recipe(value[key]) for key in sorted(value)}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        fields = {
            field.name: recipe(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.metadata.get("identity", True)
        }
        version = getattr(kind, "version", None)
        return {"kind": f"{kind.__module__}.{kind.__qualname__}", "version": version, **fields}
    raise TypeError(f"{type(value).__name__} cannot be part of an artefact's identity")


def identity(value: object) -> str:
    """The SHA-256 of a value's recipe, in hexadecimal digits."""
    return digest(recipe(value))


def dependencies(value: object) -> Iterator[Artefact]:
    """The artefacts that ``value`` is made from, itself included, each after its own parts."""
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
    """The SHA-256 of JSON data, whatever the order of its keys, in hexadecimal digits."""
    text = json.dumps(made, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
