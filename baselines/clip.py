"""CLIP zero-shot beyond the paper's universal row: its text tower alone, and other CLIPs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from baselines.divided import SETTING, DivideAndConquer
from benchmark.datasets import DEFAULT
from benchmark.registry import register
from benchmark.retriever import Retriever, Task
from benchmark.types import MODALITIES, Modality
from univl_dr.retrievers import CLIPDPR, CLIPZeroShot

if TYPE_CHECKING:
    from benchmark.datasets import Collection
    from univl_dr.documents import View
    from univl_dr.embedder import Start
    from univl_dr.train import Recipe

VIT_B_32 = "ViT-B-32-quickgelu"


@register("clip-text-zero-shot", title="CLIP (Zero-Shot)", setting="Single Modality (Text Only)")
@dataclass(frozen=True, kw_only=True)
class CLIPText(CLIPZeroShot):
    """CLIP's text tower as it was pretrained; an image is its caption.

    ``model``: a plain CLIP of open_clip. ``start``: a tag of its weights, or the path of a
    checkpoint of it. ``view``: "caption", "image" or "both". So any CLIP is a row by configuration.
    On webqa-mini its small CLIP takes the place of OpenAI's ViT-B/32.
    """

    model: str = VIT_B_32
    view: View = "caption"

    def weights(self, data: Collection, seed: int) -> Start:
        if self._has_stand_in(data):
            return super().weights(data, seed)
        from benchmark.files import sha256
        from univl_dr.models import ClipFile, OpenClip

        path = Path(self.start)
        if path.is_file():
            return ClipFile(path=path, sha256=sha256(path), name=self.model)
        return OpenClip(name=self.model, pretrained=self.start)

    def lacks(self, task: Task | None) -> str | None:
        if task is None or self._has_stand_in(task.data) or Path(self.start).is_file():
            return None
        from univl_dr.models import OpenClip

        return OpenClip(name=self.model, pretrained=self.start).lacks()

    def _has_stand_in(self, data: Collection) -> bool:
        return data.name == DEFAULT and (self.model, self.start) == (VIT_B_32, "openai")


@dataclass(frozen=True, kw_only=True)
class CLIPHalf(CLIPDPR):
    """CLIP-DPR on one modality's questions: half of all, so twice the epochs, for as many steps."""

    def changed(self, recipe: Recipe) -> Recipe:
        return replace(super().changed(recipe), epochs=2 * recipe.epochs)


@register("clip-dpr-divided", title="CLIP-DPR", setting=SETTING)
@dataclass(frozen=True, kw_only=True)
class DividedCLIPDPR(DivideAndConquer):
    """A CLIP-DPR for each modality, trained on its own questions; lists fused by 1 / rank."""

    def halves(self) -> Mapping[Modality, Retriever]:
        return {modality: CLIPHalf(modality=modality) for modality in MODALITIES}
