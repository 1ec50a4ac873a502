"""``inspect``: single questions, and what systems retrieve for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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


@click.command()
@click.argument("question", required=False, metavar="[QID]")
@click.argument("systems", nargs=-1, metavar="[SYSTEM]...")
@chosen_options
@click.option("--text", default="", help="List the questions that contain this text.")
@click.option("--kind", help="List the questions of this category or modality.")
@click.option(
    "--apart", nargs=2, metavar="A B", help="List first the questions on which A and B differ most."
)
@click.option(
    "--unjudged",
    nargs=2,
    metavar="A B",
    help="Documents that both rank among the first ten and nobody judged.",
)
@click.option(
    "--out", type=PATH, metavar="FILE.csv", help="Write those for assessors, all of them."
)
@click.option("--limit", default=20, show_default=True, help="How many rows are listed.")
@format_option
def inspect(
    question: str | None,
    systems: tuple[str, ...],
    chosen: Chosen,
    text: str,
    kind: str | None,
    apart: tuple[str, str] | None,
    unjudged: tuple[str, str] | None,
    out: Path | None,
    limit: int,
    form: str,
) -> None:
    """Look at a question: its relevant documents, and what systems rank first.

    Without SYSTEM, the best two are shown, other than those that are told part of the answer.
    Without QID, questions are listed.

    \b
        python -m benchmark inspect --text tower --apart univl-dr bm25
        python -m benchmark inspect QID univl-dr bm25
        python -m benchmark inspect --unjudged univl-dr bm25 --out to-assess.csv
    """
    from benchmark.report.inspection import question_tables, questions_table
    from benchmark.report.unjudged import assessments, for_assessors
    from benchmark.results.judgments import write_assessments

    if out is not None and unjudged is None:
        raise InputError("--out is for --unjudged alone", mend="leave it out")
    inspector = chosen.inspector()
    if unjudged is not None:
        pool = assessments(inspector, unjudged)
        if out is not None:
            write_assessments(for_assessors(pool, inspector), out)
            click.echo(out, err=True)
        show_table(replace(pool, rows=pool.rows[:limit]), form)
    elif question is None:
        found = questions_table(inspector, text=text, kind=kind, apart=apart, limit=limit)
        show_table(found, form)
    else:
        shown = systems or tuple(result.name for result in inspector.contenders[:2])
        show_tables(question_tables(inspector, question, shown), form)
