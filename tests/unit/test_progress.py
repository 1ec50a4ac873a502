"""Progress is logged, can be silenced, and counts whole things."""

import logging
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from benchmark import progress
from benchmark.cli import cli
from benchmark.progress import Progress, log, show_log


@pytest.fixture(autouse=True)
def same_level() -> Iterator[None]:
    level, handlers = log.level, [*log.handlers]
    yield
    log.setLevel(level)
    log.handlers[:] = handlers


def test_quiet_leaves_warnings_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert CliRunner().invoke(cli, ["list", "--quiet"]).exit_code == 0
    log.info("under way")
    log.warning("left out")
    assert capsys.readouterr().err == "left out\n"
    assert CliRunner().invoke(cli, ["list"]).exit_code == 0
    log.info("under way")
    assert capsys.readouterr().err == "under way\n"


def test_whole_things_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PLAIN_INTERVAL", 0.0)
    for level, shown in ((logging.INFO, "| 1/79 results ["), (logging.WARNING, "")):
        show_log(level)
        with Progress("verify", 79, "results") as counted:
            counted.advance(1)
        said = capsys.readouterr().err
        assert shown in said
        assert bool(said) == bool(shown)


def test_lines_and_bars_leave_a_terminal_clean(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    show_log()
    with Progress("verify", 1234, "results") as counted:
        log.info("halfway")
        counted.advance(1)
    shown = capsys.readouterr().err
    assert "\r\x1b[Khalfway\n" in shown  # even if another process has drawn a bar on this line
    assert "0/1,234 results [00:00, ? left]" in shown
    assert shown.endswith("\r")
    assert not shown.split("\r")[-2].strip()
