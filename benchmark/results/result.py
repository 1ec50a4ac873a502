"""Results on disk: the ranked lists and figures of a retriever, one folder for each retriever.

<results>/<data set>/<retriever>/run.trec.gz         the ranked lists (<data set>+split and
                                                     <data set>+local: under the other protocols)
                                 per_query.parquet   each metric of each question
                                 metrics.json        means with 95% intervals
                                 manifest.json       how the result was made
                                 space.json          a map of its embeddings, if `space` made one
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
"""The folder of the reference, and the file of its lists in place of ``run.trec.gz``."""

FORMAT = 2
"""The format of manifests. Format 1 has no number; its recipes have the fields beside the name."""

EMBEDDING_MAP = "space.json"
CHANGED = "changed since it was written"


@dataclass(frozen=True)
class Result:
    """The result of one retriever on one data set.

    reference: whether it is the reference's, for a retriever that was not run here; the title says
    so.
    """

    folder: Path
    reference: bool = False

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The content of ``metrics.json``."""
        return _read(self.folder / "metrics.json")

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The content of ``manifest.json``. Raises InputError for a later format."""
        path = self.folder / "manifest.json"
        made = _read(path)
        version = made.get("format", 1)
        if not isinstance(version, int) or version > FORMAT:
            raise InputError(
                f"has format {version!r}, which a later version of this project wrote",
                mend="update the project, or run the retriever again",
                path=path,
            )
        return made

    @property
    def title(self) -> str:
        return f"{self.metrics['title']}{' (reference)' if self.reference else ''}"

    @property
    def group(self) -> str:
        """The group of rows; results of versions before 1 call it ``setting``."""
        return str(self.metrics.get("group") or self.metrics["setting"])

    @property
    def oracle(self) -> bool:
        """Whether the retriever is told part of the answer: an upper bound without a rank.

        ``Ranking.metadata`` contains it; for results of versions before 1, the kind of the ranking
        shows it.
        """
        kind = str(self.manifest.get("recipe", {}).get("kind", ""))
        return bool(self.metrics.get("oracle", kind.endswith("OracleModality")))

    @property
    def protocol(self) -> Protocol:
        """The documents that were searched for each question."""
        protocol: Protocol = self.metrics.get("protocol", JOINT)
        return protocol

    @property
    def external(self) -> str | None:
        """Who submitted the result; None if it was made here."""
        return self.metrics.get("external")

    @cached_property
    def seeds(self) -> list[Result]:
        """The results of all seeds, this one first; seeds with another recipe are left out."""
        others = [Result(path.parent) for path in sorted(self.folder.glob("seed-*/manifest.json"))]
        for other in others:
            other.check()
        made = _without_seeds(self.manifest["recipe"])
        alike = [other for other in others if _without_seeds(other.manifest["recipe"]) == made]
        if stale := len(others) - len(alike):
            log.warning(f"left out {stale} seeds of {self.name}: they have another recipe")
        return [self, *alike]

    @property
    def seeded(self) -> bool | None:
        """Whether another training seed would give another result.

        None if it is not known: for external results, and for a single seed of versions before 1.
        """
        if len(self.seeds) > 1:
            return True
        known = self.manifest.get("seeded")
        return None if known is None else bool(known)

    @cached_property
    def over_seeds(self) -> Scores:
        """The figures of each judged question: means over the seeds, and those of each seed."""
        return self._averaged([seed.scores for seed in self.seeds])

    def scored_by(self, metrics: Sequence[str], qrels: Qrels) -> Scores:
        """Like ``over_seeds``, by any metrics; without names, by those that the result contains."""
        return self._averaged([seed.scored(metrics, qrels) for seed in self.seeds])

    def scored(self, metrics: Sequence[str], qrels: Qrels) -> Scores:
        """The figures of each judged question by any metrics, named as by ``resolve``.

        Metrics that the result does not contain are computed from the ranked lists.
        """
        if not metrics:
            return self.scores
        kept = {name: benchmark_name(name) for name in metrics}
        if all(kept.values()):
            values = {name: self.scores.values[str(same)] for name, same in kept.items()}
            return replace(self.scores, values=values)
        return score_run(self.run(), qrels, metrics)

    def _averaged(self, scores: Sequence[Scores]) -> Scores:
        return averaged(
            {seed.number: figures for seed, figures in zip(self.seeds, scores, strict=True)}
        )

    @property
    def seal(self) -> str:
        """The hash of its manifest, which holds those of its files: what ``check`` checks."""
        return str(self.manifest["seal"])

    @property
    def number(self) -> int:
        """The training seed: from the folder's name, or from the manifest of the first seed."""
        _, is_further, number = self.name.rpartition("seed-")
        return int(number) if is_further and number.isdecimal() else int(self.manifest["seed"])

    @cached_property
    def summary(self) -> dict[str, Figure]:
        """Each metric's mean over questions and seeds, with its 95% interval over both."""
        if len(self.seeds) == 1:
            return dict(self.metrics["metrics"])
        return summary(self.over_seeds)

    def spread(self, metric: str) -> float | None:
        """The standard deviation of a metric over the seeds; None for a single seed."""
        means = [seed.scores.mean(metric) for seed in self.seeds]
        return float(np.std(means, ddof=1)) if len(means) > 1 else None

    @cached_property
    def scores(self) -> Scores:
        """The figures of each judged question."""
        import pyarrow.parquet as pq

        # Read without importing pyarrow's data sets and pandas, which takes a second.
        table = pq.ParquetFile(self.folder / "per_query.parquet").read()
        values = {
            metric: np.asarray(arrow.as_numpy(table[metric].combine_chunks()), dtype=np.float64)
            for metric in METRICS
        }
        return Scores(tuple(table["query"].to_pylist()), values, self.metrics["unanswered"])

    @cached_property
    def embedding_map(self) -> dict[str, Any] | None:
        """The map of the embeddings and their gaps; None if `space` made none.

        Raises InputError if a file was changed since it was written.
        """
        path = self.folder / EMBEDDING_MAP
        if not path.is_file():
            return None
        values = _read(path)
        if not _is_sealed(values):
            raise InputError(CHANGED, mend="make it with `space` again, or remove it", path=path)
        return values

    def run(self) -> Run:
        """The ranked lists, which were cut to the benchmark's depth."""
        if self.has_scores:
            return replace(read_run(self.folder / FILES[0]), cut_at=DEPTH)
        return replace(read_lists(self.folder / COMPACT, self.name), cut_at=DEPTH)

    @property
    def has_scores(self) -> bool:
        """Whether the ranked lists have scores; those in compact form have none."""
        return not (self.folder / COMPACT).is_file()

    def is_whole(self) -> bool:
        """Whether all files exist."""
        lists = FILES[0] if self.has_scores else COMPACT
        return all((self.folder / name).is_file() for name in (lists, *FILES[1:]))

    def is_of(self, ranking_identity: str, *, tell: bool = False) -> bool:
        """Whether this is the complete result of the ranking with that identity.

        tell: whether to log a warning if its files were changed since they were written.
        """
        if not self.is_whole():
            return False
        try:
            if self.manifest["ranking"] != ranking_identity:
                return False
            damaged = self.damage()
        except (InputError, KeyError):
            return False
        if damaged and tell:
            log.warning(
                f"{self.folder}: {', '.join(damaged)} was changed since it was written; the result "
                "is made again"
            )
        return not damaged

    def damage(self) -> list[str]:
        """The files that differ from the hashes in the manifest, or the manifest itself."""
        if not _is_sealed(self.manifest):
            return ["manifest.json"]
        return [
            name
            for name, written in self.manifest["files"].items()
            if not (self.folder / name).is_file() or sha256(self.folder / name) != written
        ]

    def check(self) -> None:
        """Raise InputError if a file was changed since it was written."""
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
        metric: np.mean([seed.values[metric] for seed in seeds.values()], axis=0)
        for metric in first.values
    }
    return Scores(first.queries, values, first.unanswered, seeds)


