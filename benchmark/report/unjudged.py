"""Tables of what nobody judged: how far it could move figures, and what to have assessed first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from benchmark.datasets import Collection
from benchmark.evaluation.metrics import MAIN, score_run
from benchmark.evaluation.unjudged import (
    DEPTH,
    both_first,
    condensed,
    judged_wrong,
    unjudged_as_right,
)
from benchmark.report.inspection import Inspector
from benchmark.report.tables import LABEL, PERCENT, TEXT, WHOLE, Column, Table
from benchmark.results.judgments import with_judgments
from benchmark.results.result import Result, best_first
from benchmark.types import Qrels

BPREF = "bpref"


def unjudged_table(
    results: Sequence[Result],
    data: Collection,
    split: str,
    additional: Mapping[str, Qrels] | None = None,
) -> Table:
    """How much of each system's first ten is judged, and the bounds of its figure.

    additional: name -> judgments beside the data set's own, a column each with both together.
    Of several seeds, the first one's lists are looked at.
    """
    own = data.qrels(split)
    wrong = judged_wrong(own)
    judged = [f"Judged@{DEPTH}", "Judged@1"]
    titles = [*judged, "Unjudged as wrong", "Unjudged as right"]
    titles += ["Condensed lists", BPREF] if wrong else []
    titles += [f"With {name}" for name in additional or {}]
    rows = []
    for place, result in enumerate(best_first(results), 1):
        run = result.run()
        qrels = {query: own[query] for query in result.scores.queries}
        looked = score_run(run, qrels, [*judged, MAIN, *([BPREF] if wrong else [])])
        figures = [
            *(looked.mean(name) for name in (*judged, MAIN)),
            unjudged_as_right(run, qrels, [MAIN]).mean(MAIN),
        ]
        if wrong:
            figures += [condensed(run, qrels, [MAIN]).mean(MAIN), looked.mean(BPREF)]
        for more in (additional or {}).values():
            figures.append(score_run(run, with_judgments(qrels, more), [MAIN]).mean(MAIN))
        shown = dict(zip(titles, figures, strict=True))
        rows.append({"place": place, "name": result.name, **shown})
    return Table(
        title=f"Judged and unjudged documents: {data.name} ({split})",
        columns=[
            Column("#", "place", WHOLE, first=True),
            Column("Name", "name", TEXT, first=True),
            *(Column(title, title, PERCENT) for title in titles),
        ],
        rows=rows,
        notes=_notes(wrong, data, additional or {}),
    )


def assessments(inspector: Inspector, systems: tuple[str, str]) -> Table:
    """What both systems rank among the first ten and nobody judged, the highest ranked first."""
    one, other = (_result(inspector, name) for name in systems)
    qrels = {query: inspector.qrels[query] for query in inspector.queries}
    found = both_first(one.run(), other.run(), qrels)
    listed = [
        (first + second, query, document, first, second)
        for query, documents in found.items()
        for document, first, second in documents
    ]
    listed.sort(key=lambda each: each[0])
    shown = inspector.documents({document for _, _, document, _, _ in listed})
    rows = []
    for _, query, name, first, second in listed:
        document = shown[name].document
        rows.append(
            {
                "query": query,
                "question": inspector.queries[query].text,
                "document": name,
                "modality": document.modality,
                "title": document.title,
                "text": document.text,
                "ranks": dict(zip(systems, (first, second), strict=True)),
            }
        )
    questions = len(found)
    return Table(
        title=f"Unjudged among the first {DEPTH} of both {systems[0]} and {systems[1]}",
        columns=[
            Column("Query", "query", LABEL, first=True),
            Column("Question", "question", TEXT, first=True),
            Column("Document", "document", LABEL, first=True),
            Column("Modality", "modality", TEXT),
            Column("Text", "text", TEXT),
            *(Column(system, ("ranks", system), WHOLE) for system in systems),
        ],
        rows=rows,
        notes=[
            f"{len(rows):,} documents of {questions:,} questions. With --out they are written for "
            "assessors, who don't see who retrieved what, and where."
        ],
    )


def for_assessors(found: Table, inspector: Inspector) -> Iterator[dict[str, str]]:
    """The rows of ``assessments`` in an order that doesn't tell the ranks: that of questions and
    corpus.
    """
    order = {query: place for place, query in enumerate(inspector.queries)}
    rows = inspector.data.corpus.find({str(one["document"]) for one in found.rows})
    ranked = sorted(found.rows, key=lambda one: (order[one["query"]], rows[one["document"]]))
    for one in ranked:
        names = ("query", "question", "document", "modality", "title", "text")
        yield {name: str(one[name]) for name in names}


def _result(inspector: Inspector, name: str) -> Result:
    known = {result.name: result for result in inspector.results}
    return known[inspector.system(name)]


def _notes(wrong: int, data: Collection, additional: Mapping[str, Qrels]) -> list[str]:
    notes = [
        f"Judged@{DEPTH}, Judged@1: the share of judged documents among the first ones of each "
        f"question. {MAIN} counts what nobody judged as wrong; if all of it among the first "
        f"{DEPTH} were right, it would be the figure under 'Unjudged as right'. The truth lies "
        "between: the ranking of the systems is as sure as these allow. Figures in percent.",
    ]
    if wrong:
        notes.append(
            "Condensed lists: without the unjudged documents (Sakai, 2007). bpref looks at judged "
            "documents alone (Buckley and Voorhees, 2004)."
        )
    else:
        notes.append(
            "No document was judged wrong, so that condensed lists and bpref, which compare what "
            "was judged right with what was judged wrong, say nothing here."
        )
    notes += [
        f"With {name}: {sum(map(len, more.values())):,} additional judgments beside the data set's."
        for name, more in additional.items()
    ]
    return [*notes, data.notice] if data.notice else notes
