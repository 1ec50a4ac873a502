"""``judge``: assessments of unjudged documents, as judgments of a name of their own."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import PATH, Chosen, chosen_options, format_option, show_table


@click.command()
@click.argument("file", type=PATH, required=False, metavar="[FILE.csv]")
@chosen_options
@click.option("--name", required=True, help="What these judgments are called.")
@format_option
def judge(file: Path | None, chosen: Chosen, name: str, form: str) -> None:
    """Take in assessments of documents that nobody had judged.

    FILE.csv is what `inspect --unjudged A B --out FILE.csv` wrote, with the column relevance filled
    in: 1 for relevant, 0 for not; rows left empty stay unjudged. The assessments are kept under a
    name of their own beside the results, in judgments/NAME.qrels: the data set's qrels, and every
    figure computed from them, stay what they are. Shown is what each system scores with both
    together; without FILE, with those kept before.

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
