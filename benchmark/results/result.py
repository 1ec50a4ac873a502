"""Results on disk: what a retriever found and how it scored, one folder a retriever.

<results>/<data set>/<retriever>/run.trec.gz         the ranked lists (<data set>+split and
                                                     <data set>+local: of the other protocols)
                                 per_query.parquet   each metric of each question
                                 metrics.json        means with 95% intervals
                                 manifest.json       how it all was made
                                 space.json          a map of its embeddings, where asked for
                                 seed-<n>/           the same for each further seed

The reference, ``<results>/reference/``, has the same folders with ``run.parquet`` in place of
``run.trec.gz``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.artefacts.identity import digest
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.evaluation.measures import benchmark_name
from benchmark.evaluation.metrics import DEPTH, MAIN, METRICS, Scores, score_run
from benchmark.io import arrow
from benchmark.io.files import sha256
from benchmark.io.jsonl import decode_json
from benchmark.io.lists import read_lists
from benchmark.io.trec import read_run
from benchmark.progress import log
from benchmark.protocol import JOINT, Protocol
from benchmark.results.scoring import Figure, summary
from benchmark.types import Qrels, Run

FILES = ("run.trec.gz", "per_query.parquet", "metrics.json", "manifest.json")
REFERENCE, COMPACT = "reference", "run.parquet"
"""The folder of the reference among results, and its lists in place of ``run.trec.gz``."""

FORMAT = 2
"""Of manifests. In format 1, which bears no number, fields stand beside a class's name."""

EMBEDDING_MAP = "space.json"
CHANGED = "not what was written"


@dataclass(frozen=True)
class Result:
    """One retriever's result on one data set.

    reference: whether it stands for what wasn't run here; its title says so.
    """

    folder: Path
    reference: bool = False

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """What ``metrics.json`` says."""
        return _read(self.folder / "metrics.json")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What ``manifest.json`` says. Raises InputError where it is of a later format."""
        path = self.folder / "manifest.json"
        made = _read(path)
        version = made.get("format", 1)
        if not isinstance(version, int) or version > FORMAT:
            raise InputError(
                f"of format {version!r}, which a later version of this project wrote",
                mend="update the project, or run the retriever again",
                path=path,
            )
        return made

    @property
    def title(self) -> str:
        return f"{self.metrics['title']}{' (reference)' if self.reference else ''}"

    @property
    def group(self) -> str:
        """The group of rows it belongs to; results of before version 1 call it ``setting``."""
        return str(self.metrics.get("group") or self.metrics["setting"])

    @property
    def oracle(self) -> bool:
        """Whether it is told part of the answer: an upper bound, which has no rank.

        ``Ranking.metadata`` says so; in results of before version 1 the ranking's kind does.
        """
        kind = str(self.manifest.get("recipe", {}).get("kind", ""))
        return bool(self.metrics.get("oracle", kind.endswith("OracleModality")))

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
    def seal(self) -> str:
        """The hash of its manifest, which holds those of its files: what ``check`` checks."""
        return str(self.manifest["seal"])

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
            metric: np.asarray(arrow.as_numpy(table[metric].combine_chunks()), dtype=np.float64)
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
        if self.has_scores:
            return replace(read_run(self.folder / FILES[0]), cut_at=DEPTH)
        return replace(read_lists(self.folder / COMPACT, self.name), cut_at=DEPTH)

    @property
    def has_scores(self) -> bool:
        """Whether its ranked lists bear scores; those in compact form don't."""
        return not (self.folder / COMPACT).is_file()

    def is_whole(self) -> bool:
        """Whether all of its files are there."""
        lists = FILES[0] if self.has_scores else COMPACT
        return all((self.folder / name).is_file() for name in (lists, *FILES[1:]))

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
    results: Path,
    data: Collection,
    split: str,
    protocol: Protocol = JOINT,
    *,
    empty: bool = False,
) -> list[Result]:
    """The results on a data set, and the reference's of what wasn't run.

    Raises InputError where there are neither, unless ``empty`` allows it.
    """
    found = read_results(results, data, split, protocol)
    names = {result.name for result in found}
    found += [
        replace(result, reference=True)
        for result in read_results(results / REFERENCE, data, split, protocol)
        if result.name not in names
    ]
    if not found and not empty:
        raise InputError(
            "no results",
            mend="run retrievers on this data set first",
            path=results_folder(results, data, split, protocol),
        )
    return found


def best_first(results: Sequence[Result], metric: str = MAIN) -> list[Result]:
    """The results by their mean over questions and seeds; equal ones by name."""
    return sorted(results, key=lambda one: (-one.over_seeds.mean(metric), one.name))


def oracle_rows(ranked: Sequence[Result]) -> set[int]:
    """The rows, counted from 0, of what is told part of the answer: they do not compete."""
    return {row for row, result in enumerate(ranked) if result.oracle}


def seed_folder(folder: Path, seed: int, first: int) -> Path:
    """Where the result of ``seed`` goes in a retriever's folder."""
    return folder if seed == first else folder / f"seed-{seed}"


def _is_sealed(values: Mapping[str, Any]) -> bool:
    """Whether JSON data bear the hash of all the rest of them."""
    try:
        return values.get("seal") == digest({k: v for k, v in values.items() if k != "seal"})
    except ValueError:  # of no number, which nothing here writes
        return False


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
