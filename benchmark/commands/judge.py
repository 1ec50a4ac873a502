"""``judge``: adds assessments of unjudged documents, under a name of their own."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import PATH, Chosen, chosen_options, format_option, show_table


@click.command()
@click.argument("file", type=PATH, required=False, metavar="[FILE.csv]")
@click.option("--name", required=True, metavar="NAME", help="The name of these judgments.")
@chosen_options
@format_option
def judge(file: Path | None, chosen: Chosen, name: str, form: str) -> None:
    """Add judgments for documents that have none.

    FILE.csv is written by `inspect --unjudged A B --out FILE.csv`. In its column relevance, enter
    1 for relevant and 0 for not relevant; rows without an entry stay unjudged. The judgments are
    saved beside the results, in judgments/NAME.qrels. The qrels of the data set and all figures
    computed from them do not change. The table shows each system's figure with both together;
    without FILE, with the judgments that were saved before.

    \b
        python -m benchmark inspect --unjudged bm25 univl-dr --out to-assess.csv
        python -m benchmark judge to-assess.csv --name second-look
    """
    from benchmark.report.unjudged import unjudged_table
    from benchmark.results.judgments import keep_judgments, read_assessments, read_judgments

    results = chosen.at_hand()
    if file is not None:
        judged = read_assessments(file, chosen.data.qrels(chosen.split))
        click.echo(keep_judgments(judged, chosen.home, name), err=True)
    additional = {name: read_judgments(chosen.home, name)}
    show_table(unjudged_table(results, chosen.data, chosen.split, additional), form)
