"""The command that measures this project against its peers."""

from __future__ import annotations

import os
from pathlib import Path

import click

from benchmark.commands.options import PATH, format_option, show_table


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--questions",
    type=PATH,
    metavar="FILE.jsonl",
    help="WebQA's val_queries.jsonl, or the like: what the encoders read.",
)
@format_option
def bench(names: tuple[str, ...], questions: Path | None, form: str) -> None:
    """Time this project against installed peers, the same work in alternating runs.

    \b
        python -m benchmark bench encode-questions --questions val_queries.jsonl
        python -m benchmark bench scale      search to tables at growing sizes, ours alone
    """
    from benchmark.bench import runner, scale
    from benchmark.progress import say
    from benchmark.suggest import unknown

    if questions is not None:
        os.environ["BENCHMARK_QUESTIONS"] = str(questions.absolute())
    known = runner.comparisons()
    for name in names:
        if name not in (*known, "scale"):
            raise unknown("comparison", name, [*known, "scale"])
    if "scale" in names:
        show_table(scale.table([scale.run(count) for count in scale.SIZES]), form)
    records = []
    for name in names or known:
        if name in known:
            say(f"{name}: measuring")
            records.append(runner.run(known[name]))
    if records:
        show_table(runner.table(records), form)
