"""Tables of ablations: each variant's figures, and which do not differ significantly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from benchmark.datasets import DEFAULT, Collection
from benchmark.evaluation.bias import judged_share
from benchmark.evaluation.comparison import compare, letters
from benchmark.evaluation.metrics import MAIN
from benchmark.report.figures import figures, images
from benchmark.report.origins import with_origins
from benchmark.report.tables import (
    LABEL,
    NOT_RUN,
    TEXT,
    UNDEFINED,
    WHOLE,
    Column,
    Format,
    Table,
    percent,
)
from benchmark.report.testing import method
from benchmark.results.result import Result
from benchmark.results.variants import Variant
from benchmark.types import Modality


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A column of figures: the mean of ``measure`` over all questions, or those of one modality.

    scope: the corpus is restricted to this modality, too, which needs a run of its own.
    """

    title: str
    measure: str = MAIN
    questions: Modality | None = None
    scope: Modality | None = None

    @property
    def is_tested(self) -> bool:
        """Whether this is the figure that the tests between rows are of."""
        return self.measure == MAIN and self.questions is None and self.scope is None


@dataclass(frozen=True, kw_only=True)
class Ablation:
    """A table of variants. factors: the settings that vary, as headings of the rows' labels."""

    title: str
    factors: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Variant]
    columns: tuple[Measured, ...]
    note: str

    @property
    def variants(self) -> list[Variant]:
        """The variants that the table needs, also for columns with a scope."""
        scopes = dict.fromkeys(column.scope for column in self.columns)
        return [replace(row, scope=scope) for row in self.rows.values() for scope in scopes]


def ablation_table(
    name: str, ablation: Ablation, results: Mapping[str, Result], data: Collection, split: str
) -> Table:
    """The rows of ``ablation``, which has this name, that have a result, in its order."""
    variants = {
        labels: variant for labels, variant in ablation.rows.items() if variant.name in results
    }
    scores = {variant.name: results[variant.name].over_seeds for variant in variants.values()}
    comparisons = compare(scores, MAIN)
    marks = letters(sorted(scores, key=lambda name: -scores[name].mean(MAIN)), comparisons)
    rows, records = [], []
    for labels, variant in variants.items():
        means = {}
        for column in ablation.columns:
            result = results.get(replace(variant, scope=column.scope or variant.scope).name)
            means[column.title] = _means(result, column, data, split)
        record = {
            **dict(zip(ablation.factors, labels, strict=True)),
            "name": variant.name,
            **{title: _mean(values) for title, values in means.items()},
            "group": marks[variant.name],
            "seeds": len(results[variant.name].seeds),
        }
        rows.append({**record, "by seed": means})
        records.append(record)
    table = Table(
        title=f"{ablation.title} on {data.name} ({split})",
        columns=[
            *(Column(factor, factor, LABEL, first=True) for factor in ablation.factors),
            *(
                Column(figure.title, ("by seed", figure.title), OVER_SEEDS, first=figure.is_tested)
                for figure in ablation.columns
            ),
            Column("Group", "group", TEXT, first=True),
            Column("Seeds", "seeds", WHOLE),
        ],
        rows=rows,
        records=records,
        notes=[
            *_notes(ablation, f" ({method(comparisons)})" if comparisons else "", data, split),
            *_how_to_run(name, ablation, results, data),
            *_not_run(ablation, results),
        ],
        brief=[
            *_notes(ablation, "", data, split),
            *_not_run(ablation, results),
        ],
    )
    return with_origins(table, [results[variant.name] for variant in variants.values()])


def _means(
    result: Result | None, column: Measured, data: Collection, split: str
) -> list[float] | None:
    """The mean over the questions for each seed that has figures; None where there is no result."""
    if result is None:
        return None
    values = figures(result, column.measure, data, split, column.questions)
    return [float(np.nanmean(row)) for row in values if not np.isnan(row).all()]


def _mean(values: list[float] | None) -> float | None:
    return float(np.mean(values)) if values else None


def _cell(values: list[float] | None) -> str:
    if not values:
        return NOT_RUN if values is None else UNDEFINED
    spread = f" (sd {percent(float(np.std(values, ddof=1)))})" if len(values) > 1 else ""
    return f"{percent(float(np.mean(values)))}{spread}"


OVER_SEEDS = Format(
    _cell, lambda values: round(100 * float(np.mean(values)), 2) if values else None
)


def _how_to_run(
    name: str, ablation: Ablation, results: Mapping[str, Result], data: Collection
) -> list[str]:
    """How missing figures are made, for readers who do not see the messages of the command."""
    if all(variant.name in results for variant in ablation.variants):
        return []
    dataset = "" if data.name == DEFAULT else f" --dataset {data.name}"
    command = f"python -m benchmark table {name}{dataset} --run"
    return [f"A figure that is {NOT_RUN} has no result: `{command}` makes it."]


def _not_run(ablation: Ablation, results: Mapping[str, Result]) -> list[str]:
    """Which rows are missing."""
    missing = [
        " / ".join(labels)
        for labels, variant in ablation.rows.items()
        if variant.name not in results
    ]
    return [f"Rows that were not run: {'; '.join(missing)}."] if missing else []


def _notes(ablation: Ablation, tests: str, data: Collection, split: str) -> list[str]:
    """The notes on the figures; ``tests`` describes the tests, in brackets."""
    share = np.mean(list(judged_share(data.qrels(split), images(data)).values()))
    notes = [
        "Figures in percent, means over the judged questions and the training seeds; sd: standard "
        "deviation of the seeds' means. Share of images among the relevant documents: "
        f"{percent(float(share))}.",
        f"Group: rows that share a letter do not differ significantly in {MAIN} over all "
        f"questions{tests}.",
        ablation.note,
        data.notice,
    ]
    return [note for note in notes if note]
