"""MARVEL (Zhou et al., ACL 2024): its rows on WebQA, under UniVL-DR's protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from benchmark.datasets import Collection
from benchmark.report.groups import grouped_table
from benchmark.report.paper import Paper, PaperTable
from benchmark.report.published import beside_published, read_published
from benchmark.report.tables import Table
from benchmark.results.result import Result

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Single Modality (Text Only)": ("anchor-dr-zero-shot", "t5-ance-zero-shot"),
        "UnivSearch": ("marvel-dpr", "marvel-ance"),
    }
)
"""Group -> names of retrievers: the rows that are new in this paper, which repeats the others of
UniVL-DR's Table 1. There is no retriever of Anchor-DR here."""

COLUMNS = ("MRR@10", "nDCG@10", "Recall@100")


def main_results(results: Sequence[Result], data: Collection, split: str) -> Table:
    """The rows that have a result."""
    return grouped_table(
        results, data, split, title="MARVEL's results", groups=GROUPS, metrics=COLUMNS
    )


def against_paper(results: Sequence[Result], data: Collection, split: str) -> Table:
    """The rows as published beside ours."""
    return beside_published(
        results,
        data,
        split,
        table="MARVEL's results",
        groups=GROUPS,
        metrics=COLUMNS,
        paper=read_published(Path(__file__).parent / "published.toml"),
    )


PAPER = Paper(
    name="marvel",
    title="MARVEL: Unlocking the Multi-Modal Capability of Dense Retrieval via Visual Module "
    "Plugin (Zhou et al., ACL 2024)",
    published=[Path(__file__).parent / "published.toml"],
    tables={
        "marvel": PaperTable(
            title="MARVEL's results",
            says="The rows that MARVEL adds to Table 1, and the published figures beside ours.",
            make=main_results,
            beside=against_paper,
        ),
    },
)
