"""Fast reading of large run files by columns, if they are regular.

Anything unusual (a comment between lines, blanks in a row, a score that is not a number, a repeated
document) gives None: then the file is read line by line, which reports an error with its line.
"""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from benchmark.io import arrow
from benchmark.io.slices import Coded, Slices
from benchmark.types import Run

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Ties: TypeAlias = Literal["rank", "trec_eval"]
"""The order of equal scores: by the rank column; or by trec_eval's rule, which compares scores in
single precision and puts the greater document id first."""

LARGEST = 1e38
"""The largest score, so that float32 can represent it and steps below it."""

MOST = 10**9
"""The largest number of digits in a rank."""

LARGE = 500_000
"""The size in bytes from which columns are faster: smaller files take less time than pyarrow's
import."""

_NAMES = ("query", "iteration", "document", "rank", "score", "tag")
_BLOCK = 1 << 24


@dataclass(frozen=True)
class _Columns:
    """queries, tags: a value for each sequence of equal lines, and the line where it begins."""

    queries: list[str]
    starts: npt.NDArray[np.int64]
    documents: Coded
    ranks: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float64]
    tag: str


def read_columns(path: Path, ties: Ties) -> Run | None:
    """The run in a file of six columns; None if it has to be read line by line."""
    import numpy as np

    columns = _parsed(path)
    if columns is None:
        return None
    scores, ranks = columns.scores, columns.ranks
    if not (np.abs(scores) <= LARGEST).all() or not (np.abs(ranks.astype(np.int64)) < MOST).all():
        return None
    columns = _grouped(columns)
    ends = np.append(columns.starts[1:], len(columns.scores))
    ordered = _ordered(columns, ends, ties)
    if ordered is None:
        return None
    starts = np.append(columns.starts, len(scores))
    lists, falling = (Slices(column, columns.queries, starts) for column in ordered)
    return Run(columns.tag, lists, falling)


def _parsed(path: Path) -> _Columns | None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    from pyarrow import csv

    queries: list[str] = []
    starts: list[int] = []
    documents, ranks, scores = [], [], []
    count, tag = 0, ""
    try:
        comments, delimiter = _form(path)
        with pa.OSFile(str(path)) as raw, _unpacked(raw, path) as stream:
            text = pa.large_string()
            kinds = dict.fromkeys(("query", "iteration", "document", "tag"), text)
            reader = csv.open_csv(
                stream,
                csv.ReadOptions(column_names=_NAMES, block_size=_BLOCK, skip_rows=comments),
                csv.ParseOptions(delimiter=delimiter, quote_char=False),
                csv.ConvertOptions(
                    column_types={**kinds, "rank": pa.int32(), "score": pa.float64()},
                    null_values=[],
                ),
            )
            for batch in reader:
                for name in ("query", "iteration", "tag"):
                    runs = pc.run_end_encode(batch[name])
                    values = runs.values.to_pylist()
                    if not all(_is_plain(value) for value in values):
                        return None
                    if name == "query":
                        ends = runs.run_ends.to_pylist()
                        starts += [count, *(count + end for end in ends[:-1])]
                        queries += values
                    if name == "tag":
                        tag = values[-1]
                documents.append(batch["document"])
                ranks.append(arrow.as_numpy(batch["rank"]))
                scores.append(arrow.as_numpy(batch["score"]))
                count += batch.num_rows
    except (pa.ArrowException, OSError, UnicodeError, EOFError, zlib.error):
        return None
    if not count:
        return None
    coded = pa.chunked_array(documents).combine_chunks().dictionary_encode()
    if not _are_plain(coded.dictionary):
        return None
    return _Columns(
        queries,
        np.array(starts, dtype=np.int64),
        Coded.of(coded),
        np.concatenate(ranks),
        np.concatenate(scores),
        tag,
    )


def _unpacked(raw: Any, path: Path) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(raw, "gzip") if path.suffix == ".gz" else raw


def _form(path: Path) -> tuple[int, str]:
    """The number of comment lines at the start, and the separator of columns after them."""
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig") as file:
        lines = file.read(100_000).split("\n")
    comments = next((i for i, line in enumerate(lines) if not line.startswith("#")), 0)
    return comments, "\t" if "\t" in lines[comments] else " "


def _is_plain(value: str) -> bool:
    """Whether the value is no comment, no empty column, and no part of another column."""
    return bool(value) and value[0] != "#" and value == value.strip(" ") and _is_id(value)


def _is_id(value: str) -> bool:
    return "\t" not in value and "\ufeff" not in value


def _are_plain(documents: Any) -> bool:
    """Whether documents' distinct ids are plain as in ``_is_plain``; they may begin with #."""
    import pyarrow.compute as pc

    if pc.min(pc.binary_length(documents)).as_py() == 0:
        return False
    unlike = [pc.match_substring(documents, "\t"), pc.match_substring(documents, " ")]
    if not pc.all(pc.string_is_ascii(documents)).as_py():
        unlike.append(pc.match_substring(documents, "\ufeff"))
    # A blank in an id is allowed between tabs, but rare enough to be read line by line.
    return not any(pc.any(mask).as_py() for mask in unlike)


def _grouped(columns: _Columns) -> _Columns:
    """The same columns, with the lines of each query together, in the order of their first line."""
    import numpy as np

    first: dict[str, int] = {}
    codes = [first.setdefault(query, len(first)) for query in columns.queries]
    lengths = np.diff(np.append(columns.starts, len(columns.scores)))
    if len(first) == len(codes):
        return columns
    of_lines = np.repeat(np.array(codes, dtype=np.int64), lengths)
    order = np.argsort(of_lines, kind="stable")
    counts = np.bincount(of_lines, minlength=len(first))
    return _Columns(
        [*first],
        np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64),
        columns.documents.take(order),
        columns.ranks[order],
        columns.scores[order],
        columns.tag,
    )


def _ordered(
    columns: _Columns, ends: npt.NDArray[np.int64], ties: Ties
) -> tuple[Coded, npt.NDArray[np.float64]] | None:
    """Documents and scores of each query, best first; None if a list repeats a document."""
    import numpy as np

    scores, documents = columns.scores, columns.documents
    if ties == "trec_eval":
        scores = scores.astype(np.float32).astype(np.float64)
    rows = np.repeat(np.arange(len(ends)), ends - columns.starts)
    pairs = np.sort(rows * len(documents.names) + documents.codes)
    if (pairs[1:] == pairs[:-1]).any():
        return None
    unsettled = np.append(scores[1:] >= scores[:-1], False)
    unsettled[ends - 1] = False
    if not unsettled.any():
        return documents, scores
    order = np.arange(len(scores))
    for row in np.unique(rows[unsettled]).tolist():
        part = slice(int(columns.starts[row]), int(ends[row]))
        order[part] = part.start + best_first(
            scores[part], columns.ranks[part], documents[part].tolist(), ties
        )
    return documents.take(order), scores[order]


def best_first(
    scores: npt.NDArray[np.float64], ranks: npt.NDArray[np.int32], documents: list[str], ties: Ties
) -> npt.NDArray[np.intp]:
    """The places of a query's documents, best first; equal scores by ``ties``, then by line."""
    import numpy as np

    if ties == "rank":
        return np.lexsort((ranks, -scores))
    by_id = sorted(range(len(documents)), key=documents.__getitem__, reverse=True)
    place = np.empty(len(documents), dtype=np.intp)
    place[by_id] = np.arange(len(documents))
    return np.lexsort((place, -scores))
