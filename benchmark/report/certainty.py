"""How sure a leaderboard is: who is best, who would change places, which rankings agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmark.datasets import Collection
from benchmark.evaluation.metrics import MAIN, METRICS, Scores
from benchmark.evaluation.significance import Floats
from benchmark.evaluation.standing import Agreement, Standing, agreement, standings
from benchmark.report.figures import asked
from benchmark.report.tables import PERCENT, TEXT, WHOLE, Column, Format, Table, decimals
from benchmark.results.result import Result, best_first
from benchmark.types import MODALITIES

PLACES = Format(lambda ends: f"{ends[0]} to {ends[1]}", lambda ends: float(ends[0]))
PROBABILITY = Format(
    lambda p: "" if p is None else f"{p:.2f}", lambda p: None if p is None else round(p, 2)
)
TAU = Format(
    lambda tau: f"{tau['tau']:.2f} [{tau['low']:.2f}, {tau['high']:.2f}]",
    lambda tau: round(tau["tau"], 2),
)

FEWEST_SYSTEMS = 3
"""Below this many systems a rank correlation says nothing."""


@dataclass(frozen=True)
class Placed:
    """A system, its mean, and how sure its place is."""

    name: str
    mean: float
    standing: Standing


def placed(results: Sequence[Result], metric: str = MAIN) -> list[Placed]:
    """The systems, best first, with how sure their places are.

    What is told part of the answer has no place, unless there is nothing else.
    """
    ranked = best_first(results, metric)
    ranked = [one for one in ranked if not one.oracle] or ranked
    found = standings([by_seed(one.over_seeds, metric) for one in ranked])
    return [
        Placed(one.name, one.over_seeds.mean(metric), standing)
        for one, standing in zip(ranked, found, strict=True)
    ]


def certainty_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """The probability that each system is the best, its place, and who would swap."""
    found = placed(results)
    return Table(
        title=f"How sure the leaderboard is: {data.name} ({split})",
        columns=[
            Column("#", "place", WHOLE, first=True),
            Column("Name", "name", TEXT, first=True),
            Column(MAIN, "mean", PERCENT, first=True),
            Column("Best", "best", decimals(2)),
            Column("Place [95%]", "places", PLACES),
            Column("Swaps with the next", "swap", PROBABILITY),
        ],
        rows=[
            {
                "place": place,
                "name": one.name,
                "mean": one.mean,
                **asdict(one.standing),
                "places": (one.standing.first, one.standing.last),
            }
            for place, one in enumerate(found, 1)
        ],
        notes=[
            f"Best: the probability that the true mean of {MAIN} is the highest. Place: where the "
            "true mean lies among the others' with probability 0.95. Swaps with the next: the "
            "probability that the system would fall behind the one below it on another sample of "
            "as many questions and training seeds; 0.5 is a toss-up.",
            "Bayesian bootstrap over the questions (Rubin, 1981), with Student's t for the "
            "training seeds; not corrected for the number of systems.",
            *([data.notice] if data.notice else []),
        ],
    )


def agreement_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Rank correlations of the systems between metrics and between kinds of questions."""
    systems = {one.name: one.over_seeds for one in best_first(results)}
    compared: list[tuple[str, str, int, Agreement]] = []
    if len(systems) >= FEWEST_SYSTEMS:
        own = _tables(systems, MAIN)
        for metric in METRICS:
            if metric != MAIN:
                other = _tables(systems, metric)
                compared.append((MAIN, metric, len(own), agreement(own, other, paired=True)))
        kinds = {
            kind: {name: one.among(asked(data, split, kind)) for name, one in systems.items()}
            for kind in MODALITIES
        }
        if all(some.queries for kind in kinds.values() for some in kind.values()):
            text, image = (_tables(kinds[kind], MAIN) for kind in ("text", "image"))
            compared.append(
                (
                    f"{MAIN}, text questions",
                    f"{MAIN}, image questions",
                    len(text),
                    agreement(text, image, paired=False),
                )
            )
    return Table(
        title=f"How far rankings of the systems agree: {data.name} ({split})",
        columns=[
            Column("Ranking", "first", TEXT, first=True),
            Column("Other ranking", "second", TEXT, first=True),
            Column("Systems", "systems", WHOLE),
            Column("Kendall's tau [95%]", "agreement", TAU, first=True),
        ],
        rows=[
            {"first": one, "second": other, "systems": count, "agreement": asdict(tau)}
            for one, other, count, tau in compared
        ],
        notes=[
            "Tau is 1 where two rankings order all pairs of systems alike, 0 where they agree in "
            "half of them, -1 where they reverse all. The interval is that of the true means, by "
            "the Bayesian bootstrap; figures over the same questions are drawn together. "
            "`table protocols` has the agreement between protocols.",
            *([data.notice] if data.notice else []),
        ],
    )


def _tables(systems: Mapping[str, Scores], metric: str) -> list[Floats]:
    return [by_seed(scores, metric) for scores in systems.values()]


def by_seed(scores: Scores, metric: str) -> Floats:
    """The figures of each seed and question, shape (seeds, questions)."""
    seeds = [scores.seeds[number] for number in sorted(scores.seeds)] or [scores]
    return np.stack([one.values[metric] for one in seeds])
