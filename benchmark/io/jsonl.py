"""Strict JSON, without NaN and infinities, and JSON lines with the place of each record."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import InputError


@dataclass(frozen=True, slots=True)
class Source:
    """The place of a record, for error messages."""

    path: Path
    line: int | None = None


def decode_json(
    content: str | bytes, pairs: Callable[[list[tuple[str, Any]]], Any] | None = None
) -> Any:
    """The value of a JSON text, which may begin with a byte-order mark.

    pairs: makes the value of an object from its keys and values. Raises ValueError for invalid
    JSON, which includes NaN and infinities (Python's reader accepts them) and encodings other than
    UTF-8; RecursionError for too much nesting.
    """
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    decoder = _STRICT if pairs is None else _decoder(pairs)
    value = decoder.decode(text.removeprefix("\ufeff"))
    if "\\u" in text:  # it may be a lone surrogate, which is not text
        json.dumps(value, ensure_ascii=False).encode()
    return value


def texts_of(values: list[Any], name: str, place: Source) -> tuple[str, ...]:
    """The texts in a list. Raises InputError, with the field's name, for another value."""
    for value in values:
        if not isinstance(value, str):
            raise InputError(
                f"{value!r} in field '{name}' is not a text",
                mend="quote it",
                path=place.path,
                line=place.line,
            )
    return tuple(values)


def _decoder(pairs: Callable[[list[tuple[str, Any]]], Any] | None = None) -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_refuse, parse_float=_finite, object_pairs_hook=pairs)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a JSON value")


def _finite(digits: str) -> float:
    if math.isinf(number := float(digits)):
        raise ValueError(f"the number {digits} is too large")
    return number


_STRICT = _decoder()


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises InputError if there is none."""
    try:
        content = decode_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError("no such file", mend="check the data set's folder", path=path) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON ({error})", mend="restore the file", path=path) from None
    if not isinstance(content, dict):
        raise InputError("not a JSON object", mend="restore the file", path=path)
    return content


def read_jsonl(
    path: Path, *, optional: Mapping[str, type] | None = None, **required: type
) -> Iterator[tuple[dict[str, Any], Source]]:
    """Yield each line's object with its place.

    required: the fields that every object must have, with their types. optional: fields that may be
    missing or null. Raises InputError, with the line, for invalid JSON, for a missing field or one
    of another type, and for an empty file.
    """
    if not path.is_file():
        raise InputError("no such file", mend="check the data set's folder", path=path)
    empty = True
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = decode_json(line)
            except (ValueError, RecursionError) as error:  # invalid JSON or UTF-8; too much nesting
                raise InputError(
                    f"not JSON ({error})",
                    mend="restore the line: it is cut or damaged",
                    path=path,
                    line=number,
                ) from None
            if not isinstance(record, dict):
                raise InputError(
                    "not a JSON object",
                    mend="write one object on each line",
                    path=path,
                    line=number,
                )
            for name, kind in required.items():
                if not isinstance(record.get(name), kind):
                    raise InputError(
                        f"field '{name}' is missing or not of type {kind.__name__}",
                        mend="add it to the object",
                        path=path,
                        line=number,
                    )
            for name, kind in (optional or {}).items():
                if not isinstance(record.get(name), (kind, type(None))):
                    raise InputError(
                        f"field '{name}' is not of type {kind.__name__}",
                        mend="correct it, or leave it out",
                        path=path,
                        line=number,
                    )
            empty = False
            yield record, Source(path, number)
    if empty:
        raise InputError("no records", mend="give at least one line", path=path)
