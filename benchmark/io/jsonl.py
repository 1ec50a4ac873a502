"""JSON lines read strictly, each record with its place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.errors import InputError


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record came from, for errors."""

    path: Path
    line: int | None = None


def read_jsonl(path: Path, **required: type) -> Iterator[tuple[dict[str, Any], Source]]:
    """Yield each line's object with its place.

    ``required`` names the fields that every object must have, with their types. Raises InputError,
    naming the line, for what is no JSON object or lacks a field, and for an empty file.
    """
    if not path.is_file():
        raise InputError("no such file", mend="check the data set's folder", path=path)
    empty = True
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line.decode("utf-8-sig"))
                if b"\\u" in line:  # it may be a lone surrogate, which is no text
                    json.dumps(record, ensure_ascii=False).encode()
            except (ValueError, RecursionError) as error:  # of JSON, UTF-8, a surrogate, or depth
                raise InputError(
                    f"not JSON ({error})",
                    mend="restore the line: it is cut or damaged",
                    path=path,
                    line=number,
                ) from None
            if not isinstance(record, dict):
                raise InputError(
                    "not a JSON object", mend="write one object a line", path=path, line=number
                )
            for name, kind in required.items():
                if not isinstance(record.get(name), kind):
                    raise InputError(
                        f"field '{name}' is missing or no {kind.__name__}",
                        mend="add it to the object",
                        path=path,
                        line=number,
                    )
            empty = False
            yield record, Source(path, number)
    if empty:
        raise InputError("no records", mend="give at least one line", path=path)
