"""Metrics by any name, on lists of any depth: against trec_eval, ranx, and figures by hand."""

import random

import ir_measures
import numpy as np
import pytest
import pytrec_eval
import ranx
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.errors import InputError
from benchmark.evaluation.measures import benchmark_name, resolve
from benchmark.evaluation.metrics import score_run, score_sets
from benchmark.types import Qrels, Run


def run_of(documents: dict[str, list[str]], cut_at: int | None = None) -> Run:
    scores = {q: [-float(i) for i in range(len(d))] for q, d in documents.items()}
    return Run("r", documents, scores, cut_at)


def scored(run: Run) -> dict[str, dict[str, float]]:
    return {
        query: dict(zip(documents, run.scores[query], strict=True))
        for query, documents in run.documents.items()
    }


def made_up(
    seed: int, queries: int, depth: int | list[int], levels: list[int]
) -> tuple[Run, dict[str, dict[str, int]]]:
    """A run and judgments; every fifth question judged has no result, and one has no relevant."""
    dice = random.Random(seed)
    pool = [f"d{i}" for i in range(1500)]
    qrels = {
        f"q{i}": {d: dice.choice(levels) for d in dice.sample(pool, dice.randint(1, 300))}
        for i in range(queries)
    }
    qrels["q0"] = dict.fromkeys(qrels["q0"], 0)
    depths = depth if isinstance(depth, list) else [depth]
    lists = {
        q: dice.sample(pool, depths[i % len(depths)]) for i, q in enumerate(qrels) if i % 5 != 4
    }
    return run_of(lists), qrels


TREC = {
    "AP": "map",
    "Rprec": "Rprec",
    "RR": "recip_rank",
    "Bpref": "bpref",
    "infAP": "infAP",
    "nDCG": "ndcg",
    "SetP": "set_P",
    "SetR": "set_recall",
    "SetF": "set_F",
    "NumRet": "num_ret",
    "NumRelRet": "num_rel_ret",
    "IPrec@0.3": "iprec_at_recall_0.30",
    **{f"P@{k}": f"P_{k}" for k in (5, 200, 1000)},
    **{f"R@{k}": f"recall_{k}" for k in (5, 100, 1000)},
    **{f"nDCG@{k}": f"ndcg_cut_{k}" for k in (10, 200)},
    **{f"AP@{k}": f"map_cut_{k}" for k in (100, 1000)},
    **{f"Success@{k}": f"success_{k}" for k in (1, 10)},
}
SETS = {"set_P", "set_recall", "set_F", "iprec_at_recall", "P", "recall", "ndcg_cut", "map_cut"}
ASKED = SETS | {"success"} | {name for name in TREC.values() if not name[-1].isdigit()}


@pytest.mark.parametrize("engine", ["ranx", "ir_measures"])
@pytest.mark.parametrize("depth", [1, 100, 101, 1000, [1, 100, 101, 1000, 0]])
def test_lists_of_any_depth_score_as_trec_eval_scores_them(
    depth: int | list[int], engine: str
) -> None:
    # Graded, negative and unjudged documents, questions without results or relevant documents.
    run, qrels = made_up(1, 12, depth, [-1, 0, 0, 1, 2, 3])
    theirs = pytrec_eval.RelevanceEvaluator(qrels, ASKED).evaluate(scored(run))
    ours = score_run(run, qrels, [*TREC], engine)
    assert ours.queries == tuple(qrels)
    for name, trec in TREC.items():
        expected = [theirs.get(query, {}).get(trec, 0.0) for query in qrels]
        assert ours.values[name].tolist() == pytest.approx(expected, abs=1e-12), name


RANX = (
    "precision", "recall", "f1", "r-precision", "mrr", "map", "ndcg", "ndcg_burges", "hit_rate",
    "precision@5", "recall@5", "f1@5", "mrr@5", "map@5", "ndcg@5", "ndcg_burges@5", "hit_rate@5",
    "recall@200", "rbp.95",
)  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(
    lists=st.lists(st.lists(st.integers(0, 30), unique=True, max_size=12), min_size=1, max_size=4),
    judged=st.lists(
        st.dictionaries(st.integers(0, 30), st.integers(0, 1), min_size=1, max_size=15),
        min_size=4, max_size=4,
    ),
)  # fmt: skip
@pytest.mark.filterwarnings("ignore")  # ranx' open files, and numba on ranx
def test_each_of_ranxs_metrics_is_ranxs_own_on_the_bare_lists(
    lists: list[list[int]], judged: list[dict[int, int]]
) -> None:
    qrels = {f"q{i}": {f"d{d}": level for d, level in one.items()} for i, one in enumerate(judged)}
    run = run_of({f"q{i}": [f"d{d}" for d in one] for i, one in enumerate(lists)})
    if not any(lists):
        return
    ours = score_run(run, qrels, RANX)
    relevant = {q: {d: level for d, level in one.items() if level} for q, one in qrels.items()}
    for place, query in enumerate(qrels):
        documents = run.documents.get(query, [])
        if not documents or not relevant[query]:
            assert {ours.values[name][place] for name in RANX} == {0}
            continue
        theirs = ranx.evaluate(
            ranx.Qrels({query: relevant[query]}),
            ranx.Run({query: dict(zip(documents, run.scores[query], strict=True))}),
            list(RANX),
        )
        for name in RANX:
            assert ours.values[name][place] == pytest.approx(theirs[name], abs=1e-12), name


