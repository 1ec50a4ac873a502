"""The reference: results in a form small enough for a repository, to compare other runs with.

<results>/reference/<data set>/<retriever>/run.parquet         the ranked lists, without scores
                                           per_query.parquet, metrics.json, manifest.json
                                           seed-<n>/           the same for each further seed
                               variants/                       for ablations and claims

It is read like other results: tables show its rows for retrievers that were not run, and mark
them.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
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
    """Write results with all their seeds and variants in compact form into ``out``.

    Raises InputError where nothing was run.
    """
    del data, split
    results = [result for result in results if not result.reference]
    if not results:
        raise InputError("nothing was run", mend="run the retrievers of the reference first")
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


def _write(result: Result, folder: Path) -> None:
    """Write one result. Its manifest changes only in the names and hashes of the files."""
    if folder.resolve() == result.folder.resolve():
        raise InputError(
            "the reference would overwrite itself", mend="choose another --out", path=folder
        )
    folder.mkdir(parents=True, exist_ok=True)
    write_lists(result.run(), folder / COMPACT)
    for name in FILES[1:-1]:
        shutil.copyfile(result.folder / name, folder / name)
    made = {key: value for key, value in result.manifest.items() if key != "seal"}
    made["files"] = {name: sha256(folder / name) for name in (COMPACT, *FILES[1:-1])}
    write_json({**made, "seal": digest(made)}, folder / FILES[-1])
