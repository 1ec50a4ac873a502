"""``webqa-mini``, the embedded default: made in WebQA's official format, read by its loader."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from benchmark.datasets.images import to_rgb
from benchmark.datasets.mini.generate import DEV_QUESTIONS, FROZEN, generate
from benchmark.datasets.webqa import prepare_official
from benchmark.datasets.writer import Writer

TITLE = "a generated miniature of WebQA"
NOTICE = (
    "webqa-mini is a working miniature with drawn images and invented entities: its figures are no "
    "evidence about the paper or about any published model."
)
STAND_INS = True
__all__ = ["NOTICE", "STAND_INS", "TITLE", "files", "own", "prepare"]

FOLDER = "source"
"""The official files within the prepared folder, with those that the small models start from."""


def files(source: Path) -> list[Path]:  # noqa: ARG001
    """None: all is generated."""
    return []


def own() -> list[tuple[str, str]]:
    """The hash of what is generated."""
    return [("generated", FROZEN)]


def prepare(source: Path, writer: Writer) -> None:  # noqa: ARG001
    """Generate the files and read them."""
    folder = writer.folder / FOLDER
    generate(folder)
    prepare_official(folder, writer, DEV_QUESTIONS, _pixels(folder / "imgs.tsv"))


def _pixels(tsv: Path) -> str:
    """A hash of the decoded images: how they are compressed differs between machines."""
    digest = hashlib.sha256()
    with tsv.open("rb") as file:
        for line in file:
            name, _, code = line.partition(b"\t")
            image = to_rgb(base64.b64decode(code))
            digest.update(b"%s %d %d\n" % (name, *image.size))
            digest.update(image.tobytes())
    return digest.hexdigest()
