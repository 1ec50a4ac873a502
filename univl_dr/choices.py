"""The possible values of settings; without torch, because the command line checks settings."""

from typing import Literal, TypeAlias

VIT_B_32 = "ViT-B-32-quickgelu"
"""open_clip's name of OpenAI's ViT-B/32; with GELU in place of QuickGELU its scores are lower."""

View: TypeAlias = Literal["both", "caption", "image"]
"""The parts of a captioned image that are embedded."""

Unreadable: TypeAlias = Literal["fail", "skip"]
"""An image that cannot be decoded is an error, or its document is embedded without it."""

Select: TypeAlias = Literal["accuracy", "mrr", "last"]
"""Which weights are kept: those with the best in-batch accuracy on dev, those with the best MRR@10
of the dev questions over the whole collection, or the last ones."""

Steps: TypeAlias = Literal["own", "all-questions", "both-stages"]
"""The number of optimizer steps of CLIP-DPR: as many as its own questions give, as many as all
questions give, or as many as both stages of UniVL-DR. The last two are controls, which measure the
effect of more steps alone."""

Strategy: TypeAlias = Literal[
    "balanced",
    "random",
    "only-text",
    "only-image",
    "two-text-one-image",
    "one-text-two-image",
    "one",
]
"""How hard negatives are drawn; ``univl_dr.negatives`` describes each strategy."""

Positive: TypeAlias = Literal["random", "first"]
"""Which positive of a question is used: one drawn at random each time, or the first judged one."""

Copies: TypeAlias = Literal["dropped", "kept"]
"""Whether copies of a positive under other ids are dropped from the mined hard negatives."""

TrainingPrecision: TypeAlias = Literal["fp32", "bf16"]
"""The type of matrix products in training; weights and accumulated gradients are in fp32."""

EncodingPrecision: TypeAlias = Literal["fp32", "bf16", "fp16"]
"""The precision of encoding: bf16 is by autocast; fp16 is for weights and activations, as in
OpenAI's CLIP on a GPU."""

Precision: TypeAlias = Literal["auto", "fp32", "bf16", "fp16"]
"""As ``EncodingPrecision``; "auto" is fp16 if there is a GPU, as in the released code, else
fp32."""

Texts: TypeAlias = Literal["query", "caption"]
"""The kind of text as which an image is verbalized."""
