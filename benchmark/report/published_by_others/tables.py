"""Tables of what others published: the figures of a task, and MTEB's figures beside ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.datasets import Collection
from benchmark.datasets.verify import verify
from benchmark.errors import InputError, unknown
from benchmark.evaluation.metrics import Scores
from benchmark.report.published import status
from benchmark.report.published_by_others import Publication, Row
from benchmark.report.tables import TEXT, UNDEFINED, Column, Format, Table, decimals
from benchmark.results.result import Result

COMPARED = ("nDCG@10", "MRR@10", "Recall@20", "Recall@100", "success@5")
"""The metrics that both MTEB's results and this project's contain."""

DIFFERENCE = Format(
    lambda row: f"{row['ours'] - row['published']:+.2f} {row['status']}" if row["status"] else ""
)
"""Our figure minus the published one, with the status; empty if they are not comparable."""

_PERCENT = decimals(2)
_SHORT = Format(lambda revision: revision[:8] or UNDEFINED)
_VERSION = Format(lambda version: version or UNDEFINED)

PROTOCOL = "split"
"""The protocol of MTEB's tasks."""


def published_tables(
    publications: Sequence[Publication],
    *,
    task: str | None = None,
    source: str | None = None,
    model: str = "",
    metric: str | None = None,
) -> list[Table]:
    """A table for each task, best first by its first metric.

    task, source, metric, model: filters; ``model`` is a part of the model's name. Raises InputError
    for an unknown task, source or metric, and if nothing matches.
    """
    rows = [(publication, row) for publication in publications for row in publication.rows]
    known = {
        "task": list(dict.fromkeys(row.task.name for _, row in rows)),
        "source": [publication.name for publication in publications],
        "metric": list(dict.fromkeys(name for _, row in rows for name in row.figures)),
    }
    for kind, name in (("task", task), ("source", source), ("metric", metric)):
        if name is not None and name not in known[kind]:
            raise unknown(kind, name, known[kind])
    kept = [
        (publication, row)
        for publication, row in rows
        if source in (None, publication.name)
        and model.lower() in row.model.lower()
        and (metric is None or metric in row.figures)
    ]
    tables = [
        _published([(origin, row) for origin, row in kept if row.task.name == name], metric)
        for name in known["task"]
        if task in (None, name) and any(row.task.name == name for _, row in kept)
    ]
    if not tables:
        raise InputError("no published figure matches all options", mend="leave an option out")
    return tables


def against_mteb(
    results: Sequence[Result], data: Collection, split: str, mteb: Publication
) -> Table:
    """Our rows whose weights are a model's in MTEB's results, with both figures.

    A status is given if the weights have the same revision and the data set is M-BEIR's variant of
    WebQA with its known counts; else MTEB's figures are context. Raises InputError for results
    under another protocol.
    """
    if protocols := {result.protocol for result in results} - {PROTOCOL}:
        raise InputError(
            f"MTEB's figures are under protocol {PROTOCOL}, and not comparable with figures under "
            f"protocol {protocols.pop()}",
            mend=f"give --protocol {PROTOCOL}",
        )
    known = [check for check in verify(data) if check.expected is not None]
    is_theirs = data.name.startswith("webqa-mbeir") and all(check.agrees for check in known)
    compares = split == "test" and is_theirs
    asked = data.queries(split)
    rows = [
        {
            "task": row.task.name,
            "name": result.name,
            "model": row.model,
            "revision": row.revision,
            **_beside(metric, row, result.over_seeds.among(among), mteb, compares and same),
        }
        for result in results
        for row in mteb.rows
        if (same := same_weights(result.manifest["recipe"], row, mteb.open_clip)) is not None
        for among in [{query.id for query in asked if query.modality == row.task.modality}]
        for metric in COMPARED
    ]
    if not rows:
        raise InputError(
            "no result here has the weights of a model in MTEB's results",
            mend="`python -m benchmark published --source mteb` lists these models",
        )
    return Table(
        title=f"MTEB beside {data.name} ({split}, protocol {PROTOCOL})",
        columns=[
            Column("Task", "task", TEXT, first=True),
            Column("Name", "name", TEXT, first=True),
            Column("MTEB's model", "model", TEXT),
            Column("Metric", "metric", TEXT, first=True),
            Column("MTEB", "published", decimals(2)),
            Column("Ours", "ours", decimals(2), first=True),
            Column("Difference", (), DIFFERENCE),
        ],
        rows=rows,
        notes=[
            f"Published: {mteb.address}. Figures in percent, over the questions of each task.",
            f"MATCH: within {mteb.tolerance['match']} points; CLOSE: within "
            f"{mteb.tolerance['close']}; BELOW or ABOVE: further away. No status: the weights have "
            "another revision."
            if compares
            else f"MTEB's figures are on another collection than {data.name} ({split}): they are "
            "context, and not comparable with ours.",
            *([data.notice] if data.notice else []),
        ],
    )


