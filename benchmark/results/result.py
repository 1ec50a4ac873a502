"""Results on disk: what a retriever found and how it scored, one folder a retriever.

<results>/<data set>/<retriever>/run.trec.gz         the ranked lists (<data set>+split and
                                                     <data set>+local: of the other protocols)
                                 per_query.parquet   each metric of each question
                                 metrics.json        means with 95% intervals
                                 manifest.json       how it all was made
                                 space.json          a map of its embeddings, where asked for
                                 seed-<n>/           the same for each further seed
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from benchmark.artefacts.identity import digest
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.evaluation.effects import parts
from benchmark.evaluation.measures import benchmark_name
from benchmark.evaluation.metrics import DEPTH, MAIN, METRICS, Scores, merge_copies, score_run
from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS, bootstrap, defined
from benchmark.io.files import replacing, sha256, write_text
from benchmark.io.jsonl import decode_json
from benchmark.io.trec import read_run, write_run
from benchmark.progress import log
from benchmark.protocol import JOINT, Protocol
from benchmark.retriever import Task
from benchmark.types import Qrels, Run

FILES = ("run.trec.gz", "per_query.parquet", "metrics.json", "manifest.json")
EMBEDDING_MAP = "space.json"
CHANGED = "not what was written"


class Figure(TypedDict):
    """A metric's mean over the questions with its 95% interval, which one question doesn't have."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Result:
    """One retriever's result on one data set."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """What ``metrics.json`` says."""
        return _read(self.folder / "metrics.json")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says."""
        return _read(self.folder / "manifest.json")

    @property
    def title(self) -> str:
        return str(self.metrics["title"])

    @property
    def group(self) -> str:
        """The group of rows it belongs to; results of before version 1 call it ``setting``."""
        return str(self.metrics.get("group") or self.metrics["setting"])

    @property
    def protocol(self) -> Protocol:
        """Which documents each question searched."""
        protocol: Protocol = self.metrics.get("protocol", JOINT)
        return protocol

    @property
    def external(self) -> str | None:
        """Who submitted it, where it wasn't made here."""
        return self.metrics.get("external")

    @cached_property
    def seeds(self) -> list[Result]:
        """The results of each seed, this one first; those made otherwise are left out."""
        others = [Result(path.parent) for path in sorted(self.folder.glob("seed-*/manifest.json"))]
        for one in others:
            one.check()
        made = _but_for_seeds(self.manifest["recipe"])
        alike = [one for one in others if _but_for_seeds(one.manifest["recipe"]) == made]
        if stale := len(others) - len(alike):
            log.warning(f"left out {stale} seeds of {self.name}: they were made otherwise")
        return [self, *alike]

    @property
    def seeded(self) -> bool | None:
        """Whether another training seed would give another result.

        None where it isn't known: of external results, and of a single seed of versions before 1.
        """
        if len(self.seeds) > 1:
            return True
        known = self.manifest.get("seeded")
        return None if known is None else bool(known)

    @cached_property
    def over_seeds(self) -> Scores:
        """The figures of each judged question, averaged over the seeds, and those of each seed."""
        return self._averaged([seed.scores for seed in self.seeds])

    def scored_by(self, metrics: Sequence[str], qrels: Qrels) -> Scores:
        """As ``over_seeds``, by other metrics, too; the kept ones without any."""
        return self._averaged([seed.scored(metrics, qrels) for seed in self.seeds])

    def scored(self, metrics: Sequence[str], qrels: Qrels) -> Scores:
        """The figures of each judged question by any metrics, under the names of ``resolve``.

        Metrics that were not kept are computed from the ranked lists.
        """
        if not metrics:
            return self.scores
        kept = {name: benchmark_name(name) for name in metrics}
        if all(kept.values()):
            values = {name: self.scores.values[str(same)] for name, same in kept.items()}
            return replace(self.scores, values=values)
        return score_run(self.run(), qrels, metrics)

    def _averaged(self, scores: Sequence[Scores]) -> Scores:
        return averaged({seed.number: one for seed, one in zip(self.seeds, scores, strict=True)})

    @property
    def number(self) -> int:
        """Its training seed: that of its folder, or of the first one's manifest."""
        _, found, number = self.name.rpartition("seed-")
        return int(number) if found and number.isdecimal() else int(self.manifest["seed"])

    @cached_property
    def summary(self) -> dict[str, Figure]:
        """Each metric's mean over questions and seeds, with its 95% interval over both."""
        if len(self.seeds) == 1:
            return dict(self.metrics["metrics"])
        return summary(self.over_seeds)

    def spread(self, metric: str) -> float | None:
        """The standard deviation of a metric over the seeds; None for a single one."""
        means = [seed.scores.mean(metric) for seed in self.seeds]
        return float(np.std(means, ddof=1)) if len(means) > 1 else None

    @cached_property
    def scores(self) -> Scores:
        """The figures of each judged question."""
        import pyarrow.parquet as pq

        # Read without the imports of pyarrow's data sets and of pandas, which take a second.
        table = pq.ParquetFile(self.folder / "per_query.parquet").read()
        values = {
            metric: np.asarray(np.from_dlpack(table[metric].combine_chunks()), dtype=np.float64)
            for metric in METRICS
        }
        return Scores(tuple(table["query"].to_pylist()), values, self.metrics["unanswered"])

    @cached_property
    def embedding_map(self) -> dict[str, Any] | None:
        """The map of its embeddings and their gaps, where one was made.

        Raises InputError where it isn't what was written.
        """
        path = self.folder / EMBEDDING_MAP
        if not path.is_file():
            return None
        values = _read(path)
        if not _is_sealed(values):
            raise InputError(CHANGED, mend="make it again with `space`, or remove it", path=path)
        return values

    def run(self) -> Run:
        """The ranked lists, which were cut when they were made."""
        return replace(read_run(self.folder / "run.trec.gz"), cut_at=DEPTH)

    def is_whole(self) -> bool:
        """Whether all of its files are there."""
        return all((self.folder / name).is_file() for name in FILES)

    def is_of(self, ranking_identity: str) -> bool:
        """Whether this is the whole result of the ranking with that identity."""
        if not self.is_whole():
            return False
        try:
            if self.manifest["ranking"] != ranking_identity:
                return False
            damaged = self.damage()
        except (InputError, KeyError):
            return False
        if damaged:
            log.warning(
                f"{self.folder}: {', '.join(damaged)} is not what was written; it is made again"
            )
        return not damaged

    def damage(self) -> list[str]:
        """The files that differ from what was written, by the manifest's hashes and its own."""
        if not _is_sealed(self.manifest):
            return ["manifest.json"]
        return [
            name
            for name, written in self.manifest["files"].items()
            if not (self.folder / name).is_file() or sha256(self.folder / name) != written
        ]

    def check(self) -> None:
        """Raise InputError where a file isn't what was written."""
        if damaged := self.damage():
            raise InputError(
                CHANGED,
                mend=f"run {self.name} again, or remove its folder",
                path=self.folder / damaged[0],
            )


