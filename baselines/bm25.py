"""BM25 over passages and captions: Lucene through Anserini, with its own indexer and searcher."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.environment.java import (
    anserini,
    bm25_hits,
    indexed_documents,
    lacks_java,
    lucene_searcher,
)
from benchmark.errors import UnavailableError
from benchmark.progress import track
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range
from benchmark.types import MODALITIES, Modality, TopK

if TYPE_CHECKING:
    from benchmark.datasets import Collection

_CHUNK = 4096


def document_name(number: int) -> str:
    """A document's id in Lucene: its corpus number, padded so that ids sort as numbers do."""
    return f"{number:010d}"


@recipe_name("LuceneIndex")
@dataclass(frozen=True, kw_only=True)
class LuceneIndex(Artefact):
    """A Lucene index of the texts of a corpus, or of one modality of it.

    Lucene breaks ties by the documents' ids. These are corpus numbers, so ties are in corpus order.
    """

    data: Collection
    scope: Modality | None = None

    def build(self, folder: Path, store: Store) -> None:  # noqa: ARG002
        corpus, numbers = self.data.corpus, self.data.corpus.numbers(self.scope)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".texts-") as texts:
            for start in range(0, len(numbers), _CHUNK):
                chunk = numbers[start : start + _CHUNK]
                lines = [
                    json.dumps({"id": document_name(row), "contents": text})
                    for row, text in zip(chunk, corpus.texts(chunk), strict=True)
                ]
                Path(texts, f"{start:010d}.jsonl").write_text(
                    "\n".join(lines) + "\n", encoding="utf-8"
                )
            arguments = {
                "collection": "JsonCollection",
                "input": texts,
                "index": str(folder),
                "generator": "DefaultLuceneDocumentGenerator",
                "threads": str(os.cpu_count() or 1),
            }
            indexer = "io.anserini.index.IndexCollection"
            counters = anserini(indexer, arguments, flags=["optimize", "quiet"]).getCounters()
        written = indexed_documents(folder)
        empty = int(counters.empty.get())
        if written + empty != len(numbers):
            raise UnavailableError(
                f"Lucene indexed {written} of {len(numbers)} documents ({empty} are empty); free "
                "disk space and run the command again"
            )


def _refuse_lost(
    found: TopK, questions: Mapping[int, str], ask: Callable[[Sequence[str]], Sequence[bool]]
) -> None:
    """Raise UnavailableError if a search thread failed and its question has no result.

    Anserini continues without such a question, whose empty result then looks like that of a
    question without matching documents. ask: whether each question matches any document.
    """
    silent = [place for place in questions if found.numbers[place, 0] < 0]
    finding = ask([questions[place] for place in silent])
    lost = [place for place, any_document in zip(silent, finding, strict=True) if any_document]
    if lost:
        raise UnavailableError(
            f"Lucene returned no result for {len(lost)} of {len(questions)} questions that match "
            f"documents, the first of them number {lost[0] + 1}; run the command again"
        )


@recipe_name("LuceneRanking")
@dataclass(frozen=True, kw_only=True)
class LuceneRanking(Ranking):
    """The first documents of each question by BM25.

    indexes: the indexes that are searched. A question whose candidates are all documents of one
    modality is searched in an index of that modality alone, whose term statistics are those of the
    candidates. A list of candidates is scored with the statistics of the whole index.
    """

    task: Task
    indexes: tuple[LuceneIndex, ...]
    k1: float
    b: float

    def rank(self, store: Store) -> TopK:
        questions = self.task.questions()
        found = TopK.empty(len(questions), self.task.depth)
        if self.task.protocol == "local":
            self._rank_listed(store, questions, found)
            return found
        index_of = {self.task.data.corpus.numbers(index.scope): index for index in self.indexes}
        for part in self.task.parts():
            assert isinstance(part.numbers, range)  # noqa: S101  (none lists candidates)
            places = part.places.tolist()
            asked = {place: questions[place] for place in places}
            self._search(store.path(index_of[part.numbers]), asked, found)
        return found

    def _rank_listed(self, store: Store, questions: Sequence[str], found: TopK) -> None:
        """Rank each question's own candidates, and write the result into ``found``."""
        (index,) = self.indexes
        parts = track(self.task.parts(), "search candidates", len(questions), "questions")
        with lucene_searcher(store.path(index), self.k1, self.b) as search:
            for part in parts:
                (place,) = part.places
                names = [document_name(number) for number in part.numbers]
                hits = search(questions[place], names, len(names))
                # Lucene breaks ties by its internal numbers; corpus order is needed.
                best = sorted((-score, int(name)) for name, score in hits)[: self.task.depth]
                found.numbers[place, : len(best)] = [number for _, number in best]
                found.scores[place, : len(best)] = [-score for score, _ in best]

    def _search(self, index: Path, questions: Mapping[int, str], found: TopK) -> None:
        """Search for ``questions`` (place -> text), and write the result into ``found``."""
        with tempfile.TemporaryDirectory() as folder:
            topics, output = Path(folder, "topics.tsv"), Path(folder, "run.txt")
            lines = [f"{place}\t{' '.join(text.split())}\n" for place, text in questions.items()]
            topics.write_text("".join(lines), encoding="utf-8")
            arguments = {
                "index": str(index),
                "topics": str(topics),
                "topicReader": "TsvInt",
                "output": str(output),
                "hits": str(self.task.depth),
                "threads": str(os.cpu_count() or 1),
                "bm25.k1": str(self.k1),
                "bm25.b": str(self.b),
            }
            anserini("io.anserini.search.SearchCollection", arguments, flags=["bm25"])
            with output.open(encoding="utf-8") as file:
                for line in file:
                    place, _, row, rank, score, _ = line.split()
                    found.numbers[int(place), int(rank) - 1] = int(row)
                    found.scores[int(place), int(rank) - 1] = float(score)
            _refuse_lost(found, questions, partial(bm25_hits, index, self.k1, self.b))


@register("bm25", title="BM25", group="Single Modality (Text Only)")
@dataclass(frozen=True, kw_only=True)
class BM25(Retriever):
    """Okapi BM25 in Lucene, with Anserini's defaults; images are represented by captions."""

    k1: Annotated[float, Range(0)] = 0.9
    b: Annotated[float, Range(0, 1)] = 0.4

    def ranking(self, task: Task) -> Ranking:
        scopes: Sequence[Modality | None] = [task.scope]
        if task.protocol == "split" and task.scope is None:
            scopes = MODALITIES
        indexes = tuple(LuceneIndex(data=task.data, scope=scope) for scope in scopes)
        return LuceneRanking(task=task, indexes=indexes, k1=self.k1, b=self.b)

    def why_unavailable(self, task: Task | None) -> str | None:
        del task
        return lacks_java()
