"""``site``: the results as a site that opens from disk."""

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
        raise click.BadParameter(f"'{value}' is no number; give one, or all")
    return None if value == "all" else int(value)


@click.command()
@chosen_options
@plugin_option
@click.option("--out", type=PATH, required=True, metavar="DIR", help="Where the site is written.")
@click.option(
    "--questions",
    callback=_count,
    default="all",
    show_default=True,
    metavar="N|all",
    help="How many questions have a page, in the order of the data set.",
)
def site(
    chosen: Chosen,
    out: Path,
    questions: int | None,
) -> None:
    """Write the results as a site that opens from disk: DIR/index.html.

    The leaderboard, tables, charts, each system's card, each question's page. Nothing is run, and
    nothing is fetched when it is looked at. A site that is in DIR already is replaced.
    """
    from benchmark.site.build import build

    written = build(chosen.inspector(), chosen.store, out, questions)
    count = sum(1 for _ in out.rglob("*.html"))
    click.echo(f"{out}: {count:,} pages, {written / 1e6:.1f} MB; open {out / 'index.html'}")
