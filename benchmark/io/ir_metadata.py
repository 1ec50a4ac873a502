"""ir_metadata: what a TREC run says of itself, in YAML (Breuer et al., SIGIR 2022).

Authors put it as comments at the head of a run. trec_eval and ir_measures read no comments, so what
is exported stands in a file of its own beside the run.
"""

from __future__ import annotations

import gzip
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.errors import InputError

START, END = "# ir_metadata.start", "# ir_metadata.end"

MOST_LINES = 2_000
"""Of a header."""


def render(metadata: Mapping[str, Any]) -> str:
    """The metadata as YAML, in the given order."""
    import yaml

    text: str = yaml.safe_dump(dict(metadata), sort_keys=False, allow_unicode=True, width=100)
    return text


def read_header(path: Path) -> dict[str, Any] | None:
    """The metadata at the head of a run, all values as text; None where it has none.

    Raises InputError for a header without an end, one that is no YAML mapping, or one with aliases,
    which can stand for more text than any memory holds.
    """
    import yaml

    lines = _comments(path)
    if START not in lines:
        return None
    if END not in lines:
        raise InputError(
            f"its ir_metadata has no end within {MOST_LINES:,} lines",
            mend=f"write '{END}' after it",
            path=path,
        )
    header = lines[lines.index(START) + 1 : lines.index(END)]
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in header)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise InputError("its ir_metadata has aliases", mend="write them out", path=path)
        found = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"its ir_metadata is no YAML ({reason})", mend="correct it", path=path
        ) from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise InputError("its ir_metadata is no mapping", mend="write 'key: value'", path=path)
    return found


def _comments(path: Path) -> list[str]:
    """The comments at the head of a file, as many as a header may have."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8-sig") as file
    ):
        head = itertools.takewhile(lambda line: line.startswith("#"), file)
        return [line.rstrip() for line in itertools.islice(head, MOST_LINES)]
