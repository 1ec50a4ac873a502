"""``webqa-answers``: WebQA's validation questions, each with its own answer sentence as passage.

It is a collection of real texts made from ``val_queries.jsonl`` (WebQnA/WebQA baseline outputs,
CC0): each question whose first answer has four or more words, with this answer as its only relevant
passage. Answers repeat much of their question, which favours word overlap.
"""

from __future__ import annotations

from pathlib import Path

from benchmark.datasets.writer import Writer
from benchmark.io.jsonl import Source, read_jsonl, texts_of
from benchmark.types import Document, Query

TITLE = "WebQA's validation questions and their answer sentences"
NOTICE = ""
FEWEST_WORDS = 4


def files(source: Path) -> list[Path]:
    """The files that make up the data set."""
    return [source / "val_queries.jsonl"]


def prepare(source: Path, writer: Writer) -> None:
    """Write the questions and answers in the order of the file."""
    (path,) = files(source)
    queries: list[tuple[Query, Source]] = []
    qrels: dict[str, dict[str, int]] = {}
    for record, place in read_jsonl(path, qid=str, Q=str, A=list, optional={"Qcate": str}):
        answers = texts_of(record["A"], "A", place)
        if not answers or len(answers[0].split()) < FEWEST_WORDS:
            continue
        document = Document(id=f"answer-{record['qid']}", text=answers[0])
        writer.add(document, place)
        query = Query(
            id=record["qid"], text=record["Q"], answers=answers, category=record.get("Qcate")
        )
        queries.append((query, place))
        qrels[query.id] = {document.id: 1}
    writer.split("test", queries, qrels, path)
