"""A paper's published figures beside ours, with source, difference and status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np

from benchmark.datasets import Collection
from benchmark.datasets.verify import KNOWN, verify
from benchmark.evaluation.standing import agreement
from benchmark.io.files import read_toml
from benchmark.report.certainty import FEWEST_SYSTEMS, by_seed
from benchmark.report.tables import TEXT, UNDEFINED, Column, Format, Table, decimals
from benchmark.results.result import Result

Status: TypeAlias = Literal["MATCH", "CLOSE", "BELOW", "ABOVE", "NOT RUN"]


@dataclass(frozen=True, kw_only=True)
class Published:
    """A publication's figures in percent, by system and metric, as read from a TOML file.

    errata: system -> a note on its figures. tolerance: the largest difference, in points of 100,
    for the statuses "match" and "close".
    """

    source: str
    metrics: Sequence[str]
    figures: Mapping[str, Sequence[float]]
    errata: Mapping[str, str]
    tolerance: Mapping[str, float] = field(default_factory=dict)
    licence: str = ""

    def of(self, system: str) -> dict[str, float]:
        """The figures of a system, by metric."""
        return dict(zip(self.metrics, self.figures[system], strict=True))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A published figure beside ours, in percent; ``status``: None if they are not comparable."""

    name: str
    metric: str
    published: float
    ours: float | None
    status: Status | None
    source: str
    erratum: str | None

    @property
    def difference(self) -> float | None:
        """Our figure minus the published one; None if they are not comparable."""
        return None if self.ours is None or self.status is None else self.ours - self.published


def read_published(path: Path) -> Published:
    """Read the figures in a TOML file of a paper's folder."""
    return Published(**read_toml(path))


def status(ours: float | None, published: float, tolerance: Mapping[str, float]) -> Status:
    """MATCH or CLOSE within the tolerance, BELOW or ABOVE beyond it; NOT RUN without a figure."""
    if ours is None:
        return "NOT RUN"
    # In hundredths of a point, as printed: rounding errors of floats must not change the status.
    difference = round(100 * ours) - round(100 * published)
    if abs(difference) <= round(100 * tolerance["match"]):
        return "MATCH"
    if abs(difference) <= round(100 * tolerance["close"]):
        return "CLOSE"
    return "BELOW" if difference < 0 else "ABOVE"


def beside_published(
    results: Sequence[Result],
    data: Collection,
    split: str,
    *,
    table: str,
    groups: Mapping[str, Sequence[str]],
    metrics: Sequence[str],
    paper: Published,
    later: Published | None = None,
) -> Table:
    """A table of a paper: published figures, ours, and the differences if they are comparable.

    table: its name in the paper. groups: group of rows -> names of retrievers. metrics: its
    columns. later: figures that were published later under the same protocol.
    """
    by_name, compares = {result.name: result for result in results}, comparable(data, split)
    rows: list[dict[str, Any]] = []
    records = []
    for group, names in groups.items():
        for name in names:
            if name not in paper.figures:
                continue
            figures = list(_figures(name, paper, by_name.get(name), compares))
            title = by_name[name].title if name in by_name else name
            system = {"group": group, "title": title, "name": name}
            rows += [{**system, **line} for line in _lines(figures)]
            records += [_record(group, title, figure) for figure in figures]
    if later is not None:
        by_title = {result.metrics["title"]: result for result in results}
        of_later = replace(later, tolerance=paper.tolerance)
        for title in later.figures:
            here = by_title.get(title)
            name = here.name if here else title
            found = _figures(title, of_later, here, compares and here is not None)
            figures = [replace(figure, name=name) for figure in found]
            system = {"group": "Later", "title": title, "name": name}
            unpublished = dict.fromkeys(metrics, Written(None, UNDEFINED))
            rows += [{**system, **unpublished, **line} for line in _lines(figures)]
            records += [_record("Later", title, figure) for figure in figures]
    return Table(
        title=f"{table}: the paper beside {data.name} ({split})",
        columns=[
            Column("Setting", "group", TEXT),
            Column("Model", "title", TEXT),
            Column("Name", "name", TEXT, first=True),
            Column("Figures", "line", TEXT, first=True),
            *(Column(metric, metric, WRITTEN) for metric in metrics),
        ],
        rows=rows,
        records=records,
        notes=[
            *_notes(data, paper, later, compares),
            *_order(by_name, paper, data),
            *([data.notice] if data.notice else []),
        ],
        unranked={
            number
            for number, row in enumerate(rows)
            if row.get("name") in by_name and by_name[row["name"]].oracle
        },
    )


