"""The map of a space and its gaps, where every vector is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, Corpus
from benchmark.dense.embedding_map import embedding_map_of
from benchmark.dense.search import DenseRanking
from benchmark.retriever import Task


@recipe_name("test_space-Apart")
@dataclass(frozen=True, kw_only=True)
class Apart:
    """Questions, passages and images each along an axis of its own, twice as long as needed."""

    dimension = 4

    def load(self, store: Store) -> "Apart":
        return self

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self._along(np.zeros(len(texts), dtype=int))

    def encode_documents(self, corpus: Corpus, numbers: np.ndarray) -> np.ndarray:
        return self._along(1 + (numbers >= corpus.numbers("image").start))

    def _along(self, axes: np.ndarray) -> np.ndarray:
        return 2 * np.eye(4, dtype=np.float32)[axes]


def test_gaps_and_points(webqa_micro: Collection, store: Store) -> None:
    space = embedding_map_of(DenseRanking(task=Task(data=webqa_micro), model=Apart()), "pca")
    assert space is not None
    content = space.content(store)
    assert content["gaps"] == pytest.approx(
        {"passages-images": 2**0.5, "questions-passages": 2**0.5, "questions-images": 2**0.5}
    )
    assert content["separability"] == 1.0
    assert sum(content["explained"]) == pytest.approx(1)  # three points lie in a plane
    assert len(content["points"]["questions"]) == len(webqa_micro.queries("test"))
    passages = np.array(content["points"]["passages"])
    assert np.allclose(passages, passages[0], atol=1e-3)
