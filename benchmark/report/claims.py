"""Claims, and the verdict on each over all its questions and seeds, corrected over the claims.

A claim speaks of pairs of systems, and may name control pairs as conditions: those of a training
against one of as many steps without what the claim is about. The rules are in
evaluation/verdicts.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from benchmark.datasets import Collection
from benchmark.evaluation.bias import Floats
from benchmark.evaluation.effects import Effect, effect, paired
from benchmark.evaluation.metrics import MAIN
from benchmark.evaluation.overturn import overturned
from benchmark.evaluation.significance import ALPHA, holm
from benchmark.evaluation.verdicts import (
    STATEMENTS,
    VERDICTS,
    Statement,
    Verdict,
    decided,
    level_among,
    p_equivalent,
    p_of,
)
from benchmark.report.figures import figures
from benchmark.report.tables import p_value
from benchmark.results.result import Result
from benchmark.results.variants import Variant, at_hand
from benchmark.types import Modality

Pair: TypeAlias = tuple[Variant, Variant]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """In each of ``pairs`` the first system is said to do better than the second, in all of them.

    measure: a metric or a measure of modality bias. better: which way it improves.
    questions: those answered by one modality, or all.
    smallest: the smallest relevant effect.
    controls: conditions: pairs of a training and of one with as many steps that lacks what the
    claim is about. The claim holds only where the first does better in each of these, too.
    """

    name: str
    says: str
    pairs: tuple[Pair, ...]
    measure: str = MAIN
    better: Literal["higher", "lower"] = "higher"
    questions: Modality | None = None
    smallest: float = 0.01
    controls: tuple[Pair, ...] = ()

    @property
    def tested(self) -> tuple[Pair, ...]:
        """All pairs that it has to hold in, the controls last."""
        return self.pairs + self.controls

    @property
    def variants(self) -> list[Variant]:
        """All systems that the claim speaks of."""
        return [variant for pair in self.tested for variant in pair]


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A claim with the effect of each of its pairs; effects are positive in its direction.

    p: of each statement about the claim, and p_holm: corrected over all claims tested; empty for
    a claim that wasn't. verdict: with its reason. overturned: the probability that another set of
    training seeds would give another verdict; None where one seed alone was run.
    """

    claim: Claim
    effects: tuple[Effect, ...]
    p: Mapping[Statement, float]
    p_holm: Mapping[Statement, float]
    verdict: Verdict | Literal["not tested"]
    reason: str
    overturned: float | None

    @property
    def seeds(self) -> int:
        """The training seeds of its pairs, the most there are."""
        return max((one.seeds for one in self.effects), default=0)


def judge(claims: Sequence[tuple[Claim, Sequence[Effect]]]) -> list[Tested]:
    """The verdict on each claim from the effects of its pairs; one without effects isn't tested."""
    tested = [
        place
        for place, (_, effects) in enumerate(claims)
        if effects and all(one.is_defined for one in effects)
    ]
    p = {
        statement: np.array(
            [
                float(p_of(statement, [one.found for one in effects], claim.smallest))
                for claim, effects in (claims[place] for place in tested)
            ]
        )
        for statement in STATEMENTS
    }
    corrected = {statement: holm(values) for statement, values in p.items()}
    judged = []
    for place, (claim, effects) in enumerate(claims):
        if place not in tested:
            judged.append(_not_tested(claim, effects))
            continue
        number = tested.index(place)
        p_holm = {one: float(values[number]) for one, values in corrected.items()}
        levels = {one: level_among(np.delete(p[one], number).tolist()) for one in STATEMENTS}
        holding = {one: p_holm[one] <= ALPHA for one in STATEMENTS}
        verdict = VERDICTS[int(decided(holding))]
        judged.append(
            Tested(
                claim=claim,
                effects=tuple(effects),
                p={one: float(values[number]) for one, values in p.items()},
                p_holm=p_holm,
                verdict=verdict,
                reason=_reason(claim, effects, verdict, holding, len(tested)),
                overturned=overturned([one.found for one in effects], claim.smallest, levels),
            )
        )
    return judged


