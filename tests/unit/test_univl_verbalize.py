"""Verbalized captions: written by a verbalizer trained here, readable, and put behind [SEP]."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from univl_tiny import COLOURS, checkpoint, clip, collection

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, Corpus
from benchmark.errors import InputError
from univl_dr.documents import AS_IS, Presentation, Presenter
from univl_dr.examples import Drawn, Example, Examples, FixedExamples, Source
from univl_dr.items import Item
from univl_dr.train import Checkpoint
from univl_dr.verbalize import Alone, Given, Written
from univl_dr.verbalizer import Verbalizer
from univl_dr.verbalizing import Likelihood, UntrainedVerbalizer


@torch.inference_mode()
def test_the_likelihood_is_the_decoders_and_padding_changes_nothing(
    tmp_path: Path, store: Store
) -> None:
    module = verbalizer(tmp_path, store)
    image = torch.zeros(3, 16, 16, dtype=torch.uint8)
    items = [Item("picture number 1", image), Item("picture", image)]
    texts = ["what shows red", "what shows green and blue"]
    together = module.likelihood(items, texts)
    apart = [module.likelihood([item], [text]) for item, text in zip(items, texts, strict=True)]
    mean = sum(one.loss * one.total for one in apart) / together.total
    assert torch.allclose(together.loss, mean, atol=1e-5)
    assert together.total == sum(len(module.tokens.ids(text)) + 1 for text in texts)
    assert module.write(items) == [module.write([item])[0] for item in items]


def test_it_learns_to_ask_and_its_captions_can_be_read(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    asked = Examples(data=data, modality="image")
    trained = taught(data, asked, asked, learning_rate=5e-3, epochs=100, evaluate_every=50, batch=8)
    written = Written(data=data, verbalizer=trained, presentation=AS_IS)
    texts = written.open(store, data.corpus)(range(8, 16))
    wanted = [
        f"picture number {number} [SEP] what shows {colour}"
        for number, colour in enumerate(COLOURS)
    ]
    assert sum(text == right for text, right in zip(texts, wanted, strict=True)) >= 6
    lines = (store.path(written) / "captions.jsonl").read_text().splitlines()
    assert json.loads(lines[3])["caption"] == "picture number 3"

    presenter = Presenter(Presentation(captions=written), data.corpus, store, _blank)
    assert [item.text for item in presenter.items([0, 8])] == [
        "the red tower was built here",
        texts[0],
    ]
    alone = Alone(of=written).open(store, data.corpus)(range(8, 16))
    assert [f"picture number {n} [SEP] {text}" for n, text in enumerate(alone)] == texts


def test_texts_tell_unseen_pictures_apart(tmp_path: Path, store: Store) -> None:
    """Each seventh pair of colours is left out of training."""
    data = collection(tmp_path / "tiny")
    seen, held_out = _TwoColours(held_out=False), _TwoColours(held_out=True)
    trained = taught(
        data, seen, held_out, learning_rate=1e-2, epochs=80, evaluate_every=1000, batch=12
    )
    module = trained.module(store).eval()
    unseen = held_out.open(store, module.preprocess)
    examples = unseen.draw(np.arange(len(unseen)), np.random.default_rng(0))
    with torch.inference_mode():
        texts = module.write([example.items[0] for example in examples])
    assert len(set(texts)) >= 7
    right = sum(
        written == wanted
        for text, example in zip(texts, examples, strict=True)
        for written, wanted in zip(text.split(), example.question.split(), strict=False)
    )
    assert right >= 0.8 * 2 * len(examples)


def test_patches_are_the_hidden_states_before_the_last_block(tmp_path: Path, store: Store) -> None:
    """A second implementation: what the last block is given, less the class token."""
    module = replace(clip(collection(tmp_path / "tiny")), layers=2).module(store).eval()
    tower = module.clip.visual
    kept = {}
    tower.transformer.resblocks[-1].register_forward_pre_hook(
        lambda _, inputs: kept.update(read=inputs[0])
    )
    images = list(torch.randint(256, (3, 3, 16, 16), dtype=torch.uint8))
    with torch.inference_mode():
        module.embed_images(images)
        patches = module.embed_patches(images)
    assert patches.shape == (3, 4, module.patch_width)
    assert torch.allclose(patches, kept["read"][:, 1:], atol=1e-6)


@torch.inference_mode()
def test_an_item_without_an_image_is_read_by_its_caption(tmp_path: Path, store: Store) -> None:
    module = verbalizer(tmp_path, store)
    items = [Item("picture", torch.zeros(3, 16, 16, dtype=torch.uint8)), Item("number 1", None)]
    assert module.write(items)[1] == module.write(items[1:])[0]
    assert module.likelihood(items, ["what shows red", "what shows blue"]).loss.isfinite()


def test_a_tower_without_patches_is_refused(tmp_path: Path, store: Store) -> None:
    module = clip(collection(tmp_path / "tiny")).module(store)
    with pytest.raises(InputError, match="not a vision transformer of at least two blocks"):
        module.embed_patches([torch.zeros(3, 16, 16, dtype=torch.uint8)])


def test_only_texts_that_extend_the_captions_can_replace_them(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    with pytest.raises(InputError, match="does not begin with its caption"):
        Alone(of=_Unrelated(view="query")).open(store, data.corpus)([8])


def test_an_interrupted_writing_goes_on(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    written = Written(data=data, verbalizer=untrained(data), presentation=AS_IS)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    written.build(whole, store)
    content = (whole / "captions.jsonl").read_bytes()
    cut.mkdir()
    (cut / "captions.jsonl").write_bytes(content[: len(content) // 2])
    written.build(cut, store)
    assert (cut / "captions.jsonl").read_bytes() == content


def test_a_verbalizer_is_saved_whole(tmp_path: Path, store: Store) -> None:
    module = verbalizer(tmp_path, store)
    (tmp_path / "saved").mkdir()
    module.save(tmp_path / "saved")
    loaded = Verbalizer.load(tmp_path / "saved").eval()
    items = [Item("picture", torch.zeros(3, 16, 16, dtype=torch.uint8))]
    with torch.inference_mode():
        losses = [one.likelihood(items, ["what"]).loss.item() for one in (module, loaded)]
    assert losses[0] == pytest.approx(losses[1])


@recipe_name("test_univl_verbalize-_Unrelated")
@dataclass(frozen=True, kw_only=True)
class _Unrelated(Given):
    def open(self, store: Store, corpus: Corpus) -> Callable[[Sequence[int]], list[str]]:
        return lambda rows: ["another text" for _ in rows]


@recipe_name("test_univl_verbalize-_TwoColours")
@dataclass(frozen=True, kw_only=True)
class _TwoColours:
    """Pictures of one colour over another, with the names of both as their text."""

    held_out: bool

    def open(self, store: Store, preprocess: Callable[[Image.Image], torch.Tensor]) -> Drawn:
        examples = []
        for number, pair in enumerate(permutations(COLOURS, 2)):
            if (number % 7 == 0) == self.held_out:
                picture = Image.new("RGB", (16, 16), pair[0])
                picture.paste(pair[1], (0, 8, 16, 16))
                item = Item(None, preprocess(picture))
                examples.append(
                    Example(f"{number}", " ".join(pair), [item], [number], frozenset([number]))
                )
        return FixedExamples(examples)


def verbalizer(folder: Path, store: Store) -> Verbalizer:
    return untrained(collection(folder / "tiny")).module(store).eval()


def taught(data: Collection, examples: Source, dev: Source, **recipe: object) -> Checkpoint:
    """A verbalizer that is trained on ``examples``."""
    trained = checkpoint(data, **recipe)
    return replace(
        trained, start=untrained(data), examples=examples, dev=dev, objective=Likelihood()
    )


def untrained(data: Collection) -> UntrainedVerbalizer:
    seeing = replace(clip(data), layers=2)
    return UntrainedVerbalizer(
        encoder=seeing, seed=1, width=64, layers=2, deviation=0.1, dropout=0.0
    )


def _blank(image: object) -> torch.Tensor:
    return torch.zeros(3, 16, 16, dtype=torch.uint8)
