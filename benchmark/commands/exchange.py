"""The commands that take results from others and hand them on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    PATH,
    data_options,
    format_option,
    results_option,
    show_table,
)

if TYPE_CHECKING:
    from benchmark.artefacts import Store


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
@data_options
@results_option
@format_option
def submit(
    folder: Path,
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    form: str,
) -> None:
    """Add a run that was made elsewhere to the leaderboard, as an external row.

    DIR holds run.trec.gz (or run.trec), seed-<n>/run.trec.gz of further seeds, manifest.json with
    data.fingerprint and data.split, and submission.toml with name, title, setting, by, and perhaps
    url. The run is checked and scored here; figures that come along are not read.

    \b
        python -m benchmark submit their-results/ --dataset webqa
    """
    from benchmark.datasets import find
    from benchmark.report.leaderboard import write_leaderboard
    from benchmark.results import place
    from benchmark.retriever import Task
    from benchmark.submission import add, read_submission

    data = find(dataset, data_dir, store)
    submission = read_submission(folder, data, split)
    add(submission, Task(data=data, split=split), place(results, data, split))
    show_table(write_leaderboard(results, data, split), form)


@click.command()
@click.argument("kind", metavar="trec|ranx|mteb")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@data_options
@results_option
@click.option("--out", type=PATH, required=True, metavar="DIR", help="Where the files are written.")
def export(
    kind: str,
    names: tuple[str, ...],
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    out: Path,
) -> None:
    """Write results as files of other tools: all, or those named.

    \b
    trec    runs and qrels for trec_eval and ir_measures
    ranx    runs and qrels as ranx' JSON
    mteb    figures as mteb's task results
    """
    from benchmark.datasets import find
    from benchmark.export import EXPORTS
    from benchmark.results import results_at_hand
    from benchmark.suggest import unknown

    if kind not in EXPORTS:
        raise unknown("format", kind, list(EXPORTS))
    data = find(dataset, data_dir, store)
    found = {result.name: result for result in results_at_hand(results, data, split)}
    for name in names:
        if name not in found:
            raise unknown("result", name, list(found))
    for path in EXPORTS[kind]([found[name] for name in names or found], data, split, out):
        click.echo(path)
