"""Verbalized captions: written by a verbalizer trained here, readable, and put behind [SEP]."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from univl_tiny import COLOURS, checkpoint, clip, collection

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, Corpus
from benchmark.errors import InputError
from univl_dr.documents import AS_IS, Presentation, Presenter
from univl_dr.examples import Examples
from univl_dr.items import Item
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
    recipe = replace(
        checkpoint(data).recipe, learning_rate=5e-3, epochs=100, evaluate_every=50, batch=8
    )
    trained = replace(
        checkpoint(data),
        start=untrained(data),
        examples=Examples(data=data, modality="image"),
        dev=Examples(data=data, modality="image"),
        objective=Likelihood(),
        recipe=recipe,
    )
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


def test_only_texts_that_extend_the_captions_can_replace_them(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    with pytest.raises(InputError, match="doesn't begin with its caption"):
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


def verbalizer(folder: Path, store: Store) -> Verbalizer:
    return untrained(collection(folder / "tiny")).module(store).eval()


def untrained(data: Collection) -> UntrainedVerbalizer:
    return UntrainedVerbalizer(encoder=clip(data), seed=1, width=64, layers=2, prefix=4)


def _blank(image: object) -> torch.Tensor:
    return torch.zeros(3, 16, 16, dtype=torch.uint8)
