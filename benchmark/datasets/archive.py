"""Files that are still in the parts of a 7z archive, as WebQA's images are published."""

from __future__ import annotations

import re
from pathlib import Path

PART = re.compile(r"(?P<archive>.+\.7z)\.(?P<number>\d{3})")


def unpacking(path: Path) -> str | None:
    """How to get a missing file out of the archive whose parts lie beside it; None without one.

    An archive of several parts is one stream, in which images can't be found by their place: it has
    to be unpacked. (py7zr reads one part alone; the package that joins parts for it has had no
    release since 2021.)
    """
    parts: dict[str, set[int]] = {}
    for one in path.parent.glob("*.7z.*"):
        if found := PART.fullmatch(one.name):
            parts.setdefault(found["archive"], set()).add(int(found["number"]))
    if not parts:
        return None
    archive = f"{path.stem}.7z" if f"{path.stem}.7z" in parts else min(parts)
    numbers = parts[archive]
    if missing := sorted(set(range(1, max(numbers) + 1)) - numbers):
        return f"part {archive}.{missing[0]:03d} of its archive is missing: fetch it"
    return f"unpack the archive's {len(numbers)} parts there: 7z x {archive}.001"
