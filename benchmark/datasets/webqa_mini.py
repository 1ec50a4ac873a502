"""``webqa-mini``, the default data set: generated in WebQA's official format, and read like it."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from benchmark.datasets.images import to_rgb
from benchmark.datasets.mini.generate import DEV_QUESTIONS, FROZEN, generate
from benchmark.datasets.webqa import prepare_official
from benchmark.datasets.writer import Writer
from benchmark.progress import log

TITLE = "a generated miniature of WebQA"
NOTICE = (
    "webqa-mini is a working miniature with drawn images and invented entities: its figures are no "
    "evidence about the paper or about any published model."
)
STAND_INS = True
__all__ = ["NOTICE", "STAND_INS", "TITLE", "files", "own", "prepare"]

FOLDER = "source"
"""The folder of the official files within the prepared folder, and of texts for small models."""


def files(source: Path) -> list[Path]:  # noqa: ARG001
    """No files: the data set is generated."""
    return []


def own() -> list[tuple[str, str]]:
    """The hash of the generated files."""
    return [("generated", FROZEN)]


def prepare(source: Path, writer: Writer) -> None:  # noqa: ARG001
    """Generate the files, and read them."""
    folder = writer.folder / FOLDER
    log.info("webqa-mini is generated, once for each store")
    generate(folder)
    prepare_official(folder, writer, DEV_QUESTIONS, _pixels(folder / "imgs.tsv"))


def _pixels(tsv: Path) -> str:
    """The hash of the decoded images, since their compression differs between machines."""
    digest = hashlib.sha256()
    with tsv.open("rb") as file:
        for line in file:
            name, _, code = line.partition(b"\t")
            image = to_rgb(base64.b64decode(code))
            digest.update(b"%s %d %d\n" % (name, *image.size))
            digest.update(image.tobytes())
    return digest.hexdigest()
