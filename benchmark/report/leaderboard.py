"""The leaderboard: all results on a data set, best first, with significance tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.evaluation.comparison import Comparison, letters
from benchmark.evaluation.metrics import MAIN, METRICS
from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS
from benchmark.io.files import write_text
from benchmark.protocol import EXPLAINED, JOINT, Protocol
from benchmark.report.formats import render
from benchmark.report.pair_tests import PairTests, pair_tests
from benchmark.report.tables import (
    LEGEND,
    PERCENT,
    PERCENT_INTERVAL,
    TEXT,
    UNDEFINED,
    WHOLE,
    Column,
    Format,
    Row,
    Table,
    best_two,
    percent,
    points,
)
from benchmark.report.testing import corrected_p, counted, detectable, intervals, method
from benchmark.results.result import (
    Result,
    best_first,
    oracle_rows,
    ranks,
    read_results,
    results_folder,
)

OF_EXACT = "Of the exact lists"
OF_TIES = "Any order of ties"
COPIES = "duplicates as one"
ONE_SEED = "1 only"
"""The mark of a system that was trained with only one of its possible seeds."""


def leaderboard(
    results: Sequence[Result],
    data: Collection,
    split: str,
    metric: str = MAIN,
    tests: PairTests | None = None,
) -> Table:
    """Rank ``results`` by ``metric``, with intervals and letters of significance.

    tests: the result of ``pair_tests``, if it was computed before.
    """
    ranked = best_first(results, metric)
    tests = tests or pair_tests(results, metric)
    comparisons, summaries = tests.comparisons, tests.summaries
    marks = letters([result.name for result in ranked], comparisons)
    others = [name for name in METRICS if name != metric]
    copies = all("copies_as_one" in result.metrics for result in ranked)
    several = any(result.seeded for result in ranked)
    approximate = any("index" in result.metrics for result in ranked)
    places = ranks(ranked)
    rows = []
    for result in ranked:
        row = {
            "place": places[result.name],
            "letters": marks[result.name],
            **result.metrics,
            "title": _title(result, results),
            "group": result.group,
            "metrics": summaries[result.name],
            "seeds": len(result.seeds),
            "seeded": result.seeded,
            "spread": result.spread(metric),
        }
        if copies:
            merged = [seed.metrics["copies_as_one"][metric]["mean"] for seed in result.seeds]
            row["copies_merged"] = mean(merged)
        if approximate:
            recalls = [seed.metrics.get("recall_of_exact", 1.0) for seed in result.seeds]
            row["of_exact"] = mean(recalls)
        if "ties" in result.metrics:
            row["tie_bounds"] = _tie_bounds(result, metric)
        rows.append(row)
    main = f"{metric} [95%]"
    columns = [
        Column("#", "place", WHOLE, first=True),
        Column("System", "title", TEXT),
        Column("Name", "name", TEXT, first=True),
        Column("Setting", "group", TEXT),
        Column(main, ("metrics", metric), PERCENT_INTERVAL, first=True),
        Column("Group", "letters", TEXT, first=True),
        *(Column(name, ("metrics", name, "mean"), PERCENT) for name in others),
    ]
    columns += [Column(OF_TIES, "tie_bounds", RANGE)] if _shows_ties(ranked, data) else []
    columns += [Column(f"{metric}, {COPIES}", "copies_merged", PERCENT)] if copies else []
    columns += [Column("Seeds", (), SEEDS)] if several else []
    columns += [Column(OF_EXACT, "of_exact", PERCENT)] if approximate else []
    return Table(
        title=f"{data.name} ({_conditions(results, split)}): {data.title}",
        columns=columns,
        rows=rows,
        notes=_notes(ranked, data, split, metric, comparisons),
        brief=_brief(ranked, data, split, metric, comparisons),
        marks=best_two(
            {
                title: [
                    None if result.oracle else summaries[result.name][name]["mean"]
                    for result in ranked
                ]
                for title, name in ((main, metric), *zip(others, others, strict=True))
            }
        ),
        unranked=oracle_rows(ranked),
    )


def findings(
    results: Sequence[Result],
    data: Collection,
    split: str,
    tests: PairTests,
    metric: str = MAIN,
) -> list[str]:
    """Three sentences: what was compared, which system is best, and whether it differs
    significantly from the second.

    Oracles, which are told part of the answer, do not count as the best.
    """
    documents = data.metadata["documents"]
    sentences = [
        f"{len(results)} systems retrieve the answers to {len(results[0].scores.queries):,} "
        f"questions of {data.name} ({_conditions(results, split)}) from {documents['text']:,} "
        f"passages and {documents['image']:,} captioned images."
    ]
    contenders = [result for result in best_first(results, metric) if not result.oracle]
    if not contenders:
        return sentences
    best = contenders[0]
    figure = tests.summaries[best.name][metric]
    sentences.append(
        f"The best is {_title(best, results)} with {metric} {PERCENT_INTERVAL.text(figure)}, "
        "mean with 95% interval in percent."
    )
    if len(contenders) > 1:
        second = contenders[1]
        names = {best.name, second.name}
        pairs = [pair for pair in tests.comparisons if {pair.first, pair.second} == names]
        sentences += [_difference(pair, _title(second, results)) for pair in pairs]
    return sentences


def _title(result: Result, all_results: Sequence[Result]) -> str:
    """A system's title, with "(reference)" if only some results are the reference's."""
    mixed = not all(other.reference for other in all_results)
    return result.title if mixed else str(result.metrics["title"])


def _difference(pair: Comparison, second: str) -> str:
    """A sentence on whether the best system is better than the second."""
    shown = f"{points(pair.difference)} [{points(pair.low)}, {points(pair.high)}]"
    if pair.p_holm is None:
        return f"Its difference from {second}, {shown}, cannot be tested."
    real = "is significant" if pair.significant else "is not significant"
    return (
        f"Its difference from the next, {second}, is {shown} points and "
        f"{real} (p {_equals(corrected_p(pair))} after Holm's correction over all pairs)."
    )


def write_leaderboard(
    results: Path,
    data: Collection,
    split: str,
    protocol: Protocol = JOINT,
    store: Store | None = None,
) -> Table:
    """The leaderboard of all results on a data set; it is also written to leaderboard.md.

    store: keeps the tests.
    """
    found = read_results(results, data, split, protocol)
    table = leaderboard(found, data, split, tests=pair_tests(found, store=store))
    home = results_folder(results, data, split, protocol)
    write_text(home / "leaderboard.md", render(table, "md"))
    return table


def _conditions(results: Sequence[Result], split: str) -> str:
    """The split, and the protocol if it isn't joint."""
    protocols = {result.protocol for result in results} - {JOINT}
    return ", ".join([split, *(f"protocol {one}" for one in sorted(protocols))])


