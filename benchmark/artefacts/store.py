"""The store of artefacts, each under the hash of its recipe.

It builds a missing artefact in a temporary folder and renames the folder, reuses existing ones,
continues an interrupted build, and locks each artefact against other processes.
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
"""The number of digits of the identity in the name of an artefact's folder."""


class Store:
    """A folder of artefacts: ``<kind>/<identity>``, with a record of how each was made."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._inner_seconds = 0.0
        self._sound: set[Path] = set()

    def path(self, artefact: Artefact) -> Path:
        """The folder of ``artefact``, which is built first if it is missing."""
        folder = self._place(artefact)
        if self._usable(folder):
            return folder
        with self._lock(folder):
            if not self._usable(folder):
                if folder.is_dir():
                    wrong = ", ".join(damage(folder)) or "a linked file"
                    log.warning(
                        f"{folder}: {wrong} was changed since it was written; it is built again"
                    )
                    shutil.rmtree(folder)
                self._build(artefact, folder)
        return folder

    def has(self, artefact: Artefact) -> bool:
        """Whether ``artefact`` is built."""
        return self._whole(self._place(artefact))

    def chunks(self, artefact: Artefact) -> Path:
        """The folder for chunks of ``artefact``, made by several processes, until it is built."""
        folder = self._place(artefact)
        return folder.with_name(f".{folder.name}.chunks")

    def record(self, artefact: Artefact) -> dict[str, Any]:
        """How a built artefact was made: its recipe, files with hashes and sizes, and seconds."""
        text = (self._place(artefact) / RECORD).read_text(encoding="utf-8")
        record: dict[str, Any] = decode_json(text)
        return record

    def file(self, kind: str, key: str, name: str) -> Path | None:
        """A file of the artefact with this kind and identity; None if this store lacks it.

        Raises InputError if the artefact was changed since it was written.
        """
        path = self.root / kind / key[:SHOWN] / name
        if not path.is_file():
            return None
        self.check(path.parent)
        return path

    def check(self, folder: Path) -> None:
        """Raise InputError if an artefact's folder was changed since it was written."""
        if folder not in self._sound and (rotten := damage(folder)):
            raise InputError(
                "changed since it was written",
                mend="remove this folder and run what needs it again",
                path=folder / rotten[0],
            )
        self._sound.add(folder)

    def _place(self, artefact: Artefact) -> Path:
        return self.root / name_of(type(artefact)) / identity(artefact)[:SHOWN]

    def _whole(self, folder: Path) -> bool:
        """Whether ``folder`` has the files that it was built with, by their sizes."""
        record = _record(folder)
        return record is not None and all(
            _size(folder / name) == file["bytes"] for name, file in record["files"].items()
        )

    def _usable(self, folder: Path) -> bool:
        """Whether ``folder`` is complete and unchanged; hashes are checked once for a process."""
        if not self._whole(folder) or (folder not in self._sound and damage(folder)):
            return False
        self._sound.add(folder)
        return True

    def _lock(self, folder: Path) -> Any:
        """Lock ``folder`` against other processes."""
        try:
            return locked(folder, f"building {folder.parent.name}")
        except OSError as error:
            raise InputError(
                f"the store cannot be written ({error.strerror})",
                mend="choose another folder with --store DIR",
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
                    # A linked file belongs to another artefact or to the data, which has its hash.
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
        """Build, and return the seconds that it took, without those of other artefacts."""
        outer, self._inner_seconds = self._inner_seconds, 0.0
        started = time.monotonic()
        try:
            artefact.build(folder, self)
        finally:
            elapsed = time.monotonic() - started
            own, self._inner_seconds = elapsed - self._inner_seconds, outer + elapsed
        return own


def damage(folder: Path) -> list[str]:
    """The files of an artefact's folder that differ from the hashes in its record.

    The record itself is damaged if its recipe does not match the name of the folder. Linked files
    are not checked.
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
    """The record in an artefact's folder; None if there is none, or of another form."""
    try:
        record: dict[str, Any] = decode_json((folder / RECORD).read_bytes())
        made = {key: value for key, value in record.items() if key != "seal"}
        sealed = record.get("seal", digest(made)) == digest(made)  # old records have no seal
        written = [(file["bytes"], file["sha256"]) for file in record["files"].values()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return record if sealed and all(isinstance(size, int) for size, _ in written) else None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
