"""How results came about: the tree of a recipe with identities and seconds, and its stages."""

from types import SimpleNamespace
from typing import Any

from benchmark.artefacts.identity import digest
from benchmark.report.history import seconds_by_stage, seconds_table, tree


def value(name: str, version: str | None, /, **fields: Any) -> dict[str, Any]:
    return {"kind": name, "version": version, "fields": fields}


START = value("Checkpoint", "1", seed=7, kind="nq")
MODEL = value("Model", None, weights=START)
RANKING = value("DenseRanking", "1", model=MODEL, also=START)


def artefact(recipe: dict[str, Any], seconds: float, *files: str) -> dict[str, Any]:
    made = {"kind": recipe["kind"], "identity": digest(recipe), "seconds": seconds}
    return {**made, "files": dict.fromkeys(files, "hash")}


MANIFEST = {
    "recipe": RANKING,
    "artefacts": [artefact(START, 2.0, "curves.json"), artefact(RANKING, 0.5)],
}
RESULT: Any = SimpleNamespace(name="one", manifest=MANIFEST)


def test_the_tree_knows_artefacts_by_their_recipe_and_shows_each_once() -> None:
    root = tree(MANIFEST)
    assert (root.kind, root.seconds, root.identity) == ("DenseRanking", 0.5, digest(RANKING))
    model, again = root.parts
    assert (model.role, model.identity, model.settings) == ("model", None, {})
    (start,) = model.parts
    assert (start.seconds, start.settings, start.repeated) == (
        2.0,
        {"version": "1", "seed": 7, "kind": "nq"},
        False,
    )
    assert (again.role, again.repeated, again.settings) == ("also", True, {})


def test_seconds_add_up_by_stage() -> None:
    assert seconds_by_stage(RESULT) == {"training": 2.0, "searching": 0.5}


def test_a_question_takes_what_its_encoding_and_its_search_took() -> None:
    machine = {"processor": "P", "threads": 2}
    made = {"manifest": {**MANIFEST, "machine": machine}, "metrics": {"questions": 5}}
    result: Any = type(
        "One", (), {**made, "name": "one", "title": "One", "external": None, "oracle": False}
    )()
    (row,) = seconds_table([result]).rows
    assert (row["total"], row["search_ms"]) == (2.5, 100.0)
