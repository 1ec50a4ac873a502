"""Evaluation protocols: the documents that are searched for each question.

    joint   one pool for all questions: passages and images (UniVL-DR)
    split   only documents of the modality that answers the question (M-BEIR, MTEB)
    local   the question's own candidate list: its positives and negatives (MMEB)

A protocol changes the candidates, never an embedding: a retriever serves all three from the same
embeddings. Figures under different protocols are not comparable.
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
        "joint": "Protocol joint: all passages and images are searched for each question.",
        "split": "Protocol split: only documents of the modality that answers the question are "
        "searched, as in M-BEIR and MTEB.",
        "local": "Protocol local: each question ranks its own candidate list, as in MMEB.",
    }
)


@dataclass(frozen=True)
class Part:
    """Questions of a task with the same candidates.

    places: the numbers of the questions in the split, ascending; int64, shape (questions,).
    numbers: the corpus numbers of the candidates, ascending.
    """

    places: npt.NDArray[np.int64]
    numbers: Sequence[int] | npt.NDArray[np.int32]


def parts(
    data: Collection, split: str, scope: Modality | None, protocol: Protocol
) -> Iterator[Part]:
    """The questions of ``split``, grouped by their candidates under ``protocol``.

    scope: only candidates of this modality. A question without candidates is in no part. Raises
    InputError if the data set lacks what the protocol needs: the modality of each question (split),
    or its candidates (local).
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
    """The modality of each question of ``split``. Raises InputError if one is unknown."""
    known: list[Modality] = []
    for query in data.queries(split):
        if query.modality is None:
            raise InputError(
                f"the modality of question '{query.id}' is unknown, which protocol 'split' needs",
                mend="give it in the data, or use --protocol joint",
                path=data.folder,
            )
        known.append(query.modality)
    return known
