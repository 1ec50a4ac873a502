"""A run's figures in the output format of trec_eval: measure, question or 'all', and value."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from benchmark.evaluation.engines import renumbered
from benchmark.evaluation.measures import Metric, resolve
from benchmark.evaluation.metrics import score_run
from benchmark.evaluation.run_files import Questions, counted
from benchmark.types import Qrels, Run

CUTOFFS = (5, 10, 15, 20, 30, 100, 200, 500, 1000)
COUNTS = ("num_q", "num_ret", "num_rel", "num_rel_ret")
DEFAULT = (
    *("map", "gm_map", "Rprec", "bpref", "recip_rank"),
    *(f"iprec_at_recall_{level / 10:.2f}" for level in range(11)),
    *(f"P_{cutoff}" for cutoff in CUTOFFS),
)
"""The measures that trec_eval prints by default, after the counts, in its order."""

SMALLEST = 0.00001
"""The value of an average precision of 0 in the geometric mean, as in trec_eval."""

# ir_measures' names -> trec_eval's.
_NAMES = (
    (r"AP", "map"),
    (r"AP@(\d+)", r"map_cut_\1"),
    (r"nDCG", "ndcg"),
    (r"nDCG@(\d+)", r"ndcg_cut_\1"),
    (r"P@(\d+)", r"P_\1"),
    (r"R@(\d+)", r"recall_\1"),
    (r"Success@(\d+)", r"success_\1"),
    (r"RR", "recip_rank"),
    (r"Rprec", "Rprec"),
    (r"Bpref", "bpref"),
    (r"infAP", "infAP"),
    (r"SetP", "set_P"),
    (r"SetR", "set_recall"),
    (r"SetF", "set_F"),
    (r"SetAP", "set_map"),
    (r"NumRet", "num_ret"),
    (r"NumRet\(rel=1\)", "num_rel_ret"),
    (r"NumRel", "num_rel"),
    (r"NumQ", "num_q"),
)


def trec_eval(
    run: Run,
    qrels: Qrels,
    names: Sequence[str] = (),
    *,
    level: int = 1,
    questions: Questions = "judged",
    per_query: bool = False,
) -> str:
    """The output of trec_eval for a run: its default measures, computed by its code, or ``names``.

    names: metrics that the registry knows. questions: the questions that means are over;
    trec_eval's default is "retrieved", its option -c is "judged".
    """
    queries = [query for query in qrels if questions == "judged" or run.documents.get(query)]
    if names:
        metrics = {_trec_name(resolve(name)): resolve(name, run.cut_at, level) for name in names}
        scores = score_run(run, qrels, [*metrics.values()], "ir_measures").among({*queries})
        figures = {
            name: dict(zip(scores.queries, scores.values[metric.name].tolist(), strict=True))
            for name, metric in metrics.items()
        }
        summed = {name for name, metric in metrics.items() if not metric.share}
        lines = []
    else:
        figures, summed = _usual(run, qrels, queries, level), {*COUNTS}
        lines = [_line("runid", "all", run.name)]
    one_by_one = [
        _line(name, query, _value(name in summed, _shown(name, values[query])))
        for query in queries
        for name, values in figures.items()
        if per_query and name != "num_q" and (run.documents.get(query) or questions == "judged")
    ]
    for name, values in figures.items():
        total = sum(values.values())
        mean = total if name in summed else total / len(queries)
        lines.append(_line(name, "all", _value(name in summed, _shown(name, mean))))
    return "".join([*one_by_one, *lines])


def _usual(
    run: Run, qrels: Qrels, queries: Sequence[str], level: int
) -> dict[str, dict[str, float]]:
    """trec_eval's default measures of each question, by its own code; for gm_map, the logarithm."""
    import pytrec_eval

    judged = [qrels[query] for query in queries]
    lists = [run.documents.get(query, []) for query in queries]
    numbered, ranked = renumbered(lists, judged)
    names = {"P", "Rprec", "bpref", "map", "recip_rank", "iprec_at_recall"}
    measured = pytrec_eval.RelevanceEvaluator(numbered, names, relevance_level=level).evaluate(
        ranked
    )
    figures: dict[str, dict[str, float]] = {name: {} for name in (*COUNTS, *DEFAULT)}
    for place, query in enumerate(queries):
        counts = counted(run, qrels, [query], level)
        values: Mapping[str, float] = measured.get(str(place), {})
        for name in DEFAULT:
            figures[name][query] = values.get(name, 0.0)
        figures["gm_map"][query] = math.log(max(values.get("map", 0.0), SMALLEST))
        figures["num_q"][query] = 1
        figures["num_ret"][query] = counts.retrieved
        figures["num_rel"][query] = counts.relevant
        figures["num_rel_ret"][query] = counts.relevant_retrieved
    return figures


def _shown(name: str, value: float) -> float:
    return math.exp(value) if name == "gm_map" else value


def _value(count: bool, value: float) -> str:
    return f"{value:.0f}" if count else f"{value:.4f}"


def _line(name: str, question: str, value: str) -> str:
    return f"{name:<22}\t{question}\t{value}\n"


def _trec_name(metric: Metric) -> str:
    """trec_eval's name of a metric; the metric's own name if trec_eval has none."""
    name = metric.ir_measures or metric.name
    for pattern, theirs in _NAMES:
        if match := re.fullmatch(pattern, name):
            return match.expand(theirs)
    return metric.name
