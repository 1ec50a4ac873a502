"""Processes under torchrun: the same lists as one makes, and what becomes of a lost one."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def files(folder: Path, pattern: str) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob(pattern)}


@pytest.mark.parametrize("ranks", [2, 4])
def test_ranks_give_the_same_bytes_as_one_process(command: Run, tmp_path: Path, ranks: int) -> None:
    done = command("run", ranks=ranks, BENCHMARK_STORE=tmp_path / "several")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Letters") == 1, "rank 0 alone prints the table"
    assert "rank 1: waiting for rank 0, which scores letters" in done.stderr
    several = files(tmp_path / "results", "run.trec.gz")
    assert command("run", "--results", "alone", BENCHMARK_STORE=tmp_path / "one").returncode == 0
    assert several == files(tmp_path / "alone", "run.trec.gz")
    assert files(tmp_path / "several", "*.npy") == files(tmp_path / "one", "*.npy")
    assert not list((tmp_path / "several").rglob(".*.pieces"))


def test_a_killed_rank_ends_all_and_a_repeat_goes_on(command: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = command("encode", ranks=2, LETTERS_LOG=log, KILLED="1")
    assert done.returncode != 0
    assert done.stderr.count("error: another rank has ended") == 1
    assert "the same command goes on from what is done" in done.stderr
    before = log.read_text().splitlines()
    again = command("encode", ranks=2, LETTERS_LOG=log)
    assert again.returncode == 0, again.stderr
    lines = log.read_text().splitlines()
    assert len({line.split(":")[1] for line in lines}) == len(lines) > len(before) > 1
