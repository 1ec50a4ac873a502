"""Submissions: runs made elsewhere, which are checked and scored here and added as external rows.

<folder>/submission.toml        name, title, group, by, and optionally url: the author's description
         manifest.json          as ``run`` writes it; at least data.fingerprint and data.split
         run.trec.gz            the ranked lists, or run.trec
         seed-<n>/run.trec.gz   the ranked lists of each further seed

Figures of the author are not read. The manifest is kept unchanged, and shown as text.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark.artefacts.identity import digest
from benchmark.errors import InputError
from benchmark.evaluation.metrics import DEPTH
from benchmark.io.files import read_toml
from benchmark.io.ir_metadata import read_header
from benchmark.io.jsonl import decode_json
from benchmark.io.trec import read_run
from benchmark.protocol import JOINT
from benchmark.registry import check_name, retrievers
from benchmark.results.result import Result, seed_folder
from benchmark.results.writing import write_result
from benchmark.retriever import SEED, Task
from benchmark.types import Run

REQUIRED = ("name", "title", "group", "by")
OPTIONAL = ("url",)
LONGEST = 200
"""The largest number of characters in each text of the author."""

LARGEST = 5_000_000
"""The largest size of a manifest, in bytes."""


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A checked submission.

    says: the content of submission.toml. runs: seed -> ranked lists, the first seed first.
    manifest: the author's description of how the runs were made, which is not used. metadata: seed
    -> the ir_metadata in the run's header, if any, which is not used either.
    """

    says: Mapping[str, str]
    manifest: Mapping[str, Any]
    runs: Mapping[int, Run]
    metadata: Mapping[int, Mapping[str, Any] | None]

    @property
    def name(self) -> str:
        return self.says["name"]


def read_submission(folder: Path, task: Task) -> Submission:
    """Read and check a submission. Raises InputError if it is not valid for ``task``.

    Each question of its runs must be in the task, and each document among the question's
    candidates; lists are cut to 100 documents.
    """
    if not folder.is_dir():
        raise InputError("no such folder", mend="give the folder of a submission", path=folder)
    says = _says(folder / "submission.toml")
    manifest = _manifest(folder / "manifest.json", task)
    runs = {SEED: _run(folder, says["name"], task)}
    metadata = {SEED: read_header(_lists(folder))}
    for place in sorted(folder.glob("seed-*")):
        number = place.name.removeprefix("seed-")
        if not number.isdecimal() or int(number) in runs:
            raise InputError(
                "not the folder of a further seed",
                mend=f"name it seed-<number>, not {SEED}",
                path=place,
            )
        runs[int(number)] = _run(place, says["name"], task)
        metadata[int(number)] = read_header(_lists(place))
    return Submission(says=says, manifest=manifest, runs=runs, metadata=metadata)


def add(submission: Submission, task: Task, home: Path) -> Result:
    """Score a submission, and write it to ``home`` in place of an earlier submission of this name.

    Raises InputError if a retriever or result of this project has the name.
    """
    folder = home / submission.name
    if submission.name in retrievers() or (
        (folder / "manifest.json").is_file() and Result(folder).external is None
    ):
        raise InputError(
            f"'{submission.name}' is the name of a retriever of this project",
            mend="submit under another name",
        )
    labels = {
        "name": submission.name,
        "title": f"{submission.says['title']} (external)",
        "group": submission.says["group"],
        "external": submission.says["by"],
    }
    home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent, prefix=".submission-") as temporary:
        scored = Path(temporary) / submission.name
        for seed, run in submission.runs.items():
            place = seed_folder(scored, seed, SEED)
            write_result(place, run, task, labels=labels, made=_made(submission, run, task, seed))
        shutil.rmtree(folder, ignore_errors=True)
        scored.rename(folder)
    return Result(folder)


def _made(submission: Submission, run: Run, task: Task, seed: int) -> dict[str, Any]:
    """A manifest in this project's form, which says that nothing was made here."""
    return {
        "ranking": digest({"documents": run.documents, "scores": run.scores}),
        "data": task.record,
        "seed": seed,
        "recipe": {"kind": "Submission", "version": None, "fields": dict(submission.says)},
        "artefacts": [],
        "commit": None,
        "packages": {},
        "machine": {},
        "submitted": submission.manifest,
        **({"ir_metadata": header} if (header := submission.metadata.get(seed)) else {}),
    }


