"""A paper's published figures beside ours, with their source, the difference, and a status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

from benchmark.datasets import Collection
from benchmark.datasets.verify import verify
from benchmark.io.files import read_toml
from benchmark.report.tables import TEXT, UNDEFINED, Column, Format, Table, decimals
from benchmark.results.result import Result

Status: TypeAlias = Literal["MATCH", "CLOSE", "BELOW", "ABOVE", "NOT RUN"]


@dataclass(frozen=True, kw_only=True)
class Published:
    """A publication's figures in percent, by system and metric, as a paper's TOML file has them.

    tolerance: how far a figure may be from the published one to match it, or to be close.
    """

    source: str
    metrics: Sequence[str]
    figures: Mapping[str, Sequence[float]]
    errata: Mapping[str, str]
    tolerance: Mapping[str, float] = field(default_factory=dict)
    licence: str = ""

    def of(self, system: str) -> dict[str, float]:
        """The figures of a system by metric."""
        return dict(zip(self.metrics, self.figures[system], strict=True))


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One published figure beside ours, in percent; ``status`` is None where they don't compare."""

    name: str
    metric: str
    published: float
    ours: float | None
    status: Status | None
    source: str
    erratum: str | None

    @property
    def difference(self) -> float | None:
        """Ours less the published one; None where they don't compare."""
        return None if self.ours is None or self.status is None else self.ours - self.published


def read_published(path: Path) -> Published:
    """The figures in a TOML file of a paper's folder."""
    return Published(**read_toml(path))


def status(ours: float | None, published: float, tolerance: Mapping[str, float]) -> Status:
    """MATCH and CLOSE within the tolerance; beyond it BELOW or ABOVE, neither of them a match."""
    if ours is None:
        return "NOT RUN"
    # In hundredths of a point, as printed: binary fractions don't move a figure over the edge.
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
    """A table of a paper as published beside ours, and later publications; see ``comparable``.

    table: what the paper calls it. groups: group of rows -> names of retrievers. metrics: its
    columns. later: figures that others published later under the same protocol.
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
        for name in later.figures:
            figures = [
                Figure(
                    name=name,
                    metric=metric,
                    published=value,
                    ours=None,
                    status=None,
                    source=later.source,
                    erratum=later.errata.get(name),
                )
                for metric, value in later.of(name).items()
            ]
            rows += [{"group": "Later", "title": name, **line} for line in _lines(figures)]
            records += [_record("Later", name, figure) for figure in figures]
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
        notes=[*_notes(data, paper, later, compares), *([data.notice] if data.notice else [])],
        unranked={
            number
            for number, row in enumerate(rows)
            if row.get("name") in by_name and by_name[row["name"]].oracle
        },
    )


TONES = {"MATCH": "good", "CLOSE": "good", "BELOW": "bad", "ABOVE": "bad", "NOT RUN": "unsure"}


def side_by_side(beside: Table, metric: str) -> Table:
    """One metric of what ``beside_published`` gives: a row has the paper's figure, ours, the
    difference and its status.
    """
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
            Column("Status", "said", Format(TEXT.text, tone=lambda one: TONES.get(str(one)))),
        ],
        rows=rows,
        notes=beside.notes,
        unranked={number for number, row in enumerate(rows) if row["name"] in told},
    )


def _uncompared(record: Mapping[str, Any]) -> str:
    """Why a figure has no status."""
    return "not run" if record["ours"] is None else "not comparable"


def comparable(data: Collection, split: str) -> bool:
    """Whether this is the paper's test split of the real WebQA, by all that is known of it.

    A variant of it never is, whatever its counts.
    """
    if data.variant_of:
        return False
    known = [check for check in verify(data) if check.expected is not None]
    return split == "test" and bool(known) and all(check.agrees for check in known)


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
    """A figure as a line of the table shows it."""

    number: float | None
    text: str


WRITTEN = Format(lambda figure: figure.text, lambda figure: figure.number)


def _lines(figures: Sequence[Figure]) -> Iterator[dict[str, object]]:
    """The lines of a system: published, ours, the difference with its status."""
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
    what = f"is a variant of {data.variant_of}, not" if data.variant_of else "isn't"
    said = (
        f"MATCH: within {match} points of the published figure; CLOSE: within {close}; else BELOW "
        f"or ABOVE, neither of which is a match; NOT RUN: there is no result."
        if compares
        else f"This {what} the paper's test split of the real WebQA: the published figures are "
        "context, and can't be compared with ours."
    )
    errata = {**paper.errata, **(later.errata if later else {})}
    afterwards = f" Later, under the same protocol: {later.source}." if later else ""
    return [
        f"{said} Figures in percent.",
        f"Published: {paper.source}.{afterwards}",
        *(f"{name}: {erratum}." for name, erratum in errata.items()),
    ]
