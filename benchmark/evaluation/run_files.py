"""Run files, scored against judgments as trec_eval does, and their names in tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from benchmark.errors import InputError
from benchmark.evaluation.measures import BENCHMARK, Metric, resolve
from benchmark.evaluation.metrics import Scores, score_run, score_sets
from benchmark.io.slices import with_repeats
from benchmark.io.trec import read_run, read_sets
from benchmark.types import Qrels, Run

Questions: TypeAlias = Literal["judged", "retrieved"]
"""The questions that means are over: all judged ones (trec_eval -c), or those with results."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The counts of trec_eval over the averaged questions: num_q, num_ret, and so on.

    without_relevant: the number of questions without a relevant document; they count 0.
    """

    questions: int
    retrieved: int
    relevant: int
    relevant_retrieved: int
    without_relevant: int


@dataclass(frozen=True, kw_only=True)
class RunFile:
    """A scored file.

    tag: the name of the run in the file. counts: None for unranked sets. tied: the number of lists
    with equal scores, which are ordered by trec_eval's rule.
    """

    path: Path
    tag: str
    scores: Scores
    counts: Counts | None = None
    tied: int = 0


def score_file(
    path: Path,
    qrels: Qrels,
    names: Sequence[str] = (),
    *,
    level: int = 1,
    depth: int | None = None,
    questions: Questions = "judged",
) -> RunFile:
    """Read and score a TREC run, or a prediction file of WebQA (unranked sets, scored by F1).

    names: of metrics; if empty, the benchmark's metrics. level: the lowest judgment that counts as
    relevant. depth: lists are cut to this length; the names of metrics without a cutoff get it.
    Raises InputError if the file cannot be read or a metric cannot be computed.
    """
    if path.suffix == ".json":
        if {*names} - {"F1"} or depth is not None:
            raise InputError(
                "unranked sets are scored by F1 only",
                mend="leave --metric and --depth out",
                path=path,
            )
        sets = read_sets(path)
        at_level = {
            query: {document: int(judgment >= level) for document, judgment in judged.items()}
            for query, judged in qrels.items()
        }
        scores = score_sets(sets, at_level)
        return RunFile(path=path, tag=path.stem, scores=_over(scores, sets, questions))
    run = read_run(path, ties="trec_eval")
    if depth is not None:
        run = run.cut(depth)
    metrics = list(metrics_for(names, depth, level))
    scores = _over(score_run(run, qrels, metrics, "ir_measures"), run.documents, questions)
    return RunFile(
        path=path,
        tag=run.name,
        scores=scores,
        counts=counted(run, qrels, scores.queries, level),
        tied=with_repeats(run.scores),
    )


def by_name(files: Sequence[RunFile], taken: Sequence[str] = ()) -> dict[str, RunFile]:
    """The files by their tags; by their paths if a tag is not unique or is in ``taken``.

    Raises InputError if a file is named twice.
    """
    paths = [file.path for file in files]
    if len({*paths}) < len(paths):
        raise InputError("a run file is named twice", mend="name each file once")
    times = Counter([*taken, *(file.tag for file in files)])
    return {file.tag if times[file.tag] == 1 else str(file.path): file for file in files}


def counted(run: Run, qrels: Qrels, queries: Sequence[str], level: int = 1) -> Counts:
    """The counts of trec_eval over ``queries``."""
    retrieved = relevant = both = without = 0
    for query in queries:
        answers = {document for document, judgment in qrels[query].items() if judgment >= level}
        ranked = run.documents.get(query, [])
        retrieved += len(ranked)
        relevant += len(answers)
        both += len(answers.intersection(ranked))
        without += not answers
    return Counts(
        questions=len(queries),
        retrieved=retrieved,
        relevant=relevant,
        relevant_retrieved=both,
        without_relevant=without,
    )


def metrics_for(names: Sequence[str], depth: int | None, level: int) -> Sequence[Metric]:
    """The metrics of these names for lists of this depth.

    Without names: those metrics of the benchmark whose cutoff is within the depth.
    """
    if names:
        return [resolve(name, depth, level) for name in names]
    possible = [
        metric for metric in BENCHMARK.values() if depth is None or (metric.cutoff or 0) <= depth
    ]
    return [resolve(metric.name, depth, level) for metric in possible]


def _over(scores: Scores, answers: Mapping[str, object], questions: Questions) -> Scores:
    """The scores of the questions that are averaged."""
    if questions == "judged":
        return scores
    answered = {query for query in scores.queries if answers.get(query)}
    return replace(scores.among(answered), unanswered=0)
