"""Thumbnails of images, a hundred to a sheet: few files, each written once for all pages."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.datasets import Corpus
from benchmark.errors import InputError
from benchmark.progress import log, track

if TYPE_CHECKING:
    from PIL.Image import Image

SIDE = 160
"""Pixels of the longer side of a thumbnail, at most; the side of its cell on the sheet."""

ACROSS = 10
"""Cells across a sheet, and down."""

QUALITY = 75

Place = tuple[int, int, int, int, int]
"""Where a thumbnail is: number of the sheet, left, top, width and height in pixels."""


def write_thumbnails(corpus: Corpus, numbers: Collection[int], folder: Path) -> dict[int, Place]:
    """Write ``<sheet>.webp`` files with the images of ``numbers``; returns where each one is.

    Images are read and sheets written by threads, which let others run meanwhile. A damaged image
    is left out, and named.
    """
    folder.mkdir(parents=True)
    places: dict[int, Place] = {}
    cells = ACROSS * ACROSS
    ordered, sheet = sorted(numbers), _empty_sheet()
    with ThreadPoolExecutor() as pool:
        writing: list[Future[None]] = []
        starts = track(range(0, len(ordered), cells), "write thumbnails", None, "sheets")
        for start in starts:
            # The images of one sheet at a time, so that few are in memory.
            some = ordered[start : start + cells]
            for number, image in zip(some, pool.map(partial(_small, corpus), some), strict=True):
                if image is None:
                    continue
                on, cell = divmod(len(places), cells)
                left, top = SIDE * (cell % ACROSS), SIDE * (cell // ACROSS)
                sheet.paste(image, (left, top))
                places[number] = (on, left, top, *image.size)
                if cell == cells - 1:
                    writing.append(pool.submit(_write, sheet, folder / f"{on}.webp"))
                    sheet = _empty_sheet()
        if len(places) % cells:
            _write(sheet, folder / f"{len(places) // cells}.webp")
        for one in writing:
            one.result()
    return places


def _small(corpus: Corpus, number: int) -> Image | None:
    """The thumbnail of an image; None if the image is damaged."""
    try:
        image = corpus.image(number)
    except InputError as error:
        log.warning(f"left out: {error}")
        return None
    image.thumbnail((SIDE, SIDE))
    return image


def _empty_sheet() -> Image:
    from PIL import Image

    return Image.new("RGB", (ACROSS * SIDE, ACROSS * SIDE))


def _write(sheet: Image, path: Path) -> None:
    sheet.save(path, quality=QUALITY, method=2)
