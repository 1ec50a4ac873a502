"""The effect of the evaluation protocol: each system's figure and rank under each protocol."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from benchmark.datasets import Collection
from benchmark.errors import NotMeasuredError
from benchmark.evaluation.metrics import MAIN
from benchmark.evaluation.standing import agreement
from benchmark.protocol import EXPLAINED, Protocol
from benchmark.report.certainty import by_seed
from benchmark.report.tables import PERCENT, SYSTEM, Column, Format, Table
from benchmark.results.result import Result

RANK = Format(
    lambda rank: f"{rank['rank']}" + (f" ({rank['gained']:+d})" if rank["gained"] else ""),
    lambda rank: float(rank["rank"]),
)
"""A rank, and in brackets the ranks gained against the first protocol."""


def protocols_table(
    results: Mapping[Protocol, Sequence[Result]], data: Collection, split: str
) -> Table:
    """The systems that have a result under all protocols with results; best first under the first.

    results: the results under each protocol; a protocol without results is left out. Notes give
    Kendall's tau between the protocols' rankings. Raises NotMeasuredError with fewer than two
    protocols or two systems.
    """
    by_name = {
        protocol: {result.name: result for result in under_protocol}
        for protocol, under_protocol in results.items()
        if under_protocol
    }
    shared = [
        name
        for name in next(iter(by_name.values()), {})
        if all(name in systems for systems in by_name.values())
    ]
    if len(by_name) < 2 or len(shared) < 2:
        raise NotMeasuredError(
            "fewer than two systems have results under two protocols",
            "run bm25 clip-dpr --protocol split",
        )
    means = {
        protocol: {name: systems[name].over_seeds.mean(MAIN) for name in shared}
        for protocol, systems in by_name.items()
    }
    ranks = {protocol: _ranks(figures) for protocol, figures in means.items()}
    first = next(iter(by_name))
    columns = list(SYSTEM)
    for protocol in by_name:
        columns += [
            Column(f"{MAIN}, {protocol}", (protocol, MAIN), PERCENT, first=True),
            Column(f"Rank, {protocol}", protocol, RANK),
        ]
    return Table(
        title=f"Protocols on {data.name} ({split})",
        columns=columns,
        rows=[
            {
                "name": name,
                "title": by_name[first][name].title,
                **{
                    protocol: {
                        MAIN: means[protocol][name],
                        "rank": ranks[protocol][name],
                        "gained": ranks[first][name] - ranks[protocol][name],
                    }
                    for protocol in by_name
                },
            }
            for name in sorted(shared, key=lambda name: (ranks[first][name], name))
        ],
        notes=[
            f"{len(shared)} systems with a result under each protocol. Figures in percent. In "
            f"brackets: ranks gained (+) or lost (-) against protocol {first}.",
            *(_agreement(*pair, by_name, shared) for pair in itertools.combinations(by_name, 2)),
            *(EXPLAINED[protocol] for protocol in by_name),
            "Figures under different protocols are not comparable, since fewer candidates are "
            "easier to rank. Ranks are comparable.",
            *([data.notice] if data.notice else []),
        ],
    )


def _ranks(figures: Mapping[str, float]) -> dict[str, int]:
    """Each system's rank; systems with equal figures share the best of their ranks."""
    return {
        name: 1 + sum(other > value for other in figures.values())
        for name, value in figures.items()
    }


def _agreement(
    first: Protocol,
    second: Protocol,
    by_name: Mapping[Protocol, Mapping[str, Result]],
    shared: Sequence[str],
) -> str:
    """A note on the agreement of the rankings under two protocols."""
    left, right = (
        [by_seed(by_name[protocol][name].over_seeds, MAIN) for name in shared]
        for protocol in (first, second)
    )
    tau = agreement(left, right, paired=True)
    return (
        f"{first} and {second}: Kendall's tau-b of the rankings is {tau.tau:.2f} [{tau.low:.2f}, "
        f"{tau.high:.2f}] (95% interval for the rankings by the true means, over the same "
        "questions)."
    )
