"""Files in the parts of a 7z archive, as WebQA's images are published."""

from __future__ import annotations

import re
from pathlib import Path

PART = re.compile(r"(?P<archive>.+\.7z)\.(?P<number>\d{3})")


def unpacking(path: Path) -> str | None:
    """How to unpack a missing file, if the parts of an archive are beside it; otherwise None.

    The parts of an archive are one stream, in which an image cannot be read by its position, so
    that it has to be unpacked. (py7zr reads only one part; the package that joins parts for it has
    had no release since 2021.)
    """
    parts: dict[str, set[int]] = {}
    for file in path.parent.glob("*.7z.*"):
        if match := PART.fullmatch(file.name):
            parts.setdefault(match["archive"], set()).add(int(match["number"]))
    if not parts:
        return None
    archive = f"{path.stem}.7z" if f"{path.stem}.7z" in parts else min(parts)
    numbers = parts[archive]
    if missing := sorted(set(range(1, max(numbers) + 1)) - numbers):
        return f"part {archive}.{missing[0]:03d} of its archive is missing: download it"
    return f"unpack the {len(numbers)} parts of the archive there: 7z x {archive}.001"
