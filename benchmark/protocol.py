"""Evaluation protocols: which documents each question searches.

    joint   one pool for all questions: passages and images (UniVL-DR)
    split   a question searches the documents of its answer's modality alone (M-BEIR, MTEB)
    local   a question ranks its own listed candidates: its positives and negatives (MMEB)

A protocol changes the candidates, never an embedding: every retriever serves all three from the
same embeddings. Figures of different protocols don't compare with each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from benchmark.errors import InputError
from benchmark.types import MODALITIES, Modality

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from benchmark.datasets import Collection

Protocol: TypeAlias = Literal["joint", "split", "local"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
JOINT: Protocol = "joint"

EXPLAINED: Mapping[Protocol, str] = MappingProxyType(
    {
        "joint": "Protocol joint: each question searches all passages and all images.",
        "split": "Protocol split: each question searches only the documents of the modality that "
        "answers it, as in M-BEIR and MTEB.",
        "local": "Protocol local: each question ranks its own listed candidates, as in MMEB.",
    }
)


@dataclass(frozen=True)
class Part:
    """Questions of a task that search the same candidates.

    places: the questions by their place in the split, ascending; int64, shape (questions,).
    numbers: the candidates by their corpus numbers, ascending.
    """

    places: npt.NDArray[np.int64]
    numbers: Sequence[int] | npt.NDArray[np.int32]


def parts(
    data: Collection, split: str, scope: Modality | None, protocol: Protocol
) -> Iterator[Part]:
    """The questions of ``split``, grouped by the candidates that they search under ``protocol``.

    scope: candidates of the other modality are left out. A question without candidates is in no
    part. Raises InputError where the data don't tell what the protocol needs: the modality of each
    question (split), or its candidates (local).
    """
    import numpy as np

    if protocol == "joint":
        count = len(data.queries(split))
        yield Part(np.arange(count), data.corpus.numbers(scope))
    elif protocol == "split":
        kinds = np.array([kind or "" for kind in modalities(data, split)])
        for modality in MODALITIES if scope is None else (scope,):
            places = np.flatnonzero(kinds == modality)
            if len(places) and data.corpus.numbers(modality):
                yield Part(places, data.corpus.numbers(modality))
    else:
        kept = data.corpus.numbers(scope)
        for place, numbers in enumerate(data.candidates(split)):
            inside = numbers[(numbers >= kept.start) & (numbers < kept.stop)]
            if len(inside):
                yield Part(np.array([place]), inside)


def modalities(data: Collection, split: str) -> list[Modality]:
    """The modality of each question of ``split``. Raises InputError where one is unknown."""
    found: list[Modality] = []
    for query in data.queries(split):
        if query.modality is None:
            raise InputError(
                f"the modality of question '{query.id}' is unknown, which protocol 'split' needs",
                mend="give it in the data, or use --protocol joint",
                path=data.folder,
            )
        found.append(query.modality)
    return found
