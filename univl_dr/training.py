"""The training loop: steps, evaluations, and the state from which a training resumes.

The random numbers of a step depend only on the seed and the step's number, and decisions after an
evaluation depend only on the curve. So an interrupted training resumes from the weights and
optimizer state of its last evaluation, and ends with the same weights as an uninterrupted one.

If the objective compares embeddings, several ranks can train together: each computes its share of
every batch, and all make the same steps. Rank 0 writes the files, and its evaluations are used.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.execution.distributed import Ranks
from benchmark.io.files import replacing, sha256, write_text
from benchmark.io.jsonl import decode_json
from benchmark.progress import Progress, log
from univl_dr.curves import Point, waited, write_curves
from univl_dr.embedder import Embedder, computing
from univl_dr.examples import Example, Numbers
from univl_dr.losses import Outcome
from univl_dr.parallel import Gathered, sum_gradients

if TYPE_CHECKING:
    from univl_dr.train import Checkpoint

STATE = "state.json"
"""The file with the names and hashes of the files from which an unfinished training resumes."""

ORDER, DRAW, DEV, DROP = range(4)
"""The purpose of a random generator, which is seeded with the seed, the purpose, and a number."""


class Training:
    """A checkpoint's training, in the folder where its artefact is built."""

    def __init__(self, checkpoint: Checkpoint, folder: Path, store: Store, ranks: Ranks) -> None:
        self._of, self._recipe = checkpoint, checkpoint.recipe
        self._folder, self._ranks = folder, ranks
        self._module = checkpoint.start.module(store)
        self._examples = checkpoint.examples.open(store, self._module.preprocess)
        self._dev = checkpoint.dev.open(store, self._module.preprocess)
        validation = checkpoint.validation
        self._mrr = None if validation is None else validation.open(self._module, store)
        self._optimizer = self._adamw()
        self._order = lru_cache(maxsize=1)(self._shuffled)
        self._epoch_steps = len(self._order(0)) // self._recipe.batch
        if not self._epoch_steps:
            raise InputError(
                f"{len(self._order(0))} training examples are fewer than a batch",
                mend=f"give {self._recipe.batch} or lower the recipe's batch",
            )
        self._steps = self._epoch_steps * self._recipe.epochs
        self._done = 0
        self._curve: list[Point] = []

    def run(self) -> None:
        """Train to the end, from the start or from the state of an interrupted run."""
        with computing(self._module):
            self._run()
        if self._ranks.first:
            write_curves(self._curve, self._recipe.select, self._folder)
            for path in (self._folder / STATE, *self._folder.glob("state-*.pt")):
                path.unlink()
        for drawn in (self._examples, self._dev):
            for problem in drawn.unreadable.values():
                log.warning(f"left out: {problem}")

    def _run(self) -> None:
        if state := self._ranks.agree(self._state):
            self._resume(state)
        else:
            self._curve.append(self._evaluated(loss=None, accuracy=None))
            self._keep()
        label = f"train ({type(self._of.objective).__name__})"
        with Progress(label, self._steps * self._recipe.batch, "examples") as progress:
            progress.advance(self._done * self._recipe.batch)
            losses, right = [], []
            while self._done < self._steps and waited(self._measured()) < self._recipe.patience:
                loss, accuracy = self._step()
                losses.append(loss)
                right.append(accuracy)
                progress.advance(self._recipe.batch, loss=loss, accuracy=accuracy)
                if self._is_evaluated():
                    self._curve.append(self._evaluated(_mean(losses), _mean(right)))
                    losses, right = [], []
                    self._keep()

    def _is_evaluated(self) -> bool:
        """Whether the weights are evaluated after the current number of steps."""
        if self._done % self._recipe.evaluate_every == 0:
            return True
        recipe = self._recipe
        last = recipe.evaluate_last or recipe.select == "last" or len(self._curve) == 1
        return last and self._done == self._steps

    def _step(self) -> tuple[float, float]:
        """Make one step of the optimizer; returns the loss and the accuracy before it."""
        recipe, step = self._recipe, self._done
        epoch, place = divmod(step, self._epoch_steps)
        numbers = self._order(epoch)[place * recipe.batch : (place + 1) * recipe.batch]
        parts = np.array_split(np.arange(len(numbers)), recipe.accumulate)
        shown = {int(part[place]) for part in parts for place in self._ranks.share(len(part))}
        examples = self._examples.draw(numbers, self._generator(DRAW, step), shown)
        seed = int(self._generator(DROP, step).integers(2**63))
        # Each rank has its own dropout, because its examples are different.
        torch.manual_seed((seed + self._ranks.number) % 2**63)
        for group in self._optimizer.param_groups:
            group["lr"] = recipe.learning_rate_at(step + 1, self._steps)
        if not self._module.training:
            self._module.train()
        self._optimizer.zero_grad()
        losses, correct, total = [], 0, 0
        for part in parts:
            outcome = self._outcome([examples[number] for number in part])
            if not torch.isfinite(outcome.loss):
                names = ", ".join(example.name for example in examples[:3])
                raise InputError(
                    f"the loss is {outcome.loss.item()} at step {step + 1}, "
                    f"batch {place + 1} of epoch {epoch + 1} ({names}, ...)",
                    mend="lower the learning rate or correct the batch; the weights of the last "
                    "evaluation are in this folder",
                    path=self._folder,
                )
            share = len(part) / len(examples)
            if outcome.loss.requires_grad:  # false in a rank without a share
                (outcome.loss * share).backward()  # type: ignore[no-untyped-call]
            losses.append(outcome.loss.item() * share)
            correct, total = correct + outcome.correct, total + outcome.total
        if self._ranks.count > 1:
            sum_gradients(self._module.parameters(), self._ranks)
        self._optimizer.step()
        self._done += 1
        return sum(losses), correct / total

    def _evaluated(self, loss: float | None, accuracy: float | None) -> Point:
        """The next point of the curve.

        loss, accuracy: the means in training since the previous point.
        """
        self._module.eval()
        size = self._recipe.batch
        numbers = np.arange(len(self._dev))
        accuracies = []
        with torch.inference_mode():
            for start in range(0, len(numbers), size):
                generator = np.random.default_rng((DEV, start))
                batch = numbers[start : start + size]
                shown = self._ranks.share(len(batch))
                outcome = self._outcome(self._dev.draw(batch, generator, shown))
                if outcome.total:  # a short batch of masked texts may have nothing to predict
                    accuracies.append(outcome.correct / outcome.total)
        return self._ranks.agree(
            lambda: Point(
                step=self._done,
                loss=loss,
                accuracy=accuracy,
                dev_accuracy=_mean(accuracies),
                dev_mrr=None if self._mrr is None else self._mrr(),
            )
        )

    def _measured(self) -> list[float]:
        """The value by which weights are selected, for each evaluation after training began."""
        return [point.measured(self._recipe.select) for point in self._curve[1:]]

    def _keep(self) -> None:
        """Save the weights if they are the best so far, then the state for resuming from here."""
        if not self._ranks.first:
            return
        state = self._folder / f"state-{self._done}.pt"
        content = {
            "done": self._done,
            "model": self._module.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "curve": [point.record() for point in self._curve],
        }
        with replacing(state) as path:
            torch.save(content, path)
        if waited(self._measured()) == 0:
            self._module.save(self._folder)
        older = {*self._folder.glob("state-*.pt")} - {state}
        kept = {path for path in self._folder.rglob("*") if path.is_file()}
        files = sorted(kept - older - {self._folder / STATE})
        hashes = {path.relative_to(self._folder).as_posix(): sha256(path) for path in files}
        write_text(self._folder / STATE, json.dumps({"state": state.name, "files": hashes}))
        for path in older:
            path.unlink()

    def _state(self) -> str | None:
        """The file to resume from; None if there is none, or if any file has changed."""
        if not (self._folder / STATE).is_file():
            return None
        try:
            kept = decode_json((self._folder / STATE).read_bytes())
            for name, written in kept["files"].items():
                if sha256(self._folder / name) != written:
                    raise ValueError(f"{name} was changed since it was written")
            return str(kept["state"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            log.warning(f"{self._folder}: {error}; the training starts again")
            return None

    def _resume(self, name: str) -> None:
        # The file's hash was checked before, because torch does not detect flipped bits.
        state: dict[str, Any] = torch.load(
            self._folder / name, map_location=self._module.device, weights_only=True
        )
        self._done = state["done"]
        self._module.load_state_dict(state["model"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._curve = [Point(**record) for record in state["curve"]]
        log.info(f"resuming a training at step {self._done}")

    def _outcome(self, examples: list[Example]) -> Outcome:
        module = self._module
        with computing(module, self._recipe.precision):
            if self._ranks.count > 1:
                assert isinstance(module, Embedder)  # noqa: S101  (only these are trained by ranks)
                module = Gathered(module, self._ranks, len(examples))
            return self._of.objective(module, examples)

    def _shuffled(self, epoch: int) -> Numbers:
        return self._examples.order(self._generator(ORDER, epoch))

    def _generator(self, purpose: int, number: int) -> np.random.Generator:
        return np.random.default_rng((self._of.seed, purpose, number))

    def _adamw(self) -> torch.optim.AdamW:
        recipe = self._recipe
        parameters = [one for one in self._module.parameters() if one.requires_grad]
        decayed = [one for one in parameters if one.ndim >= 2]
        others = [one for one in parameters if one.ndim < 2]
        groups = [
            {"params": decayed, "weight_decay": recipe.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ]
        return torch.optim.AdamW(
            groups, lr=recipe.learning_rate, betas=recipe.betas, eps=recipe.epsilon, fused=True
        )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