def _without_seeds(recipe: Any) -> Any:
    """A recipe without seeds, which is equal for all seeds of a retriever."""
    match recipe:
        case dict():
            return {key: _without_seeds(value) for key, value in recipe.items() if key != "seed"}
        case list():
            return [_without_seeds(part) for part in recipe]
    return recipe


def results_folder(results: Path, data: Collection, split: str, protocol: Protocol = JOINT) -> Path:
    """The folder of a data set's results.

    Splits other than test and protocols other than joint have folders of their own, such as
    ``webqa@dev`` and ``webqa+split``, since their figures are not comparable.
    """
    name = data.name if split == "test" else f"{data.name}@{split}"
    return results / (name if protocol == JOINT else f"{name}+{protocol}")


def read_results(
    results: Path, data: Collection, split: str, protocol: Protocol = JOINT
) -> list[Result]:
    """The results on a data set; those on another version of the data are left out with a warning.

    Raises InputError if a file was changed since it was written.
    """
    kept = []
    for path in sorted(results_folder(results, data, split, protocol).glob("*/manifest.json")):
        result = Result(path.parent)
        result.check()
        if result.manifest["data"]["fingerprint"] != data.fingerprint:
            log.warning(f"left out {result.name}: its result is on another version of the data")
            continue
        kept.append(result)
    return kept


