"""A learned router, which predicts from a question's text whether an image answers it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baselines.fusion import best, choose
from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.io.jsonl import decode_json
from benchmark.progress import log
from benchmark.retriever import Ranking, Task
from benchmark.types import TopK

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from benchmark.datasets import Collection

LEARNABLE = ("train", "dev")
"""The splits that a router may be fitted on; the first one that the data set has is used."""

INVERSE_PENALTY = 10.0
"""scikit-learn's C. On WebQA's real questions, the accuracies with 3, 10 and 30 differ by less than
a quarter of a percent."""


@recipe_name("Router")
@dataclass(frozen=True, kw_only=True)
class Router(Artefact):
    """Logistic regression over TF-IDF of words, word pairs and character n-grams within words.

    It is fitted on the training split, or on dev if there is none. The artefact contains no model
    but its predictions for the questions of all other splits. Questions of unknown modality are not
    used for fitting.
    """

    data: Collection

    def build(self, folder: Path, store: Store) -> None:  # noqa: ARG002
        import numpy as np

        learned = learned_split(self.data)
        assert learned is not None  # noqa: S101  (why_unavailable() has looked)
        texts, pictures = _known(self.data, learned)
        if len(set(pictures)) < 2:
            raise InputError(
                f"the questions of split '{learned}' are not of both modalities",
                mend="give the modality of training questions of both kinds",
                path=self.data.folder,
            )
        model = classifier().fit(texts, pictures)
        accuracy = {}
        for split in self.data.splits:
            if split == learned:
                continue
            questions = [query.text for query in self.data.queries(split)]
            np.save(folder / f"{split}.npy", model.predict_proba(questions)[:, 1])
            texts, pictures = _known(self.data, split)
            if texts:
                accuracy[split] = float(model.score(texts, pictures))
                log.info(f"router: accuracy {accuracy[split]:.1%} on the {split} questions")
        (folder / "accuracy.json").write_text(json.dumps(accuracy) + "\n", encoding="utf-8")

    def image_probability(self, split: str, store: Store) -> npt.NDArray[np.float64]:
        """The probability that an image answers; float64, shape (questions of ``split``,)."""
        import numpy as np

        path = store.path(self) / f"{split}.npy"
        probability: npt.NDArray[np.float64] = np.load(path, allow_pickle=False)
        return probability

    def accuracy(self, split: str, store: Store) -> float | None:
        """The accuracy on the questions of known modality in ``split``; None if there are none."""
        shares: dict[str, float] = decode_json((store.path(self) / "accuracy.json").read_bytes())
        return shares.get(split)


@recipe_name("HardRouting")
@dataclass(frozen=True, kw_only=True)
class HardRouting(Ranking):
    """The list that the router selects; the other one is ignored."""

    task: Task
    text: Ranking
    image: Ranking
    router: Router

    def rank(self, store: Store) -> TopK:
        pictures = self.router.image_probability(self.task.split, store) >= 0.5
        return choose(pictures, self.text.top(store), self.image.top(store))


@recipe_name("SoftRouting")
@dataclass(frozen=True, kw_only=True)
class SoftRouting(Ranking):
    """Reciprocal ranks, weighted by the router's probability of the list's modality."""

    task: Task
    text: Ranking
    image: Ranking
    router: Router

    def rank(self, store: Store) -> TopK:
        image = self.router.image_probability(self.task.split, store).tolist()
        fused: list[dict[int, float]] = [{} for _ in image]
        weights = [1 - probability for probability in image], image
        for ranking, weight in zip((self.text, self.image), weights, strict=True):
            for scores, numbers, share in zip(
                fused, ranking.top(store).numbers.tolist(), weight, strict=True
            ):
                scores.update(
                    {row: share / rank for rank, row in enumerate(numbers, 1) if row >= 0}
                )
        return best(fused, self.task.depth)


def learned_split(data: Collection) -> str | None:
    """The split of ``data`` that a router is fitted on; None if there is none."""
    return next((split for split in LEARNABLE if split in data.splits), None)


def classifier() -> Any:
    """The unfitted classifier, a scikit-learn estimator over texts; it uses no random numbers."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline, make_union

    features = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    return make_pipeline(features, LogisticRegression(C=INVERSE_PENALTY, max_iter=1000))


def _known(data: Collection, split: str) -> tuple[list[str], list[bool]]:
    """The texts of the questions of known modality, and whether each is answered by an image."""
    known = [query for query in data.queries(split) if query.modality is not None]
    return [query.text for query in known], [query.modality == "image" for query in known]
