"""TREC run and qrels files: strict readers, and a writer whose order any reader keeps.

All lists made here follow one tie rule: score descending, then document order in the corpus. Ids
never break a tie (in WebQA, ids reveal their question). A run file contains that order in its
ranks; the writer also lowers tied scores by one float32 step each, so that tools that sort by score
keep the order. A run file from elsewhere may also be read as trec_eval does, without its ranks.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from benchmark.errors import InputError
from benchmark.io.files import replacing, write_text
from benchmark.io.jsonl import decode_json
from benchmark.io.run_columns import LARGE, LARGEST, Ties, best_first, read_columns
from benchmark.progress import log
from benchmark.types import Qrels, Run

INTEGER = re.compile(r"[+-]?[0-9]{1,9}")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?(nan|inf)", re.I)
ITERATION = re.compile(r"[+-]?[0-9]+|Q0|q0")
"""The values of TREC's second column."""

BOM = "\ufeff"
"""Ignored at the start of a file; elsewhere it would be an invisible part of an id."""

BINARY = (".parquet", ".arrow")
"""Extensions of files without lines."""


def read_run(path: Path, ties: Ties = "rank") -> Run:
    """Read lines ``qid Q0 docid rank score tag``, compressed if the name ends in ``.gz``.

    Columns are separated by tabs if a line has one, otherwise by spaces; a line that begins with #
    is a comment. Documents are ordered by score descending, equal scores by ``ties``, then by line.
    Raises InputError, with the line, for a malformed line, a score that is not finite, and a
    document that a query repeats.
    """
    if path.is_file() and path.stat().st_size >= LARGE:
        run = read_columns(path, ties)
        if run is not None:
            return run
    return _by_lines(path, ties)


def _by_lines(path: Path, ties: Ties) -> Run:
    import numpy as np

    by_query: dict[str, dict[str, tuple[float, int]]] = {}
    tag = path.name.removesuffix(".gz").removesuffix(".trec")
    for number, line in _lines(path):
        fields = _fields(line, path, number)
        if len(fields) != 6:
            raise InputError(
                f"{len(fields)} columns, but a run has 6",
                mend="write 'qid Q0 docid rank score tag' on each line",
                path=path,
                line=number,
            )
        query, _, document, rank_text, score_text, tag = fields
        if not INTEGER.fullmatch(rank_text) or not NUMBER.fullmatch(score_text):
            raise InputError(
                f"rank '{rank_text}' or score '{score_text}' is not a number",
                mend="ranks are integers from 1, scores decimal numbers",
                path=path,
                line=number,
            )
        rank, score = int(rank_text), float(score_text)
        if not abs(score) <= LARGEST:
            raise InputError(
                f"score '{score_text}' is not finite, or beyond {LARGEST:g}",
                mend="leave the document out or give it a finite score",
                path=path,
                line=number,
            )
        ranked = by_query.setdefault(query, {})
        if document in ranked:
            raise InputError(
                f"document '{document}' is repeated for query '{query}'",
                mend="list each document once for a query",
                path=path,
                line=number,
            )
        ranked[document] = (score, rank)
    if not by_query:
        raise InputError("no results", mend="give a run with at least one line", path=path)
    documents, scores = {}, {}
    for query, ranked in by_query.items():
        names, pairs = [*ranked], np.array([*ranked.values()], dtype=np.float64)
        values = pairs[:, 0].astype(np.float32 if ties == "trec_eval" else np.float64)
        order = best_first(values.astype(np.float64), pairs[:, 1].astype(np.int32), names, ties)
        documents[query] = [names[place] for place in order]
        scores[query] = [float(values[place]) for place in order]
    return Run(name=tag, documents=documents, scores=scores)


def write_run(run: Run, path: Path) -> None:
    """Write a run, compressed if the name ends in ``.gz``; equal runs give equal bytes.

    Raises InputError for an id that readers could not separate from the other columns.
    """
    retrieved = (name for ranked in run.documents.values() for name in ranked)
    between = _separator(run.documents, chain(retrieved, [run.name]))
    with replacing(path) as temporary, temporary.open("wb") as raw:
        packed = path.suffix == ".gz"
        binary = gzip.GzipFile("", "wb", 6, raw, mtime=0) if packed else raw
        with io.TextIOWrapper(binary, encoding="utf-8", newline="\n") as file:
            for query, documents in run.documents.items():
                scores = _strictly_decreasing(run.scores[query])
                for rank, (document, score) in enumerate(zip(documents, scores, strict=True), 1):
                    line = (query, "Q0", document, str(rank), score, run.name)
                    file.write(between.join(line) + "\n")


