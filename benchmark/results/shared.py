"""Artefacts that several results share, such as the first stage of a training.

A table that compares results takes what they share for the same. On another machine, or with
other packages, the same recipe gives other bytes, and the results differ in more than their
settings.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmark.results.reproduction import UNLIKE
from benchmark.results.result import Result


def machines_of_unequal(results: Iterable[Result]) -> dict[str, list[str]]:
    """Where the results were made: "processor, version of torch" -> their names.

    Empty if every artefact that two results share has the same bytes in both.
    """
    made: dict[str, dict[str, str]] = {}
    machines: dict[str, dict[str, None]] = {}
    equal = True
    for result in results:
        for seed in result.seeds:
            manifest = seed.manifest
            for artefact in manifest.get("artefacts", ()):
                if artefact["kind"] not in UNLIKE:
                    files = _without_times(artefact["files"])
                    equal &= made.setdefault(artefact["identity"], files) == files
            machines.setdefault(_machine(manifest), {})[result.name] = None
    return {} if equal else {machine: list(names) for machine, names in machines.items()}


def _without_times(files: dict[str, str]) -> dict[str, str]:
    """Learning curves contain the times of their steps."""
    return {name: sha256 for name, sha256 in files.items() if not name.startswith("curves")}


def _machine(manifest: dict[str, Any]) -> str:
    processor = manifest.get("machine", {}).get("processor", "an unknown processor")
    return f"{processor}, torch {manifest.get('packages', {}).get('torch', 'unknown')}"
