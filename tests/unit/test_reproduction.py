"""Reproduction: measures by hand, verdicts by their rules, the first stage, references that lie."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark.artefacts.identity import digest
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.reproduction import effects, figures, order
from benchmark.io.lists import read_lists, write_lists
from benchmark.report.inspection import Inspector
from benchmark.report.reproduction import reproduction_tables, verdict_lines, write_certificate
from benchmark.results.reference import write_reference
from benchmark.results.reproduction import (
    Measured,
    diverged,
    environment,
    outcome,
    reproduce,
    reproduce_all,
)
from benchmark.results.result import FORMAT, Result, averaged, read_results, results_at_hand
from benchmark.types import Run
from benchmark.verify import verify


def run(**lists: str) -> Run:
    documents = {query: ranked.split() for query, ranked in lists.items()}
    scores = {query: [1.0 / (n + 1) for n in range(len(one))] for query, one in documents.items()}
    return Run(name="run", documents=documents, scores=scores)


def scores(*values: float) -> Scores:
    queries = tuple(f"q{number}" for number in range(len(values)))
    return Scores(queries, {"MRR@10": np.array(values)}, 0)


def test_orders_by_hand() -> None:
    same = order(run(q="a b c d"), run(q="a b c d"))
    assert (same.identical, same.tau, same.overlap) == (1.0, 1.0, 1.0)
    # One of six pairs is in the other order: (5 - 1) / 6. The prefixes share 0, 2, 3, 4 documents.
    swapped = order(run(q="a b c d"), run(q="b a c d"))
    weights = [1, 0.95, 0.95**2, 0.95**3]
    assert swapped.tau == pytest.approx(4 / 6)
    assert swapped.overlap == pytest.approx(sum(weights[1:]) / sum(weights))
    assert swapped.identical == 0


def test_lists_of_other_lengths_and_questions() -> None:
    found = order(run(p="a b c", q="a b"), run(p="a b", r="a"))
    weights = [1, 0.95, 0.95**2]
    overlap = (weights[0] + weights[1] + weights[2] * 2 / 3) / sum(weights)
    assert (found.identical, found.tau) == (0.0, 1.0)
    assert found.overlap == pytest.approx(overlap / 3)
    assert order(run(p="a"), run(p="a")).tau is None
    assert order(run(p="a"), run(q="a")).overlap == 0


def test_figures_and_effects_by_hand() -> None:
    found = figures(scores(1.0, 0.5, 0.0, 0.5), scores(1.0, 0.0, 0.0, 0.5), "MRR@10")
    assert (found.rmse, found.alike) == (pytest.approx(0.25), 0.75)
    assert found.p == pytest.approx(0.3910, abs=5e-4)  # t = 1 of three degrees of freedom
    assert figures(scores(1.0, 0.5), scores(1.0, 0.5), "MRR@10").p == 1.0
    # Improvements 0.5 - 0.25 and 0.3 - 0.2; relative 1 and 0.5.
    some = effects(scores(0.5), scores(0.3), scores(0.25), scores(0.2), "MRR@10")
    assert (some.ratio, some.relative) == (pytest.approx(0.4), pytest.approx(0.5))
    none = effects(scores(0.5), scores(0.3), scores(0.5), scores(0.0), "MRR@10")
    assert (none.ratio, none.relative) == (None, None)


def test_differences_of_packages_and_machine_in_words() -> None:
    ours = {
        "packages": {"torch": "2.9", "faiss": None},
        "machine": {"processor": "B", "memory_bytes": 1},
    }
    theirs = {"packages": {"torch": "2.9", "faiss": "1.9"}, "machine": {"processor": "A"}}
    assert list(environment(ours, theirs)) == ["faiss: 1.9 -> not installed", "processor: A -> B"]


@pytest.mark.parametrize(
    ("shift", "lists", "verdict"),
    [
        (0.0, "a b", "IDENTICAL"),
        (0.0, "b a", "EQUIVALENT"),
        (0.004, "b a", "EQUIVALENT"),
        (0.009, "b a", "DIFFERENT"),  # within a point, but its interval isn't
        (0.05, "b a", "DIFFERENT"),
    ],
)
def test_verdicts(shift: float, lists: str, verdict: str) -> None:
    values = np.random.default_rng(1).uniform(0, 1, 200)
    noise = np.random.default_rng(2).normal(0, 0.02, 200) if shift else np.zeros(200)
    one = Measured(name="one", runs={1: run(q="a b")}, scores=scores(*values))
    moved = values + shift + noise - noise.mean()
    other = Measured(name="other", runs={1: run(q=lists)}, scores=scores(*moved))
    assert outcome(other, one).verdict == verdict


def test_figures_are_those_of_the_seeds_that_both_have() -> None:
    """A run of one seed isn't compared with the means over three."""
    by_seed = {1: scores(1.0, 0.0), 2: scores(0.5, 0.0), 3: scores(0.0, 0.5)}
    three = Measured(
        name="three", runs=dict.fromkeys(by_seed, run(q="a")), scores=averaged(by_seed)
    )
    one = Measured(name="one", runs={2: run(q="a")}, scores=scores(0.5, 0.0))
    found = outcome(one, three)
    assert (found.seeds, found.mean, found.reference) == (1, 0.25, 0.25)
    assert (found.verdict, found.stage) == ("IDENTICAL", None)
    assert reproduce(three, one).figures.alike == 1.0
    moved = Measured(name="moved", runs={2: run(q="a")}, scores=scores(0.5, 0.25))
    assert outcome(moved, three).stage == "scoring"


