"""``inspect``: single questions, and what systems retrieve for them."""

from __future__ import annotations

import click

from benchmark.commands.options import (
    Chosen,
    chosen_options,
    format_option,
    show_table,
    show_tables,
)


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

    inspector = chosen.inspector()
    if question is None:
        found = questions_table(inspector, text=text, kind=kind, apart=apart, limit=limit)
        show_table(found, form)
    else:
        shown = systems or tuple(result.name for result in inspector.ranked[:2])
        show_tables(question_tables(inspector, question, shown), form)
