"""What every registered retriever must do, each on a small data set that it can serve."""

from pathlib import Path

import numpy as np
import pytest

from benchmark.artefacts import Store, identity, recipe
from benchmark.datasets import Collection, find
from benchmark.registry import Entry, retrievers
from benchmark.retriever import Task

ENTRIES = [pytest.param(entry, id=name) for name, entry in retrievers().items()]


@pytest.mark.parametrize("entry", ENTRIES)
def test_rankings_are_whole_ordered_and_repeatable(
    entry: Entry, zoo: Collection, beir: Path, store: Store, tmp_path: Path
) -> None:
    task = Task(data=zoo, depth=4)
    retriever = entry.make()
    if reason := retriever.lacks(task):
        pytest.skip(f"{entry.name} {reason}")
    top = retriever.ranking(task).top(store)
    assert top.rows.shape == top.scores.shape == (3, 4)
    for rows, scores in zip(top.rows, top.scores, strict=True):
        kept = rows >= 0
        assert (np.diff(kept.astype(int)) <= 0).all()  # padding comes last
        assert len(set(rows[kept])) == kept.sum()
        assert (rows[kept] < len(zoo.corpus)).all()
        assert (np.diff(scores[kept]) <= 0).all()
    # The two copies of "red fox" stand next to each other, in the order of the corpus.
    found = top.rows[0].tolist()
    assert found.index(0) + 1 == found.index(2)
    other = Store(tmp_path / "other store")
    again = entry.make().ranking(Task(data=find("beir", beir, other), depth=4))
    assert identity(again) == identity(retriever.ranking(task))
    assert again.top(other).rows.tolist() == top.rows.tolist()
    assert recipe(again)["task"]["data"] == {"fingerprint": zoo.fingerprint}


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_retriever_is_a_documented_value(entry: Entry) -> None:
    assert entry.make() == entry.make()
    assert entry.summary.endswith(".") or len(entry.summary) > 20
    assert entry.title
    assert entry.setting
