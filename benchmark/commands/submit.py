"""``submit``: adds a run that was made elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
    format_option,
    show_table,
)


@click.command()
@click.argument("folder", type=PATH, metavar="DIR")
@chosen_options
@format_option
def submit(
    folder: Path,
    chosen: Chosen,
    form: str,
) -> None:
    """Add a run that was made elsewhere to the leaderboard.

    DIR contains run.trec.gz (or run.trec), seed-<n>/run.trec.gz for each further seed,
    manifest.json with data.fingerprint and data.split, and submission.toml with name, title, group,
    by, and optionally url. The run is checked and scored here; figures in DIR are not read. The row
    is marked as external.

    \b
        python -m benchmark submit their-results/ --dataset webqa
    """
    from benchmark.report.leaderboard import write_leaderboard
    from benchmark.results.submission import add, read_submission

    submission = read_submission(folder, chosen.task)
    add(submission, chosen.task, chosen.home)
    table = write_leaderboard(
        chosen.results, chosen.data, chosen.split, chosen.protocol, chosen.store
    )
    show_table(table, form)
