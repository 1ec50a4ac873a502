"""Runs that are killed, starved or doubled: what stands is whole, and the end is the same.

FAULTS_KILLS=100 kills ``run --all`` a hundred times; else a few rows are run, and killed twice.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import Command
from killing import Place, broken, harass, outcome, undisturbed

KILLS = int(os.environ.get("FAULTS_KILLS", 2))


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """A file system of its own in ``folder``."""
    folder.mkdir(parents=True)
    words = ["mount", "-t", "tmpfs", "-o", options, "none", folder]
    if os.geteuid() or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk, and not everywhere")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)  # noqa: S607


def differing(place: Place) -> set[str]:
    """What a run of a few rows gave that the undisturbed one didn't."""
    expected = outcome(undisturbed())
    return {name for name, found in outcome(place).items() if expected.get(name) != found}


def test_a_killed_run_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    calm = undisturbed()
    longest = min(30, float(calm.took.read_text()))  # a busy machine's first run tells little
    report = harass(Place(tmp_path / "harassed", calm.words), calm, KILLS, longest, seed=1)
    print(report)
    assert report.killed.total() == KILLS
    assert not report.faults


def test_two_at_once_share_the_work_whatever_surrounds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small models compute on one thread, whatever OMP_NUM_THREADS says."""
    calm = undisturbed()
    one = Place(tmp_path, (*calm.words, "--jobs", "1"))
    changes = {"PYTHONHASHSEED": "7", "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"}
    processes = []
    for threads in ("1", "2"):
        for name, value in {**changes, "OMP_NUM_THREADS": threads}.items():
            monkeypatch.setenv(name, value)
        processes.append(one.start())
    for process in processes:
        process.communicate()
    said = (tmp_path / "errors.txt").read_text()
    assert [process.returncode for process in processes] == [0, 0], said[-2000:]
    assert outcome(one) == outcome(calm)
    assert list(broken(one)) == []
    assert "waiting for another process that is building" in said
    rows = len(list((calm.results / "webqa-mini").glob("*/manifest.json")))
    assert said.count(", scored in") == rows


def test_a_full_disk_is_told_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    place = Place(tmp_path, ("run", "bm25"))
    with small_disk(place.store, "size=4m") as disk:
        with pytest.raises(AssertionError, match=r"exit code 2") as told:
            place.finish()
        assert "Traceback" not in str(told.value)
        assert "No space left" in str(told.value)
        assert list(broken(place)) == []
        subprocess.run(["mount", "-o", "remount,size=900m", disk], check=True)  # noqa: S607
        place.finish()
        assert differing(place) <= {"webqa-mini/leaderboard.md"}  # of fewer rows


def test_a_folder_that_cannot_be_written_is_named(
    bench: Command, beir: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "sealed", "ro") as folder:
        words = ["run", "bm25", "--dataset", "beir", "--data-dir", beir]
        for option in ("--results", "--store"):
            done = bench(*words, option, folder)
            assert (done.returncode, "Traceback" in done.stderr) == (2, False)
            assert str(folder) in done.stderr.splitlines()[-1]
        assert bench(*words).returncode == 0


STARVED = """
import resource, runpy, sys
loaded, megabytes = sys.argv.pop(1), int(sys.argv.pop(1))
if loaded == "torch":
    import psutil, torch
    megabytes += psutil.Process().memory_info().vms >> 20
resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.skipif("FAULTS_KILLS" not in os.environ, reason="FAULTS_KILLS=100 starves runs too")
def test_a_run_that_gets_too_little_memory_goes_on_with_enough(tmp_path: Path) -> None:
    """What libraries do for want of memory is theirs; what stands afterwards is whole."""
    place = Place(tmp_path, ("run", "clip-dpr", "--jobs", "1"))
    words = [Path(__file__).with_name("small_world.py"), *place.words]
    for loaded, megabytes in (("nothing", 600), ("torch", 60), ("torch", 400), ("torch", 800)):
        done = subprocess.run(
            [
                *(sys.executable, "-c", STARVED, loaded, str(megabytes), *words),
                *("--store", place.store, "--results", place.results),
            ],
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
        )
        assert done.returncode or megabytes == 800
        assert list(broken(place)) == []
    place.finish()
    assert differing(place) <= {"webqa-mini/leaderboard.md"}  # of fewer rows
