"""Table 1 of the paper: its rows, in its order and groups; the published figures beside ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from benchmark.datasets import Collection
from benchmark.evaluation.metrics import MAIN
from benchmark.report.groups import grouped_table
from benchmark.report.published import beside_published, read_published
from benchmark.report.tables import LEGEND, Table, percent
from benchmark.results.result import Result

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Single Modality (Text Only)": (
            "bm25",
            "dpr-zero-shot",
            "clip-text-zero-shot",
            "bert-dpr",
            "nq-dpr",
            "nq-ance",
        ),
        "Divide-Conquer": (
            "vinvl-dpr-divided",
            "clip-dpr-divided",
            "bm25-clip-dpr",
            "bm25-clip-dpr-oracle",
            "bm25-clip-dpr-router",
        ),
        "UnivSearch": ("clip-zero-shot", "vinvl-dpr", "clip-dpr", "univl-dr"),
    }
)
"""Setting -> names of retrievers. The learned router is this project's; all else is the paper's."""

FUSED, ROUTED, ORACLE = "bm25-clip-dpr", "bm25-clip-dpr-router", "bm25-clip-dpr-oracle"

COLUMNS = ("MRR@10", "nDCG@10", "MRR@20", "nDCG@20", "Recall@20", "Recall@100")


def table1(results: Sequence[Result], data: Collection, split: str) -> Table:
    """The rows of Table 1 that have a result, and how much the learned router gains."""
    by_name = {result.name: result for result in results}
    routing = [by_name[name] for name in (FUSED, ROUTED, ORACLE) if name in by_name]
    return grouped_table(
        results,
        data,
        split,
        title="Table 1",
        groups=GROUPS,
        metrics=COLUMNS,
        legend=f"{LEGEND} The oracle, which is told the modality, is left out of that.",
        notes=[_routing(*routing)] if len(routing) == 3 else [],
    )


def against_paper(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Table 1 as published beside ours, and what was published later under the same protocol."""
    folder = Path(__file__).parent
    return beside_published(
        results,
        data,
        split,
        table="Table 1",
        groups=GROUPS,
        metrics=COLUMNS,
        paper=read_published(folder / "published.toml"),
        later=read_published(folder / "later.toml"),
    )


def _routing(fused: Result, routed: Result, oracle: Result) -> str:
    """How much of the distance between fusion and oracle the learned router closes."""
    low, middle, high = (result.summary[MAIN]["mean"] for result in (fused, routed, oracle))
    if high <= low:
        return f"The oracle's modality gains nothing over fusion in {MAIN}: no distance to close."
    return (
        f"The learned router closes {(middle - low) / (high - low):.1%} of the distance in {MAIN} "
        f"between {fused.name} ({percent(low)}) and {oracle.name} ({percent(high)})."
    )
