"""Protocols: which documents each question searches, worked out by hand on a toy collection."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Command

from benchmark import Retriever, TopK, top_k
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.jsonl import Source
from benchmark.results.result import results_folder
from benchmark.retriever import Task
from benchmark.types import Document, Modality, Query

HERE = Source(Path("nowhere"))


def toy(folder: Path, modalities: tuple[Modality | None, ...], listed: bool = True) -> Collection:
    """Three passages (numbers 0-2), three images (3-5), two questions."""
    with Writer(folder, name="toy", title="Toy", notice="") as writer:
        for number in range(3):
            writer.add(Document(id=f"p{number}", text="a " * (number + 1)), HERE)
        for number in range(3):
            text = "b " * (number + 1)
            writer.add(Document(id=f"i{number}", text=text, modality="image"), HERE)
        queries = [
            (Query(id=f"q{place}", text="x", modality=modality), HERE)
            for place, modality in enumerate(modalities)
        ]
        writer.split(
            "test",
            queries,
            {"q0": {"p1": 1}, "q1": {"i0": 1}},
            Path("nowhere"),
            {"q0": ["i2", "p0"], "q1": ["i2", "i0"]} if listed else None,
        )
    return Collection(folder)


@recipe_name("Longest")
@dataclass(frozen=True, kw_only=True)
class Longest(Retriever):
    """The longest text first."""

    def search(self, task: Task) -> TopK:
        lengths = [len(text) for text in task.data.corpus.texts(task.numbers)]
        scores = np.tile(np.array(lengths, dtype=np.float32), (len(task.questions()), 1))
        return top_k(scores, task.numbers, task.depth)


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        ("joint", [["p2", "i2", "p1"], ["p2", "i2", "p1"]]),
        ("split", [["p2", "p1", "p0"], ["i2", "i1", "i0"]]),
        # The positive p1 is a candidate though the source doesn't list it.
        ("local", [["i2", "p1", "p0"], ["i2", "i0"]]),
    ],
)
def test_each_question_searches_its_candidates(
    tmp_path: Path, store: Store, protocol: str, expected: list[list[str]]
) -> None:
    task = Task(data=toy(tmp_path / "toy", ("text", "image")), depth=3)
    task = replace(task, protocol=protocol)  # type: ignore[arg-type]
    run = Longest().ranking(task).run("longest", store)
    assert [*run.documents.values()] == expected


def test_a_scope_keeps_the_candidates_of_its_modality(tmp_path: Path) -> None:
    task = Task(data=toy(tmp_path / "toy", ("text", "image")), scope="image")
    places = {
        protocol: [(part.places.tolist(), list(part.numbers)) for part in task_of.parts()]
        for protocol in ("joint", "split", "local")
        for task_of in (replace(task, protocol=protocol),)  # type: ignore[arg-type]
    }
    assert places == {
        "joint": [([0, 1], [3, 4, 5])],
        "split": [([1], [3, 4, 5])],
        "local": [([0], [5]), ([1], [3, 5])],
    }


def test_what_a_protocol_needs_is_asked_for(tmp_path: Path) -> None:
    data = toy(tmp_path / "toy", ("text", None), listed=False)
    with pytest.raises(InputError, match="the modality of question 'q1' is unknown"):
        Task(data=data, protocol="split").check()
    with pytest.raises(
        InputError, match="'toy' has no candidate lists for the questions of 'test'"
    ):
        Task(data=data, protocol="local").check()


def test_candidates_change_no_fingerprint_and_results_have_folders_of_their_own(
    tmp_path: Path,
) -> None:
    data = toy(tmp_path / "toy", ("text", "image"))
    assert data.fingerprint == toy(tmp_path / "b", ("text", "image"), listed=False).fingerprint
    folders = [results_folder(tmp_path, data, "dev", one) for one in ("joint", "split")]  # type: ignore[arg-type]
    assert [folder.name for folder in folders] == ["toy@dev", "toy@dev+split"]


def test_an_unknown_candidate_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("q d9\n")
    writer = Writer(tmp_path / "toy", name="toy", title="Toy", notice="")
    writer.add(Document(id="d1", text="a"), HERE)
    asked = [(Query(id="q", text="x"), HERE)]
    with pytest.raises(InputError, match=r"list\.txt:1: query 'q' lists the unknown"):
        writer.split("test", asked, {"q": {"d1": 1}}, path, {"q": ["d9"]})


def test_a_data_set_without_modalities_is_refused_in_one_line(bench: Command, beir: Path) -> None:
    done = bench("run", "bm25", "--dataset", "beir", "--data-dir", beir, "--protocol", "split")
    assert done.returncode == 2
    assert "the modality of question 'q0' is unknown" in done.stderr
    assert done.stderr.count("\n") == 1
