"""Exact inner-product search against ``faiss.IndexFlatIP``, over made-up embeddings."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.bench.comparison import Comparison, Work
from benchmark.dense.encode import Matrix
from benchmark.dense.scan import has_int8
from benchmark.dense.search import search

DIMENSION, DEPTH = 512, 100


def unit_vectors(count: int, generator: np.random.Generator) -> Matrix:
    """Vectors of length 1 around a common direction, as those of CLIP are."""
    common = np.random.default_rng(0).standard_normal(DIMENSION, dtype=np.float32)
    drawn: Matrix = generator.standard_normal((count, DIMENSION), dtype=np.float32) + common
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


def embeddings(count: int, seed: int, path: Path) -> Matrix:
    """Unit vectors, mapped from the file that they are written to."""
    generator = np.random.default_rng(seed)
    matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(count, DIMENSION))
    for start in range(0, count, 65536):
        matrix[start : start + 65536] = unit_vectors(min(65536, count - start), generator)
    matrix.flush()
    found: Matrix = matrix
    return found


def _open(documents: int, questions: int, folder: Path) -> Work:
    import faiss

    corpus = embeddings(documents, 1, folder / "documents.npy")
    asked = np.asarray(embeddings(questions, 2, folder / "questions.npy"))

    def peer() -> Any:
        index = faiss.IndexFlatIP(DIMENSION)
        index.add(corpus)
        return index.search(asked, DEPTH)

    def agreement(ours: Any, theirs: Any) -> str:
        scores, rows = theirs
        assert np.allclose(ours.scores, scores, atol=1e-5)  # noqa: S101  (the comparison's check)
        same = np.mean([set(a) == set(b) for a, b in zip(ours.numbers, rows, strict=True)])
        assert same > 0.99  # noqa: S101  (rounding at the edge of the lists may tell them apart)
        return f"scores within 1e-5, the same documents in {same:.2%} of the lists"

    return Work(
        ours=lambda: search(asked, corpus, DEPTH),
        peer=peer,
        agreement=agreement,
        operations=2.0 * documents * questions * DIMENSION,
        numbers="int8" if has_int8() else "float32",
    )


def _comparison(documents: int, questions: int, core: str) -> Comparison:
    tuned = f", with OPENBLAS_CORETYPE={core}" if core else ""
    size = "" if documents >= 10**6 else "-small"
    return Comparison(
        name=f"search{size}{'-tuned' if core else ''}",
        title=f"exact search, {documents:,} x {DIMENSION}, {questions:,} questions, top {DEPTH}",
        peer=f"`faiss.IndexFlatIP`{tuned}",
        open=partial(_open, documents, questions),
        goal=3,
        variables={"OPENBLAS_CORETYPE": core} if core else {},
    )


COMPARISONS = tuple(
    _comparison(documents, questions, core)
    for documents, questions in ((100_000, 4966), (1_200_000, 4966))
    for core in ("", "SkylakeX")
)
