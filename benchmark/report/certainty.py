"""The certainty of a leaderboard: probabilities and intervals of ranks, agreement of rankings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmark.datasets import Collection
from benchmark.evaluation.metrics import MAIN, METRICS, Scores
from benchmark.evaluation.significance import Floats
from benchmark.evaluation.standing import Agreement, Standing, agreement, agreements, standings
from benchmark.report.figures import answered_by
from benchmark.report.tables import PERCENT, TEXT, UNDEFINED, WHOLE, Column, Format, Table, decimals
from benchmark.results.result import Result, best_first
from benchmark.types import MODALITIES

PLACES = Format(lambda ends: f"{ends[0]} to {ends[1]}", lambda ends: float(ends[0]))
PROBABILITY = Format(
    lambda p: UNDEFINED if p is None else f"{p:.2f}", lambda p: None if p is None else round(p, 2)
)
TAU = Format(
    lambda tau: f"{tau['tau']:.2f} [{tau['low']:.2f}, {tau['high']:.2f}]",
    lambda tau: round(tau["tau"], 2),
)

FEWEST_SYSTEMS = 3
"""The smallest number of systems for which rank correlations are shown."""


@dataclass(frozen=True)
class Placed:
    """A system, its mean, and the certainty of its rank."""

    name: str
    mean: float
    standing: Standing


def placed(results: Sequence[Result], metric: str = MAIN) -> list[Placed]:
    """The systems without oracles, best first, with the certainty of their ranks.

    Oracles, which are told part of the answer, are ranked only if there are no other systems.
    """
    ranked = best_first(results, metric)
    ranked = [result for result in ranked if not result.oracle] or ranked
    certainties = standings([by_seed(result.over_seeds, metric) for result in ranked])
    return [
        Placed(result.name, result.over_seeds.mean(metric), standing)
        for result, standing in zip(ranked, certainties, strict=True)
    ]


def certainty_table(
    results: Sequence[Result], data: Collection, split: str, *, ranked: Sequence[Placed] = ()
) -> Table:
    """The probability that each system is the best, the interval of its rank, and the probability
    that it falls behind the next.

    ranked: ``placed(results)``, if it is known.
    """
    return Table(
        title=f"Certainty of the leaderboard: {data.name} ({split})",
        columns=[
            Column("#", "place", WHOLE, first=True),
            Column("Name", "name", TEXT, first=True),
            Column(MAIN, "mean", PERCENT, first=True),
            Column("P(best)", "best", decimals(2)),
            Column("Rank [95%]", "places", PLACES),
            Column("P(swap with next)", "swap", PROBABILITY),
        ],
        rows=[
            {
                "place": place,
                "name": system.name,
                "mean": system.mean,
                **asdict(system.standing),
                "places": (system.standing.first, system.standing.last),
            }
            for place, system in enumerate(ranked or placed(results), 1)
        ],
        notes=[
            f"P(best): the probability that the true mean of {MAIN} is the highest. Rank: the "
            "interval that contains the rank of the true mean with probability 0.95. P(swap with "
            "next): the probability that the system falls behind the next one on another sample of "
            "as many questions and training seeds; 0.5 means that the order is pure chance. The "
            "last system has no next.",
            "Bayesian bootstrap over the questions (Rubin, 1981), with Student's t for the "
            "training seeds; not corrected for the number of systems.",
            *([data.notice] if data.notice else []),
        ],
    )


def agreement_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Rank correlations between metrics, and between text and image questions."""
    systems = {result.name: result.over_seeds for result in best_first(results)}
    compared: list[tuple[str, str, int, Agreement]] = []
    if len(systems) >= FEWEST_SYSTEMS:
        others = [metric for metric in METRICS if metric != MAIN]
        own, *by_metric = (_tables(systems, metric) for metric in (MAIN, *others))
        found = agreements(own, by_metric)
        compared += [(MAIN, *one) for one in zip(others, map(len, by_metric), found, strict=True)]
        kinds = {
            kind: {
                name: scores.among(answered_by(kind, data, split))
                for name, scores in systems.items()
            }
            for kind in MODALITIES
        }
        if all(scores.queries for kind in kinds.values() for scores in kind.values()):
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
        title=f"Agreement of rankings: {data.name} ({split})",
        columns=[
            Column("Ranking", "first", TEXT, first=True),
            Column("Other ranking", "second", TEXT, first=True),
            Column("Systems", "systems", WHOLE),
            Column("Kendall's tau [95%]", "agreement", TAU, first=True),
        ],
        rows=[
            {"first": first, "second": second, "systems": count, "agreement": asdict(tau)}
            for first, second, count, tau in compared
        ],
        notes=[
            "Tau is 1 if two rankings order all pairs of systems alike, 0 if they agree on half of "
            "the pairs, and -1 if they disagree on all. The interval is for the rankings by the "
            "true means (Bayesian bootstrap; metrics over the same questions share their draws). "
            "`table protocols` shows the agreement between protocols.",
            *([data.notice] if data.notice else []),
        ],
    )


def _tables(systems: Mapping[str, Scores], metric: str) -> list[Floats]:
    return [by_seed(scores, metric) for scores in systems.values()]


def by_seed(scores: Scores, metric: str) -> Floats:
    """The figures of each seed and question; float64, shape (seeds, questions)."""
    seeds = [scores.seeds[number] for number in sorted(scores.seeds)] or [scores]
    return np.stack([seed.values[metric] for seed in seeds])
