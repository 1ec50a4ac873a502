"""Hard negatives: non-relevant documents that a model ranks high, and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError, unknown
from benchmark.retriever import Ranking
from univl_dr.choices import Copies, Strategy

Numbers = npt.NDArray[np.int32]

MIX: Mapping[Strategy, tuple[int, int, int]] = MappingProxyType(
    {
        "balanced": (1, 1, 0),
        "random": (0, 0, 2),
        "only-text": (2, 0, 0),
        "only-image": (0, 2, 0),
        "two-text-one-image": (2, 1, 0),
        "one-text-two-image": (1, 2, 0),
        "one": (0, 0, 1),
    }
)
"""The numbers of passages, images, and documents of either modality that each strategy draws."""


@recipe_name("HardNegatives")
@dataclass(frozen=True, kw_only=True)
class HardNegatives(Artefact):
    """The mined hard negatives of each question of the ranking's split, highest rank first.

    They are the ranking's documents (in UniVL-DR the top 100 of the joint index) without the
    positives. copies: "dropped" also removes copies of a positive under other ids, because they are
    relevant; "kept" leaves them in, as the original code does.
    """

    ranking: Ranking
    copies: Copies = "dropped"

    def build(self, folder: Path, store: Store) -> None:
        task = self.ranking.task
        corpus, qrels = task.data.corpus, task.data.qrels(task.split)
        retrieved = self.ranking.top(store).numbers
        rows_of = corpus.find(id_ for judged in qrels.values() for id_ in judged)
        negatives = np.full_like(retrieved, -1)
        for place, query in enumerate(task.data.queries(task.split)):
            judged = qrels.get(query.id, {})
            positives = [rows_of[id_] for id_, relevance in judged.items() if relevance > 0]
            numbers = retrieved[place][retrieved[place] >= 0]
            if self.copies == "kept":
                kept = numbers[~np.isin(numbers, positives)]
            else:
                kept = numbers[~np.isin(corpus.canonical[numbers], corpus.canonical[positives])]
            negatives[place, : len(kept)] = kept
        np.save(folder / "negatives.npy", negatives)

    def numbers(self, store: Store) -> Numbers:
        """Their corpus numbers; int32, shape (questions, depth), -1 after the last one."""
        numbers: Numbers = np.load(store.path(self) / "negatives.npy", allow_pickle=False)
        return numbers


@recipe_name("Negatives")
@dataclass(frozen=True, kw_only=True)
class Negatives:
    """How negatives are drawn from the mined ones, each time a question is drawn.

    "balanced" draws a passage and an image (UniVL-DR); "random" draws two documents of any
    modality; "one" draws one document (the paper's model selection); the names of the others say
    what they draw. No source states that "only-text" and "only-image" draw two; here they do, as
    "balanced" does. If a question has too few negatives of one modality, those of the other are
    drawn instead.
    """

    mined: HardNegatives
    strategy: Strategy = "balanced"

    def open(self, store: Store) -> Pool:
        """Read the mined negatives. Raises InputError for an unknown strategy."""
        if self.strategy not in MIX:
            raise unknown("strategy", self.strategy, list(MIX))
        images = self.mined.ranking.task.data.corpus.numbers("image")
        return Pool(self.mined.numbers(store), images.start, self.strategy)


class Pool:
    """Draws the negatives of a question by a strategy."""

    def __init__(self, numbers: Numbers, first_image: int, strategy: Strategy) -> None:
        self._rows = numbers
        self._first_image = first_image
        self._strategy = strategy

    def draw(self, place: int, generator: np.random.Generator) -> list[int]:
        """Corpus numbers of negatives for the question at position ``place`` of its split.

        They are distinct, unless the question has fewer than are drawn: then some are repeated,
        because all questions of a batch need the same number of candidates. The original code draws
        fewer. Raises InputError if the question has none.
        """
        numbers = self._rows[place]
        shuffled = generator.permutation(numbers[numbers >= 0]).tolist()
        if not shuffled:
            raise InputError(
                f"question {place} has no mined negative",
                mend="mine to a larger depth or add documents",
            )
        texts, images, either = MIX[self._strategy]
        passages = [row for row in shuffled if row < self._first_image]
        pictures = [row for row in shuffled if row >= self._first_image]
        first = passages[:texts] + pictures[:images]
        rest = [row for row in shuffled if row not in first]
        return list(islice(cycle(first + rest), texts + images + either))
