"""Both losses against figures worked out by hand and against a plain loop."""

import math

import pytest
import torch
from torch import Tensor, nn

from univl_dr.embedder import Embedder
from univl_dr.examples import Example
from univl_dr.items import Item
from univl_dr.losses import (
    HardNegative,
    InBatch,
    Outcome,
    false_negatives,
    hard_negative_logits,
    in_batch_logits,
)


class Table(Embedder):
    """Embeds texts by looking them up."""

    def __init__(self, questions: Tensor, documents: Tensor, scale: float) -> None:
        super().__init__()
        self.dimension = questions.shape[-1]
        self.questions, self.documents = nn.Parameter(questions), nn.Parameter(documents)
        self.factor = nn.Parameter(torch.tensor(scale))

    def embed_questions(self, texts: list[str]) -> Tensor:
        return self.questions[[int(text) for text in texts]]

    def embed_documents(self, items: list[Item]) -> Tensor:
        return self.documents[[int(str(item.text)) for item in items]]

    def scale(self) -> Tensor:
        return self.factor


def examples(keys: list[list[int]], positives: list[set[int]] | None = None) -> list[Example]:
    return [
        Example(
            name=f"q{number}",
            question=str(number),
            items=[Item(str(key)) for key in row],
            keys=row,
            positives=frozenset(positives[number] if positives else row[:1]),
        )
        for number, row in enumerate(keys)
    ]


def test_in_batch_by_hand() -> None:
    # Cosines x 2: the first question 2 and 0, the second 1.2 and 1.6.
    module = Table(
        torch.tensor([[1.0, 0.0], [0.6, 0.8]]), torch.tensor([[1.0, 0.0], [0.0, 1.0]]), 2.0
    )
    outcome = InBatch()(module, examples([[0], [1]]))
    first = math.log(math.e**2 + 1) - 2
    second = math.log(math.e**1.2 + math.e**1.6) - 1.6
    assert outcome.loss.item() == pytest.approx((first + second) / 2, abs=1e-6)
    assert (outcome.correct, outcome.total) == (2, 2)


def test_hard_negative_by_hand() -> None:
    # The positive scores 0.5, the image 1, the passage 0; times 2.
    documents = torch.tensor([[0.5, 0.0], [1.0, 0.0], [0.0, 1.0]])
    module = Table(torch.tensor([[1.0, 0.0]]), documents, 2.0)
    outcome = HardNegative()(module, examples([[0, 1, 2]]))
    assert outcome.loss.item() == pytest.approx(math.log(math.e + math.e**2 + 1) - 1, abs=1e-6)
    assert outcome.correct == 0
    outcome.loss.backward()
    total = math.e + math.e**2 + 1
    # d loss / d question = 2 (sum of p x document - positive).
    expected = 2 * (0.5 * math.e / total + math.e**2 / total - 0.5)
    assert module.questions.grad is not None
    assert module.questions.grad[0, 0].item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("kind", ["in-batch", "hard"])
def test_a_plain_loop_gives_the_same_loss_and_gradients(kind: str) -> None:
    torch.manual_seed(0)
    questions, documents = torch.randn(5, 8).double(), torch.randn(5, 3, 8).double()
    scale = torch.tensor(1.7).double()
    leaves = [tensor.requires_grad_() for tensor in (questions, documents, scale)]
    logits = in_batch_logits if kind == "in-batch" else hard_negative_logits
    targets = torch.arange(5) * 3 if kind == "in-batch" else torch.zeros(5, dtype=torch.long)
    fast = Outcome.of(logits(questions, documents, scale), targets).loss
    losses = []
    for row in range(5):
        others = range(5) if kind == "in-batch" else [row]
        scores = [
            scale * sum(questions[row, d] * documents[other, place, d] for d in range(8))
            for other in others
            for place in range(3)
        ]
        own = scale * sum(questions[row, d] * documents[row, 0, d] for d in range(8))
        losses.append(torch.log(sum(torch.exp(score) for score in scores)) - own)
    slow = sum(losses) / 5
    assert torch.allclose(fast, slow)
    for one, other in zip(
        torch.autograd.grad(fast, leaves), torch.autograd.grad(slow, leaves), strict=True
    ):
        assert torch.allclose(one, other)


def test_other_answers_in_the_batch_are_masked_where_wanted() -> None:
    batch = examples([[0], [1], [0]], positives=[{0, 1}, {1}, {0}])
    assert false_negatives(batch).tolist() == [
        [False, True, True],
        [False, False, False],
        [True, False, False],
    ]
    module = Table(torch.eye(3), torch.eye(3), 1.0)
    masked, plain = InBatch(mask=True)(module, batch), InBatch()(module, batch)
    assert masked.loss < plain.loss
    # The first question has no candidate left but its own; the second all three.
    second = math.log(math.e + 2) - 1
    third = math.log(1 + 1) - 0
    assert masked.loss.item() == pytest.approx((0 + second + third) / 3, abs=1e-6)


def test_of_equal_logits_the_first_is_taken_for_the_highest() -> None:
    """As by ``torch.max``: only a target before all its equals is right."""
    logits = torch.tensor([[2.0, 2.0, 1.0], [2.0, 2.0, 1.0], [0.0, 1.0, 1.0]])
    assert Outcome.of(logits, torch.tensor([0, 1, 2])).correct == 1
    assert Outcome.of(logits, torch.max(logits, 1).indices).correct == 3
