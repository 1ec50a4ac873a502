"""The state of this machine: what is there, what is missing, and how to get it."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmark.environment import java
from benchmark.environment.hub import WHERE_TO_DOWNLOAD
from benchmark.execution import provenance
from benchmark.registry import retrievers
from benchmark.report.tables import TEXT, Column, Format, Table
from benchmark.retriever import Task

WEIGHTS = re.compile(r"needs the weights '[^']*'")
STATES = {True: "ok", False: "MISSING", None: "depends"}
STATE = Format(STATES.__getitem__, tone={True: "good", False: "bad", None: "unsure"}.get)
FOUND = Format(lambda found: "needs weights" if WEIGHTS.fullmatch(found) else found)
"""The command that downloads weights repeats their name, so the table leaves it out."""

DEPENDS = (
    "depends: needed for real data sets; webqa-mini trains small models instead of loading "
    "weights. --dataset NAME shows what a data set needs."
)
ENOUGH_DISK = 5 * 2**30
"""In bytes: embeddings and indexes of the real WebQA's texts; images need more."""


def examine(store: Path, task: Task | None = None) -> Table:
    """Check everything that a retriever may need.

    task: the data set to check for. Without one, missing weights are shown as "depends", since data
    sets with small models of their own do not need them.
    """
    checks = list(_checks(store, task))
    return Table(
        title="Doctor",
        columns=[
            Column("", "ok", STATE, first=True),
            Column("What", "what", TEXT, first=True),
            Column("Found", "found", FOUND, first=True),
            Column("How to fix it", "mend", TEXT),
        ],
        rows=[
            {"ok": ok, "what": what, "found": state, "mend": mend}
            for ok, what, state, mend in checks
        ],
        notes=[] if task else [DEPENDS],
        brief=[*_fixes(checks), *([] if task else [DEPENDS])],
    )


def _fixes(checks: Sequence[tuple[bool | None, str, str, str]]) -> list[str]:
    """Notes for a terminal, whose width has no room for commands: each fix with what needs it."""
    needed_by: dict[str, list[str]] = {}
    for _, what, _, mend in checks:
        if mend:
            needed_by.setdefault(mend, []).append(what.removeprefix("retriever "))
    notes = [
        f"{', '.join(names)}: {mend.removesuffix(f' {WHERE_TO_DOWNLOAD}')}"
        for mend, names in needed_by.items()
    ]
    if any(mend.endswith(WHERE_TO_DOWNLOAD) for mend in needed_by):
        notes.append(f"Run `hf download` {WHERE_TO_DOWNLOAD}.")
    return notes


def _checks(store: Path, task: Task | None) -> Iterator[tuple[bool | None, str, str, str]]:
    """Tuples (whether it is all right, what, its state, how to fix it)."""
    machine = provenance.machine()
    yield True, "processor", f"{machine['processor']}, {machine['threads']} threads", ""
    yield True, "memory", f"{machine['memory_bytes'] / 2**30:.1f} GiB", ""
    java_here = java.java_home()
    shown = f"Java {java_here[1]} in {java_here[0]}" if java_here else "none"
    mend = "" if java_here else java.REMEDY
    yield java_here is not None, f"Java {java.OLDEST} or newer", shown, mend
    for name, version in provenance.packages().items():
        mend = "" if version else f"pip install {name}"
        yield version is not None, name, version or "not installed", mend
    if importlib.util.find_spec("torch"):
        import torch

        device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
        yield True, "torch runs on", f"{torch.get_num_threads()} threads, {device}", ""
    for entry in retrievers().values():
        reason = entry.make().why_unavailable(task)
        ok = True if reason is None else False if task else None
        state, _, mend = (reason or "ready").partition(": ")
        yield ok, f"retriever {entry.name}", state, mend
    existing = next(folder for folder in (store, *store.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    mend = "" if free >= ENOUGH_DISK else "free some space, or use another folder with --store DIR"
    yield free >= ENOUGH_DISK, "disk for the store", f"{free / 2**30:.0f} GiB free at {store}", mend