def _says(path: Path) -> dict[str, str]:
    texts = read_toml(path)
    for key in REQUIRED:
        if key not in texts:
            raise InputError(f"'{key}' is missing", mend=f'add {key} = "..."', path=path)
    for key, value in texts.items():
        if key not in {*REQUIRED, *OPTIONAL}:
            raise InputError(
                f"unknown key '{key}'", mend=f"keep {', '.join(REQUIRED + OPTIONAL)}", path=path
            )
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"'{key}' is not a text", mend=f'write {key} = "..."', path=path)
        if len(value) > LONGEST or not value.isprintable():
            raise InputError(
                f"'{key}' is not one line of at most {LONGEST} characters",
                mend="shorten it",
                path=path,
            )
    check_name("system", texts["name"], path)
    return texts


def _manifest(path: Path, task: Task) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(
                f"larger than {LARGEST / 1e6:.0f} MB",
                mend="leave out what is not about the run",
                path=path,
            )
        manifest = decode_json(path.read_bytes())
        digest(manifest)  # raises ValueError for NaN and lone surrogates
        about = manifest["data"]
        stated = about["fingerprint"], about["split"], about.get("protocol", JOINT)
    except FileNotFoundError:
        raise InputError("no such file", mend="a submission needs it", path=path) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON ({error})", mend="correct it", path=path) from None
    except (KeyError, TypeError, AttributeError):
        raise InputError(
            "data.fingerprint or data.split is missing",
            mend="add both; `data show` prints the fingerprint",
            path=path,
        ) from None
    data, split = task.data, task.split
    if stated[:2] != (data.fingerprint, split):
        raise InputError(
            f"made on other data than {data.name} ({split}), or on another version of it",
            mend=f"the fingerprint here is {data.fingerprint}",
            path=path,
        )
    if stated[2] != task.protocol:
        raise InputError(
            f"made under protocol {stated[2]}, not {task.protocol}",
            mend="give the --protocol of its data.protocol (joint if there is none)",
            path=path,
        )
    return dict(manifest)


def _lists(folder: Path) -> Path:
    paths = [folder / file for file in ("run.trec.gz", "run.trec")]
    return next((path for path in paths if path.is_file()), paths[0])


def _run(folder: Path, name: str, task: Task) -> Run:
    data, split = task.data, task.split
    path = _lists(folder)
    run = read_run(path)
    asked = {query.id for query in data.queries(split)}
    for query in run.documents:
        if query not in asked:
            raise InputError(
                f"unknown question '{query}'",
                mend=f"keep only questions of {data.name} ({split})",
                path=path,
            )
    ids = {document for ranked in run.documents.values() for document in ranked}
    if strange := ids - data.corpus.find(ids).keys():
        raise InputError(
            f"{len(strange)} documents are not in {data.name}, such as '{min(strange)}'",
            mend="keep only documents of the data set",
            path=path,
        )

    if task.protocol != JOINT:
        _check_candidates(run, task, path)

    whole = Run(name=name, documents=run.documents, scores=run.scores)
    return task.without_own_documents(whole).cut(DEPTH)


def _check_candidates(run: Run, task: Task, path: Path) -> None:
    """Raise InputError if a list contains a document that is no candidate of its question."""
    queries = task.data.queries(task.split)
    allowed = {
        queries[place].id: part.numbers for part in task.parts() for place in part.places.tolist()
    }
    for query, ranked in run.documents.items():
        numbers = task.data.corpus.find(ranked)
        candidates = allowed.get(query, ())
        inside = candidates if isinstance(candidates, range) else frozenset(candidates)
        for document in ranked:
            if numbers[document] not in inside:
                raise InputError(
                    f"document '{document}' is no candidate of question '{query}' under protocol "
                    f"{task.protocol}",
                    mend="keep only candidates",
                    path=path,
                )
