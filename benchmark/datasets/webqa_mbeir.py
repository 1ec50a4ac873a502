"""WebQA as M-BEIR changed it: MTEB's two repositories side by side, or M-BEIR's own files.

Its test questions and judgments are UniVL-DR's. Its documents are not quite: see ``NOTICE``.
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
    "and equal passages are one. Its figures don't compare with those on WebQA's own files."
)
VARIANT_OF = "webqa"
COMMAND = "data fetch webqa"

TASKS: dict[str, Modality] = {"mbeir_webqa_task1": "text", "mbeir_webqa_task2": "image"}
"""MTEB's repository, a folder of that name -> the modality that answers its questions."""


def files(source: Path) -> list[Path]:
    """The files that make up the data set. Raises InputError for a folder of neither kind."""
    if mbeir.is_here(source):
        return mbeir.files(source)
    if missing := [name for name in TASKS if not (source / name).is_dir()]:
        raise InputError(
            f"has no {missing[0]}",
            mend=f"put MTEB's repositories into {' and '.join(TASKS)}, or give M-BEIR's folder, "
            "which holds cand_pool/local",
            path=source,
        )
    return [path for one in _repositories(source) for path in one.files]


def pictures(source: Path) -> list[Path]:
    """The image files beside those that ``files`` tells."""
    return mbeir.pictures(source) if mbeir.is_here(source) else []


def prepare(source: Path, writer: Writer) -> None:
    """Write the data set from a folder of either kind."""
    if mbeir.is_here(source):
        mbeir.prepare(source, writer)
    else:
        write(_repositories(source), writer)


def _repositories(source: Path) -> list[Repository]:
    return [Repository(source / name, asked) for name, asked in TASKS.items()]
