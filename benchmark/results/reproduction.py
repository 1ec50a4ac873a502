"""Whether a result reproduces a reference: measures, a verdict, and the first stage that diverged.

IDENTICAL   the same documents in the same order, of every question and seed
EQUIVALENT  the difference lies within the smallest effect, by two one-sided tests over the
            questions, and over the seeds where there are several
DIFFERENT   else
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from benchmark.progress import track
from benchmark.protocol import JOINT, Protocol
from benchmark.results.result import Result, averaged, read_results, results_folder
from benchmark.types import Run

Verdict: TypeAlias = Literal["IDENTICAL", "EQUIVALENT", "DIFFERENT"]

SMALLEST = 0.01
"""The smallest effect: one point of 100, as for the claims."""

STAGES: Mapping[str, str] = {
    "Vocabulary": "vocabulary",
    "Checkpoint": "checkpoint",
    "Questions": "embeddings",
    "Documents": "embeddings",
    "FaissIndex": "index",
}
"""Kind of artefact -> its stage. Kinds of rankings are searches; others go by their own name."""

UNLIKE = ("LuceneIndex",)
"""Kinds whose bytes differ from one making to the next."""

RENAMED = {"Weights": "FusionWeights", "Written": "WrittenCaptions", "rows.npy": "numbers.npy"}
"""Kinds and files of manifests of format 1 -> what they are called now."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A run of one or several seeds: its ranked lists by seed, its figures, and its manifest."""

    name: str
    runs: Mapping[int, Run]
    scores: Scores
    manifest: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, result: Result) -> Measured:
        """A result with all its seeds. Raises InputError where it isn't what was written."""
        result.check()
        return cls(
            name=result.name,
            runs={seed.number: seed.run() for seed in result.seeds},
            scores=averaged({seed.number: seed.scores for seed in result.seeds}),
            manifest=result.manifest,
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The verdict on a run, in ``metric``.

    seeds: how many were compared. p: of the tests of equivalence; None where there are too few
    questions. stage: the first that diverged; None where nothing did or nothing is known.
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
    """How a run compares with its reference in all.

    environment: what differs of packages and machine, as "name: reference -> here".
    """

    outcome: Outcome
    order: Order
    figures: Figures
    effects: Effects | None
    environment: tuple[str, ...]


def outcome(found: Measured, reference: Measured, metric: str = MAIN) -> Outcome:
    """The verdict on a run.

    Seeds of the same number are compared; where the two share none, they are taken in their order.
    Raises InputError where the two were judged on other questions.
    """
    if found.scores.queries != reference.scores.queries:
        raise InputError(
            f"'{reference.name}' was judged on other questions than '{found.name}'",
            mend="compare runs of the same split and scope, scored by the same qrels",
        )
    pairs = list(_paired(found.runs, reference.runs))
    p = _p_equivalent(found.scores, reference.scores, metric)
    stage = diverged(found.manifest, reference.manifest)
    verdict: Verdict = "EQUIVALENT" if p is not None and p <= ALPHA else "DIFFERENT"
    if all(one.documents == other.documents for one, other in pairs):
        verdict = "IDENTICAL"
        same = np.array_equal(found.scores.values[metric], reference.scores.values[metric])
        stage = None if same or len(pairs) < len(found.runs) else "scoring"
    return Outcome(
        name=found.name,
        metric=metric,
        seeds=len(pairs),
        mean=found.scores.mean(metric),
        reference=reference.scores.mean(metric),
        p=p,
        verdict=verdict,
        stage=stage,
    )


def reproduce(
    found: Measured,
    reference: Measured,
    baseline: tuple[Measured, Measured] | None = None,
    metric: str = MAIN,
) -> Reproduction:
    """Compare a run with its reference. baseline: a run and its reference, to improve upon.

    Orders are averaged over the seeds. Raises InputError as ``outcome`` does.
    """
    judged = outcome(found, reference, metric)
    orders = [order(second, first) for first, second in _paired(found.runs, reference.runs)]
    taus = [one.tau for one in orders if one.tau is not None]
    return Reproduction(
        outcome=judged,
        order=Order(
            identical=mean(one.identical for one in orders),
            tau=mean(taus) if taus else None,
            overlap=mean(one.overlap for one in orders),
        ),
        figures=figures(reference.scores, found.scores, metric),
        effects=_effects(found, reference, baseline, metric),
        environment=tuple(environment(found.manifest or {}, reference.manifest or {})),
    )


def diverged(found: Mapping[str, Any] | None, reference: Mapping[str, Any] | None) -> str | None:
    """The first stage at which two manifests differ: what was made there has other bytes.

    None where a manifest is missing, or where all that both tell of is the same.
    """
    if found is None or reference is None:
        return None
    if found["data"]["fingerprint"] != reference["data"]["fingerprint"]:
        return "data"
    made, known = _artefacts(found), _artefacts(reference)
    if [kind for kind, _ in made] != [kind for kind, _ in known]:
        return "settings"
    for (kind, files), (_, others) in zip(made, known, strict=True):
        shared = [name for name in files if name in others and not name.startswith("curves")]
        if kind not in UNLIKE and any(files[name] != others[name] for name in shared):
            return STAGES.get(kind, "search" if kind.endswith("Ranking") else kind)
    return None


def environment(found: Mapping[str, Any], reference: Mapping[str, Any]) -> Iterator[str]:
    """What differs of the packages and the machine of two manifests."""
    for part in ("packages", "machine"):
        here, there = found.get(part, {}), reference.get(part, {})
        for name in dict.fromkeys([*there, *here]):
            if name != "memory_bytes" and here.get(name) != there.get(name):
                yield f"{name}: {there.get(name)} -> {here.get(name)}"


def _artefacts(manifest: Mapping[str, Any]) -> list[tuple[str, dict[str, str | None]]]:
    return [
        (
            RENAMED.get(one["kind"], one["kind"]),
            {RENAMED.get(name, name): sha256 for name, sha256 in one["files"].items()},
        )
        for one in manifest["artefacts"]
    ]


def _paired(found: Mapping[int, Run], reference: Mapping[int, Run]) -> Iterator[tuple[Run, Run]]:
    shared = [number for number in found if number in reference]
    if shared:
        yield from ((found[number], reference[number]) for number in shared)
    else:
        yield from zip(found.values(), reference.values(), strict=False)


def _p_equivalent(found: Scores, reference: Scores, metric: str) -> float | None:
    table = differences(found, reference, metric)
    if table.shape[1] < FEWEST_QUESTIONS:
        return None
    if not np.any(table):
        return 0.0
    return float(p_equivalent(parts(table), SMALLEST))


def _effects(
    found: Measured,
    reference: Measured,
    baseline: tuple[Measured, Measured] | None,
    metric: str,
) -> Effects | None:
    if baseline is None or found.name == baseline[0].name:
        return None
    here, there = baseline
    return effects(reference.scores, found.scores, there.scores, here.scores, metric)


def counts(found: Sequence[Outcome]) -> dict[Verdict, int]:
    """How often each verdict was given."""
    verdicts: tuple[Verdict, ...] = ("IDENTICAL", "EQUIVALENT", "DIFFERENT")
    return {verdict: sum(one.verdict == verdict for one in found) for verdict in verdicts}


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
    """Compare the results on a data set with those of a reference, or those of ``names`` alone.

    baseline: the row to improve upon, where both have it. Raises InputError where the reference is
    of other data, lacks a named result, or where nothing was run.
    """
    pairs = _pairs(results, reference, data, split, protocol, names)
    base = next((pair for pair in pairs if pair[0].name == baseline), None)
    if base is None and names:
        everything = _pairs(results, reference, data, split, protocol, ())
        base = next((pair for pair in everything if pair[0].name == baseline), None)
    measured = (Measured.of(base[0]), Measured.of(base[1])) if base else None
    return [
        reproduce(Measured.of(one), Measured.of(other), measured)
        for one, other in track(pairs, "compare with the reference", len(pairs), "results")
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
    known = {one.name: one for one in _reference(reference, data, split, protocol)}
    here = {one.name: one for one in read_results(results, data, split, protocol)}
    for name in names:
        if name not in here:
            raise unknown("result", name, list(here))
        if name not in known:
            raise unknown(f"result in {reference}", name, list(known))
    chosen = names or [name for name in here if name in known]
    if not chosen:
        raise InputError(
            "nothing was run that the reference has",
            mend=f"run one of {', '.join(list(known)[:3])} or others",
            path=results_folder(results, data, split, protocol),
        )
    return [(here[name], known[name]) for name in chosen]


def _reference(reference: Path, data: Collection, split: str, protocol: Protocol) -> list[Result]:
    folder = results_folder(reference, data, split, protocol)
    if not folder.is_dir():
        others = sorted(path.name for path in reference.glob("*/")) if reference.is_dir() else []
        raise InputError(
            f"no reference of {folder.name}",
            mend=f"it holds {', '.join(others)}" if others else "give --reference DIR or FILE",
            path=reference,
        )
    found = read_results(reference, data, split, protocol)
    if not found:
        raise InputError(
            f"holds no results on this version of {data.name}",
            mend=f"the fingerprint here is {data.fingerprint}",
            path=folder,
        )
    return found
