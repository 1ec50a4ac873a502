"""Exports: results as files of other evaluation tools.

trec    <name>.trec with <name>.ir_metadata.yaml, and qrels.txt, for trec_eval, ir_measures,
        pytrec_eval and repro_eval
ranx    <name>.trec, which keeps the name of a run, and qrels.json, for ranx
mteb    results/<model>/<revision>/<task>.json beside model_meta.json, for mteb.ResultCache
reference   results with seeds and variants in compact form (see ``results/reference.py``)

Each further seed has a run of its own, <name>.seed-<n>; mteb gets the mean over the seeds. Scores
in exported runs strictly decrease, so that each tool keeps the order. Questions without results are
in no run: trec_eval counts them with -c, ranx with make_comparable=True.
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
from benchmark.io.ir_metadata import render
from benchmark.io.trec import write_qrels, write_run
from benchmark.protocol import JOINT
from benchmark.results.reference import write_reference
from benchmark.results.result import Result
from benchmark.types import Run

Export = Callable[[Sequence[Result], Collection, str, Path], list[Path]]


def trec(results: Sequence[Result], data: Collection, split: str, out: Path) -> list[Path]:
    """Write TREC runs, each with its ir_metadata, and qrels of four columns."""
    qrels = out / "qrels.txt"
    write_qrels(data.qrels(split), qrels)
    written = [qrels]
    for result in results:
        for seed, (name, run) in zip(result.seeds, _runs([result]), strict=True):
            paths = out / f"{name}.trec", out / f"{name}.ir_metadata.yaml"
            write_run(run, paths[0])
            write_text(paths[1], render(_metadata(seed, run, data)))
            written += paths
    return written


def ranx(results: Sequence[Result], data: Collection, split: str, out: Path) -> list[Path]:
    """Write TREC runs, and qrels as {question: {document: relevance}}.

    Raises InputError for ids that contain a space, where ranx would split them.
    """
    qrels = data.qrels(split)
    runs = {out / f"{name}.trec": run for name, run in _runs(results)}
    for run in runs.values():
        retrieved = (name for ranked in run.documents.values() for name in ranked)
        blank = next((name for name in (*run.documents, *retrieved) if " " in name), None)
        if blank is not None:
            raise InputError(
                f"id '{blank}' contains a space, where ranx would split it",
                mend="use `export trec`, which then separates columns by tabs",
            )
    paths = [_json(out / "qrels.json", qrels)]
    for path, run in runs.items():
        write_run(run, path)
    return [*paths, *runs]


def mteb(results: Sequence[Result], data: Collection, split: str, out: Path) -> list[Path]:
    """Write task results of mteb, for a task with this project's name, since mteb's WebQA task has
    other pools.

    The model is named univl-bench/<name>, and its revision is the identity of the ranking. The
    data set's revision is its fingerprint. No version of mteb is given, since mteb did not run it.
    """
    paths = []
    for result in results:
        revision = str(result.manifest["ranking"])[:REVISION]
        folder = out / "results" / f"univl-bench__{result.name}" / revision
        task = {
            "dataset_revision": data.fingerprint,
            "task_name": _task_name(result, data),
            "mteb_version": None,
            "evaluation_time": None,
            "scores": {split: [_mteb_scores(result)]},
        }
        about = {"name": f"univl-bench/{result.name}", "revision": revision, **_UNKNOWN}
        paths += [
            _json(folder / f"{_task_name(result, data)}.json", task),
            _json(folder / "model_meta.json", about),
        ]
    return paths


REVISION = 32
"""The number of digits of a ranking's identity that are the revision of mteb's model."""

LANGUAGE = "und-Zyyy"
"""The ISO code for an undetermined language: data sets here do not state it, and mteb ignores
results without a language."""

_UNKNOWN: Mapping[str, Any] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                *("loader", "release_date", "languages", "n_parameters", "memory_usage_mb"),
                *("max_tokens", "embed_dim", "license", "open_weights", "public_training_code"),
                *("public_training_data", "similarity_fn_name", "use_instructions"),
                "training_datasets",
            )
        ),
        "framework": [],
        "modalities": ["text", "image"],
    }
)
"""Fields of mteb's model description that are not known here."""


def export(
    kind: str, results: Sequence[Result], data: Collection, split: str, out: Path
) -> list[Path]:
    """Write the files of an export into ``out``, and return their paths.

    Raises InputError, and writes nothing, if two files would have the same name or a file with
    other content exists. Only a reference replaces existing files.
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
                    f"two exported files are named {name}",
                    mend="submit the run under another name",
                )
            path = out / name
            if path.exists() and path.read_bytes() != made[place].read_bytes():
                raise InputError(
                    "exists with other content",
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


def _metadata(result: Result, run: Run, data: Collection) -> dict[str, Any]:
    """The content of a manifest in the terms of ir_metadata."""
    made = result.manifest
    machine, packages = made.get("machine", {}), made.get("packages", {})
    return {
        "schema": "ir_metadata 0.1",
        "tag": run.name,
        "actor": {"team": result.external or "univl-bench"},
        "platform": {
            "hardware": {
                "cpu": {
                    "model": machine.get("processor"),
                    "number of cores": machine.get("threads"),
                },
                "ram": machine.get("memory_bytes"),
            },
            "operating system": {"kernel": machine.get("system")},
            "software": {"libraries": {"python": packages}},
        },
        "implementation": {"source": {"commit": made.get("commit"), "lang": ["python"]}},
        "method": {"automatic": True, "title": result.title, "seed": made.get("seed")},
        "research goal": {"evaluation": {"reported measures": [*result.metrics["metrics"]]}},
        "data": {
            "test collection": {
                "name": data.name,
                "split": made["data"]["split"],
                "fingerprint": made["data"]["fingerprint"],
                "qrels": "qrels.txt",
            }
        },
    }


def _runs(results: Sequence[Result]) -> Iterator[tuple[str, Run]]:
    """The ranked lists of each result and seed, each with a name of its own."""
    for result in results:
        for seed in result.seeds:
            name = result.name if seed is result else f"{result.name}.{seed.name}"
            yield name, replace(seed.run(), name=name)


def _task_name(result: Result, data: Collection) -> str:
    """The name of the task for mteb, with the protocol if it isn't joint."""
    name = f"univl-bench-{data.name}"
    return name if result.protocol == JOINT else f"{name}-{result.protocol}"


def _mteb_scores(result: Result) -> dict[str, Any]:
    means = {_mteb_name(metric): figure["mean"] for metric, figure in result.summary.items()}
    main = means[_mteb_name(MAIN)]
    return {**means, "main_score": main, "hf_subset": "default", "languages": [LANGUAGE]}


def _mteb_name(metric: str) -> str:
    """mteb's name of a metric: ndcg_at_10 for nDCG@10."""
    return str(BENCHMARK[metric].ranx).replace("@", "_at_")


def _json(path: Path, content: object) -> Path:
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    return path
