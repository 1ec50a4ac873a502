"""The command line: its commands, and how errors end it."""

from __future__ import annotations

import io
import logging
import os
import sys

import click

from benchmark.commands.bench import bench
from benchmark.commands.claims import claims
from benchmark.commands.compare import compare
from benchmark.commands.data import data
from benchmark.commands.doctor import doctor
from benchmark.commands.encode import encode
from benchmark.commands.evaluate import evaluate
from benchmark.commands.export import export
from benchmark.commands.inspect import inspect
from benchmark.commands.judge import judge
from benchmark.commands.list import list_
from benchmark.commands.merge import merge
from benchmark.commands.plot import plot
from benchmark.commands.power import power
from benchmark.commands.published import published
from benchmark.commands.reproduce import reproduce
from benchmark.commands.run import run
from benchmark.commands.search import search
from benchmark.commands.show import show
from benchmark.commands.site import site
from benchmark.commands.space import space
from benchmark.commands.submit import submit
from benchmark.commands.table import table
from benchmark.commands.verify import verify
from benchmark.errors import BenchmarkError
from benchmark.progress import show_log


def main() -> None:
    """Run the command line; errors that a user can mend end it with one line and exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file or pipe gets UTF-8, as all files do; a terminal what its locale says.
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")
    try:
        cli(prog_name="python -m benchmark", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("interrupted: run the same command again to continue", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except click.ClickException as error:
        _fail(error.format_message())
    except BenchmarkError as error:
        _fail(str(error))
    except (MemoryError, ImportError, RuntimeError) as error:
        if not _is_for_want_of_memory(error):
            raise
        _fail("not enough memory; close other programs, or take fewer processes with --jobs 1")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}; mend this and run the command again")


def _is_for_want_of_memory(error: Exception) -> bool:
    """Whether Python, torch, or the loader of their libraries got none."""
    words = ("can't allocate memory", "cannot allocate memory", "failed to map segment")
    said = str(error).lower()
    return isinstance(error, MemoryError) or any(one in said for one in words)


def _fail(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="univl-bench")
def cli() -> None:
    """The reproducibility benchmark for multi-modal retrieval.

    Every retriever runs under one evaluation; out come leaderboards with intervals and corrected
    significance. Begin with:

    \b
        python -m benchmark doctor
        python -m benchmark list
        python -m benchmark run --all
    """


def _set_log(_: click.Context, __: click.Parameter, quiet: bool) -> None:
    show_log(logging.WARNING if quiet else logging.INFO)


def _add_quiet(command: click.Command) -> None:
    """Give a command, or each of a group, the option that all have."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            _add_quiet(one)
        return
    quiet = click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_set_log,
        help="Show warnings and errors, but no progress.",
    )
    command.params.append(quiet)


for _command in (
    list_,
    show,
    run,
    reproduce,
    encode,
    search,
    merge,
    table,
    claims,
    space,
    evaluate,
    compare,
    verify,
    submit,
    export,
    site,
    inspect,
    judge,
    plot,
    power,
    published,
    data,
    doctor,
    bench,
):
    _add_quiet(_command)
    cli.add_command(_command)
