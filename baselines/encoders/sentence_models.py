"""What all kinds of models of sentence-transformers share: loading, prompts, image documents."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from baselines.encoders.weights import Precision, Weights
from benchmark.artefacts.identity import recipe_name
from benchmark.errors import InputError
from benchmark.io.jsonl import decode_json
from benchmark.progress import log

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from benchmark.datasets import Corpus

Composition: TypeAlias = Literal["auto", "joint", "sum", "caption", "image"]
"""What an image document is to a model: image and caption together in one input; the sum of the two
embeddings; the caption alone; the image alone. "auto" is joint where the model takes that, else the
sum where it takes images, else the caption."""

NAMED = "prompt:"
"""Begins a prompt that is given by its name in the model: ``prompt:query``."""

MISSING = re.compile(r"^([\w.{}, *-]+?)\s*\|.*MISSING", re.MULTILINE)
"""A line of transformers' report on what weights a checkpoint lacks."""

UNUSED = "pooler"
"""Layers that checkpoints often lack, and that no model of the library reads."""


HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"SparseEncoder": ("ForMaskedLM",), "MultiVectorEncoder": ("HF_ColBERT", "ForRetrieval")}
)
"""How the names of the networks end that have these kinds' heads by themselves; to any other the
library adds a random one."""


@recipe_name("Prompts")
@dataclass(frozen=True, kw_only=True)
class Prompts:
    """What is put before questions, passages and image documents: a text, or ``prompt:NAME``.

    None leaves the choice to the model, whose own prompt for queries or documents is taken.
    """

    query: str | None = None
    passage: str | None = None
    image: str | None = None


OWN_PROMPTS = Prompts()


def load(
    kind: type[Any], made: Weights, precision: Precision = "float32", longest: int | None = None
) -> Any:
    """A model of one of the library's classes. Raises InputError for weights of another kind.

    longest: tokens of a text that are read; None leaves the model's own limit.
    """
    import torch

    name = kind.__name__
    with made.loading(f"a {name} of sentence-transformers", precision), _whole(made, name):
        model = kind(
            made.source,
            revision=made.commit,
            trust_remote_code=made.remote_code,
            model_kwargs={"dtype": getattr(torch, precision)},
        )
    _check_kind(made, name, model)
    told, positions = model.get_max_seq_length(), _positions(model)
    if longest is not None:
        model.max_seq_length = longest
    elif positions is not None and (told is None or told > positions):
        model.max_seq_length = positions
    return model.eval()


def _positions(model: Any) -> int | None:
    """How many tokens a model has positions for; the library cuts nothing where no file says so."""
    config = model.config
    if config is None:
        return None
    limit = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(limit) if limit else None


def composition(model: Any, wanted: Composition, made: Weights) -> Composition:
    """How image documents are composed. Raises InputError where the model can't do as wanted."""
    joint = model.supports(("image", "text")) or model.supports(("text", "image"))
    sees = model.supports("image")
    if wanted == "auto":
        return "joint" if joint else "sum" if sees else "caption"
    if (wanted == "joint" and not joint) or (wanted in ("sum", "image") and not sees):
        raise InputError(
            f"'{made.source}' takes {', '.join(map(str, model.modalities))}, so it can't compose "
            f"image documents as '{wanted}'",
            mend='set images = "auto" or "caption" in the row',
        )
    return wanted


def document_inputs(
    corpus: Corpus, numbers: npt.NDArray[np.int64], images: Composition
) -> list[Any]:
    """What a model is given of each document: a text, or an image with or without its caption."""
    inputs: list[Any] = list(corpus.texts(numbers))
    if images == "caption":
        return inputs
    for place, number in enumerate(numbers.tolist()):
        if number >= corpus.numbers("image").start:
            text = {"text": inputs[place]} if images == "joint" else {}
            inputs[place] = {"image": corpus.image(number), **text}
    return inputs


def prompted(prompt: str | None, model: Any, made: Weights) -> dict[str, str]:
    """The library's arguments for a prompt that is a text, a name, or left to the model."""
    if prompt is None:
        return {}
    if not prompt.startswith(NAMED):
        return {"prompt": prompt}
    name = prompt.removeprefix(NAMED)
    if name not in model.prompts:
        known = ", ".join(model.prompts) or "none"
        raise InputError(
            f"'{made.source}' has no prompt '{name}'", mend=f"choose from its own: {known}"
        )
    return {"prompt_name": name}


def as_texts(texts: Sequence[str]) -> list[Any]:
    """Texts as the library takes them for texts, too, where one is the address of an image.

    A model of several modalities would fetch and embed what stands at such an address.
    """
    from sentence_transformers.base.modality import infer_modality

    return [text if infer_modality(text) == "text" else {"text": text} for text in texts]


def longest(model: Any) -> int | None:
    """Tokens of a text that a model of the library reads; None where it sets no limit."""
    limit = model.get_max_seq_length()
    return int(limit) if limit is not None else None


def _check_kind(made: Weights, kind: str, model: Any) -> None:
    """Refuse a model that was saved as another kind, which the library would convert."""
    folder = made.files()
    if folder is None:
        return
    if not (folder / "modules.json").exists():
        if any(type(part).__name__ == "Pooling" for part in model):
            log.info(
                f"'{made.source}' says nothing of its pooling: sentence-transformers chose one"
            )
        built = _json(folder / "config.json").get("architectures") or [""]
        if kind in HEADS and not str(built[0]).endswith(HEADS[kind]):
            raise InputError(
                f"'{made.source}' is a {built[0] or 'model'} without the head of a {kind}",
                mend="give a model of that kind: a new head would be random",
            )
        return
    written = _json(folder / "config_sentence_transformers.json").get("model_type")
    saved = {None: "SentenceTransformer", "ColBERT": "MultiVectorEncoder"}.get(written, written)
    if saved != kind:
        raise InputError(
            f"'{made.source}' is a {saved}, not a {kind}",
            mend="take the retriever of that kind",
        )


def _json(path: Path) -> dict[str, Any]:
    try:
        content = decode_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextlib.contextmanager
def _whole(made: Weights, kind: str) -> Iterator[None]:
    """Raise InputError where transformers fills in random weights for those that are missing.

    The library says so in its log alone, and goes on.
    """
    from transformers.utils import logging as transformers_logging

    logger, reports = logging.getLogger("transformers"), _Kept()
    level = logger.level
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.disable_default_handler()
    logger.addHandler(reports)
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
        logger.removeHandler(reports)
        transformers_logging.enable_default_handler()
    plain = re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(reports.messages))
    missing = [name for name in MISSING.findall(plain) if UNUSED not in name]
    if missing:
        raise InputError(
            f"'{made.source}' lacks the weights '{missing[0].strip()}' of a {kind}",
            mend="give a model of that kind",
        )


class _Kept(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
