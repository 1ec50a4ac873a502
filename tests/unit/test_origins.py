"""Notes on results of several machines: only where what they share came out differently."""

import json
from pathlib import Path

import pytest

from benchmark.report.origins import with_origins
from benchmark.report.tables import Table
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
    table = with_origins(Table(title="", columns=[], rows=[], notes=["A note."]), results)
    assert (table.notes, table.brief) == (["A note."], ())


def test_unequal_artefacts_name_the_machines(tmp_path: Path) -> None:
    results = [
        made(tmp_path / "plain", "A", weights="a"),
        made(tmp_path / "image", "B", weights="b"),
        made(tmp_path / "caption", "A", weights="a"),
    ]
    table = with_origins(Table(title="", columns=[], rows=[], notes=["A note."]), results)
    assert table.notes == [
        "A note.",
        "Trainings that these systems share were run on several machines and gave other weights "
        "there, so that differences between machines are included: 2 with A, torch 2.9 (plain, "
        "caption); 1 with B, torch 2.9 (image).",
    ]
    assert table.brief[0] == "A note."
    assert table.brief[1].endswith(": 2 with A, torch 2.9; 1 with B, torch 2.9.")
