"""The command that prints tables made from results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import data_options, format_option, results_option, show_table
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.artefacts import Store
    from benchmark.datasets import Collection
    from benchmark.report.tables import Table
    from benchmark.results import Result


TABLES = ("leaderboard", "table1")


@click.command()
@click.argument("name", type=click.Choice(TABLES), default=TABLES[0])
@data_options
@results_option
@format_option
def table(
    name: str,
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    form: str,
) -> None:
    """Print a table of a data set from the results at hand, running nothing.

    \b
    leaderboard   all systems, best first, with what the tests can tell apart (the default)
    table1        the rows of the paper's Table 1, in its order and groups
    """
    from benchmark.datasets import find

    data = find(dataset, data_dir, store)
    made = _table1 if name == "table1" else _leaderboard
    show_table(made(data, split, results), form)


def _leaderboard(data: Collection, split: str, results: Path) -> Table:
    from benchmark.report.leaderboard import leaderboard

    return leaderboard(_results(data, split, results), data, split)


def _table1(data: Collection, split: str, results: Path) -> Table:
    from benchmark.report.table1 import table1

    return table1(_results(data, split, results), data, split)


def _results(data: Collection, split: str, results: Path) -> list[Result]:
    from benchmark.results import place, read_results

    found = read_results(results, data, split)
    if not found:
        raise InputError(
            "no results",
            mend="run retrievers on this data set first",
            path=place(results, data, split),
        )
    return found
