"""Dense retrieval with an approximate index, and its recall against exact search."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.dense.backends import BackEnd, Exact
from benchmark.dense.search import MARGIN, DenseRanking, rescored, shifted
from benchmark.io.files import write_text
from benchmark.io.jsonl import decode_json
from benchmark.protocol import JOINT
from benchmark.registry import Entry
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.types import TopK

FILE = "recall.json"


@recipe_name("IndexedRanking")
@dataclass(frozen=True, kw_only=True)
class IndexedRanking(Ranking):
    """The ranking ``exact``, searched by a back end; its recall is measured against ``exact``."""

    task: Task
    exact: DenseRanking
    index: BackEnd

    def rank(self, store: Store) -> TopK:
        queries = np.array(self.exact.questions.matrix(store))
        documents = self.exact.documents.matrix(store)
        look = self.index.open(self.exact.documents, store)
        numbers = look(queries, min(self.task.depth + MARGIN, len(documents)))
        return shifted(
            rescored(numbers, queries, documents, self.task.depth), self.task.numbers.start
        )

    def build(self, folder: Path, store: Store) -> None:
        super().build(folder, store)
        numbers = np.load(folder / "numbers.npy", allow_pickle=False)
        write_text(folder / FILE, json.dumps(recall(numbers, self.exact.top(store).numbers)) + "\n")

    def further_dependencies(self) -> tuple[Artefact, ...]:
        return (*self.exact.further_dependencies(), *self.index.needs(self.exact.documents))

    def metadata(self, store: Store) -> Mapping[str, Any]:
        share = decode_json((store.path(self) / FILE).read_bytes())
        return {"index": self.index.label, "recall_of_exact": share}


@dataclass(frozen=True, kw_only=True)
class Indexed(Retriever):
    """A dense retriever whose documents are searched by a back end."""

    of: Retriever
    index: BackEnd

    def ranking(self, task: Task) -> Ranking:
        exact = self.of.ranking(task)
        assert isinstance(exact, DenseRanking)  # noqa: S101  (why_unavailable() has looked)
        return IndexedRanking(task=task, exact=exact, index=self.index)

    def why_unavailable(self, task: Task | None) -> str | None:
        if reason := self.of.why_unavailable(task):
            return reason
        if task and task.protocol != JOINT:
            return "searches one index over all documents: leave out --index or --protocol"
        if task and not isinstance(self.of.ranking(task), DenseRanking):
            return "has no single set of embeddings: leave out --index"
        return None


def indexed(entry: Entry, index: BackEnd) -> Entry:
    """The row of a retriever whose documents are searched by ``index``."""
    if isinstance(index, Exact):
        return entry
    return replace(
        entry,
        name=f"{entry.name}+index={re.sub(r'[^a-z0-9=.]+', '-', index.label.lower())}",
        title=f"{entry.title} [{index.label}]",
        kind=Indexed,
        settings={"of": entry.make(), "index": index},
    )


def recall(retrieved: Any, exact: Any) -> float:
    """The share of the exact lists' documents that were retrieved, at any rank."""
    hits = [np.isin(want[want >= 0], got).sum() for got, want in zip(retrieved, exact, strict=True)]
    return float(sum(hits) / max(int((exact >= 0).sum()), 1))
