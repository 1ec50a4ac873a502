"""The losses of both training stages, and the objectives that training minimises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from benchmark.artefacts.identity import recipe_name
from univl_dr.examples import Example

if TYPE_CHECKING:
    from torch import Tensor

    from univl_dr.embedder import Trained


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """The mean loss of some examples, and how many of their ``total`` predictions are correct."""

    loss: Tensor
    correct: int
    total: int

    @classmethod
    def of(cls, logits: Tensor, targets: Tensor) -> Outcome:
        """Softmax cross-entropy; a prediction is correct if the target's logit is the highest.

        Among equal logits the first one counts as the highest, as in UniVL-DR (``torch.max``).
        """
        from torch.nn.functional import cross_entropy

        right = logits.detach().argmax(dim=1) == targets
        return cls(cross_entropy(logits, targets), int(right.sum()), len(targets))


class Objective(Protocol):
    """The objective of a training: a frozen dataclass, part of the checkpoint's identity."""

    def __call__(self, module: Trained, examples: Sequence[Example]) -> Outcome: ...


class Contrastive:
    """Base of the objectives that depend only on the embeddings of a batch and on the scale."""


def in_batch_logits(questions: Tensor, documents: Tensor, scale: Tensor) -> Tensor:
    """Each question against every document of the batch; shape (batch, batch x candidates).

    questions: shape (batch, dimension). documents: shape (batch, candidates, dimension), the
    positive first, so that in row ``i`` it is in column ``i * candidates``. The softmax is over
    documents only, not over questions (UniVL-DR's first stage).
    """
    return scale * questions @ documents.flatten(0, 1).T


def hard_negative_logits(questions: Tensor, documents: Tensor, scale: Tensor) -> Tensor:
    """Each question against its own candidates only; shape (batch, candidates).

    The arguments are those of ``in_batch_logits``; the positive is in column 0 (UniVL-DR's second
    stage).
    """
    import torch

    return scale * torch.einsum("bd,bcd->bc", questions, documents)


def false_negatives(examples: Sequence[Example]) -> Tensor:
    """Which documents of the batch are relevant to a question without being its positive.

    bool, shape (batch, batch x candidates), in the order of ``in_batch_logits``.
    """
    import torch

    return torch.tensor(
        [
            [
                key in asked.positives and not (other is asked and place == 0)
                for other in examples
                for place, key in enumerate(other.keys)
            ]
            for asked in examples
        ]
    )


@recipe_name("InBatch")
@dataclass(frozen=True, kw_only=True)
class InBatch(Contrastive):
    """Softmax over all documents of the batch, of both modalities.

    mask: leave out the other documents that are relevant to the question; the paper does not, so
    that they are negatives.
    """

    mask: bool = False

    def __call__(self, module: Trained, examples: Sequence[Example]) -> Outcome:
        import torch

        questions, documents, scale = _embed(module, examples)
        logits = in_batch_logits(questions, documents, scale)
        if self.mask:
            logits = logits.masked_fill(false_negatives(examples).to(logits.device), float("-inf"))
        targets = torch.arange(len(examples), device=logits.device) * documents.shape[1]
        return Outcome.of(logits, targets)


@recipe_name("HardNegative")
@dataclass(frozen=True, kw_only=True)
class HardNegative(Contrastive):
    """Softmax over a question's positive and its own hard negatives, without in-batch negatives."""

    def __call__(self, module: Trained, examples: Sequence[Example]) -> Outcome:
        import torch

        logits = hard_negative_logits(*_embed(module, examples))
        return Outcome.of(logits, torch.zeros(len(logits), dtype=torch.long, device=logits.device))


@recipe_name("Symmetric")
@dataclass(frozen=True, kw_only=True)
class Symmetric(Contrastive):
    """CLIP's pretraining loss: the mean over both directions (Radford et al., 2021, figure 3)."""

    def __call__(self, module: Trained, examples: Sequence[Example]) -> Outcome:
        import torch

        logits = in_batch_logits(*_embed(module, examples))
        targets = torch.arange(len(examples), device=logits.device)
        there, back = Outcome.of(logits, targets), Outcome.of(logits.T, targets)
        return Outcome((there.loss + back.loss) / 2, there.correct, there.total)


def _embed(module: Trained, examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    from univl_dr.embedder import Embedder

    assert isinstance(module, Embedder)  # noqa: S101  (these objectives train nothing else)
    texts = [example.question for example in examples]
    items = [item for example in examples for item in example.items]
    questions, documents = module.embed_both(texts, items)
    candidates = documents.view(len(examples), -1, module.dimension)
    return questions, candidates, module.scale()
