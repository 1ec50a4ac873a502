"""The paper's claims as values: which systems, which measure, which questions, which direction.

They are those of the authors' slides on UniVL-DR (ICLR 2023). To add one, add a value to CLAIMS.
"""

from __future__ import annotations

from itertools import product

from benchmark.report.claims import Claim
from benchmark.results.variants import Variant
from benchmark.types import Modality


def _row(retriever: str, scope: Modality | None = None, **settings: object) -> Variant:
    return Variant(retriever=retriever, settings=settings, scope=scope)


_CLIP_DPR = _row("clip-dpr")
_CAPTION = _row("clip-dpr", view="caption")
_IMAGE = _row("clip-dpr", view="image")
_PLAIN = _row("univl-dr", verbalized=None)
_RANDOM = _row("univl-dr", verbalized=None, negatives="random")

_SLIDES = "the authors' slides on UniVL-DR (ICLR 2023)"
_VIEWS = f"{_SLIDES}, on the paper's ablation of image representations"
_NEGATIVES = f"{_SLIDES}, on the paper's ablation of negatives"

CLAIMS = (
    Claim(
        name="universal",
        says="One universal embedding space beats divide-and-conquer",
        source=f"{_SLIDES}, on Table 1 of the paper",
        pairs=tuple(
            product(
                (_row("univl-dr"), _CLIP_DPR), (_row("clip-dpr-divided"), _row("bm25-clip-dpr"))
            )
        ),
    ),
    Claim(
        name="routing",
        says="Modality routing is what holds divide-and-conquer back",
        source=f"{_SLIDES}, on Table 1 of the paper",
        pairs=((_row("bm25-clip-dpr-oracle"), _row("bm25-clip-dpr")),),
    ),
    Claim(
        name="captions",
        says="Captions are crucial to image documents",
        source=_VIEWS,
        pairs=((_CAPTION, _IMAGE), (_CLIP_DPR, _IMAGE)),
        questions="image",
    ),
    Claim(
        name="pixels",
        says="Image features add to captions",
        source=_VIEWS,
        pairs=((_CLIP_DPR, _CAPTION),),
        questions="image",
    ),
    Claim(
        name="multi-modal-training",
        says="Learning text retrieval too helps image retrieval",
        source=_VIEWS,
        pairs=((_row("clip-dpr", "image"), _row("clip-dpr", "image", modality="image")),),
        questions="image",
    ),
    Claim(
        name="balance",
        says="Balancing the negatives' modality helps, in batches and among hard negatives",
        source=_NEGATIVES,
        pairs=((_row("clip-dpr", balanced=True), _CLIP_DPR), (_PLAIN, _RANDOM)),
    ),
    Claim(
        name="preference",
        says="Balanced hard negatives lessen the preference for one modality",
        source=_NEGATIVES,
        pairs=((_PLAIN, _RANDOM),),
        measure="Preference@10",
        better="lower",
        smallest=0.02,
    ),
    Claim(
        name="verbalization",
        says="Verbalizing images, as caption or as query, helps",
        source=f"{_SLIDES}, on the paper's ablation of verbalization",
        pairs=(
            (_row("univl-dr"), _PLAIN),
            (_row("univl-dr", verbalized="caption"), _PLAIN),
        ),
    ),
)
