"""A question under the magnifier: its judged documents, and what each system puts first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmark.datasets import Collection
from benchmark.errors import InputError, unknown
from benchmark.evaluation.metrics import MAIN
from benchmark.report.tables import LABEL, LIST, PERCENT, TEXT, WHOLE, Column, Table
from benchmark.results.result import Result, best_first
from benchmark.types import Document, Qrels, Query

FIELDS = ("modality", "title", "text")
DEPTH = 10
"""How many documents of each system are shown."""


@dataclass(frozen=True)
class Shown:
    """A document by its corpus row; ``credit`` names author, licence and address, where known."""

    row: int
    document: Document
    credit: str


@dataclass(frozen=True)
class Inspector:
    """The results on a split; of several seeds, the lists are the first one's."""

    results: Sequence[Result]
    data: Collection
    split: str

    @property
    def folder(self) -> Path:
        """Where the results of all data sets are."""
        return self.results[0].folder.parent.parent

    @cached_property
    def ranked(self) -> list[Result]:
        """The results, best first."""
        return best_first(self.results)

    @property
    def contenders(self) -> list[Result]:
        """The results, best first, without oracles; all where there are only oracles."""
        return [result for result in self.ranked if not result.oracle] or self.ranked

    @cached_property
    def qrels(self) -> Qrels:
        return self.data.qrels(self.split)

    @cached_property
    def queries(self) -> dict[str, Query]:
        """The judged questions by id."""
        scored = set(self.results[0].scores.queries)
        return {one.id: one for one in self.data.queries(self.split) if one.id in scored}

    @cached_property
    def lists(self) -> dict[str, Mapping[str, list[str]]]:
        """System, best first -> question -> ids of the first documents."""
        return {
            result.name: {
                query: documents[:DEPTH] for query, documents in result.run().documents.items()
            }
            for result in self.ranked
        }

    @cached_property
    def figures(self) -> dict[str, dict[str, float]]:
        """System -> question -> MRR@10."""
        return {
            result.name: dict(
                zip(result.scores.queries, result.scores.values[MAIN].tolist(), strict=True)
            )
            for result in self.ranked
        }

    def query(self, name: str) -> Query:
        """The judged question of that id. Raises InputError with the nearest id."""
        if name not in self.queries:
            raise unknown("judged question", name, [*self.queries][:DEPTH])
        return self.queries[name]

    def relevant(self, query: str) -> list[str]:
        """The ids of the documents that are judged relevant."""
        return [name for name, level in self.qrels[query].items() if level > 0]

    def shown(self, query: str) -> list[str]:
        """The ids of all documents to show for a question, the relevant ones first."""
        found = [name for lists in self.lists.values() for name in lists.get(query, [])]
        return list(dict.fromkeys([*self.relevant(query), *found]))

    def documents(self, ids: Iterable[str]) -> dict[str, Shown]:
        """What there is to show of each document that the collection holds."""
        corpus = self.data.corpus
        rows = corpus.find(ids)
        credited = corpus.credits(list(rows.values()))
        return {
            name: Shown(row, corpus[row], credit)
            for (name, row), credit in zip(rows.items(), credited, strict=True)
        }

    def system(self, name: str) -> str:
        """The name of a system that has a result. Raises InputError with the nearest name."""
        if name not in self.figures:
            raise unknown("system with a result", name, list(self.figures))
        return name


