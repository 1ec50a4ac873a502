"""What webqa-mini's small models start from: described images, and questions on other topics."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.images import ImageFileMap
from benchmark.datasets.webqa_mini import FOLDER
from benchmark.io.jsonl import read_jsonl
from univl_dr.examples import Drawn, Example, FixedExamples
from univl_dr.items import Item

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

HELD_OUT = 10
"""Each so many-th pair is for the dev part."""


@recipe_name("Pairs")
@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs beside the questions of webqa-mini, whose entities they share nothing with.

    kind: "described" asks for an image by a caption that tells what it shows (what CLIP is
    pretrained on); "nq" asks for a passage by a question of another domain (in Natural Questions'
    place).
    """

    data: Collection
    kind: Literal["described", "nq"]
    part: Literal["train", "dev"] = "train"

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        del store
        folder = self.data.folder / FOLDER
        if self.kind == "nq":
            records = read_jsonl(folder / "nq.jsonl", question=str, passage=str)
            pairs = [
                (record["question"], Item(record["passage"]))
                for place, (record, _) in enumerate(records)
                if self._holds(place)
            ]
        else:
            images = ImageFileMap(folder / "pretrain_imgs.tsv")
            offsets = (folder / "pretrain_imgs.lineidx").read_text(encoding="ascii").split()
            records = read_jsonl(folder / "pretrain.jsonl", image_id=int, caption=str)
            pairs = []
            for place, (offset, (record, _)) in enumerate(zip(offsets, records, strict=True)):
                if self._holds(place):
                    image = images.decode(int(offset), str(record["image_id"]))
                    pairs.append((record["caption"], Item(None, preprocess(image))))
        return FixedExamples(
            [
                Example(f"pair {number}", question, [item], [number], frozenset([number]))
                for number, (question, item) in enumerate(pairs)
            ]
        )

    def _holds(self, place: int) -> bool:
        return (place % HELD_OUT == 0) == (self.part == "dev")