def averaged(seeds: Mapping[int, Scores]) -> Scores:
    """The mean over training seeds of each question's figures, with those of each seed."""
    first, *others = seeds.values()
    if not others:
        return first
    values = {
        metric: np.mean([one.values[metric] for one in seeds.values()], axis=0)
        for metric in first.values
    }
    return Scores(first.queries, values, first.unanswered, seeds)


def _but_for_seeds(recipe: Any) -> Any:
    """A recipe without what tells two seeds of it apart."""
    match recipe:
        case dict():
            return {key: _but_for_seeds(one) for key, one in recipe.items() if key != "seed"}
        case list():
            return [_but_for_seeds(one) for one in recipe]
    return recipe


def results_folder(results: Path, data: Collection, split: str, protocol: Protocol = JOINT) -> Path:
    """The folder of a data set's results.

    Splits other than test and protocols other than joint have one of their own, such as
    ``webqa@dev`` and ``webqa+split``: their figures don't compare.
    """
    name = data.name if split == "test" else f"{data.name}@{split}"
    return results / (name if protocol == JOINT else f"{name}+{protocol}")


def read_results(
    results: Path, data: Collection, split: str, protocol: Protocol = JOINT
) -> list[Result]:
    """The results on a data set; those on another version of it are left out, saying so.

    Raises InputError where one of them isn't what was written.
    """
    found = []
    for path in sorted(results_folder(results, data, split, protocol).glob("*/manifest.json")):
        result = Result(path.parent)
        result.check()
        if result.manifest["data"]["fingerprint"] != data.fingerprint:
            log.warning(f"left out {result.name}: its result is of another version of the data")
            continue
        found.append(result)
    return found