def read_sets(path: Path) -> dict[str, list[str]]:
    """Read a prediction file of WebQA: a JSON object, query id -> list of document ids, unranked.

    Raises InputError for another form, and for a repeated query or document.
    """

    def whole(pairs: list[tuple[str, object]]) -> dict[str, object]:
        repeated = [key for key, count in Counter(key for key, _ in pairs).items() if count > 1]
        if repeated:
            raise InputError(
                f"query '{repeated[0]}' occurs twice", mend="keep one of the two", path=path
            )
        return dict(pairs)

    with _open(path) as file:
        try:
            content = decode_json(file.read(), whole)
            json.dumps(content, ensure_ascii=False).encode()
        except UnicodeError:
            raise  # UnicodeDecodeError: handled where the file was opened
        except (ValueError, RecursionError) as error:  # invalid JSON or number; too much nesting
            raise InputError(
                f"not JSON ({getattr(error, 'msg', error)})",
                mend="restore the file: it is cut or damaged",
                path=path,
                line=getattr(error, "lineno", None),
            ) from None
    if not isinstance(content, dict) or not content:
        raise InputError("no predictions", mend="write {query id: [document ids]}", path=path)
    for query, documents in content.items():
        if not isinstance(documents, list) or {*map(type, documents)} - {str, int}:
            raise InputError(
                f"query '{query}' has no list of document ids",
                mend="write {query id: [document ids]}",
                path=path,
            )
        content[query] = [str(document) for document in documents]
        if len(set(content[query])) < len(documents):
            raise InputError(
                f"query '{query}' has a repeated document",
                mend="list each document once for a query",
                path=path,
            )
    return content


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read judgments in 3 (UniVL-DR, BEIR), 4 (TREC) or 5 columns (M-BEIR: the fifth is a task id).

    The header line of BEIR is skipped. A repeated judgment counts once, with a warning. Raises
    InputError, with the line, for other numbers of columns, a relevance that is not an integer, and
    a pair with two different judgments.
    """
    qrels: dict[str, dict[str, int]] = {}
    repeated = 0
    for number, line in _lines(path):
        fields = _fields(line, path, number)
        if number == 1 and fields == ["query-id", "corpus-id", "score"]:
            continue
        if len(fields) not in (3, 4, 5):
            raise InputError(
                f"{len(fields)} columns, but qrels have 3, 4 or 5",
                mend="write 'qid docid relevance' or 'qid 0 docid relevance' on each line",
                path=path,
                line=number,
            )
        if len(fields) > 3 and not ITERATION.fullmatch(fields[1]):
            raise InputError(
                f"the second of {len(fields)} columns is '{fields[1]}', but TREC's qrels have 0",
                mend="separate columns by tabs if ids contain spaces",
                path=path,
                line=number,
            )
        query = fields[0]
        document, relevance = fields[1:3] if len(fields) == 3 else fields[2:4]
        judged = qrels.setdefault(query, {})
        if not INTEGER.fullmatch(relevance):
            raise InputError(
                f"relevance '{relevance}' is not an integer",
                mend="use 1 for relevant and 0 for not relevant",
                path=path,
                line=number,
            )
        if judged.get(document, int(relevance)) != int(relevance):
            raise InputError(
                f"document '{document}' is judged {judged[document]} and {relevance} for query "
                f"'{query}'",
                mend="keep one judgment for a pair",
                path=path,
                line=number,
            )
        repeated += document in judged
        judged[document] = int(relevance)
    if not qrels:
        raise InputError("no judgments", mend="give at least one judged pair", path=path)
    if repeated:
        log.warning(f"{path}: {repeated:,} repeated judgments count once")
    return qrels


def line_of(path: Path, query: str, document: str | None = None) -> int | None:
    """The first line of a text file that contains ``query`` (and ``document``), for an error."""
    if path.suffix in BINARY:
        return None
    for number, line in _lines(path):
        fields = _fields(line, path, number)
        if fields[0] == query and (document is None or document in fields):
            return number
    return None


def write_qrels(qrels: Qrels, path: Path) -> None:
    """Write judgments in TREC's four columns.

    Raises InputError for an id that readers could not separate from the other columns.
    """
    between = _separator(qrels, (name for judged in qrels.values() for name in judged))
    write_text(
        path,
        "".join(
            between.join((query, "0", document, str(relevance))) + "\n"
            for query, judged in qrels.items()
            for document, relevance in judged.items()
        ),
    )


def _separator(queries: Iterable[str], documents: Iterable[str]) -> str:
    """The separator of columns: a space, or a tab if an id contains a space."""
    blank = False
    for query in queries:
        if query.startswith("#"):  # trec_eval would skip its lines
            raise InputError(
                f"query id '{query}' would be read as a comment", mend="rename the query"
            )
        blank |= _has_blank(query)
    for document in documents:
        blank |= _has_blank(document)
    return "\t" if blank else " "


def _has_blank(name: str) -> bool:
    if not name or name != name.strip(" ") or any(sign in name for sign in "\t\r\n"):
        raise InputError(
            f"id '{name}' is empty, or contains a tab, a line break, or a space at an end",
            mend="rename it in the data set",
        )
    return " " in name


def _fields(line: str, path: Path, number: int) -> list[str]:
    """The columns of a line, separated by tabs if it has one, otherwise by spaces.

    No other character separates columns: a no-break space is part of an id. Raises InputError for
    spaces beside a tab, since they may belong to an id or not.
    """
    line = line.rstrip("\n")
    if "\t" not in line:
        return [field for field in line.split(" ") if field]
    fields = line.split("\t")
    if any(not field or field != field.strip(" ") for field in fields):
        raise InputError(
            "an empty column, or a space beside a tab",
            mend="separate columns by one tab each, or by spaces only",
            path=path,
            line=number,
        )
    return fields


def _strictly_decreasing(scores: list[float]) -> Iterator[str]:
    """Scores as float32 texts of nine digits (which is exact); ties are lowered step by step."""
    import numpy as np

    previous = np.float32(np.inf)
    for score in np.asarray(scores, dtype=np.float32):
        previous = min(score, np.nextafter(previous, np.float32(-np.inf)))
        yield f"{previous:.9g}"


@contextmanager
def _open(path: Path) -> Iterator[io.TextIOBase]:
    if not path.exists() or path.is_dir():
        raise InputError("no such file", mend="check the path", path=path)
    try:
        if path.suffix == ".gz":
            with gzip.open(path, "rt", encoding="utf-8-sig") as packed:
                yield packed
        else:
            with path.open(encoding="utf-8-sig") as file:
                yield file
    except (UnicodeError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(
            f"not readable as text ({error})",
            mend="restore the file: it is cut or damaged",
            path=path,
        ) from None


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if BOM in line:
                raise InputError(
                    "a byte-order mark within the text", mend="remove it", path=path, line=number
                )
            if line.strip(" \t\n") and not line.startswith("#"):
                yield number, line
