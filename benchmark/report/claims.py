"""Claims of papers, and the verdict on each, corrected over all claims that are tested.

A claim is about pairs of systems. If the first system of a pair is trained for more steps than the
second, the claim has a control: a training of as many steps that lacks what the claim is about. The
claim has to hold beyond its controls. The rules of the verdicts are in evaluation/verdicts.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from benchmark.datasets import Collection
from benchmark.errors import InputError
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


Role: TypeAlias = Literal["claimed", "control", "beyond the control"]
"""What the effect of a pair shows: what is claimed, what a control has of it, and the rest."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """A training of as many steps as the first system of ``of``, without what the claim is about.

    of: the pair of the claim that the control belongs to.
    """

    system: Variant
    of: Pair

    @property
    def alone(self) -> Pair:
        """The pair that shows the effect of the control: of as many steps alone."""
        return self.system, self.of[1]

    @property
    def beyond(self) -> Pair:
        """The pair that shows the effect beyond the control."""
        return self.of[0], self.system


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The claim that in each of ``pairs`` the first system does better than the second.

    name: short, for files and anchors. says: the claim in words. quote: the same in the words of
    its authors, where these are known. source: where they say it.
    measure: a metric, or a measure of modality bias (figures.BIAS). better: the direction in which
    the measure improves. questions: only questions that are answered by this modality.
    smallest: the smallest relevant effect, as a share.
    controls: the claim holds only if the training does better than its control, too.
    steps: a sentence that says what the control is, or why none is needed.
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
    controls: tuple[Control, ...] = ()
    steps: str = ""

    def __post_init__(self) -> None:
        for control in self.controls:
            if control.of not in self.pairs:
                raise InputError(
                    f"control '{control.system.name}' of claim '{self.name}' belongs to none of "
                    "its pairs",
                    mend="set its `of` to one of the claim's pairs",
                )

    @property
    def compared(self) -> list[tuple[Role, Pair]]:
        """All pairs that are compared: those of the claim, then two for each control."""
        pairs: list[tuple[Role, Pair]] = [("claimed", pair) for pair in self.pairs]
        for control in self.controls:
            pairs += [("control", control.alone), ("beyond the control", control.beyond)]
        return pairs

    @property
    def variants(self) -> list[Variant]:
        """All systems that the claim is about."""
        return [variant for _, pair in self.compared for variant in pair]


class Line(NamedTuple):
    """A pair of a claim, what it shows, and its effect; None if a system has no result."""

    role: Role
    pair: Pair
    effect: Effect | None


class Controlled(NamedTuple):
    """The claimed effect of a pair, the effect of its control, and the effect beyond that."""

    claimed: Effect | None
    alone: Effect | None
    beyond: Effect | None


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A claim with the effect of each of its pairs, positive if it agrees with the claim.

    lines: the pairs of ``Claim.compared``; the effects of controls alone are shown, but not tested.
    p, p_holm: the p-value of each statement about the claim, and the same corrected over all
    claims that were tested; empty for a claim that was not. reason: why this is the verdict.
    overturned: the probability that another set of training seeds would give another verdict; None
    with a single seed.
    """

    claim: Claim
    lines: tuple[Line, ...]
    p: Mapping[Statement, float]
    p_holm: Mapping[Statement, float]
    verdict: Verdict | Literal["not tested"]
    reason: str
    overturned: float | None

    @property
    def effects(self) -> list[Effect]:
        """The known effects of the pairs in which the claim has to hold."""
        return [line.effect for line in self.lines if line.role != "control" and line.effect]

    @property
    def seeds(self) -> int:
        """The number of training seeds: the largest of its pairs."""
        return max((effect.seeds for effect in self.effects), default=0)

    @property
    def controlled(self) -> list[Controlled]:
        """The three effects of each control."""
        pairs, effects = self.claim.pairs, [line.effect for line in self.lines]
        return [
            Controlled(effects[pairs.index(control.of)], *effects[place : place + 2])
            for control, place in zip(self.claim.controls, count(len(pairs), 2), strict=False)
        ]

    @property
    def lacks_a_control(self) -> bool:
        """Whether a control has no result."""
        return not all(effects.alone for effects in self.controlled)


def judge(claims: Sequence[tuple[Claim, Sequence[Effect | None]]]) -> list[Tested]:
    """The verdict on each claim from the effects of ``Claim.compared``.

    A claim is not tested if an effect is missing that its verdict depends on.
    """
    lines = [_lines(claim, effects) for claim, effects in claims]
    tested: dict[int, list[Effect]] = {}
    for place, of_claim in enumerate(lines):
        needed = [line.effect for line in of_claim if line.role != "control"]
        if all(effect is not None and effect.is_defined for effect in needed):
            tested[place] = [effect for effect in needed if effect]
    p = {
        statement: np.array(
            [
                float(
                    p_of(statement, [effect.parts for effect in effects], claims[place][0].smallest)
                )
                for place, effects in tested.items()
            ]
        )
        for statement in STATEMENTS
    }
    corrected = {statement: holm(values) for statement, values in p.items()}
    judged = []
    for place, (claim, _) in enumerate(claims):
        if place not in tested:
            judged.append(_not_tested(claim, lines[place]))
            continue
        number, effects = list(tested).index(place), tested[place]
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
                lines=lines[place],
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
) -> list[Effect | None]:
    """The effect of each pair of ``claim.compared``; None if a system has no result."""

    def measured(variant: Variant) -> dict[int, Floats]:
        result = results[variant.name]
        values = figures(result, claim.measure, data, split, claim.questions)
        values = values if claim.better == "higher" else -values
        return dict(zip([seed.number for seed in result.seeds], values, strict=True))

    def effect_of(first: Variant, second: Variant) -> Effect | None:
        if first.name not in results or second.name not in results:
            return None
        pair = paired(measured(first), measured(second))
        # The share of images is undefined for a question without retrieved documents.
        return effect(pair[:, ~np.isnan(pair).any(axis=0)])

    return [effect_of(*pair) for _, pair in claim.compared]


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


def _lines(claim: Claim, effects: Sequence[Effect | None]) -> tuple[Line, ...]:
    known = effects or [None] * len(claim.compared)
    return tuple(
        Line(role, pair, effect) for (role, pair), effect in zip(claim.compared, known, strict=True)
    )


def _not_tested(claim: Claim, lines: tuple[Line, ...]) -> Tested:
    missing = {line.role for line in lines if line.effect is None}
    if "claimed" in missing:
        reason = "a system has no result"
    else:
        reason = "a control has no result" if missing else "at least two questions are needed"
    return Tested(
        claim=claim,
        lines=lines,
        p={},
        p_holm={},
        verdict="not tested",
        reason=reason,
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
            reason = f"the opposite effect, below 0{_which(claim, below)}"
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
    """In how many of the pairs, and beyond how many controls, as text; empty for one pair alone."""
    kinds = (
        (chosen[: len(claim.pairs)], "in", "pair"),
        (chosen[len(claim.pairs) :], "beyond", "control"),
    )
    texts = [
        f"{where} the {kind}" if len(of) == 1 else f"{where} {sum(of)} of {len(of)} {kind}s"
        for of, where, kind in kinds
        if any(of)
    ]
    return f" {' and '.join(texts)}" if len(chosen) > 1 else ""
