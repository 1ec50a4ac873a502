"""What verify says of figures that another processor rounds otherwise, and of other ones."""

import json
import shutil
from pathlib import Path

import pytest

from benchmark.artefacts.identity import digest
from benchmark.artefacts.store import Store
from benchmark.io.files import sha256
from benchmark.report.inspection import Inspector
from benchmark.results.writing import write_json
from benchmark.verify import Finding, verify


@pytest.mark.parametrize(
    ("away", "wrong"), [(0, 0), (2e-16, 0), (-4e-16, 0), (1e-11, 1), (1e-6, 1)]
)
def test_figures_may_differ_by_rounding_alone(
    inspector: Inspector, tmp_path: Path, away: float, wrong: int
) -> None:
    results = Path(shutil.copytree(inspector.folder, tmp_path / "results"))
    path = next(results.rglob("metrics.json"))
    metrics = json.loads(path.read_text(encoding="utf-8"))
    figure = metrics["metrics"]["MRR@10"]
    figure["low"] += away
    assert figure["low"] > 0.01, "too small to be changed by its last digit"
    write_json(metrics, path)
    # Sealed, as whoever changes figures by intent would leave it.
    manifest = json.loads((path.parent / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["metrics.json"] = sha256(path)
    made = {key: value for key, value in manifest.items() if key != "seal"}
    write_json({**made, "seal": digest(made)}, path.parent / "manifest.json")
    found = verify(results, inspector.data, inspector.split, Store(tmp_path / "store"), {})
    assert found == [Finding(path, "does not follow from the run")] * wrong
