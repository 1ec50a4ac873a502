"""CLIP ViT-B/32 encoding and training, against open_clip's own functions on the same weights."""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmark.bench.comparison import Comparison, Work
from benchmark.errors import InputError
from benchmark.io.jsonl import read_jsonl

QUESTIONS = "BENCHMARK_QUESTIONS"
"""The variable that names a JSONL file with ``Q`` and ``A``, such as WebQA's val_queries.jsonl."""

COUNT, BATCH, IMAGES, STEP = 1024, 32, 256, 64
TEXT_PARAMETERS, IMAGE_PARAMETERS = 35.1e6, 81.8e6
"""The number of weights by which a token of a text or a patch of an image is multiplied (ViT-B/32).

In the last block, only the weights of keys and values are counted.
"""

PATCHES = 50


def _texts(kind: str) -> list[str]:
    path = os.environ.get(QUESTIONS)
    if not path:
        raise InputError("no texts to encode", mend="name a JSONL file with --questions")
    questions = [record["Q"] for record, _ in read_jsonl(Path(path), Q=str)]
    chosen = np.random.default_rng(1).permutation(len(questions))[:COUNT]
    if kind == "questions":
        return [questions[number] for number in chosen]
    # These are longer than the context length, so that all positions are used, as in long passages.
    whole = " ".join(questions[number] for number in chosen)
    return [whole[start : start + 800] for start in range(0, COUNT * 20, 20)]


def _encoder() -> Any:
    import torch

    from univl_dr.choices import VIT_B_32
    from univl_dr.encoder import DualEncoder
    from univl_dr.models import _config
    from univl_dr.tokens import BytePairs

    torch.manual_seed(1)
    return DualEncoder(_config(VIT_B_32), BytePairs()).eval()


def _open_clip(module: Any) -> Any:
    """open_clip's own model, with the weights of ``module``."""
    from open_clip import CLIP

    model = CLIP(**module.config)
    model.load_state_dict(module.clip.state_dict())
    return model.eval()


def _agreement(least: float, furthest: float | None) -> Callable[[Any, Any], str]:
    def agree(ours: Any, theirs: Any) -> str:
        import torch

        cosine = float(torch.nn.functional.cosine_similarity(ours, theirs).min())
        distance = float((ours - theirs).abs().max())
        assert cosine >= least, cosine  # noqa: S101  (the comparison's own check)
        assert furthest is None or distance <= furthest, distance  # noqa: S101
        return f"lowest cosine {cosine:.6f}, largest difference {distance:.1e}"

    return agree


def _encode_texts(kind: str, bf16: bool, folder: Path) -> Work:
    del folder
    import open_clip
    import torch
    from torch.nn.functional import normalize

    from univl_dr.choices import VIT_B_32
    from univl_dr.embedder import computing

    module, texts = _encoder(), _texts(kind)
    clip = _open_clip(module)
    tokenizer = open_clip.get_tokenizer(VIT_B_32)
    if bf16:
        module.use_bf16()

    def ours() -> Any:
        with torch.inference_mode(), computing(module, "bf16" if bf16 else "fp32"):
            return module.embed_questions(texts).float()

    def peer() -> Any:
        with torch.inference_mode():
            batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
            return torch.cat(
                [normalize(clip.encode_text(tokenizer(batch)), dim=-1) for batch in batches]
            )

    tokens = sum(len(module._tokens(text)) for text in texts)
    return Work(
        ours=ours,
        peer=peer,
        agreement=_agreement(0.9999, None) if bf16 else _agreement(0.99999, 1e-5),
        operations=2 * TEXT_PARAMETERS * tokens,
        numbers="bfloat16" if bf16 else "float32",
    )


class _Photographs:
    """JPEGs in memory, both as a corpus of images and as a data set of torch."""

    def __init__(self, count: int) -> None:
        from PIL import Image

        generator = np.random.default_rng(1)
        self._encoded, self.transform, self._readers = [], None, itertools.count()
        for _ in range(count):
            width, height = generator.integers(500, 1500, 2).tolist()
            rough = generator.integers(0, 255, (24, 32, 3), dtype=np.uint8)
            image = Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC)
            noise = generator.normal(0, 6, (height, width, 1))
            pixels = np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, "JPEG", quality=85)
            self._encoded.append(file.getvalue())

    def __len__(self) -> int:
        return len(self._encoded)

    def __getitem__(self, row: int) -> Any:
        from PIL import Image

        assert self.transform is not None  # noqa: S101  (set before a DataLoader reads)
        return self.transform(Image.open(io.BytesIO(self._encoded[row])))

    @property
    def fingerprint(self) -> str:
        """A new value each time, so that no reader uses images that were decoded before."""
        return str(next(self._readers))

    def numbers(self, modality: str) -> range:
        return range(len(self)) if modality == "image" else range(0)

    def texts(self, numbers: Any) -> list[str]:
        return [""] * len(numbers)

    def stored_image(self, number: int) -> Any:
        from benchmark.datasets.images import decoded

        return decoded(self._encoded[number])


