"""Notes on results of several machines: only where what they share came out differently."""

import json
from pathlib import Path

import pytest

from benchmark.report.origins import origin_notes
from benchmark.results.result import Result


def made(
    folder: Path, processor: str, *, weights: str, curves: str = "1", kind: str = "Checkpoint"
) -> Result:
    files = {"model.safetensors": weights, "curves.json": curves}
    folder.mkdir(parents=True)
    manifest = {
        "recipe": {},
        "artefacts": [{"kind": kind, "identity": "stage-1", "files": files}],
        "machine": {"processor": processor},
        "packages": {"torch": "2.9"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return Result(folder)


@pytest.mark.parametrize(
    ("second", "kind"),
    [
        ({"weights": "a"}, "Checkpoint"),
        ({"weights": "a", "curves": "2"}, "Checkpoint"),  # curves hold times
        ({"weights": "b"}, "LuceneIndex"),  # differs each time
    ],
)
def test_equal_artefacts_need_no_note(tmp_path: Path, second: dict[str, str], kind: str) -> None:
    results = [
        made(tmp_path / "plain", "A", weights="a", kind=kind),
        made(tmp_path / "image", "B", kind=kind, **second),
    ]
    assert origin_notes(results) == []


def test_unequal_artefacts_name_the_machines(tmp_path: Path) -> None:
    results = [
        made(tmp_path / "plain", "A", weights="a"),
        made(tmp_path / "image", "B", weights="b"),
        made(tmp_path / "caption", "A", weights="a"),
    ]
    assert origin_notes(results) == [
        "Trainings that these systems share were run on several machines and gave other weights "
        "there, so that differences between machines are included: 2 with A, torch 2.9 (plain, "
        "caption); 1 with B, torch 2.9 (image)."
    ]
    assert origin_notes(results, brief=True)[0].endswith(
        ": 2 with A, torch 2.9; 1 with B, torch 2.9."
    )
