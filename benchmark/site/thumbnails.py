"""Thumbnails of images, a hundred to a sheet: few files, each written once for all pages."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from benchmark.datasets import Corpus
from benchmark.errors import InputError
from benchmark.progress import log, track

SIDE = 160
"""Pixels of the longer side of a thumbnail, at most; the side of its cell on the sheet."""

ACROSS = 10
"""Cells across a sheet, and down."""

QUALITY = 75

Place = tuple[int, int, int, int, int]
"""Where a thumbnail is: number of the sheet, left, top, width and height in pixels."""


def write_thumbnails(corpus: Corpus, numbers: Collection[int], folder: Path) -> dict[int, Place]:
    """Write ``<sheet>.webp`` files with the images of ``numbers``; returns where each one is.

    A damaged image is left out, and named.
    """
    from PIL import Image

    folder.mkdir(parents=True)
    places: dict[int, Place] = {}
    sheet, cells = 0, ACROSS * ACROSS
    canvas = Image.new("RGB", (ACROSS * SIDE, ACROSS * SIDE))
    for number in track(sorted(numbers), "write thumbnails", len(numbers), "images"):
        try:
            image = corpus.image(number)
        except InputError as error:
            log.warning(f"left out: {error}")
            continue
        image.thumbnail((SIDE, SIDE))
        sheet, cell = divmod(len(places), cells)
        left, top = SIDE * (cell % ACROSS), SIDE * (cell // ACROSS)
        canvas.paste(image, (left, top))
        places[number] = (sheet, left, top, *image.size)
        if cell == cells - 1:
            canvas.save(folder / f"{sheet}.webp", quality=QUALITY, method=2)
            canvas = Image.new("RGB", canvas.size)
    if len(places) % cells:
        canvas.save(folder / f"{sheet}.webp", quality=QUALITY, method=2)
    return places
