"""Tables of the figures of run files, and of the differences between runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from benchmark.errors import InputError
from benchmark.evaluation.comparison import Comparison, compare, differences
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.posterior import reading
from benchmark.evaluation.run_files import RunFile
from benchmark.evaluation.significance import FEWEST_QUESTIONS
from benchmark.report.tables import (
    COUNT,
    LABEL,
    P_VALUE,
    POINTS,
    TEXT,
    UNDEFINED,
    WHOLE,
    YES_NO,
    Column,
    Format,
    Table,
    decimals,
    p_value,
    percent,
    points,
)
from benchmark.report.testing import corrected_p, intervals, method
from benchmark.results.scoring import summary
from benchmark.types import Qrels


def evaluation_table(name: str, file: RunFile, qrels: Qrels, by: str | None) -> Table:
    """Each metric's mean with its interval, over all questions and over each group of ``by``."""
    scores = file.scores
    groups = {"all": scores}
    if by == "modality":
        groups |= {kind: scores.among(ids) for kind, ids in _by_modality(qrels).items() if ids}
    rows = [
        {"questions": group, "count": len(figures.queries), "metric": metric, **value}
        for group, figures in groups.items()
        for metric, value in summary(figures).items()
    ]
    return Table(
        title=name,
        columns=[
            Column("Questions", "questions", TEXT),
            Column("Count", "count", COUNT),
            Column("Metric", "metric", TEXT),
            Column("Mean", "mean", decimals(4)),
            Column("95% interval", (), SHARE_INTERVAL),
        ],
        rows=rows,
        notes=_evaluation_notes(file),
    )


def evaluations_table(files: Mapping[str, RunFile]) -> Table:
    """Several runs, best first by the first metric: all means, and the interval of that metric."""
    summaries = {name: summary(file.scores) for name, file in files.items()}
    metrics = list(next(iter(summaries.values())))
    if any([*figures] != metrics for figures in summaries.values()):
        raise InputError(
            "these are both ranked runs and unranked sets", mend="evaluate files of one kind"
        )
    main, *others = metrics
    ranked = sorted(files, key=lambda name: (-summaries[name][main]["mean"], name))
    rows = []
    for rank, name in enumerate(ranked, 1):
        counts = files[name].counts
        rows.append(
            {
                "place": rank,
                "run": name,
                "metrics": summaries[name],
                "counts": counts and asdict(counts),
            }
        )
    notes = [f"{name}: {' '.join(_evaluation_notes(files[name]))}" for name in ranked]
    return Table(
        title="Runs, best first",
        columns=[
            Column("#", "place", WHOLE, first=True),
            Column("Run", "run", TEXT, first=True),
            Column(f"{main} [95%]", ("metrics", main), SHARE_WITH_INTERVAL, first=True),
            *(Column(metric, ("metrics", metric, "mean"), decimals(4)) for metric in others),
        ],
        rows=rows,
        notes=notes,
    )


def per_query_table(files: Mapping[str, RunFile]) -> Table:
    """The figures of each question in each run, one row for each."""
    metrics = list(next(iter(files.values())).scores.values)
    rows = [
        {
            "run": name,
            "question": query,
            "metrics": {
                metric: float(figures[place]) for metric, figures in file.scores.values.items()
            },
        }
        for name, file in files.items()
        for place, query in enumerate(file.scores.queries)
    ]
    return Table(
        title="Figures of each question",
        columns=[
            Column("Run", "run", TEXT, first=True),
            Column("Question", "question", LABEL, first=True),
            *(Column(metric, ("metrics", metric), decimals(4)) for metric in metrics),
        ],
        rows=rows,
    )


def _evaluation_notes(file: RunFile) -> list[str]:
    counts, unanswered = file.counts, file.scores.unanswered
    answered = (
        f"{unanswered:,} of the judged questions have no result and count 0."
        if unanswered
        else "All judged questions have a result."
    )
    if counts is None:
        return [answered]
    notes = [
        f"{counts.questions:,} questions (num_q). Documents: {counts.retrieved:,} retrieved "
        f"(num_ret), {counts.relevant:,} relevant (num_rel), {counts.relevant_retrieved:,} both "
        "(num_rel_ret).",
        answered,
    ]
    if counts.without_relevant:
        notes.append(
            f"{counts.without_relevant:,} of the judged questions have no relevant document and "
            "count 0, as in trec_eval."
        )
    if file.tied:
        notes.append(
            f"{file.tied:,} lists contain equal scores. As in trec_eval, the document with the "
            "greater id comes first."
        )
    return notes


