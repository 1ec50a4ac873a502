"""Exact search, against a full sort in double precision, ties included."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, Corpus
from benchmark.dense import encode, scan, search
from benchmark.dense.batching import batches_by_length, embed_by_length
from benchmark.dense.encode import Documents
from benchmark.dense.search import DenseRanking
from benchmark.retriever import Task
from benchmark.ties import top_k
from benchmark.types import TopK


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), depth=st.integers(1, 60), block=st.sampled_from([7, 64, 1000]))
def test_search_is_a_full_sort_with_the_tie_rule(seed: int, depth: int, block: int) -> None:
    dice = np.random.default_rng(seed)
    # Small whole numbers are exact in any order of sums: ties abound, and none is a rounding.
    queries = dice.integers(-2, 3, (6, 4)).astype(np.float32)
    documents = dice.integers(-2, 3, (int(dice.integers(1, 200)), 4)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "BLOCK", block)
        patch.setattr(search, "WIDEST", 300)
        found = search.search(queries, documents, depth)
    expected = top_k(queries @ documents.T, range(len(documents)), depth)
    assert found.numbers.tolist() == expected.numbers.tolist()
    assert found.scores.tolist() == expected.scores.tolist()


def test_equal_embeddings_tie_exactly_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(1)
    distinct = dice.standard_normal((40, 96)).astype(np.float32)
    documents = distinct[dice.integers(0, 40, 900)]
    queries = dice.standard_normal((9, 96)).astype(np.float32)
    whole = search.search(queries, documents, 50)
    monkeypatch.setattr(search, "BLOCK", 111)
    parts = search.search(queries, documents, 50)
    assert whole.numbers.tolist() == parts.numbers.tolist()
    assert whole.scores.tolist() == parts.scores.tolist()
    for rows, scores in zip(whole.numbers, whole.scores, strict=True):
        assert all(
            b > a for a, b, s, t in zip(rows, rows[1:], scores, scores[1:], strict=False) if s == t
        )


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    depth=st.integers(1, 60),
    cuts=st.lists(st.integers(0, 200), max_size=5),
)
def test_merged_parts_are_the_search_of_the_whole(seed: int, depth: int, cuts: list[int]) -> None:
    dice = np.random.default_rng(seed)
    distinct = dice.standard_normal((30, 24)).astype(np.float32)
    documents = distinct[dice.integers(0, 30, 200)]
    queries = dice.standard_normal((5, 24)).astype(np.float32)
    edges = sorted({0, *cuts, len(documents)})
    parts = []
    for start, stop in itertools.pairwise(edges):
        found = search.search(queries, documents[start:stop], depth + search.MARGIN)
        rows = np.where(found.numbers >= 0, found.numbers + start, -1)
        # The last digits of another processor's scores, which must not count.
        scores = found.scores * np.float32(1 + 1e-7 * (start % 3))
        parts.append(TopK(rows.astype(np.int32), scores))
    merged = search.merge(parts, queries, documents, depth)
    whole = search.search(queries, documents, depth)
    assert merged.numbers.shape == whole.numbers.shape
    if len(parts) > 1:
        assert merged.numbers.tolist() == whole.numbers.tolist()
        assert merged.scores.tolist() == whole.scores.tolist()


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    depth=st.integers(1, 40),
    most=st.sampled_from([60, scan.MOST]),
    uneven=st.floats(0, 3),
)
def test_the_scan_in_int8_leaves_nothing_out(
    seed: int, depth: int, most: int, uneven: float
) -> None:
    dice = np.random.default_rng(seed)
    documents = dice.standard_normal((700, 24)) + dice.standard_normal(24)
    # Long vectors among short ones: how much was rounded away differs from part to part.
    documents *= np.exp(uneven * dice.standard_normal((700, 1)))
    documents[300:350] = documents[:50]
    queries = dice.standard_normal((7, 24)).astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "TILE", 64)
        patch.setattr(scan, "PART", 24)
        patch.setattr(scan, "ROWS", 3)
        patch.setattr(scan, "MOST", most)
        found = scan.scan(queries, documents.astype(np.float32), depth)
    exact = queries.astype(float) @ documents.astype(np.float32).astype(float).T
    for scores, rows in zip(exact, found, strict=True):
        if rows is not None:
            best = np.flatnonzero(scores >= np.sort(scores)[-depth])
            assert np.isin(best, rows).all()


def test_a_search_that_begins_with_a_scan_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = np.random.default_rng(4)
    documents = dice.standard_normal((3000, 64)).astype(np.float32) + 0.5
    documents[1500:1600] = documents[:100]
    documents[2000:] = documents[0] + 0.01 * dice.standard_normal((1000, 64))  # too many are near
    queries = np.concatenate([documents[:40], dice.standard_normal((40, 64))]).astype(np.float32)
    exact = search.search(queries, documents, 20)
    for module in (scan, search):
        monkeypatch.setattr(module, "TILE", 256)
        monkeypatch.setattr(module, "MOST", 800)
    monkeypatch.setattr(search, "LARGE", 1)
    monkeypatch.setattr(search, "has_int8", lambda: True)
    given_up = [left is None for left in scan.scan(queries, documents, 20)]
    assert any(given_up)
    assert not all(given_up)
    found = search.search(queries, documents, 20)
    assert found.numbers.tolist() == exact.numbers.tolist()
    assert found.scores.tolist() == exact.scores.tolist()


@recipe_name("test_search-LetterCounts")
class LetterCounts:
    """A model and encoder that needs no weights, and remembers what it was asked to encode."""

    fingerprint = "letter counts"
    dimension = 26

    def __init__(self) -> None:
        self.encoded: list[str] = []
        self.fail_after = 10**9

    def load(self, store: Store) -> "LetterCounts":
        return self

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        if len(self.encoded) >= self.fail_after:
            raise KeyboardInterrupt
        self.encoded += texts
        counts = [[text.count(chr(97 + i)) for i in range(26)] for text in texts]
        return np.array(counts, dtype=np.float32)

    def encode_documents(self, corpus: Corpus, numbers: np.ndarray) -> np.ndarray:
        return self.encode_queries(corpus.texts(numbers))


def test_equal_contents_are_encoded_once(zoo: Collection, store: Store) -> None:
    model = LetterCounts()
    matrix = Documents(model=model, data=zoo.corpus).matrix(store)
    assert sorted(model.encoded) == [
        "blue whale",
        "green tree frog",
        "grey owl at night",
        "red fox",
    ]
    assert matrix[0].tolist() == matrix[2].tolist()


def test_equal_contents_are_encoded_once_across_chunks(
    zoo: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode, "CHUNK", 2)
    model = LetterCounts()
    matrix = Documents(model=model, data=zoo.corpus).matrix(store)
    assert len(model.encoded) == 4
    assert matrix.sum(axis=1).tolist() == [6, 9, 6, 13, 14]


def test_an_interrupted_encoding_goes_on(
    zoo: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encode, "CHUNK", 2)
    model = LetterCounts()
    model.fail_after = 2
    with pytest.raises(KeyboardInterrupt):
        Documents(model=model, data=zoo.corpus).matrix(store)
    again = LetterCounts()
    matrix = Documents(model=again, data=zoo.corpus).matrix(store)
    assert "blue whale" not in again.encoded
    assert matrix.sum(axis=1).tolist() == [6, 9, 6, 13, 14]


def test_a_dense_ranking_of_a_collection(zoo: Collection, store: Store) -> None:
    run = DenseRanking(task=Task(data=zoo, depth=5), model=LetterCounts()).run("letters", store)
    assert run.documents["q2"][0] == "d4"
    assert run.documents["q0"].index("d0") + 1 == run.documents["q0"].index("d2")


def test_batches_by_length() -> None:
    batches = list(batches_by_length([3, 9, 1, 9, 5, 5], 18))
    assert [batch.tolist() for batch in batches] == [[1, 3], [4, 5], [0], [2]]


def test_padding_costs_no_more_than_another_batch_would() -> None:
    """Against all ways of cutting: with room for 900 tokens, a batch costs nine besides its own."""
    lengths = sorted(np.random.default_rng(3).integers(1, 15, 10).tolist(), reverse=True)

    def cost(cuts: tuple[int, ...]) -> int:
        ends = itertools.pairwise([0, *cuts, len(lengths)])
        return sum(9 + lengths[start] * (stop - start) for start, stop in ends)

    ways = [cuts for many in range(10) for cuts in itertools.combinations(range(1, 10), many)]
    batches = [batch.tolist() for batch in batches_by_length(lengths, 900)]
    assert np.concatenate(batches).tolist() == list(range(10))
    assert 2 <= len(batches) <= 9
    assert cost(tuple(batch[0] for batch in batches[1:])) == min(map(cost, ways))


def test_batches_hold_one_kind_and_embeddings_come_in_the_order_of_the_texts() -> None:
    lengths, kinds, batches = [3, 9, 1, 9, 5], [1, 0, 1, 1, 0], []

    def embed(places: np.ndarray) -> torch.Tensor:
        batches.append(places.tolist())
        return torch.tensor([[10 * place, lengths[place]] for place in places.tolist()])

    embedded = embed_by_length(lengths, 18, embed, kinds)
    assert batches == [[1], [4], [3], [0], [2]]
    assert embedded.tolist() == [[0, 3], [10, 9], [20, 1], [30, 9], [40, 5]]


@pytest.mark.parametrize("change", ["no product", "no test", "another product", "no VNNI"])
def test_without_torchs_private_functions_search_is_exact_too(
    monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """A torch that lacks them, or a processor without VNNI, is simulated by taking them away."""

    def zeros(left: torch.Tensor, right: torch.Tensor, out: torch.Tensor) -> torch.Tensor:
        return out.zero_()

    monkeypatch.setattr(torch.cpu, "_is_vnni_supported", lambda: change != "no VNNI", raising=False)
    if change == "no product":
        monkeypatch.delattr(torch, "_int_mm")
    elif change == "another product":
        monkeypatch.setattr(torch, "_int_mm", zeros)
    elif change == "no test":
        monkeypatch.delattr(torch.cpu, "_is_vnni_supported")
    monkeypatch.setattr(search, "LARGE", 1)
    monkeypatch.setattr(search, "TILE", 64)
    scan.has_int8.cache_clear()
    dice = np.random.default_rng(3)
    queries, documents = dice.integers(-2, 3, (5, 8)), dice.integers(-2, 3, (300, 8))
    try:
        assert not scan.has_int8()
        found = search.search(queries.astype(np.float32), documents.astype(np.float32), 10)
    finally:
        scan.has_int8.cache_clear()
    expected = top_k((queries @ documents.T).astype(np.float32), range(300), 10)
    assert found.numbers.tolist() == expected.numbers.tolist()
