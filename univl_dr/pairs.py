"""The pairs that webqa-mini's small models are pretrained on: described images, other questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
"""One of HELD_OUT pairs is in the dev part."""


@recipe_name("Pairs")
@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs of a text and its document, which share no entity with webqa-mini's questions.

    kinds: "described" pairs a caption that describes an image with that image; "nq" pairs a
    question of another domain with its passage, in place of Natural Questions. If both are given,
    batches mix them.
    """

    data: Collection
    kinds: tuple[Literal["described", "nq"], ...]
    part: Literal["train", "dev"] = "train"

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        del store
        kept = [pair for kind in self.kinds for pair in self._pairs(kind, preprocess)]
        return FixedExamples(
            [
                Example(f"pair {number}", question, [item], [number], frozenset([number]))
                for number, (question, item) in enumerate(kept)
            ]
        )

    def _pairs(
        self, kind: str, preprocess: Callable[[Image], Tensor]
    ) -> Iterator[tuple[str, Item]]:
        folder = self.data.folder / FOLDER
        if kind == "nq":
            for number, (record, _) in enumerate(
                read_jsonl(folder / "nq.jsonl", question=str, passage=str)
            ):
                if self._holds(number):
                    yield record["question"], Item(record["passage"])
            return
        images = ImageFileMap(folder / "pretrain_imgs.tsv")
        offsets = (folder / "pretrain_imgs.lineidx").read_text(encoding="ascii").split()
        records = read_jsonl(folder / "pretrain.jsonl", image_id=int, caption=str)
        for number, (offset, (record, _)) in enumerate(zip(offsets, records, strict=True)):
            if self._holds(number):
                image = images.decode(int(offset), str(record["image_id"]))
                yield record["caption"], Item(None, preprocess(image))

    def _holds(self, number: int) -> bool:
        return (number % HELD_OUT == 0) == (self.part == "dev")