def _beside(
    metric: str, row: Row, scores: Scores, mteb: Publication, compares: bool
) -> dict[str, Any]:
    """A published figure and ours, in percent, with a status if they are comparable."""
    ours, theirs = 100 * scores.mean(metric), row.figures[metric]
    compared = status(ours, theirs, mteb.tolerance) if compares else None
    return {"metric": metric, "published": theirs, "ours": ours, "status": compared}


def same_weights(recipe: Any, row: Row, open_clip: Mapping[str, Sequence[str]]) -> bool | None:
    """Whether a ranking uses the model of ``row`` in the same revision; None for another model.

    None also for weights that were trained further here (their recipe contains data), and, for
    image questions, for other views than image and caption together.
    """
    fields = recipe.get("fields", {}) if isinstance(recipe, dict) else {}
    model = fields.get("model")
    if model is None or any(key == "fingerprint" for key, _ in _pairs(model)):
        return None
    views = {value for key, value in _pairs(model) if key == "view"}
    if row.task.modality == "image" and views - {"both"}:
        return None
    texts = {value for _, value in _pairs(model) if isinstance(value, str)}
    if row.model in texts:
        return row.revision in texts
    pair = open_clip.get(row.model)
    # open_clip names weights by a tag, which denotes one file.
    return True if pair is not None and set(pair) <= texts else None


def _published(rows: Sequence[tuple[Publication, Row]], metric: str | None) -> Table:
    metrics = [metric] if metric else list(dict.fromkeys(m for _, row in rows for m in row.figures))
    first = metrics[0]
    ranked = sorted(rows, key=lambda pair: -pair[1].figures.get(first, -1.0))
    publications = {publication.name: publication for publication, _ in ranked}
    task = rows[0][1].task
    brief = [f"{task.pool[:1].upper()}{task.pool[1:]}. Figures in percent, sorted by {first}."]
    if any(key not in row.figures for _, row in ranked for key in metrics):
        brief.append("A dash means that the source has no such figure.")
    brief += [f"{name}: {publication.address}." for name, publication in publications.items()]
    brief += [f"{row.model}: {row.erratum}." for _, row in ranked if row.erratum]
    definitions = [
        f"{key} of {name}: {text}."
        for name, publication in publications.items()
        for key, text in publication.definitions.items()
        if key in metrics
    ]
    records: list[dict[str, Any]] = [
        {
            "task": task.name,
            "protocol": task.protocol,
            "origin": row.task.origin,
            "model": row.model,
            "revision": row.revision,
            "data_revision": row.data_revision,
            "version": row.version,
            "source": one.name,
            "address": one.address,
            **row.figures,
        }
        for one, row in ranked
    ]
    versions = (
        Column("Revision", "revision", _SHORT),
        Column("Data", "data_revision", _SHORT),
        Column("Version", "version", _VERSION),
    )
    return Table(
        title=f"Published figures on WebQA, task {task.name}",
        columns=[
            Column("Model", "model", TEXT, first=True),
            *(Column(key, key, _PERCENT, first=key == first) for key in metrics),
            Column("Source", "source", TEXT, first=True),
            *(column for column in versions if any(column.value(one) for one in records)),
        ],
        rows=[{**dict.fromkeys(metrics), **record} for record in records],
        records=records,
        notes=[*brief, *definitions],
        brief=brief if definitions else [],
    )


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Each key of nested JSON data with its value."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield key, member
            yield from _pairs(member)
    elif isinstance(value, list):
        for member in value:
            yield from _pairs(member)
