"""``table``: prints tables of results; for ablations it can also run missing variants."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    Chosen,
    chosen_options,
    format_option,
    plugin_option,
    run_option,
    seed_options,
    show_table,
)
from benchmark.errors import InputError
from benchmark.protocol import JOINT, PROTOCOLS

if TYPE_CHECKING:
    from benchmark.report.ablations import Ablation
    from benchmark.report.tables import Table


PROTOCOLS_TABLE = "protocols"
"""The name of the table that compares the results under all protocols."""


class _TableCommand(click.Command):
    """A command whose help also lists the tables of the papers."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the description, then the tables and ablations of each paper."""
        from benchmark.papers import papers

        super().format_help_text(ctx, formatter)
        for paper in papers():
            listed = [(name, table.says) for name, table in paper.tables.items()]
            listed += [
                (name, f"{ablation.title} (an ablation: --run runs its variants)")
                for name, ablation in paper.ablations.items()
            ]
            if listed:
                formatter.write_paragraph()
                title = click.wrap_text(f"Tables of {paper.title}:", formatter.width)
                formatter.write(f"{title}\n")
                with formatter.indentation():
                    formatter.write_dl(listed)


@click.command(cls=_TableCommand)
@click.argument("name", default="leaderboard")
@seed_options
@run_option
@click.option(
    "--against",
    type=click.Choice(["paper", "mteb"]),
    help="paper: show the published figures beside ours, with difference and status (for tables "
    "of a paper). mteb: show MTEB's figures for the same weights beside ours (for the leaderboard "
    "with --protocol split).",
)
@click.option(
    "--metric",
    metavar="NAME",
    help="For the leaderboard: rank by this metric of the benchmark, ir_measures, trec_eval, ranx "
    "or a plug-in [default: MRR@10].",
)
@chosen_options
@plugin_option
@format_option
def table(
    name: str,
    chosen: Chosen,
    seed: int,
    seeds: int,
    running: bool,
    against: str | None,
    metric: str | None,
    form: str,
) -> None:
    """Print the leaderboard or another table of results.

    Results of the reference are shown for systems that were not run. NAME is one of:

    \b
    leaderboard  all systems, best first, with significance tests (the default)
    bias         share of images among retrieved documents, and at rank 1
    scores       quantiles of the scores of passages and of images
    gap          distance of passages from images in mapped embeddings
    certainty    probability of being the best, and intervals of the ranks
    agreement    rank correlation between metrics, and kinds of questions
    unjudged     share of judged documents, and bounds of the figures
    protocols    figures and ranks under each protocol, and correlation

    \b
        python -m benchmark table
        python -m benchmark table --metric nDCG@10
        python -m benchmark table table1 --against paper --dataset webqa
    """
    from benchmark.errors import NotMeasuredError, unknown
    from benchmark.papers import ablations_of, papers, tables_of
    from benchmark.report.by_metric import ranked_by
    from benchmark.report.derived import DERIVED
    from benchmark.report.leaderboard import leaderboard
    from benchmark.report.pair_tests import pair_tests

    known = papers()
    tables, ablations = tables_of(known), ablations_of(known)
    if name not in {*DERIVED, PROTOCOLS_TABLE, *tables, *ablations}:
        raise unknown("table", name, [*DERIVED, PROTOCOLS_TABLE, *tables, *ablations])
    if against == "mteb" and name == "leaderboard":
        show_table(_against_mteb(chosen), form)
        return
    beside = tables[name].beside if name in tables else None
    if against and (beside is None or against == "mteb"):
        mend = ", ".join(name for name, table in tables.items() if table.beside)
        raise InputError(f"table '{name}' has no published figures", mend=f"use {mend}")
    if against and chosen.protocol != JOINT:
        raise InputError(
            "the paper's figures are comparable under protocol joint only",
            mend="leave --protocol out",
        )
    if metric is not None and name != "leaderboard":
        raise InputError(
            "--metric is for the leaderboard", mend="leave it or the name of the table out"
        )
    try:
        if metric is not None:
            made = ranked_by(chosen.at_hand(), chosen.data, chosen.split, metric)
        elif name == "leaderboard":
            results = chosen.at_hand()
            tests = pair_tests(results, store=chosen.store)
            made = leaderboard(results, chosen.data, chosen.split, tests=tests)
        elif name == PROTOCOLS_TABLE:
            made = _protocols(chosen)
        elif name in ablations:
            made = _ablation(name, ablations[name], chosen, seed, seeds, running=running)
        else:
            make = DERIVED[name] if name in DERIVED else tables[name].make
            make = beside if against and beside else make
            made = make(chosen.at_hand(), chosen.data, chosen.split)
    except NotMeasuredError as error:
        raise NotMeasuredError(error.what, chosen.repeated(error.command)) from None
    show_table(made, form)


def _protocols(chosen: Chosen) -> Table:
    from benchmark.report.protocols import protocols_table

    results = {
        protocol: replace(chosen, protocol=protocol).at_hand(empty=True) for protocol in PROTOCOLS
    }
    return protocols_table(results, chosen.data, chosen.split)


def _against_mteb(chosen: Chosen) -> Table:
    from benchmark.papers import publications
    from benchmark.report.published_by_others.tables import against_mteb

    (mteb,) = (publication for publication in publications() if publication.name == "mteb")
    return against_mteb(chosen.at_hand(), chosen.data, chosen.split, mteb)


def _ablation(
    name: str, ablation: Ablation, chosen: Chosen, seed: int, seeds: int, *, running: bool
) -> Table:
    from benchmark.report.ablations import ablation_table

    results = chosen.variants(ablation.variants, seed, seeds, running=running)
    if not results:
        raise InputError(
            f"no variant of '{ablation.title}' has a result",
            mend="give --run to run those that can run here",
        )
    return ablation_table(name, ablation, results, chosen.data, chosen.split)
