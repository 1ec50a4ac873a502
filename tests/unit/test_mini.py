"""webqa-mini is the same everywhere, answerable, and gives nothing away."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from baselines.bm25 import BM25
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.mini.canvas import SIZE
from benchmark.datasets.mini.drawing import PAINT
from benchmark.datasets.mini.generate import DEV_QUESTIONS, FROZEN, SHUFFLE_SEED
from benchmark.datasets.mini.records import FIRST_IMAGE_ID
from benchmark.datasets.webqa_mini import FOLDER
from benchmark.evaluation.metrics import score_run
from benchmark.retriever import Task

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "webqa"
POSITIVES = ("txt_posFacts", "img_posFacts")

Entry = dict[str, Any]


@dataclass(frozen=True)
class Mini:
    folder: Path
    train: list[Entry]
    dev: list[Entry]
    test: list[Entry]
    distracting: list[Entry]

    @property
    def judged(self) -> list[Entry]:
        return [*self.train, *self.dev, *self.test]

    def pixels(self, name: str) -> Iterator[npt.NDArray[np.uint8]]:
        with (self.folder / f"{name}.tsv").open() as lines:
            for line in lines:
                yield np.asarray(Image.open(io.BytesIO(base64.b64decode(line.split("\t")[1]))))


@pytest.fixture(scope="module")
def mini(webqa_mini: Collection) -> Mini:
    folder = webqa_mini.folder / FOLDER
    judged = json.loads((folder / "WebQA_train_val.json").read_text("utf-8")).values()
    train = [entry for entry in judged if entry["split"] == "train"]
    np.random.seed(SHUFFLE_SEED)
    np.random.shuffle(train)
    return Mini(
        folder=folder,
        train=train[DEV_QUESTIONS:],
        dev=train[:DEV_QUESTIONS],
        test=[entry for entry in judged if entry["split"] == "val"],
        distracting=list(json.loads((folder / "WebQA_test.json").read_text("utf-8")).values()),
    )


def facts(entry: Entry, *fields: str) -> list[Entry]:
    return [fact for field in fields or entry if "Facts" in field for fact in entry[field]]


def identity(fact: Entry) -> str:
    return str(fact.get("snippet_id") or fact["image_id"])


def is_text(entry: Entry) -> int:
    return int(bool(entry["txt_posFacts"]))


def told_apart(questions: list[str], text: list[int]) -> float:
    """How often the words of a question alone tell its modality."""
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    classifier = make_pipeline(words, LogisticRegression(C=100, max_iter=500))
    return float(cross_val_score(classifier, questions, text, cv=5).mean())


def test_pixels_and_records_are_frozen(mini: Mini) -> None:
    digest = hashlib.sha256()
    for name in ("imgs", "pretrain_imgs"):
        for pixels in mini.pixels(name):
            digest.update(repr(pixels.shape).encode() + pixels.tobytes())
    for path in sorted(mini.folder.glob("*.json*")):
        text = path.read_text("utf-8")
        lines = text.splitlines() if path.suffix == ".jsonl" else [text]
        digest.update(json.dumps([json.loads(line) for line in lines]).encode())
    assert digest.hexdigest() == FROZEN


def test_it_is_as_large_as_promised(mini: Mini) -> None:
    everything = [fact for entry in mini.judged + mini.distracting for fact in facts(entry)]
    assert len({fact["image_id"] for fact in everything if "image_id" in fact}) >= 5_000
    assert len({fact["fact"] for fact in everything if "fact" in fact}) >= 6_000
    assert len(mini.train) >= 2_500
    assert len(mini.dev) == DEV_QUESTIONS
    assert len(mini.test) >= 1_000
    assert len({entry["Guid"] for entry in mini.judged + mini.distracting}) == len(
        mini.judged
    ) + len(mini.distracting)


def test_offsets_lead_to_the_images(mini: Mini) -> None:
    offsets = [int(line) for line in (mini.folder / "imgs.lineidx").read_text().split()]
    with (mini.folder / "imgs.tsv").open("rb") as table:
        for row in (0, 1, len(offsets) - 1):
            table.seek(offsets[row])
            assert int(table.readline().split(b"\t")[0]) == FIRST_IMAGE_ID + row


def test_splits_share_no_entity(mini: Mini) -> None:
    splits = (mini.train, mini.dev, mini.test, mini.distracting)
    titles = [{fact["title"] for entry in split for fact in facts(entry)} for split in splits]
    assert sum(map(len, titles)) == len(set().union(*titles))


def test_order_gives_nothing_away(mini: Mini) -> None:
    """Ranking an entity's documents by file order or length finds answers no better than chance."""
    orders: dict[str, list[float]] = {"id": [], "length": [], "chance": []}
    rng = random.Random(0)
    for entry in mini.judged:
        kind = "fact" if is_text(entry) else "caption"
        positives = {identity(fact) for fact in facts(entry, *POSITIVES)}
        titles = {fact["title"] for fact in facts(entry, *POSITIVES)}
        rivals = [
            fact
            for fact in facts(entry)
            if kind in fact and fact["title"] in titles and identity(fact) not in positives
        ]
        for fact in facts(entry, *POSITIVES):
            for rival in rivals:
                orders["length"].append(len(fact[kind]) < len(rival[kind]))
                orders["chance"].append(rng.random() < 0.5)
                if kind == "caption":
                    orders["id"].append(fact["image_id"] < rival["image_id"])
    assert {name: float(np.mean(wins)) for name, wins in orders.items()} == pytest.approx(
        dict.fromkeys(orders, 0.5), abs=0.07
    )


