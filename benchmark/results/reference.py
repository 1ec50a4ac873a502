"""The reference: results in compact form, which a repository can carry, to compare runs with.

<results>/reference/<data set>/<retriever>/run.parquet         the ranked lists, without scores
                                           per_query.parquet, metrics.json, manifest.json
                                           seed-<n>/           the same for each further seed
                               variants/                       what ablations and claims need

It is read like any other results: where nothing was run, tables show its rows, marked as such.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmark.artefacts.identity import digest
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.io.files import sha256
from benchmark.io.lists import write_lists
from benchmark.results.result import COMPACT, FILES, Result
from benchmark.results.writing import write_json


def write_reference(
    results: Sequence[Result], data: Collection, split: str, out: Path
) -> list[Path]:
    """Write results with all seeds, and the variants beside them, in compact form into ``out``.

    Raises InputError where nothing was run.
    """
    del data, split
    results = [result for result in results if not result.reference]
    if not results:
        raise InputError("nothing was run", mend="run what the reference is to hold")
    home = results[0].folder.parent
    variants = [Result(path.parent) for path in sorted(home.glob("variants/*/manifest.json"))]
    written = []
    for result in [*results, *variants]:
        result.check()
        for seed in result.seeds:
            folder = out / home.name / seed.folder.relative_to(home)
            _write(seed, folder)
            written.append(folder / COMPACT)
    return written


def reference_notes(results: Iterable[Result]) -> list[str]:
    """A note for a table that names the results of the reference; none where there are none."""
    names = [result.name for result in results if result.reference]
    return [f"The reference's, for they weren't run here: {', '.join(names)}."] if names else []


def _write(result: Result, folder: Path) -> None:
    """Write one result; what its manifest says stays, but for the files' names and hashes."""
    if folder.resolve() == result.folder.resolve():
        raise InputError(
            "the reference would be written onto itself", mend="choose another --out", path=folder
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_lists(result.run(), folder / COMPACT)
    for name in FILES[1:-1]:
        shutil.copyfile(result.folder / name, folder / name)
    made = {key: value for key, value in result.manifest.items() if key != "seal"}
    made["files"] = {name: sha256(folder / name) for name in (COMPACT, *FILES[1:-1])}
    write_json({**made, "seal": digest(made)}, folder / FILES[-1])
