"""Functions for all kinds of sentence-transformers models: loading, prompts, image documents."""

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
"""How an image document is embedded: image and caption in one input ("joint"), the sum of the two
embeddings, the caption alone, or the image alone. "auto" is "joint" if the model supports it, else
"sum" if it takes images, else "caption"."""

NAMED = "prompt:"
"""The prefix of a prompt that is given by its name in the model: ``prompt:query``."""

MISSING = re.compile(r"^([\w.{}, *-]+?)\s*\|.*MISSING", re.MULTILINE)
"""Matches a line of transformers' report of the weights that a checkpoint lacks."""

UNUSED = "pooler"
"""Layers that checkpoints often lack, and that no model of the library uses."""


HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"SparseEncoder": ("ForMaskedLM",), "MultiVectorEncoder": ("HF_ColBERT", "ForRetrieval")}
)
"""For each kind of model, the ends of the names of architectures that have its head. To any other
architecture the library adds a head with random weights."""


@recipe_name("Prompts")
@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The prompts before questions, passages and image documents: a text, or ``prompt:NAME``.

    None means the model's own prompt for queries or documents.
    """

    query: str | None = None
    passage: str | None = None
    image: str | None = None


OWN_PROMPTS = Prompts()


def load(
    kind: type[Any], made: Weights, precision: Precision = "float32", longest: int | None = None
) -> Any:
    """A model of one of the library's classes. Raises InputError for weights of another kind.

    longest: the number of tokens of a text that are read; None keeps the model's own limit.
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
    """The number of positions of a model; the library cuts no text if no file gives a limit."""
    config = model.config
    if config is None:
        return None
    limit = getattr(config.get_text_config(), "max_position_embeddings", None)
    return int(limit) if limit else None


def composition(model: Any, wanted: Composition, made: Weights) -> Composition:
    """How image documents are embedded. Raises InputError if the model does not support it."""
    joint = model.supports(("image", "text")) or model.supports(("text", "image"))
    sees = model.supports("image")
    if wanted == "auto":
        return "joint" if joint else "sum" if sees else "caption"
    if (wanted == "joint" and not joint) or (wanted in ("sum", "image") and not sees):
        raise InputError(
            f"'{made.source}' takes {', '.join(map(str, model.modalities))}, so it cannot embed "
            f"image documents as '{wanted}'",
            mend='set images = "auto" or "caption" in the row',
        )
    return wanted


def document_inputs(
    corpus: Corpus, numbers: npt.NDArray[np.int64], images: Composition
) -> list[Any]:
    """The model's input for each document: a text, or an image with or without its caption."""
    inputs: list[Any] = list(corpus.texts(numbers))
    if images == "caption":
        return inputs
    for place, number in enumerate(numbers.tolist()):
        if number >= corpus.numbers("image").start:
            text = {"text": inputs[place]} if images == "joint" else {}
            inputs[place] = {"image": corpus.image(number), **text}
    return inputs


def prompted(prompt: str | None, model: Any, made: Weights) -> dict[str, str]:
    """The library's arguments for a prompt: a text, a name, or None for the model's own."""
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
    """Texts in a form that the library reads as texts, even if one is the URL of an image.

    A multi-modal model would otherwise download and embed the image at that URL.
    """
    from sentence_transformers.base.modality import infer_modality

    return [text if infer_modality(text) == "text" else {"text": text} for text in texts]


def longest(model: Any) -> int | None:
    """The number of tokens of a text that a model reads; None if it has no limit."""
    limit = model.get_max_seq_length()
    return int(limit) if limit is not None else None


def _check_kind(made: Weights, kind: str, model: Any) -> None:
    """Raise InputError for a model that was saved as another kind; the library would convert it."""
    folder = made.files()
    if folder is None:
        return
    if not (folder / "modules.json").exists():
        if any(type(part).__name__ == "Pooling" for part in model):
            log.info(f"'{made.source}' does not state its pooling: sentence-transformers chose it")
        built = _json(folder / "config.json").get("architectures") or [""]
        if kind in HEADS and not str(built[0]).endswith(HEADS[kind]):
            raise InputError(
                f"'{made.source}' is a {built[0] or 'model'} without the head of a {kind}",
                mend="give a model of that kind; a new head would have random weights",
            )
        return
    written = _json(folder / "config_sentence_transformers.json").get("model_type")
    saved = {None: "SentenceTransformer", "ColBERT": "MultiVectorEncoder"}.get(written, written)
    if saved != kind:
        raise InputError(
            f"'{made.source}' is a {saved}, not a {kind}",
            mend="use the retriever for that kind",
        )


def _json(path: Path) -> dict[str, Any]:
    try:
        content = decode_json(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextlib.contextmanager
def _whole(made: Weights, kind: str) -> Iterator[None]:
    """Raise InputError if transformers replaces missing weights by random ones.

    The library only logs this, and continues.
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
    """Stores the logged messages."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())
