"""Tables of the atlas: what was published on a task, and MTEB's figures beside ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmark.datasets import Collection
from benchmark.datasets.verify import verify
from benchmark.errors import InputError, unknown
from benchmark.evaluation.metrics import Scores
from benchmark.report.atlas import Publication, Row
from benchmark.report.published import status
from benchmark.report.tables import TEXT, Column, Format, Table, decimals
from benchmark.results.result import Result

COMPARED = ("nDCG@10", "MRR@10", "Recall@20", "Recall@100", "success@5")
"""The metrics that MTEB and this project both keep."""

DIFFERENCE = Format(
    lambda row: f"{row['ours'] - row['published']:+.2f} {row['status']}" if row["status"] else ""
)
"""Ours less the published figure, with the status; nothing where they don't compare."""

_PERCENT = decimals(2)
_SHORT = Format(lambda revision: revision[:8])

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
    """A table for each task, best first by its first metric; what is not asked for is left out.

    model: a part of its name. Raises InputError for an unknown task, source or metric.
    """
    rows = [(one, row) for one in publications for row in one.rows]
    known = {
        "task": list(dict.fromkeys(row.task.name for _, row in rows)),
        "source": [one.name for one in publications],
        "metric": list(dict.fromkeys(name for _, row in rows for name in row.figures)),
    }
    for kind, name in (("task", task), ("source", source), ("metric", metric)):
        if name is not None and name not in known[kind]:
            raise unknown(kind, name, known[kind])
    kept = [
        (one, row)
        for one, row in rows
        if source in (None, one.name)
        and model.lower() in row.model.lower()
        and (metric is None or metric in row.figures)
    ]
    tables = [
        _published([(one, row) for one, row in kept if row.task.name == name], metric)
        for name in known["task"]
        if task in (None, name) and any(row.task.name == name for _, row in kept)
    ]
    if not tables:
        raise InputError("nothing was published that is all of that", mend="leave an option out")
    return tables


def against_mteb(
    results: Sequence[Result], data: Collection, split: str, mteb: Publication
) -> Table:
    """Our rows with the weights of a model in MTEB's results, its figures beside ours.

    A status is given for the same revision of the weights, on M-BEIR's variant of WebQA as it is
    known; else MTEB's figures are context. Raises InputError for results under another protocol.
    """
    if protocols := {result.protocol for result in results} - {PROTOCOL}:
        raise InputError(
            f"MTEB's figures are of protocol {PROTOCOL}, and don't compare with those of protocol "
            f"{protocols.pop()}",
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
            mend="`published --source mteb` lists them",
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
            f"Published: {mteb.address}. Figures in percent, over the questions of the task alone.",
            f"MATCH: within {mteb.tolerance['match']} points; CLOSE: within "
            f"{mteb.tolerance['close']}; else BELOW or ABOVE, neither of which is a match. No "
            "status: another revision of the weights."
            if compares
            else f"{data.name} ({split}) isn't the collection that MTEB's figures are of: they are "
            "context, and can't be compared with ours.",
            *([data.notice] if data.notice else []),
        ],
    )


def _beside(
    metric: str, row: Row, scores: Scores, mteb: Publication, compares: bool
) -> dict[str, Any]:
    """A published figure and ours, in percent, with a status where they compare."""
    ours, theirs = 100 * scores.mean(metric), row.figures[metric]
    told = status(ours, theirs, mteb.tolerance) if compares else None
    return {"metric": metric, "published": theirs, "ours": ours, "status": told}


def same_weights(recipe: Any, row: Row, open_clip: Mapping[str, Sequence[str]]) -> bool | None:
    """Whether the revision is the same, too, where a ranking is by the untrained weights of a row.

    None for other weights: also for those that were trained further here (their recipe names data),
    and, on images, for other views than image and caption together.
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
    # open_clip names weights by a tag, which stands for one file.
    return True if pair is not None and set(pair) <= texts else None


def _published(rows: Sequence[tuple[Publication, Row]], metric: str | None) -> Table:
    metrics = [metric] if metric else list(dict.fromkeys(m for _, row in rows for m in row.figures))
    first = metrics[0]
    ranked = sorted(rows, key=lambda pair: -pair[1].figures.get(first, -1.0))
    sources = list(dict.fromkeys(one.name for one, _ in ranked))
    publications = {one.name: one for one, _ in ranked}
    task = rows[0][1].task
    notes = [f"{task.pool[:1].upper()}{task.pool[1:]}. Figures in percent, sorted by {first}."]
    for name in sources:
        one = publications[name]
        notes.append(f"{name}: {one.address}.")
        notes += [
            f"{name}, {key}: {text}." for key, text in one.definitions.items() if key in metrics
        ]
    notes += [f"{row.model}: {row.erratum}." for _, row in ranked if row.erratum]
    return Table(
        title=f"Published on {task.name} (protocol {task.protocol})",
        columns=[
            Column("Model", "model", TEXT, first=True),
            *(Column(key, key, _PERCENT, first=key == first) for key in metrics),
            Column("Source", "source", TEXT, first=True),
            Column("Revision", "revision", _SHORT),
            Column("Data", "data_revision", _SHORT),
            Column("Version", "version", TEXT),
        ],
        rows=[
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
        ],
        notes=notes,
    )


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Each key of nested JSON data with its value."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield key, one
            yield from _pairs(one)
    elif isinstance(value, list):
        for one in value:
            yield from _pairs(one)
