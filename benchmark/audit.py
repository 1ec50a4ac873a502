"""Audit: the metrics, tables and hashes of a data set's results, computed again from the files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.artefacts import Store, damage
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.progress import track
from benchmark.results import CHANGED, Result, place, read_results, scored
from benchmark.retriever import Task

UNEARNED = "not what the run scores"


@dataclass(frozen=True)
class Finding:
    """A file that isn't what it should be."""

    path: Path
    wrong: str


def audit(results: Path, data: Collection, split: str, store: Store) -> list[Finding]:
    """Look at every result on a split, its seeds and variants, and at the leaderboard.

    The artefacts named in their manifests are looked at where the store has them. Raises InputError
    where there is no result.
    """
    home = place(results, data, split)
    folders = [path.parent for path in sorted(home.rglob("manifest.json"))]
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
    return findings if findings else _leaderboard(home, results, data, split)


def _result(result: Result, data: Collection) -> list[Finding]:
    findings = [Finding(result.folder / name, CHANGED) for name in result.damage()]
    _ = result.space  # raises InputError where it isn't what was written
    about = result.manifest["data"]
    if about["fingerprint"] != data.fingerprint:
        return [*findings, Finding(result.folder, "made on another version of the data")]
    labels = {key: result.metrics[key] for key in ("name", "title", "setting")}
    task = Task(data=data, split=about["split"], scope=about["scope"])
    scores, metrics = scored(result.run(), task, labels)
    if metrics != result.metrics:
        findings.append(Finding(result.folder / "metrics.json", UNEARNED))
    kept = result.scores
    if scores.queries != kept.queries or any(
        not np.array_equal(values, kept.values[metric]) for metric, values in scores.values.items()
    ):
        findings.append(Finding(result.folder / "per_query.parquet", UNEARNED))
    return findings


def _leaderboard(home: Path, results: Path, data: Collection, split: str) -> list[Finding]:
    from benchmark.report.leaderboard import leaderboard

    path = home / "leaderboard.md"
    made = leaderboard(read_results(results, data, split), data, split).render("md")
    same = not path.is_file() or path.read_text(encoding="utf-8") == made
    return [] if same else [Finding(path, "not what the results give")]
