"""``inspect``: shows single questions, and the documents that systems retrieve for them."""

from __future__ import annotations

import shlex
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
@click.option("--text", default="", help="List questions that contain this text.")
@click.option(
    "--kind",
    metavar="NAME",
    help="List questions of this category or modality (YesNo, image, ...).",
)
@click.option(
    "--apart",
    nargs=2,
    metavar="A B",
    help="List the questions by how much the systems A and B differ, the largest difference first.",
)
@click.option(
    "--unjudged",
    nargs=2,
    metavar="A B",
    help="List documents without a judgment that both systems rank among the first ten.",
)
@click.option(
    "--out",
    type=PATH,
    metavar="FILE.csv",
    help="With --unjudged: write all these documents for assessors.",
)
@click.option(
    "--limit", default=20, show_default=True, metavar="N", help="The number of rows to list."
)
@chosen_options
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
    """Show single questions, and what systems retrieve for them.

    Without QID, questions are listed. With QID (a question's id), the question's relevant
    documents and the first ten documents of each SYSTEM are shown; without SYSTEM, of the best
    two systems that are not oracles.

    \b
        python -m benchmark inspect --text tower --apart univl-dr bm25
        python -m benchmark inspect QID univl-dr bm25
        python -m benchmark inspect --unjudged univl-dr bm25 --out to-assess.csv
    """
    from benchmark.progress import log
    from benchmark.report.inspection import question_tables, questions_table
    from benchmark.report.unjudged import assessments, for_assessors
    from benchmark.results.judgments import write_assessments

    if out is not None and unjudged is None:
        raise InputError("--out needs --unjudged", mend="give --unjudged A B, or leave --out out")
    inspector = chosen.inspector()
    if unjudged is not None:
        pool = assessments(inspector, unjudged)
        if out is not None:
            write_assessments(for_assessors(pool, inspector), out)
            click.echo(out, err=True)
            filled = f"judge {shlex.quote(str(out))} --name NAME"
            log.info(
                "enter 1 or 0 in its column relevance, then run "
                f"`python -m benchmark {chosen.repeated(filled)}`"
            )
        show_table(replace(pool, rows=pool.rows[:limit]), form)
    elif question is None:
        table = questions_table(inspector, text=text, kind=kind, apart=apart, limit=limit)
        show_table(table, form)
    else:
        shown = systems or tuple(result.name for result in inspector.contenders[:2])
        show_tables(question_tables(inspector, question, shown), form)
