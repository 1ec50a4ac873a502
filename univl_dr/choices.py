"""The choices that settings offer; without torch, for the command line checks settings by them."""

from typing import Literal, TypeAlias

VIT_B_32 = "ViT-B-32-quickgelu"
"""OpenAI's ViT-B/32 as open_clip names it; with GELU in place of QuickGELU it scores lower."""

View: TypeAlias = Literal["both", "caption", "image"]
"""Which parts of a captioned image count."""

Unreadable: TypeAlias = Literal["fail", "skip"]
"""Whether an image that can't be decoded stops the work, or its document is shown without it."""

Select: TypeAlias = Literal["accuracy", "mrr", "last"]
"""Which weights are kept: those of best in-batch accuracy on dev, those of best MRR@10 of the dev
questions over the whole collection, or the last ones."""

Steps: TypeAlias = Literal["own", "all-questions", "both-stages"]
"""For how many optimizer steps CLIP-DPR is trained: what the epochs of its own questions give, as
many as those of all questions give, or UniVL-DR's second stage's in addition. The latter two make
controls, which tell what more steps bring by themselves."""

Strategy: TypeAlias = Literal[
    "balanced",
    "random",
    "only-text",
    "only-image",
    "two-text-one-image",
    "one-text-two-image",
    "one",
]
"""How hard negatives are drawn; ``univl_dr.negatives`` has what each draws."""

Positive: TypeAlias = Literal["random", "first"]
"""Which positive of a question is taken: one drawn anew each time, or the first that is judged."""

Copies: TypeAlias = Literal["dropped", "kept"]
"""Whether copies of a positive under other ids may be mined as hard negatives."""

TrainingPrecision: TypeAlias = Literal["fp32", "bf16"]
"""Of the matrix products in training: weights and sums of gradients stay in fp32."""

EncodingPrecision: TypeAlias = Literal["fp32", "bf16", "fp16"]
"""Of encoding: bf16 by autocast; fp16 for weights and activations, as OpenAI's CLIP on a GPU."""

Precision: TypeAlias = Literal["auto", "fp32", "bf16", "fp16"]
"""As ``EncodingPrecision``; "auto" is fp16 where there is a GPU, as the released code has it, else
fp32."""

Texts: TypeAlias = Literal["query", "caption"]
"""What an image is verbalized as."""
