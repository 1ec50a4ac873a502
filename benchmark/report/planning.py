"""How many questions and training seeds would show a difference, from the results at hand."""

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
from benchmark.report.tables import UNDEFINED, WHOLE, Column, Format, Table, percent

SEEDS = (2, 3, 5, 10)

NEEDED = Format(
    lambda count: UNDEFINED if count is None else f"{count:,}",
    lambda count: None if count is None else float(count),
)
DIFFERENCE = Format(
    lambda value: percent(value) if value <= 1 else UNDEFINED,
    lambda value: round(100 * value, 2) if value <= 1 else None,
)
"""A difference of shares in percent; none is larger than 100."""


def power_table(
    systems: Mapping[str, Scores], metric: str, difference: float, comparisons: int
) -> Table:
    """Questions needed for ``difference``, and what is detectable now, by the number of seeds.

    Medians over all pairs of systems. comparisons: how many pairs are tested together. Raises
    InputError where there is no pair that varies.
    """
    found = spreads(systems, metric)
    questions = found[0].questions
    rows = []
    for seeds in seeds_of(found):
        needed, now = [], []
        for tests in (1, comparisons):
            counts = [questions_needed(one, difference, seeds, tests) for one in found]
            count = median(MOST + 1 if one is None else one for one in counts)
            needed.append(None if count > MOST else round(count))
            now.append(median(detectable(one, seeds, questions, tests) for one in found))
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
    pairs = f"{comparisons:,} pairs"
    return Table(
        title=f"What it takes to show {points} of {metric}",
        columns=[
            Column("Seeds", "seeds", WHOLE, first=True),
            Column(f"Questions for {points}", "questions", NEEDED, first=True),
            Column(f"Questions, {pairs}", "questions_corrected", NEEDED),
            Column(f"Detectable with {questions:,} questions", "detectable", DIFFERENCE),
            Column(f"Detectable, {pairs}", "detectable_corrected", DIFFERENCE),
        ],
        rows=rows,
        notes=[
            f"A two-sided test at alpha {ALPHA} finds the difference with probability {POWER}; "
            f"the columns with {pairs} are for the first step of Holm's correction over so many.",
            f"From the variances of {_pairs(systems, found)} here (Sakai, 2016); what training "
            "seeds contribute does not fall with more questions. Seeds are of each system. -: not "
            f"even {MOST:,} questions would do, or not even a difference of 100 points is found.",
            *(
                [
                    "A single training seed was run, or none changes these systems: what other "
                    "seeds would contribute isn't known, and is left out."
                ]
                if all(one.seeds == 1 for one in found)
                else []
            ),
        ],
    )


def spreads(systems: Mapping[str, Scores], metric: str) -> list[Parts]:
    """The variances of each pair of systems; of those with several seeds, where there are some."""
    if len(systems) < 2:
        raise InputError("one system alone", mend="name two or more")
    tables = [
        differences(one, other, metric)
        for one, other in itertools.combinations(systems.values(), 2)
    ]
    if tables[0].shape[1] < FEWEST_QUESTIONS:
        raise InputError("a single question has no spread", mend="use a larger data set")
    seeded = [table for table in tables if len(table) > 1]
    found = [one for one in map(parts, seeded or tables) if one.design.error > 0]
    if not found:
        raise InputError("the systems don't differ on any question", mend="name others")
    return found


def seeds_of(found: Sequence[Parts]) -> tuple[int, ...]:
    """The numbers of seeds to plan with."""
    return (1,) if all(one.seeds == 1 for one in found) else SEEDS


def _pairs(systems: Mapping[str, Scores], found: Sequence[Parts]) -> str:
    if len(systems) == 2:
        return " and ".join(systems)
    seeded = " with training seeds" if found[0].seeds > 1 else ""
    return f"{len(found)} pairs{seeded}, the median over them,"