def effects_of(
    claim: Claim, results: Mapping[str, Result], data: Collection, split: str
) -> list[Effect]:
    """The effect of each pair of a claim; none where a system has no result."""
    if any(variant.name not in results for variant in claim.variants):
        return []

    def measured(variant: Variant) -> dict[int, Floats]:
        result = results[variant.name]
        values = figures(result, claim.measure, data, split, claim.questions)
        values = values if claim.better == "higher" else -values
        return dict(zip([seed.number for seed in result.seeds], values, strict=True))

    pairs = [paired(measured(first), measured(second)) for first, second in claim.tested]
    # The share of images among what was retrieved is undefined where nothing was retrieved.
    return [effect(pair[:, ~np.isnan(pair).any(axis=0)]) for pair in pairs]


def wanted(claims: Iterable[Claim]) -> list[Variant]:
    """All systems that the claims speak of."""
    return [variant for claim in claims for variant in claim.variants]


def judged_at_hand(
    claims: Sequence[Claim], results: Path, data: Collection, split: str
) -> list[Tested]:
    """The verdict on each of a paper's claims from the results there are, running nothing."""
    return judged(claims, at_hand(wanted(claims), results, data, split), data, split)


def judged(
    claims: Sequence[Claim], results: Mapping[str, Result], data: Collection, split: str
) -> list[Tested]:
    """The verdict on each of a paper's claims from results by name."""
    return judge([(claim, effects_of(claim, results, data, split)) for claim in claims])


def in_points(value: float) -> str:
    """A share as points of 100, in words."""
    return f"{100 * value:.1f} points"


def _not_tested(claim: Claim, effects: Sequence[Effect]) -> Tested:
    return Tested(
        claim=claim,
        effects=tuple(effects),
        p={},
        p_holm={},
        verdict="not tested",
        reason="at least two questions are needed" if effects else "a system could not be run here",
        overturned=None,
    )


def _reason(
    claim: Claim,
    effects: Sequence[Effect],
    verdict: Verdict,
    holding: Mapping[Statement, bool],
    tests: int,
) -> str:
    """Where the intervals lie that the verdict follows from."""
    least = in_points(claim.smallest)
    each = " in each pair" if len(effects) > 1 else ""
    each += ", controls included" if claim.controls else ""
    if verdict == "reproduced":
        return f"above {least}{each}"
    if verdict == "reproduced in direction":
        return f"above 0{each}, but not above {least}"
    if verdict == "not reproduced":
        bound = 0.0 if holding["below zero"] else claim.smallest
        below = [one.high is not None and one.high < bound for one in effects]
        where = f"below 0, the opposite,{_which(claim, below)}".rstrip(",")
        if not holding["below zero"]:
            where = f"below {least}{_which(claim, below)}"
            if holding["above zero"]:
                where += ", though above 0"
        p = max(p_equivalent(one.found, claim.smallest) for one in effects)
        same = f"; equivalent within {least} (p = {p_value(p)})" if p <= ALPHA else ""
        return where + same
    shown = [one.detectable_among(tests) for one in effects]
    if None in shown:
        return "a difference is the same for every question"
    detectable = max(one.detectable or 0.0 for one in effects)
    corrected = max(one or 0.0 for one in shown)
    return (
        f"too little data: only effects above {in_points(detectable)} are detectable, above "
        f"{in_points(corrected)} after the correction"
    )


def _which(claim: Claim, chosen: Sequence[bool]) -> str:
    """In how many of several pairs, and in which kind."""
    pairs, controls = sum(chosen[: len(claim.pairs)]), sum(chosen[len(claim.pairs) :])
    said = f" in {pairs} of {len(claim.pairs)} pairs" if len(claim.pairs) > 1 and pairs else ""
    if controls:
        said += f"{' and' if pairs else ''} against {controls} of {len(claim.controls)} controls"
    return said
