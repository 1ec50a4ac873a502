"""Verdicts: each claim tested over all its questions and seeds, corrected over the claims.

A claim about several pairs takes the largest p of them (intersection-union), and a pair that points
the other way counts with p = 1; Holm's correction is over the claims that could be tested.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from benchmark.datasets import Collection
from benchmark.evaluation.bias import Floats
from benchmark.evaluation.effects import Effect, effect
from benchmark.evaluation.metrics import MAIN
from benchmark.evaluation.significance import ALPHA, FEWEST_PERMUTATIONS, POWER, holm
from benchmark.report.figures import figures
from benchmark.report.tables import Table, p_value, percent, points
from benchmark.results.result import Result
from benchmark.results.variants import Variant, at_hand
from benchmark.types import Modality

Verdict: TypeAlias = Literal["reproduced", "not reproduced", "inconclusive", "not tested"]


@dataclass(frozen=True, kw_only=True)
class Claim:
    """In each of ``pairs`` the first system is said to do better than the second, in all of them.

    measure: a metric or a measure of modality bias. better: which way it improves.
    questions: those answered by one modality, or all.
    smallest: the least difference worth speaking of: a claim whose interval lies below it is not
    reproduced.
    """

    name: str
    says: str
    pairs: tuple[tuple[Variant, Variant], ...]
    measure: str = MAIN
    better: Literal["higher", "lower"] = "higher"
    questions: Modality | None = None
    smallest: float = 0.01

    @property
    def variants(self) -> list[Variant]:
        """All systems that the claim speaks of."""
        return [variant for pair in self.pairs for variant in pair]


@dataclass(frozen=True, kw_only=True)
class Tested:
    """A claim with the effect of each of its pairs; effects are positive in its direction.

    p: the largest of the pairs', and corrected over all claims tested. verdict: with its reason.
    """

    claim: Claim
    effects: tuple[Effect, ...]
    p: float
    p_holm: float
    verdict: Verdict
    reason: str


def judge(claims: Sequence[tuple[Claim, Sequence[Effect]]]) -> list[Tested]:
    """The verdict on each claim from the effects of its pairs; one without effects isn't tested."""
    p = [max(map(_p, effects), default=1.0) for _, effects in claims]
    tested = [
        place
        for place, (_, effects) in enumerate(claims)
        if effects and all(found.p is not None for found in effects)
    ]
    p_holm = np.ones(len(claims))
    if tested:
        p_holm[tested] = holm(np.array([p[place] for place in tested]))
    judged = []
    for (claim, effects), raw, corrected in zip(claims, p, map(float, p_holm), strict=True):
        verdict, reason = _verdict(claim, effects, corrected)
        judged.append(
            Tested(
                claim=claim,
                effects=tuple(effects),
                p=raw,
                p_holm=corrected,
                verdict=verdict,
                reason=reason,
            )
        )
    return judged


def effects_of(
    claim: Claim, results: Mapping[str, Result], data: Collection, split: str
) -> list[Effect]:
    """The effect of each pair of a claim; none where a system has no result."""
    if any(variant.name not in results for variant in claim.variants):
        return []

    def measured(variant: Variant) -> Floats:
        values = figures(results[variant.name], claim.measure, data, split, claim.questions)
        return values if claim.better == "higher" else -values

    pairs = [_difference(measured(first), measured(second)) for first, second in claim.pairs]
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


def verdicts_table(tested: Sequence[Tested], data: Collection, split: str) -> Table:
    """Each claim's verdict alone."""
    rows = [
        [str(number), one.claim.says, one.verdict, one.reason]
        for number, one in enumerate(tested, 1)
    ]
    return Table(
        title=f"Verdicts on {data.name} ({split})",
        columns=["#", "Claim", "Verdict", "Since"],
        rows=rows,
        records=[{"name": one.claim.name, "verdict": one.verdict} for one in tested],
    )


