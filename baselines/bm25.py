"""BM25 over passages and captions: Lucene through Anserini, with its own indexer and searcher."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.environment.java import anserini, lacks_java
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range
from benchmark.types import Modality, TopK

if TYPE_CHECKING:
    from benchmark.datasets import Collection

_CHUNK = 4096


@recipe_name("LuceneIndex")
@dataclass(frozen=True, kw_only=True)
class LuceneIndex(Artefact):
    """A Lucene index of the texts of a corpus, or of one modality of it.

    A document's id in it is its row number, zero-padded: Lucene breaks ties by id, and so by the
    order of the corpus.
    """

    data: Collection
    scope: Modality | None = None

    def build(self, folder: Path, store: Store) -> None:  # noqa: ARG002
        corpus, numbers = self.data.corpus, self.data.corpus.numbers(self.scope)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".texts-") as texts:
            for start in range(0, len(numbers), _CHUNK):
                chunk = numbers[start : start + _CHUNK]
                lines = [
                    json.dumps({"id": f"{row:010d}", "contents": text})
                    for row, text in zip(chunk, corpus.texts(chunk), strict=True)
                ]
                Path(texts, f"{start:010d}.jsonl").write_text("\n".join(lines) + "\n")
            arguments = {
                "collection": "JsonCollection",
                "input": texts,
                "index": str(folder),
                "generator": "DefaultLuceneDocumentGenerator",
                "threads": str(os.cpu_count() or 1),
            }
            anserini("io.anserini.index.IndexCollection", arguments, flags=["optimize", "quiet"])


@recipe_name("LuceneRanking")
@dataclass(frozen=True, kw_only=True)
class LuceneRanking(Ranking):
    """Each question's best documents by BM25."""

    task: Task
    index: LuceneIndex
    k1: float
    b: float

    def rank(self, store: Store) -> TopK:
        import numpy as np

        task, questions = self.task, self.task.questions()
        numbers = np.full((len(questions), task.depth), -1, dtype=np.int32)
        scores = np.full(numbers.shape, -np.inf, dtype=np.float32)
        with tempfile.TemporaryDirectory() as folder:
            topics, output = Path(folder, "topics.tsv"), Path(folder, "run.txt")
            lines = [f"{place}\t{' '.join(text.split())}\n" for place, text in enumerate(questions)]
            topics.write_text("".join(lines))
            arguments = {
                "index": str(store.path(self.index)),
                "topics": str(topics),
                "topicReader": "TsvInt",
                "output": str(output),
                "hits": str(task.depth),
                "threads": str(os.cpu_count() or 1),
                "bm25.k1": str(self.k1),
                "bm25.b": str(self.b),
            }
            anserini("io.anserini.search.SearchCollection", arguments, flags=["bm25"])
            with output.open() as file:
                for line in file:
                    place, _, row, rank, score, _ = line.split()
                    numbers[int(place), int(rank) - 1] = int(row)
                    scores[int(place), int(rank) - 1] = float(score)
        return TopK(numbers, scores)


@register("bm25", title="BM25", group="Single Modality (Text Only)")
@dataclass(frozen=True, kw_only=True)
class BM25(Retriever):
    """Okapi BM25 in Lucene, with Anserini's defaults; an image is its caption."""

    k1: Annotated[float, Range(0)] = 0.9
    b: Annotated[float, Range(0, 1)] = 0.4

    def ranking(self, task: Task) -> Ranking:
        index = LuceneIndex(data=task.data, scope=task.scope)
        return LuceneRanking(task=task, index=index, k1=self.k1, b=self.b)

    def why_unavailable(self, task: Task | None) -> str | None:
        del task
        return lacks_java()
