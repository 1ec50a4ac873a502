"""The store: identities, reuse, cut-off builds, damage, two processes."""

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import pytest

from benchmark.artefacts.identity import INCIDENTAL, Artefact, dependencies, identity, recipe_name
from benchmark.artefacts.store import Store

built: list[str] = []


@recipe_name("test_artefacts-Leaf")
@dataclass(frozen=True, kw_only=True)
class Leaf(Artefact):
    text: str
    hint: str = field(default="", metadata=INCIDENTAL)

    def build(self, folder: Path, store: Store) -> None:
        built.append(self.text)
        (folder / "text.txt").write_text(self.text)


@recipe_name("test_artefacts-Pair")
@dataclass(frozen=True, kw_only=True)
class Pair(Artefact):
    left: Leaf
    right: Leaf

    def build(self, folder: Path, store: Store) -> None:
        texts = [(store.path(leaf) / "text.txt").read_text() for leaf in (self.left, self.right)]
        (folder / "text.txt").write_text("+".join(texts))


@recipe_name("test_artefacts-Stubborn")
@dataclass(frozen=True, kw_only=True)
class Stubborn(Artefact):
    """Fails at its second step the first time."""

    resumable: ClassVar[bool] = True

    def build(self, folder: Path, store: Store) -> None:
        first = folder / "first"
        if not first.exists():
            first.write_text("done")
            raise KeyboardInterrupt
        (folder / "second").write_text("done")


@recipe_name("test_artefacts-Slow")
@dataclass(frozen=True, kw_only=True)
class Slow(Artefact):
    log: Path = field(metadata=INCIDENTAL)

    def build(self, folder: Path, store: Store) -> None:
        import time

        with self.log.open("a") as file:
            file.write("built\n")
        time.sleep(0.5)
        (folder / "done").write_text("")


@pytest.fixture(autouse=True)
def _nothing_built() -> None:
    built.clear()


def test_identity_is_of_what_matters() -> None:
    assert identity(Leaf(text="a")) == identity(Leaf(text="a", hint="elsewhere"))
    assert identity(Leaf(text="a")) != identity(Leaf(text="b"))
    both = Pair(left=Leaf(text="a"), right=Leaf(text="b"))
    assert identity(both) != identity(Pair(left=Leaf(text="b"), right=Leaf(text="a")))
    body = {"version": "2", "__module__": Leaf.__module__, "__qualname__": Leaf.__qualname__}
    newer: type[Leaf] = recipe_name("test_artefacts-Leaf")(type("Leaf", (Leaf,), body))
    assert identity(newer(text="a")) != identity(Leaf(text="a"))
    with pytest.raises(TypeError):
        identity(Leaf(text=b"a"))


def test_parts_come_once_each_before_what_needs_them() -> None:
    leaf = Leaf(text="a")
    assert list(dependencies(Pair(left=leaf, right=leaf))) == [leaf, Pair(left=leaf, right=leaf)]


def test_nothing_is_built_twice(store: Store) -> None:
    both = Pair(left=Leaf(text="a"), right=Leaf(text="b"))
    assert not store.has(both)
    assert (store.path(both) / "text.txt").read_text() == "a+b"
    assert store.has(both)
    Store(store.root).path(Pair(left=Leaf(text="a"), right=Leaf(text="b")))
    assert built == ["a", "b"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "text.txt").write_text("cut off"),
        lambda folder: (folder / "text.txt").write_text("b"),
        lambda folder: (folder / "text.txt").unlink(),
        lambda folder: (folder / "artefact.json").write_text("{"),
        lambda folder: (folder / "artefact.json").write_text("[]"),
        lambda folder: _edit(folder / "artefact.json", '"text": "a"', '"text": "b"'),
    ],
)
def test_a_damaged_artefact_is_built_again(store: Store, damage: Callable[[Path], object]) -> None:
    damage(store.path(Leaf(text="a")))
    later = Store(store.root)
    assert (later.path(Leaf(text="a")) / "text.txt").read_text() == "a"
    assert built == ["a", "a"]


def test_rot_is_named(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    (store.path(Leaf(text="a")) / "text.txt").write_text("b")
    Store(store.root).path(Leaf(text="a"))
    assert "text.txt was changed since it was written; it is built again" in caplog.text


def test_a_cut_off_build_leaves_nothing_and_goes_on(store: Store) -> None:
    with pytest.raises(KeyboardInterrupt):
        store.path(Stubborn())
    assert not store.has(Stubborn())
    names = {path.name for path in store.path(Stubborn()).iterdir()}
    assert names == {"first", "second", "artefact.json"}


def test_two_processes_build_an_artefact_once(store: Store, tmp_path: Path) -> None:
    log = tmp_path / "log"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=store.path, args=(Slow(log=log),)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert log.read_text() == "built\n"


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
