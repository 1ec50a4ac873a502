"""What every registered retriever must do, each on small data sets that it can serve."""

from pathlib import Path

import numpy as np
import pytest

from benchmark.artefacts.identity import identity, recipe
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.registry import Entry, retrievers
from benchmark.retriever import Retriever, Task

ENTRIES = [pytest.param(entry, id=name) for name, entry in retrievers().items()]


def made(entry: Entry, task: Task) -> Retriever:
    retriever = entry.make()
    if reason := retriever.why_unavailable(task):
        pytest.skip(f"{entry.name} {reason}")
    return retriever


@pytest.mark.parametrize("entry", ENTRIES)
def test_it_runs_on_captioned_images(
    entry: Entry, webqa_micro: Collection, micro_store: Store
) -> None:
    task = Task(data=webqa_micro)
    ranking = made(entry, task).ranking(task)
    run = ranking.run(entry.name, micro_store)
    assert list(run.documents) == [query.id for query in webqa_micro.queries("test")]
    for ranked in run.documents.values():
        assert len(set(ranked)) == len(ranked) <= 100
    assert sum(map(len, run.documents.values())) > 0
    assert identity(ranking) == identity(entry.make().ranking(task))
    assert recipe(ranking)["fields"]["task"]["fields"]["data"] == recipe(webqa_micro)


@pytest.mark.parametrize("entry", ENTRIES)
def test_it_keeps_the_order_of_copies_and_repeats_itself(
    entry: Entry, zoo: Collection, beir: Path, store: Store, tmp_path: Path
) -> None:
    task = Task(data=zoo, depth=4)
    ranking = made(entry, task).ranking(task)
    top = ranking.top(store)
    # The two copies of "red fox" stand next to each other, in the order of the corpus.
    found = top.numbers[0].tolist()
    assert found.index(0) + 1 == found.index(2)
    other = Store(tmp_path / "other store")
    again = entry.make().ranking(Task(data=find("beir", beir, other), depth=4))
    assert identity(again) == identity(ranking)
    assert again.top(other).numbers.tolist() == top.numbers.tolist()
    assert np.array_equal(again.top(other).scores, top.scores)


@pytest.mark.parametrize("entry", ENTRIES)
def test_it_is_a_documented_value(entry: Entry) -> None:
    assert entry.make() == entry.make()
    assert entry.summary.endswith((".", ";"))
    assert entry.title
    assert entry.group
