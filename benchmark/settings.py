"""The settings of a retriever: its fields, checked against their declared types.

    view: Literal["both", "caption", "image"] = "both"      # one of these
    k1: Annotated[float, Range(0)] = 0.9                    # a finite number of at least 0
    layers: tuple[int, ...] = (1, 2)                        # a list in TOML
    longest: int | None = None                              # "none" in TOML, which has no null

An integer is accepted and converted for a declared ``float``, so that 1 and 1.0 are the same
setting. ``bool`` is not a number. Types are resolved in the module that declares them: a name that
is imported only under ``TYPE_CHECKING`` cannot be resolved, so that types of settings are in
modules without torch.
"""

from __future__ import annotations

import dataclasses
import inspect
import math
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from numbers import Integral, Real
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from benchmark.errors import InputError, unknown

NONE = "none"
"""The text for None in a TOML file."""


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers from ``least`` to ``greatest``, both included; None means no bound."""

    least: float | None = None
    greatest: float | None = None

    def __contains__(self, number: float) -> bool:
        below = self.least is not None and number < self.least
        above = self.greatest is not None and number > self.greatest
        return not below and not above

    def __str__(self) -> str:
        if self.greatest is None:
            return f"of at least {self.least}"
        if self.least is None:
            return f"of at most {self.greatest}"
        return f"from {self.least} to {self.greatest}"


def settings(retriever: object) -> dict[str, object]:
    """The settings of a retriever, by name."""
    kind: type = type(retriever)
    return {name: getattr(retriever, name) for name in _declared(kind)}


def checked(
    kind: type,
    values: Mapping[str, object],
    *,
    name: str = "",
    path: Path | None = None,
) -> dict[str, object]:
    """``values`` for the settings of ``kind``, converted to their declared types.

    name: the retriever or row, for errors. path: the TOML file with the values.

    Raises InputError for an unknown setting, a value that its type does not allow, and a setting
    with neither a value nor a default.
    """
    declared = _declared(kind)
    whose = f"of '{name}'" if name else f"of {kind.__name__}"
    converted = {}
    for key, value in values.items():
        if key not in declared:
            raise unknown(f"setting {whose}", key, list(declared), path)
        converted[key] = _setting(kind, key, value, whose, path)
    for field in dataclasses.fields(kind):
        defaults = (field.default, field.default_factory)
        if field.init and field.name not in values and set(defaults) == {dataclasses.MISSING}:
            raise InputError(
                f"setting '{field.name}' {whose} has no value", mend="give it one", path=path
            )
    return converted


def check(retriever: object) -> None:
    """Check the settings of a retriever that is made in code, and convert them in place."""
    kind: type = type(retriever)
    for key, value in checked(kind, settings(retriever)).items():
        object.__setattr__(retriever, key, value)


def _setting(kind: type, key: str, value: object, whose: str, path: Path | None) -> object:
    declared = _type_of(kind, key)
    given = value
    if path is not None and value == NONE and types.NoneType in _choices(declared):
        if str in _choices(declared) or NONE in _literals(declared):
            raise InputError(
                f"setting '{key}' {whose} is '{NONE}', which could be a text or no value",
                mend="leave it out for the default, or set it in code",
                path=path,
            )
        value = None
    try:
        return _converted(declared, value)
    except ValueError:
        texts = [choice for choice in _literals(declared) if isinstance(choice, str)]
        near = get_close_matches(str(given), texts, n=1, cutoff=0.5)
        raise InputError(
            f"setting '{key}' {whose} is {given!r}",
            mend=f"it must be {_allowed(declared)}"
            + (f"; did you mean '{near[0]}'?" if near else ""),
            path=path,
        ) from None


@cache
def _declared(kind: type) -> Mapping[str, Any]:
    """The declared type of each setting, as written."""
    owners = {}
    for base in reversed(kind.__mro__):
        owners.update(dict.fromkeys(inspect.get_annotations(base), base))
    fields = [field.name for field in dataclasses.fields(kind) if field.init]
    return {name: owners[name] for name in fields}


@cache
def _type_of(kind: type, key: str) -> Any:
    """The declared type of a setting, resolved in the module that declares it."""
    owner = _declared(kind)[key]
    hint = inspect.get_annotations(owner)[key]
    holder = type(key, (), {"__annotations__": {key: hint}, "__module__": owner.__module__})
    try:
        return typing.get_type_hints(holder, include_extras=True)[key]
    except (NameError, AttributeError, TypeError) as error:
        raise InputError(
            f"the type of setting '{key}' of {owner.__name__} cannot be read ({error})",
            mend="import its names at the top of the module, not under TYPE_CHECKING",
        ) from None


def _converted(declared: Any, value: object) -> object:
    """``value`` as the declared type. Raises ValueError if the type does not allow it."""
    origin, arguments = get_origin(declared), get_args(declared)
    if declared in (Any, object):
        return value
    if origin is Annotated:
        number: Any = _converted(arguments[0], value)
        ranges = [bound for bound in arguments[1:] if isinstance(bound, Range)]
        if number is not None and not all(number in bound for bound in ranges):
            raise ValueError
        return number
    if origin is Literal:
        return _same(arguments, value)
    if origin in (Union, types.UnionType):
        return _first(arguments, value)
    if declared is tuple or origin is tuple:
        return _tuple(arguments, value)
    if declared in (int, float):
        return _number(declared, value)
    try:
        fits = isinstance(value, origin or declared)
    except TypeError:  # a protocol that is not checkable at run time; only mypy checks these
        return value
    if not fits:
        raise ValueError
    return value


def _same(choices: tuple[object, ...], value: object) -> object:
    for choice in choices:
        if type(choice) is type(value) and choice == value:
            return choice
    raise ValueError


def _first(alternatives: tuple[Any, ...], value: object) -> object:
    for alternative in alternatives:
        try:
            return _converted(alternative, value)
        except ValueError:
            continue
    raise ValueError


def _tuple(arguments: tuple[Any, ...], value: object) -> object:
    if not isinstance(value, (list, tuple)):
        raise ValueError
    if not arguments:
        return tuple(_tuple((), one) if isinstance(one, (list, tuple)) else one for one in value)
    kinds = arguments if arguments[-1] is not ... else (arguments[0],) * len(value)
    if len(kinds) != len(value):
        raise ValueError
    return tuple(_converted(kind, one) for kind, one in zip(kinds, value, strict=True))


def _number(declared: type[int] | type[float], value: Any) -> int | float:
    fits = isinstance(value, Integral if declared is int else Real)
    if isinstance(value, bool) or not fits:
        raise ValueError
    try:
        number = declared(value)
    except OverflowError:
        raise ValueError from None
    if not math.isfinite(number):
        raise ValueError
    return number


def _choices(declared: Any) -> tuple[Any, ...]:
    """The alternatives of a declared type, itself where it has none."""
    if get_origin(declared) is Annotated:
        return _choices(get_args(declared)[0])
    union = get_origin(declared) in (Union, types.UnionType)
    return get_args(declared) if union else (declared,)


def _literals(declared: Any) -> Iterator[object]:
    for one in _choices(declared):
        if get_origin(one) is Literal:
            yield from get_args(one)


WORDS = types.MappingProxyType(
    {
        bool: "true or false",
        float: "a finite number",
        int: "a whole number",
        str: "a text",
        tuple: "a list",
        types.NoneType: f"'{NONE}'",
    }
)
"""How errors call the types that a TOML file can write."""


def _allowed(declared: Any) -> str:
    """What a declared type allows, in words."""
    origin, arguments = get_origin(declared), get_args(declared)
    if origin is Annotated:
        ranges = [str(one) for one in arguments[1:] if isinstance(one, Range)]
        return " ".join([_allowed(arguments[0]), *ranges])
    if origin is Literal:
        return " or ".join(repr(one) for one in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(map(_allowed, arguments))
    if origin is tuple and arguments[-1] is ...:
        return f"a list, each of it {_allowed(arguments[0])}"
    if origin is tuple:
        return f"a list of {', '.join(map(_allowed, arguments))}"
    return WORDS.get(declared) or f"a {getattr(declared, '__name__', declared)}, given by code"
