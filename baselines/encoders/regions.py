"""Regions of images in VinVL's public format, and an extractor that writes it for small images.

    features.tsv       image id, number of boxes, base64 of float32 (boxes, 2054); or image id, and
                       a JSON object with ``num_boxes`` and ``features``
    predictions.tsv    image id, a JSON object with ``objects``: each has a ``class`` and a ``rect``
    *.lineidx          the byte offset of each line

Both files contain the same images in the same order. A region has 2,048 features of a detector,
then its box: left, top, right, bottom, width and height, as fractions of the image's size.
"""

from __future__ import annotations

import base64
import json
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.identity import INCIDENTAL, Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.io.jsonl import decode_json
from benchmark.progress import track

if TYPE_CHECKING:
    from PIL.Image import Image

WIDTH = 2054
TABLES = ("features", "predictions")
SIDE = 26
"""The size to which the small extractor resizes a region: 3 x 26 x 26 of the 2,048 features."""

BOXES = ((0, 0, 1, 1), (0, 0, 0.5, 0.5), (0.5, 0, 1, 0.5), (0, 0.5, 0.5, 1), (0.5, 0.5, 1, 1))
"""The small extractor's regions: the whole image and its four quarters."""

OFFSET = re.compile("[0-9]{1,18}")

COLOURS = {
    "black": (20, 20, 20),
    "white": (240, 240, 240),
    "grey": (128, 128, 128),
    "red": (200, 40, 40),
    "orange": (235, 140, 40),
    "yellow": (235, 215, 60),
    "green": (50, 150, 60),
    "blue": (50, 90, 200),
    "purple": (130, 60, 160),
    "pink": (240, 150, 190),
    "brown": (120, 80, 45),
}


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The regions that were detected in an image.

    features: float32, shape (boxes, 2054). tags: the class of each region, by descending
    confidence.
    """

    features: npt.NDArray[np.float32]
    tags: tuple[str, ...]


class Regional(Protocol):
    """A source of regions: a frozen dataclass, part of the identity of artefacts that use it."""

    def open(self, store: Store) -> RegionFile:
        """The regions by image id."""


@recipe_name("VinVLFolder")
@dataclass(frozen=True, kw_only=True)
class VinVLFolder:
    """A folder in VinVL's format, identified by the hash of its predictions."""

    folder: Path = field(metadata=INCIDENTAL)
    sha256: str

    def open(self, store: Store) -> RegionFile:
        del store
        return RegionFile(self.folder)


@recipe_name("PixelRegions")
@dataclass(frozen=True, kw_only=True)
class PixelRegions(Artefact):
    """Regions of a collection's images: fixed boxes with their pixels and nearest colour."""

    data: Collection

    def build(self, folder: Path, store: Store) -> None:  # noqa: ARG002
        corpus = self.data.corpus
        rows = corpus.numbers("image")
        with RegionWriter(folder) as writer:
            for row, name in track(
                zip(rows, corpus.ids(rows), strict=True), "regions", len(rows), "images"
            ):
                writer.write(name, extract(corpus.image(row)))

    def open(self, store: Store) -> RegionFile:
        """The regions by image id; they are extracted first if they are missing."""
        return RegionFile(store.path(self))


