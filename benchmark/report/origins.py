"""Notes on where the results of a table come from: the reference, or several machines."""

from __future__ import annotations

from collections.abc import Iterable

from benchmark.results.result import Result
from benchmark.results.shared import machines_of_unequal


def origin_notes(results: Iterable[Result], *, brief: bool = False) -> list[str]:
    """A note on results that are the reference's, and one on several machines; none without.

    brief: give numbers instead of names.
    """
    results = list(results)
    notes = []
    if names := [result.name for result in results if result.reference]:
        notes.append(
            f"{len(names)} systems were not run here; their results are the reference's."
            if brief
            else f"Not run here, results of the reference: {', '.join(names)}."
        )
    if machines := machines_of_unequal(results):
        places = "; ".join(
            f"{len(made)} with {machine}" + ("" if brief else f" ({', '.join(made)})")
            for machine, made in machines.items()
        )
        notes.append(
            "Trainings that these systems share were run on several machines and gave other "
            f"weights there, so that differences between machines are included: {places}."
        )
    return notes
