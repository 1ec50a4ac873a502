"""Processes under torchrun: the same lists as one makes, and what becomes of a lost one."""

import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob(pattern)}


def test_ranks_give_the_same_bytes_as_one_process(command: Run, tmp_path: Path) -> None:
    places = {ranks: tmp_path / f"of {ranks}" for ranks in (1, 2, 4)}
    for ranks, place in places.items():
        given = () if ranks == 2 else ("--results", str(place / "results"))
        name = "search" if ranks == 2 else "run"
        done = command(name, *given, ranks=ranks, BENCHMARK_STORE=place / "store")
        assert done.returncode == 0, done.stderr
    assert done.stdout.count("Letters") == 1, "rank 0 alone prints the table"
    assert "rank 1: waiting for rank 0, which scores letters" in done.stderr
    runs = [files(places[ranks], "run.trec.gz") for ranks in (1, 4)]
    assert runs[0] == runs[1] != {}
    arrays = [files(place / "store", "*.npy") for place in places.values()]
    assert arrays[0] == arrays[1] == arrays[2] != {}
    assert not list(tmp_path.rglob(".*.chunks"))


def test_a_killed_rank_ends_all_and_a_repeat_goes_on(command: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = command("encode", ranks=2, LETTERS_LOG=log, KILLED="1")
    assert done.returncode != 0
    assert done.stderr.count("error: another rank has ended") == 1
    assert "the same command continues from what is done" in done.stderr
    before = log.read_text().splitlines()
    again = command("encode", ranks=2, LETTERS_LOG=log)
    assert again.returncode == 0, again.stderr
    lines = log.read_text().splitlines()
    assert len({line.split(":")[1] for line in lines}) == len(lines) > len(before) > 1
