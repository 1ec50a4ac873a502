"""Assessments of unjudged documents: the file for assessors, and the judgments that come back.

    <results>/<data set>/judgments/NAME.qrels    additional judgments in TREC's four columns

They never change the data set's own qrels, nor any figure that is computed from these.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmark.errors import InputError, unknown
from benchmark.io.files import write_text
from benchmark.io.trec import read_qrels, write_qrels
from benchmark.types import Qrels

COLUMNS = ("query", "question", "document", "modality", "title", "text", "relevance")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_LEVEL = re.compile(r"[0-9]{1,3}")


def judgments_path(home: Path, name: str) -> Path:
    """The path of the judgments with this name, beside a data set's results.

    Raises InputError for a name that is not possible for a file.
    """
    if not NAME.fullmatch(name):
        raise InputError(
            f"'{name}' cannot be the name of a file", mend="use letters, digits, '-', '_' and '.'"
        )
    return home / "judgments" / f"{name}.qrels"


def write_assessments(rows: Iterable[Mapping[str, str]], path: Path) -> None:
    """Write a CSV file for assessors: COLUMNS, with an empty relevance to fill in."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "relevance": ""} for row in rows)
    write_text(path, text.getvalue())


def read_assessments(path: Path, qrels: Qrels) -> dict[str, dict[str, int]]:
    """Read a filled-in CSV file; rows with an empty relevance are left out.

    Raises InputError, with the line, for a missing column, a relevance that is not an integer of 0
    or more, a question without judgments, and a document that is already judged or repeated; also
    for a file without any relevance.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            judgments = _filled_in(csv.DictReader(file, strict=True), qrels, path)
    except FileNotFoundError:
        raise InputError("no such file", mend="check the path", path=path) from None
    except (UnicodeError, csv.Error) as error:
        raise InputError(
            f"not readable as CSV ({error})", mend="save it as CSV in UTF-8", path=path
        ) from None
    if not judgments:
        raise InputError("no relevance is filled in", mend="write 0 or 1 into the rows", path=path)
    return judgments


def _filled_in(reader: csv.DictReader[str], qrels: Qrels, path: Path) -> dict[str, dict[str, int]]:
    judgments: dict[str, dict[str, int]] = {}
    missing = {"query", "document", "relevance"} - set(reader.fieldnames or ())
    if missing:
        raise InputError(
            f"column {', '.join(sorted(missing))} is missing",
            mend="fill in the file that `inspect --unjudged` wrote",
            path=path,
        )
    for row in reader:
        _add(judgments, row, qrels, path, reader.line_num)
    return judgments


def _add(
    judgments: dict[str, dict[str, int]],
    row: Mapping[str, str | None],
    qrels: Qrels,
    path: Path,
    line: int,
) -> None:
    names = ("query", "document", "relevance")
    query, document, level = ((row[name] or "").strip() for name in names)
    if not level:
        return
    if not _LEVEL.fullmatch(level):
        raise InputError(
            f"relevance '{level}' is not an integer of 0 or more",
            mend="use 1 for relevant and 0 for not relevant",
            path=path,
            line=line,
        )
    if query not in qrels:
        raise InputError(
            f"question '{query}' has no judgments in this split",
            mend="give the --dataset and --split that the file was made for",
            path=path,
            line=line,
        )
    if not document or document in qrels[query] or document in judgments.get(query, {}):
        what = f"document '{document}' is already judged" if document else "no document"
        raise InputError(what, mend="keep one judgment for a pair", path=path, line=line)
    judgments.setdefault(query, {})[document] = int(level)


def keep_judgments(judged: Qrels, home: Path, name: str) -> Path:
    """Save judgments under a new name. Raises InputError if the name is taken."""
    path = judgments_path(home, name)
    if path.exists():
        raise InputError("judgments with this name exist", mend="choose another name", path=path)
    write_qrels(judged, path)
    return path


def read_judgments(home: Path, name: str) -> Qrels:
    """The judgments saved under a name. Raises InputError with the most similar name."""
    path = judgments_path(home, name)
    if not path.is_file():
        known = [file.stem for file in sorted(path.parent.glob("*.qrels"))]
        if not known:
            raise InputError("no additional judgments", mend="add some with `judge`", path=path)
        raise unknown("judgments", name, known)
    return read_qrels(path)


def with_judgments(qrels: Qrels, additional: Qrels) -> Qrels:
    """Both together; the data set's own judgments take precedence."""
    return {query: {**additional.get(query, {}), **judged} for query, judged in qrels.items()}
