"""Training by several ranks: the gradient of one process with the whole batch."""

import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from univl_tiny import checkpoint, collection

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import UnavailableError
from benchmark.execution.distributed import ALONE, Ranks, build, joined
from univl_dr.losses import Contrastive, HardNegative, InBatch, Outcome, Symmetric
from univl_dr.parallel import Gathered, sum_gradients
from univl_dr.train import Checkpoint
from univl_dr.weights import read_weights


def run_ranks(count: int, work: Callable[..., None], *arguments: Any) -> list[int | None]:
    """Run ``work(ranks, ...)`` in ``count`` processes; their exit codes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The server imports once what all of them need.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["open_clip", "univl_tiny", "univl_dr.parallel", __name__])
    processes = [
        context.Process(target=_rank, args=(number, count, port, work, *arguments))
        for number in range(count)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    return [process.exitcode for process in processes]


def _rank(number: int, count: int, port: int, work: Callable[..., None], *arguments: Any) -> None:
    os.environ |= {
        "RANK": str(number),
        "LOCAL_RANK": str(number),
        "WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
    }
    torch.set_num_threads(1)
    try:
        with joined() as ranks:
            work(ranks, *arguments)
    except UnavailableError as error:
        sys.exit(LOST if "another rank has ended" in str(error) else 1)


LOST = 3
"""The exit code of a rank that says that another one has ended."""

OBJECTIVES = (InBatch(), InBatch(mask=True), HardNegative(), Symmetric())


def gradients(made: Checkpoint, objective: Contrastive, store: Store, ranks: Ranks) -> Any:
    """The loss, the decisions and every gradient of one batch of ten, in double precision."""
    module = made.start.module(store).double()
    drawn = made.examples.open(store, module.preprocess)
    shown = ranks.share(10)
    batch = drawn.draw(np.arange(10), np.random.default_rng(1), shown)
    if isinstance(objective, HardNegative):
        # The next question's positive is a negative of each.
        whole = drawn.draw(np.arange(10), np.random.default_rng(1))
        batch = [
            replace(one, items=[one.items[0], whole[number - 1].items[0]])
            for number, one in enumerate(batch)
        ]
    given = module if ranks.count == 1 else Gathered(module, ranks, len(batch))
    outcome = objective(given, batch)
    outcome.loss.backward()
    if ranks.count > 1:
        sum_gradients(module.parameters(), ranks)
    found = {name: one.grad for name, one in module.named_parameters()}
    return outcome.loss.item(), outcome.correct, found


def compare(ranks: Ranks, made: Checkpoint, root: Path) -> None:
    store = Store(root)
    for objective in OBJECTIVES:
        loss, correct, found = gradients(made, objective, store, ranks)
        expected_loss, expected, alone = gradients(made, objective, store, ALONE)
        assert abs(loss - expected_loss) < 1e-6
        assert correct == expected
        assert found.keys() == alone.keys()
        for name, gradient in alone.items():
            if gradient is None:
                assert found[name] is None, name
            else:
                scale = max(float(gradient.abs().max()), 1.0)
                assert torch.allclose(found[name], gradient, rtol=0, atol=1e-6 * scale), name
    trained = replace(made, recipe=replace(made.recipe, batch=5, accumulate=1))
    build(trained, store, ranks)


@pytest.mark.parametrize("count", [2, 4])
def test_the_gradient_is_that_of_the_whole_batch(tmp_path: Path, count: int) -> None:
    """Ten examples, and batches of five, are no multiple of either number of ranks."""
    made = checkpoint(collection(tmp_path / "tiny"), epsilon=1e-3)
    store = Store(tmp_path / "store")
    made.start.module(store)
    assert run_ranks(count, compare, made, store.root) == [0] * count
    trained = replace(made, recipe=replace(made.recipe, batch=5, accumulate=1))
    together = read_weights(store.path(trained) / "model.safetensors")
    alone = read_weights(Store(tmp_path / "other").path(trained) / "model.safetensors")
    for name, tensor in alone.items():
        assert torch.allclose(tensor, together[name], atol=1e-5), name


@recipe_name("test_parallel-Killed")
@dataclass(frozen=True, kw_only=True)
class Killed(InBatch):
    """In-batch training that ends one rank at its fifth step."""

    rank: str

    def __call__(self, module: Any, examples: Any) -> Outcome:
        outcome = super().__call__(module, examples)
        self.seen.append(torch.is_grad_enabled())
        if sum(self.seen) == 5 and os.environ.get("RANK") == self.rank:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome

    @cached_property
    def seen(self) -> list[bool]:
        """Whether each call so far was a step of training."""
        return []


def train(ranks: Ranks, made: Checkpoint, root: Path) -> None:
    build(made, Store(root), ranks)


def test_a_killed_rank_ends_all_and_a_repeat_goes_on(tmp_path: Path) -> None:
    made = checkpoint(collection(tmp_path / "tiny"))
    store, whole = Store(tmp_path / "store"), Store(tmp_path / "whole")
    for one in (store, whole):
        made.start.module(one)
    killed = replace(made, objective=Killed(rank="1"))
    codes = run_ranks(4, train, killed, store.root)
    assert codes == [LOST, -signal.SIGKILL, LOST, LOST]
    (state,) = store.root.glob("Checkpoint/.*.partial/state-3.pt")
    assert torch.load(state, weights_only=True)["done"] == 3
    # Another objective is another checkpoint: it finds what this one left.
    assert not store.has(made)
    state.parent.rename(store._place(made).with_name(f".{store._place(made).name}.partial"))
    assert run_ranks(4, train, made, store.root) == [0] * 4
    assert run_ranks(4, train, made, whole.root) == [0] * 4
    weights = [(one.path(made) / "model.safetensors").read_bytes() for one in (store, whole)]
    assert weights[0] == weights[1]
