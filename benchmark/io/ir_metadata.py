"""ir_metadata: the description of a TREC run in YAML (Breuer et al., SIGIR 2022).

Authors write it as comments at the start of a run. trec_eval and ir_measures do not accept
comments, so that exports put it into a file beside the run.
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
"""The largest number of lines in a header."""


def render(metadata: Mapping[str, Any]) -> str:
    """The metadata as YAML, in the given order."""
    import yaml

    text: str = yaml.safe_dump(dict(metadata), sort_keys=False, allow_unicode=True, width=100)
    return text


def read_header(path: Path) -> dict[str, Any] | None:
    """The metadata in the header of a run, with all values as text; None without a header.

    Raises InputError for a header without an end, one that is not a YAML mapping, and one with
    aliases, which could expand beyond all memory.
    """
    import yaml

    lines = _comments(path)
    if START not in lines:
        return None
    if END not in lines:
        raise InputError(
            f"its ir_metadata does not end within {MOST_LINES:,} lines",
            mend=f"write '{END}' after it",
            path=path,
        )
    header = lines[lines.index(START) + 1 : lines.index(END)]
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in header)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise InputError("its ir_metadata has aliases", mend="write them out", path=path)
        metadata = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"its ir_metadata is not YAML ({reason})", mend="correct it", path=path
        ) from None
    if not isinstance(metadata, dict) or not all(isinstance(key, str) for key in metadata):
        raise InputError("its ir_metadata is not a mapping", mend="write 'key: value'", path=path)
    return metadata


def _comments(path: Path) -> list[str]:
    """The comments at the start of a file, up to the length of a header."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8-sig") as file
    ):
        head = itertools.takewhile(lambda line: line.startswith("#"), file)
        return [line.rstrip() for line in itertools.islice(head, MOST_LINES)]
