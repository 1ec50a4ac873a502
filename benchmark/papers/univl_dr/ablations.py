"""The paper's ablations as values: rows of variants, and the figures wanted of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from benchmark.evaluation.metrics import MAIN
from benchmark.report.ablations import Ablation, Measured
from benchmark.results.variants import Variant

SHARE = "Images@10"
DEEP_SHARE = "Images@100"


_BY_MODALITY = (
    Measured(title=f"{MAIN}, image questions", questions="image"),
    Measured(title=f"{MAIN}, text questions", questions="text"),
    Measured(title=f"{MAIN}, all"),
)


def _trained(**settings: object) -> Variant:
    return Variant(retriever="clip-dpr", settings=settings)


def _hard(**settings: object) -> Variant:
    return Variant(retriever="univl-dr", settings=settings)


def _mined(strategy: str) -> Variant:
    """Stage 2 with plain captions, so that the negatives alone differ."""
    changes = {} if strategy == "balanced" else {"negatives": strategy}
    return _hard(verbalized=None, **changes)


ABLATIONS: Mapping[str, Ablation] = MappingProxyType(
    {
        "image-representation": Ablation(
            title="Image representation by training scope (CLIP-DPR)",
            factors=("Trained on", "Image document"),
            rows={
                ("image questions", "image"): _trained(view="image", modality="image"),
                ("image questions", "caption"): _trained(view="caption", modality="image"),
                ("image questions", "image + caption"): _trained(modality="image"),
                ("image questions, for the steps of all", "image + caption"): _trained(
                    modality="image", steps="all-questions"
                ),
                ("all questions", "image"): _trained(view="image"),
                ("all questions", "caption"): _trained(view="caption"),
                ("all questions", "image + caption"): _trained(),
            },
            columns=(
                Measured(
                    title=f"{MAIN}, image questions over images alone",
                    questions="image",
                    scope="image",
                ),
                *_BY_MODALITY,
            ),
            note="The view of images is the same in training and in ranking. A model trained on "
            "image questions alone never learned to score passages: it is made for a search "
            "over images alone, not over both modalities. Image questions alone give fewer "
            "optimizer steps; the row that is trained for the steps of all questions is not the "
            "paper's.",
        ),
        "negatives": Ablation(
            title="Negative strategies (no verbalization)",
            factors=("Stage", "Negatives"),
            rows={
                ("1", "in-batch"): _trained(),
                ("1", "in-batch, balanced"): _trained(balanced=True),
                ("1", "in-batch, for the steps of both stages"): _trained(steps="both-stages"),
                ("2", "only text"): _mined("only-text"),
                ("2", "only image"): _mined("only-image"),
                ("2", "two text & one image"): _mined("two-text-one-image"),
                ("2", "one text & two image"): _mined("one-text-two-image"),
                ("2", "random hard"): _mined("random"),
                ("2", "balanced hard"): _mined("balanced"),
                ("2", "in-batch & balanced hard"): Variant(retriever="clip-dpr-hard"),
            },
            columns=(
                *_BY_MODALITY,
                Measured(title=SHARE, measure=SHARE),
                Measured(title=DEEP_SHARE, measure=DEEP_SHARE),
            ),
            note="Stage 2 starts from stage 1 with plain in-batch negatives, and shares its mined "
            "top 100. The paper does not define 'in-batch, balanced'; here each batch has as many "
            "questions answered by images as by passages. Two rows are not the paper's: stage 1 "
            "trained further with in-batch negatives for as many optimizer steps as stage 2 takes, "
            "and in-batch and hard negatives together, the hard ones from the top 20.",
        ),
        "verbalization": Ablation(
            title="Verbalization of images (UniVL-DR)",
            factors=("Generated text", "Caption"),
            rows={
                ("none", "as it is"): _hard(verbalized=None),
                ("caption", "extended"): _hard(verbalized="caption"),
                ("query", "extended"): _hard(),
                ("caption", "replaced"): _hard(verbalized="caption", replaced=True),
                ("query", "replaced"): _hard(replaced=True),
            },
            columns=(*_BY_MODALITY, Measured(title=SHARE, measure=SHARE)),
            note="All rows are stage 2 from the same stage 1, with its balanced hard negatives.",
        ),
    }
)
