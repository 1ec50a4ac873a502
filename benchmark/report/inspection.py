"""A single question: its judged documents, and the first documents of each system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from benchmark.datasets import Collection
from benchmark.errors import InputError, unknown
from benchmark.evaluation.metrics import MAIN
from benchmark.io.slices import first
from benchmark.report.tables import ID, LIST, PERCENT, TEXT, WHOLE, Column, Table
from benchmark.results.result import Result, best_first
from benchmark.types import Document, Qrels, Query

FIELDS = ("modality", "title", "text")
DEPTH = 10
"""The number of documents of each system that are shown."""


@dataclass(frozen=True)
class Shown:
    """A document and its corpus row; ``credit``: author, licence and address, if known."""

    row: int
    document: Document
    credit: str


@dataclass(frozen=True)
class Inspector:
    """The results on a split. With several seeds, the lists are those of the first seed."""

    results: Sequence[Result]
    data: Collection
    split: str

    @property
    def folder(self) -> Path:
        """The folder with the results of all data sets."""
        return self.results[0].folder.parent.parent

    @cached_property
    def ranked(self) -> list[Result]:
        """The results, best first."""
        return best_first(self.results)

    @property
    def contenders(self) -> list[Result]:
        """The results without oracles, best first; all results if there are only oracles."""
        return [result for result in self.ranked if not result.oracle] or self.ranked

    @cached_property
    def qrels(self) -> Qrels:
        return self.data.qrels(self.split)

    @cached_property
    def queries(self) -> dict[str, Query]:
        """The judged questions by id."""
        scored = set(self.results[0].scores.queries)
        return {query.id: query for query in self.data.queries(self.split) if query.id in scored}

    @cached_property
    def lists(self) -> dict[str, Mapping[str, list[str]]]:
        """System, best first -> question -> ids of the first documents."""
        found = {result.name: result.run().documents for result in self.ranked}
        return {
            name: {query: first(documents, query, DEPTH) for query in documents}
            for name, documents in found.items()
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
        """The judged question with the id ``name``. Raises InputError with the most similar id."""
        if name not in self.queries:
            raise unknown("judged question", name, [*self.queries], command="inspect")
        return self.queries[name]

    def relevant(self, query: str) -> list[str]:
        """The ids of the documents that are judged relevant."""
        return [name for name, level in self.qrels[query].items() if level > 0]

    def shown(self, query: str) -> list[str]:
        """The ids of all documents to show for a question, the relevant ones first."""
        retrieved = [name for lists in self.lists.values() for name in lists.get(query, [])]
        return list(dict.fromkeys([*self.relevant(query), *retrieved]))

    def documents(self, ids: Iterable[str]) -> dict[str, Shown]:
        """The documents with these ids that the collection contains, by id."""
        corpus = self.data.corpus
        rows = corpus.find(ids)
        credited = corpus.credits(list(rows.values()))
        return {
            name: Shown(row, corpus[row], credit)
            for (name, row), credit in zip(rows.items(), credited, strict=True)
        }

    def system(self, name: str) -> str:
        """``name``, if it has a result. Raises InputError with the most similar name."""
        if name not in self.figures:
            raise unknown("system with a result", name, list(self.figures), command="table")
        return name


def question_tables(inspector: Inspector, name: str, systems: Sequence[str]) -> list[Table]:
    """A question's relevant documents, the lists of some systems, and the ranks of all systems.

    name: the question's id. systems: the systems whose lists are shown side by side.
    """
    query, relevant = inspector.query(name), inspector.relevant(name)
    lists = {system: inspector.lists[inspector.system(system)].get(name, []) for system in systems}
    ids = dict.fromkeys([*relevant, *chain.from_iterable(lists.values())])
    shown = inspector.documents(ids)
    documents = {document: about.document for document, about in shown.items()}
    credits_ = {about.credit: None for about in shown.values() if about.credit}
    kinds = _kinds(query)
    answers = [f"Answer: {answer}" for answer in query.answers]
    deepest = max(map(len, lists.values()), default=0)
    ranks = {
        system: _first_rank(all_lists.get(name, []), relevant)
        for system, all_lists in inspector.lists.items()
    }
    return [
        Table(
            title=query.text,
            columns=[
                Column("Relevant document", "id", ID),
                Column("Modality", "modality", TEXT, first=True),
                Column("Title", "title", TEXT),
                Column("Text", "text", TEXT, first=True),
            ],
            rows=[
                {"id": id_, **dict(zip(FIELDS, _described(documents.get(id_)), strict=True))}
                for id_ in relevant
            ],
            records=[{"id": id_, "document": _described(documents.get(id_))} for id_ in relevant],
            notes=[f"Question {name}" + "".join(f", {kind}" for kind in kinds), *answers],
        ),
        Table(
            title="Side by side",
            columns=[
                Column("Rank", "rank", WHOLE, first=True),
                *(Column(system, ("lists", system), TEXT, first=True) for system in lists),
                *(Column(f"Id, {system}", ("ids", system), ID) for system in lists),
            ],
            rows=[
                {
                    "rank": rank,
                    "lists": {
                        system: _entry(ranked[rank - 1], documents, relevant)
                        for system, ranked in lists.items()
                        if rank <= len(ranked)
                    },
                    "ids": {
                        system: ranked[rank - 1]
                        for system, ranked in lists.items()
                        if rank <= len(ranked)
                    },
                }
                for rank in range(1, deepest + 1)
            ],
            records=[{"system": system, "documents": ranked} for system, ranked in lists.items()],
            notes=["+ marks a relevant document.", *credits_],
        ),
        Table(
            title=f"Rank of the first relevant document, within the first {DEPTH}",
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
    """The questions that contain ``text`` and are of a kind (category or modality).

    apart: two systems; the questions on which they differ most come first.
    """
    matching = [
        query
        for query in inspector.queries.values()
        if text.lower() in query.text.lower()
        and (kind is None or kind.lower() in [name.lower() for name in _kinds(query)])
    ]
    if not matching:
        raise InputError("no judged question matches", mend="leave --text or --kind out")
    figures = [inspector.figures[inspector.system(name)] for name in apart or ()]
    if figures:
        first, second = figures
        matching.sort(key=lambda query: -abs(first[query.id] - second[query.id]))
    rows, records = [], []
    for query in matching[:limit]:
        shown = [by_query[query.id] for by_query in figures]
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
        title=f"{len(matching):,} questions of {inspector.data.name} ({inspector.split})",
        columns=[
            Column("Id", "id", ID, first=True),
            Column("Question", "text", TEXT, first=True),
            Column("Kind", "kinds", LIST),
            *(
                Column(f"{name}, {MAIN}", ("figures", name), PERCENT, first=True)
                for name in apart or ()
            ),
        ],
        rows=rows,
        records=records,
        notes=[f"The first {limit} are shown; --limit N shows more."]
        if len(matching) > limit
        else [],
    )


def _kinds(query: Query) -> list[str]:
    """The category and the modality, as the data spell them."""
    return list(dict.fromkeys(kind for kind in (query.category, query.modality) if kind))


def _first_rank(ranked: Sequence[str], relevant: Sequence[str]) -> int | None:
    return next((rank for rank, name in enumerate(ranked, 1) if name in relevant), None)


def _described(document: Document | None) -> list[str]:
    if document is None:
        return ["", "", "not in the collection"]
    return [document.modality, document.title, document.text]


def _entry(name: str, documents: Mapping[str, Document], relevant: Sequence[str]) -> str:
    modality, _, text = _described(documents.get(name))
    return f"{'+ ' if name in relevant else ''}[{modality}] {text}"
