"""The paper's claims as values: which systems, which measure, which questions, which direction.

The first eight are those of the authors' slides on UniVL-DR (ICLR 2023); the last is what the
paper's ablation of negatives says of hard ones. To add one, add a value to CLAIMS.
"""

from __future__ import annotations

from itertools import product

from benchmark.report.claims import Claim, Control
from benchmark.results.variants import Variant
from benchmark.types import Modality


def _row(retriever: str, scope: Modality | None = None, **settings: object) -> Variant:
    return Variant(retriever=retriever, settings=settings, scope=scope)


_CLIP_DPR = _row("clip-dpr")
_CAPTION = _row("clip-dpr", view="caption")
_IMAGE = _row("clip-dpr", view="image")
_PLAIN = _row("univl-dr", verbalized=None)
_RANDOM = _row("univl-dr", verbalized=None, negatives="random")
_IMAGES_ALONE = (_row("clip-dpr", "image"), _row("clip-dpr", "image", modality="image"))
_HARD = (_PLAIN, _CLIP_DPR)

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
        steps="CLIP-DPR, for which the claim has to hold as well, takes about as many optimizer "
        "steps as each half of divide-and-conquer",
    ),
    Claim(
        name="routing",
        says="Modality routing is what holds divide-and-conquer back",
        source=f"{_SLIDES}, on Table 1 of the paper",
        pairs=((_row("bm25-clip-dpr-oracle"), _row("bm25-clip-dpr")),),
        steps="both rank with the same trained model",
    ),
    Claim(
        name="captions",
        says="Captions are crucial to image documents",
        source=_VIEWS,
        pairs=((_CAPTION, _IMAGE), (_CLIP_DPR, _IMAGE)),
        questions="image",
        steps="all are trained on the same questions for as many optimizer steps",
    ),
    Claim(
        name="pixels",
        says="Image features add to captions",
        source=_VIEWS,
        pairs=((_CLIP_DPR, _CAPTION),),
        questions="image",
        steps="both are trained on the same questions for as many optimizer steps",
    ),
    Claim(
        name="multi-modal-training",
        says="Learning text retrieval too helps image retrieval",
        source=_VIEWS,
        pairs=(_IMAGES_ALONE,),
        questions="image",
        controls=(
            Control(
                system=_row("clip-dpr", "image", modality="image", steps="all-questions"),
                of=_IMAGES_ALONE,
            ),
        ),
        steps="trained on image questions alone, for exactly as many optimizer steps as all "
        "questions give",
    ),
    Claim(
        name="balance",
        says="Balancing the negatives' modality helps, in batches and among hard negatives",
        source=_NEGATIVES,
        pairs=((_row("clip-dpr", balanced=True), _CLIP_DPR), (_PLAIN, _RANDOM)),
        steps="balanced batches take as many optimizer steps as others, or fewer where a modality "
        "answers fewer questions, never more; balanced and random hard negatives train the same "
        "stage 1 on for as many steps",
    ),
    Claim(
        name="preference",
        says="Balanced hard negatives lessen the preference for one modality",
        source=_NEGATIVES,
        pairs=((_PLAIN, _RANDOM),),
        measure="Preference@10",
        better="lower",
        smallest=0.02,
        steps="balanced and random hard negatives train the same stage 1 on for as many optimizer "
        "steps",
    ),
    Claim(
        name="verbalization",
        says="Verbalizing images, as caption or as query, helps",
        source=f"{_SLIDES}, on the paper's ablation of verbalization",
        pairs=(
            (_row("univl-dr"), _PLAIN),
            (_row("univl-dr", verbalized="caption"), _PLAIN),
        ),
        steps="all train the same stage 1 further, with the same hard negatives, for as many "
        "optimizer steps; the verbalizer is another model, and its training changes no retriever",
    ),
    Claim(
        name="hard-negatives",
        says="Training further with hard negatives of both modalities helps",
        source="the paper's ablation of negatives (ICLR 2023)",
        pairs=(_HARD,),
        controls=(Control(system=_row("clip-dpr", steps="both-stages"), of=_HARD),),
        steps="stage 1 trained further with in-batch negatives, for exactly as many optimizer "
        "steps as stage 2 takes, at its batch size and learning rates",
    ),
)
