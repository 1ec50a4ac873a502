"""``claims``: the verdicts on the papers' claims."""

from __future__ import annotations

import click

from benchmark.commands.options import (
    Chosen,
    chosen_options,
    format_option,
    plugin_option,
    seed_options,
    show_tables,
)
from benchmark.errors import InputError
from benchmark.protocol import JOINT


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@chosen_options
@plugin_option
@seed_options
@format_option
def claims(
    names: tuple[str, ...],
    chosen: Chosen,
    seed: int,
    seeds: int,
    form: str,
) -> None:
    """Test a paper's claims, run what is missing, and print the verdicts.

    Without PAPER, the claims of all papers are tested. The verdicts are kept beside the
    leaderboard, in claims-PAPER.md.
    """
    from benchmark.errors import unknown
    from benchmark.execution.experiment import run_variants
    from benchmark.io.files import write_text
    from benchmark.papers import papers
    from benchmark.report.claims import claims_table, judged, wanted
    from benchmark.retriever import Task

    if chosen.protocol != JOINT:
        raise InputError("the paper's claims are about protocol joint", mend="leave --protocol out")
    data, split = chosen.data, chosen.split
    known = {paper.name: paper for paper in papers() if paper.claims}
    for name in names:
        if name not in known:
            raise unknown("paper with claims", name, list(known))
    asked = [known[name] for name in names or known]
    variants = [variant for paper in asked for variant in wanted(paper.claims)]
    task = Task(data=data, split=split, seed=seed)
    results = run_variants(variants, task, seeds=seeds, results=chosen.results, store=chosen.store)
    tables = []
    for paper in asked:
        table = claims_table(judged(paper.claims, results, data, split), data, split)
        write_text(chosen.home / paper.claims_file, table.render("md"))
        tables.append(table)
    show_tables(tables, form)
