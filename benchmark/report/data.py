"""Tables about data sets: which there are, what one holds, what agrees with what is known."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import asdict

from benchmark.artefacts.store import Store
from benchmark.datasets import DEFAULT, Collection, formats
from benchmark.datasets.describe import categories, lengths, samples
from benchmark.datasets.find import can_fetch, is_prepared
from benchmark.datasets.verify import Check
from benchmark.report.tables import COUNT, TEXT, WHOLE, Column, Table, decimals


def data_sets(store: Store) -> Table:
    """The data sets by name."""
    rows = []
    for name, module in formats().items():
        state = "prepared" if is_prepared(name, store) else _how(name)
        what = importlib.import_module(module).TITLE
        rows.append({"name": name, "what it is": what, "state": state})
    keys = ("name", "what it is", "state")
    columns = [Column(key.capitalize(), key, TEXT) for key in keys]
    return Table(title="Data sets", columns=columns, rows=rows)


def descriptions(data: Collection, split: str, count: int) -> list[Table]:
    """What a data set holds, and some of its questions."""
    documents = data.metadata["documents"]
    total = sum(documents.values())
    shares = [
        {"documents": kind, "count": number, "share": 100 * number / total}
        for kind, number in documents.items()
    ]
    kinds = [
        {"kind": kind, "count": number} for kind, number in categories(data, split).most_common()
    ]
    drawn = [
        {
            "question": query.text,
            "answer": " / ".join(query.answers),
            "relevant document": f"{document.modality} {document.id}",
            "its text": document.text,
            "credit": credit,
        }
        for query, relevant in samples(data, split, count)
        for document, credit in relevant
    ]
    note = f"{data.notice} Fingerprint: {data.fingerprint}".strip()
    fields = ["question", "answer", "relevant document", "its text"]
    fields += ["credit"] if any(row["credit"] for row in drawn) else []
    count_of = Column("Count", "count", COUNT)
    return [
        Table(
            title=f"{data.name}: {data.title}",
            columns=[
                Column("Documents", "documents", TEXT),
                count_of,
                Column("Share", "share", decimals(1, "%")),
            ],
            rows=shares,
            notes=[note] if note else [],
        ),
        Table(
            title="Words",
            columns=[
                Column("Texts", "what", TEXT),
                count_of,
                Column("Mean", "mean", decimals(1)),
                Column("Median", "median", decimals(0)),
                Column("95%", "percentile_95", decimals(0)),
                Column("Longest", "longest", WHOLE),
            ],
            rows=[asdict(row) for row in lengths(data)],
        ),
        Table(
            title=f"Questions of {split}",
            columns=[Column("Kind", "kind", TEXT), count_of],
            rows=kinds,
        ),
        Table(
            title="Some of them",
            columns=[Column(name.capitalize(), name, TEXT) for name in fields],
            rows=[{name: row[name] for name in fields} for row in drawn],
        ),
    ]


def verification(data: Collection, checks: Sequence[Check]) -> Table:
    """Each fact: what is known, what was found, whether they agree."""
    return Table(
        title=f"{data.name}: {data.title}",
        columns=[
            Column("Fact", "fact", TEXT, first=True),
            Column("Known", "expected", TEXT),
            Column("Found", "found", TEXT, first=True),
            Column("", "status", TEXT, first=True),
        ],
        rows=[{**asdict(check), "status": _status(check)} for check in checks],
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
