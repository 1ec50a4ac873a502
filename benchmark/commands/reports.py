"""The commands that show results: the site, single questions, plots."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
    format_option,
    show_table,
    show_tables,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.report.inspection import Inspector


def _count(_: click.Context, __: click.Parameter, value: str) -> int | None:
    if value != "all" and not value.isdecimal():
        raise click.BadParameter(f"'{value}' is no number; give one, or all")
    return None if value == "all" else int(value)


@click.command()
@chosen_options
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

    written = build(_inspector(chosen), chosen.store, out, questions)
    click.echo(f"{out / 'index.html'}: {written / 1e6:.1f} MB")


@click.command()
@click.argument("question", required=False, metavar="[QID]")
@click.argument("systems", nargs=-1, metavar="[SYSTEM]...")
@chosen_options
@click.option("--text", default="", help="Find questions that hold this.")
@click.option("--kind", help="Find questions of a category or modality.")
@click.option("--apart", nargs=2, metavar="A B", help="First where these two differ most.")
@click.option("--limit", default=20, show_default=True, help="How many questions are listed.")
@format_option
def inspect(
    question: str | None,
    systems: tuple[str, ...],
    chosen: Chosen,
    text: str,
    kind: str | None,
    apart: tuple[str, str] | None,
    limit: int,
    form: str,
) -> None:
    """Look at a question: its relevant documents, and what systems put first (the best two).

    Without QID, find questions.

    \b
        python -m benchmark inspect --text tower --apart univl-dr bm25
        python -m benchmark inspect QID univl-dr bm25
    """
    from benchmark.report.inspection import question_tables, questions_table

    inspector = _inspector(chosen)
    if question is None:
        found = questions_table(inspector, text=text, kind=kind, apart=apart, limit=limit)
        show_table(found, form)
    else:
        shown = systems or tuple(result.name for result in inspector.ranked[:2])
        show_tables(question_tables(inspector, question, shown), form)


@click.command()
@click.argument("name")
@chosen_options
@click.option("--out", type=PATH, default=Path(), metavar="DIR", help="Where [default: here].")
def plot(
    name: str,
    chosen: Chosen,
    out: Path,
) -> None:
    """Write a plot as SVG and PNG.

    \b
    leaderboard      each system's MRR@10 with its 95% interval
    learning-curves  what was measured while each checkpoint was trained
    bias             the share of images among the first ten, by what answers the questions
    spaces           maps of the embeddings that `space` measured, a file each
    seconds          what each system took to make, by stage
    """
    from benchmark.errors import unknown
    from benchmark.report.charts import PLOTS

    if name not in PLOTS:
        raise unknown("plot", name, list(PLOTS))
    charts = PLOTS[name](_inspector(chosen), chosen.store)
    if not charts:
        raise InputError(
            "nothing was measured for this plot", mend="train here, or run `space`, first"
        )
    for chart in charts:
        for path in chart.write(out):
            click.echo(path)


def _inspector(chosen: Chosen) -> Inspector:
    from benchmark.report.inspection import Inspector

    return Inspector(chosen.at_hand(), chosen.data, chosen.split)
