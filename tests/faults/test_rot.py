"""Rot: a flipped bit, a cut file or an edited record is found before use, and named."""

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from killing import Place, made, outcome, undisturbed

from benchmark.artefacts.store import RECORD, Store
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.results.result import read_results
from benchmark.results.writing import write_embedding_map
from benchmark.verify import verify

Fault = Callable[[Path], None]


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def edit(path: Path) -> None:
    """A change of a figure by someone who keeps the file well-formed."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(gzip.decompress(data).replace(b" 1 ", b" 2 ", 1)))
    elif path.suffix == ".json":
        content = json.loads(data)
        path.write_text(json.dumps({**content, next(iter(content), "new"): 7}), encoding="utf-8")
    else:
        path.write_bytes(data + b"\n")


FAULTS = (flip, cut, edit)


def prepared(place: Place) -> Collection:
    (folder,) = place.store.glob("Prepared/[!.]*")
    return Collection(folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_rot_in_each_file_of_each_kind_of_artefact_is_named(tmp_path: Path, fault: Fault) -> None:
    kinds = {record.parent.parent.name: record.parent for record in sorted(made(undisturbed()))}
    assert len(kinds) >= 10
    tried = 0
    for kind, folder in kinds.items():
        for path in [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]:
            if path.is_symlink():
                continue  # another's, hashed where it matters
            copy = tmp_path / str(tried) / kind / folder.name
            shutil.copytree(folder, copy, symlinks=True)
            rotten = copy / path.relative_to(folder)
            fault(rotten)
            with pytest.raises(InputError, match="changed since it was written") as told:
                Store(copy.parents[1]).check(copy)
            assert str(rotten) in str(told.value)
            tried += 1
    print(f"{tried} files of {len(kinds)} kinds, each with a {fault.__name__}")


def test_rotten_artefacts_are_made_again_where_they_are_used(tmp_path: Path) -> None:
    calm, place = undisturbed(), Place(tmp_path, undisturbed().words)
    shutil.copytree(calm.store, place.store, symlinks=True)
    for record in made(place):
        files = sorted(path for path in record.parent.rglob("*") if not path.is_symlink())
        if record.parent.parent.name != "Prepared":
            flip(next(path for path in files if path.is_file() and path.name != RECORD))
    place.finish()
    assert outcome(place) == outcome(calm)
    said = (tmp_path / "errors.txt").read_text()
    assert said.count("was changed since it was written; it is built again") >= len(made(calm)) // 2

    for fault in (flip, edit):
        fault(next(place.store.glob("Prepared/[!.]*/dataset.json")))
        (tmp_path / "errors.txt").unlink()
        place.finish("table")
        said = (tmp_path / "errors.txt").read_text()
        assert "dataset.json was changed since it was written; it is built again" in said


@pytest.mark.parametrize("fault", FAULTS)
def test_rot_in_each_file_of_a_result_is_named(tmp_path: Path, fault: Fault) -> None:
    calm = undisturbed()
    data, store = prepared(calm), Store(calm.store)
    sound = tmp_path / "sound" / "webqa-mini" / "bm25"
    shutil.copytree(calm.results / "webqa-mini" / "bm25", sound)
    write_embedding_map(sound, {"points": [0.5]})
    assert verify(tmp_path / "sound", data, "test", store, {}) == []
    for path in sorted(sound.iterdir()):
        home = tmp_path / path.name
        shutil.copytree(tmp_path / "sound", home)
        rotten = home / "webqa-mini" / "bm25" / path.name
        fault(rotten)
        findings = verify(home, data, "test", store, {})
        assert any(path.name in f"{one.path} {one.wrong}" for one in findings), path.name
        with pytest.raises(InputError, match=path.name):
            _ = [result.embedding_map for result in read_results(home, data, "test")]


def test_verify_ends_with_1_for_an_edited_table(tmp_path: Path) -> None:
    calm, place = undisturbed(), Place(tmp_path, undisturbed().words)
    place.store.symlink_to(calm.store)
    shutil.copytree(calm.results, place.results)
    table = place.results / "webqa-mini" / "leaderboard.md"
    table.write_text(table.read_text().replace("0.", "1.", 1))
    with pytest.raises(AssertionError, match=r"exit code 1: .*leaderboard\.md"):
        place.finish("verify")
