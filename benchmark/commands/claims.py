"""``claims``: the verdicts on the papers' claims."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    SEED_RANGE,
    Chosen,
    chosen_options,
    format_option,
    plugin_option,
    run_option,
    show_tables,
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
        raise click.BadParameter(f"'{value}' is no number of seeds; give one from 1, or auto")
    return int(value)


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@chosen_options
@plugin_option
@click.option(
    "--seed",
    type=SEED_RANGE,
    default=1234,
    show_default=True,
    help="For all that is trained or drawn.",
)
@click.option(
    "--seeds",
    default="1",
    show_default=True,
    metavar="N|auto",
    callback=_count,
    help="How many training seeds, counting up from --seed. With auto, three, and then one after "
    "the other, up to ten, for the claims whose verdict another set of seeds would overturn with "
    "a probability of 0.05 or more.",
)
@run_option
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

    Without PAPER, the claims of all papers are tested, on the results there are and, where nothing
    was run, on the reference's; those of further seeds count, too. With --run, what has no result
    is run, and the verdicts are kept beside the leaderboard, in claims-PAPER.md.
    """
    from benchmark.errors import unknown
    from benchmark.io.files import write_text
    from benchmark.papers import papers
    from benchmark.report.claims import judged, wanted
    from benchmark.report.formats import render
    from benchmark.report.verdicts import claims_table
    from benchmark.results.reference import reference_notes

    if chosen.protocol != JOINT:
        raise InputError("the paper's claims are about protocol joint", mend="leave --protocol out")
    data, split = chosen.data, chosen.split
    known = {paper.name: paper for paper in papers() if paper.claims}
    for name in names:
        if name not in known:
            raise unknown("paper with claims", name, list(known))
    asked = [known[name] for name in names or known]
    every = [claim for paper in asked for claim in paper.claims]
    results: dict[str, Result] = {}

    def run(claims: Sequence[Claim], seeds: int) -> list[Tested]:
        """The verdicts on all claims, where some of them have so many seeds."""
        variants = wanted(claims)
        results.update(chosen.variants(variants, seed, seeds, running=running))
        return [one for paper in asked for one in judged(paper.claims, results, data, split)]

    if seeds is None and not running:
        raise InputError(
            "--seeds auto runs seeds until verdicts are stable", mend="give --run, too"
        )
    if seeds is None:
        until_stable(every, run)
    else:
        run(every, seeds)
    tables = []
    for paper in asked:
        table = claims_table(judged(paper.claims, results, data, split), data, split)
        if running:
            write_text(chosen.home / paper.claims_file, render(table, "md"))
        used = dict.fromkeys(variant.name for variant in wanted(paper.claims))
        notes = reference_notes(results[name] for name in used if name in results)
        tables.append(replace(table, notes=[*table.notes, *notes]))
    show_tables(tables, form)


def until_stable(
    claims: Sequence[Claim], run: Callable[[Sequence[Claim], int], Sequence[Tested]]
) -> None:
    """Add training seeds to the claims whose verdict others would overturn (overturn.py).

    run: runs some claims with so many seeds, and gives the verdicts on all ``claims``.
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
        for one in (tested[place] for place in unstable):
            log.info(
                f"{one.claim.name}: {one.verdict}, which another set of seeds would overturn with "
                f"probability {one.overturned:.2f}; seed {seeds} of it is run"
            )
