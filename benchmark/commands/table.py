"""``table``: tables of results, running what is missing of ablations."""

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
"""The table that reads the results under every protocol."""


class _TableCommand(click.Command):
    """Its help lists the tables of the papers that there are."""

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
                with formatter.section(f"Tables of {paper.title}"):
                    formatter.write_dl(listed)


@click.command(cls=_TableCommand)
@click.argument("name", default="leaderboard")
@chosen_options
@plugin_option
@seed_options
@run_option
@click.option(
    "--against",
    type=click.Choice(["paper", "mteb"]),
    help="A paper's table beside the published figures, with differences and a status; or the "
    "leaderboard beside MTEB's, for the same weights under protocol split.",
)
@click.option(
    "--metric",
    metavar="NAME",
    help="Of the leaderboard: rank by another metric of the benchmark's, ir_measures', ranx's, or "
    "a plug-in's.",
)
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
    """Print a table of a data set, from its results and, where nothing was run, the reference's.

    \b
    leaderboard  all systems, best first, with what the tests can tell apart (the default)
    bias         which modality each system retrieves, and what stands first
    scores       how the scores of passages and images lie
    gap          how far passages and images are apart, of those that `space` mapped
    certainty    how sure each place is: who is best, who would swap
    agreement    how far metrics and kinds of questions rank alike
    unjudged     how much of what is retrieved is judged, and how far figures could move
    protocols    figures and ranks under each protocol, with Kendall's tau between them
    """
    from benchmark.errors import unknown
    from benchmark.papers import ablations_of, papers, tables_of
    from benchmark.report.by_metric import ranked_by
    from benchmark.report.derived import DERIVED

    found = papers()
    tables, ablations = tables_of(found), ablations_of(found)
    if name not in {*DERIVED, PROTOCOLS_TABLE, *tables, *ablations}:
        raise unknown("table", name, [*DERIVED, PROTOCOLS_TABLE, *tables, *ablations])
    if against == "mteb" and name == "leaderboard":
        show_table(_against_mteb(chosen), form)
        return
    beside = tables[name].beside if name in tables else None
    if against and (beside is None or against == "mteb"):
        mend = ", ".join(name for name, table in tables.items() if table.beside)
        raise InputError(f"nothing is published against '{name}'", mend=f"use {mend}")
    if against and chosen.protocol != JOINT:
        raise InputError(
            "the paper's figures are of protocol joint, and compare with no other",
            mend="leave --protocol out",
        )
    if metric is not None and name != "leaderboard":
        raise InputError("--metric is of the leaderboard", mend="leave it or the table's name out")
    if metric is not None:
        made = ranked_by(chosen.at_hand(), chosen.data, chosen.split, metric)
    elif name == PROTOCOLS_TABLE:
        made = _protocols(chosen)
    elif name in ablations:
        made = _ablation(ablations[name], chosen, seed, seeds, running=running)
    else:
        make = DERIVED[name] if name in DERIVED else tables[name].make
        made = (beside if against and beside else make)(chosen.at_hand(), chosen.data, chosen.split)
    show_table(made, form)


def _protocols(chosen: Chosen) -> Table:
    from benchmark.report.protocols import protocols_table

    found = {
        protocol: replace(chosen, protocol=protocol).at_hand(empty=True) for protocol in PROTOCOLS
    }
    return protocols_table(found, chosen.data, chosen.split)


def _against_mteb(chosen: Chosen) -> Table:
    from benchmark.papers import publications
    from benchmark.report.atlas.tables import against_mteb

    (mteb,) = (one for one in publications() if one.name == "mteb")
    return against_mteb(chosen.at_hand(), chosen.data, chosen.split, mteb)


def _ablation(ablation: Ablation, chosen: Chosen, seed: int, seeds: int, *, running: bool) -> Table:
    from benchmark.report.ablations import ablation_table

    found = chosen.variants(ablation.variants, seed, seeds, running=running)
    if not found:
        raise InputError(
            f"no row of '{ablation.title}' has a result", mend="give --run to run what can run here"
        )
    return ablation_table(ablation, found, chosen.data, chosen.split)
