"""The state of this machine: what is there, what is missing, and how to get it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.environment import java
from benchmark.environment.hub import WHERE_TO_DOWNLOAD, MissingWeights
from benchmark.execution import provenance
from benchmark.registry import retrievers
from benchmark.report.tables import TEXT, Column, Format, Table
from benchmark.retriever import Task

STATES = {True: "ok", False: "MISSING", None: "depends"}
NAME = Format(str, unbroken=True)
STATE = Format(STATES.__getitem__, tone={True: "good", False: "bad", None: "unsure"}.get)

DEPENDS = (
    "depends: needed for real data sets; webqa-mini trains small models instead of loading "
    "weights. --dataset NAME shows what a data set needs."
)
ENOUGH_DISK = 5 * 2**30
"""In bytes: embeddings and indexes of the real WebQA's texts; images need more."""


@dataclass(frozen=True)
class Check:
    """One thing that a retriever may need.

    ok: None if only real data sets need it. found: its state. mend: how to fix it. download: the
    command that downloads the weights, if nothing else is missing.
    """

    ok: bool | None
    what: str
    found: str
    mend: str = ""
    download: str = ""


def examine(store: Path, task: Task | None = None) -> Table:
    """Check everything that a retriever may need.

    task: the data set to check for. Without one, missing weights are shown as "depends", since data
    sets with small models of their own do not need them.
    """
    checks = list(_checks(store, task))
    notes = [] if task else [DEPENDS]
    records = [
        {"ok": check.ok, "what": check.what, "found": check.found, "mend": check.mend}
        for check in checks
    ]
    return Table(
        title="Doctor",
        columns=[
            Column("", "ok", STATE, first=True),
            Column("What", "what", NAME, first=True),
            Column("Found", "shown", TEXT, first=True),
            Column("How to fix it", "mend", TEXT),
        ],
        rows=[
            {**record, "shown": "needs weights" if check.download else check.found}
            for check, record in zip(checks, records, strict=True)
        ],
        records=records,
        notes=notes,
        brief=[*_fixes([check for check in checks if check.ok is False]), *notes],
    )


def _fixes(checks: Sequence[Check]) -> list[str]:
    """Notes for a terminal, where commands find no room in a table: each fix with what needs it."""
    needed_by: dict[str, list[str]] = {}
    for check in checks:
        if check.mend:
            fix = f"run `{check.download}`" if check.download else check.mend
            needed_by.setdefault(fix, []).append(check.what.removeprefix("retriever "))
    notes = [f"{', '.join(names)}: {fix}" for fix, names in needed_by.items()]
    if any(check.download for check in checks):
        notes.append(f"Run `hf download` {WHERE_TO_DOWNLOAD}.")
    return notes


def _checks(store: Path, task: Task | None) -> Iterator[Check]:
    machine = provenance.machine()
    yield Check(True, "processor", f"{machine['processor']}, {machine['threads']} threads")
    yield Check(True, "memory", f"{machine['memory_bytes'] / 2**30:.1f} GiB")
    java_here = java.java_home()
    shown = f"Java {java_here[1]} in {java_here[0]}" if java_here else "none"
    mend = "" if java_here else java.REMEDY
    yield Check(java_here is not None, f"Java {java.OLDEST} or newer", shown, mend)
    for name, version in provenance.packages().items():
        mend = "" if version else f"pip install {name}"
        yield Check(version is not None, name, version or "not installed", mend)
    if importlib.util.find_spec("torch"):
        import torch

        device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
        yield Check(True, "torch runs on", f"{torch.get_num_threads()} threads, {device}")
    for entry in retrievers().values():
        reason = entry.make().why_unavailable(task)
        ok = True if reason is None else False if task else None
        state, _, mend = (reason or "ready").partition(": ")
        download = reason.command if isinstance(reason, MissingWeights) else ""
        yield Check(ok, f"retriever {entry.name}", state, mend, download)
    existing = next(folder for folder in (store, *store.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    mend = "" if free >= ENOUGH_DISK else "free some space, or use another folder with --store DIR"
    shown = f"{free / 2**30:.0f} GiB free at {store}"
    yield Check(free >= ENOUGH_DISK, "disk for the store", shown, mend)
