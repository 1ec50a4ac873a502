"""BEIR folders: ``corpus.jsonl``, ``queries.jsonl``, ``qrels/<split>.tsv``."""

from __future__ import annotations

from pathlib import Path

from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.jsonl import read_jsonl
from benchmark.io.trec import read_qrels
from benchmark.types import Document, Query

TITLE = "a BEIR folder"
NOTICE = ""

KEEP_OWN = ("own documents", "kept")
"""An entry among the hashes of the files, if a TOML file demands it, which changes the identity."""


def files(source: Path) -> list[Path]:
    """The files of the data set."""
    splits = sorted((source / "qrels").glob("*.tsv"))
    if not splits:
        raise InputError(
            "no judgments", mend="put them in qrels/<split>.tsv", path=source / "qrels"
        )
    return [source / "corpus.jsonl", source / "queries.jsonl", *splits]


def prepare(source: Path, writer: Writer) -> None:
    """Write a BEIR folder; a document's text is its title and text, as for BEIR's models.

    A split contains the queries with judgments. If a query has the id of a document (ArguAna,
    Quora), this document is left out of its list, as in BEIR's evaluation.
    """
    corpus, queries, *splits = files(source)
    if KEEP_OWN not in writer.hashes.items():
        writer.leave_own_documents_out()
    for record, place in read_jsonl(corpus, _id=str, text=str, optional={"title": str}):
        title = record.get("title") or ""
        text = f"{title} {record['text']}".strip()
        writer.add(Document(id=record["_id"], text=text, title=title), place)
    for path in splits:
        qrels = read_qrels(path)
        writer.split(
            path.stem,
            (
                (Query(id=record["_id"], text=record["text"]), place)
                for record, place in read_jsonl(queries, _id=str, text=str)
                if record["_id"] in qrels
            ),
            qrels,
            path,
        )
