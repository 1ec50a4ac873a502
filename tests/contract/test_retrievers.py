"""What every registered retriever must do, each on small data sets that it can serve."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmark.artefacts.identity import dependencies, identity, recipe
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.dense.encode import Embedded
from benchmark.protocol import Protocol
from benchmark.registry import Entry, retriever, retrievers
from benchmark.retriever import Ranking, Retriever, Task

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


@pytest.mark.parametrize("protocol", ["split", "local"])
@pytest.mark.parametrize("entry", ENTRIES)
def test_it_serves_every_protocol_from_the_same_embeddings(
    entry: Entry, protocol: Protocol, webqa_micro: Collection, micro_store: Store
) -> None:
    joint = Task(data=webqa_micro)
    task = replace(joint, protocol=protocol)
    ranking = made(entry, task).ranking(task)
    numbers = ranking.top(micro_store).numbers
    for part in task.parts():
        found = numbers[part.places]
        assert np.isin(found[found >= 0], part.numbers).all()
    assert (numbers >= 0).any()
    assert embedded(ranking) <= embedded(entry.make().ranking(joint))


@pytest.mark.parametrize("name", ["bm25", "clip-zero-shot"])
def test_a_protocol_leaves_out_what_is_no_candidate_and_changes_nothing_else(
    name: str, webqa_micro: Collection, micro_store: Store
) -> None:
    joint = Task(data=webqa_micro, depth=len(webqa_micro.corpus))
    everything = retriever(name).make().ranking(joint).top(micro_store)
    # BM25's statistics under protocol split are those of an index of the modality alone.
    for protocol in ("local",) if name == "bm25" else ("split", "local"):
        task = replace(joint, protocol=protocol, depth=20)
        found = retriever(name).make().ranking(task).top(micro_store)
        for part in task.parts():
            for place in part.places:
                kept = np.isin(everything.numbers[place], part.numbers)
                expected = everything.numbers[place][kept][:20]
                got = found.numbers[place][found.numbers[place] >= 0]
                assert got.tolist() == expected.tolist()
                scores = everything.scores[place][kept][:20]
                assert np.allclose(found.scores[place][: len(scores)], scores, atol=1e-4)


def embedded(ranking: Ranking) -> set[str]:
    return {identity(one) for one in dependencies(ranking) if isinstance(one, Embedded)}


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