def claims_table(tested: Sequence[Tested], data: Collection, split: str) -> Table:
    """Effect, interval, p and verdict of each claim, with a line for each of several pairs."""
    rows: list[list[str]] = []
    records = []
    for number, one in enumerate(tested, 1):
        claim, several = one.claim, len(one.effects) > 1
        questions = f"{claim.questions} questions" if claim.questions else "all questions"
        for place, (first, second) in enumerate(claim.pairs):
            found = one.effects[place] if one.effects else None
            rows.append(
                [
                    str(number) if place == 0 else "",
                    claim.says if place == 0 else "",
                    f"{first.name} against {second.name}",
                    f"{claim.measure}, {questions}",
                    *_effect_cells(found),
                    f"{p_value(one.p_holm)}" if place == 0 and one.effects else "",
                    f"{one.verdict}: {one.reason}" if place == 0 else "",
                ]
            )
        records.append(
            {
                "name": claim.name,
                "says": claim.says,
                "measure": claim.measure,
                "better": claim.better,
                "questions": claim.questions or "all",
                "smallest": claim.smallest,
                "pairs": [
                    {"first": first.name, "second": second.name, **asdict(found)}
                    for (first, second), found in zip(claim.pairs, one.effects, strict=several)
                ]
                if one.effects
                else [],
                "p": one.p,
                "p_holm": one.p_holm,
                "verdict": one.verdict,
                "reason": one.reason,
            }
        )
    return Table(
        title=f"Claims of the paper, tested on {data.name} ({split})",
        columns=[
            "#",
            "Claim",
            "Pair",
            "Measure",
            "Effect [95%]",
            "p",
            "Detectable",
            "p (Holm)",
            "Verdict",
        ],
        rows=rows,
        records=records,
        notes=_notes(tested, data),
    )


def _p(found: Effect) -> float:
    return found.p if found.p is not None and (found.mean or 0.0) > 0 else 1.0


def _verdict(claim: Claim, effects: Sequence[Effect], p_holm: float) -> tuple[Verdict, str]:
    if not effects:
        return "not tested", "a system could not be run here"
    if any(found.p is None for found in effects):
        return "not tested", "at least two questions are needed"
    below = sum(found.high is not None and found.high < claim.smallest for found in effects)
    if below:
        which = f" in {below} of {len(effects)} pairs" if len(effects) > 1 else ""
        return (
            "not reproduced",
            f"the interval lies below {_points(claim.smallest)}{which}",
        )
    if p_holm <= ALPHA:
        return "reproduced", "in each pair" if len(effects) > 1 else "in this direction"
    detectable = max((found.detectable for found in effects if found.detectable), default=None)
    if detectable is None:
        return "inconclusive", "the difference is the same for every question"
    return "inconclusive", f"{_points(detectable)} could have been shown"


def _effect_cells(found: Effect | None) -> list[str]:
    if found is None:
        return ["", "", ""]
    return [
        f"{points(found.mean)} [{points(found.low)}, {points(found.high)}]",
        p_value(found.p),
        percent(found.detectable),
    ]


def _points(value: float) -> str:
    return f"{100 * value:.1f} points"


def _difference(first: Floats, second: Floats) -> Floats:
    """Seed by seed; a system that no seed changes is the same in each.

    With other numbers of seeds, the first ones that both have.
    """
    seeds = max(len(first), len(second)) if 1 in (len(first), len(second)) else 0
    seeds = seeds or min(len(first), len(second))
    rows = np.arange(seeds)
    return first[rows % len(first)] - second[rows % len(second)]


def _notes(tested: Sequence[Tested], data: Collection) -> list[str]:
    seeds = max((found.seeds for one in tested for found in one.effects), default=1)
    if seeds == 1:
        method = (
            f"One training seed: paired two-sided randomization test over the questions, "
            f"{FEWEST_PERMUTATIONS:,} permutations; 95% bootstrap intervals. What another seed "
            f"would give isn't covered: see --seeds."
        )
    else:
        method = (
            f"{seeds} training seeds: seeds and questions are both random effects (standard error "
            f"from the mean squares of both, Satterthwaite's degrees of freedom: Clark's min F')."
        )
    notes = [
        f"{method} Effects in points of 100, positive where they agree with the claim.",
        f"A claim about several pairs takes their largest p, a pair that points the other way "
        f"counts as p = 1; Holm's correction over the claims tested, alpha {ALPHA}. Not "
        f"reproduced: a pair's interval lies below the smallest effect worth speaking of (1 point, "
        f"or 2 of preference). Detectable: what would have been shown with {POWER:.0%} "
        f"probability, uncorrected.",
        "Preference@10: distance of the share of images among the first ten from the judged share.",
    ]
    return [*notes, data.notice] if data.notice else notes
