"""`data fetch webqa` against a server on the loopback that speaks what ``huggingface_hub`` asks."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import webqa_world as world
from conftest import Command
from hub_server import Hub, serving

from benchmark.datasets.fetch import WEBQA

CORPUS = "corpus/test-00000-of-00001.parquet"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    source = world.write_parquet(tmp_path / "hub", shards=1)
    (source / WEBQA[0].folder / "README.md").write_text("---\nlicense: cc-by-sa-4.0\n---\n")
    folders = {one.name: source / one.folder for one in WEBQA}
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with serving(Hub(folders, WEBQA[0].revision)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        yield hub


def said(done: subprocess.CompletedProcess[str]) -> str:
    """The one line of an error."""
    assert done.returncode == 2, done.stdout + done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("error: ")
    assert "Traceback" not in done.stderr
    return last


def test_it_is_fetched_once_verified_and_prepared(bench: Command, hub: Hub) -> None:
    done = bench("data", "fetch", "webqa")
    assert done.stdout.startswith("webqa-mbeir: 150 passages, 150 images, 40 test questions\n")
    assert len(hub.sent) == 7
    hub.sent.clear()
    assert bench("data", "fetch", "webqa").returncode == 0
    assert not hub.sent
    checks = bench("data", "verify", "webqa-mbeir", "--format", "csv").stdout
    assert "passages,544457,150,DIFFERS" in checks
    assert "test judgments,8629,40,DIFFERS" in checks


def test_text_only_leaves_the_images_on_the_hub(bench: Command, hub: Hub, tmp_path: Path) -> None:
    done = bench("data", "fetch", "webqa", "--text-only")
    assert done.stdout.startswith("webqa-mbeir-captions: 150 passages, 150 images, 40 test")
    # Beside the columns, a Parquet reader fetches the last 64 KiB of a file.
    assert sum(map(len, world.IMAGES)) > 300_000
    assert hub.sent[f"{WEBQA[1].name}/{CORPUS}"] < 150_000
    done = bench("run", "clip-zero-shot", "--dataset", "webqa-mbeir-captions")
    assert "needs the images: the data set was prepared with captions only" in said(done)
    done = bench("run", "bm25", "--dataset", "webqa-mbeir-captions", "--protocol", "split")
    assert done.returncode == 0, done.stderr


def test_a_cut_download_goes_on(hub: Hub, tmp_path: Path) -> None:
    """What had come before the cut isn't sent again, but for the block that was under way."""
    script = (
        "import huggingface_hub.constants as c; c.DOWNLOAD_CHUNK_SIZE = 4096;"
        "from benchmark.cli import main; main()"
    )
    words = [sys.executable, "-c", script, "data", "fetch", "webqa", "--store", str(tmp_path / "s")]
    hub.cut[f"{WEBQA[1].name}/{CORPUS}"] = 100_000
    done = subprocess.run(words, capture_output=True, encoding="utf-8")
    if done.returncode:  # the client gave up: the same command goes on
        said(done)
        done = subprocess.run(words, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    for one in WEBQA:
        size = (hub.folders[one.name] / CORPUS).stat().st_size
        assert size <= hub.sent[f"{one.name}/{CORPUS}"] < size + 4096


def test_other_bytes_than_the_hub_tells_of_are_refused(bench: Command, hub: Hub) -> None:
    path = hub.folders[WEBQA[1].name] / CORPUS
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    hub.altered[CORPUS] = bytes(data)
    (hub.folders[WEBQA[0].name] / CORPUS).write_bytes(path.read_bytes())
    line = said(bench("data", "fetch", "webqa"))
    assert "differs from the hub's file, and was removed; run the command again" in line
    hub.altered.clear()
    world.write_parquet(path.parents[2], shards=1)
    assert bench("data", "fetch", "webqa").returncode == 0


def test_without_a_network_one_line_says_what_to_do(
    bench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    line = said(bench("data", "fetch", "webqa"))
    assert "cannot download mteb/mbeir_webqa_task1" in line
    assert "hf download mteb/mbeir_webqa_task1 --repo-type dataset --revision 17d2f7d4" in line
    folder = tmp_path / "store" / "downloads" / "webqa-mbeir"
    assert f"data prepare webqa-mbeir --source {folder}" in line
    world.write_parquet(folder)
    done = bench("data", "prepare", "webqa-mbeir", "--source", folder)
    assert done.returncode == 0, done.stderr


def test_another_revision_is_refused(bench: Command, hub: Hub, tmp_path: Path) -> None:
    assert bench("data", "fetch", "webqa").returncode == 0
    record = tmp_path / "store/downloads/webqa-mbeir/mbeir_webqa_task2/fetched.json"
    record.write_text(record.read_text().replace(WEBQA[1].revision, "0" * 40))
    line = said(bench("data", "fetch", "webqa"))
    assert f"has revision {'0' * 40}, not {WEBQA[1].revision}; remove the folder" in line
