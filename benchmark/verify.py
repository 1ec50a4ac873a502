"""Audit: the metrics, tables and hashes of a data set's results, computed again from the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.artefacts.store import Store, damage
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.progress import track
from benchmark.protocol import JOINT, Protocol
from benchmark.results.result import (
    CHANGED,
    REFERENCE,
    Result,
    read_results,
    results_folder,
)
from benchmark.results.scoring import scored
from benchmark.retriever import Task

if TYPE_CHECKING:
    from benchmark.report.claims import Claim
    from benchmark.report.tables import Table

UNEARNED = "not what the run scores"
LABELS = ("name", "title", "group", "setting")
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
    findings, artefacts = [], set()
    for folder in track(folders, "verify", len(folders), "results"):
        result = Result(folder)
        try:
            findings += _result(result, data)
            artefacts |= {(one["kind"], one["identity"]) for one in result.manifest["artefacts"]}
        except KeyError as error:
            findings.append(Finding(folder, f"its manifest or metrics lack {error}"))
        except (InputError, OSError, TypeError, ValueError, AttributeError) as error:
            findings.append(Finding(folder, f"cannot be read: {error}"))
    for kind, identity in sorted(artefacts):
        folder = store.root / kind / identity[:32]
        if folder.is_dir():
            findings += [Finding(folder / name, CHANGED) for name in damage(folder)]
    return findings if findings else _tables(results, data, split, claims, protocol)


def _result(result: Result, data: Collection) -> list[Finding]:
    findings = [Finding(result.folder / name, CHANGED) for name in result.damage()]
    _ = result.embedding_map  # raises InputError where it isn't what was written
    about = result.manifest["data"]
    if about["fingerprint"] != data.fingerprint:
        return [*findings, Finding(result.folder, "made on another version of the data")]
    labels = {key: result.metrics[key] for key in LABELS if key in result.metrics}
    labels |= {"external": result.external} if result.external else {}
    labels |= {key: result.metrics[key] for key in BESIDE if key in result.metrics}
    task = Task(
        data=data,
        split=about["split"],
        scope=about["scope"],
        protocol=about.get("protocol", JOINT),
    )
    scores, metrics = scored(result.run(), task, labels)
    if metrics != result.metrics:
        findings.append(Finding(result.folder / "metrics.json", UNEARNED))
    kept = result.scores
    if scores.queries != kept.queries or any(
        not np.array_equal(values, kept.values[metric]) for metric, values in scores.values.items()
    ):
        findings.append(Finding(result.folder / "per_query.parquet", UNEARNED))
    return findings


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
        Finding(path, "not what the results give")
        for path, make in kept.items()
        if path.is_file() and path.read_text(encoding="utf-8") != render(make(), "md")
    ]
