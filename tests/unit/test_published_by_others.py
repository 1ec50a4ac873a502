"""Figures that others published: equal to their sources, and never compared across tasks."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import webqa_world as world
from conftest import Command

from benchmark import Retriever, TopK, top_k
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import prepare
from benchmark.errors import InputError
from benchmark.execution.experiment import run
from benchmark.papers import publications
from benchmark.protocol import PROTOCOLS, Protocol
from benchmark.registry import Entry
from benchmark.report.protocols import protocols_table
from benchmark.report.published_by_others import Row
from benchmark.report.published_by_others.tables import against_mteb, published_tables, same_weights
from benchmark.results.result import Result, read_results, results_folder
from benchmark.retriever import Task
from benchmark.verify import verify

MTEB = {
    "ndcg_at_10": "nDCG@10",
    "ndcg_at_20": "nDCG@20",
    "mrr_at_10": "MRR@10",
    "mrr_at_20": "MRR@20",
    "recall_at_10": "Recall@10",
    "recall_at_20": "Recall@20",
    "recall_at_100": "Recall@100",
    "hit_rate_at_5": "success@5",
    "cv_recall_at_5": "success@5",
    "main_score": "nDCG@10",
}
PYSERINI = {"R@5": "Recall@5", "R@10": "Recall@10", "S@5": "success@5", "S@10": "success@10"}


def rows_of(name: str) -> list[Row]:
    (found,) = (one for one in publications() if one.name == name)
    return list(found.rows)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_mteb_is_its_result_files(shared: Path) -> None:
    theirs = read(shared / "published" / "mteb_webqa.csv")
    ours = rows_of("mteb")
    assert len(ours) == len(theirs) == 96
    assert len({row.model for row in ours}) == 54
    for row, line in zip(ours, theirs, strict=True):
        assert row.task.origin == line["task"]
        assert (row.model, row.revision) == (line["model"], line["revision"])
        assert row.data_revision == line["dataset_revision"]
        assert row.version == f"mteb {line['mteb_version']}"
        for column, metric in MTEB.items():
            if line[column]:
                assert row.figures[metric] == pytest.approx(100 * float(line[column]), abs=1e-9)


def test_pyserini_is_its_file(shared: Path) -> None:
    theirs = read(shared / "published" / "pyserini_mbeir_webqa.csv")
    ours = rows_of("pyserini")
    assert len(ours) == len(theirs) == 8
    for row, line in zip(ours, theirs, strict=True):
        assert row.model == line["model"]
        assert row.task.origin == f"{line['task']}, {line['pool']} pool"
        assert row.task.protocol == {"union": "union", "local": "split"}[line["pool"]]
        for column, metric in PYSERINI.items():
            assert row.figures[metric] == pytest.approx(100 * float(line[column]), abs=1e-9)


def test_papers_are_of_the_joint_protocol(shared: Path) -> None:
    found = {row.model: row for one in publications() for row in one.rows}
    for line in read(shared / "paper" / "published_later.csv"):
        row = found[re.sub(r"\W+", "-", line["model"].lower()).strip("-")]
        assert row.task.name == "joint"
        assert row.figures["MRR@10"] == float(line["MRR@10"])
        assert row.figures["Recall@100"] == float(line["Rec@100"])
    assert found["bm25"].figures["nDCG@20"] == 51.72


def test_a_table_holds_one_task_and_is_sorted() -> None:
    (table,) = published_tables(publications(), task="split-images", source="mteb")
    assert len(table.rows) == 49
    assert table.cells[0][:2] == ["voyageai/voyage-multimodal-3", "65.64"]
    (bm25,) = published_tables(publications(), task="split-passages", model="bm25s")
    assert bm25.cells[0][:2] == ["mteb/baseline-bm25s", "61.79"]
    tables = published_tables(publications(), metric="Recall@5")
    assert all(table.titles[1:3] == ["Recall@5", "Source"] for table in tables)
    assert "What UniIR's paper calls Recall@5 is success@5" in " ".join(tables[0].notes)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"task": "split-image"}, "unknown task 'split-image'; did you mean 'split-images'?"),
        ({"metric": "R@5"}, "unknown metric 'R@5'"),
        ({"source": "mtebb"}, "did you mean 'mteb'?"),
        ({"task": "joint", "source": "mteb"}, "no published figure matches all options"),
    ],
)
def test_what_is_not_there_is_one_line(options: dict[str, str], said: str) -> None:
    with pytest.raises(InputError) as error:
        published_tables(publications(), **options)  # type: ignore[arg-type]
    assert said in str(error.value)


def test_the_same_weights_are_told_by_the_recipe() -> None:
    (mteb,) = (one for one in publications() if one.name == "mteb")
    image, text = (
        next(
            row
            for row in mteb.rows
            if (row.model, row.task.name) == ("openai/clip-vit-base-patch32", task)
        )
        for task in ("split-images", "split-passages")
    )

    def recipe(view: str = "both", **weights: object) -> dict[str, object]:
        return {"fields": {"model": {"fields": {"weights": weights, "view": view}}, "task": {}}}

    clip = {"name": "ViT-B-32-quickgelu", "pretrained": "openai"}
    assert same_weights(recipe(**clip), image, mteb.open_clip) is True
    assert same_weights(recipe("caption", **clip), image, mteb.open_clip) is None
    assert same_weights(recipe("caption", **clip), text, mteb.open_clip) is True
    gelu = {**clip, "name": "ViT-B-32"}
    assert same_weights(recipe(**gelu), image, mteb.open_clip) is None
    trained = {"start": clip, "data": {"fingerprint": "f"}}
    assert same_weights(recipe(**trained), image, mteb.open_clip) is None
    hub = {"model": image.model, "revision": image.revision}
    assert same_weights(recipe(**hub), image, mteb.open_clip) is True
    assert same_weights(recipe(**{**hub, "revision": "0"}), image, mteb.open_clip) is False


@recipe_name("ByLength")
@dataclass(frozen=True, kw_only=True)
class ByLength(Retriever):
    """Longest first, or shortest."""

    sign: int

    def search(self, task: Task) -> TopK:
        lengths = [self.sign * len(text) for text in task.data.corpus.texts(task.numbers)]
        scores = np.tile(np.array(lengths, dtype=np.float32), (len(task.questions()), 1))
        return top_k(scores, task.numbers, task.depth)


def test_protocols_and_mteb_beside_results(tmp_path: Path, store: Store) -> None:
    data = prepare("webqa-mbeir", world.write_mbeir(tmp_path / "mbeir"), store)
    entries = [
        Entry(name=name, title=name, group="Mine", kind=ByLength, summary="", settings={"sign": n})
        for name, n in (("long", 1), ("short", -1))
    ]
    found: dict[Protocol, list[Result]] = {}
    for protocol in PROTOCOLS:
        task = Task(data=data, protocol=protocol)
        home = results_folder(tmp_path, data, "test", protocol)
        run(entries, task, seeds=1, folder=home, store=store, skip=False, workers=1)
        assert not verify(tmp_path, data, "test", store, {}, protocol)
        found[protocol] = read_results(tmp_path, data, "test", protocol)
    table = protocols_table(found, data, "test")
    assert table.titles[2:6] == ["MRR@10, joint", "Rank, joint", "MRR@10, split", "Rank, split"]
    assert "joint and local: Kendall's tau-b of the rankings" in table.notes[2]
    with pytest.raises(InputError, match="fewer than two systems have results under two"):
        protocols_table({"joint": found["joint"], "split": []}, data, "test")
    (mteb,) = (one for one in publications() if one.name == "mteb")
    with pytest.raises(InputError, match="MTEB's figures are under protocol split, and not compar"):
        against_mteb(found["joint"], data, "test", mteb)
    with pytest.raises(InputError, match="no result here has the weights of a model in MTEB's"):
        against_mteb(found["split"], data, "test", mteb)
    clip = {"weights": {"name": "ViT-B-32-quickgelu", "pretrained": "openai"}}
    found["split"][0].manifest["recipe"] = {"fields": {"model": {"fields": clip}}}
    table = against_mteb(found["split"][:1], data, "test", mteb)
    assert len(table.rows) == 10
    # These are not the 403,196 images and 544,457 passages of MTEB's figures.
    assert {record["status"] for record in table.rows} == {None}
    assert "context, and not comparable" in table.notes[1]


def test_figures_of_another_protocol_are_refused(bench: Command, beir: Path) -> None:
    done = bench("published", "--task", "split-images", "--source", "pyserini", "--format", "csv")
    assert done.stdout.splitlines()[1].startswith("blip-ff-large,69.45,79.05,78.45,86.50,pyserini")
    words = ["--dataset", "beir", "--data-dir", beir, "--protocol", "split"]
    done = bench("table", "table1", "--against", "paper", *words)
    assert done.stderr == (
        "error: the paper's figures are comparable under protocol joint only; "
        "leave --protocol out\n"
    )
