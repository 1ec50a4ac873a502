"""Tables about data sets: which there are, what one holds, what agrees with what is known."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import asdict

from benchmark.artefacts.store import Store
from benchmark.datasets import DEFAULT, FORMATS, Collection
from benchmark.datasets.describe import categories, lengths, samples
from benchmark.datasets.find import can_fetch, is_prepared
from benchmark.datasets.verify import Check
from benchmark.report.tables import Table


def data_sets(store: Store) -> Table:
    """The data sets by name."""
    rows = []
    for name, module in FORMATS.items():
        state = "prepared" if is_prepared(name, store) else _how(name)
        rows.append((name, importlib.import_module(module).TITLE, state))
    return _table("Data sets", ("name", "what it is", "state"), rows)


def descriptions(data: Collection, split: str, count: int) -> list[Table]:
    """What a data set holds, and some of its questions."""
    documents = data.metadata["documents"]
    total = sum(documents.values())
    shares = [
        (kind, f"{number:,}", f"{100 * number / total:.1f}%") for kind, number in documents.items()
    ]
    sizes = [
        (
            row.what,
            f"{row.count:,}",
            f"{row.mean:.1f}",
            f"{row.median:.0f}",
            f"{row.percentile_95:.0f}",
            str(row.longest),
        )
        for row in lengths(data)
    ]
    kinds = [(kind, f"{number:,}") for kind, number in categories(data, split).most_common()]
    drawn = [
        (
            query.text,
            " / ".join(query.answers),
            f"{document.modality} {document.id}",
            document.text,
            credit,
        )
        for query, relevant in samples(data, split, count)
        for document, credit in relevant
    ]
    note = f"{data.notice} Fingerprint: {data.fingerprint}".strip()
    fields = ["question", "answer", "relevant document", "its text", "credit"]
    width = len(fields) if any(credit for *_, credit in drawn) else len(fields) - 1
    return [
        _table(
            f"{data.name}: {data.title}",
            ("documents", "count", "share"),
            shares,
            note,
        ),
        _table("Words", ("texts", "count", "mean", "median", "95%", "longest"), sizes),
        _table(f"Questions of {split}", ("kind", "count"), kinds),
        _table("Some of them", fields[:width], [row[:width] for row in drawn]),
    ]


def verification(data: Collection, checks: Sequence[Check]) -> Table:
    """Each fact: what is known, what was found, whether they agree."""
    rows = [
        (
            check.fact,
            "" if check.expected is None else str(check.expected),
            "" if check.found is None else str(check.found),
            _status(check),
        )
        for check in checks
    ]
    return Table(
        title=f"{data.name}: {data.title}",
        columns=["Fact", "Known", "Found", ""],
        rows=rows,
        records=[{**asdict(check), "agrees": check.agrees} for check in checks],
    )


def _how(name: str) -> str:
    if name == DEFAULT:
        return "made when first used"
    return f"run data prepare {name}" if can_fetch(name) else "give --data-dir, or prepare it"


def _status(check: Check) -> str:
    if check.expected is None:
        return "nothing known"
    return {True: "agrees", False: "DIFFERS", None: "could not be checked"}[check.agrees]


def _table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str = ""
) -> Table:
    return Table(
        title=title,
        columns=[name.capitalize() for name in columns],
        rows=rows,
        records=[dict(zip(columns, row, strict=True)) for row in rows],
        notes=[note] if note else [],
    )
