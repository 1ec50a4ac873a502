"""The stages of a system's training: their names, their curves, and whose are shown."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

from benchmark.artefacts.identity import digest
from benchmark.artefacts.store import Store
from benchmark.report.trainings import KEPT, selection, stages, trainings
from univl_dr.choices import Select


def value(name: str, /, **fields: Any) -> dict[str, Any]:
    return {"kind": name, "version": None, "fields": fields}


def training(objective: str, **fields: Any) -> dict[str, Any]:
    return value("Checkpoint", objective=value(objective), **fields)


FIRST = training("Symmetric", start=value("SmallClip"))
SECOND = training("InBatch", start=FIRST, examples=value("Examples", of=value("HardNegatives")))
OTHER = training("Distance", start=FIRST)


def result(name: str, recipe: dict[str, Any], *trained: dict[str, Any]) -> Any:
    made = [
        {
            "kind": "Checkpoint",
            "identity": digest(one),
            "files": {"curves.json": "hash"},
            "seconds": 1,
        }
        for one in trained
    ]
    return SimpleNamespace(name=name, manifest={"recipe": recipe, "artefacts": made})


def keep(root: Path, recipe: dict[str, Any], chosen: int) -> None:
    folder = root / "Checkpoint" / digest(recipe)[:32]
    folder.mkdir(parents=True)
    (folder / "artefact.json").write_text(json.dumps({"artefact": recipe, "files": {}}))
    content = {"selected_by": "mrr", "chosen": chosen, "curve": [{"step": chosen}]}
    (folder / "curves.json").write_text(json.dumps(content))


def test_stages_are_named_after_their_loss_and_shown_once(tmp_path: Path) -> None:
    one = result("one", value("DenseRanking", model=FIRST), FIRST)
    two = result("two", value("DenseRanking", model=SECOND), FIRST, SECOND)
    same = result("zwei", value("Fused", of=value("DenseRanking", model=SECOND)), FIRST, SECOND)
    other = result("other", value("DenseRanking", model=OTHER), FIRST, OTHER)
    store = Store(tmp_path)
    assert trainings([one, two, same, other], store) == {}
    keep(tmp_path, FIRST, 3)
    keep(tmp_path, SECOND, 5)
    assert [(stage.title, stage.curve.chosen) for stage in stages(two, store)] == [
        ("Stage 1: contrastive loss both ways", 3),
        ("Stage 2: in-batch negatives, including mined ones", 5),
    ]
    keep(tmp_path, OTHER, 7)
    assert stages(other, store)[1].title == "Stage 2: Distance"
    # All that "one" is trained by is among the stages of "two", and "zwei" has the same ones.
    assert list(trainings([one, two, same, other], store)) == ["other", "two"]


def test_each_way_of_keeping_weights_is_named() -> None:
    assert set(KEPT) == set(get_args(Select))
    assert [selection(select) for select in ("accuracy", "last", "loss")] == [
        "by dev accuracy",
        "after the last step",
        "by loss",
    ]
