"""The trainings of a system: its stages, each with its learning curve."""

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
"""Kind of an objective -> a description of its loss; other kinds are shown by name."""

MINED = ("HardNegatives", "Negatives")
"""Kinds of artefacts that show that the examples of a training contain mined negatives."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A training, identified by its checkpoint; ``title``: its number and loss."""

    identity: str
    title: str
    curve: Curve


def stages(result: Result, store: Store) -> list[Stage]:
    """The trainings of a system, in their order, whose curves are in the store."""
    trained = [artefact for artefact in result.manifest["artefacts"] if FILE in artefact["files"]]
    if not trained:
        return []
    losses = {node.identity: _loss(node) for node in _nodes(tree(result.manifest))}
    with_curve = []
    for number, artefact in enumerate(trained, 1):
        path = store.file(artefact["kind"], artefact["identity"], FILE)
        if path:
            title = f"Stage {number}"
            title += f": {loss}" if (loss := losses.get(artefact["identity"])) else ""
            curve = Curve.of(decode_json(path.read_bytes()))
            with_curve.append(Stage(identity=artefact["identity"], title=title, curve=curve))
    return with_curve


def trainings(results: Sequence[Result], store: Store) -> dict[str, list[Stage]]:
    """System -> its stages, for a choice of systems that covers all trainings.

    A system whose stages are all part of another's is left out; of several systems with the same
    stages, the one with the fewest artefacts is kept.
    """
    by_size = sorted(results, key=lambda one: (len(one.manifest["artefacts"]), one.name))
    by_system = {result.name: stages(result, store) for result in by_size}
    identities = {name: {stage.identity for stage in own} for name, own in by_system.items()}
    kept: dict[str, list[Stage]] = {}
    for name, own in by_system.items():
        covered = any(identities[name] < other for other in identities.values())
        if own and not covered and all(identities[name] != identities[other] for other in kept):
            kept[name] = own
    return kept


def _nodes(node: Node) -> Iterator[Node]:
    """A node and all nodes that it is made from, each once."""
    if not node.repeated:
        yield node
        for part in node.parts:
            yield from _nodes(part)


def _loss(node: Node) -> str:
    """A description of a training's loss; empty for other nodes."""
    parts = {part.role: part for part in node.parts}
    if "objective" not in parts:
        return ""
    kind = _name(parts["objective"])
    loss = OBJECTIVES.get(kind, kind)
    examples = parts.get("examples")
    mined = examples is not None and any(_name(one) in MINED for one in _nodes(examples))
    return f"{loss}, including mined ones" if mined and kind == "InBatch" else loss


def _name(node: Node) -> str:
    """The kind of a node, without the module that manifests of format 1 contain."""
    return node.kind.rpartition(".")[2]
