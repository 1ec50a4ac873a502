"""Claims of papers, and the verdict on each, corrected over all claims that are tested.

A claim is about pairs of systems. It may have control pairs, which are further conditions: a
training against another of as many steps that lacks what the claim is about. The rules of the
verdicts are in evaluation/verdicts.py.
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
    """The claim that in each of ``pairs`` the first system does better than the second.

    name: short, for files and anchors. says: the claim in words. quote: the same in the words of
    its authors, where these are known. source: where they say it.
    measure: a metric, or a measure of modality bias (figures.BIAS). better: the direction in which
    the measure improves. questions: only questions that are answered by this modality.
    smallest: the smallest relevant effect, as a share.
    controls: further pairs of a training and another of as many steps that lacks what the claim is
    about. The claim holds only if the first does better in each of these, too.
    """

    name: str
    says: str
    quote: str = ""
    source: str = ""
    pairs: tuple[Pair, ...]
    measure: str = MAIN
    better: Literal["higher", "lower"] = "higher"
    questions: Modality | None = None
    smallest: float = 0.01
    controls: tuple[Pair, ...] = ()

    @property
    def tested(self) -> tuple[Pair, ...]:
        """All pairs in which the claim has to hold, the controls last."""
        return self.pairs + self.controls

    @property
    def variants(self) -> list[Variant]:
        """All systems that the claim is about."""
        return [variant for pair in self.tested for variant in pair]


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A claim with the effect of each of its pairs, positive if it agrees with the claim.

    p, p_holm: the p-value of each statement about the claim, and the same corrected over all
    claims that were tested; empty for a claim that was not. reason: why this is the verdict.
    overturned: the probability that another set of training seeds would give another verdict; None
    with a single seed.
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
        """The number of training seeds: the largest of its pairs."""
        return max((effect.seeds for effect in self.effects), default=0)


def judge(claims: Sequence[tuple[Claim, Sequence[Effect]]]) -> list[Tested]:
    """The verdict on each claim from the effects of its pairs; not tested without effects."""
    tested = [
        place
        for place, (_, effects) in enumerate(claims)
        if effects and all(effect.is_defined for effect in effects)
    ]
    p = {
        statement: np.array(
            [
                float(p_of(statement, [effect.parts for effect in effects], claim.smallest))
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
        p_holm = {statement: float(values[number]) for statement, values in corrected.items()}
        levels = {
            statement: level_among(np.delete(p[statement], number).tolist())
            for statement in STATEMENTS
        }
        holding = {statement: p_holm[statement] <= ALPHA for statement in STATEMENTS}
        verdict = VERDICTS[int(decided(holding))]
        judged.append(
            Tested(
                claim=claim,
                effects=tuple(effects),
                p={statement: float(values[number]) for statement, values in p.items()},
                p_holm=p_holm,
                verdict=verdict,
                reason=_reason(claim, effects, verdict, holding, len(tested)),
                overturned=overturned([effect.parts for effect in effects], claim.smallest, levels),
            )
        )
    return judged


def effects_of(
    claim: Claim, results: Mapping[str, Result], data: Collection, split: str
) -> list[Effect]:
    """The effect of each pair of a claim; none if a system has no result."""
    if any(variant.name not in results for variant in claim.variants):
        return []

    def measured(variant: Variant) -> dict[int, Floats]:
        result = results[variant.name]
        values = figures(result, claim.measure, data, split, claim.questions)
        values = values if claim.better == "higher" else -values
        return dict(zip([seed.number for seed in result.seeds], values, strict=True))

    pairs = [paired(measured(first), measured(second)) for first, second in claim.tested]
    # The share of images is undefined for a question without retrieved documents.
    return [effect(pair[:, ~np.isnan(pair).any(axis=0)]) for pair in pairs]


def variants_of(claims: Iterable[Claim]) -> list[Variant]:
    """All systems that the claims are about."""
    return [variant for claim in claims for variant in claim.variants]


def judged_at_hand(
    claims: Sequence[Claim], results: Path, data: Collection, split: str
) -> list[Tested]:
    """The verdict on each of a paper's claims from existing results; nothing is run."""
    return judged(claims, at_hand(variants_of(claims), results, data, split), data, split)


def judged(
    claims: Sequence[Claim], results: Mapping[str, Result], data: Collection, split: str
) -> list[Tested]:
    """The verdict on each of a paper's claims from results by name."""
    return judge([(claim, effects_of(claim, results, data, split)) for claim in claims])


def in_points(value: float) -> str:
    """A share as text, in points of 100."""
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
    """Why this is the verdict: where the effects lie, or what is detectable."""
    least = in_points(claim.smallest)
    each = " in each pair" if len(effects) > 1 else ""
    each += ", controls included" if claim.controls else ""
    if verdict == "reproduced":
        return f"above {least}{each}"
    if verdict == "reproduced in direction":
        return f"above 0{each}, but not above {least}"
    if verdict == "not reproduced":
        bound = 0.0 if holding["below zero"] else claim.smallest
        below = [effect.high is not None and effect.high < bound for effect in effects]
        if holding["below zero"]:
            reason = f"below 0{_which(claim, below)}, the opposite"
        else:
            reason = f"below {least}{_which(claim, below)}"
            if holding["above zero"]:
                reason += ", though above 0"
        p = max(p_equivalent(effect.parts, claim.smallest) for effect in effects)
        same = f"; equivalent within {least} (p = {p_value(p)})" if p <= ALPHA else ""
        return reason + same
    detectable = [effect.detectable_among(tests) for effect in effects]
    if None in detectable:
        return "a difference is the same for every question"
    alone = max(effect.detectable or 0.0 for effect in effects)
    corrected = max(value or 0.0 for value in detectable)
    return (
        f"too little data: only effects above {in_points(alone)} are detectable, above "
        f"{in_points(corrected)} after the correction"
    )


def _which(claim: Claim, chosen: Sequence[bool]) -> str:
    """In how many of the pairs and controls, as text; empty for a claim with one pair."""
    pairs, controls = sum(chosen[: len(claim.pairs)]), sum(chosen[len(claim.pairs) :])
    text = f" in {pairs} of {len(claim.pairs)} pairs" if len(claim.pairs) > 1 and pairs else ""
    if controls:
        text += f"{' and' if pairs else ''} against {controls} of {len(claim.controls)} controls"
    return text