def _encode_images(folder: Path) -> Work:
    import open_clip
    import torch
    from torch.nn.functional import normalize
    from torch.utils.data import DataLoader

    from benchmark.artefacts.store import Store
    from univl_dr.documents import Presentation
    from univl_dr.inference import presented

    module, photographs = _encoder(), _Photographs(IMAGES)
    clip = _open_clip(module)
    module.use_bf16()
    photographs.transform = open_clip.image_transform(module.size, is_train=False)

    def ours() -> Any:
        encoder = presented(module, Presentation(view="image"), Store(folder), "bf16")
        return torch.from_numpy(encoder.encode_documents(photographs, np.arange(IMAGES)))  # type: ignore[arg-type]

    def peer() -> Any:
        workers = os.cpu_count() or 1
        with torch.inference_mode():
            loader: Any = DataLoader(
                photographs,  # type: ignore[arg-type]
                batch_size=BATCH,
                num_workers=workers,
            )
            embedded = [normalize(clip.encode_image(batch), dim=-1) for batch in loader]
        return torch.cat(embedded)

    return Work(
        ours=ours,
        peer=peer,
        agreement=_agreement(0.999, None),
        operations=2 * IMAGE_PARAMETERS * PATCHES * IMAGES,
        numbers="bfloat16",
    )


def _train(folder: Path) -> Work:
    del folder
    import open_clip
    import torch
    from torch.nn.functional import cross_entropy, normalize

    from univl_dr.choices import VIT_B_32
    from univl_dr.embedder import computing
    from univl_dr.examples import Example
    from univl_dr.items import Item
    from univl_dr.losses import HardNegative

    module, texts = _encoder().train(), _texts("questions")
    clip = _open_clip(module).train()
    tokenizer = open_clip.get_tokenizer(VIT_B_32)
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randint(0, 255, (STEP, 3, 224, 224), dtype=torch.uint8, generator=generator)
    ours_steps, theirs_steps = (
        torch.optim.AdamW(model.parameters(), lr=0.0) for model in (module, clip)
    )
    questions, positives, negatives, captions = (
        [texts[(place + shift) % len(texts)] for place in range(STEP)]
        for shift in (0, 64, 128, 192)
    )
    # A passage, a passage as its negative, and a captioned image as the other.
    examples = [
        Example(
            name=str(place),
            question=questions[place],
            items=[
                Item(positives[place]),
                Item(negatives[place]),
                Item(captions[place], pixels[place]),
            ],
            keys=[0, 1, 2],
            positives=frozenset([0]),
        )
        for place in range(STEP)
    ]

    def stepped(optimizer: Any, loss: Any) -> Any:
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    def ours() -> Any:
        with computing(module, "bf16"):
            loss = HardNegative()(module, examples).loss
        return stepped(ours_steps, loss)

    def peer() -> Any:
        read = tokenizer([*questions, *positives, *negatives, *captions])
        asked, right, wrong, captioned = clip.encode_text(read).split(STEP)
        images = clip.encode_image((pixels - module.mean) / module.deviation)
        parts = [normalize(one, dim=-1) for one in (asked, right, wrong, captioned + images)]
        logits = clip.logit_scale.exp() * torch.einsum(
            "bd,cbd->bc", parts[0], torch.stack(parts[1:])
        )
        return stepped(theirs_steps, cross_entropy(logits, torch.zeros(STEP, dtype=torch.long)))

    def agreement(mine: Any, theirs: Any) -> str:
        assert abs(mine - theirs) < 0.05 * theirs, (mine, theirs)  # noqa: S101
        return f"loss {float(mine):.4f} and {float(theirs):.4f}"

    tokens = sum(len(module._tokens(one)) for one in questions + positives + negatives + captions)
    weights = 2 * (TEXT_PARAMETERS * tokens + IMAGE_PARAMETERS * PATCHES * STEP)
    return Work(
        ours=ours,
        peer=peer,
        agreement=agreement,
        operations=3 * weights,
        numbers="bfloat16",
    )


_PEER = f"open_clip `encode_text`, 77 tokens, batches of {BATCH}, fp32"

COMPARISONS = (
    *(
        Comparison(
            name=f"encode-{kind}{'-bf16' if bf16 else ''}",
            title=f"{COUNT} {kind} to embeddings, ViT-B/32, {'bf16' if bf16 else 'fp32'}",
            peer=_PEER,
            open=partial(_encode_texts, kind, bf16),
            goal=goal,
            repeats=3,
        )
        for kind, bf16, goal in (
            ("questions", False, 3.0),
            ("questions", True, 8.0),
            ("passages", False, None),
            ("passages", True, None),
        )
    ),
    Comparison(
        name="encode-images-bf16",
        title=f"{IMAGES} JPEGs of 500 to 1,500 pixels to embeddings, ViT-B/32, bf16",
        peer="`DataLoader`, open_clip's transform, `encode_image`, fp32",
        open=_encode_images,
        goal=3,
    ),
    Comparison(
        name="step-bf16",
        title=f"a training step, {STEP} questions with 1+1 negatives, ViT-B/32, bf16",
        peer="the same step, 77 tokens, fp32",
        open=_train,
        goal=2.5,
    ),
)
