"""Qt's binary resource archives (``.rcc``): a tree of named files, compressed or not.

The layout is that of Qt's ``rcc`` (``RCCResourceLibrary`` in qtbase, ``src/tools/rcc/rcc.cpp``),
with big-endian numbers: a header (``qres``, version, offsets of tree, data and names), a tree with
entries of 14 bytes (22 from version 2 on, with a date), names in UTF-16, and data after lengths.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

COMPRESSED, FOLDER, ZSTANDARD = 1, 2, 4


def read_rcc(data: bytes) -> dict[str, bytes]:
    """The files of an archive, by path. Raises ValueError for other or damaged data."""
    if data[:4] != b"qres":
        raise ValueError("not a Qt resource archive")
    try:
        return dict(_walk(_Archive(data), 0, ""))
    except (struct.error, zlib.error, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"damaged Qt resource archive ({error})") from None


class _Archive:
    def __init__(self, data: bytes) -> None:
        self.data = data
        version, self.tree, self.content, self.names = struct.unpack_from(">4I", data, 4)
        self.width = 14 if version == 1 else 22

    def name(self, place: int) -> str:
        (length,) = struct.unpack_from(">H", self.data, self.names + place)
        # After the length and a hash.
        return self._cut(self.names + place + 6, 2 * length).decode("utf-16-be")

    def file(self, place: int, flags: int) -> bytes:
        (length,) = struct.unpack_from(">I", self.data, self.content + place)
        content = self._cut(self.content + place + 4, length)
        if flags & ZSTANDARD:
            raise ValueError("Qt resource archive with Zstandard, which is not supported")
        # qCompress writes the length before zlib's stream.
        return zlib.decompress(content[4:]) if flags & COMPRESSED else content

    def _cut(self, start: int, length: int) -> bytes:
        if start + length > len(self.data):
            raise ValueError("truncated Qt resource archive")
        return self.data[start : start + length]


def _walk(archive: _Archive, number: int, path: str) -> Iterator[tuple[str, bytes]]:
    entry = archive.tree + number * archive.width
    place, flags = struct.unpack_from(">IH", archive.data, entry)
    if number:
        path = f"{path}/{archive.name(place)}".removeprefix("/")
    if flags & FOLDER:
        count, first = struct.unpack_from(">2I", archive.data, entry + 6)
        for child in range(first, first + count):
            yield from _walk(archive, child, path)
    else:
        (place,) = struct.unpack_from(">I", archive.data, entry + 10)
        yield path, archive.file(place, flags)
