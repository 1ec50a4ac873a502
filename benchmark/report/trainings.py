"""The trainings of a system: its stages, each with its learning curve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

KEPT: Mapping[str, str] = {
    "accuracy": "by dev accuracy",
    "mrr": "by dev MRR@10",
    "last": "after the last step",
}
"""A setting ``select`` -> how a sentence says which weights are kept."""

RECIPE: Mapping[str, str] = {
    "batch": "batches of {:g}",
    "learning_rate": "learning rate {:g}",
    "epochs": "at most {:g} epochs",
}
"""Settings of a training -> how a sentence names them."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A training, identified by its checkpoint; ``title``: its number and loss."""

    identity: str
    title: str
    curve: Curve


def stages(result: Result, store: Store) -> list[Stage]:
    """The trainings of a system in their order, those whose curves are in the store."""
    with_curve = []
    for artefact, title, _ in _trained(result):
        path = store.file(artefact["kind"], artefact["identity"], FILE)
        if path:
            curve = Curve.of(decode_json(path.read_bytes()))
            with_curve.append(Stage(identity=artefact["identity"], title=title, curve=curve))
    return with_curve


def in_words(result: Result) -> list[str]:
    """A description of each training of a system: its loss, and how the weights were optimised."""
    return [
        f"{title}. {_recipe(node)}It took {artefact['seconds']:.1f} s."
        for artefact, title, node in _trained(result)
    ]


def trainings(results: Sequence[Result], store: Store) -> dict[str, list[Stage]]:
    """System -> its stages, for a choice of systems that covers all trainings.

    A system whose stages are all part of another's is left out; of several systems with the same
    stages, the one with the fewest artefacts is kept.
    """
    by_size = sorted(results, key=lambda one: (len(one.manifest["artefacts"]), one.name))
    by_system = {result.name: stages(result, store) for result in by_size}
    identities = {name: {stage.identity for stage in own} for name, own in by_system.items()}
    chosen: dict[str, list[Stage]] = {}
    for name, own in by_system.items():
        covered = any(identities[name] < other for other in identities.values())
        if own and not covered and all(identities[name] != identities[other] for other in chosen):
            chosen[name] = own
    return chosen


def selection(select: str) -> str:
    """Which weights of a training are kept, as the end of a sentence."""
    return KEPT.get(select, f"by {select}")


def _trained(result: Result) -> list[tuple[Mapping[str, Any], str, Node | None]]:
    """The artefacts that were trained, with their titles and what the recipe says of them."""
    trained = [one for one in result.manifest["artefacts"] if FILE in one["files"]]
    if not trained:
        return []
    nodes = {node.identity: node for node in _nodes(tree(result.manifest))}
    found = []
    for number, artefact in enumerate(trained, 1):
        node = nodes.get(artefact["identity"])
        loss = _loss(node) if node else ""
        found.append((artefact, f"Stage {number}" + (f": {loss}" if loss else ""), node))
    return found


def _recipe(node: Node | None) -> str:
    """How weights were optimised, as far as the recipe tells."""
    recipe = (
        next((part.settings for part in node.parts if part.role == "recipe"), {}) if node else {}
    )
    words = [text.format(recipe[name]) for name, text in RECIPE.items() if name in recipe]
    if "select" in recipe:
        words.append(f"weights kept {selection(recipe['select'])}")
    said = ", ".join(words)
    return f"{said[0].upper()}{said[1:]}. " if said else ""


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
