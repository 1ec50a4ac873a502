"""Simulated experiments of which the truth is known, and the tests' rates in them.

A world is a pair of systems: each question, each training seed and each pairing of the two moves
their difference at random. What the tests look at are the mean and the mean squares of the table of
seeds by questions; of normal numbers their distributions are known, so that they are drawn as such,
and a hundred thousand worlds take a second. ``tables`` draws whole tables of reciprocal ranks.

    python tests/simulation/worlds.py size ranks family power verdicts overturn auto belief
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from benchmark.evaluation.effects import Parts, parts
from benchmark.evaluation.overturn import (
    FEWEST_SEEDS,
    MOST_SEEDS,
    needs_more_seeds,
    overturned,
)
from benchmark.evaluation.posterior import reading
from benchmark.evaluation.verdicts import VERDICTS, verdict_numbers

SEEDS = (2, 3, 5, 10)
QUESTIONS = (281, 1152, 4966)
BETWEEN_SEEDS = (0.0, 0.002, 0.006, 0.012, 0.024)


@dataclass(frozen=True)
class World:
    """True mean and standard deviations; those of questions and pairings are webqa-mini's medians
    over the pairs of systems with seeds.
    """

    questions: int = 1152
    between_seeds: float = 0.006
    mean: float = 0.0
    between_questions: float = 0.37
    between_pairings: float = 0.23

    def drawn(self, seeds: int, worlds: int, generator: np.random.Generator) -> Parts:
        """``worlds`` experiments of so many seeds."""
        q, both = self.questions, self.between_pairings**2
        of_question = self.between_questions**2 / q
        rows = np.sqrt(self.between_seeds**2 + both / q)
        asked = generator.normal(0, np.sqrt(of_question), (worlds, 1))
        spread = generator.chisquare(q - 1, worlds) / (q - 1)
        pairings = generator.chisquare((seeds - 1) * (q - 1), worlds) / ((seeds - 1) * (q - 1))
        return Parts(
            questions=q,
            by_seed=self.mean + asked + generator.normal(0, rows, (worlds, seeds)),
            of_questions=(seeds * self.between_questions**2 + both) * spread,
            of_both=both * pairings,
        )

    def error(self, seeds: int) -> float:
        """The true standard error of the mean."""
        return float(
            np.sqrt(
                self.between_seeds**2 / seeds
                + self.between_questions**2 / self.questions
                + self.between_pairings**2 / (seeds * self.questions)
            )
        )


def rank_tables(
    world: World, seeds: int, worlds: int, generator: np.random.Generator
) -> np.ndarray:
    """Differences of reciprocal ranks of two equal systems, shape (worlds, seeds, questions).

    Skewed and with many equal values, as MRR@10 is: each rank follows from a normal number of
    question, seed and pairing, cut at the shares of webqa-mini's CLIP-DPR.
    """
    ranks = np.array([0.0, 0.1, 1 / 9, 1 / 8, 1 / 7, 1 / 6, 0.2, 0.25, 1 / 3, 0.5, 1.0])
    cuts = stats.norm.ppf([0.3, 0.32, 0.34, 0.365, 0.395, 0.43, 0.475, 0.54, 0.64, 0.79])
    q, shape = world.questions, (worlds, seeds, world.questions)
    # A shift of the latent number by 1 moves the mean reciprocal rank by about 0.3.
    shift = world.between_seeds / 0.3 / np.sqrt(2)
    common = generator.normal(0, 0.6, (worlds, 1, q))

    def system() -> np.ndarray:
        own = generator.normal(0, 0.6, (worlds, 1, q)) + generator.normal(0, 0.53, shape)
        return ranks[
            np.searchsorted(cuts, common + own + generator.normal(0, shift, (worlds, seeds, 1)))
        ]

    return system() - system()


def questions_alone(found: Parts) -> np.ndarray:
    """p where the seeds' mean of each question is tested, as if the seeds were all there are."""
    cells = found.seeds * found.questions
    t = np.abs(found.mean) / np.sqrt(found.of_questions / cells)
    return 2 * stats.t.sf(t, found.questions - 1)


