"""Ablations and claims on a micro world: all they name runs, once, apart from the leaderboard."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmark.artefacts.identity import digest
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.execution import experiment
from benchmark.execution.experiment import run_variants
from benchmark.papers.univl_dr.ablations import ABLATIONS
from benchmark.papers.univl_dr.claims import CLAIMS
from benchmark.report.ablations import ablation_table
from benchmark.report.claims import effects_of, judge
from benchmark.report.formats import render
from benchmark.report.verdicts import claims_table
from benchmark.results.result import Result, read_results
from benchmark.results.variants import Variant, at_hand
from benchmark.retriever import Task
from benchmark.verify import verify


def test_a_variant_is_named_by_what_it_changes() -> None:
    plain = Variant(retriever="clip-dpr")
    assert plain.name == "clip-dpr"
    assert plain.folder(Path("home")) == Path("home")
    changed = Variant(retriever="clip-dpr", settings={"view": "image"}, scope="image")
    assert changed.name == "clip-dpr+view=image@image"
    assert changed.folder(Path("home")) == Path("home/variants")
    assert changed.entry().make().view == "image"  # type: ignore[attr-defined]


def test_what_claims_and_ablations_name_can_be_made() -> None:
    named = [variant for claim in CLAIMS for variant in claim.variants]
    named += [variant for ablation in ABLATIONS.values() for variant in ablation.variants]
    for variant in named:
        variant.entry().make()
    assert [len(ablation.rows) for ablation in ABLATIONS.values()] == [7, 10, 5]
    assert len(CLAIMS) == 9


def test_all_variants_are_one_graph(
    zoo: Collection, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    variants = [
        Variant(retriever="bm25"),
        Variant(retriever="bm25", settings={"k1": 1.2}),
        Variant(retriever="bm25", scope="text"),
    ]
    planned: list[experiment.Scoring] = []
    monkeypatch.setattr(experiment, "execute", lambda some, *_: planned.extend(some))
    run_variants(variants, Task(data=zoo), seeds=3, results=tmp_path, store=store)
    assert [(one.folder.relative_to(tmp_path), one.ranking.task.scope) for one in planned] == [
        (Path("zoo/bm25"), None),
        (Path("zoo/variants/bm25+k1=1.2"), None),
        (Path("zoo/variants/bm25@text"), "text"),
    ]


def test_a_table_and_verdicts_from_nothing(
    webqa_micro: Collection,
    micro_store: Store,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    task, whole = Task(data=webqa_micro), ABLATIONS["image-representation"]
    last_two = dict(list(whole.rows.items())[-2:])
    ablation = replace(whole, rows=last_two)
    claims = [claim for claim in CLAIMS if claim.name in {"pixels", "routing"}]
    wanted = [*ablation.variants, *(variant for claim in claims for variant in claim.variants)]
    found = run_variants(wanted, task, seeds=1, results=tmp_path, store=micro_store)
    table = ablation_table("some", ablation, found, webqa_micro, "test")
    assert [cells[:2] for cells in table.cells] == [list(labels) for labels in ablation.rows]
    main = "MRR@10, all"
    assert table.rows[-1][main] == pytest.approx(found["clip-dpr"].scores.mean("MRR@10"))
    shown = {result.name for result in read_results(tmp_path, webqa_micro, "test")}
    assert shown == {"clip-dpr", "bm25-clip-dpr", "bm25-clip-dpr-oracle"}

    tested = judge([(claim, effects_of(claim, found, webqa_micro, "test")) for claim in claims])
    assert "not tested" not in {one.verdict for one in tested}
    (routing,) = tested[0].effects
    oracle, fused = (
        found[name].scores.mean("MRR@10") for name in ("bm25-clip-dpr-oracle", "bm25-clip-dpr")
    )
    assert routing.mean == pytest.approx(oracle - fused)
    assert "no evidence" in render(claims_table(tested, webqa_micro, "test"), "md")

    other = Path(shutil.copytree(found["clip-dpr"].folder, found["clip-dpr"].folder / "seed-1"))
    assert len(Result(found["clip-dpr"].folder).seeds) == 2
    made = json.loads((other / "manifest.json").read_text())
    weights = made["recipe"]["fields"]["model"]["fields"]["weights"]["fields"]
    weights["seed"] = 1
    (other / "manifest.json").write_text(json.dumps(made))
    with pytest.raises(InputError, match=r"seed-1/manifest\.json: changed since it was written"):
        _ = Result(found["clip-dpr"].folder).seeds
    _seal(other, made)
    assert len(Result(found["clip-dpr"].folder).seeds) == 2
    weights["recipe"]["fields"]["epochs"] = 99
    _seal(other, made)
    assert len(Result(found["clip-dpr"].folder).seeds) == 1

    caplog.clear()
    run_variants(wanted, task, seeds=1, results=tmp_path, store=micro_store)
    assert "scored in" not in caplog.text

    assert verify(tmp_path, webqa_micro, "test", micro_store, {}) == []
    lists = found["bm25-clip-dpr"].folder / "run.trec.gz"
    lists.rename(tmp_path / "elsewhere")
    (lost,) = verify(tmp_path, webqa_micro, "test", micro_store, {})
    assert lost.wrong.startswith(f"cannot be read: {lists}: no such file")
    (tmp_path / "elsewhere").rename(lists)

    (found["bm25-clip-dpr"].folder / "metrics.json").write_text("{}")
    with pytest.raises(
        InputError, match=r"bm25-clip-dpr/metrics\.json: changed since it was written"
    ):
        at_hand(wanted, tmp_path, webqa_micro, "test")


def _seal(folder: Path, made: dict[str, object]) -> None:
    """Write a manifest as if it had been made like this."""
    rest = {key: value for key, value in made.items() if key != "seal"}
    (folder / "manifest.json").write_text(json.dumps({**rest, "seal": digest(rest)}))
