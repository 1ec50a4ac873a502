"""Artefacts that several results share, such as the first stage of a training.

A table that compares results takes what they share for the same. On another machine, or with
other packages, the same recipe gives other bytes, and the results differ in more than their
settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmark.results.artefacts import Recorded, recorded
from benchmark.results.result import Result


def machines_of_unequal(results: Iterable[Result]) -> dict[str, list[str]]:
    """Where the results were made: "processor, version of torch" -> their names.

    Empty if every artefact that two results share has the same bytes in both.
    """
    made: dict[str, Recorded] = {}
    machines: dict[str, dict[str, None]] = {}
    equal = True
    for result in results:
        for seed in result.seeds:
            for artefact in recorded(seed.manifest):
                if artefact.identity:
                    equal &= not artefact.differs(made.setdefault(artefact.identity, artefact))
            machines.setdefault(_machine(seed.manifest), {})[result.name] = None
    return {} if equal else {machine: list(names) for machine, names in machines.items()}


def _machine(manifest: dict[str, Any]) -> str:
    processor = manifest.get("machine", {}).get("processor", "an unknown processor")
    return f"{processor}, torch {manifest.get('packages', {}).get('torch', 'unknown')}"
