"""What a retrieval experiment is made of: queries, documents, judgments, runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Modality: TypeAlias = Literal["text", "image"]
MODALITIES: tuple[Modality, Modality] = ("text", "image")

Qrels: TypeAlias = Mapping[str, Mapping[str, int]]
"""Query id -> document id -> relevance; what is not listed is not relevant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question; ``modality`` is that of the documents that answer it, where the data tell."""

    id: str
    text: str
    answers: tuple[str, ...] = ()
    category: str | None = None
    modality: Modality | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A passage, or an image: then ``text`` is its caption."""

    id: str
    text: str
    title: str = ""
    modality: Modality = "text"


@dataclass(frozen=True, slots=True)
class TopK:
    """The best documents of each query, best first, by their numbers in the corpus.

    numbers: int32, shape (queries, depth); -1 where fewer documents were found.
    scores: float32, the same shape; -inf where there is no document.
    """

    numbers: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]

    @classmethod
    def empty(cls, queries: int, depth: int) -> TopK:
        """Lists without documents, to be filled."""
        import numpy as np

        numbers = np.full((queries, depth), -1, dtype=np.int32)
        return cls(numbers, np.full(numbers.shape, -np.inf, dtype=np.float32))


@dataclass(frozen=True)
class Run:
    """Ranked document ids of each query, best first. The order is the ranking: scores only inform.

    scores: as many as there are documents, never increasing.
    cut_at: the number of documents after which the lists were cut; None where they are as long as
    what was found.
    """

    name: str
    documents: Mapping[str, list[str]]
    scores: Mapping[str, list[float]]
    cut_at: int | None = None

    def cut(self, depth: int) -> Run:
        """The first ``depth`` documents of each list."""
        return Run(
            name=self.name,
            documents={query: ranked[:depth] for query, ranked in self.documents.items()},
            scores={query: scores[:depth] for query, scores in self.scores.items()},
            cut_at=depth,
        )
