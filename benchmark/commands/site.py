"""``site``: writes the results as web pages that open from disk."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
    plugin_option,
)


def _count(_: click.Context, __: click.Parameter, value: str) -> int | None:
    if value != "all" and not value.isdecimal():
        raise click.BadParameter(f"'{value}' is not a number; give a number, or all")
    return None if value == "all" else int(value)


@click.command()
@click.option("--out", type=PATH, required=True, metavar="DIR", help="The folder to write to.")
@click.option(
    "--questions",
    callback=_count,
    default="all",
    show_default=True,
    metavar="N|all",
    help="The number of questions that get a page, in the order of the data set.",
)
@chosen_options
@plugin_option
def site(
    chosen: Chosen,
    out: Path,
    questions: int | None,
) -> None:
    """Write the results as web pages that open from disk.

    The pages show the leaderboard, tables, charts, each system and each question; open
    DIR/index.html. No retriever is run, and the pages load nothing from the network. A site that
    is already in DIR is replaced.

    \b
        python -m benchmark site --out site
    """
    from benchmark.site.build import build

    written = build(chosen.inspector(), chosen.store, out, questions)
    count = sum(1 for _ in out.rglob("*.html"))
    click.echo(f"{out}: {count:,} pages, {written / 1e6:.1f} MB; open {out / 'index.html'}")
