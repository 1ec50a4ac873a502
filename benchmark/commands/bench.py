"""``bench``: times this project against other tools."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click

from benchmark.commands.options import PATH, format_option, show_table
from benchmark.errors import InputError

ALONE = ("scale", "growth")
"""What measures this project alone."""


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--questions",
    type=PATH,
    metavar="FILE.jsonl",
    help="The questions that the encoders read: WebQA's val_queries.jsonl, or a file like it.",
)
@click.option(
    "--shards",
    type=click.IntRange(1),
    multiple=True,
    metavar="N",
    help="With scale: encode and search in N shards instead. May be repeated.",
)
@click.option(
    "--documents",
    type=click.IntRange(1),
    default=1_200_000,
    metavar="N",
    help="With --shards: the number of documents.",
    show_default=True,
)
@click.option(
    "--plot",
    type=PATH,
    metavar="DIR",
    help="With growth: draw each stage into this folder, as SVG.",
)
@format_option
def bench(
    names: tuple[str, ...],
    questions: Path | None,
    shards: tuple[int, ...],
    documents: int,
    plot: Path | None,
    form: str,
) -> None:
    """Time this project against other tools that do the same work.

    NAME is a comparison; without NAME, all run. The runs of both sides alternate, and tools that
    are not installed are skipped. `scale` times this project alone, from search to tables, at
    growing sizes. `growth` fits how the processor time of each stage grows with questions,
    documents and systems.

    \b
        python -m benchmark bench encode-questions --questions val_queries.jsonl
        python -m benchmark bench scale
        python -m benchmark bench scale --shards 1 --shards 4
        python -m benchmark bench growth --plot plots
    """
    from benchmark.bench import growth, runner, scale
    from benchmark.bench import shards as in_shards
    from benchmark.errors import unknown
    from benchmark.progress import log

    if shards and names != ("scale",):
        raise InputError("--shards needs the comparison 'scale'", mend="use bench scale --shards N")
    if plot and "growth" not in names:
        raise InputError("--plot draws the stages of 'growth'", mend="use bench growth --plot DIR")
    if questions is not None:
        os.environ["BENCHMARK_QUESTIONS"] = str(questions.absolute())
    known = runner.comparisons()
    for name in names:
        if name not in (*known, *ALONE):
            raise unknown("comparison", name, [*known, *ALONE])
    if shards:
        show_table(in_shards.table([in_shards.run(documents, count) for count in shards]), form)
    elif "scale" in names:
        show_table(scale.table([scale.run(count) for count in scale.SIZES]), form)
    if "growth" in names:
        with tempfile.TemporaryDirectory() as scratch:
            grown = [growth.measure(stage, Path(scratch)) for stage in growth.STAGES]
        if plot is not None:
            for stage in grown:
                click.echo(growth.write(stage, plot), err=True)
        show_table(growth.table(grown), form)
    records = []
    for name in names or known:
        if name in known:
            log.info(f"{name}: measuring")
            records.append(runner.run(known[name]))
    if records:
        show_table(runner.table(records), form)
