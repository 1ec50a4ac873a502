"""What every back end of the search must do; approximate ones may lose documents, and say so."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from benchmark.artefacts.identity import identity, recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.dense.backends import BackEnd, Exact, Faiss, Qdrant, back_end
from benchmark.dense.indexed import IndexedRanking, indexed, recall
from benchmark.dense.search import DenseRanking
from benchmark.errors import InputError
from benchmark.registry import retriever
from benchmark.retriever import Task

DIMENSION, DOCUMENTS, QUESTIONS = 16, 400, 9


@recipe_name("test_backends-Drawn")
class Drawn:
    """A model whose embeddings are drawn at random; each fourth document repeats another one."""

    fingerprint = "drawn"
    dimension = DIMENSION

    def load(self, store: Store) -> "Drawn":
        return self

    def encode_queries(self, texts: list[str]) -> np.ndarray:
        return np.random.default_rng(1).standard_normal((len(texts), DIMENSION)).astype("f4")

    def encode_documents(self, corpus: object, rows: np.ndarray) -> np.ndarray:
        every = np.random.default_rng(2).standard_normal((DOCUMENTS, DIMENSION)).astype("f4")
        every[::4] = every[1::4]
        return every[rows]


@pytest.fixture
def data(tmp_path: Path, store: Store) -> Collection:
    folder = tmp_path / "drawn"
    (folder / "qrels").mkdir(parents=True)
    for kind, count in (("corpus", DOCUMENTS), ("queries", QUESTIONS)):
        lines = [json.dumps({"_id": f"{n}", "text": f"text {n}"}) for n in range(count)]
        (folder / f"{kind}.jsonl").write_text("\n".join(lines))
    judged = "".join(f"{n}\t0\t1\n" for n in range(QUESTIONS))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged)
    return find("beir", folder, store)


HERE = importlib.util.find_spec("qdrant_client") is not None
BACK_ENDS = [
    pytest.param(Exact(), id="exact"),
    pytest.param(Faiss(factory="Flat"), id="faiss Flat"),
    pytest.param(Faiss(factory="IVF4,Flat", parameters="nprobe=4"), id="faiss IVF, all cells"),
    pytest.param(
        Qdrant(),
        id="Qdrant",
        marks=pytest.mark.skipif(not HERE, reason="Qdrant's client isn't installed"),
    ),
]
"""Those that look at every document, and so must lose none."""


@pytest.mark.filterwarnings("ignore:Api key is used")
@pytest.mark.parametrize("depth", [1, 50, DOCUMENTS + 20])
@pytest.mark.parametrize("index", BACK_ENDS)
def test_its_lists_are_those_of_exact_search(
    index: BackEnd, depth: int, data: Collection, store: Store
) -> None:
    task = Task(data=data, depth=depth)
    exact = DenseRanking(task=task, model=Drawn())
    ranking = IndexedRanking(task=task, exact=exact, index=index)
    found, expected = ranking.top(store), exact.top(store)
    assert found.numbers.tolist() == expected.numbers.tolist()
    assert found.scores.tolist() == expected.scores.tolist()
    assert ranking.metadata(store) == {"index": index.label, "recall_of_exact": 1.0}
    assert identity(ranking) != identity(exact)


def test_an_approximate_search_tells_what_it_loses(data: Collection, store: Store) -> None:
    task = Task(data=data, depth=50)
    exact = DenseRanking(task=task, model=Drawn())
    ranking = IndexedRanking(task=task, exact=exact, index=Faiss(factory="IVF20,Flat"))
    found, expected = ranking.top(store), exact.top(store)
    kept = [
        len(set(got) & set(want)) / 50
        for got, want in zip(found.numbers, expected.numbers, strict=True)
    ]
    share = ranking.metadata(store)["recall_of_exact"]
    assert share == pytest.approx(sum(kept) / QUESTIONS)
    assert 0 < share < 0.5
    for rows, scores in zip(found.numbers, found.scores, strict=True):
        order = [(-score, row) for score, row in zip(scores, rows, strict=True) if row >= 0]
        assert order == sorted(order)


def test_recall_by_hand() -> None:
    exact = np.array([[1, 2, 3], [4, 5, -1]])
    assert recall(np.array([[3, 1, 9], [-1, -1, -1]]), exact) == 2 / 5


def test_names_of_back_ends() -> None:
    assert back_end("exact") == Exact()
    several = Faiss(factory="IVF64,PQ8", parameters="nprobe=4,ht=2")
    assert back_end("faiss:IVF64,PQ8:nprobe=4,ht=2") == several
    assert back_end("qdrant:http://host:6333") == Qdrant(url="http://host:6333")
    with pytest.raises(InputError, match="unknown index 'annoy'"):
        back_end("annoy")
    row = indexed(retriever("minilm"), several)
    assert row.name == "minilm+index=faiss-ivf64-pq8-nprobe=4-ht=2"
    assert row.title == "MiniLM (Zero-Shot) [faiss IVF64,PQ8, nprobe=4,ht=2]"
    assert indexed(retriever("minilm"), Exact()) == retriever("minilm")


def test_a_factory_string_that_faiss_refuses(data: Collection, store: Store) -> None:
    task = Task(data=data, depth=5)
    exact = DenseRanking(task=task, model=Drawn())
    for wrong in (Faiss(factory="Flatt"), Faiss(factory="Flat", parameters="nprobes=4")):
        with pytest.raises(InputError, match="faiss cannot use '"):
            IndexedRanking(task=task, exact=exact, index=wrong).top(store)
