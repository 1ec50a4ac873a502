"""The place of the authors' released checkpoints: beside the images of the real WebQA."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmark.datasets import Collection


def released_path(data: Collection, checkpoint: str) -> Path:
    """The path of a checkpoint's file; ``checkpoint`` is relative to the folder of the images."""
    return (data.folder / "images.tsv").resolve().parent / checkpoint


def why_not_released(data: Collection | None, checkpoint: str) -> str | None:
    """Why a released checkpoint cannot be used on ``data``; None if it can.

    Without ``data``, it says what is needed, as no machine has it without a data set.
    """
    if data is None:
        return "needs the real WebQA and the authors' checkpoint: give --dataset webqa"
    if data.stand_ins or not data.corpus.numbers("image"):
        return "needs the real WebQA: give --dataset webqa"
    if not (path := released_path(data, checkpoint)).is_file():
        return f"needs the authors' checkpoint: put it at {path}"
    return None
