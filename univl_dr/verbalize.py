"""Verbalized captions, ``C* = C ; [SEP] ; V(I)``: from the data set, or generated as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, Corpus
from benchmark.errors import InputError
from benchmark.io.files import write_text
from benchmark.io.jsonl import decode_json
from benchmark.progress import Progress
from univl_dr.choices import Texts
from univl_dr.documents import Presentation, Presenter

if TYPE_CHECKING:
    from univl_dr.embedder import Start

FILE = "captions.jsonl"
SEPARATOR = "[SEP]"
CHUNK = 256
"""The number of images after which texts are saved, and which an interruption may lose."""

Generator: TypeAlias = Callable[[range], list[str]]
"""Corpus numbers of images -> a text about each."""


@recipe_name("GivenCaptions")
@dataclass(frozen=True, kw_only=True)
class Given:
    """The expanded captions that are part of the data set.

    view: "query" is ``all_imgs_query.json``, "caption" is ``all_imgs_exp.json``.
    """

    view: Texts

    def open(self, store: Store, corpus: Corpus) -> Callable[[Sequence[int]], list[str]]:
        """The captions of this view."""
        del store
        return lambda rows: corpus.texts(rows, self.view)


@recipe_name("GeneratedAlone")
@dataclass(frozen=True, kw_only=True)
class Alone:
    """The generated text in place of the caption: V(I) without C."""

    of: Given | Verbalized

    def open(self, store: Store, corpus: Corpus) -> Callable[[Sequence[int]], list[str]]:
        """The generated texts. Raises InputError for one that does not extend its caption."""
        expanded = self.of.open(store, corpus)

        def generated(rows: Sequence[int]) -> list[str]:
            captions = corpus.texts(rows)
            return [
                _generated(text, caption, row)
                for text, caption, row in zip(expanded(rows), captions, rows, strict=True)
            ]

        def _generated(text: str, caption: str, row: int) -> str:
            if not text.startswith(caption):
                raise InputError(
                    f"the expanded caption of image '{corpus.ids([row])[0]}' does not begin with "
                    "its caption",
                    mend="replace captions only with texts that extend them",
                )
            return text.removeprefix(caption).strip().removeprefix(SEPARATOR).strip()

        return generated


@dataclass(frozen=True, kw_only=True)
class Verbalized(Artefact):
    """Generated texts, one JSON line for each image, in corpus order: id, caption, verbalized."""

    version: ClassVar[str] = "2"
    resumable: ClassVar[bool] = True

    data: Collection

    def generator(self, store: Store) -> Generator:
        """Load the model that generates the texts."""
        raise NotImplementedError

    def build(self, folder: Path, store: Store) -> None:
        corpus, path = self.data.corpus, folder / FILE
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith("\n")]
        write_text(path, "".join(whole))
        generate, images = self.generator(store), corpus.numbers("image")
        with (
            path.open("a", encoding="utf-8") as file,
            Progress("verbalize", len(images), "images") as progress,
        ):
            progress.advance(len(whole))
            for start in range(len(whole), len(images), CHUNK):
                rows = images[start : start + CHUNK]
                columns = corpus.ids(rows), corpus.texts(rows), generate(rows)
                for name, caption, text in zip(*columns, strict=True):
                    record = {"id": name, "caption": caption, "verbalized": text}
                    file.write(json.dumps(record, ensure_ascii=False) + "\n")
                file.flush()
                progress.advance(len(rows))

    def open(self, store: Store, corpus: Corpus) -> Callable[[Sequence[int]], list[str]]:
        """The captions, each with its generated text: C*."""
        with (store.path(self) / FILE).open(encoding="utf-8") as file:
            records = [decode_json(line) for line in file]
        texts = [f"{one['caption']} {SEPARATOR} {one['verbalized']}" for one in records]
        first = corpus.numbers("image").start
        return lambda rows: [texts[row - first] for row in rows]


@recipe_name("WrittenCaptions")
@dataclass(frozen=True, kw_only=True)
class Written(Verbalized):
    """Texts that a trained ``Verbalizer`` generates from images in the given presentation."""

    verbalizer: Start
    presentation: Presentation

    def generator(self, store: Store) -> Generator:
        import torch

        from univl_dr.embedder import computing
        from univl_dr.verbalizer import Verbalizer

        module = self.verbalizer.module(store)
        assert isinstance(module, Verbalizer)  # noqa: S101  (no other model generates texts)
        module.eval()
        presenter = Presenter(self.presentation, self.data.corpus, store, module.preprocess)

        def generate(rows: range) -> list[str]:
            with torch.inference_mode(), computing(module):
                return module.write(presenter.items(rows))

        return generate


@recipe_name("PublishedCaptions")
@dataclass(frozen=True, kw_only=True)
class Captioned(Verbalized):
    """Texts of an image-to-text model of ``transformers``.

    name: a name on the hub, or a folder.
    """

    name: str
    revision: str = "main"

    def generator(self, store: Store) -> Generator:
        del store
        import torch
        from transformers import AutoModelForImageTextToText, AutoProcessor

        from univl_dr.embedder import device
        from univl_dr.verbalizer import LONGEST_TEXT

        processor: Any = AutoProcessor.from_pretrained(  # type: ignore[no-untyped-call]
            self.name, revision=self.revision
        )
        model: Any = AutoModelForImageTextToText.from_pretrained(self.name, revision=self.revision)
        model.to(device()).eval()

        def generate(rows: range) -> list[str]:
            images = [self.data.corpus.image(row) for row in rows]
            inputs = processor(images=images, return_tensors="pt").to(device())
            with torch.inference_mode():
                ids = model.generate(**inputs, max_new_tokens=LONGEST_TEXT, do_sample=False)
            texts: list[str] = processor.batch_decode(ids, skip_special_tokens=True)
            return [text.strip() for text in texts]

        return generate
