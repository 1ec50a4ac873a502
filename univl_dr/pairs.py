"""What webqa-mini's small models start from: described images, and questions on other topics."""

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
"""Each so many-th pair is for the dev part."""


@recipe_name("Pairs")
@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs beside the questions of webqa-mini, whose entities they share nothing with.

    kinds: "described" asks for an image by a caption that tells what it shows; "nq" asks for a
    passage by a question of another domain (in Natural Questions' place). Where both are given,
    a batch mixes them.
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
