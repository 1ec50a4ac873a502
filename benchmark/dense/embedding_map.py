"""The embedding space of a model: a map of questions, passages and images, and its modality gap."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.dense.encode import Documents, Matrix, Questions
from benchmark.dense.search import DenseRanking
from benchmark.io.files import write_text
from benchmark.io.jsonl import decode_json
from benchmark.retriever import SEED, Ranking
from benchmark.types import MODALITIES

Method: TypeAlias = Literal["pca", "tsne"]

FILE = "space.json"
SAMPLE = 1000
"""The largest number of points of each kind; if there are more, they are drawn at random."""

FOLDS = 5


@recipe_name("EmbeddingMap")
@dataclass(frozen=True, kw_only=True)
class EmbeddingMap(Artefact):
    """A sample of a model's embeddings, projected to two dimensions.

    ``space.json`` contains the points by kind; for PCA, the share of the variance that each
    dimension explains; the gaps, which are distances between the centroids of two kinds of unit
    vectors (Liang et al., NeurIPS 2022); and the separability, which is the cross-validated
    accuracy of a logistic regression that separates as many passages as images (chance is 0.5).
    """

    version: ClassVar[str] = "2"

    questions: Questions
    documents: Documents
    method: Method = "pca"

    def build(self, folder: Path, store: Store) -> None:
        generator = np.random.default_rng(SEED)
        kinds = {"questions": _sample(self.questions.matrix(store), generator)}
        documents = self.documents.matrix(store)
        for kind, modality in zip(("passages", "images"), MODALITIES, strict=True):
            rows = self.documents.data.numbers(modality)
            kinds[kind] = _sample(documents[rows.start : rows.stop], generator)
        points, explained = _laid_out(kinds, self.method)
        content = {
            "method": self.method,
            "explained": explained,
            "gaps": _gaps(kinds),
            "separability": _separability(kinds["passages"], kinds["images"]),
            "points": points,
        }
        write_text(folder / FILE, json.dumps(content) + "\n")

    def content(self, store: Store) -> dict[str, Any]:
        """The content of ``space.json``."""
        content: dict[str, Any] = decode_json((store.path(self) / FILE).read_bytes())
        return content


def embedding_map_of(ranking: Ranking, method: Method) -> EmbeddingMap | None:
    """The map of a ranking's embedding space; None if it has no single space."""
    if not isinstance(ranking, DenseRanking):
        return None
    return EmbeddingMap(questions=ranking.questions, documents=ranking.documents, method=method)


def _sample(matrix: Matrix, generator: np.random.Generator) -> Matrix:
    rows = generator.permutation(len(matrix))[:SAMPLE]
    return np.asarray(matrix[np.sort(rows)])


def _gaps(kinds: dict[str, Matrix]) -> dict[str, float]:
    centroids = {
        kind: (points / np.linalg.norm(points, axis=1, keepdims=True)).mean(axis=0)
        for kind, points in kinds.items()
    }
    pairs = (("passages", "images"), ("questions", "passages"), ("questions", "images"))
    return {
        f"{first}-{second}": float(np.linalg.norm(centroids[first] - centroids[second]))
        for first, second in pairs
    }


def _separability(passages: Matrix, images: Matrix) -> float:
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    count = min(len(passages), len(images))
    points = np.concatenate([passages[:count], images[:count]])
    kinds = np.repeat([0, 1], count)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=2000))
    return float(cross_val_score(model, points, kinds, cv=folds).mean())


def _laid_out(
    kinds: dict[str, Matrix], method: Method
) -> tuple[dict[str, list[list[float]]], list[float] | None]:
    """The points by kind, and the share of the variance that each dimension explains."""
    flat, explained = _flattened(np.concatenate(list(kinds.values())), method)
    flat = np.round(flat, 4)
    ends = np.cumsum([len(points) for points in kinds.values()])
    parts = np.split(flat, ends[:-1])
    return {kind: part.tolist() for kind, part in zip(kinds, parts, strict=True)}, explained


def _flattened(
    points: Matrix, method: Method
) -> tuple[npt.NDArray[np.float64], list[float] | None]:
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    if method == "tsne":
        flat = TSNE(random_state=SEED, init="pca").fit_transform(points)
        return np.asarray(flat, dtype=np.float64), None
    pca = PCA(n_components=2, svd_solver="full")
    flat = pca.fit_transform(points)
    return np.asarray(flat, dtype=np.float64), pca.explained_variance_ratio_.tolist()
