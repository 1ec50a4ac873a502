"""``claims``: verdicts on the claims of papers."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    Chosen,
    chosen_options,
    format_option,
    plugin_option,
    run_option,
    show_tables,
    training_seed_option,
)
from benchmark.errors import InputError
from benchmark.protocol import JOINT

if TYPE_CHECKING:
    from benchmark.report.claims import Claim, Tested
    from benchmark.results.result import Result


def _count(_: click.Context, __: click.Parameter, value: str) -> int | None:
    """The number of seeds; None for auto."""
    if value == "auto":
        return None
    if not value.isdecimal() or int(value) < 1:
        raise click.BadParameter(f"'{value}' is not a number of seeds; give 1 or more, or auto")
    return int(value)


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@training_seed_option
@click.option(
    "--seeds",
    default="1",
    show_default=True,
    metavar="N|auto",
    callback=_count,
    help="The number of training seeds, counted up from --seed. auto: three seeds, then more, up "
    "to ten, for each claim whose verdict would change with another set of seeds with a "
    "probability of 0.05 or more.",
)
@run_option
@chosen_options
@plugin_option
@format_option
def claims(
    names: tuple[str, ...],
    chosen: Chosen,
    seed: int,
    seeds: int | None,
    running: bool,
    form: str,
) -> None:
    """Test a paper's claims and print the verdicts.

    Without PAPER, the claims of all papers are tested. All results count, with all their seeds;
    the reference's fill the gaps. With --run, missing results are made first, and the verdicts are
    written to claims-PAPER.md, beside the leaderboard.

    \b
        python -m benchmark claims
        python -m benchmark claims univl-dr --run --seeds 3
    """
    from benchmark.errors import unknown
    from benchmark.io.files import write_text
    from benchmark.papers import papers
    from benchmark.report.claims import judged, variants_of
    from benchmark.report.formats import render
    from benchmark.report.origins import with_origins
    from benchmark.report.verdicts import claims_table

    if chosen.protocol != JOINT:
        raise InputError("the claims are about protocol joint only", mend="leave --protocol out")
    data, split = chosen.data, chosen.split
    known = {paper.name: paper for paper in papers() if paper.claims}
    for name in names:
        if name not in known:
            raise unknown("paper with claims", name, list(known))
    selected = [known[name] for name in names or known]
    all_claims = [claim for paper in selected for claim in paper.claims]
    results: dict[str, Result] = {}

    def run(claims: Sequence[Claim], seeds: int) -> list[Tested]:
        """Get results of ``claims`` with so many seeds; returns the verdicts on all claims."""
        variants = variants_of(claims)
        results.update(chosen.variants(variants, seed, seeds, running=running))
        return [
            tested for paper in selected for tested in judged(paper.claims, results, data, split)
        ]

    if seeds is None and not running:
        raise InputError("--seeds auto adds seeds by running them", mend="give --run, too")
    if seeds is None:
        until_stable(all_claims, run)
    else:
        run(all_claims, seeds)
    tables = []
    for paper in selected:
        tested = judged(paper.claims, results, data, split)
        table = claims_table(tested, data, split)
        if running:
            write_text(chosen.home / paper.claims_file, render(table, "md"))
        else:
            most = max(claim.seeds for claim in tested)
            table = claims_table(tested, data, split, _with_run(paper.name, most))
        variants = dict.fromkeys(variant.name for variant in variants_of(paper.claims))
        used = [results[name] for name in variants if name in results]
        tables.append(with_origins(table, used))
    show_tables(tables, form)


def _with_run(paper: str, seeds: int) -> str:
    """This command for one paper with --run, and with as many seeds as the results have.

    seeds: how many these are; more may be given on the command line.
    """
    from click.core import ParameterSource

    from benchmark.registry import current

    context = click.get_current_context()
    values = {**context.params, "store": context.params["store"].root}
    words = ["python", "-m", "benchmark", "claims", paper]
    for path in current().plug_ins:
        words += ["--plugin", str(path)]
    for name in ("dataset", "data_dir", "split", "store", "results", "seed"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            words += [f"--{name.replace('_', '-')}", str(values[name])]
    if (most := max(values["seeds"], seeds)) > 1:
        words += ["--seeds", str(most)]
    return shlex.join([*words, "--run"])


def until_stable(
    claims: Sequence[Claim], run: Callable[[Sequence[Claim], int], Sequence[Tested]]
) -> None:
    """Add training seeds to the claims whose verdict is not stable (evaluation/overturn.py).

    run: runs some claims with a number of seeds, and returns the verdicts on all ``claims``.
    """
    from benchmark.evaluation.overturn import FEWEST_SEEDS, needs_more_seeds
    from benchmark.progress import log

    seeds, unstable = FEWEST_SEEDS, list(range(len(claims)))
    while unstable:
        tested = run([claims[place] for place in unstable], seeds)
        unstable = [
            place
            for place in unstable
            if tested[place].seeds > 1 and needs_more_seeds(tested[place].overturned, seeds)
        ]
        seeds += 1
        for claim in (tested[place] for place in unstable):
            log.info(
                f"{claim.claim.name}: {claim.verdict}; another set of seeds would change this "
                f"verdict with probability {claim.overturned:.2f}, so seed {seeds} is added"
            )
