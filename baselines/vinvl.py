"""VinVL-DPR: one transformer reads an image's caption, object tags and detected regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from baselines.divided import DivideAndConquer
from baselines.dpr import BERT
from benchmark.environment.hub import lacks_weights
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.types import MODALITIES, Modality

if TYPE_CHECKING:
    from baselines.encoders.regions import Regional
    from benchmark.datasets import Collection

FOLDER = "vinvl"
"""The folder of the regions, in VinVL's format; it is beside the data set's images."""


@register("vinvl-dpr", title="VinVL-DPR", group="UnivSearch")
@dataclass(frozen=True, kw_only=True)
class VinVLDPR(Retriever):
    """One VisualBERT for questions, passages, and captions with VinVL's tags and regions.

    Regions are read from ``vinvl/`` beside the images, in VinVL's public format. On webqa-mini an
    extractor makes them from the pixels, and training starts from the small BERT. ``modality``:
    train only on the questions of this modality.
    """

    bert: str = BERT
    modality: Modality | None = None

    def ranking(self, task: Task) -> Ranking:
        from baselines.encoders.recipes import with_regions

        regions = _regions(task.data)
        return with_regions(task, self.bert, regions, self.modality)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task is None:
            return lacks_weights(self.bert)
        if missing := [split for split in ("train", "dev") if split not in task.data.splits]:
            return f"needs questions to learn from: the data set has no split '{missing[0]}'"
        if not task.data.corpus.numbers("image"):
            return "needs images: the data set has none"
        if task.data.stand_ins:
            return None
        folder = _folder(task.data)
        if not (folder / "features.tsv").is_file():
            return f"needs VinVL's regions: put features.tsv and predictions.tsv into {folder}"
        return lacks_weights(self.bert)


@register("vinvl-dpr-divided", title="VinVL-DPR", group="Divide-Conquer")
@dataclass(frozen=True, kw_only=True)
class DividedVinVLDPR(DivideAndConquer):
    """One VinVL-DPR for each modality, trained on that modality's questions; fused by 1 / rank."""

    bert: str = BERT

    def halves(self) -> Mapping[Modality, Retriever]:
        return {modality: VinVLDPR(bert=self.bert, modality=modality) for modality in MODALITIES}


def _folder(data: Collection) -> Path:
    return (data.folder / "images.tsv").resolve().parent / FOLDER


def _regions(data: Collection) -> Regional:
    from baselines.encoders.regions import PixelRegions, VinVLFolder
    from benchmark.io.files import sha256

    if data.stand_ins:
        return PixelRegions(data=data)
    folder = _folder(data)
    return VinVLFolder(folder=folder, sha256=sha256(folder / "predictions.tsv"))
