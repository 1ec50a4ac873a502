"""What tests share: the real data (or a reason to skip), a small data set, and the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from site_world import hostile_results

from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.datasets import webqa_mini as webqa_mini_format
from benchmark.datasets.mini import generate
from benchmark.report.inspection import Inspector
from benchmark.site.build import build

# Models of tests are made by themselves; read before huggingface_hub is imported, here and below.
os.environ["HF_HUB_OFFLINE"] = "1"

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

pytest_plugins = ["cluster_world"]

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the real data isn't beside this checkout (../shared/data)")
    return SHARED


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A BEIR folder: five passages, of which two have the same text, and three questions."""
    texts = ["red fox", "blue whale", "red fox", "green tree frog", "grey owl at night"]
    folder = tmp_path / "zoo"
    (folder / "qrels").mkdir(parents=True)
    write_lines(folder / "corpus.jsonl", [{"_id": f"d{i}", "text": t} for i, t in enumerate(texts)])
    questions = ["which fox is red", "what swims", "owl at night"]
    write_lines(
        folder / "queries.jsonl", [{"_id": f"q{i}", "text": t} for i, t in enumerate(questions)]
    )
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq0\td2\t1\nq1\td1\t1\nq2\td4\t1\n"
    )
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def zoo(beir: Path, store: Store) -> Collection:
    return find("beir", beir, store)


@pytest.fixture(scope="session")
def mini_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A store for all tests of webqa-mini, which takes half a minute to make."""
    return Store(tmp_path_factory.mktemp("mini store"))


@pytest.fixture(scope="session")
def webqa_mini(mini_store: Store) -> Collection:
    return find("webqa-mini", None, mini_store)


@pytest.fixture(scope="session")
def micro_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("micro store"))


@pytest.fixture(scope="session")
def webqa_micro(micro_store: Store) -> Collection:
    """webqa-mini with a ninth of its towns: every trained row runs on it within seconds."""
    with pytest.MonkeyPatch.context() as patch:
        towns = {"TRAIN_TOWNS": 24, "DEV_TOWNS": 6, "TEST_TOWNS": 6, "DISTRACTING_TOWNS": 6}
        for name, count in towns.items():
            patch.setattr(generate, name, count)
        for module in (generate, webqa_mini_format):
            patch.setattr(module, "DEV_QUESTIONS", 40)
        patch.setattr(generate, "PRETRAINING_PICTURES", 150)
        patch.setattr(generate, "OTHER_SUBJECTS", 60)
        return find("webqa-mini", None, micro_store)


@pytest.fixture(scope="session")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    """Two systems' results on hostile texts."""
    return hostile_results(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def site(inspector: Inspector, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of these results."""
    folder = tmp_path_factory.mktemp("site")
    build(inspector, Store(folder / "store"), folder / "out", None)
    return folder / "out"


@pytest.fixture
def bench(tmp_path: Path) -> Command:
    """Run ``python -m benchmark`` as a user does, in a folder and store of the test's own."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "BENCHMARK_STORE": str(tmp_path / "store")}
        return subprocess.run(
            [sys.executable, "-m", "benchmark", *map(str, words)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    return run


def write_lines(path: Path, records: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
