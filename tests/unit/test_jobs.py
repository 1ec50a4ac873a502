"""Jobs: in an order that respects what they wait for, side by side or one by one."""

from functools import partial
from pathlib import Path

import pytest

from benchmark.errors import BenchmarkError, InputError
from benchmark.jobs import Job, run_jobs


def leave_a_mark(folder: Path, name: str, after: tuple[str, ...]) -> None:
    assert all((folder / other).exists() for other in after)
    (folder / name).touch()


def fail() -> None:
    raise InputError("the well is dry", mend="dig deeper")


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


def test_an_error_elsewhere_is_told_as_here(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match="the well is dry; dig deeper"):
        run_jobs([Job(key="fail", work=fail), *diamond(tmp_path)], 2)
