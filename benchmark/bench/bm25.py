"""BM25 from texts to ranked lists by command line, start-up included, against pyserini's own."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from benchmark.bench.comparison import Comparison, Work
from benchmark.bench.start import OURS, command, pyserini
from benchmark.io.trec import read_run

DEPTH, WORDS = 100, 100_000


def texts(count: int, words: int, seed: int) -> Iterator[str]:
    """Made-up texts whose words are as unevenly common as those of a language (Zipf)."""
    generator = np.random.default_rng(seed)
    for _ in range(count):
        drawn = generator.zipf(1.2, max(generator.poisson(words), 1)) % WORDS
        yield " ".join(f"w{word}" for word in drawn.tolist())


def write_beir(folder: Path, documents: int, questions: int) -> None:
    """A BEIR folder of made-up texts; each question has one document judged, at random."""
    (folder / "qrels").mkdir(parents=True)
    for name, lines in (
        ("corpus", texts(documents, 40, 1)),
        ("queries", texts(questions, 12, 2)),
    ):
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            for number, text in enumerate(lines):
                file.write(json.dumps({"_id": str(number), "title": "", "text": text}) + "\n")
    judged = np.random.default_rng(3).integers(0, documents, questions)
    pairs = [f"{query}\t{row}\t1\n" for query, row in enumerate(judged)]
    head = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(head + "".join(pairs), encoding="utf-8")


def _open(documents: int, questions: int, folder: Path) -> Work:
    data = folder / "data"
    write_beir(data, documents, questions)
    plain = folder / "plain"
    plain.mkdir()
    asked = [json.loads(line) for line in (data / "queries.jsonl").open(encoding="utf-8")]
    topics = "".join(f"{one['_id']}\t{one['text']}\n" for one in asked)
    (folder / "topics.tsv").write_text(topics, encoding="utf-8")
    with (plain / "texts.jsonl").open("w", encoding="utf-8") as file:
        for line in (data / "corpus.jsonl").open(encoding="utf-8"):
            one = json.loads(line)
            file.write(json.dumps({"id": one["_id"], "contents": one["text"]}) + "\n")
    store, results = folder / "store", folder / "results"
    options = ("--dataset", "beir", "--data-dir", str(data))
    # Reading a data set once and for all is no part of indexing: pyserini's files are given too.
    command(*OURS, "data", "show", "beir", "--data-dir", str(data), "--store", str(store))

    def ours() -> Path:
        for kind in ("LuceneIndex", "LuceneRanking"):
            shutil.rmtree(store / kind, ignore_errors=True)
        shutil.rmtree(results, ignore_errors=True)
        command(*OURS, "run", "bm25", *options, "--store", str(store), "--results", str(results))
        return next(results.glob("*/bm25/run.trec.gz"))

    def peer() -> Path:
        index, threads = folder / "index", str(os.cpu_count() or 1)
        shutil.rmtree(index, ignore_errors=True)
        command(
            *pyserini("index.lucene"), "--collection", "JsonCollection", "--input", str(plain),
            "--index", str(index), "--generator", "DefaultLuceneDocumentGenerator",
            "--threads", threads,
        )  # fmt: skip
        command(
            *pyserini("search.lucene"), "--index", str(index),
            "--topics", str(folder / "topics.tsv"), "--output", str(folder / "run.txt"),
            "--bm25", "--hits", str(DEPTH), "--threads", threads, "--batch-size", "128",
        )  # fmt: skip
        return folder / "run.txt"

    def agreement(mine: Path, theirs: Path) -> str:
        found, expected = read_run(mine), read_run(theirs)
        furthest = max(
            abs(a - b)
            for query, scores in expected.scores.items()
            for a, b in zip(found.scores[query], scores, strict=True)
        )
        assert furthest < 1e-3, furthest  # noqa: S101  (the comparison's own check)
        return f"scores within {furthest:.0e}"

    return Work(ours=ours, peer=peer, agreement=agreement)


COMPARISONS = tuple(
    Comparison(
        name=name,
        title=f"BM25, {documents:,} texts indexed, {questions:,} questions, top {DEPTH} "
        "(ours: scored as well)",
        peer="`pyserini.index.lucene`, then `pyserini.search.lucene`",
        open=partial(_open, documents, questions),
        goal=goal,
        repeats=2,
    )
    for name, documents, questions, goal in (
        ("bm25-small", 5_000, 500, 5.0),
        ("bm25", 300_000, 4_966, 1.0),
    )
)
