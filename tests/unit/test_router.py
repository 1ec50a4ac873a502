"""The learned router: what it learns, how it routes, and its accuracy on the real questions."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from baselines.router import HardRouting, Router, SoftRouting, classifier
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.jsonl import Source
from benchmark.io.trec import read_qrels
from benchmark.retriever import Ranking, Task
from benchmark.types import Document, Modality, Query, TopK

HERE = Source(Path("nowhere"))


def collection(folder: Path, train: list[tuple[str, Modality | None]]) -> Collection:
    test: list[tuple[str, Modality | None]] = [
        ("what colour is the barn", "image"),
        ("when was the barn built", "text"),
        ("what colour", "text"),
        ("who", None),
    ]
    with Writer(folder, name="toy", title="Toy", notice="") as writer:
        for row in range(4):
            writer.add(Document(id=f"p{row}", text=f"passage {row}"), HERE)
        for row in range(4, 8):
            writer.add(Document(id=f"i{row}", text=f"caption {row}", modality="image"), HERE)
        for split, questions in (("train", train), ("test", test)):
            queries = [
                Query(id=f"{split}{n}", text=text, modality=modality)
                for n, (text, modality) in enumerate(questions)
            ]
            qrels = {query.id: {"p0": 1} for query in queries}
            writer.split(split, [(query, HERE) for query in queries], qrels, Path("nowhere"))
    return Collection(folder)


@pytest.fixture
def data(tmp_path: Path) -> Collection:
    train: list[tuple[str, Modality | None]] = []
    for name in ("church", "mill", "tower", "bridge"):
        train += [(f"what colour is the {name}", "image"), (f"when was the {name} built", "text")]
    return collection(tmp_path / "toy", [*train, ("what shape is built", None)])


def test_the_router_learns_from_words_and_counts_known_questions(
    data: Collection, store: Store
) -> None:
    router = Router(data=data)
    image = router.image_probability("test", store)
    assert (image[:3] > 0.5).tolist() == [True, False, True]
    assert router.accuracy("test", store) == pytest.approx(2 / 3)


def test_the_router_is_kept_without_pickles_and_made_alike(
    data: Collection, store: Store, tmp_path: Path
) -> None:
    router, other = Router(data=data), Store(tmp_path / "other")
    files = sorted(path.name for path in store.path(router).iterdir())
    assert files == ["accuracy.json", "artefact.json", "test.npy"]
    again = router.image_probability("test", other)
    assert router.image_probability("test", store).tolist() == again.tolist()


def test_a_router_needs_both_modalities(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "poor", [("what colour is it", "image"), ("who", None)])
    with pytest.raises(InputError, match="are not of both modalities"):
        store.path(Router(data=data))


@recipe_name("test_router-Same")
@dataclass(frozen=True, kw_only=True)
class Same(Ranking):
    """The same rows for each question."""

    task: Task
    rows: tuple[int, ...]

    def rank(self, store: Store) -> TopK:
        count = len(self.task.questions())
        rows = np.tile(np.array(self.rows, dtype=np.int32), (count, 1))
        return TopK(rows, -np.tile(np.arange(rows.shape[1], dtype=np.float32), (count, 1)))


@recipe_name("test_router-Sure")
@dataclass(frozen=True, kw_only=True)
class Sure(Router):
    """A router whose probabilities are written down."""

    def build(self, folder: Path, store: Store) -> None:
        np.save(folder / "test.npy", np.array([0.75, 0.4, 0.5, 0.0]))


def test_hard_and_soft_routing_by_hand(data: Collection, store: Store) -> None:
    task = Task(data=data, depth=3)
    lists = {"text": Same(task=task, rows=(0, 1, 2)), "image": Same(task=task, rows=(5, 6, 7))}
    router = Sure(data=data)
    hard = HardRouting(task=task, router=router, **lists).top(store)
    assert hard.numbers.tolist() == [[5, 6, 7], [0, 1, 2], [5, 6, 7], [0, 1, 2]]
    soft = SoftRouting(task=task, router=router, **lists).top(store)
    # Images 3/4, 3/8, 1/4 against passages 1/4, 1/8: of the two quarters the passage comes first.
    # Then 3/5, 3/10, 1/5 against 2/5, 1/5; then ties throughout; then images are worth nothing.
    assert soft.numbers.tolist() == [[5, 6, 0], [0, 5, 1], [0, 5, 1], [0, 1, 2]]
    assert soft.scores[0].tolist() == pytest.approx([3 / 4, 3 / 8, 1 / 4])


def test_cross_validated_accuracy_on_the_real_questions(shared: Path) -> None:
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    folder = shared / "webqa"
    lines = (folder / "val_queries.jsonl").read_text(encoding="utf-8").splitlines()
    queries = [json.loads(line) for line in lines]
    qrels = read_qrels(folder / "test_qrels.txt")
    pictures = [all(name.isdigit() for name in qrels[query["qid"]]) for query in queries]
    assert sum(pictures) == 2511
    texts = [query["Q"] for query in queries]
    folds = StratifiedKFold(5, shuffle=True, random_state=1234)
    assert cross_val_score(classifier(), texts, pictures, cv=folds).mean() >= 0.956