def comparison_table(systems: Mapping[str, Scores], seed: int) -> Table:
    """The difference of every pair of systems in every metric that all systems have."""
    shared = [
        metric
        for metric in next(iter(systems.values())).values
        if all(metric in scores.values for scores in systems.values())
    ]
    if not shared:
        raise InputError(
            "these are both ranked runs and unranked sets", mend="compare files of one kind"
        )
    pairs = compare(systems, *shared, seed=seed)
    records = [(pair, {**asdict(pair), "significant": pair.significant}) for pair in pairs]
    test = [
        f"Test: {method(pairs)}, for each metric. Seed {seed} of permutations and resampling. "
        "Differences in points of 100. d: the mean difference divided by its standard "
        "deviation over the questions.",
        intervals(pairs),
    ]
    readings, undefined = _readings(systems, pairs), _undefined(pairs)
    return Table(
        title=f"Differences over {pairs[0].questions:,} questions" if pairs else "Differences",
        columns=[
            Column("Metric", "metric", TEXT, first=True),
            Column("First", ("shown", "first"), TEXT, first=True),
            Column("Second", ("shown", "second"), TEXT, first=True),
            Column("Difference", "difference", POINTS, first=True),
            Column("95% interval", (), INTERVAL_OF_POINTS, first=True),
            Column("d", "effect", SIGNED),
            Column("p", ("shown", "p"), LABEL),
            Column("p (Holm)", ("shown", "p_holm"), LABEL, first=True),
            Column("t-test p (Holm)", "p_t_holm", P_VALUE),
            Column("Significant", "significant", YES_NO),
        ],
        rows=[{**record, "shown": _shown(pair, systems)} for pair, record in records],
        records=[record for _, record in records],
        notes=[*test, *readings, *undefined],
        brief=[*test, *readings[:1], *readings[-1:], *undefined],  # of the first metric alone
    )


def _shown(pair: Comparison, systems: Mapping[str, Scores]) -> dict[str, str]:
    """The texts of a pair's row: the systems with their figures, and p-values with "<="."""
    return {
        "first": f"{pair.first} {percent(systems[pair.first].mean(pair.metric))}",
        "second": f"{pair.second} {percent(systems[pair.second].mean(pair.metric))}",
        "p": p_value(pair.p, bound=pair.at_floor),
        "p_holm": corrected_p(pair),
    }


def _readings(systems: Mapping[str, Scores], pairs: Sequence[Comparison]) -> list[str]:
    """The posterior of the true difference of two systems, a sentence for each metric."""
    if len(systems) != 2 or pairs[0].questions < FEWEST_QUESTIONS:
        return []
    first, second = systems
    sentences = []
    for pair in pairs:
        posterior = reading(differences(systems[first], systems[second], pair.metric))
        sentences.append(
            f"{pair.metric}: {first} is better than {second} by more than 1 point with probability "
            f"{posterior.better:.2f}, within 1 point with {posterior.equivalent:.2f}, and worse by "
            f"more than 1 point with {posterior.worse:.2f}."
        )
    return [
        *sentences,
        "Probabilities: posterior of the true difference, by the Bayesian bootstrap.",
    ]


def _share(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.4f}"


SHARE_INTERVAL = Format(lambda row: f"[{_share(row['low'])}, {_share(row['high'])}]")
SHARE_WITH_INTERVAL = Format(
    lambda figure: f"{_share(figure['mean'])} {SHARE_INTERVAL.text(figure)}",
    lambda figure: None if figure["mean"] is None else round(figure["mean"], 4),
)
INTERVAL_OF_POINTS = Format(
    lambda row: f"[{points(row['low'])}, {points(row['high'])}]", unbroken=True
)
SIGNED = Format(
    lambda value: UNDEFINED if value is None else f"{value:+.3f}", lambda value: round(value, 3)
)


def _undefined(pairs: Sequence[Comparison]) -> list[str]:
    """Why some statistics are not defined."""
    if any(pair.questions < FEWEST_QUESTIONS for pair in pairs):
        return [
            "A dash means not defined: intervals, effects and tests need at least two questions."
        ]
    if any(pair.effect is None for pair in pairs):
        return ["A dash means not defined: the difference is the same for every question."]
    return []


def _by_modality(qrels: Qrels) -> dict[str, set[str]]:
    """Questions by the modality of their relevant documents, which WebQA's ids show."""
    groups: dict[str, set[str]] = {"image": set(), "text": set(), "both": set()}
    for query, judged in qrels.items():
        kinds = {document.isdecimal() for document, level in judged.items() if level > 0}
        if kinds:
            group = "both" if len(kinds) == 2 else "image" if kinds.pop() else "text"
            groups[group].add(query)
    return groups
