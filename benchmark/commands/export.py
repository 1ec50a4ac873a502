"""``export``: writes results as files of other tools."""

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
@click.option("--out", type=PATH, required=True, metavar="DIR", help="The folder to write to.")
@chosen_options
def export(
    kind: str,
    names: tuple[str, ...],
    chosen: Chosen,
    out: Path,
) -> None:
    """Write results as files of other tools.

    NAME is a retriever with a result; without NAME, all results are written.

    \b
    trec       runs and qrels for trec_eval and ir_measures
    ranx       runs and qrels as JSON for ranx
    mteb       figures as task results of mteb
    reference  results with seeds and variants, in a small form

    \b
        python -m benchmark export trec bm25 --out exported
    """
    from benchmark.errors import unknown
    from benchmark.results.export import EXPORTS
    from benchmark.results.export import export as write

    if kind not in EXPORTS:
        raise unknown("format", kind, list(EXPORTS))
    results = {result.name: result for result in chosen.at_hand()}
    for name in names:
        if name not in results:
            raise unknown("result", name, list(results), command="table")
    exported = [results[name] for name in names or results]
    for path in write(kind, exported, chosen.data, chosen.split, out):
        click.echo(path)
