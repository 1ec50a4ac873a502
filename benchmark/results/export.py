"""Exports: results in the files of other evaluation tools.

trec    <name>.trec and qrels.txt, which trec_eval and ir_measures read
ranx    <name>.json and qrels.json, which ranx reads (Run.from_file, Qrels.from_file)
mteb    <name>/<data set>.json, which mteb reads (TaskResult.from_disk)
reference   results with seeds and variants in compact form (see ``results/reference.py``)

Of several seeds each further one has a run of its own, <name>.seed-<n>; mteb gets their mean.
Scores in exported runs decrease strictly, so that each tool keeps the order. Questions without
results are in no run: trec_eval counts them with -c, ranx with make_comparable=True.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.evaluation.measures import BENCHMARK
from benchmark.evaluation.metrics import MAIN
from benchmark.io.files import write_text
from benchmark.io.trec import write_qrels, write_run
from benchmark.protocol import JOINT
from benchmark.results.reference import write_reference
from benchmark.results.result import Result
from benchmark.types import Run

Export = Callable[[Sequence[Result], Collection, str, Path], list[Path]]


def trec(results: Sequence[Result], data: Collection, split: str, out: Path) -> list[Path]:
    """TREC runs, and qrels of four columns."""
    qrels = out / "qrels.txt"
    write_qrels(data.qrels(split), qrels)
    runs = {out / f"{name}.trec": run for name, run in _runs(results)}
    for path, run in runs.items():
        write_run(run, path)
    return [qrels, *runs]


def ranx(results: Sequence[Result], data: Collection, split: str, out: Path) -> list[Path]:
    """Runs as {question: {document: score}}, the scores made from the ranks; qrels alike."""
    paths = [_json(out / "qrels.json", data.qrels(split))]
    for name, run in _runs(results):
        lists = {
            query: {document: 1 / rank for rank, document in enumerate(documents, 1)}
            for query, documents in run.documents.items()
        }
        paths.append(_json(out / f"{name}.json", lists))
    return paths


def mteb(results: Sequence[Result], data: Collection, split: str, out: Path) -> list[Path]:
    """mteb's task results, of a task of this project's name: mteb's WebQA has other pools.

    The data's fingerprint stands for its revision; no version of mteb's is named, for it ran none.
    """
    return [
        _json(
            out / result.name / f"{_task_name(result, data)}.json",
            {
                "dataset_revision": data.fingerprint,
                "task_name": _task_name(result, data),
                "mteb_version": None,
                "evaluation_time": None,
                "scores": {split: [_mteb_scores(result)]},
            },
        )
        for result in results
    ]


def export(
    kind: str, results: Sequence[Result], data: Collection, split: str, out: Path
) -> list[Path]:
    """Write the files of an export into ``out``; returns their paths.

    Raises InputError, and writes nothing, where two of them have one name, and where a file of
    other content has it already. A reference alone is renewed in its place.
    """
    if kind == "reference":
        return write_reference(results, data, split, out)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".export-") as folder:
        made = EXPORTS[kind](results, data, split, Path(folder))
        names = [path.relative_to(folder) for path in made]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise InputError(
                    f"two exported files are called {name}", mend="submit the run as another name"
                )
            path = out / name
            if path.exists() and path.read_bytes() != made[place].read_bytes():
                raise InputError(
                    "is there with other content",
                    mend="remove it, or choose another --out",
                    path=path,
                )
        for name, path in zip(names, made, strict=True):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(out / name)
    return [out / name for name in names]


EXPORTS: Mapping[str, Export] = MappingProxyType(
    {"trec": trec, "ranx": ranx, "mteb": mteb, "reference": write_reference}
)


def _runs(results: Sequence[Result]) -> Iterator[tuple[str, Run]]:
    """The ranked lists of each result and seed, under a name of their own."""
    for result in results:
        for seed in result.seeds:
            name = result.name if seed is result else f"{result.name}.{seed.name}"
            yield name, replace(seed.run(), name=name)


def _task_name(result: Result, data: Collection) -> str:
    """What mteb is told the task is, with the protocol where it isn't joint."""
    name = f"univl-bench-{data.name}"
    return name if result.protocol == JOINT else f"{name}-{result.protocol}"


def _mteb_scores(result: Result) -> dict[str, Any]:
    means = {_mteb_name(metric): figure["mean"] for metric, figure in result.summary.items()}
    return {**means, "main_score": means[_mteb_name(MAIN)], "hf_subset": "default", "languages": []}


def _mteb_name(metric: str) -> str:
    """ndcg_at_10 of nDCG@10."""
    return str(BENCHMARK[metric].ranx).replace("@", "_at_")


def _json(path: Path, content: object) -> Path:
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return path
