"""WebQA as changed by M-BEIR: MTEB's two repositories beside each other, or M-BEIR's own files.

Its test questions and judgments are those of UniVL-DR. Its documents differ: see ``NOTICE``.
"""

from __future__ import annotations

from pathlib import Path

from benchmark.datasets import mbeir
from benchmark.datasets.mteb import Repository, write
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.types import Modality

TITLE = "WebQA as M-BEIR changed it, with UniVL-DR's test questions"
NOTICE = (
    "webqa-mbeir is M-BEIR's variant of WebQA: texts begin with a capital and end in a full stop, "
    "images have 256 pixels on the short side, each pair of an image and a caption is a document, "
    "and equal passages are one. Its figures are not comparable with those on WebQA's own files."
)
VARIANT_OF = "webqa"
COMMAND = "data fetch webqa"

TASKS: dict[str, Modality] = {"mbeir_webqa_task1": "text", "mbeir_webqa_task2": "image"}
"""MTEB's repositories (folders of that name) -> the modality that answers their questions."""


def files(source: Path) -> list[Path]:
    """The files of the data set. Raises InputError for a folder of neither kind."""
    if mbeir.is_here(source):
        return mbeir.files(source)
    if missing := [name for name in TASKS if not (source / name).is_dir()]:
        raise InputError(
            f"has no {missing[0]}",
            mend=f"put MTEB's repositories into {' and '.join(TASKS)}, or give M-BEIR's folder, "
            "which contains cand_pool/local",
            path=source,
        )
    return [path for repository in _repositories(source) for path in repository.files]


def pictures(source: Path) -> list[Path]:
    """The image files, which ``files`` does not contain."""
    return mbeir.pictures(source) if mbeir.is_here(source) else []


def prepare(source: Path, writer: Writer) -> None:
    """Write the data set from a folder of either kind."""
    if mbeir.is_here(source):
        mbeir.prepare(source, writer)
    else:
        write(_repositories(source), writer)


def _repositories(source: Path) -> list[Repository]:
    return [Repository(source / name, asked) for name, asked in TASKS.items()]
