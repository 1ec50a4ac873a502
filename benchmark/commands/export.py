"""``export``: results as files of other tools."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
)


@click.command()
@click.argument("kind", metavar="trec|ranx|mteb|reference")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@chosen_options
@click.option("--out", type=PATH, required=True, metavar="DIR", help="Where the files are written.")
def export(
    kind: str,
    names: tuple[str, ...],
    chosen: Chosen,
    out: Path,
) -> None:
    """Write results as files of other tools: all, or those named.

    \b
    trec    runs and qrels for trec_eval and ir_measures
    ranx    runs and qrels as ranx' JSON
    mteb    figures as mteb's task results
    reference   results with seeds and variants in a compact form, to compare runs with
    """
    from benchmark.errors import unknown
    from benchmark.results.export import EXPORTS
    from benchmark.results.export import export as write

    if kind not in EXPORTS:
        raise unknown("format", kind, list(EXPORTS))
    found = {result.name: result for result in chosen.at_hand()}
    for name in names:
        if name not in found:
            raise unknown("result", name, list(found))
    results = [found[name] for name in names or found]
    for path in write(kind, results, chosen.data, chosen.split, out):
        click.echo(path)