def _brief(
    ranked: Sequence[Result],
    data: Collection,
    split: str,
    metric: str,
    comparisons: Sequence[Comparison],
) -> list[str]:
    """The notes of a terminal: what the figures are, and how to read the letters."""
    notes = _origin(ranked, data, split)
    if comparisons:
        notes.append(
            f"Group: systems that share a letter do not differ significantly in {metric} (Holm's "
            f"correction over {counted(len(comparisons))}, alpha {ALPHA})."
        )
    if any(result.oracle for result in ranked):
        notes.append("Rows without a rank are oracles: they are told part of the answer.")
    if any(_could_have_more(result) for result in ranked):
        notes.append(
            f"Seeds, {ONE_SEED}: trained with a single seed; the interval does not include the "
            "variance between training seeds."
        )
    return notes + _reservations(ranked)


def _origin(ranked: Sequence[Result], data: Collection, split: str) -> list[str]:
    """Notes on the data, the protocol, and whose figures these are."""
    documents = data.metadata["documents"]
    notes = [
        f"{data.metadata['splits'][split]['judged']:,} judged questions, "
        f"the denominator of all means; {documents['text']:,} passages and "
        f"{documents['image']:,} images. Figures in percent. {LEGEND}",
    ]
    protocols = dict.fromkeys(result.protocol for result in ranked)
    notes += [EXPLAINED[protocol] for protocol in protocols if protocol != JOINT]
    if all(result.reference for result in ranked):
        notes.append("Nothing was run here: all figures are those of the reference.")
    elif count := sum(result.reference for result in ranked):
        notes.append(
            f"{count} systems, marked (reference), were not run here: their figures are those of "
            "the reference."
        )
    return [*notes, data.notice] if data.notice else notes


