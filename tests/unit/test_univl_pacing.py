"""Controls: as many optimizer steps as the training they stand beside, at the same rates."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from univl_tiny import clip, collection

from baselines.clip import CLIPDPRHard
from benchmark.artefacts.store import Store
from univl_dr import presets
from univl_dr.examples import Examples
from univl_dr.pacing import Paced
from univl_dr.retrievers import CLIPDPR, CLIPZeroShot, UniVLDR
from univl_dr.train import Checkpoint, Recipe

STAGE_1 = Recipe(learning_rate=1e-3, batch=3, epochs=3)
STAGE_2 = Recipe(learning_rate=5e-4, batch=3, epochs=2, accumulate=3)


@pytest.fixture
def rates(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The learning rate of each optimizer step that a training takes."""
    taken: list[float] = []
    step = torch.optim.AdamW.step

    def recorded(optimizer: torch.optim.AdamW) -> None:
        taken.append(optimizer.param_groups[0]["lr"])
        step(optimizer)

    monkeypatch.setattr(torch.optim.AdamW, "step", recorded)
    monkeypatch.setattr(presets, "PAPER", replace(presets.PAPER, in_batch=STAGE_1, hard=STAGE_2))
    monkeypatch.setattr(CLIPZeroShot, "weights", lambda _, data, *__: clip(data))
    return taken


def test_a_control_takes_exactly_as_many_steps_at_the_same_rates(
    tmp_path: Path, store: Store, rates: list[float]
) -> None:
    """16 questions, half of them answered by images, in batches of 3: 5 steps an epoch, or 2."""
    data = collection(tmp_path / "tiny")

    def steps(row: CLIPDPR) -> list[float]:
        rates.clear()
        store.path(row.weights(data, 1))  # type: ignore[arg-type]
        return [*rates]

    on_all = steps(CLIPDPR())
    assert len(on_all) == 3 * 5
    assert len(steps(CLIPDPR(modality="image"))) == 3 * 2
    assert steps(CLIPDPR(modality="image", steps="all-questions")) == on_all

    second = steps(UniVLDR(verbalized=None))
    assert len(second) == 2 * 5
    assert second[4] == pytest.approx(5e-4 / 2)  # half of the cosine
    assert steps(CLIPDPR(steps="both-stages")) == second
    assert steps(CLIPDPRHard()) == second


@pytest.mark.usefixtures("rates")
def test_trainings_on_start_from_the_same_stage_with_their_own_loss_and_batches(
    tmp_path: Path,
) -> None:
    data = collection(tmp_path / "tiny")
    first, second, control, together = (
        row.weights(data, 1)
        for row in (
            CLIPDPR(),
            UniVLDR(verbalized=None),
            CLIPDPR(steps="both-stages"),
            CLIPDPRHard(),
        )
    )
    assert isinstance(first, Checkpoint)
    for made, objective, parts in (
        (second, "HardNegative", 3),
        # In parts of a batch, a question would see the documents of its own part alone.
        (control, "InBatch", 1),
        (together, "InBatch", 1),
    ):
        assert isinstance(made, Checkpoint)
        assert made.start == first
        assert type(made.objective).__name__ == objective
        assert made.recipe == replace(STAGE_2, accumulate=parts)
    assert isinstance(control, Checkpoint)
    assert control.examples == first.examples
    mined = together.examples.negatives.mined  # type: ignore[attr-defined]
    assert mined.ranking.task.depth == 20


def test_an_epoch_is_filled_by_shuffling_anew_and_no_batch_holds_a_question_twice(
    tmp_path: Path, store: Store
) -> None:
    """8 of 16 questions in batches of 3: two batches, two more, and one of the five."""
    every = Examples(data=collection(tmp_path / "tiny"))
    some = replace(every, modality="image")
    preprocess = clip(every.data).module(store).preprocess
    drawn = Paced(examples=some, pace=every, batch=3).open(store, preprocess)
    order = drawn.order(np.random.default_rng(0))
    assert len(order) == 15
    for shuffled in (order[:6], order[6:12], order[12:]):
        assert len(set(shuffled.tolist())) == len(shuffled)
    assert {one.name[0] for one in drawn.draw(order, np.random.default_rng(0))} == {"i"}
    shorter = Paced(examples=every, pace=some, batch=3).open(store, preprocess)
    assert len(set(shorter.order(np.random.default_rng(0)).tolist())) == 6
