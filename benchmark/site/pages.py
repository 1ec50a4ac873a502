"""The pages of the site: each is tables, and charts where they help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from benchmark.artefacts.store import Store
from benchmark.errors import NotMeasuredError
from benchmark.evaluation.comparison import Comparison
from benchmark.evaluation.metrics import MAIN
from benchmark.papers import ablations_of, papers, publications
from benchmark.report.ablations import ablation_table
from benchmark.report.bias import bias_table, scores_table
from benchmark.report.certainty import agreement_table, certainty_table, placed
from benchmark.report.charts import cost, learning_curves, seconds, spaces
from benchmark.report.claims import judged, variants_of
from benchmark.report.embedding_map import gap_table
from benchmark.report.history import seconds_table
from benchmark.report.inspection import Inspector
from benchmark.report.kinds import kinds
from benchmark.report.leaderboard import findings, leaderboard
from benchmark.report.origins import with_origins
from benchmark.report.pair_tests import pair_tests
from benchmark.report.paper import Paper, PaperTable
from benchmark.report.plots.bias import bias_chart
from benchmark.report.plots.chart import Chart
from benchmark.report.plots.forest import forest_chart
from benchmark.report.plots.leaderboard import leaderboard_chart
from benchmark.report.plots.places import places_chart
from benchmark.report.published import side_by_side
from benchmark.report.published_by_others.tables import published_tables
from benchmark.report.reproduction import outcomes_table
from benchmark.report.tables import Table
from benchmark.report.testing import corrected_p
from benchmark.report.verdicts import VERDICT, claims_table, verdicts_table
from benchmark.results.reproduction import outcomes
from benchmark.results.result import REFERENCE, read_results
from benchmark.results.variants import at_hand
from benchmark.site.titles import titled, titles


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the site, in ``<name>.html``: charts, then tables.

    says: what is on it, in a sentence. folded: tables that a reader opens. template, more: of a
    page that has something else as well.
    """

    name: str
    title: str
    says: str
    tables: Sequence[Table] = ()
    folded: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    template: str = "page.html"
    more: Mapping[str, Any] = field(default_factory=dict)


def pages(of: Inspector, store: Store) -> list[Page]:
    """All pages but those of single systems and questions, in the order of the navigation.

    What was not measured has no page; nothing is run.
    """
    found = papers()
    made = (
        _leaderboard(of, store),
        _claims(of, found),
        *_tables(of, found),
        _ablations(of, found),
        _kinds(of),
        _bias(of),
        _certainty(of),
        _curves(of, store),
        _speed(of),
        _published(),
        _certificate(of, store),
    )
    names = titles(of.results)
    return [
        replace(
            page,
            tables=[titled(table, names) for table in page.tables],
            folded=[titled(table, names) for table in page.folded],
        )
        for page in made
        if page.tables or page.charts or page.more
    ]


def _leaderboard(of: Inspector, store: Store) -> Page:
    tests = pair_tests(of.results, MAIN, store)
    return Page(
        name="index",
        title="Leaderboard",
        says="All systems, best first, and which of them differ significantly.",
        tables=[leaderboard(of.results, of.data, of.split, tests=tests)],
        charts=[leaderboard_chart(of.results)],
        template="leaderboard.html",
        more={
            "pairs": _pairs(tests.comparisons),
            "metric": MAIN,
            "findings": findings(of.results, of.data, of.split, tests),
        },
    )


def _certainty(of: Inspector) -> Page:
    ranked = placed(of.results)
    return Page(
        name="certainty",
        title="Certainty",
        says="How certain the rank of each system is, and which rankings agree.",
        tables=[
            certainty_table(of.results, of.data, of.split, ranked=ranked),
            agreement_table(of.results, of.data, of.split),
        ],
        charts=[places_chart(ranked)],
    )


def _published() -> Page:
    return Page(
        name="published",
        title="Published",
        says="What others published on WebQA, by task. Figures of different tasks do not compare.",
        tables=published_tables(publications()),
    )


def _tables(of: Inspector, found: Sequence[Paper]) -> list[Page]:
    """The tables of the papers, a page each, with the published figures beside ours.

    Those with the most rows that were run come first.
    """
    made = []
    for paper in found:
        for name, table in paper.tables.items():
            ours = _rows_of(table, of)
            beside = [table.beside(of.results, of.data, of.split)] if table.beside else []
            page = Page(
                name=name,
                title=table.title,
                says=table.says,
                tables=[
                    *ours,
                    *(side_by_side(one, MAIN) for one in beside),
                ],
                folded=beside,
            )
            made.append((-sum(len(one.rows) for one in ours), page))
    return [page for _, page in sorted(made, key=lambda one: one[0])]


def _rows_of(table: PaperTable, of: Inspector) -> list[Table]:
    """A paper's table of our figures; empty if none of its rows was run."""
    try:
        made = table.make(of.results, of.data, of.split)
    except NotMeasuredError:
        return []
    return [made] if made.rows else []


