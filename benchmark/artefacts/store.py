"""The store keeps artefacts, each under the hash of what it is made from.

It builds what is missing in a temporary folder, renames it into place, reuses what is there, lets a
build go on where it was cut off, and locks each artefact against a second process.
"""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from benchmark.artefacts.identity import Artefact, digest, identity, name_of, recipe
from benchmark.errors import InputError
from benchmark.io.files import locked, sha256, sweep, write_text
from benchmark.io.jsonl import decode_json
from benchmark.progress import log

RECORD = "artefact.json"

SHOWN = 32
"""Digits of the identity in the name of an artefact's folder."""


class Store:
    """A folder of artefacts, each in ``<kind>/<identity>``, with a record of how it was made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._inner_seconds = 0.0
        self._sound: set[Path] = set()

    def path(self, artefact: Artefact) -> Path:
        """The folder of ``artefact``, built first where it is missing."""
        folder = self._place(artefact)
        if self._usable(folder):
            return folder
        with self._lock(folder):
            if not self._usable(folder):
                if folder.is_dir():
                    wrong = ", ".join(damage(folder)) or "a linked file"
                    log.warning(f"{folder}: {wrong} is not what was written; it is made again")
                    shutil.rmtree(folder)
                self._build(artefact, folder)
        return folder

    def has(self, artefact: Artefact) -> bool:
        """Whether ``artefact`` is built."""
        return self._whole(self._place(artefact))

    def chunks(self, artefact: Artefact) -> Path:
        """Where pieces of ``artefact`` lie until it is built, made by processes side by side."""
        folder = self._place(artefact)
        return folder.with_name(f".{folder.name}.chunks")

    def record(self, artefact: Artefact) -> dict[str, Any]:
        """How a built artefact was made: its recipe, files with hashes and sizes, and seconds."""
        text = (self._place(artefact) / RECORD).read_text(encoding="utf-8")
        record: dict[str, Any] = decode_json(text)
        return record

    def file(self, kind: str, key: str, name: str) -> Path | None:
        """A file of the artefact of that kind and identity; None where it isn't in this store.

        Raises InputError where the artefact isn't what was written.
        """
        path = self.root / kind / key[:SHOWN] / name
        if not path.is_file():
            return None
        self.check(path.parent)
        return path

    def check(self, folder: Path) -> None:
        """Raise InputError where an artefact's folder doesn't hold what was written."""
        if folder not in self._sound and (rotten := damage(folder)):
            raise InputError(
                "not what was written",
                mend="remove this folder and run what needs it again",
                path=folder / rotten[0],
            )
        self._sound.add(folder)

    def _place(self, artefact: Artefact) -> Path:
        return self.root / name_of(type(artefact)) / identity(artefact)[:SHOWN]

    def _whole(self, folder: Path) -> bool:
        """Whether ``folder`` holds the files it was built with, by their sizes."""
        record = _record(folder)
        return record is not None and all(
            _size(folder / name) == file["bytes"] for name, file in record["files"].items()
        )

    def _usable(self, folder: Path) -> bool:
        """Whether ``folder`` is whole and, looked at once a process, holds what was written."""
        if not self._whole(folder) or (folder not in self._sound and damage(folder)):
            return False
        self._sound.add(folder)
        return True

    def _lock(self, folder: Path) -> Any:
        """Hold ``folder`` against other processes."""
        try:
            return locked(folder, f"building {folder.parent.name}")
        except OSError as error:
            raise InputError(
                f"the store cannot be written ({error.strerror})",
                mend="choose another with --store DIR",
                path=self.root,
            ) from None

    def _build(self, artefact: Artefact, folder: Path) -> None:
        partial = folder.with_name(f".{folder.name}.partial")
        if not artefact.resumable:
            shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, exist_ok=True)
        sweep(partial)
        seconds = self._timed_build(artefact, partial)
        files = sorted(path for path in partial.rglob("*") if path.is_file())
        record = {
            "artefact": recipe(artefact),
            "seconds": round(seconds, 3),
            "files": {
                path.relative_to(partial).as_posix(): {
                    "bytes": path.stat().st_size,
                    # What is linked is another's, and hashed where it matters.
                    "sha256": None if path.is_symlink() else sha256(path),
                }
                for path in files
            },
        }
        record = {**record, "seal": digest(record)}
        write_text(partial / RECORD, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
        partial.rename(folder)
        shutil.rmtree(self.chunks(artefact), ignore_errors=True)
        self._sound.add(folder)

    def _timed_build(self, artefact: Artefact, folder: Path) -> float:
        """Build and return the seconds it took, less those of the artefacts built on the way."""
        outer, self._inner_seconds = self._inner_seconds, 0.0
        started = time.monotonic()
        try:
            artefact.build(folder, self)
        finally:
            elapsed = time.monotonic() - started
            own, self._inner_seconds = elapsed - self._inner_seconds, outer + elapsed
        return own


def damage(folder: Path) -> list[str]:
    """The files of an artefact's folder that differ from their record, by their hashes.

    The record itself differs where its recipe isn't the one that names the folder. A file that is
    linked is another's, and isn't looked at.
    """
    record = _record(folder)
    if record is None:
        return [RECORD]
    rotten = [] if digest(record["artefact"]).startswith(folder.name) else [RECORD]
    for name, file in record["files"].items():
        path = folder / name
        if file["sha256"] is not None and not (path.is_file() and sha256(path) == file["sha256"]):
            rotten.append(name)
    return rotten


def _record(folder: Path) -> dict[str, Any] | None:
    """The record in an artefact's folder; None where there is none, or none of that form."""
    try:
        record: dict[str, Any] = decode_json((folder / RECORD).read_bytes())
        made = {key: value for key, value in record.items() if key != "seal"}
        sealed = record.get("seal", digest(made)) == digest(made)  # older ones have none
        written = [(file["bytes"], file["sha256"]) for file in record["files"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return record if sealed and all(isinstance(size, int) for size, _ in written) else None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
