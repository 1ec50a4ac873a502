"""The commands. Each imports what it needs when it runs, so that ``--help`` is quick."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.data_cli import data as data_commands
from benchmark.errors import BenchmarkError, InputError
from benchmark.options import (
    PATH,
    data_options,
    format_option,
    plugin_option,
    qrels_option,
    results_option,
    rows_option,
    show_table,
    store_option,
)

if TYPE_CHECKING:
    from benchmark.artefacts import Store
    from benchmark.datasets import Collection
    from benchmark.evaluation.metrics import Scores
    from benchmark.report.tables import Table
    from benchmark.results import Result


TABLES = ("leaderboard", "table1")


def main() -> None:
    """Run the command line; errors that a user can mend end it with one line and exit code 2."""
    try:
        cli(prog_name="python -m benchmark", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("interrupted: the same command goes on where it stopped", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except click.ClickException as error:
        _fail(error.format_message())
    except BenchmarkError as error:
        _fail(str(error))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _fail(f"{where}{error.strerror or error}; mend this and run the command again")


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


cli.add_command(data_commands)


@cli.command("list")
@plugin_option
@rows_option
@format_option
def list_(form: str) -> None:
    """List the retrievers, one a row: name, title, setting."""
    from benchmark.registry import retrievers
    from benchmark.report.tables import Table

    entries = sorted(retrievers().values(), key=lambda entry: entry.setting)
    facts = [(e.name, e.title, e.setting, e.summary) for e in entries]
    columns = ("name", "title", "setting", "summary")
    show_table(
        Table(
            title="Retrievers",
            columns=[name.capitalize() for name in columns],
            rows=facts,
            records=[dict(zip(columns, row, strict=True)) for row in facts],
        ),
        form,
    )


@cli.command()
@click.argument("name")
@plugin_option
@rows_option
@format_option
def show(name: str, form: str) -> None:
    """Show a retriever: what it does, its settings, where its code is."""
    import inspect

    from benchmark.registry import retriever
    from benchmark.retriever import settings

    entry = retriever(name)
    made = entry.make()
    code = inspect.getsourcefile(type(made))
    values = settings(made)
    if form == "json":
        facts = {"name": name, "title": entry.title, "setting": entry.setting}
        shown = {key: value if _plain(value) else repr(value) for key, value in values.items()}
        click.echo(json.dumps({**facts, "settings": shown, "code": code}, indent=1))
        return
    click.echo(f"{entry.title} ({name}; {entry.setting})\n")
    click.echo(f"{inspect.getdoc(type(made))}\n")
    for key, value in values.items():
        click.echo(f"  {key} = {value!r}")
    click.echo(f"\nCode: {code}")


@cli.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Run every retriever that can run here.")
@data_options
@plugin_option
@rows_option
@results_option
@format_option
@click.option("--seed", default=1234, show_default=True, help="For all that is trained or drawn.")
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="How many seeds, counting up from --seed; figures are means over them.",
)
def run(
    names: tuple[str, ...],
    everything: bool,
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    form: str,
    seed: int,
    seeds: int,
) -> None:
    """Run retrievers on a data set, score them, and print the leaderboard.

    What is done already is reused; what was interrupted goes on where it stopped.

    \b
        python -m benchmark run --all
        python -m benchmark run bm25 --dataset beir --data-dir scifact/
        python -m benchmark run mine --plugin mine.py --dataset my-data.toml
    """
    from benchmark import experiment
    from benchmark.datasets import find
    from benchmark.files import write_text
    from benchmark.registry import retriever, retrievers
    from benchmark.results import place
    from benchmark.retriever import Task

    if bool(names) == everything:
        raise InputError("no retriever is named", mend="give names, or --all alone")
    entries = [*retrievers().values()] if everything else [retriever(name) for name in names]
    data = find(dataset, data_dir, store)
    task = Task(data=data, split=split, seed=seed)
    experiment.run(entries, task, seeds=seeds, results=results, store=store, skip=everything)
    table = _leaderboard(data, split, results)
    write_text(place(results, data, split) / "leaderboard.md", table.markdown())
    show_table(table, form)


@cli.command()
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


@cli.command()
@click.argument("run", type=PATH)
@qrels_option
@click.option("--by", type=click.Choice(["modality"]), help="Figures of each group of questions.")
@format_option
def evaluate(run: Path, qrels: Path, by: str | None, form: str) -> None:
    """Score a run against judgments.

    RUN is a TREC run (six columns, .gz or not), or WebQA's prediction JSON: an object of
    'question id -> [document ids]', an unranked set scored by F1. The denominator is the judged
    questions. Modality is read from WebQA's ids: an image's is an integer, a passage's isn't.

    \b
        python -m benchmark evaluate run.trec.gz --qrels qrels.txt
        python -m benchmark evaluate sources.json --qrels test_qrels.txt --by modality
    """
    from benchmark.report.evaluation import evaluation_table
    from benchmark.trec import read_qrels

    judgments = read_qrels(qrels)
    name, scores = _scores(run, judgments)
    show_table(evaluation_table(name, scores, judgments, by), form)


@cli.command()
@click.argument("runs", nargs=-1, required=True, type=PATH, metavar="RUN RUN...")
@qrels_option
@click.option("--metric", "metrics", multiple=True, help="Which metric; may be repeated.")
@click.option("--seed", default=1234, show_default=True, help="For permutations and resampling.")
@format_option
def compare(
    runs: tuple[Path, ...], qrels: Path, metrics: tuple[str, ...], seed: int, form: str
) -> None:
    """Test the difference between runs, pair by pair.

    Paired two-sided randomization test and t-test with Holm's correction over all pairs of a
    metric, 95% bootstrap interval of the difference, effect size (Cohen's d).

    \b
        python -m benchmark compare a.trec b.trec --qrels qrels.txt --metric nDCG@10
    """
    from benchmark.report.evaluation import comparison_table
    from benchmark.trec import read_qrels

    if len(runs) < 2:
        raise InputError("one run alone", mend="give two runs or more")
    judgments = read_qrels(qrels)
    systems: dict[str, Scores] = {}
    for path in runs:
        name, scores = _scores(path, judgments)
        systems[str(path) if name in systems else name] = scores
    show_table(comparison_table(systems, metrics, seed), form)


@cli.command()
@store_option
@format_option
def doctor(store: Store, form: str) -> None:
    """Check Java, torch, optional weights and disk; say what is missing and what mends it."""
    from benchmark.doctor import examine

    show_table(examine(store.root), form)


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


def _scores(path: Path, judgments: Any) -> tuple[str, Scores]:
    from benchmark.evaluation.metrics import score_run, score_sets
    from benchmark.trec import read_run, read_sets

    if path.suffix == ".json":
        return path.stem, score_sets(read_sets(path), judgments)
    run = read_run(path)
    return run.name, score_run(run, judgments)


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
