"""Artefacts as manifests record them, and whether two of the same recipe have the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

UNLIKE = ("LuceneIndex",)
"""Kinds of artefacts whose bytes differ each time that they are built."""

RENAMED = {"Weights": "FusionWeights", "Written": "WrittenCaptions", "rows.npy": "numbers.npy"}
"""Kinds and files in manifests of format 1 -> their present names."""


@dataclass(frozen=True)
class Recorded:
    """An artefact: its kind, the identity of its recipe if it is known, its files with SHA-256."""

    kind: str
    identity: str | None
    files: Mapping[str, str | None]

    def differs(self, other: Recorded) -> bool:
        """Whether a file of both has other bytes; learning curves contain times, and always do."""
        shared = [
            name for name in self.files if name in other.files and not name.startswith("curves")
        ]
        return self.kind not in UNLIKE and any(
            self.files[name] != other.files[name] for name in shared
        )


def recorded(manifest: Mapping[str, Any]) -> list[Recorded]:
    """The artefacts of a result, what others are made from first."""
    return [
        Recorded(
            RENAMED.get(artefact["kind"], artefact["kind"]),
            artefact.get("identity"),
            {RENAMED.get(name, name): sha256 for name, sha256 in artefact["files"].items()},
        )
        for artefact in manifest.get("artefacts", ())
    ]
