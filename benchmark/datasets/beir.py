"""BEIR folders: ``corpus.jsonl``, ``queries.jsonl``, ``qrels/<split>.tsv``."""

from __future__ import annotations

from pathlib import Path

from benchmark.datasets.collection import Writer
from benchmark.datasets.jsonl import read_jsonl
from benchmark.errors import InputError
from benchmark.types import Document, Query

TITLE = "a BEIR folder"


def files(source: Path) -> list[Path]:
    """The files that make up the data set."""
    qrels = sorted((source / "qrels").glob("*.tsv"))
    if not qrels:
        raise InputError(
            "no judgments", mend="put them in qrels/<split>.tsv", path=source / "qrels"
        )
    return [source / "corpus.jsonl", source / "queries.jsonl", *qrels]


def prepare(source: Path, writer: Writer) -> None:
    """Write a BEIR folder; a document's text is its title and text, as BEIR's models read it.

    A split holds the queries that its judgments name.
    """
    corpus, queries, *qrels = files(source)
    for record, place in read_jsonl(corpus, _id=str, text=str):
        title = str(record.get("title") or "")
        text = f"{title} {record['text']}".strip()
        writer.add(Document(id=record["_id"], text=text, title=title), place)
    for path in qrels:
        judgments = _read_qrels(path)
        writer.split(
            path.stem,
            (
                (Query(id=record["_id"], text=record["text"]), place)
                for record, place in read_jsonl(queries, _id=str, text=str)
                if record["_id"] in judgments
            ),
            judgments,
            path,
        )


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """BEIR's three columns under a header line ``query-id corpus-id score``."""
    judgments: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            fields = line.rstrip("\r\n").split("\t")
            if number == 1 and fields[:2] == ["query-id", "corpus-id"]:
                continue
            if len(fields) != 3 or not fields[2].strip().lstrip("-").isdecimal():
                raise InputError(
                    "no judgment",
                    mend="write query id, document id and an integer, separated by tabs",
                    path=path,
                    line=number,
                )
            judged = judgments.setdefault(fields[0], {})
            if fields[1] in judged:
                raise InputError(
                    f"document '{fields[1]}' is judged twice for query '{fields[0]}'",
                    mend="keep one judgment a pair",
                    path=path,
                    line=number,
                )
            judged[fields[1]] = int(fields[2])
    return judgments
