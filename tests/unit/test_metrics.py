"""The metrics, against figures worked out by hand and against trec_eval's own code."""

import math
import random
from pathlib import Path

import pytest
import pytrec_eval

from benchmark.errors import InputError
from benchmark.evaluation.copies import merge_copies
from benchmark.evaluation.metrics import METRICS, score_run, score_sets
from benchmark.io.trec import read_qrels, read_sets
from benchmark.types import Run

TREC_NAMES = {
    "nDCG@10": "ndcg_cut_10",
    "nDCG@20": "ndcg_cut_20",
    "Recall@20": "recall_20",
    "Recall@100": "recall_100",
    "success@1": "success_1",
    "success@5": "success_5",
}


def run_of(documents: dict[str, list[str]]) -> Run:
    return Run(
        "r", documents, {q: [-float(i) for i in range(len(d))] for q, d in documents.items()}
    )


def test_by_hand() -> None:
    qrels = {"a": {"x": 1, "y": 1}, "b": {"z": 1}, "c": {"w": 1}, "never": {"n": 0}}
    run = run_of({"a": ["u", "x", "v", "y"], "b": [f"n{i}" for i in range(14)] + ["z"], "d": ["w"]})
    scores = score_run(run, qrels)
    assert scores.queries == ("a", "b", "c", "never")  # the last counts 0, as in trec_eval -c
    assert scores.unanswered == 2
    assert scores.values["MRR@10"].tolist() == [1 / 2, 0, 0, 0]
    assert scores.values["MRR@20"].tolist() == [1 / 2, 1 / 15, 0, 0]
    assert scores.values["success@1"].tolist() == [0, 0, 0, 0]
    assert scores.values["success@5"].tolist() == [1, 0, 0, 0]
    assert scores.values["Recall@20"].tolist() == [1, 1, 0, 0]
    gain = 1 / math.log2(3) + 1 / math.log2(5)
    ideal = 1 + 1 / math.log2(3)
    assert scores.values["nDCG@10"].tolist() == pytest.approx([gain / ideal, 0, 0, 0])
    assert scores.mean("nDCG@20") == pytest.approx((gain / ideal + 1 / math.log2(16)) / 4)


def test_against_trec_eval() -> None:
    dice = random.Random(7)
    pool = [f"d{i}" for i in range(150)]
    qrels = {
        f"q{i}": {d: dice.choice([0, 1, 1, 2]) for d in dice.sample(pool, 9)} for i in range(40)
    }
    documents = {q: dice.sample(pool, dice.choice([1, 30, 100])) for q in list(qrels)[:35]}
    scores = score_run(run_of(documents), qrels)
    asked = {"ndcg_cut", "recall", "success", "recip_rank", "P_5", "map", "Rprec"}
    further = {"precision@5": "P_5", "map": "map", "r-precision": "Rprec"}
    scores_further = score_run(run_of(documents), qrels, [*further])
    theirs = pytrec_eval.RelevanceEvaluator(qrels, asked).evaluate(
        {q: {d: -float(i) for i, d in enumerate(ranked)} for q, ranked in documents.items()}
    )
    cut = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}).evaluate(
        {q: {d: -float(i) for i, d in enumerate(ranked[:10])} for q, ranked in documents.items()}
    )
    for place, query in enumerate(scores.queries):
        for metric in METRICS:
            name = TREC_NAMES.get(metric)
            mine = scores.values[metric][place]
            if query not in documents:
                assert mine == 0
            elif name:
                assert mine == pytest.approx(theirs[query][name])
        if query in documents:
            for metric, name in further.items():
                assert scores_further.values[metric][place] == pytest.approx(theirs[query][name])
            assert scores.values["MRR@10"][place] == pytest.approx(cut[query]["recip_rank"])


@pytest.mark.parametrize("name", ["MMR@10", "precision@0", "dcg@10", "success"])
def test_an_unknown_metric_is_rejected(name: str) -> None:
    with pytest.raises(InputError, match="unknown metric"):
        score_run(run_of({"a": ["x"]}), {"a": {"x": 1}}, [name])


def test_f1_of_sets_by_hand() -> None:
    qrels = {"a": {"x": 1, "y": 1}, "b": {"z": 1}, "c": {"w": 1}}
    scores = score_sets({"a": ["x", "u", "v"], "b": [], "other": ["z"]}, qrels)
    assert scores.values["F1"].tolist() == [2 / 5, 0, 0]
    assert scores.unanswered == 2


def test_the_published_f1_of_webqas_baseline(shared: Path) -> None:
    qrels = read_qrels(shared / "webqa" / "test_qrels.txt")
    scores = score_sets(read_sets(shared / "webqa" / "vlp_x101fpn_val_sources.json"), qrels)
    images = {q for q, judged in qrels.items() if next(iter(judged)).isdecimal()}
    assert len(images) == 2511
    assert scores.among(images).mean("F1") == pytest.approx(0.6799, abs=5e-5)
    assert scores.among(set(scores.queries) - images).mean("F1") == pytest.approx(0.7006, abs=5e-5)


def test_copies_count_as_one() -> None:
    run, qrels = merge_copies(
        run_of({"q": ["b2", "x", "b1", "y"]}), {"q": {"b1": 1}}, {"b2": "b1", "y": "x"}
    )
    assert run.documents == {"q": ["b1", "x"]}
    assert qrels == {"q": {"b1": 1}}
    assert score_run(run, qrels, ["success@1"]).mean("success@1") == 1


def test_a_run_of_another_split_is_refused() -> None:
    with pytest.raises(InputError, match="results for none of the 1 judged questions"):
        score_run(run_of({"p": ["d"]}), {"q": {"d": 1}})
