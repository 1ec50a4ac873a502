"""Training: the same bytes twice, across a kill too; what stops it; what it selects by."""

import json
import multiprocessing
import os
import shutil
import signal
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from univl_tiny import checkpoint, clip, collection

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from univl_dr.curves import waited
from univl_dr.documents import Presentation
from univl_dr.examples import Examples
from univl_dr.inference import Validation
from univl_dr.losses import InBatch, Outcome
from univl_dr.train import Checkpoint
from univl_dr.weights import read_weights


@recipe_name("test_univl_train-Until")
@dataclass(frozen=True, kw_only=True)
class Until:
    """In-batch training that does something else at one step."""

    step: int
    action: str

    def __call__(self, module: Any, examples: Any) -> Outcome:
        outcome = InBatch()(module, examples)
        if module.training:
            module.seen = getattr(module, "seen", 0) + 1
            if module.seen == self.step and self.action == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            if module.seen == self.step:
                return Outcome(outcome.loss * float("nan"), 0, outcome.total)
        return outcome


def train(made: Checkpoint, folder: Path, store: Store) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    made.build(folder, store)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_killed_training_goes_on_to_the_same_bytes(
    tmp_path: Path, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    data = collection(tmp_path / "tiny")
    made = checkpoint(data)
    train(made, tmp_path / "whole", store)
    train(made, tmp_path / "again", store)
    assert contents(tmp_path / "whole") == contents(tmp_path / "again")
    assert set(contents(tmp_path / "whole")) >= {"model.safetensors", "curves.json"}

    killed = replace(made, objective=Until(step=5, action="kill"))
    process = multiprocessing.get_context("spawn").Process(
        target=train, args=(killed, tmp_path / "cut", store)
    )
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert torch.load(tmp_path / "cut" / "state-3.pt", weights_only=True)["done"] == 3
    shutil.copytree(tmp_path / "cut", tmp_path / "rotten")
    train(made, tmp_path / "cut", store)
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")

    state = bytearray((tmp_path / "rotten" / "state-3.pt").read_bytes())
    state[len(state) // 2] ^= 1
    (tmp_path / "rotten" / "state-3.pt").write_bytes(state)
    caplog.clear()
    train(made, tmp_path / "rotten", store)
    assert "state-3.pt was changed since it was written; the training starts" in caplog.text
    assert contents(tmp_path / "rotten") == contents(tmp_path / "whole")


def test_another_seed_gives_other_weights(tmp_path: Path, store: Store) -> None:
    made = checkpoint(collection(tmp_path / "tiny"))
    one, other = (store.path(replace(made, seed=seed)) for seed in (1, 2))
    assert contents(one)["model.safetensors"] != contents(other)["model.safetensors"]


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_weights(
    tmp_path: Path, store: Store
) -> None:
    made = checkpoint(collection(tmp_path / "tiny"))
    failing = replace(made, objective=Until(step=7, action="fail"))
    with pytest.raises(InputError, match=r"loss is nan at step 7, batch 3 of epoch 2 \([it]\d, "):
        train(failing, tmp_path / "cut", store)
    kept = read_weights(tmp_path / "cut" / "model.safetensors")
    assert all(tensor.isfinite().all() for tensor in kept.values())
    assert torch.load(tmp_path / "cut" / "state-6.pt", weights_only=True)["done"] == 6


def test_parts_of_a_batch_add_up_to_the_whole(tmp_path: Path, store: Store) -> None:
    """With a loss that looks at each example alone, accumulation changes nothing.

    A large epsilon: without it Adam turns the rounding of a zero gradient into a whole step.
    """
    data = collection(tmp_path / "tiny")
    alone = [
        replace(checkpoint(data, accumulate=parts, epsilon=1.0), objective=Alone()).module(store)
        for parts in (1, 4)
    ]
    for one, other in zip(alone[0].parameters(), alone[1].parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-5)


@recipe_name("test_univl_train-Alone")
@dataclass(frozen=True, kw_only=True)
class Alone:
    """The squared distance between a question and its positive."""

    def __call__(self, module: Any, examples: Any) -> Outcome:
        questions = module.embed_questions([example.question for example in examples])
        documents = module.embed_documents([example.items[0] for example in examples])
        return Outcome((questions - documents).square().sum(1).mean(), 0, len(examples))


def test_it_learns_and_keeps_what_it_selects_by(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    made = checkpoint(data, epochs=30, evaluate_every=20, batch=8)
    by_mrr = replace(made.recipe, select="mrr")
    with pytest.raises(ValueError, match="needs a validation"):
        replace(made, recipe=by_mrr)
    made = replace(made, recipe=by_mrr, validation=Validation(data=data))
    curves = json.loads((store.path(made) / "curves.json").read_text())
    measured = [point["dev_mrr"] for point in curves["curve"]]
    assert measured[-1] > 0.8 > 0.5 > measured[0]
    best = max(point["dev_mrr"] for point in curves["curve"][1:])
    (kept,) = [point for point in curves["curve"] if point["step"] == curves["chosen"]]
    assert kept["dev_mrr"] == best
    again = Validation(data=data).open(made.module(store).eval(), store)
    assert again() == pytest.approx(best)


def test_patience_counts_from_the_last_best_and_a_tie_is_a_gain() -> None:
    assert waited([]) == 0
    assert waited([0.5, 0.7, 0.7]) == 0
    assert waited([0.7, 0.5, 0.6]) == 2


def test_training_stops_when_patience_ends(tmp_path: Path, store: Store) -> None:
    made = checkpoint(collection(tmp_path / "tiny"), epochs=50, patience=2, learning_rate=0.0)
    made = replace(made, objective=Worsening())
    curves = json.loads((store.path(made) / "curves.json").read_text())
    assert [point["step"] for point in curves["curve"]] == [0, 3, 6, 9]
    assert curves["chosen"] == 3
    made = replace(made, recipe=replace(made.recipe, select="last", epochs=5))
    curves = json.loads((store.path(made) / "curves.json").read_text())
    assert (curves["chosen"], curves["curve"][-1]["step"]) == (20, 20)


@recipe_name("test_univl_train-Worsening")
@dataclass(frozen=True, kw_only=True)
class Worsening:
    """Right on the dev examples at the first evaluations, then wrong."""

    def __call__(self, module: Any, examples: Any) -> Outcome:
        loss = module.embed_questions([example.question for example in examples]).sum()
        module.calls = getattr(module, "calls", 0) + (not module.training)
        return Outcome(loss, int(module.calls <= 8), 1)


def test_too_few_examples_and_single_modalities(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    with pytest.raises(InputError, match="16 training examples are fewer than a batch"):
        store.path(checkpoint(data, batch=17))
    made = checkpoint(data)
    module = made.start.module(store)
    pictured = Examples(data=data, modality="image").open(store, module.preprocess)
    assert len(pictured) == 8
    captions = Presentation(view="caption")
    drawn = Examples(data=data, presentation=captions, balanced=True).open(store, module.preprocess)
    generator = np.random.default_rng(0)
    names = [one.name[0] for one in drawn.draw(drawn.order(generator), generator)]
    assert names == ["i", "t"] * 8


def test_the_learning_rate_of_an_update_is_the_cosine_at_its_number(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight updates: the first is below the full rate already, the last is at zero."""
    rates: list[float] = []
    step = torch.optim.AdamW.step

    def recorded(optimizer: torch.optim.AdamW) -> None:
        rates.append(optimizer.param_groups[0]["lr"])
        step(optimizer)

    monkeypatch.setattr(torch.optim.AdamW, "step", recorded)
    store.path(checkpoint(collection(tmp_path / "tiny"), learning_rate=2.0))
    by_hand = [1.9239, 1.7071, 1.3827, 1.0, 0.6173, 0.2929, 0.0761, 0.0]
    assert rates == pytest.approx(by_hand, abs=1e-4)


@pytest.mark.parametrize(
    ("every", "last", "steps"),
    [(3, False, [0, 3, 6]), (3, True, [0, 3, 6, 8]), (4, False, [0, 4, 8]), (9, False, [0, 8])],
)
def test_the_last_step_is_evaluated_where_the_recipe_says_or_nothing_else_was(
    tmp_path: Path, store: Store, every: int, last: bool, steps: list[int]
) -> None:
    data = collection(tmp_path / "tiny")
    made = checkpoint(data, evaluate_every=every, evaluate_last=last)
    curves = json.loads((store.path(made) / "curves.json").read_text())
    assert [point["step"] for point in curves["curve"]] == steps


@recipe_name("test_univl_train-ByModality")
@dataclass(frozen=True, kw_only=True)
class ByModality:
    """Right on the questions that images answer, which are every other one."""

    def __call__(self, module: Any, examples: Any) -> Outcome:
        loss = module.embed_questions([example.question for example in examples]).sum()
        right = sum(example.name.startswith("i") for example in examples)
        return Outcome(loss, right, len(examples))


def test_dev_accuracy_is_the_mean_over_batches_of_which_the_last_may_be_short(
    tmp_path: Path, store: Store
) -> None:
    """16 questions in batches of 5, 5, 5 and 1: of these 2, 3, 2 and 1 are answered by images."""
    made = checkpoint(collection(tmp_path / "tiny"), batch=5, epochs=1, learning_rate=0.0)
    made = replace(made, objective=ByModality())
    curves = json.loads((store.path(made) / "curves.json").read_text())
    expected = (2 / 5 + 3 / 5 + 2 / 5 + 1) / 4
    assert [point["dev_accuracy"] for point in curves["curve"]] == pytest.approx([expected] * 2)


def test_on_dev_the_first_positive_is_taken(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    with (data.folder / "qrels-dev.tsv").open("a") as qrels:
        qrels.write("t3 0 p1 1\nt3 0 p5 1\n")  # p3 stands before them
    made = Examples(data=data, split="dev", presentation=Presentation(view="caption"))
    preprocess = clip(data).module(store).preprocess
    (asked,) = [n for n, query in enumerate(data.queries("dev")) if query.id == "t3"]

    def drawn(examples: Examples) -> set[int]:
        opened = examples.open(store, preprocess)
        dice = np.random.default_rng(0)
        return {opened.draw(np.array([asked]), dice)[0].keys[0] for _ in range(40)}

    assert drawn(replace(made, positive="first")) == {3}
    assert drawn(made) == {1, 3, 5}