def question_tables(inspector: Inspector, name: str, systems: Sequence[str]) -> list[Table]:
    """A question's relevant documents, the lists of some systems side by side, and all ranks."""
    query, relevant = inspector.query(name), inspector.relevant(name)
    chosen = {system: inspector.lists[inspector.system(system)].get(name, []) for system in systems}
    ids = dict.fromkeys([*relevant, *(one for found in chosen.values() for one in found)])
    shown = inspector.documents(ids)
    documents = {key: one.document for key, one in shown.items()}
    credited = {one.credit: None for one in shown.values() if one.credit}
    kinds = _kinds(query)
    answers = [f"Answer: {answer}" for answer in query.answers]
    deepest = max((len(found) for found in chosen.values()), default=0)
    ranks = {
        system: _first(lists.get(name, []), relevant) for system, lists in inspector.lists.items()
    }
    return [
        Table(
            title=query.text,
            columns=[
                Column("Relevant document", "id", LABEL),
                Column("Modality", "modality", TEXT, first=True),
                Column("Title", "title", TEXT),
                Column("Text", "text", TEXT, first=True),
            ],
            rows=[
                {"id": one, **dict(zip(FIELDS, _described(documents.get(one)), strict=True))}
                for one in relevant
            ],
            records=[{"id": one, "document": _described(documents.get(one))} for one in relevant],
            notes=[f"Question {name}" + "".join(f", {kind}" for kind in kinds), *answers],
        ),
        Table(
            title="Side by side",
            columns=[
                Column("Rank", "rank", WHOLE, first=True),
                *(Column(system, ("lists", system), TEXT, first=True) for system in chosen),
                *(Column(f"Id, {system}", ("ids", system), LABEL) for system in chosen),
            ],
            rows=[
                {
                    "rank": rank,
                    "lists": {
                        system: _entry(found[rank - 1], documents, relevant)
                        for system, found in chosen.items()
                        if rank <= len(found)
                    },
                    "ids": {
                        system: found[rank - 1]
                        for system, found in chosen.items()
                        if rank <= len(found)
                    },
                }
                for rank in range(1, deepest + 1)
            ],
            records=[{"system": system, "documents": found} for system, found in chosen.items()],
            notes=["+ marks a relevant document.", *credited],
        ),
        Table(
            title=f"Where each system has its first relevant document, within {DEPTH}",
            columns=[Column("System", "system", TEXT), Column("Rank", "rank", WHOLE)],
            rows=[{"system": system, "rank": rank} for system, rank in ranks.items()],
        ),
    ]


def questions_table(
    inspector: Inspector,
    *,
    text: str,
    kind: str | None,
    apart: tuple[str, str] | None,
    limit: int,
) -> Table:
    """The questions that hold ``text`` and are of a kind (category or modality).

    Those come first where the two systems of ``apart`` differ most.
    """
    found = [
        query
        for query in inspector.queries.values()
        if text.lower() in query.text.lower() and (kind is None or kind.lower() in _kinds(query))
    ]
    if not found:
        raise InputError("no judged question is like that", mend="ask for less")
    figures = [inspector.figures[inspector.system(name)] for name in apart or ()]
    if figures:
        first, second = figures
        found.sort(key=lambda query: -abs(first[query.id] - second[query.id]))
    rows, records = [], []
    for query in found[:limit]:
        shown = [one[query.id] for one in figures]
        record = {
            "id": query.id,
            "text": query.text,
            "category": query.category,
            "modality": query.modality,
            "figures": dict(zip(apart or (), shown, strict=True)),
        }
        rows.append({**record, "kinds": _kinds(query)})
        records.append(record)
    return Table(
        title=f"{len(found):,} questions of {inspector.data.name} ({inspector.split})",
        columns=[
            Column("Id", "id", LABEL, first=True),
            Column("Question", "text", TEXT, first=True),
            Column("Kind", "kinds", LIST),
            *(Column(f"{name}, {MAIN}", ("figures", name), PERCENT) for name in apart or ()),
        ],
        rows=rows,
        records=records,
        notes=[f"The first {limit} are shown."] if len(found) > limit else [],
    )


def _kinds(query: Query) -> list[str]:
    kinds = [kind.lower() for kind in (query.category, query.modality) if kind]
    return list(dict.fromkeys(kinds))


def _first(found: Sequence[str], relevant: Sequence[str]) -> int | None:
    return next((rank for rank, one in enumerate(found, 1) if one in relevant), None)


def _described(document: Document | None) -> list[str]:
    if document is None:
        return ["", "", "not in the collection"]
    return [document.modality, document.title, document.text]


def _entry(name: str, documents: Mapping[str, Document], relevant: Sequence[str]) -> str:
    modality, _, text = _described(documents.get(name))
    return f"{'+ ' if name in relevant else ''}[{modality}] {text}"