def _order(by_name: Mapping[str, Result], paper: Published, data: Collection) -> list[str]:
    """How far the paper's order of the systems, by its first metric, is the order here."""
    metric = paper.metrics[0]
    shared = [name for name in paper.figures if name in by_name and not by_name[name].oracle]
    if len(shared) < FEWEST_SYSTEMS:
        return []
    figures = [np.array([[paper.of(name)[metric]]]) for name in shared]
    tables = [by_seed(by_name[name].over_seeds, metric) for name in shared]
    tau = agreement(figures, tables, paired=False)
    return [
        f"Kendall's tau between the paper's order of {len(shared)} systems by {metric} and the "
        f"order on {data.name} is {tau.tau:.2f} [{tau.low:.2f}, {tau.high:.2f}] (95%, over "
        "questions and training seeds)."
    ]


TONES = {"MATCH": "good", "CLOSE": "good", "BELOW": "bad", "ABOVE": "bad", "NOT RUN": "unsure"}


def side_by_side(beside: Table, metric: str) -> Table:
    """One metric of the table of ``beside_published``: a row has both figures and the status."""
    told = {beside.rows[row]["name"] for row in beside.unranked}
    rows = [
        {**record, "said": record["status"] or _uncompared(record)}
        for record in beside.records or ()
        if record["metric"] == metric
    ]
    return Table(
        title=f"{metric}: published and ours",
        columns=[
            Column("Setting", "setting", TEXT),
            Column("Model", "title", TEXT),
            Column("Name", "name", TEXT, first=True),
            Column("Published", "published", decimals(2), first=True),
            Column("Ours", "ours", decimals(2), first=True),
            Column("Difference", "difference", SIGNED),
            Column("Status", "said", Format(TEXT.text, tone=lambda text: TONES.get(str(text)))),
        ],
        rows=rows,
        notes=beside.notes,
        unranked={number for number, row in enumerate(rows) if row["name"] in told},
    )


def _uncompared(record: Mapping[str, Any]) -> str:
    """Why a figure has no status."""
    return "not run" if record["ours"] is None else "not comparable"


def comparable(data: Collection, split: str) -> bool:
    """Whether this is the paper's test split of the real WebQA: all known counts agree.

    A variant of WebQA is never comparable, even if its counts agree.
    """
    if data.variant_of or split != "test" or data.name not in KNOWN:
        return False
    known = [check for check in verify(data) if check.expected is not None]
    return all(check.agrees for check in known)


def _figures(
    name: str, paper: Published, result: Result | None, compares: bool
) -> Iterator[Figure]:
    for metric, value in paper.of(name).items():
        ours = None if result is None else 100 * result.summary[metric]["mean"]
        yield Figure(
            name=name,
            metric=metric,
            published=value,
            ours=ours,
            status=status(ours, value, paper.tolerance) if compares else None,
            source=paper.source,
            erratum=paper.errata.get(name),
        )


SIGNED = Format(
    lambda value: UNDEFINED if value is None else f"{value:+.2f}", lambda value: round(value, 2)
)


class Written(NamedTuple):
    """A figure and its text in a row of the table."""

    number: float | None
    text: str


WRITTEN = Format(lambda figure: figure.text, lambda figure: figure.number)


def _lines(figures: Sequence[Figure]) -> Iterator[dict[str, object]]:
    """The rows of a system: published, ours, the difference with its status."""
    published = {
        figure.metric: Written(figure.published, f"{figure.published:.2f}") for figure in figures
    }
    yield {"line": "published", **published}
    ours = {figure.metric: figure.ours for figure in figures if figure.ours is not None}
    if ours:
        shown = {metric: Written(round(value, 2), f"{value:.2f}") for metric, value in ours.items()}
        yield {"line": "ours", **shown}
    if compared := {figure.metric: _difference(figure) for figure in figures if figure.status}:
        yield {"line": "difference", **compared}


def _difference(figure: Figure) -> Written:
    if figure.difference is None:
        return Written(None, str(figure.status))
    return Written(round(figure.difference, 2), f"{figure.difference:+.2f} {figure.status}")


def _record(group: str, title: str, figure: Figure) -> dict[str, Any]:
    return {"setting": group, "title": title, **asdict(figure), "difference": figure.difference}


def _notes(
    data: Collection, paper: Published, later: Published | None, compares: bool
) -> list[str]:
    match, close = paper.tolerance["match"], paper.tolerance["close"]
    what = f"is a variant of {data.variant_of}, not" if data.variant_of else "is not"
    statuses = (
        f"MATCH: within {match} points of the published figure; CLOSE: within {close}; BELOW or "
        "ABOVE: further away; NOT RUN: there is no result."
        if compares
        else f"This {what} the paper's test split of the real WebQA: the published figures are "
        "context, and not comparable with ours."
    )
    errata = {**paper.errata, **(later.errata if later else {})}
    afterwards = (
        f" Later, under the same protocol: {later.source}; a dash means that it has no such figure."
        if later
        else ""
    )
    return [
        f"{statuses} Figures in percent.",
        f"Published: {paper.source}.{afterwards}",
        *(f"{name}: {erratum}." for name, erratum in errata.items()),
    ]
