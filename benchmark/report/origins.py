"""Notes on where the results of a table come from: the reference, or several machines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from benchmark.report.tables import Table
from benchmark.results.result import Result
from benchmark.results.shared import machines_of_unequal


def with_origins(table: Table, results: Iterable[Result]) -> Table:
    """The table with a note on results that are the reference's, and one on several machines.

    The brief notes give numbers, the others names. Without such results, the table is as it was.
    """
    results = list(results)
    names = [result.name for result in results if result.reference]
    machines = machines_of_unequal(results)
    notes, brief = [*table.notes], [*(table.brief or table.notes)]
    if names:
        notes.append(f"Not run here, results of the reference: {', '.join(names)}.")
        brief.append(f"{len(names)} systems were not run here; their results are the reference's.")
    if machines:
        counted = [f"{len(made)} with {place}" for place, made in machines.items()]
        named = zip(counted, machines.values(), strict=True)
        notes.append(_several(f"{count} ({', '.join(made)})" for count, made in named))
        brief.append(_several(counted))
    return replace(table, notes=notes, brief=brief) if names or machines else table


def _several(places: Iterable[str]) -> str:
    return (
        "Trainings that these systems share were run on several machines and gave other weights "
        f"there, so that differences between machines are included: {'; '.join(places)}."
    )