def _ablations(of: Inspector, found: Sequence[Paper]) -> Page:
    tables = []
    for name, ablation in ablations_of(found).items():
        if results := at_hand(ablation.variants, of.folder, of.data, of.split):
            table = ablation_table(name, ablation, results, of.data, of.split)
            tables += [table] if table.rows else []
    return Page(
        name="ablations",
        title="Ablations",
        says="What each part of the method contributes. The tables have the rows that were run.",
        tables=tables,
    )


def _claims(of: Inspector, found: Sequence[Paper]) -> Page:
    verdicts: list[Table] = []
    effects: list[Table] = []
    charts: list[Chart | None] = []
    for paper in found:
        if paper.claims:
            used = at_hand(variants_of(paper.claims), of.folder, of.data, of.split)
            tested = judged(paper.claims, used, of.data, of.split)
            verdict = verdicts_table(tested, of.data, of.split)
            verdicts.append(with_origins(verdict, used.values()))
            effects.append(claims_table(tested, of.data, of.split))
            charts.append(forest_chart(tested, f"claims-{paper.name}"))
    return Page(
        name="claims",
        title="Claims",
        says="What the papers claim, and whether the results here reproduce it. A claim is quoted "
        "where its authors' words are at hand; else it is marked as a paraphrase.",
        tables=effects,
        charts=[chart for chart in charts if chart],
        template="claims.html",
        more={"verdicts": verdicts, "tone": VERDICT.tone} if verdicts else {},
    )


def _kinds(of: Inspector) -> Page:
    asked = kinds(of.queries.values())
    means_of = {one.name: [kind.mean(one.over_seeds) for kind in asked] for one in of.ranked}
    return Page(
        name="kinds",
        title="Kinds of questions",
        says="How well each system, best first, answers each kind of question.",
        template="kinds.html",
        more={
            "kinds": asked,
            "means_of": means_of,
            "best": [
                max(column)
                for column in zip(*(means_of[one.name] for one in of.contenders), strict=True)
            ],
            "oracles": [one.name for one in of.ranked if one.oracle],
            "metric": MAIN,
        },
    )


def _bias(of: Inspector) -> Page:
    mapped = spaces(of)
    first = bias_table(of.results, of.data, of.split)
    scored = any(result.has_scores for result in of.results)  # the reference keeps none
    return Page(
        name="bias",
        title="Bias",
        says="Which modality each system retrieves and, where they are known, the distribution of "
        "its scores and the map of its embeddings.",
        tables=[first, *([gap_table(of.results, of.data, of.split)] if mapped else [])],
        folded=[scores_table(of.results, of.data, of.split)] if scored else [],
        charts=[bias_chart(first), *mapped],
    )


def _curves(of: Inspector, store: Store) -> Page:
    return Page(
        name="curves",
        title="Learning curves",
        says="What was measured while each system was trained, stage by stage. A system that "
        "shares all its stages with another is not repeated here; its own page shows them.",
        charts=learning_curves(of, store),
    )


def _speed(of: Inspector) -> Page:
    charts = [*cost(of), *seconds(of)]
    return Page(
        name="speed",
        title="Speed",
        says="How long each system takes to build and to search, beside how well it ranks.",
        tables=[seconds_table(of.results)] if charts else [],
        charts=charts,
    )


def _certificate(of: Inspector, store: Store) -> Page:
    """How well what was run here reproduces the reference; nothing where neither has the other."""
    reference, protocol = of.folder / REFERENCE, of.results[0].protocol
    own = {one.name for one in of.results if not one.reference}
    known = read_results(reference, of.data, of.split, protocol) if own else []
    names = [one.name for one in known if one.name in own]
    found = (
        outcomes(of.folder, reference, of.data, of.split, protocol, store, names=names)
        if names
        else []
    )
    title = f"Results on {of.data.name} ({of.split}) against the reference"
    oracles = [result.name for result in of.results if result.oracle]
    return Page(
        name="certificate",
        title="Certificate",
        says="Whether the results that were made here reproduce those of the reference.",
        tables=[outcomes_table(found, title, oracles)] if found else [],
    )


def _pairs(comparisons: Sequence[Comparison]) -> dict[str, dict[str, list[Any]]]:
    """First -> second -> difference, interval (in points), corrected p, and its significance.

    Both ways round. Pairs whose interval is not defined are left out.
    """
    found: dict[str, dict[str, list[Any]]] = {}
    for pair in comparisons:
        if pair.low is None or pair.high is None or pair.p_holm is None:
            continue
        points = [round(100 * value, 4) for value in (pair.difference, pair.low, pair.high)]
        difference, low, high = points
        test = [corrected_p(pair), pair.significant]
        found.setdefault(pair.first, {})[pair.second] = [difference, low, high, *test]
        found.setdefault(pair.second, {})[pair.first] = [-difference, -high, -low, *test]
    return found
