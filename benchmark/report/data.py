"""Tables about data sets: their list, the contents of one, and its comparison with known counts."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import asdict

from benchmark.artefacts.store import Store
from benchmark.datasets import DEFAULT, Collection, formats
from benchmark.datasets.describe import categories, lengths, samples
from benchmark.datasets.find import is_prepared, preparation
from benchmark.datasets.verify import Check
from benchmark.report.tables import COUNT, TEXT, WHOLE, Column, Format, Table, decimals

FACT = Format(
    lambda value: f"{value:,}" if isinstance(value, int) else value or "",
    lambda value: float(value) if isinstance(value, int) else None,
    plain=TEXT.text,
)
"""A count or a hash; empty if there is none."""


def data_sets(store: Store) -> Table:
    """The data sets, and how to get those that are not prepared."""
    rows = []
    for name, module in formats().items():
        state = "prepared" if is_prepared(name, store) else _how(name)
        what = importlib.import_module(module).TITLE
        rows.append({"name": name, "what it is": what, "state": state})
    keys = ("name", "what it is", "state")
    columns = [Column(key.capitalize(), key, TEXT) for key in keys]
    return Table(title="Data sets", columns=columns, rows=rows)


def descriptions(data: Collection, split: str, count: int) -> list[Table]:
    """The contents of a data set, and ``count`` of its questions."""
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
            title="Length in words",
            columns=[
                Column("Texts", "what", TEXT),
                count_of,
                Column("Mean", "mean", decimals(1)),
                Column("Median", "median", decimals(0)),
                Column("95th percentile", "percentile_95", decimals(0)),
                Column("Longest", "longest", WHOLE),
            ],
            rows=[asdict(row) for row in lengths(data)],
        ),
        Table(
            title=f"Questions of split {split}",
            columns=[Column("Kind", "kind", TEXT), count_of],
            rows=kinds,
        ),
        Table(
            title="Examples of questions",
            columns=[Column(name.capitalize(), name, TEXT) for name in fields],
            rows=[{name: row[name] for name in fields} for row in drawn],
        ),
    ]


def verification(data: Collection, checks: Sequence[Check]) -> Table:
    """Each fact: the known value, the value in this data set, and whether they agree."""
    return Table(
        title=f"{data.name}: {data.title}",
        columns=[
            Column("Fact", "fact", TEXT, first=True),
            Column("Known", "expected", FACT),
            Column("Found", "found", FACT, first=True),
            Column("Status", "status", TEXT, first=True),
        ],
        rows=[{**asdict(check), "status": _status(check)} for check in checks],
        records=[{**asdict(check), "agrees": check.agrees} for check in checks],
    )


def _how(name: str) -> str:
    return "generated at first use" if name == DEFAULT else preparation(name)


def _status(check: Check) -> str:
    if check.expected is None:
        return "no known value"
    return {True: "agrees", False: "DIFFERS", None: "not checked"}[check.agrees]