def clark(found: Parts) -> np.ndarray:
    """p of min F' with Satterthwaite's degrees of freedom."""
    both = found.of_seeds + found.of_questions
    freedom = both**2 / (
        found.of_seeds**2 / (found.seeds - 1) + found.of_questions**2 / (found.questions - 1)
    )
    t = np.abs(found.mean) / np.sqrt(both / (found.seeds * found.questions))
    return 2 * stats.t.sf(t, freedom)


def satterthwaite(found: Parts) -> np.ndarray:
    """p with the interaction counted once, and Satterthwaite's degrees of freedom."""
    variance = np.maximum(found.of_seeds - found.of_both, 0) + found.of_questions
    s, q = found.seeds - 1, found.questions - 1
    freedom = variance**2 / (
        found.of_seeds**2 / s + found.of_questions**2 / q + found.of_both**2 / (s * q)
    )
    t = np.abs(found.mean) / np.sqrt(variance / (found.seeds * found.questions))
    return 2 * stats.t.sf(t, freedom)


def rejects(found: Parts, alpha: float = 0.05) -> np.ndarray:
    """Whether the package's test calls the difference significant."""
    return np.abs(found.mean) >= found.design.reach(1 - alpha / 2)


def hierarchical(differences: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Whether the percentile interval of a bootstrap over seeds and questions leaves out 0."""
    worlds, seeds, questions = differences.shape
    out = np.empty(worlds, dtype=bool)
    for place, one in enumerate(differences):
        rows = generator.multinomial(seeds, np.full(seeds, 1 / seeds), 400) / seeds
        columns = generator.multinomial(questions, np.full(questions, 1 / questions), 400)
        means = ((rows @ one) * columns).sum(axis=1) / questions
        low, high = np.quantile(means, [0.025, 0.975])
        out[place] = low > 0 or high < 0
    return out


def size(worlds: int = 40_000) -> list[list[object]]:
    """Rows of: seeds, questions, sd of seeds; size at 0.05 of four tests, and at 0.001 of three;
    power at the difference that a test of known variance finds with probability 0.8.
    """
    generator, rows = np.random.default_rng(1), []
    for seeds in SEEDS:
        for questions in QUESTIONS:
            for between in BETWEEN_SEEDS:
                world = World(questions=questions, between_seeds=between)
                null = world.drawn(seeds, worlds, generator)
                tail = world.drawn(seeds, 5 * worlds, generator)
                there = replace(world, mean=2.8016 * world.error(seeds))
                real = there.drawn(seeds, worlds, generator)
                tests = (questions_alone, clark, satterthwaite)
                rows.append(
                    [
                        seeds,
                        questions,
                        100 * between,
                        *(np.mean(test(null) <= 0.05) for test in tests),
                        np.mean(rejects(null)),
                        *(np.mean(test(tail) <= 0.001) for test in tests[1:]),
                        np.mean(rejects(tail, 0.001)),
                        *(np.mean(test(real) <= 0.05) for test in tests[1:]),
                        np.mean(rejects(real)),
                    ]
                )
    return rows


def ranks(worlds: int = 2000) -> list[list[object]]:
    """Rows of: seeds, sd of seeds; size at 0.05 on reciprocal ranks of 281 questions, with the
    hierarchical bootstrap.
    """
    generator, rows = np.random.default_rng(2), []
    for seeds in SEEDS:
        for between in BETWEEN_SEEDS:
            world = World(questions=281, between_seeds=between)
            table = rank_tables(world, seeds, worlds, generator)
            found = parts(table)
            rows.append(
                [
                    seeds,
                    100 * between,
                    *(np.mean(test(found) <= 0.05) for test in (questions_alone, clark)),
                    np.mean(rejects(found)),
                    np.mean(hierarchical(table[:1000], generator)),
                ]
            )
    return rows


SMALLEST = 0.01
"""The smallest relevant effect in the worlds of verdicts: one point."""

MEANS = (-0.01, 0.0, 0.005, 0.01, 0.015, 0.02, 0.03)


def again(found: Parts, world: World, asked: np.ndarray, generator: np.random.Generator) -> Parts:
    """Another set of seeds on the same questions; ``asked``: what the questions moved the mean."""
    rows = np.sqrt(world.between_seeds**2 + world.between_pairings**2 / world.questions)
    moved = generator.normal(0, rows, found.by_seed.shape)
    return replace(found, by_seed=world.mean + asked[:, None] + moved)


def one(found: Parts, place: int) -> Parts:
    """One experiment of many."""
    return replace(
        found,
        by_seed=found.by_seed[place],
        of_questions=found.of_questions[place],
        of_both=found.of_both[place],
    )


def naive(found: Parts, generator: np.random.Generator, draws: int = 400) -> float:
    """The same probability by drawing the seeds at hand with replacement."""
    rows = generator.integers(0, found.seeds, (draws, found.seeds))
    drawn = replace(found, by_seed=found.by_seed[rows])
    verdict = verdict_numbers([found], SMALLEST)
    return float(np.mean(verdict_numbers([drawn], SMALLEST) != verdict))


def experiments(
    world: World, seeds: int, worlds: int, generator: np.random.Generator
) -> tuple[Parts, np.ndarray]:
    """As ``World.drawn``, with what the questions moved each mean by."""
    asked = generator.normal(0, world.between_questions / np.sqrt(world.questions), worlds)
    found = replace(world, between_questions=1e-9).drawn(seeds, worlds, generator)
    spread = generator.chisquare(world.questions - 1, worlds) / (world.questions - 1)
    of_questions = (seeds * world.between_questions**2 + world.between_pairings**2) * spread
    return replace(found, by_seed=found.by_seed + asked[:, None], of_questions=of_questions), asked


def overturn(worlds: int = 1500) -> list[list[object]]:
    """Rows of: seeds, sd of seeds; how often another set of seeds gives another verdict, the mean
    of what is told of it, and of what drawing with replacement would tell; the same among those
    that are told to be stable (below 0.05). Over true means of MEANS.
    """
    generator, rows = np.random.default_rng(3), []
    for seeds in SEEDS:
        for between in BETWEEN_SEEDS[1:]:
            told, plain, truth = [], [], []
            for mean in MEANS:
                world = World(between_seeds=between, mean=mean)
                found, asked = experiments(world, seeds, worlds // len(MEANS), generator)
                other = verdict_numbers([again(found, world, asked, generator)], SMALLEST)
                truth += (other != verdict_numbers([found], SMALLEST)).tolist()
                for place in range(len(asked)):
                    single = one(found, place)
                    told.append(overturned([single], SMALLEST, draws=400, seed=place))
                    plain.append(naive(single, generator))
            stable, sure = np.array(told) < 0.05, np.array(plain) < 0.05
            rows.append(
                [
                    seeds,
                    100 * between,
                    *map(float, (np.mean(truth), np.mean(told), np.mean(plain))),
                    float(np.mean(stable)),
                    float(np.mean(np.array(truth)[stable])) if stable.any() else float("nan"),
                    float(np.mean(sure)),
                    float(np.mean(np.array(truth)[sure])) if sure.any() else float("nan"),
                ]
            )
    return rows


def verdicts(worlds: int = 20_000) -> list[list[object]]:
    """Rows of: seeds, sd of seeds, true mean in points; the share of each verdict."""
    generator, rows = np.random.default_rng(4), []
    for seeds in SEEDS:
        for between in (0.002, 0.006, 0.012):
            for mean in MEANS:
                world = World(between_seeds=between, mean=mean)
                found = verdict_numbers([world.drawn(seeds, worlds, generator)], SMALLEST)
                shares = np.bincount(found, minlength=len(VERDICTS)) / worlds
                rows.append([seeds, 100 * between, 100 * mean, *map(float, shares)])
    return rows


def auto(worlds: int = 1000) -> list[list[object]]:
    """Rows of: sd of seeds, true mean in points; the mean number of seeds of the sequential rule;
    the share of each verdict; how often two runs of the rule disagree.
    """
    generator, rows = np.random.default_rng(5), []
    for between in (0.002, 0.006, 0.012, 0.024):
        for mean in MEANS:
            world = World(between_seeds=between, mean=mean)
            most, asked = experiments(world, MOST_SEEDS, worlds, generator)
            second = again(most, world, asked, generator)
            runs = [
                [sequential(one(each, place), place) for place in range(worlds)]
                for each in (most, second)
            ]
            found = np.array(runs)
            shares = np.bincount(found[0, :, 0], minlength=len(VERDICTS)) / worlds
            rows.append(
                [
                    100 * between,
                    100 * mean,
                    float(found[0, :, 1].mean()),
                    *map(float, shares),
                    float(np.mean(found[0, :, 0] != found[1, :, 0])),
                ]
            )
    return rows


def sequential(most: Parts, seed: int) -> tuple[int, int]:
    """The verdict of ``--seeds auto`` and the seeds it took, of seeds that come one by one."""
    both = float(most.of_both)
    of_one = (float(most.of_questions) - both) / most.seeds
    seeds = FEWEST_SEEDS
    while True:
        found = replace(most, by_seed=most.by_seed[:seeds], of_questions=seeds * of_one + both)
        probability = overturned([found], SMALLEST, draws=400, seed=seed)
        if not needs_more_seeds(probability, seeds):
            return int(verdict_numbers([found], SMALLEST)), seeds
        seeds += 1


def belief(worlds: int = 400) -> list[list[object]]:
    """Rows of: seeds, sd of seeds; of worlds whose true difference is drawn evenly from -2 to 2
    points: how often the 95% interval holds it, what the probability of a difference above
    one point is on average and how often it is true, and how often it is true where the probability
    is above 0.95 (and how often that is). 281 questions with twice webqa-mini's precision.
    """
    generator, rows = np.random.default_rng(6), []
    for seeds in (1, *SEEDS):
        for between in (0.002, 0.006, 0.012):
            held, told, true = [], [], []
            for _ in range(worlds):
                mean = generator.uniform(-0.02, 0.02)
                differences = (
                    mean
                    + generator.normal(0, between, (seeds, 1))
                    + generator.normal(0, 0.1, (1, 281))
                    + generator.normal(0, 0.06, (seeds, 281))
                )
                found = reading(differences, SMALLEST)
                held.append(found.low <= mean <= found.high)
                told.append(found.better)
                true.append(mean > SMALLEST)
            sure = np.array(told) > 0.95
            rows.append(
                [
                    seeds,
                    100 * between,
                    *map(float, (np.mean(held), np.mean(told), np.mean(true), np.mean(sure))),
                    float(np.mean(np.array(true)[sure])),
                ]
            )
    return rows


def power(worlds: int = 20_000) -> list[list[object]]:
    """Rows of: seeds, sd of seeds; how often what is called detectable is found, alone and at the
    first step of Holm's correction over 300 pairs.
    """
    generator, rows = np.random.default_rng(7), []
    for seeds in SEEDS:
        for between in BETWEEN_SEEDS[1:]:
            world = World(between_seeds=between)
            told = world.drawn(seeds, worlds, generator).design
            found = []
            for alpha in (0.05, 0.05 / 300):
                mean = float(np.mean(told.detectable(alpha)))
                there = replace(world, mean=mean)
                found += [
                    100 * mean,
                    np.mean(rejects(there.drawn(seeds, worlds, generator), alpha)),
                ]
            rows.append([seeds, 100 * between, *map(float, found)])
    return rows


def family(worlds: int = 250) -> list[list[object]]:
    """Rows of: lowest and highest sd of seeds; how often any pair of 25 equal systems is called
    different at the first step of Holm's correction, seeds being random and seeds being fixed.

    Fifteen systems have three seeds, 1,152 questions; pairs without seeds are left out.
    """
    generator, rows = np.random.default_rng(11), []
    level, alpha = stats.norm.isf(0.05 / 300 / 2), 0.05 / 300
    for between in ((0.002,) * 15, (0.006,) * 15, (0.002,) * 11 + (0.006,) * 3 + (0.024,)):
        used = fixed = 0
        for _ in range(worlds):
            common = generator.normal(0, 0.3, 1152)
            systems = [
                common
                + generator.normal(0, 0.26, 1152)
                + generator.normal(0, 0.16, (3, 1152))
                + generator.normal(0, sd, (3, 1))
                for sd in between
            ]
            alone = [common + generator.normal(0, 0.26, (1, 1152)) for _ in range(10)]
            pairs = [*itertools.combinations(systems, 2), *itertools.product(systems, alone)]
            found = parts(np.stack([one - other for one, other in pairs]))
            used += bool(rejects(found, alpha).any())
            error = np.sqrt(found.of_questions / (3 * 1152))
            fixed += bool((np.abs(found.mean) >= level * error).any())
        rows.append([100 * between[0], 100 * between[-1], used / worlds, fixed / worlds])
    return rows


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name)
        for row in globals()[name]():
            print(" | ".join(f"{one:.4f}" if isinstance(one, float) else str(one) for one in row))