class RegionFile:
    """The regions of images by id, read through a memory map.

    Raises InputError for a missing file, and for damaged regions, with their line number.
    """

    def __init__(self, folder: Path) -> None:
        self._features, self._predictions = (folder / f"{name}.tsv" for name in TABLES)

    def read(self, name: str) -> Regions:
        """The regions of the image called ``name``."""
        line = self._lines.get(name)
        if line is None:
            raise InputError(
                f"no regions of image '{name}'", mend="extract its regions", path=self._features
            )
        try:
            _, *count, last = self._columns(self._features, line)
            if last.startswith(b"{"):
                record = decode_json(last)
                count, last = [record["num_boxes"]], record["features"]
            values = np.frombuffer(base64.b64decode(last, validate=True), dtype=np.float32)
            features = values.reshape(-1, WIDTH)
            if [len(features)] != [int(one) for one in count]:
                raise ValueError(f"there are {len(features)} of {count[0]!r} boxes")
            if not np.isfinite(features).all():
                raise ValueError("some features are not finite")
            other, content = self._columns(self._predictions, line)
            if other.decode() != name:
                raise ValueError(f"its predictions are of '{other.decode()}'")
            objects = decode_json(content)["objects"]
            return Regions(features, tuple(str(one["class"]) for one in objects))
        except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise InputError(
                f"regions of image '{name}' cannot be read ({error})",
                mend="restore the file: it is cut or damaged",
                path=self._features,
                line=line + 1,
            ) from None

    @cached_property
    def _lines(self) -> dict[str, int]:
        count = len(self._offsets[self._features])
        return {self._name(self._features, line): line for line in range(count)}

    @cached_property
    def _offsets(self) -> dict[Path, npt.NDArray[np.int64]]:
        return {path: _offsets(path) for path in (self._features, self._predictions)}

    @cached_property
    def _maps(self) -> dict[Path, mmap.mmap]:
        maps = {}
        for path in (self._features, self._predictions):
            with path.open("rb") as file:
                maps[path] = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return maps

    def _name(self, path: Path, line: int) -> str:
        start = int(self._offsets[path][line])
        name = self._maps[path][start : self._maps[path].find(b"\t", start)]
        try:
            return name.decode()
        except UnicodeDecodeError:
            raise InputError(
                f"no image id at byte {start}", mend="restore the offsets", path=path, line=line + 1
            ) from None

    def _columns(self, path: Path, line: int) -> list[bytes]:
        start, content = int(self._offsets[path][line]), self._maps[path]
        end = content.find(b"\n", start)
        return content[start : end if end >= 0 else len(content)].split(b"\t")


def extract(image: Image) -> Regions:
    """The regions of a small image: pixels at 26 x 26; the tag is the colour nearest the mean."""
    features = np.zeros((len(BOXES), WIDTH), dtype=np.float32)
    names, points = list(COLOURS), np.array(list(COLOURS.values()), dtype=np.float32)
    tags = []
    for row, (left, top, right, bottom) in enumerate(BOXES):
        box = (left * image.width, top * image.height, right * image.width, bottom * image.height)
        pixels = np.asarray(image.resize((SIDE, SIDE), box=box), dtype=np.float32)
        features[row, : pixels.size] = pixels.ravel() / 127.5 - 1
        features[row, -6:] = (left, top, right, bottom, right - left, bottom - top)
        tags.append(names[int(np.linalg.norm(points - pixels.mean((0, 1)), axis=1).argmin())])
    return Regions(features, tuple(tags))


class RegionWriter:
    """Writes a folder in VinVL's format; boxes are fractions of the image's size."""

    def __init__(self, folder: Path) -> None:
        self._tables = {name: (folder / f"{name}.tsv").open("wb") for name in TABLES}
        self._offsets: dict[str, list[int]] = {name: [] for name in TABLES}
        self._folder = folder

    def write(self, name: str, regions: Regions) -> None:
        """Add the regions of the image called ``name``."""
        code = base64.b64encode(regions.features.tobytes()).decode("ascii")
        boxes = regions.features[:, -6:-2].tolist()
        pairs = zip(regions.tags, boxes, strict=True)
        objects = [{"class": tag, "rect": box} for tag, box in pairs]
        lines = f"{len(regions.features)}\t{code}", json.dumps({"objects": objects})
        for table, line in zip(TABLES, lines, strict=True):
            self._offsets[table].append(self._tables[table].tell())
            self._tables[table].write(f"{name}\t{line}\n".encode())

    def __enter__(self) -> RegionWriter:
        return self

    def __exit__(self, *_: object) -> None:
        for table, file in self._tables.items():
            file.close()
            lines = "".join(f"{offset}\n" for offset in self._offsets[table])
            (self._folder / f"{table}.lineidx").write_text(lines, encoding="ascii")


def _offsets(path: Path) -> npt.NDArray[np.int64]:
    index = path.with_suffix(".lineidx")
    for needed in (path, index):
        if not needed.is_file():
            raise InputError(
                "no such file",
                mend="VinVL's format needs features and predictions, each with its .lineidx",
                path=needed,
            )
    if not path.stat().st_size:
        raise InputError("the file is empty", mend="restore it", path=path)
    return np.array(list(_numbers(index)), dtype=np.int64)


def _numbers(path: Path) -> Iterator[int]:
    for number, line in enumerate(
        path.read_text(encoding="utf-8", errors="replace").splitlines(), 1
    ):
        if not OFFSET.fullmatch(line):
            raise InputError(
                f"offset '{line}' is not a number",
                mend="restore the file",
                path=path,
                line=number,
            )
        yield int(line)
