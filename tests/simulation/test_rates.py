"""The tests' rates in simulated worlds, with few of them; docs/explanation has them with many."""

from dataclasses import replace

import numpy as np
import pytest
from worlds import (
    SMALLEST,
    World,
    experiments,
    hierarchical,
    one,
    questions_alone,
    rank_tables,
    rejects,
    sequential,
)

from benchmark.evaluation.effects import parts
from benchmark.evaluation.posterior import reading
from benchmark.evaluation.verdicts import VERDICTS, verdict_numbers


@pytest.mark.parametrize("seeds", [3, 5, 10])
@pytest.mark.parametrize("between", [0.0, 0.006, 0.024])
def test_the_test_keeps_its_size_where_questions_alone_do_not(seeds: int, between: float) -> None:
    generator, world = np.random.default_rng(seeds), World(between_seeds=between)
    found = world.drawn(seeds, 20_000, generator)
    # Of 20,000 worlds the share has a standard deviation of 0.0015.
    assert 0.03 <= np.mean(rejects(found)) <= 0.05 + 4 * 0.0015
    if between == 0.024:
        assert np.mean(questions_alone(found) <= 0.05) > 0.09
    real = replace(world, mean=2.8016 * world.error(seeds)).drawn(seeds, 20_000, generator)
    assert np.mean(rejects(real)) >= (0.45 if between == 0.024 else 0.7)


def test_size_on_reciprocal_ranks_and_that_of_the_hierarchical_bootstrap() -> None:
    generator = np.random.default_rng(1)
    tables = rank_tables(World(questions=281, between_seeds=0.024), 3, 150, generator)
    # Of 150 worlds the share has a standard deviation of 0.018.
    assert np.mean(rejects(parts(tables))) <= 0.05 + 3 * 0.018
    assert np.mean(hierarchical(tables[:50], generator)) <= 0.2


@pytest.mark.parametrize("mean", [-0.01, 0.0, 0.01, 0.03])
def test_verdicts_err_as_rarely_as_they_say(mean: float) -> None:
    found = World(mean=mean).drawn(5, 20_000, np.random.default_rng(2))
    counts = np.bincount(verdict_numbers([found], SMALLEST), minlength=len(VERDICTS)) / 20_000
    share = dict(zip(VERDICTS, counts, strict=True))
    limit = 0.025 + 4 * 0.0011
    if mean <= 0:
        assert share["reproduced"] + share["reproduced in direction"] <= limit
    if mean <= SMALLEST:
        assert share["reproduced"] <= limit
    if mean >= SMALLEST:
        assert share["not reproduced"] <= limit


def test_the_sequential_rule_stops_between_its_bounds_and_errs_rarely() -> None:
    generator, world = np.random.default_rng(3), World(between_seeds=0.012, mean=0.0)
    most, _ = experiments(world, 10, 60, generator)
    runs = [sequential(one(most, place), place) for place in range(60)]
    assert {seeds for _, seeds in runs} <= set(range(3, 11))
    wrong = sum(VERDICTS[verdict].startswith("reproduced") for verdict, _ in runs)
    assert wrong <= 6  # of 60, where 0.025 is expected


def test_the_posterior_holds_the_truth_as_often_as_it_says() -> None:
    generator, held = np.random.default_rng(4), 0
    for _ in range(60):
        mean = generator.uniform(-0.02, 0.02)
        table = mean + generator.normal(0, 0.1, (1, 281)) + generator.normal(0, 0.06, (3, 281))
        found = reading(table, SMALLEST)
        held += found.low <= mean <= found.high
    assert held >= 51  # 57 are expected, with a standard deviation of 1.7
