"""The number of questions and training seeds that a difference needs, estimated from results."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from statistics import median

from benchmark.errors import InputError
from benchmark.evaluation.comparison import differences
from benchmark.evaluation.effects import Parts, parts
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.planning import MOST, detectable, questions_needed
from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS, POWER
from benchmark.report.tables import UNDEFINED, WHOLE, Column, Format, Row, Table, percent
from benchmark.report.testing import counted

SEEDS = (2, 3, 5, 10)

NEEDED = Format(
    lambda count: UNDEFINED if count is None else f"{count:,}",
    lambda count: None if count is None else float(count),
    plain=lambda count: UNDEFINED if count is None else str(count),
)
DIFFERENCE = Format(
    lambda value: percent(value) if value <= 1 else UNDEFINED,
    lambda value: round(100 * value, 2) if value <= 1 else None,
)
"""A difference of shares in percent; none is larger than 100."""


def power_table(
    systems: Mapping[str, Scores], metric: str, difference: float, comparisons: int
) -> Table:
    """Questions needed for ``difference``, and the detectable difference, by the number of seeds.

    Medians over all pairs of systems. difference: as a share. comparisons: the number of pairs that
    are tested together. Raises InputError if no pair of systems differs.
    """
    variances = spreads(systems, metric)
    questions = variances[0].questions
    rows = []
    for seeds in seeds_of(variances):
        needed, now = [], []
        for tests in (1, comparisons):
            counts = [questions_needed(pair, difference, seeds, tests) for pair in variances]
            count = median(MOST + 1 if count is None else count for count in counts)
            needed.append(None if count > MOST else round(count))
            now.append(median(detectable(pair, seeds, questions, tests) for pair in variances))
        rows.append(
            {
                "seeds": seeds,
                "questions": needed[0],
                "questions_corrected": needed[1],
                "detectable": now[0],
                "detectable_corrected": now[1],
            }
        )
    points = f"{100 * difference:g} {'point' if difference == 0.01 else 'points'}"
    return Table(
        title=f"Questions and seeds needed to show {points} of {metric}",
        columns=[
            Column("Seeds", "seeds", WHOLE, first=True),
            Column("Questions", "questions", NEEDED, first=True),
            Column("Questions, corrected", "questions_corrected", NEEDED),
            Column("Points", "detectable", DIFFERENCE),
            Column("Points, corrected", "detectable_corrected", DIFFERENCE),
        ],
        rows=rows,
        notes=[
            f"Questions: as many as a two-sided test at alpha {ALPHA} needs to detect {points} "
            f"with probability {POWER}. Points: the smallest difference that it detects with the "
            f"{questions:,} questions here. Seeds: the number of training seeds for each system.",
            f"Corrected: at the first step of Holm's correction over {counted(comparisons)}.",
            f"Estimated from the variances of {_pairs(systems, variances)} (Sakai, 2016). The "
            "variance between training seeds does not fall with more questions.",
            *(
                [
                    f"A dash means that {MOST:,} questions are not enough, or that a difference of "
                    "100 points is not detectable."
                ]
                if any(UNDEFINED in _corrected(row) for row in rows)
                else []
            ),
            *(
                [
                    "The variance between training seeds is not included: each of these systems "
                    "was run with one seed, or has no training."
                ]
                if all(pair.seeds == 1 for pair in variances)
                else []
            ),
        ],
    )


def _corrected(row: Row) -> tuple[str, str]:
    """The larger figures of a row, as they are shown."""
    return NEEDED.text(row["questions_corrected"]), DIFFERENCE.text(row["detectable_corrected"])


def spreads(systems: Mapping[str, Scores], metric: str) -> list[Parts]:
    """The variances of each pair of systems; only pairs with several seeds, if there are some."""
    if len(systems) < 2:
        raise InputError("only one system is named or has a result", mend="name two or more")
    tables = [
        differences(first, second, metric)
        for first, second in itertools.combinations(systems.values(), 2)
    ]
    if tables[0].shape[1] < FEWEST_QUESTIONS:
        raise InputError("a single question has no variance", mend="use a larger data set")
    seeded = [table for table in tables if len(table) > 1]
    variances = [pair for pair in map(parts, seeded or tables) if pair.design.error > 0]
    if not variances:
        raise InputError("the systems do not differ on any question", mend="name others")
    return variances


def seeds_of(variances: Sequence[Parts]) -> tuple[int, ...]:
    """The numbers of seeds to show."""
    return (1,) if all(pair.seeds == 1 for pair in variances) else SEEDS


def _pairs(systems: Mapping[str, Scores], variances: Sequence[Parts]) -> str:
    if len(systems) == 2:
        return " and ".join(systems)
    seeded = " with several training seeds" if variances[0].seeds > 1 else ""
    return f"{len(variances)} pairs{seeded}, of which the median is shown"
