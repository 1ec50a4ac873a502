"""Same in, same out: whatever the locale, time zone, hash seed, threads and order of files."""

import json
from pathlib import Path
from typing import Any

import pytest
from killing import Place, outcome, undisturbed

from benchmark.artefacts import Store
from benchmark.datasets import find
from benchmark.provenance import PROMISE


def test_a_run_elsewhere_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small models compute on one thread, whatever OMP_NUM_THREADS says."""
    calm = undisturbed()
    place = Place(tmp_path, (*calm.words, "--jobs", "1"))
    changes = {"PYTHONHASHSEED": "7", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}
    for name, value in {**changes, "OMP_NUM_THREADS": "2"}.items():
        monkeypatch.setenv(name, value)
    place.finish()
    assert outcome(place) == outcome(calm)
    for path in place.results.rglob("manifest.json"):
        assert json.loads(path.read_text())["promise"] == PROMISE


def test_the_order_of_files_changes_nothing(
    beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = (beir / "qrels" / "test.tsv").read_text()
    (beir / "qrels" / "dev.tsv").write_text(judged)
    first = find("beir", beir, Store(tmp_path / "one"))
    for name in ("glob", "rglob", "iterdir"):
        ordered = getattr(Path, name)

        def turned(path: Path, *words: str, ordered: Any = ordered) -> list[Path]:
            return sorted(ordered(path, *words), reverse=True)

        monkeypatch.setattr(Path, name, turned)
    second = find("beir", beir, Store(tmp_path / "other"))
    assert list(second.splits) == list(first.splits)
    assert second.fingerprint == first.fingerprint
