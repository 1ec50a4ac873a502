"""Text collections by id: a tiny one, registered with ir_datasets as its own are."""

from collections.abc import Iterator
from typing import NamedTuple

import ir_datasets
import pytest
from ir_datasets.formats import BaseDocs, BaseQrels, BaseQueries

from benchmark.artefacts.store import Store
from benchmark.datasets import find
from benchmark.errors import BenchmarkError


class Titled(NamedTuple):
    doc_id: str
    title: str
    body: str

    def default_text(self) -> str:
        return f"{self.title} {self.body}"


class Docs(BaseDocs):  # type: ignore[misc]
    def docs_iter(self) -> Iterator[Titled]:
        yield Titled("d1", "Fox", "red fox")
        yield Titled("d2", "Whale", "blue whale\nin the sea")

    def docs_count(self) -> int:
        return 2


class Queries(BaseQueries):  # type: ignore[misc]
    def queries_iter(self) -> Iterator[ir_datasets.formats.GenericQuery]:
        yield ir_datasets.formats.GenericQuery("q1", "what swims")
        yield ir_datasets.formats.GenericQuery("q2", "never judged")


class Qrels(BaseQrels):  # type: ignore[misc]
    def qrels_iter(self) -> Iterator[ir_datasets.formats.GenericQrel]:
        yield ir_datasets.formats.GenericQrel("q1", "d2", 2)


class Unreachable(Docs):
    def docs_iter(self) -> Iterator[Titled]:
        raise ConnectionError("no route to host")
        yield


@pytest.fixture(autouse=True, scope="module")
def registered() -> None:
    for name, parts in {
        "tiny/test": (Docs(), Queries(), Qrels()),
        "tiny": (Docs(),),
        "far/test": (Unreachable(), Queries(), Qrels()),
    }.items():
        ir_datasets.registry.register(name, ir_datasets.Dataset(*parts))


def test_a_collection_by_id_is_read_once_and_known_by_content(store: Store) -> None:
    data = find("ir_datasets:tiny/test", None, store)
    assert data.name == "tiny-test"
    assert data.corpus.texts(data.corpus.numbers()) == [
        "Fox red fox",
        "Whale blue whale\nin the sea",
    ]
    assert [query.text for query in data.queries("test")] == ["what swims"]
    assert data.qrels("test") == {"q1": {"d2": 2}}
    assert find("ir_datasets:tiny/test", None, store).fingerprint == data.fingerprint


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tinny", "ir_datasets has no 'tinny'"),
        ("tiny", "'tiny' has no queries"),
        ("far/test", "is not available"),
    ],
)
def test_what_cannot_be_had_gets_one_line(store: Store, name: str, said: str) -> None:
    with pytest.raises(BenchmarkError, match=said):
        find(f"ir_datasets:{name}", None, store)
