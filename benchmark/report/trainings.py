"""The trainings that a system is made by, stage by stage, each with its learning curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmark.artefacts.store import Store
from benchmark.io.jsonl import decode_json
from benchmark.report.history import Node, tree
from benchmark.results.curves import FILE, Curve
from benchmark.results.result import Result

OBJECTIVES: Mapping[str, str] = {
    "HardNegative": "each question's own negatives",
    "InBatch": "in-batch negatives",
    "Likelihood": "likelihood of generated text",
    "MaskedLanguageModeling": "masked words",
    "MaskedWords": "masked words",
    "Symmetric": "contrastive loss both ways",
}
"""Kind of an objective -> what its loss looks at; others go by their own name."""

MINED = ("HardNegatives", "Negatives")
"""Kinds of what the examples of a training with mined negatives are made from."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A training by the identity of its checkpoint, with its number and loss as its title."""

    identity: str
    title: str
    curve: Curve


def stages(result: Result, store: Store) -> list[Stage]:
    """The trainings of a system in their order, those whose curves are in the store."""
    trained = [one for one in result.manifest["artefacts"] if FILE in one["files"]]
    if not trained:
        return []
    losses = {node.identity: _loss(node) for node in _nodes(tree(result.manifest))}
    found = []
    for number, artefact in enumerate(trained, 1):
        path = store.file(artefact["kind"], artefact["identity"], FILE)
        if path:
            title = f"Stage {number}"
            title += f": {loss}" if (loss := losses.get(artefact["identity"])) else ""
            curve = Curve.of(decode_json(path.read_bytes()))
            found.append(Stage(identity=artefact["identity"], title=title, curve=curve))
    return found


def trainings(results: Sequence[Result], store: Store) -> dict[str, list[Stage]]:
    """System -> its stages, of those systems that together have each training.

    A system whose stages all are another's is left out; of several with the same stages, the one
    that is made of the fewest artefacts stands for them.
    """
    by_size = sorted(results, key=lambda one: (len(one.manifest["artefacts"]), one.name))
    found = {result.name: stages(result, store) for result in by_size}
    made = {name: {one.identity for one in some} for name, some in found.items()}
    kept: dict[str, list[Stage]] = {}
    for name, some in found.items():
        covered = any(made[name] < other for other in made.values())
        if some and not covered and all(made[name] != made[other] for other in kept):
            kept[name] = some
    return kept


def _nodes(node: Node) -> Iterator[Node]:
    """A node and all that it is made from; what is repeated comes where it stands first."""
    if not node.repeated:
        yield node
        for part in node.parts:
            yield from _nodes(part)


def _loss(node: Node) -> str:
    """What the loss of a training looks at; empty for what is no training."""
    parts = {part.role: part for part in node.parts}
    if "objective" not in parts:
        return ""
    kind = _name(parts["objective"])
    loss = OBJECTIVES.get(kind, kind)
    examples = parts.get("examples")
    mined = examples is not None and any(_name(one) in MINED for one in _nodes(examples))
    return f"{loss}, mined ones among them" if mined and kind == "InBatch" else loss


def _name(node: Node) -> str:
    """The kind of a node; manifests of format 1 name its module, too."""
    return node.kind.rpartition(".")[2]
