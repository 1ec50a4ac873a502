"""Tables of one run's figures, and of the differences between runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmark.errors import InputError
from benchmark.evaluation.comparison import Comparison, compare
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.run_files import RunFile
from benchmark.evaluation.significance import FEWEST_QUESTIONS
from benchmark.report.tables import UNDEFINED, Table, p_value, percent, points
from benchmark.report.testing import corrected_p, intervals, method
from benchmark.results.scoring import summary
from benchmark.types import Qrels


def evaluation_table(name: str, file: RunFile, qrels: Qrels, by: str | None) -> Table:
    """Each metric's mean with its interval, over all questions and over each group ``by``.

    A count is summed up instead.
    """
    scores = file.scores
    groups = {"all": scores}
    if by == "modality":
        groups |= {kind: scores.among(ids) for kind, ids in _by_modality(qrels).items() if ids}
    rows, records = [], []
    for group, figures in groups.items():
        for metric, value in summary(figures).items():
            mean, low, high = map(_share, (value["mean"], value["low"], value["high"]))
            rows.append([group, str(len(figures.queries)), metric, mean, f"[{low}, {high}]"])
            records.append(
                {"questions": group, "count": len(figures.queries), "metric": metric, **value}
            )
    return Table(
        title=name,
        columns=["Questions", "Count", "Metric", "Mean", "95% interval"],
        rows=rows,
        records=records,
        notes=_evaluation_notes(file),
    )


def evaluations_table(files: Mapping[str, RunFile]) -> Table:
    """Several runs, best first by the first metric: means, and the first one's interval."""
    summaries = {name: summary(file.scores) for name, file in files.items()}
    metrics = list(next(iter(summaries.values())))
    if any([*one] != metrics for one in summaries.values()):
        raise InputError("ranked runs and unranked sets", mend="evaluate files of one kind")
    main, *others = metrics
    ranked = sorted(files, key=lambda name: (-summaries[name][main]["mean"], name))
    rows, records = [], []
    for rank, name in enumerate(ranked, 1):
        figures, counts = summaries[name], files[name].counts
        first = figures[main]
        interval = f"{_share(first['mean'])} [{_share(first['low'])}, {_share(first['high'])}]"
        rows.append(
            [str(rank), name, interval, *(_share(figures[metric]["mean"]) for metric in others)]
        )
        records.append(
            {"place": rank, "run": name, "metrics": figures, "counts": counts and asdict(counts)}
        )
    notes = [f"{name}: {note}" for name in ranked for note in _evaluation_notes(files[name])]
    return Table(
        title="Runs, best first",
        columns=["#", "Run", f"{main} [95%]", *others],
        rows=rows,
        records=records,
        notes=notes,
    )


def per_query_table(files: Mapping[str, RunFile]) -> Table:
    """The figures of each question and run, a row each."""
    metrics = list(next(iter(files.values())).scores.values)
    rows, records = [], []
    for name, file in files.items():
        for place, query in enumerate(file.scores.queries):
            figures = {
                metric: float(values[place]) for metric, values in file.scores.values.items()
            }
            rows.append([name, query, *(f"{figure:.4f}" for figure in figures.values())])
            records.append({"run": name, "question": query, "metrics": figures})
    return Table(
        title="Figures of each question",
        columns=["Run", "Question", *metrics],
        rows=rows,
        records=records,
    )


def _evaluation_notes(file: RunFile) -> list[str]:
    counts = file.counts
    if counts is None:
        return [f"{file.scores.unanswered} of the judged questions have no result and count 0"]
    notes = [
        f"num_q {counts.questions:,}, num_ret {counts.retrieved:,}, num_rel {counts.relevant:,}, "
        f"num_rel_ret {counts.relevant_retrieved:,}",
        f"{file.scores.unanswered:,} of the judged questions have no result and count 0",
    ]
    if counts.without_relevant:
        notes.append(
            f"{counts.without_relevant:,} of them have no relevant document and count 0, as in "
            "trec_eval"
        )
    if file.tied:
        notes.append(
            f"{file.tied:,} lists hold equal scores; as in trec_eval, the greater document id "
            "comes first"
        )
    return notes


def comparison_table(systems: Mapping[str, Scores], seed: int) -> Table:
    """Every pair of systems on every metric that they share."""
    shared = [
        metric
        for metric in next(iter(systems.values())).values
        if all(metric in scores.values for scores in systems.values())
    ]
    if not shared:
        raise InputError("ranked runs and unranked sets", mend="compare runs of one kind")
    pairs = compare(systems, *shared, seed=seed)
    return Table(
        title=f"Differences over {pairs[0].questions:,} questions" if pairs else "Differences",
        columns=[
            "Metric",
            "First",
            "Second",
            "Difference",
            "95% interval",
            "d",
            "p",
            "p (Holm)",
            "t-test p (Holm)",
            "Different",
        ],
        rows=[
            [
                pair.metric,
                f"{pair.first} {percent(systems[pair.first].mean(pair.metric))}",
                f"{pair.second} {percent(systems[pair.second].mean(pair.metric))}",
                f"{100 * pair.difference:+.2f}",
                f"[{points(pair.low)}, {points(pair.high)}]",
                UNDEFINED if pair.effect is None else f"{pair.effect:+.3f}",
                p_value(pair.p, bound=pair.at_floor),
                corrected_p(pair),
                p_value(pair.p_t_holm),
                "yes" if pair.significant else "no",
            ]
            for pair in pairs
        ],
        records=[{**asdict(pair), "significant": pair.significant} for pair in pairs],
        notes=[
            f"{method(pairs)}, within each metric; seed {seed} for permutations and resampling; "
            "differences in points of 100; d: mean difference by its standard deviation over the "
            "questions",
            intervals(pairs),
            *_undefined(pairs),
        ],
    )


def _share(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.4f}"


def _undefined(pairs: Sequence[Comparison]) -> list[str]:
    """Why some of the statistics are not defined."""
    if any(pair.questions < FEWEST_QUESTIONS for pair in pairs):
        return ["-: not defined; intervals, effect sizes and tests need at least two questions"]
    if any(pair.effect is None for pair in pairs):
        return ["-: not defined, since the difference is the same for every question"]
    return []


def _by_modality(qrels: Qrels) -> dict[str, set[str]]:
    """Questions by the modality of their relevant documents, told by WebQA's ids."""
    groups: dict[str, set[str]] = {"image": set(), "text": set(), "both": set()}
    for query, judged in qrels.items():
        kinds = {document.isdecimal() for document, level in judged.items() if level > 0}
        if kinds:
            group = "both" if len(kinds) == 2 else "image" if kinds.pop() else "text"
            groups[group].add(query)
    return groups