def _reservations(ranked: Sequence[Result]) -> list[str]:
    """Notes on external rows, and on questions without a result."""
    notes = [
        f"{result.name}: external, submitted by {result.external}. Its run was scored here; how it "
        "was made is only stated by its author."
        for result in ranked
        if result.external
    ]
    notes += [
        f"{result.name}: {result.scores.unanswered:,} questions without a result"
        for result in ranked
        if result.scores.unanswered
    ]
    return notes


def _notes(
    ranked: Sequence[Result],
    data: Collection,
    split: str,
    metric: str,
    comparisons: Sequence[Comparison],
) -> list[str]:
    notes = _origin(ranked, data, split)
    if comparisons:
        notes.append(
            f"Group: systems that share a letter do not differ significantly in {metric} "
            f"({method(comparisons)}). {intervals(comparisons)}"
        )
        notes += [text] if (text := detectable(comparisons, metric)) else []
        if comparisons[0].questions < FEWEST_QUESTIONS:
            notes.append("Intervals and tests are not defined: they need at least two questions.")
        notes += [
            f"{pair.first} - {pair.second}: {points(pair.difference)} "
            f"[{points(pair.low)}, {points(pair.high)}], p {_equals(corrected_p(pair))}"
            for pair in comparisons
            if _are_neighbours(pair, ranked)
        ]
    if any(len(result.seeds) > 1 for result in ranked):
        notes.append(
            "Figures are means over the training seeds; sd: standard deviation of the seeds' "
            "means. A dash means that no training with a seed is known."
        )
    if single := [result.name for result in ranked if _could_have_more(result)]:
        notes.append(
            f"{ONE_SEED}: trained with a single seed ({', '.join(single)}). Their intervals and "
            "tests do not include the variance between training seeds: run them with --seeds."
        )
    notes += [
        f"{result.name} uses approximate search ({result.metrics['index']}): it retrieves "
        f"{percent(result.metrics['recall_of_exact'])}% of the documents of exact search."
        for result in ranked
        if "index" in result.metrics
    ]
    if _shows_ties(ranked, data):
        notes.append(
            f"{OF_TIES}: the lowest and the highest {metric} over all orders of documents with "
            "equal scores; empty if the order does not matter."
        )
    if oracles := [result.name for result in ranked if result.oracle]:
        notes.append(
            f"Without a rank: {', '.join(oracles)}. These oracles are told part of the answer; "
            "their figures are upper bounds."
        )
    if any(result.metrics.get("copies_as_one") for result in ranked):
        copies = sum(data.metadata["documents"].values()) - data.metadata["distinct"]
        notes.append(f"{COPIES}: {copies:,} duplicates, counted as one document with the original.")
    return notes + _reservations(ranked)


def _could_have_more(result: Result) -> bool:
    return len(result.seeds) == 1 and bool(result.seeded)


def _seeds(row: Row) -> str:
    """The number of training seeds; a dash for a system without training."""
    if row["spread"] is not None:
        return f"{row['seeds']} (sd {percent(row['spread'])})"
    return ONE_SEED if row["seeds"] == 1 and row["seeded"] else UNDEFINED


def _shows_ties(ranked: Sequence[Result], data: Collection) -> bool:
    """Whether the leaderboard shows the bounds of ties: on real data, if ties change a figure."""
    return not data.stand_ins and any("ties" in result.metrics for result in ranked)


def _tie_bounds(result: Result, metric: str) -> list[float]:
    """The lowest and highest mean over all orders of equal scores, averaged over the seeds."""
    bounds = [
        seed.metrics.get("ties", {}).get(metric, [seed.scores.mean(metric)] * 2)
        for seed in result.seeds
    ]
    return [mean(bound[end] for bound in bounds) for end in (0, 1)]


RANGE = Format(lambda ends: f"{percent(ends[0])} to {percent(ends[1])}", lambda ends: 100 * ends[0])
SEEDS = Format(_seeds, lambda row: None if _seeds(row) == UNDEFINED else float(row["seeds"]))


def _equals(p: str) -> str:
    """A p-value as part of a sentence: "= 0.01" or "<= 0.01"."""
    return p if p.startswith("<") else f"= {p}"


def _are_neighbours(pair: Comparison, ranked: Sequence[Result]) -> bool:
    names = [result.name for result in ranked]
    return abs(names.index(pair.first) - names.index(pair.second)) == 1