def test_other_questions_are_refused() -> None:
    one = Measured(name="one", runs={1: run(q="a")}, scores=scores(1.0, 0.0))
    other = Measured(name="other", runs={1: run(q="a")}, scores=scores(1.0))
    with pytest.raises(InputError, match="'other' was judged on other questions than 'one'"):
        outcome(one, other)


KINDS = ["Vocabulary", "Checkpoint", "Questions", "LuceneIndex", "Router", "DenseRanking"]


def manifest(changed: str = "", **more: Any) -> dict[str, Any]:
    made = [
        {"kind": kind, "files": {"file": changed == kind, "curves.svg": id(more)}} for kind in KINDS
    ]
    return {"data": {"fingerprint": "f"}, "artefacts": made, **more}


@pytest.mark.parametrize(
    ("changed", "stage"),
    [
        ("Vocabulary", "vocabulary"),
        ("Checkpoint", "checkpoint"),
        ("Questions", "embeddings"),
        ("LuceneIndex", None),
        ("Router", "Router"),
        ("DenseRanking", "search"),
        ("", None),
    ],
)
def test_the_first_stage_that_diverged(changed: str, stage: str | None) -> None:
    assert diverged(manifest(changed), manifest()) == stage


def test_other_data_and_other_settings_come_before_all_stages() -> None:
    assert diverged(manifest(data={"fingerprint": "g"}), manifest()) == "data"
    assert diverged({**manifest(), "artefacts": []}, manifest()) == "settings"
    assert diverged(None, manifest()) is None


def test_lists_keep_their_order_in_compact_form(tmp_path: Path) -> None:
    lists = run(p="b a c", q="c")
    write_lists(lists, tmp_path / "one.parquet")
    write_lists(lists, tmp_path / "two.parquet")
    read = read_lists(tmp_path / "one.parquet", "run")
    assert read.documents == lists.documents
    assert read.scores["p"] == [-1.0, -2.0, -3.0]
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


@pytest.fixture
def world(inspector: Inspector, tmp_path: Path) -> Path:
    """Results with their own reference beside them."""
    results = Path(shutil.copytree(inspector.folder, tmp_path / "results"))
    found = read_results(results, inspector.data, inspector.split)
    write_reference(found, inspector.data, inspector.split, results / "reference")
    return results


def test_results_reproduce_their_own_reference(
    world: Path, inspector: Inspector, tmp_path: Path
) -> None:
    data, split = inspector.data, inspector.split
    found = reproduce_all(world, world / "reference", data, split, baseline="last")
    assert {one.outcome.verdict for one in found} == {"IDENTICAL"}
    assert {one.outcome.stage for one in found} == {None}
    assert all(": IDENTICAL" in line for line in verdict_lines([one.outcome for one in found]))
    paths = write_certificate(reproduction_tables(found, "Title", "last"), tmp_path / "out")
    assert [path.suffix for path in paths] == [".md", ".json", ".html"]
    assert "IDENTICAL" in paths[0].read_text(encoding="utf-8")

    shutil.rmtree(next(path for path in (world / data.name).iterdir() if path.is_dir()))
    shown = results_at_hand(world, data, split)
    assert sorted(one.title.endswith(" (reference)") for one in shown) == [False, True]
    assert verify(world / "reference", data, split, Store(tmp_path), {}) == []


def _reseal(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    made = {**json.loads(path.read_text(encoding="utf-8")), **changes}
    made.pop("seal")
    path.write_text(json.dumps({**made, "seal": digest(made)}), encoding="utf-8")


def _cut(folder: Path) -> None:
    path = folder / "run.parquet"
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_cut, "run.parquet: changed since it was written"),
        (
            lambda folder: (folder / "metrics.json").write_text("{}"),
            "metrics.json: changed since it was written",
        ),
        (lambda folder: _reseal(folder, format=FORMAT + 1), "a later version of this project"),
        (lambda folder: shutil.rmtree(folder.parent), "no reference for "),
    ],
)
def test_a_reference_that_lies_is_refused(
    world: Path, inspector: Inspector, change: Callable[[Path], object], said: str
) -> None:
    data, split = inspector.data, inspector.split
    first = sorted((world / "reference" / data.name).glob("*/manifest.json"))[0].parent
    change(first)
    with pytest.raises(InputError) as error:
        reproduce_all(world, world / "reference", data, split)
    assert said in str(error.value)


def test_a_reference_of_another_version_is_refused(world: Path, inspector: Inspector) -> None:
    data, split = inspector.data, inspector.split
    for path in (world / "reference" / data.name).glob("*/manifest.json"):
        about = Result(path.parent).manifest["data"]
        _reseal(path.parent, data={**about, "fingerprint": "other"})
    with pytest.raises(InputError, match="contains no results on this version"):
        reproduce_all(world, world / "reference", data, split)
