"""Same in, same out, whatever the order of files; test_kills has what else surrounds a run."""

from pathlib import Path
from typing import Any

import pytest

from benchmark.artefacts.store import Store
from benchmark.datasets import find


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