PAIRS = {
    "mrr@7": "RR@7", "mrr": "RR", "precision@7": "P@7", "precision": "SetP", "recall@7": "R@7",
    "recall": "SetR", "f1": "SetF", "map": "AP", "map@7": "AP@7", "ndcg": "nDCG",
    "ndcg@7": "nDCG@7", "hit_rate@7": "Success@7", "r-precision": "Rprec",
}  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), length=st.integers(0, 40))
def test_ranx_and_trec_eval_agree_where_the_registry_says_so(seed: int, length: int) -> None:
    dice = random.Random(seed)
    pool = [f"d{i}" for i in range(50)]
    qrels = {q: {d: dice.choice([-2, -1, 0, 1, 2, 4]) for d in dice.sample(pool, 12)} for q in "ab"}
    run = run_of({"a": dice.sample(pool, length), "b": dice.sample(pool, 20)})
    ranxs, theirs = (
        score_run(run, qrels, [*PAIRS, *PAIRS.values()], one) for one in ("ranx", "ir_measures")
    )
    for ranx_name, name in PAIRS.items():
        values = [
            one.values[each].tolist() for one in (ranxs, theirs) for each in (ranx_name, name)
        ]
        for value in values[1:]:
            assert value == pytest.approx(values[0], abs=1e-12), name
        assert resolve(name).ranx == ranx_name
    # The Perl script of the TREC web track, to the five digits that it prints.
    pair = ir_measures.parse_measure("nDCG(dcg='exp-log2')@7")
    numbered = {str(i): qrels[q] for i, q in enumerate("ab")}
    lists = {str(i): scored(run)[q] for i, q in enumerate("ab") if run.documents[q]}
    perl = {
        one.query_id: one.value for one in ir_measures.gdeval.iter_calc([pair], numbered, lists)
    }
    burges = score_run(run, qrels, ["nDCG(dcg='exp-log2')@7"]).values["nDCG(dcg='exp-log2')@7"]
    assert burges.tolist() == pytest.approx([perl.get("0", 0), perl.get("1", 0)], abs=1e-5)


def test_measures_by_hand() -> None:
    qrels = {"q": {"a": 2, "b": 1, "c": 0, "n": -1}}
    run = run_of({"q": ["x", "a", "c", "b"]})
    expected = {
        "precision": 0.5,  # not 0.02, as of a list padded to a hundred
        "f1": 2 * 0.5 * 1 / 1.5,
        "AP(rel=2)": 1 / 2,
        "RR(rel=2)@10": 1 / 2,
        "Judged@10": 3 / 4,
        "RBP(rel=1,p=0.8)": 0.2 * (0.8 + 0.8**3),
        "RBP(rel=2,p=0.5)": 0.5 * 0.5,
        # ERR: gains (2^level - 1) / 16, each times the chance that nobody stopped before.
        "ERR@20": 3 / 16 / 2 + (13 / 16) * (1 / 16) / 4,
        "ndcg_cut_10": score_run(run, qrels, ["nDCG@10"]).mean("nDCG@10"),
        "map": (1 / 2 + 2 / 4) / 2,
        "NumRet": 4,
        "NumRel": 2,
        "NumRelRet": 2,
    }
    for engine in ("ranx", "ir_measures"):
        values = score_run(run, qrels, [*expected], engine).values
        assert {name: value[0] for name, value in values.items()} == pytest.approx(
            expected, abs=1e-5
        )
    # Without a level the persistence is kept, and the level is said.
    assert score_run(run, qrels, ["RBP(p=0.5)"]).values["RBP(rel=1,p=0.5)"].tolist() == [0.3125]


