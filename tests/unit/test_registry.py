"""Rows made by configuration: a retriever under other settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmark import registry
from benchmark.errors import InputError


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = dict(registry.retrievers())
    yield
    registry._entries.clear()
    registry._entries.update(before)


def test_a_row_is_a_retriever_under_other_settings(tmp_path: Path) -> None:
    path = tmp_path / "rows.toml"
    path.write_text('[bm25-web]\nretriever = "bm25"\ntitle = "BM25 (web)"\nk1 = 0.82\nb = 0.68\n')
    registry.read_rows(path)
    entry = registry.retriever("bm25-web")
    assert (entry.title, entry.group) == ("BM25 (web)", registry.retriever("bm25").group)
    made = entry.make()
    assert type(made) is registry.retriever("bm25").kind
    assert (made.k1, made.b) == (0.82, 0.68)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "'x' is no table"),
        ("[x]\nk1 = 0.5", "row 'x' names no retriever"),
        ('[x]\nretriever = "bm26"', "did you mean 'bm25'?"),
        ('[x]\nretriever = "bm25"\nk2 = 0.5', "unknown setting of bm25 'k2'; did you mean 'k1'?"),
        ('[x]\nretriever = "bm25"\nk1 = "0.5"', "'k1' of row 'x' is no float"),
        ('[bm25]\nretriever = "bm25"', "retriever 'bm25' is registered twice"),
        ('["../x"]\nretriever = "bm25"', "'../x' is no plain name"),
        ("[x", "not TOML"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rows.toml"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        registry.read_rows(path)
    assert said in str(error.value)
