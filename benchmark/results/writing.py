"""Writing results: the lists, the figures, and last the manifest, which makes a result complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmark.artefacts.identity import digest
from benchmark.evaluation.metrics import Scores
from benchmark.io import arrow
from benchmark.io.files import replacing, sha256, write_text
from benchmark.io.trec import write_run
from benchmark.results.result import EMBEDDING_MAP, FILES, FORMAT, Result
from benchmark.results.scoring import metrics_of, score, summarise
from benchmark.retriever import Task
from benchmark.types import Run


def write_result(
    folder: Path, run: Run, task: Task, *, labels: Mapping[str, Any], made: Any
) -> Result:
    """Score ``run`` and write its folder; the manifest comes last, and makes the result whole."""
    scored = score(run, task)
    metrics = metrics_of(scored, task, labels, summarise(scored.all))
    (folder / "manifest.json").unlink(missing_ok=True)
    write_run(run, folder / "run.trec.gz")
    _write_table(scored.scores, folder / "per_query.parquet")
    write_json(metrics, folder / "metrics.json")
    made = {"format": FORMAT, **made, "files": {name: sha256(folder / name) for name in FILES[:-1]}}
    write_json({**made, "seal": digest(made)}, folder / "manifest.json")
    return Result(folder)


def _write_table(scores: Scores, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with replacing(path) as temporary:
        columns = {name: arrow.numbers(one, "float64") for name, one in scores.values.items()}
        queries = arrow.texts(scores.queries).cast(pa.string())
        pq.write_table(pa.table({"query": queries, **columns}), temporary)


def write_embedding_map(folder: Path, content: Mapping[str, Any]) -> None:
    """Write a map of the embeddings beside a result."""
    write_text(folder / EMBEDDING_MAP, json.dumps({**content, "seal": digest(content)}) + "\n")


def write_json(values: Any, path: Path) -> None:
    """Write JSON data, one field on a line."""
    write_text(path, json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
