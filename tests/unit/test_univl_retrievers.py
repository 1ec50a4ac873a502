"""The rows as values: what they share, what the seed changes, what they lack."""

from pathlib import Path

from univl_tiny import collection

from benchmark.artefacts.identity import dependencies, identity
from benchmark.dense.search import DenseRanking
from benchmark.registry import retriever
from benchmark.retriever import Task
from univl_dr.inference import Encoding
from univl_dr.retrievers import CLIPDPR, CLIPZeroShot, UniVLDR
from univl_dr.train import Checkpoint


def model(ranking: object) -> Encoding:
    assert isinstance(ranking, DenseRanking)
    assert isinstance(ranking.model, Encoding)
    return ranking.model


def test_stages_are_shared_and_the_seed_changes_what_is_trained_on_the_task(
    tmp_path: Path,
) -> None:
    data = collection(tmp_path / "mini", stand_ins=True)
    one, other = (Task(data=data, seed=seed) for seed in (1, 2))
    zero_shot, first, second = CLIPZeroShot(), CLIPDPR(), UniVLDR()
    assert identity(zero_shot.ranking(one)) == identity(zero_shot.ranking(other))
    assert identity(first.ranking(one)) != identity(first.ranking(other))
    made = list(dependencies(second.ranking(one)))
    start, stage = model(zero_shot.ranking(one)).weights, model(first.ranking(one)).weights
    assert start in made
    assert stage in made
    trained = model(second.ranking(one)).weights
    assert isinstance(trained, Checkpoint)
    assert trained.start == stage


def test_settings_make_other_rankings(tmp_path: Path) -> None:
    task = Task(data=collection(tmp_path / "mini", stand_ins=True))
    rows = [
        UniVLDR(),
        UniVLDR(verbalized=None),
        UniVLDR(verbalized="caption"),
        UniVLDR(negatives="random"),
        UniVLDR(view="caption"),
        UniVLDR(select="mrr"),
        UniVLDR(precision="bf16"),
        CLIPDPR(balanced=True),
        CLIPDPR(modality="image"),
    ]
    assert len({identity(row.ranking(task)) for row in rows}) == len(rows)


def test_what_is_missing_is_said_with_what_mends_it(tmp_path: Path) -> None:
    task = Task(data=collection(tmp_path / "tiny"))
    mini = Task(data=collection(tmp_path / "mini", stand_ins=True))
    released = retriever("univl-dr-released").make()
    path = tmp_path / "tiny" / "checkpoints" / "univl-dr.pt"
    assert released.why_unavailable(task) == f"needs the authors' checkpoint: put it at {path}"
    assert "--dataset webqa" in str(released.why_unavailable(mini))
    path.parent.mkdir()
    path.write_bytes(b"")
    assert "all_imgs_query.json" in str(released.why_unavailable(task))
    assert UniVLDR().why_unavailable(mini) is None
    assert "neither" in str(CLIPDPR(start="openay").why_unavailable(task))
