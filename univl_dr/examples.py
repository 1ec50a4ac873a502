"""Training examples: questions, each with a positive and, optionally, mined hard negatives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.types import Modality
from univl_dr.choices import Positive
from univl_dr.documents import AS_IS, Presentation, Presenter
from univl_dr.items import Item
from univl_dr.negatives import Negatives, Pool

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

Numbers = npt.NDArray[np.int64]
Places: TypeAlias = Container[int]

EVERY: Places = range(sys.maxsize)


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A question with its candidates, the positive first.

    items: the model's input for each candidate. keys: an id of each candidate's content.
    positives: the keys of all documents that are relevant to the question.
    """

    name: str
    question: str
    items: Sequence[Item]
    keys: Sequence[int]
    positives: frozenset[int]


class Drawn(Protocol):
    """Examples that are ready to be drawn; all randomness comes from the given generator."""

    unreadable: Mapping[int, str]
    """The error message for each image that was left out, by corpus number."""

    def __len__(self) -> int: ...

    def order(self, generator: np.random.Generator) -> Numbers:
        """The numbers of the examples of an epoch, in their order."""

    def draw(
        self, numbers: Numbers, generator: np.random.Generator, shown: Places = EVERY
    ) -> list[Example]:
        """The examples with these numbers, each with a positive (and negatives) drawn at random.

        shown: the positions of the examples whose items are needed; those of others may be empty.
        """


class FixedExamples:
    """Examples without random draws: each is always the same."""

    unreadable: Mapping[int, str] = MappingProxyType({})

    def __init__(self, examples: Sequence[Example]) -> None:
        self._examples = examples

    def __len__(self) -> int:
        return len(self._examples)

    def order(self, generator: np.random.Generator) -> Numbers:
        return generator.permutation(len(self))

    def draw(
        self, numbers: Numbers, generator: np.random.Generator, shown: Places = EVERY
    ) -> list[Example]:
        del generator, shown
        return [self._examples[number] for number in numbers.tolist()]


class Source(Protocol):
    """A source of examples: a frozen dataclass, part of the identity of models trained on it."""

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        """Read what is needed to draw examples; ``preprocess`` is that of the model."""


@recipe_name("Examples")
@dataclass(frozen=True, kw_only=True)
class Examples:
    """The judged questions of a split of ``data``, each with one of its positives.

    positive: "random" draws it each time; "first" is the first in the order of the judgments,
    which UniVL-DR uses to measure accuracy on dev.
    modality: if given, only questions with relevant documents of this modality are used, for
    single-modality retrievers.
    balanced: each batch has as many questions answered by images as by passages, which is how this
    project understands the paper's "in-batch balanced". Both kinds are shuffled and interleaved;
    the surplus of the larger kind is not used in that epoch.
    """

    data: Collection
    split: str = "train"
    presentation: Presentation = AS_IS
    negatives: Negatives | None = None
    modality: Modality | None = None
    balanced: bool = False
    positive: Positive = "random"

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        presenter = Presenter(self.presentation, self.data.corpus, store, preprocess)
        pool = None if self.negatives is None else self.negatives.open(store)
        return _Judged(self, presenter, pool)


class _Judged:
    def __init__(self, source: Examples, presenter: Presenter, pool: Pool | None) -> None:
        self._source = source
        self._presenter = presenter
        self._pool = pool
        self.unreadable: Mapping[int, str] = presenter.unreadable
        data = source.data
        qrels = data.qrels(source.split)
        rows = data.corpus.find(id_ for judged in qrels.values() for id_ in judged)
        allowed = data.corpus.numbers(source.modality)
        self._questions = []
        for place, query in enumerate(data.queries(source.split)):
            judged = qrels.get(query.id, {})
            positives = [rows[id_] for id_, relevance in judged.items() if relevance > 0]
            if positives := [row for row in positives if row in allowed]:
                self._questions.append((place, query, positives))
        if not self._questions:
            raise InputError(
                f"no question of split '{source.split}' has a relevant document to train on",
                mend="train on a data set with judged training questions",
                path=data.folder,
            )

    def __len__(self) -> int:
        return len(self._questions)

    def order(self, generator: np.random.Generator) -> Numbers:
        if not self._source.balanced:
            return generator.permutation(len(self))
        images = self._source.data.corpus.numbers("image")
        by_image = np.array([positives[0] in images for _, _, positives in self._questions])
        kinds = [generator.permutation(np.flatnonzero(by_image == kind)) for kind in (True, False)]
        shorter = min(map(len, kinds))
        return np.stack([kind[:shorter] for kind in kinds], axis=1).ravel()

    def draw(
        self, numbers: Numbers, generator: np.random.Generator, shown: Places = EVERY
    ) -> list[Example]:
        chosen = [self._questions[number] for number in numbers]
        candidates = []
        for place, _, positives in chosen:
            takes_first = self._source.positive == "first"
            documents = [positives[0] if takes_first else int(generator.choice(positives))]
            if self._pool is not None:
                documents += self._pool.draw(place, generator)
            candidates.append(documents)
        seen = [documents for place, documents in enumerate(candidates) if place in shown]
        items = iter(self._presenter.items([one for documents in seen for one in documents]))
        return [
            Example(
                name=query.id,
                question=query.text,
                items=[next(items) if number in shown else Item(None) for _ in documents],
                keys=self._canonical[documents].tolist(),
                positives=frozenset(self._canonical[positives].tolist()),
            )
            for number, (documents, (_, query, positives)) in enumerate(
                zip(candidates, chosen, strict=True)
            )
        ]

    @cached_property
    def _canonical(self) -> npt.NDArray[np.int32]:
        return self._source.data.corpus.canonical
