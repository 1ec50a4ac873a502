"""The command line: its commands, and the exit codes of errors."""

from __future__ import annotations

import io
import logging
import os
import re
import sys
from collections.abc import Mapping, Sequence
from itertools import chain

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
    """Run the command line. An error that a user can fix is printed as one line; exit code 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Files and pipes get UTF-8, a terminal the encoding of its locale.
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
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        sys.exit(2)
    except click.ClickException as error:
        _fail(_in_our_style(error))
    except BenchmarkError as error:
        _fail(str(error))
    except (MemoryError, ImportError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        _fail("not enough memory; close other programs, or use fewer processes with --jobs 1")
    except (FileExistsError, NotADirectoryError) as error:
        _fail(f"{error.filename}: not a folder; choose another one")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}; fix this and run the command again")


def _in_our_style(error: click.ClickException) -> str:
    """Click's message as our own errors are written: one sentence in lower case, with a remedy."""
    message = error.format_message().removesuffix(".").replace("integer range", "whole number")
    message = message[:1].lower() + message[1:]
    message, suggested = re.subn(r"\. \(?Did (you mean .*\?)\)?$", r"; did \1", message)
    has_remedy = suggested or ";" in message
    if has_remedy or not isinstance(error, click.UsageError) or error.ctx is None:
        return message
    return f"{message}; see `{error.ctx.command_path} --help`"


def _is_out_of_memory(error: Exception) -> bool:
    """Whether Python, torch, or the loader of shared libraries could not allocate memory."""
    phrases = ("can't allocate memory", "cannot allocate memory", "failed to map segment")
    message = str(error).lower()
    return isinstance(error, MemoryError) or any(phrase in message for phrase in phrases)


def _fail(message: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    sys.exit(2)


SECTIONS: Mapping[str, Sequence[click.Command]] = {
    "Run retrievers": (list_, show, run, space, encode, search, merge),
    "Read the results": (table, claims, compare, inspect, plot, power, site),
    "Check the results": (verify, reproduce, judge),
    "Exchange with other tools and papers": (evaluate, submit, export, published),
    "Data and machine": (data, doctor, bench),
}
"""The commands, by the section of ``--help`` that lists them."""


class _Sections(click.Group):
    """A group of commands whose help lists them in ``SECTIONS``."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the name and the purpose of each command, section by section."""
        longest = max(map(len, self.commands))
        room = formatter.width - longest - 6
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(f"{one.name:<{longest}}", one.get_short_help_str(room)) for one in commands]
                )


@click.group(
    cls=_Sections,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="univl-bench")
def cli() -> None:
    """The reproducibility benchmark for multi-modal retrieval.

    It runs all retrievers under one evaluation, and prints leaderboards with confidence intervals
    and corrected significance tests. Start with:

    \b
        python -m benchmark doctor      what this machine has, and what is missing
        python -m benchmark list        the retrievers
        python -m benchmark run bm25    the first result
        python -m benchmark run --all   all retrievers, in about 23 minutes
        python -m benchmark table       the leaderboard

    Each command has its own --help.
    """


def _set_log(_: click.Context, __: click.Parameter, quiet: bool) -> None:
    show_log(logging.WARNING if quiet else logging.INFO)


def _add_quiet(command: click.Command) -> None:
    """Give a command, or each command of a group, the option ``--quiet``."""
    if isinstance(command, click.Group):
        for member in command.commands.values():
            _add_quiet(member)
        return
    quiet = click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_set_log,
        help="Show only warnings and errors, no progress.",
    )
    command.params.append(quiet)


for _command in chain.from_iterable(SECTIONS.values()):
    _add_quiet(_command)
    cli.add_command(_command)
