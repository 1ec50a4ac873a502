"""Retrievers: what breaks the rules is refused before anything is made from it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from conftest import Command

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.retriever import Retriever, Task
from benchmark.types import TopK


@recipe_name("test_retriever-Fixed")
@dataclass(frozen=True, kw_only=True)
class Fixed(Retriever):
    """Finds the same for the first question whatever it is, and nothing for the others."""

    rows: tuple[int, ...]
    scores: str

    def search(self, task: Task) -> TopK:
        rows = np.full((3, len(self.rows)), -1, dtype=np.int32)
        scores = np.full(rows.shape, -np.inf, dtype=np.float32)
        rows[0], scores[0] = self.rows, [float(score) for score in self.scores.split()]
        return TopK(rows, scores)


@pytest.mark.parametrize(
    ("rows", "scores", "said"),
    [
        ((0, 1), "2 1", "numbers of shape (3, 2)"),
        ((0, 1, 2), "2 nan 1", "scores that are not finite"),
        ((0, 1, 5), "3 2 1", "numbers outside the corpus"),
        ((0, -1, 1), "3 -inf 1", "documents after the end of a list"),
        ((0, 1, 2), "3 1 2", "scores that increase"),
        ((0, 1, 0), "3 2 1", "repeated documents"),
    ],
)
def test_lists_that_break_the_rules(
    zoo: Collection, store: Store, rows: tuple[int, ...], scores: str, said: str
) -> None:
    ranking = Fixed(rows=rows, scores=scores).ranking(Task(data=zoo, depth=3))
    with pytest.raises(InputError) as error:
        ranking.top(store)
    assert f"returned {said}" in str(error.value)
    assert not store.has(ranking)


def test_a_short_list_is_one(zoo: Collection, store: Store) -> None:
    ranking = Fixed(rows=(4, 1, -1), scores="1 1 -inf").ranking(Task(data=zoo, depth=3))
    run = ranking.run("fixed", store)
    assert run.documents == {"q0": ["d4", "d1"], "q1": [], "q2": []}


def test_an_installed_package_adds_its_own(
    bench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "theirs-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[benchmark.retrievers]\ntheirs = theirs\n")
    (tmp_path / "theirs.py").write_text(
        "from dataclasses import dataclass\n"
        "from benchmark import Retriever, register\n"
        "@register('theirs', title='Theirs', group='Mine')\n"
        "@dataclass(frozen=True, kw_only=True)\n"
        "class Theirs(Retriever):\n    '''One of theirs.'''\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "One of theirs." in bench("list").stdout
