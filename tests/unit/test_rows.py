"""The rows that come along as TOML, what a row may say of itself, and families of models."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmark.cli import cli
from benchmark.errors import InputError
from benchmark.registry import Entry, Registry, current, retriever, retrievers, using

UNPINNED = ("eva02-b16", "nomic-embed-text", "qwen3-vl-embedding-2b")
"""Their commits are known to nobody here."""

SHIPPED = [entry for entry in retrievers().values() if entry.trained_on_webqa]


@pytest.fixture
def registry() -> Iterator[Registry]:
    with using(current().copy()) as ours:
        yield ours


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.name)
def test_a_shipped_row_is_pinned_and_its_figures_have_a_source(entry: Entry) -> None:
    assert entry.settings.get("revision") or entry.name in UNPINNED
    for figures in entry.published:
        assert figures["source"]
        values = [value for key, value in figures.items() if key not in ("protocol", "source")]
        assert values
        assert all(isinstance(value, float) and 0 <= value <= 100 for value in values)


def test_a_row_says_what_is_known_of_it(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / "rows.toml"
    path.write_text(
        '[mine]\nretriever = "sentence-transformer"\nmodel = "a/b"\ngroup = "Mine"\n'
        'trained_on_webqa = "unknown"\n'
        'published = [{ protocol = "P", source = "S", "MRR@10" = 40.5 }]\n'
    )
    registry.read_rows(path)
    entry = retriever("mine")
    assert (entry.group, entry.trained_on_webqa, entry.template) == ("Mine", "unknown", False)
    shown = CliRunner().invoke(cli, ["show", "mine"]).output
    assert "Trained on WebQA: unknown" in shown
    assert "Published, P: MRR@10 40.5 (S)" in shown
    assert "unknown" in CliRunner().invoke(cli, ["list"]).output


def test_a_family_is_no_row(registry: Registry) -> None:
    assert "sentence-transformer" not in registry.entries
    with pytest.raises(InputError, match="is a family of retrievers, not a row"):
        registry.retriever("sentence-transformer")
    assert (
        "sentence-transformer" in CliRunner().invoke(cli, ["show", "sentence-transformer"]).output
    )


def test_inherited_settings_are_described() -> None:
    shown = CliRunner().invoke(cli, ["show", "univl-dr"]).output
    own, described = shown.split("  view = 'both'")
    assert "negatives: how they are drawn" in own
    words = " ".join(described.split())
    assert "balanced: each batch has the same number of questions of each modality" in words


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('trained_on_webqa = "perhaps"', "is 'perhaps'; write one of yes, no, unknown"),
        ("published = 40.5", "lack their protocol or source"),
        ('published = [{ "MRR@10" = 40.5 }]', "lack their protocol or source"),
        ("group = 1", "group of row 'mine' is not a text"),
        ("batch = 0", "batch"),
    ],
)
def test_a_wrong_row_is_refused(registry: Registry, tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "rows.toml"
    path.write_text(f'[mine]\nretriever = "sentence-transformer"\nmodel = "a/b"\n{line}\n')
    with pytest.raises(InputError) as error:
        registry.read_rows(path)
    assert said in str(error.value)
