"""What the evaluation protocol changes: each system's figure and rank under each of them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from benchmark.datasets import Collection
from benchmark.errors import InputError
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
"""A rank, and in brackets the places gained against the first protocol."""


def protocols_table(
    results: Mapping[Protocol, Sequence[Result]], data: Collection, split: str
) -> Table:
    """The systems that have a result under every protocol that has any, best first under joint.

    results: of each protocol; those without one are left out. Notes give Kendall's tau between the
    protocols' rankings. Raises InputError where there are not two protocols and two systems.
    """
    found = {
        protocol: {result.name: result for result in of_it}
        for protocol, of_it in results.items()
        if of_it
    }
    shared = [
        name
        for name in next(iter(found.values()), {})
        if all(name in rows for rows in found.values())
    ]
    if len(found) < 2 or len(shared) < 2:
        raise InputError(
            "fewer than two systems have a result under two protocols",
            mend="run systems with --protocol joint, and again with split or local",
        )
    means = {
        protocol: {name: rows[name].over_seeds.mean(MAIN) for name in shared}
        for protocol, rows in found.items()
    }
    ranks = {protocol: _ranks(figures) for protocol, figures in means.items()}
    first = next(iter(found))
    columns = list(SYSTEM)
    for protocol in found:
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
                "title": found[first][name].title,
                **{
                    protocol: {
                        MAIN: means[protocol][name],
                        "rank": ranks[protocol][name],
                        "gained": ranks[first][name] - ranks[protocol][name],
                    }
                    for protocol in found
                },
            }
            for name in sorted(shared, key=lambda name: (ranks[first][name], name))
        ],
        notes=[
            f"{len(shared)} systems with a result under each protocol. Figures in percent. In "
            f"brackets: places gained (+) or lost (-) against protocol {first}.",
            *(_agreement(*pair, found, shared) for pair in itertools.combinations(found, 2)),
            *(EXPLAINED[protocol] for protocol in found),
            "Figures of different protocols don't compare with each other: fewer candidates are "
            "easier to rank. Ranks do.",
            *([data.notice] if data.notice else []),
        ],
    )


def _ranks(figures: Mapping[str, float]) -> dict[str, int]:
    """Each system's rank; systems whose figures are equal share the best of their ranks."""
    return {
        name: 1 + sum(other > value for other in figures.values())
        for name, value in figures.items()
    }


def _agreement(
    first: Protocol,
    second: Protocol,
    found: Mapping[Protocol, Mapping[str, Result]],
    shared: Sequence[str],
) -> str:
    """A note on how far the rankings under two protocols agree."""
    one, other = (
        [by_seed(found[protocol][name].over_seeds, MAIN) for name in shared]
        for protocol in (first, second)
    )
    tau = agreement(one, other, paired=True)
    return (
        f"{first} and {second}: Kendall's tau-b of the rankings is {tau.tau:.2f} [{tau.low:.2f}, "
        f"{tau.high:.2f}] (95% interval of the true means' tau; the same questions under both)."
    )
