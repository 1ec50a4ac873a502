"""Run files, scored against judgments as trec_eval scores them, and named for tables."""

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
"""What means are over: all judged questions (trec_eval -c), or those of them with results."""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What trec_eval counts over the questions that means are over: num_q, num_ret, and so on.

    without_relevant: questions whose judgments name no relevant document; they count 0.
    """

    questions: int
    retrieved: int
    relevant: int
    relevant_retrieved: int
    without_relevant: int


@dataclass(frozen=True, kw_only=True)
class RunFile:
    """A scored file. tag: what it calls itself. counts: None of unranked sets.

    tied: how many lists hold equal scores, whose order trec_eval's rule decides.
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
    """Read and score a TREC run, or WebQA's prediction JSON (unranked sets, which have F1 alone).

    names: of metrics; the benchmark's without any. level: the least relevance that counts as
    relevant. depth: the lists are cut after so many documents, which metrics without a cut-off
    carry in their names. Raises InputError for what can't be read or computed.
    """
    if path.suffix == ".json":
        if {*names} - {"F1"} or depth is not None:
            raise InputError(
                "unranked sets have F1 alone", mend="leave --metric and --depth out", path=path
            )
        sets = read_sets(path)
        at_level = {
            query: {document: int(one >= level) for document, one in judged.items()}
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
    """The files by their tags; those whose tag another has, or that is ``taken``, by their paths.

    Raises InputError where a file is named twice.
    """
    paths = [file.path for file in files]
    if len({*paths}) < len(paths):
        raise InputError("one run file is named twice", mend="name each once")
    times = Counter([*taken, *(file.tag for file in files)])
    return {file.tag if times[file.tag] == 1 else str(file.path): file for file in files}


def counted(run: Run, qrels: Qrels, queries: Sequence[str], level: int = 1) -> Counts:
    """What trec_eval counts over ``queries``."""
    retrieved = relevant = both = without = 0
    for query in queries:
        wanted = {document for document, one in qrels[query].items() if one >= level}
        ranked = run.documents.get(query, [])
        retrieved += len(ranked)
        relevant += len(wanted)
        both += len(wanted.intersection(ranked))
        without += not wanted
    return Counts(
        questions=len(queries),
        retrieved=retrieved,
        relevant=relevant,
        relevant_retrieved=both,
        without_relevant=without,
    )


def metrics_for(names: Sequence[str], depth: int | None, level: int) -> Sequence[Metric]:
    """What the names mean for lists of that depth; without any, the benchmark's that it allows."""
    if names:
        return [resolve(name, depth, level) for name in names]
    # Of the benchmark's own metrics, those that lists of this depth can have.
    kept = [one for one in BENCHMARK.values() if depth is None or (one.cutoff or 0) <= depth]
    return [resolve(one.name, depth, level) for one in kept]


def _over(scores: Scores, answers: Mapping[str, object], questions: Questions) -> Scores:
    """The scores of the questions that means are over."""
    if questions == "judged":
        return scores
    answered = {query for query in scores.queries if answers.get(query)}
    return replace(scores.among(answered), unanswered=0)
