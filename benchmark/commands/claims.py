"""``claims``: the verdicts on a paper's claims."""

from __future__ import annotations

import click

from benchmark.commands.options import (
    Chosen,
    chosen_options,
    format_option,
    plugin_option,
    seed_options,
    show_table,
)


@click.command()
@chosen_options
@plugin_option
@seed_options
@format_option
def claims(
    chosen: Chosen,
    seed: int,
    seeds: int,
    form: str,
) -> None:
    """Test the paper's claims, running what is missing, and print the verdicts.

    They are kept as claims.md beside the leaderboard.
    """
    from benchmark.execution.experiment import run_variants
    from benchmark.io.files import write_text
    from benchmark.report.claims import WANTED, claims_table, judged
    from benchmark.retriever import Task

    data, split = chosen.data, chosen.split
    task = Task(data=data, split=split, seed=seed)
    found = run_variants(WANTED, task, seeds=seeds, results=chosen.results, store=chosen.store)
    made = claims_table(judged(found, data, split), data, split)
    write_text(chosen.home / "claims.md", made.render("md"))
    show_table(made, form)
