"""Reproduction of a reference: measures, a verdict, and the first stage that diverged.

IDENTICAL   the same documents in the same order, for every question and seed
EQUIVALENT  the difference is within the smallest relevant effect, by two one-sided tests over the
            questions, and over the seeds if there are several
DIFFERENT   all others
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any, Literal, TypeAlias

import numpy as np

from benchmark.artefacts.kept import kept
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import InputError, unknown
from benchmark.evaluation.comparison import differences
from benchmark.evaluation.effects import parts
from benchmark.evaluation.metrics import MAIN, Scores
from benchmark.evaluation.reproduction import Effects, Figures, Order, effects, figures, order
from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS
from benchmark.evaluation.verdicts import p_equivalent
from benchmark.io.slices import same_lists
from benchmark.progress import track
from benchmark.protocol import JOINT, Protocol
from benchmark.results.artefacts import recorded
from benchmark.results.result import Result, averaged, read_results, results_folder
from benchmark.types import Run

Verdict: TypeAlias = Literal["IDENTICAL", "EQUIVALENT", "DIFFERENT"]

SMALLEST = 0.01
"""The smallest relevant effect: one point of 100, as for the claims."""

STAGES: Mapping[str, str] = {
    "Vocabulary": "vocabulary",
    "Checkpoint": "checkpoint",
    "Questions": "embeddings",
    "Documents": "embeddings",
    "FaissIndex": "index",
}
"""Kind of artefact -> its stage. Rankings are searches; other kinds are named as they are."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A run with one or several seeds: its ranked lists by seed, its figures, its manifest."""

    name: str
    runs: Mapping[int, Run]
    scores: Scores
    manifest: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, result: Result) -> Measured:
        """A result with all its seeds. Raises InputError if a file was changed since."""
        result.check()
        return cls(
            name=result.name,
            runs={seed.number: seed.run() for seed in result.seeds},
            scores=averaged({seed.number: seed.scores for seed in result.seeds}),
            manifest=result.manifest,
        )

    def of_seeds(self, numbers: Sequence[int]) -> Measured:
        """The same with these seeds alone."""
        if len(numbers) == len(self.runs):
            return self
        return replace(
            self,
            runs={number: self.runs[number] for number in numbers},
            scores=averaged({number: self.scores.seeds[number] for number in numbers}),
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The verdict on a run, in ``metric``.

    seeds: the number of seeds compared. p: of the tests of equivalence; None with too few
    questions. stage: the first stage that diverged; None if none did or the manifests don't show
    it.
    """

    name: str
    metric: str
    seeds: int
    mean: float
    reference: float
    p: float | None
    verdict: Verdict
    stage: str | None


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """The comparison of a run with its reference.

    environment: differences of packages and machine, as "name: reference -> here".
    """

    outcome: Outcome
    order: Order
    figures: Figures
    effects: Effects | None
    environment: tuple[str, ...]


def outcome(result: Measured, reference: Measured, metric: str = MAIN) -> Outcome:
    """The verdict on a run.

    Equal seeds are compared, and figures are means over these; if there are none, seeds are paired
    in their order. Raises InputError if the two were judged on different questions.
    """
    if result.scores.queries != reference.scores.queries:
        raise InputError(
            f"'{reference.name}' was judged on other questions than '{result.name}'",
            mend="compare runs of the same split and scope, scored by the same qrels",
        )
    result, reference = _of_shared_seeds(result, reference)
    pairs = list(_paired(result.runs, reference.runs))
    p = _p_equivalent(result.scores, reference.scores, metric)
    stage = diverged(result.manifest, reference.manifest)
    verdict: Verdict = "EQUIVALENT" if p is not None and p <= ALPHA else "DIFFERENT"
    if all(same_lists(first.documents, second.documents) for first, second in pairs):
        verdict = "IDENTICAL"
        same = np.array_equal(result.scores.values[metric], reference.scores.values[metric])
        stage = None if same else "scoring"
    return Outcome(
        name=result.name,
        metric=metric,
        seeds=len(pairs),
        mean=result.scores.mean(metric),
        reference=reference.scores.mean(metric),
        p=p,
        verdict=verdict,
        stage=stage,
    )


def reproduce(
    result: Measured,
    reference: Measured,
    baseline: tuple[Measured, Measured] | None = None,
    metric: str = MAIN,
) -> Reproduction:
    """Compare a run with its reference.

    baseline: a run and its reference, against which effects are measured. Measures of the order are
    averaged over the seeds. Raises InputError in the cases of ``outcome``.
    """
    result, reference = _of_shared_seeds(result, reference)
    judged = outcome(result, reference, metric)
    orders = [order(second, first) for first, second in _paired(result.runs, reference.runs)]
    taus = [compared.tau for compared in orders if compared.tau is not None]
    return Reproduction(
        outcome=judged,
        order=Order(
            identical=mean(compared.identical for compared in orders),
            tau=mean(taus) if taus else None,
            overlap=mean(compared.overlap for compared in orders),
        ),
        figures=figures(reference.scores, result.scores, metric),
        effects=_effects(result, reference, baseline, metric),
        environment=tuple(environment(result.manifest or {}, reference.manifest or {})),
    )


def diverged(ours: Mapping[str, Any] | None, reference: Mapping[str, Any] | None) -> str | None:
    """The first stage at which two manifests differ: its files have other bytes.

    None if a manifest is missing, or if everything that both contain is equal.
    """
    if ours is None or reference is None:
        return None
    if ours["data"]["fingerprint"] != reference["data"]["fingerprint"]:
        return "data"
    made, known = recorded(ours), recorded(reference)
    if [artefact.kind for artefact in made] != [artefact.kind for artefact in known]:
        return "settings"
    for artefact, other in zip(made, known, strict=True):
        if artefact.differs(other):
            kind = artefact.kind
            return STAGES.get(kind, "search" if kind.endswith("Ranking") else kind)
    return None


def environment(ours: Mapping[str, Any], reference: Mapping[str, Any]) -> Iterator[str]:
    """The differences of packages and machine between two manifests."""
    for part, absent in (("packages", "not installed"), ("machine", "not recorded")):
        here, there = ours.get(part, {}), reference.get(part, {})
        for name in dict.fromkeys([*there, *here]):
            if name != "memory_bytes" and here.get(name) != there.get(name):
                yield f"{name}: {there.get(name) or absent} -> {here.get(name) or absent}"


def _of_shared_seeds(result: Measured, reference: Measured) -> tuple[Measured, Measured]:
    """Both with the seeds that both have, if there are any: means over others are of others."""
    shared = [number for number in result.runs if number in reference.runs]
    return (result.of_seeds(shared), reference.of_seeds(shared)) if shared else (result, reference)


def _paired(ours: Mapping[int, Run], reference: Mapping[int, Run]) -> Iterator[tuple[Run, Run]]:
    shared = [number for number in ours if number in reference]
    if shared:
        yield from ((ours[number], reference[number]) for number in shared)
    else:
        yield from zip(ours.values(), reference.values(), strict=False)


def _p_equivalent(ours: Scores, reference: Scores, metric: str) -> float | None:
    table = differences(ours, reference, metric)
    if table.shape[1] < FEWEST_QUESTIONS:
        return None
    if not np.any(table):
        return 0.0
    return float(p_equivalent(parts(table), SMALLEST))


def _effects(
    result: Measured,
    reference: Measured,
    baseline: tuple[Measured, Measured] | None,
    metric: str,
) -> Effects | None:
    if baseline is None or result.name == baseline[0].name:
        return None
    here, there = baseline
    return effects(reference.scores, result.scores, there.scores, here.scores, metric)


def counts(outcomes: Sequence[Outcome]) -> dict[Verdict, int]:
    """The number of outcomes with each verdict."""
    verdicts: tuple[Verdict, ...] = ("IDENTICAL", "EQUIVALENT", "DIFFERENT")
    return {verdict: sum(one.verdict == verdict for one in outcomes) for verdict in verdicts}


def reproduce_all(
    results: Path,
    reference: Path,
    data: Collection,
    split: str,
    protocol: Protocol = JOINT,
    *,
    names: Sequence[str] = (),
    baseline: str = "bm25",
) -> list[Reproduction]:
    """Compare the results on a data set, or only those of ``names``, with those of a reference.

    baseline: the retriever against which effects are measured, if both have it. Raises InputError
    if the reference is of other data or lacks a named result, and if nothing was run.
    """
    pairs = _pairs(results, reference, data, split, protocol, names)
    base = next((pair for pair in pairs if pair[0].name == baseline), None)
    if base is None and names:
        everything = _pairs(results, reference, data, split, protocol, ())
        base = next((pair for pair in everything if pair[0].name == baseline), None)
    measured = (Measured.of(base[0]), Measured.of(base[1])) if base else None
    return [
        reproduce(Measured.of(ours), Measured.of(theirs), measured)
        for ours, theirs in track(pairs, "compare with the reference", len(pairs), "results")
    ]


def outcomes(
    results: Path,
    reference: Path,
    data: Collection,
    split: str,
    protocol: Protocol = JOINT,
    store: Store | None = None,
    *,
    names: Sequence[str] = (),
) -> list[Outcome]:
    """The verdicts alone. store: keeps them. Raises InputError as ``reproduce_all`` does."""

    def judged(one: Result, other: Result) -> Outcome:
        seals = [[seed.seal for seed in each.seeds] for each in (one, other)]
        found = kept(
            store, "outcome", seals, lambda: vars(outcome(Measured.of(one), Measured.of(other)))
        )
        return Outcome(**found)

    return [judged(*pair) for pair in _pairs(results, reference, data, split, protocol, names)]


def _pairs(
    results: Path,
    reference: Path,
    data: Collection,
    split: str,
    protocol: Protocol,
    names: Sequence[str],
) -> list[tuple[Result, Result]]:
    known = {result.name: result for result in _reference(reference, data, split, protocol)}
    here = {result.name: result for result in read_results(results, data, split, protocol)}
    for name in names:
        if name not in here:
            raise unknown("result", name, list(here), command="table")
        if name not in known:
            raise unknown(f"result in {reference}", name, list(known))
    chosen = names or [name for name in here if name in known]
    if not chosen:
        raise InputError(
            "no result here is in the reference",
            mend=f"run a retriever of the reference, such as {', '.join(list(known)[:3])}",
            path=results_folder(results, data, split, protocol),
        )
    return [(here[name], known[name]) for name in chosen]


def _reference(reference: Path, data: Collection, split: str, protocol: Protocol) -> list[Result]:
    folder = results_folder(reference, data, split, protocol)
    if not folder.is_dir():
        others = sorted(path.name for path in reference.glob("*/")) if reference.is_dir() else []
        raise InputError(
            f"no reference for {folder.name}",
            mend=f"it has {', '.join(others)}" if others else "give --reference DIR or FILE",
            path=reference,
        )
    references = read_results(reference, data, split, protocol)
    if not references:
        raise InputError(
            f"contains no results on this version of {data.name}",
            mend=f"the fingerprint here is {data.fingerprint}",
            path=folder,
        )
    return references
