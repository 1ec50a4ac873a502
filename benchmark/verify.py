"""Audit: the metrics, tables and hashes of a data set's results, computed again from the files."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmark.artefacts.store import SHOWN, Store, damage
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.evaluation.metrics import Scores
from benchmark.progress import track
from benchmark.protocol import JOINT, Protocol
from benchmark.results.result import (
    CHANGED,
    REFERENCE,
    Result,
    read_results,
    results_folder,
)
from benchmark.results.scoring import Figure, Scored, metrics_of, score, summarise
from benchmark.retriever import Task

if TYPE_CHECKING:
    from benchmark.report.claims import Claim
    from benchmark.report.tables import Table

UNEARNED = "does not follow from the run"
ROUNDING = 1e-12
LABELS = ("name", "title", "group", "setting", "external")
BESIDE = ("oracle", "index", "recall_of_exact", "ties")
"""What metrics tell beside the figures, which a run file alone doesn't give again."""


@dataclass(frozen=True)
class Finding:
    """A file that isn't what it should be."""

    path: Path
    wrong: str


def verify(
    results: Path,
    data: Collection,
    split: str,
    store: Store,
    claims: Mapping[str, Sequence[Claim]],
    protocol: Protocol = JOINT,
) -> list[Finding]:
    """Look at every result on a split, its seeds and variants, the reference's, and the tables.

    The artefacts named in their manifests are looked at where the store has them. claims: file
    beside the leaderboard -> the claims whose verdicts it keeps. Raises InputError where there is
    no result.
    """
    home = results_folder(results, data, split, protocol)
    kept = results_folder(results / REFERENCE, data, split, protocol)
    folders = [path.parent for one in (home, kept) for path in sorted(one.rglob("manifest.json"))]
    if not folders:
        raise InputError("no results", mend="run retrievers on this data set first", path=home)
    results_found = [Result(folder) for folder in folders]
    with ThreadPoolExecutor() as pool:
        damaged = pool.map(_damaged, _artefacts(results_found, store))
        audits = [
            _audit(one, data) for one in track(results_found, "verify", len(folders), "results")
        ]
        summaries = iter(summarise([one for audit in audits for one in audit.scores]))
        findings = [
            finding
            for audit in audits
            for finding in audit.findings([next(summaries) for _ in audit.scores])
        ]
        findings += [finding for found in damaged for finding in found]
    return findings if findings else _tables(results, data, split, claims, protocol)


@dataclass(frozen=True)
class _Audit:
    """A result with its run scored again; ``scored`` is None where that can't be compared.

    known: what was found before.
    """

    result: Result
    known: list[Finding]
    scored: Scored | None = None
    task: Task | None = None

    @property
    def scores(self) -> list[Scores]:
        return [] if self.scored is None else self.scored.all

    def findings(self, summaries: Sequence[Mapping[str, Figure]]) -> list[Finding]:
        """All that is wrong. summaries: of ``scores``."""
        if self.scored is None or self.task is None:
            return self.known
        found, folder = [*self.known], self.result.folder
        says = self.result.metrics
        labels = {key: says[key] for key in (*LABELS, *BESIDE) if key in says}
        if not _same(metrics_of(self.scored, self.task, labels, summaries), says):
            found.append(Finding(folder / "metrics.json", UNEARNED))
        scores, kept = self.scored.scores, self.result.scores
        if scores.queries != kept.queries or any(
            not np.array_equal(row, kept.values[metric]) for metric, row in scores.values.items()
        ):
            found.append(Finding(folder / "per_query.parquet", UNEARNED))
        return found


def _audit(result: Result, data: Collection) -> _Audit:
    """Look at a result's files, and score its run."""
    try:
        damaged = [Finding(result.folder / name, CHANGED) for name in result.damage()]
        _ = result.embedding_map  # raises InputError where it isn't what was written
        about = result.manifest["data"]
        if about["fingerprint"] != data.fingerprint:
            other = Finding(result.folder, "made on another version of the data")
            return _Audit(result, [*damaged, other])
        task = Task(
            data=data,
            split=about["split"],
            scope=about["scope"],
            protocol=about.get("protocol", JOINT),
        )
        _ = result.metrics, result.scores, result.manifest["artefacts"]
        return _Audit(result, damaged, score(result.run(), task), task)
    except KeyError as error:
        return _Audit(result, [Finding(result.folder, f"its manifest or metrics lack {error}")])
    except (InputError, OSError, TypeError, ValueError, AttributeError) as error:
        return _Audit(result, [Finding(result.folder, f"cannot be read: {error}")])


def _artefacts(results: Sequence[Result], store: Store) -> list[Path]:
    """The folders of the artefacts that manifests name and the store has."""
    named = set()
    for result in results:
        with contextlib.suppress(InputError, OSError, KeyError, TypeError, ValueError):
            named |= {(one["kind"], one["identity"]) for one in result.manifest["artefacts"]}
    folders = [store.root / kind / identity[:SHOWN] for kind, identity in sorted(named)]
    return [folder for folder in folders if folder.is_dir()]


def _damaged(folder: Path) -> list[Finding]:
    return [Finding(folder / name, CHANGED) for name in damage(folder)]


def _same(one: Any, other: Any) -> bool:
    """Whether JSON data are the same, but for the rounding of sums.

    Means and bounds of intervals are sums, which another processor adds in another order.
    """
    match one, other:
        case float(), float():
            return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=ROUNDING)
        case dict(), dict():
            return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and bool(one == other)


def _tables(
    results: Path,
    data: Collection,
    split: str,
    claims: Mapping[str, Sequence[Claim]],
    protocol: Protocol,
) -> list[Finding]:
    """The tables that are kept beside the results, each made again."""
    from benchmark.report.claims import judged_at_hand
    from benchmark.report.formats import render
    from benchmark.report.leaderboard import leaderboard
    from benchmark.report.verdicts import claims_table

    def verdicts(tested: Sequence[Claim]) -> Table:
        return claims_table(judged_at_hand(tested, results, data, split), data, split)

    made: dict[str, Callable[[], Table]] = {
        "leaderboard.md": lambda: leaderboard(
            read_results(results, data, split, protocol), data, split
        ),
        **{name: partial(verdicts, tested) for name, tested in claims.items()},
    }
    home = results_folder(results, data, split, protocol)
    kept = {home / name: make for name, make in made.items()}
    return [
        Finding(path, "does not follow from the results")
        for path, make in kept.items()
        if path.is_file() and path.read_text(encoding="utf-8") != render(make(), "md")
    ]
