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

STATE = Format(lambda ok: "ok" if ok else "MISSING", tone=lambda ok: "good" if ok else "bad")
ENOUGH_DISK = 5 * 2**30
"""Bytes: embeddings and indexes of the real WebQA's texts; its images are apart."""


def examine(store: Path) -> Table:
    """Look at everything that a retriever may need."""
    checks = list(_checks(store))
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
    )


def _checks(store: Path) -> Iterator[tuple[bool, str, str, str]]:
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
        reason = entry.make().why_unavailable(None)
        yield reason is None, f"retriever {entry.name}", reason or "ready", ""
    existing = next(folder for folder in (store, *store.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(existing).free
    mend = "" if free >= ENOUGH_DISK else "make room, or choose another place with --store DIR"
    yield free >= ENOUGH_DISK, "disk for the store", f"{free / 2**30:.0f} GiB free at {store}", mend
