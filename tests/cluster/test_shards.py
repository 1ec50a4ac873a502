"""Shards that know nothing of each other: killed, repeated, in any order, then merged."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.artefacts import chunks as shards
from benchmark.artefacts.chunks import Chunk, Chunked, Shard, chunks, make_chunks, missing
from benchmark.artefacts.store import Store
from benchmark.errors import InputError

Run = Callable[..., subprocess.CompletedProcess[str]]


def files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob(pattern)}


def test_shards_in_any_order_give_the_same_bytes_as_one_process(
    command: Run, tmp_path: Path
) -> None:
    log, one = tmp_path / "log", tmp_path / "one"
    killed = command("encode", "--shard", "0/3", LETTERS_LOG=log, KILLED="0")
    assert killed.returncode == -9
    assert command("encode", "--shard", "2/3").returncode == 0

    early = command("search", "--shard", "1/3")
    assert early.returncode == 2
    lost = "letters: shards 0-1 of 3 are missing; run `python -m benchmark "
    assert f"error: {lost}encode letters --shard I/3` for each of them\n" in early.stderr
    assert command("merge").stderr.startswith(f"error: {lost}")

    done = [line for line in log.read_text().splitlines() if line]
    assert command("encode", "--shard", "0/3", LETTERS_LOG=log).returncode == 0
    again = log.read_text().splitlines()[len(done) :]
    assert done
    assert not set(done) & set(again), "a chunk that was done is done again"

    assert command("encode", "--shard", "1/3").returncode == 0
    only, search = command("merge"), "python -m benchmark search letters"
    assert only.stdout == f"letters: embeddings are complete; next, `{search}`\n"
    for shard in ("2/3", "0/3"):
        assert command("search", "--shard", shard).returncode == 0
    lost = f"letters: shard 1 of 3 is missing; run `{search} --shard 1/3`"
    assert lost in command("merge").stderr
    assert command("search", "--shard", "1/3").returncode == 0
    merged = "letters: embeddings and ranked lists are complete; next, "
    assert command("merge").stdout == f"{merged}`python -m benchmark run letters`\n"

    assert command("search", BENCHMARK_STORE=one).returncode == 0
    assert files(tmp_path / "store", "*.npy") == files(one, "*.npy")


def test_a_shard_that_is_none(command: Run) -> None:
    for wrong in ("3/3", "1", "a/b", "-1/3"):
        done = command("encode", f"--shard={wrong}")
        assert done.returncode == 2
        assert f"error: '{wrong}' is not a shard; write i/n, counting from 0" in done.stderr


class Squares(Chunked):
    """The squares of some numbers, eight a chunk."""

    doing: ClassVar[str] = "square"

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def count(self) -> int:
        return self.rows

    def size(self) -> int:
        return 8

    def worker(self, store: Store) -> Callable[[range], Chunk]:
        return lambda rows: {"squares": np.array([row * row for row in rows])}


@given(rows=st.integers(0, 200), count=st.integers(1, 40))
def test_each_piece_belongs_to_one_shard(rows: int, count: int) -> None:
    every = chunks(Squares(rows))
    parts = [Shard(number, count).of(every) for number in range(count)]
    assert [chunk for part in parts for chunk in part] == every
    assert [row for chunk in every for row in chunk] == list(range(rows))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.fixture
def squares(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Squares]:
    monkeypatch.setattr(Store, "_place", lambda *_: store.root / "squares")
    return Squares(20)


def test_other_numbers_of_shards_use_what_is_there(squares: Squares, store: Store) -> None:
    make_chunks(squares, store, Shard(0, 3))
    assert [str(one) for one in missing(squares, store)] == ["1/3", "2/3"]
    make_chunks(squares, store, Shard(1, 2))
    assert missing(squares, store) == []
    found = np.concatenate([chunk["squares"] for _, chunk in shards.read_chunks(squares, store)])
    assert found.tolist() == [row * row for row in range(20)]


def test_a_damaged_piece_is_named_and_made_again(squares: Squares, store: Store) -> None:
    make_chunks(squares, store)
    (path,) = store.chunks(squares).glob("000000000008-*")
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"000000000008-000000000016.npz: damaged"):
        list(shards.read_chunks(squares, store))
    assert missing(squares, store) == [Shard(0, 1)]
    make_chunks(squares, store)
    assert len(list(shards.read_chunks(squares, store))) == 3