def results_at_hand(
    results: Path,
    data: Collection,
    split: str,
    protocol: Protocol = JOINT,
    *,
    empty: bool = False,
) -> list[Result]:
    """The results on a data set, and the reference's for retrievers that were not run.

    Raises InputError if there are neither, unless ``empty`` allows it.
    """
    kept = read_results(results, data, split, protocol)
    names = {result.name for result in kept}
    kept += [
        replace(result, reference=True)
        for result in read_results(results / REFERENCE, data, split, protocol)
        if result.name not in names
    ]
    if not kept and not empty:
        raise InputError(
            "no results",
            mend="run retrievers on this data set first",
            path=results_folder(results, data, split, protocol),
        )
    return kept


def best_first(results: Sequence[Result], metric: str = MAIN) -> list[Result]:
    """The results by their mean over questions and seeds, best first; equal means by name."""
    return sorted(results, key=lambda one: (-one.over_seeds.mean(metric), one.name))


def ranks(ranked: Sequence[Result]) -> dict[str, int | None]:
    """Name -> rank among the contenders, from results in order; None for oracles."""
    contenders = [result.name for result in ranked if not result.oracle]
    numbers = {name: rank for rank, name in enumerate(contenders, 1)}
    return {result.name: numbers.get(result.name) for result in ranked}


def oracle_rows(ranked: Sequence[Result]) -> set[int]:
    """The row numbers, from 0, of oracles, which do not compete."""
    return {row for row, result in enumerate(ranked) if result.oracle}


def seed_folder(folder: Path, seed: int, first: int) -> Path:
    """The folder for the result of ``seed``, in a retriever's folder."""
    return folder if seed == first else folder / f"seed-{seed}"


def _is_sealed(values: Mapping[str, Any]) -> bool:
    """Whether JSON data contain the hash of their other fields."""
    try:
        return values.get("seal") == digest({k: v for k, v in values.items() if k != "seal"})
    except ValueError:  # for NaN, which nothing here writes
        return False


def _read(path: Path) -> dict[str, Any]:
    try:
        values = decode_json(path.read_bytes())
        if not isinstance(values, dict):
            raise ValueError("not an object")
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"not readable ({error})", mend="run the retriever again", path=path
        ) from None
    return values