def test_a_figure_beyond_its_maximum_is_refused() -> None:
    with pytest.raises(InputError, match=r"use RBP\(rel=1,p=0.95\)"):
        score_run(run_of({"q": ["a", "b"]}), {"q": {"a": 3, "b": 3}}, ["rbp.95"])


def test_a_question_without_a_relevant_document_counts_as_in_trec_eval() -> None:
    qrels: Qrels = {"q1": {"a": 1}, "q2": {"a": 0}, "q3": {"a": 1}}
    run = run_of({"q1": ["a"], "q2": ["a"]})
    scores = score_run(run, qrels)
    # trec_eval over the questions of the run, and over all that are judged (-c).
    theirs = pytrec_eval.RelevanceEvaluator(qrels, {"recip_rank"}).evaluate(scored(run))
    assert [one["recip_rank"] for one in theirs.values()] == [1, 0]
    assert scores.values["MRR@10"].tolist() == [1, 0, 0]
    assert scores.mean("MRR@10") == sum(one["recip_rank"] for one in theirs.values()) / len(qrels)
    assert scores.among({*theirs}).mean("MRR@10") == np.mean(
        [one["recip_rank"] for one in theirs.values()]
    )
    assert score_sets({"q1": ["a"], "q2": ["a"]}, qrels).values["F1"].tolist() == [1, 0, 0]


def test_lists_that_were_cut_say_their_depth_or_refuse() -> None:
    run = run_of({"q": [f"d{i}" for i in range(100)]}, cut_at=100)
    qrels = {"q": {"d9": 1, "z": 1}}
    names = ["AP", "map", "recall", "Rprec", "r-precision", "Bpref", "nDCG@100", "IPrec@0.5"]
    found = score_run(run, qrels, names).values
    assert set(found) == {
        "map@100", "recall@100", "r-precision@100", "AP@100", "Rprec@100", "Bpref@100",
        "nDCG@100", "IPrec@0.5 (depth 100)",
    }  # fmt: skip
    assert found["AP@100"].tolist() == [0.05]
    for name in ("recall@1000", "R@101", "nDCG@200", "ndcg_cut_200"):
        with pytest.raises(InputError, match="but the lists end after 100; use a smaller"):
            score_run(run, qrels, [name])


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("RR@10", "MRR@10"), ("MRR@10", "MRR@10"), ("mrr@10", "MRR@10"), ("nDCG@10", "nDCG@10"),
        ("ndcg_cut_20", "nDCG@20"), ("R@100", "Recall@100"), ("Success@1", "success@1"),
        ("AP", None), ("nDCG(dcg='exp-log2')@10", None), ("RR(rel=2)@10", None),
    ],
)  # fmt: skip
def test_names_of_one_metric(name: str, same: str | None) -> None:
    assert benchmark_name(name) == same


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("MRR", None), ("mean@3", "unknown metric"), ("P", "lacks parameters"),
        ("INST", "max_rel is missing"), ("precision@0", "unknown metric"),
        ("P@0", "cutoff below 1"), ("alpha_nDCG@10", "no library here computes"),
        ("os.system('x')", "unknown metric"), ("P@5; P@6", "unknown metric"), ("", "unknown"),
        ("nDCG@1O", "unknown metric"), ("R@-3", "unknown metric"), ("RR@'5'", "parameters"),
    ],
)  # fmt: skip
def test_a_name_that_means_nothing_is_one_line(name: str, said: str | None) -> None:
    if said is None:
        assert resolve(name).ir_measures == "RR"
        return
    with pytest.raises(InputError, match=said) as error:
        resolve(name)
    assert "\n" not in str(error.value)


def test_the_least_relevance_that_counts() -> None:
    run, qrels = run_of({"q": ["a", "b"]}), {"q": {"a": 1, "b": 2}}
    found = {
        name: score_run(run, qrels, [resolve(name, level=2)], "ir_measures")
        for name in ("MRR@10", "precision@2", "f1@2", "nDCG@10", "AP(rel=1)")
    }
    figures = {
        name: (next(iter(one.values)), one.mean(next(iter(one.values))))
        for name, one in found.items()
    }
    gained = score_run(run, qrels, ["nDCG@10"]).mean("nDCG@10")
    assert figures == {
        "MRR@10": ("RR(rel=2)@10", 0.5),
        "precision@2": ("P(rel=2)@2", 0.5),
        "f1@2": ("f1@2-l2", pytest.approx(2 / 3)),
        "nDCG@10": ("nDCG@10", pytest.approx(gained)),
        "AP(rel=1)": ("AP(rel=1)", 1),
    }