def test_question_words_tell_the_modality_about_as_often_as_on_webqa(mini: Mini) -> None:
    accuracy = told_apart([entry["Q"] for entry in mini.judged], list(map(is_text, mini.judged)))
    assert 0.93 < accuracy < 0.975


def test_question_words_tell_the_modality_of_the_real_questions(mini: Mini) -> None:
    if not REAL.exists():
        pytest.skip(f"WebQA's own questions are not at {REAL}")
    qrels = [line.split() for line in (REAL / "test_qrels.txt").read_text().splitlines()]
    text = {line[0]: int("_" in line[1]) for line in qrels}
    lines = (REAL / "val_queries.jsonl").read_text("utf-8").splitlines()
    real = {question["qid"]: question["Q"] for question in map(json.loads, lines)}
    accuracy = told_apart(list(real.values()), [text[qid] for qid in real])
    assert accuracy == pytest.approx(0.956, abs=0.01)


def test_a_kite_has_the_colour_that_the_answer_says(mini: Mini) -> None:
    rows = list(mini.pixels("imgs"))
    asked = [
        entry for entry in mini.judged if entry["Qcate"] == "color" and "the kite" in entry["Q"]
    ]
    assert len(asked) > 50
    for entry in asked:
        (image,) = entry["img_posFacts"]
        pixels = rows[image["image_id"] - FIRST_IMAGE_ID]
        middle = 28 * len(pixels) // SIZE
        seen = np.median(pixels[middle - 2 : middle + 3, middle - 2 : middle + 3], axis=(0, 1))
        nearest = min(PAINT, key=lambda name: float(np.abs(seen - PAINT[name]).sum()))
        assert entry["Keywords_A"] == f'"{nearest}"'


def test_the_judged_passages_hold_the_answer(mini: Mini) -> None:
    asked = [entry for entry in mini.judged if re.match(r'"(Who|When|How|What)', entry["Q"])]
    told = [entry for entry in asked if is_text(entry) and " or " not in entry["Q"]]
    assert len(told) > 500
    for entry in told:
        evidence = " ".join(fact["fact"] for fact in entry["txt_posFacts"]).lower()
        for keyword in entry["Keywords_A"].strip('"').lower().split(", "):
            assert keyword in evidence


def test_word_overlap_stays_well_short_of_perfect(
    webqa_mini: Collection, mini_store: Store
) -> None:
    run = BM25().ranking(Task(data=webqa_mini, split="dev")).run("bm25", mini_store)
    assert 0.35 < score_run(run, webqa_mini.qrels("dev")).mean("MRR@10") < 0.75


def test_the_loader_reads_it_as_it_was_made(webqa_mini: Collection, mini: Mini) -> None:
    for split, entries in (("train", mini.train), ("dev", mini.dev), ("test", mini.test)):
        assert [query.id for query in webqa_mini.queries(split)] == [e["Guid"] for e in entries]
        for entry in entries[:50]:
            positives = {identity(fact) for fact in facts(entry, *POSITIVES)}
            assert set(webqa_mini.qrels(split)[entry["Guid"]]) == positives
    row = webqa_mini.corpus.numbers("image")[7]
    picture = int(webqa_mini.corpus[row].id) - FIRST_IMAGE_ID
    pixels = list(mini.pixels("imgs"))[picture]
    assert np.asarray(webqa_mini.corpus.image(row)).tolist() == pixels.tolist()
