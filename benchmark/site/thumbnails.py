"""Thumbnails of images, each written once for all pages."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from benchmark.datasets import Corpus
from benchmark.errors import InputError
from benchmark.progress import log, track

SIDE = 160
"""Pixels of the longer side, at most."""

QUALITY = 75


def write_thumbnails(corpus: Corpus, rows: Collection[int], folder: Path) -> None:
    """Write ``<row>.webp`` for the images of ``rows``; a damaged one is left out, saying so."""
    folder.mkdir(parents=True)
    for row in track(sorted(rows), "write thumbnails", len(rows), "images"):
        try:
            image = corpus.image(row)
        except InputError as error:
            log.warning(f"left out: {error}")
            continue
        image.thumbnail((SIDE, SIDE))
        image.save(folder / f"{row}.webp", quality=QUALITY, method=2)
