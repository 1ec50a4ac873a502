"""Figures that are kept: computed once for the same inputs, and anew for others."""

from pathlib import Path

import pytest

from benchmark.artefacts import kept as module
from benchmark.artefacts.kept import FILE, kept
from benchmark.artefacts.store import Store


class Counted:
    """A computation that counts how often it is asked for."""

    times = 0

    def __call__(self) -> dict[str, float]:
        self.times += 1
        return {"third": 1 / 3}


def test_the_same_inputs_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = Counted()
    for _ in range(2):
        assert kept(Store(tmp_path), "tests", ["a", {"b": 1}], compute) == {"third": 1 / 3}
    assert compute.times == 1
    kept(Store(tmp_path), "tests", ["a", {"b": 2}], compute)
    kept(Store(tmp_path), "outcome", ["a", {"b": 1}], compute)
    assert compute.times == 3
    monkeypatch.setattr(module, "_code", lambda: "other")
    kept(Store(tmp_path), "tests", ["a", {"b": 1}], compute)
    assert compute.times == 4


def test_a_damaged_file_is_computed_again(tmp_path: Path) -> None:
    compute = Counted()
    kept(Store(tmp_path), "tests", [], compute)
    (path,) = tmp_path.rglob(FILE)
    path.write_text('{"third": 0.5}\n', encoding="utf-8")
    assert kept(Store(tmp_path), "tests", [], compute) == {"third": 1 / 3}
    assert compute.times == 2


def test_where_nothing_can_be_kept_it_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute = Counted()
    kept(None, "tests", [], compute)
    monkeypatch.setattr("os.access", lambda *_: False)
    kept(Store(tmp_path), "tests", [], compute)
    assert compute.times == 2
    assert not [*tmp_path.iterdir()]
