"""Jobs: in an order that respects what they wait for, side by side or one by one."""

import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from graphlib import CycleError
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from benchmark import progress
from benchmark.errors import BenchmarkError, InputError
from benchmark.execution import pool
from benchmark.execution.pool import FailedJobsError, Job, run_jobs
from benchmark.execution.time_left import TimeLeft


def leave_a_mark(folder: Path, name: str, after: tuple[str, ...]) -> None:
    assert all((folder / other).exists() for other in after)
    (folder / name).touch()


def fail() -> None:
    raise InputError("the well is dry", mend="dig deeper")


def fall() -> None:
    raise InputError("the roof fell", mend="mend it")


def diamond(folder: Path) -> list[Job]:
    shape = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}
    return [
        Job(key=name, work=partial(leave_a_mark, folder, name, after), after=frozenset(after))
        for name, after in shape.items()
    ]


@pytest.mark.parametrize("workers", [1, 2])
def test_each_job_is_done_after_those_it_waits_for(tmp_path: Path, workers: int) -> None:
    run_jobs(diamond(tmp_path), workers)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c", "d"]


@pytest.mark.parametrize("workers", [1, 2])
def test_jobs_may_be_given_in_any_order(tmp_path: Path, workers: int) -> None:
    run_jobs(diamond(tmp_path)[::-1], workers)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c", "d"]


def test_one_by_one_keeps_the_given_order_where_it_can() -> None:
    done: list[str] = []
    shape = {"a": "", "b": "d", "c": "", "d": "a", "e": ""}
    run_jobs(
        [
            Job(key=name, work=partial(done.append, name), after=frozenset(after))
            for name, after in shape.items()
        ],
        1,
    )
    assert done == ["a", "c", "d", "b", "e"]


def test_jobs_that_wait_for_each_other_are_refused() -> None:
    with pytest.raises(CycleError):
        run_jobs([Job(key="a", work=fail, after=frozenset("a"))], 1)


def test_an_error_elsewhere_is_told_as_here(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="the well is dry; dig deeper"):
        run_jobs([Job(key="fail", work=fail), *diamond(tmp_path)], 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_what_does_not_wait_for_a_failure_is_done(tmp_path: Path, workers: int) -> None:
    mark = partial(leave_a_mark, tmp_path, "waiting", ())
    jobs = [
        Job(key="fail", work=fail),
        Job(key="waiting", work=mark, after=frozenset(["fail"])),
        *diamond(tmp_path),
    ]
    with pytest.raises(FailedJobsError, match=r"^the well is dry; dig deeper$"):
        run_jobs(jobs, workers)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c", "d"]


def test_several_failures_are_all_told_in_one_line() -> None:
    jobs = [Job(key=name, work=work) for name, work in (("1", fail), ("2", fail), ("3", fall))]
    with pytest.raises(FailedJobsError) as error:
        run_jobs(jobs, 1)
    assert str(error.value) == "2 failures: the well is dry; dig deeper | the roof fell; mend it"


def test_the_time_left_is_what_jobs_of_the_same_kind_have_taken() -> None:
    left = TimeLeft(["train"] * 3 + ["search"] * 3 + ["index"])
    left.count("train", 40)
    assert left.seconds(40) == 2 * 40
    assert not left.is_complete
    left.count("search", 2)
    left.count("search", 4)
    # 46 s of work in 23 s; two trainings and a search of 3 s are left, and an unknown index.
    assert left.seconds(23) == (2 * 40 + 3) / 2
    assert not left.is_complete
    left.count("index", 7)
    assert left.is_complete


def test_the_bar_of_all_steps_shows_that_time(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]

    def last(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(pool, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(progress, "PLAIN_INTERVAL", 0.0)
    took = {"a": 100.0, "b": 1.0, "c": 1.0, "d": 100.0, "e": 7.0}
    run_jobs(
        [
            Job(key=key, work=partial(last, seconds), kind=str(seconds))
            for key, seconds in took.items()
        ],
        1,
    )
    shown = re.findall(r"(\d)/5 steps \[\d\d:\d\d, (.*) left\]", capsys.readouterr().err)
    assert shown[-5:] == [
        ("1", "at least 01:40"),
        ("2", "at least 01:41"),
        ("3", "at least 01:40"),
        ("4", "?"),
        ("5", "00:00"),
    ]


def dawdle(folder: Path, name: str) -> None:
    (folder / name).write_text(str(os.getpid()))
    time.sleep(60)


def dawdle_side_by_side(folder: Path) -> None:
    run_jobs([Job(key=name, work=partial(dawdle, folder, name)) for name in ("a", "b")], 2)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_the_process_that_gives_it_work(tmp_path: Path, number: int) -> None:
    script = "import sys, pathlib, test_jobs\n"
    script += "if __name__ == '__main__': test_jobs.dawdle_side_by_side(pathlib.Path(sys.argv[1]))"
    (tmp_path / "main.py").write_text(script)
    marks = tmp_path / "marks"
    marks.mkdir()
    main = subprocess.Popen(
        [sys.executable, tmp_path / "main.py", marks],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    deadline = time.monotonic() + 30
    while len(found := [path.read_text() for path in marks.iterdir()]) < 2 or "" in found:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    workers = [psutil.Process(int(number)) for number in found]
    main.send_signal(number)
    assert main.wait() == -number
    gone, alive = psutil.wait_procs(workers, timeout=10)
    assert (len(gone), alive) == (2, [])
