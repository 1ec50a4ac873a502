"""The commands that list, show and run retrievers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    data_options,
    format_option,
    plugin_option,
    results_option,
    rows_option,
    seed_options,
    show_table,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store
    from benchmark.dense.embedding_map import Method


@click.command("list")
@plugin_option
@rows_option
@format_option
def list_(form: str) -> None:
    """List the retrievers, one a row: name, title, group."""
    from benchmark.registry import retrievers
    from benchmark.report.tables import Table

    entries = sorted(retrievers().values(), key=lambda entry: entry.group)
    facts = [(e.name, e.title, e.group, e.summary) for e in entries]
    columns = ("name", "title", "group", "summary")
    show_table(
        Table(
            title="Retrievers",
            columns=[name.capitalize() for name in columns],
            rows=facts,
            records=[dict(zip(columns, row, strict=True)) for row in facts],
        ),
        form,
    )


@click.command()
@click.argument("name")
@plugin_option
@rows_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
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
        facts = {"name": name, "title": entry.title, "group": entry.group}
        shown = {key: value if _plain(value) else repr(value) for key, value in values.items()}
        click.echo(json.dumps({**facts, "settings": shown, "code": code}, indent=1))
        return
    click.echo(f"{entry.title} ({name}; {entry.group})\n")
    click.echo(f"{inspect.getdoc(type(made))}\n")
    for key, value in values.items():
        click.echo(f"  {key} = {value!r}")
    click.echo(f"\nCode: {code}")


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Run every retriever that can run here.")
@data_options
@plugin_option
@rows_option
@results_option
@format_option
@seed_options
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="Processes side by side [default: one a core on webqa-mini, else 1].",
)
@click.option(
    "--index",
    default="exact",
    show_default=True,
    metavar="BACKEND",
    help="How dense retrievers search: exact, faiss:FACTORY[:PARAMETERS], qdrant[:URL]. "
    "Others than exact make rows of their own, with their recall against exact search.",
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
    jobs: int | None,
    index: str,
) -> None:
    """Run retrievers on a data set, score them, and print the leaderboard.

    What is done already is reused; what was interrupted goes on where it stopped.

    \b
        python -m benchmark run --all
        python -m benchmark run bm25 --dataset beir --data-dir scifact/
        python -m benchmark run mine --plugin mine.py --dataset my-data.toml
    """
    from benchmark.datasets import find
    from benchmark.execution import experiment
    from benchmark.execution.distributed import joined
    from benchmark.registry import retriever, retrievers
    from benchmark.report.leaderboard import write_leaderboard
    from benchmark.results.result import results_folder
    from benchmark.retriever import Task

    if bool(names) == everything:
        raise InputError("no retriever is named", mend="give names, or --all alone")
    entries = [*retrievers().values()] if everything else [retriever(name) for name in names]
    if index != "exact":
        from benchmark.dense.backends import back_end
        from benchmark.dense.indexed import indexed

        entries = [indexed(entry, back_end(index)) for entry in entries]
    data = find(dataset, data_dir, store)
    task = Task(data=data, split=split, seed=seed)
    folder = results_folder(results, data, split)
    with joined() as ranks:
        experiment.run(
            entries,
            task,
            seeds=seeds,
            folder=folder,
            store=store,
            skip=everything,
            workers=jobs,
            ranks=ranks,
        )
    if ranks.first:
        show_table(write_leaderboard(results, data, split), form)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@data_options
@plugin_option
@rows_option
@results_option
@format_option
@click.option("--seed", default=1234, show_default=True, help="For all that is trained or drawn.")
@click.option(
    "--method",
    type=click.Choice(["pca", "tsne"]),
    default="pca",
    show_default=True,
    help="How the embeddings are laid out in two dimensions.",
)
def space(
    names: tuple[str, ...],
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    form: str,
    seed: int,
    method: Method,
) -> None:
    """Map the embeddings of retrievers and measure the gap between passages and images.

    Without names: before training and after (clip-zero-shot, clip-dpr, univl-dr). What is missing
    is run; the map goes beside each one's result.
    """
    from benchmark.datasets import find
    from benchmark.dense.embedding_map import embedding_map_of
    from benchmark.execution import experiment
    from benchmark.registry import retriever
    from benchmark.report.embedding_map import gap_table
    from benchmark.results.result import Result, results_folder, write_embedding_map
    from benchmark.retriever import Task

    data = find(dataset, data_dir, store)
    entries = [retriever(name) for name in names or ("clip-zero-shot", "clip-dpr", "univl-dr")]
    task, home = Task(data=data, split=split, seed=seed), results_folder(results, data, split)
    experiment.run(entries, task, seeds=1, folder=home, store=store, skip=False)
    for entry in entries:
        mapped = embedding_map_of(entry.make().ranking(task), method)
        if mapped is None:
            raise InputError(
                f"{entry.name} embeds nothing, or passages and images apart",
                mend="name a dense retriever of one space",
            )
        write_embedding_map(home / entry.name, mapped.content(store))
    show_table(gap_table([Result(home / entry.name) for entry in entries], data, split), form)


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
