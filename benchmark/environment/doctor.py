"""What this machine has and lacks, and the command that mends it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmark.environment import java
from benchmark.execution import provenance
from benchmark.registry import retrievers
from benchmark.report.tables import TEXT, Column, Format, Table
from benchmark.retriever import Task

STATES = {True: "ok", False: "MISSING", None: "depends"}
STATE = Format(STATES.__getitem__, tone={True: "good", False: "bad", None: "unsure"}.get)
DEPENDS = (
    "depends: real data sets need it; webqa-mini trains small models instead of loading weights. "
    "Name a data set with --dataset to see what it needs here."
)
ENOUGH_DISK = 5 * 2**30
"""Bytes: embeddings and indexes of the real WebQA's texts; its images are apart."""


def examine(store: Path, task: Task | None = None) -> Table:
    """Look at everything that a retriever may need.

    task: on this data set; without one, what a retriever lacks may not be needed: data sets with
    small models of their own train these.
    """
    checks = list(_checks(store, task))
    return Table(
        title="Doctor",
        columns=[
            Column("", "ok", STATE, first=True),
            Column("What", "what", TEXT, first=True),
            Column("Found", "found", TEXT, first=True),
            Column("To mend it", "mend", TEXT, first=True),
        ],
        rows=[
            {"ok": ok, "what": what, "found": found, "mend": mend}
            for ok, what, found, mend in checks
        ],
        notes=[] if task else [DEPENDS],
    )


def _checks(store: Path, task: Task | None) -> Iterator[tuple[bool | None, str, str, str]]:
    """(is it all right, what, what was found, the remedy)."""
    machine = provenance.machine()
    yield True, "processor", f"{machine['processor']}, {machine['threads']} threads", ""
    yield True, "memory", f"{machine['memory_bytes'] / 2**30:.1f} GiB", ""
    found = java.java_home()
    shown = f"Java {found[1]} in {found[0]}" if found else "none"
    yield found is not None, f"Java {java.OLDEST} or newer", shown, "" if found else java.REMEDY
    for name, version in provenance.packages().items():
        mend = "" if version else f"pip install {name}"
        yield version is not None, name, version or "not installed", mend
    if importlib.util.find_spec("torch"):
        import torch

        device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
        yield True, "torch runs on", f"{torch.get_num_threads()} threads, {device}", ""
    for entry in retrievers().values():
        reason = entry.make().why_unavailable(task)
        state = True if reason is None else False if task else None
        yield state, f"retriever {entry.name}", reason or "ready", ""
    existing = next(folder for folder in (store, *store.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    mend = "" if free >= ENOUGH_DISK else "make room, or choose another place with --store DIR"
    yield free >= ENOUGH_DISK, "disk for the store", f"{free / 2**30:.0f} GiB free at {store}", mend
