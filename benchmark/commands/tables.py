"""The commands that print tables made from results, running what is missing of ablations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    data_options,
    format_option,
    plugin_option,
    results_option,
    seed_options,
    show_table,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.ablations import Ablation
    from benchmark.artefacts import Store
    from benchmark.datasets import Collection
    from benchmark.report.tables import Table


@click.command()
@click.argument("name", default="leaderboard")
@data_options
@results_option
@seed_options
@click.option(
    "--against",
    type=click.Choice(["paper"]),
    help="table1 beside the published figures, with differences and a status.",
)
@format_option
def table(
    name: str,
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    seed: int,
    seeds: int,
    against: str | None,
    form: str,
) -> None:
    """Print a table of a data set.

    From the results at hand, running nothing:

    \b
    leaderboard           all systems, best first, with what the tests can tell apart (the default)
    table1                the rows of the paper's Table 1, in its order and groups
    bias                  which modality each system retrieves, and what stands first
    scores                how the scores of passages and images lie
    gap                   how far passages and images are apart, of those that `space` mapped

    Ablations, running what is missing:

    \b
    image-representation  image, caption or both, by what is trained on
    negatives             eight ways of drawing negatives, with the share of images retrieved
    verbalization         none, generated captions or queries, extending or replacing captions
    """
    from benchmark.ablations import ABLATIONS
    from benchmark.datasets import find
    from benchmark.report.derived import DERIVED
    from benchmark.report.published import against_paper
    from benchmark.results import results_at_hand
    from benchmark.suggest import unknown

    if name not in {*ABLATIONS, *DERIVED}:
        raise unknown("table", name, [*DERIVED, *ABLATIONS])
    if against and name != "table1":
        raise InputError(f"nothing is published against '{name}'", mend="use table1")
    data = find(dataset, data_dir, store)
    if against:
        made = against_paper(results_at_hand(results, data, split), data, split)
    elif name in ABLATIONS:
        made = _ablation(ABLATIONS[name], data, split, store, results, seed, seeds)
    else:
        made = DERIVED[name](results_at_hand(results, data, split), data, split)
    show_table(made, form)


@click.command()
@data_options
@plugin_option
@results_option
@seed_options
@format_option
def claims(
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    seed: int,
    seeds: int,
    form: str,
) -> None:
    """Test the paper's claims, running what is missing, and print the verdicts."""
    from benchmark.claims import CLAIMS
    from benchmark.datasets import find
    from benchmark.experiment import run_variants
    from benchmark.report.claims import claims_table, effects_of, judge
    from benchmark.retriever import Task

    data = find(dataset, data_dir, store)
    wanted = [variant for claim in CLAIMS for variant in claim.variants]
    task = Task(data=data, split=split, seed=seed)
    found = run_variants(wanted, task, seeds=seeds, results=results, store=store)
    tested = judge([(claim, effects_of(claim, found, data, split)) for claim in CLAIMS])
    show_table(claims_table(tested, data, split), form)


def _ablation(
    ablation: Ablation,
    data: Collection,
    split: str,
    store: Store,
    results: Path,
    seed: int,
    seeds: int,
) -> Table:
    from benchmark.experiment import run_variants
    from benchmark.report.ablations import ablation_table
    from benchmark.retriever import Task

    task = Task(data=data, split=split, seed=seed)
    found = run_variants(ablation.variants, task, seeds=seeds, results=results, store=store)
    if not found:
        raise InputError(
            f"no row of '{ablation.title}' can run here", mend="see why they were skipped, above"
        )
    return ablation_table(ablation, found, data, split)