def results_at_hand(
    results: Path, data: Collection, split: str, protocol: Protocol = JOINT
) -> list[Result]:
    """The results on a data set. Raises InputError where there are none."""
    found = read_results(results, data, split, protocol)
    if not found:
        raise InputError(
            "no results",
            mend="run retrievers on this data set first",
            path=results_folder(results, data, split, protocol),
        )
    return found


def best_first(results: Sequence[Result], metric: str = MAIN) -> list[Result]:
    """The results by their mean over questions and seeds; equal ones by name."""
    return sorted(results, key=lambda one: (-one.over_seeds.mean(metric), one.name))


def seed_folder(folder: Path, seed: int, first: int) -> Path:
    """Where the result of ``seed`` goes in a retriever's folder."""
    return folder if seed == first else folder / f"seed-{seed}"


def write_result(
    folder: Path, run: Run, task: Task, *, labels: Mapping[str, Any], made: Any
) -> Result:
    """Score ``run`` and write its folder; the manifest comes last, and makes the result whole."""
    scores, metrics = scored(run, task, labels)
    (folder / "manifest.json").unlink(missing_ok=True)
    write_run(run, folder / "run.trec.gz")
    _write_table(scores, folder / "per_query.parquet")
    _write(metrics, folder / "metrics.json")
    made = {**made, "files": {name: sha256(folder / name) for name in FILES[:-1]}}
    _write({**made, "seal": digest(made)}, folder / "manifest.json")
    return Result(folder)


def _is_sealed(values: Mapping[str, Any]) -> bool:
    """Whether JSON data bear the hash of all the rest of them."""
    try:
        return values.get("seal") == digest({k: v for k, v in values.items() if k != "seal"})
    except ValueError:  # of no number, which nothing here writes
        return False


def scored(run: Run, task: Task, labels: Mapping[str, Any]) -> tuple[Scores, dict[str, Any]]:
    """The figures of ``run``, and what ``metrics.json`` says of them."""
    qrels = task.qrels()
    scores = score_run(run, qrels)
    metrics = {
        **labels,
        "data": task.data.name,
        "split": task.split,
        **({} if task.protocol == JOINT else {"protocol": task.protocol}),
        "questions": len(scores.queries),
        "unanswered": scores.unanswered,
        "metrics": summary(scores),
    }
    copies = _copies(task.data)
    if copies:
        merged = score_run(*merge_copies(run, qrels, copies))
        metrics["copies_as_one"] = summary(merged)
    return scores, metrics


def summary(scores: Scores) -> dict[str, Figure]:
    """Mean and 95% interval of each metric; None where there is none.

    With several training seeds, seeds and questions both are random (evaluation/effects.py); else
    it is a bootstrap over the questions.
    """
    values = np.stack(list(scores.values.values()))
    if scores.seeds and values.shape[1] >= FEWEST_QUESTIONS:
        every = [
            np.stack([seed.values[metric] for seed in scores.seeds.values()])
            for metric in scores.values
        ]
        reach = parts(np.stack(every)).design.reach(1 - ALPHA / 2)
        low, high = (values.mean(axis=1) + np.stack([-reach, reach])).clip(0, 1)
    else:
        low, high = bootstrap(values)
    return {
        metric: {"mean": float(mean), "low": defined(low[i]), "high": defined(high[i])}
        for i, (metric, mean) in enumerate(zip(scores.values, values.mean(axis=1), strict=True))
    }


def _copies(data: Collection) -> dict[str, str]:
    """Id of each document whose content came before -> id of the first of that content."""
    canonical = data.corpus.canonical
    rows = np.flatnonzero(canonical != np.arange(len(canonical)))
    return dict(zip(data.corpus.ids(rows), data.corpus.ids(canonical[rows]), strict=True))


def _write_table(scores: Scores, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with replacing(path) as temporary:
        pq.write_table(pa.table({"query": scores.queries, **scores.values}), temporary)


def write_embedding_map(folder: Path, content: Mapping[str, Any]) -> None:
    """Put a map of the embeddings beside a result."""
    write_text(folder / EMBEDDING_MAP, json.dumps({**content, "seal": digest(content)}) + "\n")


def _write(values: Any, path: Path) -> None:
    write_text(path, json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        values = decode_json(path.read_bytes())
        if not isinstance(values, dict):
            raise ValueError("no object")
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"not readable ({error})", mend="run the retriever again", path=path
        ) from None
    return values
